//! Members who signed in.

use super::{Identity, Principal, acts};
use crate::{
    app::{
        App, Config, clock,
        context::ready_keys,
        keys::{Keys, OpenedKey, hmac_key},
        log,
    },
    digest::first_of,
    http::{
        Request, Result,
        links::{credential, session::Tokens},
    },
    model::{
        self, Mode, Scope, Time,
        actor::Actor,
        key_ring::Purpose,
        member::{Member, Permission},
        secret::{AccessTokenText, DeviceTokenText, RefreshTokenText},
        session::REAUTHENTICATED_S,
        token::{self, ACCESS_S, AccessToken, DeviceToken, MAC_LEN, RefreshToken},
    },
    operations::{Problem, StateRefusal, Unauthenticated, sign_in},
    store::Table,
};

/// Access tokens of members, and every other token of a sign-in.
pub struct Session {
    keys: Keys,
}

/// A member who is signed in.
#[derive(Debug)]
pub struct SessionCaller {
    /// The member who is signed in.
    pub member: Member,
    /// The sign-in that the access token belongs to, read anew for each request.
    pub session: model::session::Session,
    /// The mode of the access token.
    pub mode: Mode,
}

impl SessionCaller {
    /// Whose data, in which mode.
    pub const fn scope(&self) -> Scope {
        Scope { tenant: self.member.tenant, mode: self.mode }
    }

    /// The same, if a password or a code was given a moment ago.
    ///
    /// # Errors
    /// 403: it was not.
    pub fn recently(self, now: Time) -> Result<Self> {
        match self.session.reauthenticated_within(REAUTHENTICATED_S, now) {
            true => Ok(self),
            false => Err(Problem::State(StateRefusal::NotReauthenticated)),
        }
    }

    /// Asks for a permission beyond the one of the route.
    ///
    /// # Errors
    /// 403: the member's role lacks it.
    pub fn needs(&self, permission: Option<Permission>) -> Result<()> {
        match permission {
            Some(permission) if !self.member.role.may(permission) => {
                Err(Problem::Forbidden { scope: permission.as_str().to_owned() })
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl Principal for SessionCaller {
    fn scope(&self) -> Scope {
        Self::scope(self)
    }
}

impl Identity for Session {
    type Caller = SessionCaller;

    async fn ready(config: &Config, store: &Table) -> std::result::Result<Self, String> {
        Ok(Self { keys: ready_keys(config, store, Purpose::Session).await? })
    }

    /// The scope is the name of a [`Permission`]; without one, every role may do it.
    async fn caller(
        &self,
        store: &Table,
        req: &Request,
        scope: Option<&'static str>,
    ) -> Result<SessionCaller> {
        let caller = self.signed_in(store, req).await?;
        if caller.session.enrolling {
            return Err(Problem::State(StateRefusal::SecondFactorMissing));
        }
        let permission = scope.and_then(Permission::named);
        match (scope, permission) {
            (Some(_), Some(permission)) if caller.member.role.may(permission) => Ok(caller),
            (None, _) => Ok(caller),
            (Some(scope), _) => Err(Problem::Forbidden { scope: scope.to_owned() }),
        }
    }
}

/// Members who signed in, also where nothing but enrolling a second factor is open to them.
pub struct EnrollingSession(Session);

impl Identity for EnrollingSession {
    type Caller = SessionCaller;

    async fn ready(config: &Config, store: &Table) -> std::result::Result<Self, String> {
        Session::ready(config, store).await.map(Self)
    }

    /// Every role may do what needs no second factor: there is no permission to ask for.
    async fn caller(
        &self,
        store: &Table,
        req: &Request,
        _: Option<&'static str>,
    ) -> Result<SessionCaller> {
        self.0.signed_in(store, req).await
    }
}

/// Members who gave their password or a code a moment ago, for what asks for it again.
pub struct RecentSession(Session);

impl Identity for RecentSession {
    type Caller = SessionCaller;

    async fn ready(config: &Config, store: &Table) -> std::result::Result<Self, String> {
        Session::ready(config, store).await.map(Self)
    }

    async fn caller(
        &self,
        store: &Table,
        req: &Request,
        scope: Option<&'static str>,
    ) -> Result<SessionCaller> {
        let caller = self.0.caller(store, req, scope).await?;
        caller.recently(clock::now())
    }
}

impl Session {
    async fn signed_in(&self, store: &Table, req: &Request) -> Result<SessionCaller> {
        let token = self.access_token(store, credential::access_token(req)?).await?;
        let (session, member) = sign_in::find(store, &token, clock::now()).await?;
        let caller = SessionCaller { member, session, mode: token.mode };
        log::about(caller.scope());
        acts(req, Actor::Member(caller.member.id), &caller.member.name);
        Ok(caller)
    }

    /// Reads an access token of ours, over or not. A forged one costs no read of a session.
    pub async fn access_token(&self, store: &Table, text: &str) -> Result<AccessToken> {
        let unknown = || Problem::Unauthenticated(Unauthenticated::InvalidToken);
        let key = self.key_of(store, text).await?.ok_or_else(unknown)?;
        AccessToken::decode(text, &key.mac()).ok_or_else(unknown)
    }

    /// Reads a refresh token of ours.
    pub async fn refresh_token(&self, store: &Table, text: &str) -> Result<RefreshToken> {
        let unknown = || Problem::Unauthenticated(Unauthenticated::TokenExpired);
        let key = self.key_of(store, text).await?.ok_or_else(unknown)?;
        RefreshToken::decode(text, &key.mac()).ok_or_else(unknown)
    }

    /// Reads a device's token of ours; one that is not proves nothing, which is no fault.
    pub async fn device_token(&self, store: &Table, text: &str) -> Result<Option<DeviceToken>> {
        let key = self.key_of(store, text).await?;
        Ok(key.and_then(|key| DeviceToken::decode(text, &key.mac())))
    }

    /// Writes the tokens of a session.
    pub async fn tokens(
        &self,
        store: &Table,
        session: &model::session::Session,
        device: Option<DeviceToken>,
        now: Time,
    ) -> Result<Tokens> {
        let (number, secret) = self.keys.newest(store).await?;
        let key = NumberedKey { number, secret };
        let (tenant, member, id) = (session.tenant, session.member, session.id);
        let ends_at = now.plus_seconds(ACCESS_S).min(session.ends_at());
        let access = AccessToken { tenant, member, session: id, mode: session.mode, ends_at };
        let refresh = RefreshToken { tenant, member, session: id, counter: session.counter };
        let (access, refresh) =
            (access.encode(number, &key.mac()), refresh.encode(number, &key.mac()));
        let device = device.and_then(|device| device.encode(number, &key.mac()));
        let unwritten = || Problem::internal("a token could not be written");
        Ok(Tokens {
            access: access.map(AccessTokenText::new).ok_or_else(unwritten)?,
            refresh: refresh.map(RefreshTokenText::new).ok_or_else(unwritten)?,
            device: device.map(DeviceTokenText::new),
        })
    }

    async fn key_of(&self, store: &Table, text: &str) -> Result<Option<NumberedKey>> {
        let Some(number) = token::key_number(text) else { return Ok(None) };
        let secret = self.keys.numbered(store, number).await?;
        Ok(secret.map(|secret| NumberedKey { number, secret }))
    }
}

/// A key with its number.
struct NumberedKey {
    number: u8,
    secret: OpenedKey,
}

impl NumberedKey {
    fn mac(&self) -> impl Fn(u8, &[u8]) -> Option<[u8; MAC_LEN]> {
        let key = hmac_key(&self.secret);
        let ours = self.number;
        move |number, bytes| {
            (number == ours).then(|| first_of(ring::hmac::sign(&key, bytes).as_ref()))
        }
    }
}

impl<C> App<Session, C> {
    /// The answer that shows a session: its tokens, in the body or the cookie.
    pub async fn session_tokens(
        &self,
        session: &model::session::Session,
        device: Option<DeviceToken>,
    ) -> Result<Tokens> {
        self.identity.tokens(&self.store, session, device, clock::now()).await
    }
}
