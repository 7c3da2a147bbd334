//! Who is calling: how a caller proves who it is is a parameter of a function's context, apart
//! from what the function can do.
//!
//! | identity | proof |
//! |---|---|
//! | [`Bearer`] | `Authorization: Bearer` with an access token |
//! | [`ApiKey`] | an API key of the surface, see [`KeySurface`] |
//! | [`Session`] | `Authorization: Token` with a member's access token |
//! | [`RecentSession`] | the same, and a password or code a moment ago |
//! | [`MemberOrKey`] | the token or the key, on routes of the links surface that take either |
//! | [`RefundingMemberOrKey`] | the same; in live mode the token of a member who signed in within the hour |
//! | [`Anonymous`] | none |

mod api_key;
mod either;
mod session;

pub use api_key::{ApiKey, KeySurface, PresentedKey};
pub use either::{MemberOrKey, MemberOrServer, RefundingMemberOrKey};
pub use session::{EnrollingSession, RecentSession, Session, SessionCaller};

use super::{Config, clock, jwt, verifier::Verifier};
use crate::{
    http::{Request, Result},
    model::{Scope, actor::Actor, api_key::ApiKey as KeyRecord},
    store::{
        Table,
        acting::{self, Stamp},
    },
};

/// A way to prove who is calling.
pub trait Identity: Sized + Send + Sync + 'static {
    /// Who is calling, once it is proven.
    type Caller: Send + Sync;

    /// Makes ready what proofs are checked with.
    fn ready(
        config: &Config,
        store: &Table,
    ) -> impl Future<Output = std::result::Result<Self, String>> + Send;

    /// The caller behind a request, if it may do what the scope names.
    ///
    /// # Errors
    /// [`Problem::Unauthenticated`](crate::operations::Problem::Unauthenticated) without a valid
    /// proof; [`Problem::Forbidden`](crate::operations::Problem::Forbidden) without the scope.
    fn caller(
        &self,
        store: &Table,
        req: &Request,
        scope: Option<&'static str>,
    ) -> impl Future<Output = Result<Self::Caller>> + Send;
}

/// A caller with data of its own.
pub trait Principal {
    /// The tenant and mode whose data the caller may touch.
    fn scope(&self) -> Scope;
}

/// Notes who it is that a request's changes are made by, for the activity list. Requests that only look
/// change nothing.
fn acts(req: &Request, actor: Actor, name: &str) {
    if req.method() != "GET" {
        acting::set(Stamp::new(actor, Some(name), clock::now(), clock::random()));
    }
}

/// Callers show an access token: one of ours, or of an outside issuer.
pub struct Bearer(Verifier);

/// Anybody may call: no credential is looked at.
pub struct Anonymous;

impl Identity for Bearer {
    type Caller = jwt::Caller;

    async fn ready(config: &Config, store: &Table) -> std::result::Result<Self, String> {
        Verifier::new(config, store).await.map(Self).map_err(|error| error.to_string())
    }

    async fn caller(
        &self,
        store: &Table,
        req: &Request,
        scope: Option<&'static str>,
    ) -> Result<jwt::Caller> {
        self.0.caller(store, req, scope).await
    }
}

impl Identity for Anonymous {
    type Caller = ();

    async fn ready(_: &Config, _: &Table) -> std::result::Result<Self, String> {
        Ok(Self)
    }

    async fn caller(&self, _: &Table, _: &Request, _: Option<&'static str>) -> Result<()> {
        Ok(())
    }
}

impl Principal for jwt::Caller {
    fn scope(&self) -> Scope {
        self.scope
    }
}

impl Principal for KeyRecord {
    fn scope(&self) -> Scope {
        self.scope
    }
}
