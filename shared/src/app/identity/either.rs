//! Members who signed in, or servers with an API key: routes that both may call.

use super::{ApiKey, Identity, Principal, Session, SessionCaller};
use crate::{
    app::{Config, clock},
    http::{Request, Result, links::Links},
    model::{
        Mode, Scope, Time,
        actor::Actor,
        api_key::ApiKey as KeyRecord,
        member::{Member, Permission},
        session::REAUTHENTICATED_FOR_REFUNDS_S,
    },
    operations::{Problem, StateRefusal, Unauthenticated, search::SearchKeys},
    store::Table,
};

/// A member's access token, or an API key of the links surface.
pub struct MemberOrKey {
    session: Session,
    key: ApiKey<Links>,
}

/// Who calls such a route.
#[derive(Debug)]
pub enum MemberOrServer {
    /// A member with an access token.
    Member(Box<SessionCaller>),
    /// A server with an API key of the links surface.
    Server(Box<KeyRecord>),
}

impl MemberOrServer {
    /// Who is noted as having done something.
    pub fn actor(&self) -> Actor {
        match self {
            Self::Member(caller) => Actor::Member(caller.member.id),
            Self::Server(key) => Actor::ApiKey(key.id),
        }
    }

    /// The member; a server is none.
    pub fn member(&self) -> Option<&Member> {
        match self {
            Self::Member(caller) => Some(&caller.member),
            Self::Server(_) => None,
        }
    }

    /// Whether buyers' names and addresses are shown: to servers, and to all members but viewers.
    pub fn sees_buyers(&self) -> bool {
        self.member().is_none_or(|member| member.role.may(Permission::SeeBuyers))
    }

    /// Whether a member signed in, or proved who it is, within so many seconds; a key always has.
    pub fn proved_within(&self, seconds: i64, now: Time) -> bool {
        match self {
            Self::Member(caller) => caller.session.reauthenticated_within(seconds, now),
            Self::Server(_) => true,
        }
    }
}

impl Principal for MemberOrServer {
    fn scope(&self) -> Scope {
        match self {
            Self::Member(caller) => caller.scope(),
            Self::Server(key) => key.scope,
        }
    }
}

impl MemberOrKey {
    /// The keys that payments are found by.
    pub async fn search_keys(&self, store: &Table) -> Result<SearchKeys> {
        self.key.search_keys(store).await
    }
}

impl Identity for MemberOrKey {
    type Caller = MemberOrServer;

    async fn ready(config: &Config, store: &Table) -> std::result::Result<Self, String> {
        let (session, key) =
            tokio::join!(Session::ready(config, store), ApiKey::ready(config, store));
        Ok(Self { session: session?, key: key? })
    }

    /// The scope is a key's; what a role needs for the same follows from it.
    async fn caller(
        &self,
        store: &Table,
        req: &Request,
        scope: Option<&'static str>,
    ) -> Result<MemberOrServer> {
        match presents_key(req)? {
            true => {
                let key = self.key.caller(store, req, scope).await?;
                Ok(MemberOrServer::Server(Box::new(key)))
            }
            false => {
                let permission = scope.and_then(permission_of);
                let caller = self.session.caller(store, req, permission).await?;
                Ok(MemberOrServer::Member(Box::new(caller)))
            }
        }
    }
}

/// The same where money goes back: in live mode a member has to have signed in, or proved who it is,
/// within the hour.
pub struct RefundingMemberOrKey(MemberOrKey);

impl Identity for RefundingMemberOrKey {
    type Caller = MemberOrServer;

    async fn ready(config: &Config, store: &Table) -> std::result::Result<Self, String> {
        MemberOrKey::ready(config, store).await.map(Self)
    }

    async fn caller(
        &self,
        store: &Table,
        req: &Request,
        scope: Option<&'static str>,
    ) -> Result<MemberOrServer> {
        let caller = self.0.caller(store, req, scope).await?;
        let proved = match caller.scope().mode {
            Mode::Test => true,
            Mode::Live => caller.proved_within(REAUTHENTICATED_FOR_REFUNDS_S, clock::now()),
        };
        if proved { Ok(caller) } else { Err(Problem::State(StateRefusal::NotReauthenticated)) }
    }
}

/// What a member needs where a key needs this scope; every role may look.
fn permission_of(scope: &str) -> Option<&'static str> {
    scope.ends_with(":write").then(|| Permission::Refund.as_str())
}

/// Whether a request comes with an API key.
///
/// # Errors
/// 401: a token comes beside it.
fn presents_key(req: &Request) -> Result<bool> {
    let header = req.header("authorization").unwrap_or_default().trim();
    let scheme = header.split_once(' ').map_or(header, |(scheme, _)| scheme);
    let key = req.header("api-key").is_some() || scheme.eq_ignore_ascii_case("api-key");
    if key && scheme.eq_ignore_ascii_case("token") {
        return Err(Problem::Unauthenticated(Unauthenticated::Ambiguous));
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::gateway;
    use serde_json::{Value, json};

    fn read(headers: Value) -> Option<bool> {
        let req = gateway::request(json!({"httpMethod": "GET", "headers": headers})).unwrap();
        presents_key(&req).ok()
    }

    #[test]
    fn the_scheme_says_who_calls() {
        assert_eq!(read(json!({"Authorization": "Token pls_x"})), Some(false));
        assert_eq!(read(json!({"Authorization": "api-key   plk_x"})), Some(true));
        assert_eq!(read(json!({"Api-Key": "plk_x"})), Some(true));
        assert_eq!(read(json!({"Authorization": "Token pls_x", "Api-Key": "plk_x"})), None);
        assert_eq!(read(json!({})), Some(false), "a token is asked for");
    }

    #[test]
    fn whoever_only_looks_needs_no_permission() {
        assert_eq!(permission_of("payments:read"), None);
        assert_eq!(permission_of("payments:write"), Some("refund"));
        assert_eq!(permission_of("refunds:write"), Some("refund"));
    }
}
