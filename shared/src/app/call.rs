//! A function's context, and the one step that opens a request.

use super::{
    Config, clock,
    context::{Capability, Context, table},
    identity::{Identity, Principal},
};
use crate::{
    http::{
        Request, Result,
        meaning::Meaning,
        route::{Method, Query, RequestBody, Route},
        surface::Surface,
    },
    model::Time,
    operations::{Idempotency, Problem},
    store::{Meter, Table},
};
use uuid::Uuid;

/// What a function has: the table, how its callers prove who they are (`I`), and what else it can
/// do (`C`).
pub struct App<I, C = ()> {
    /// The table.
    pub store: Table,
    /// The deployment's settings.
    pub config: Config,
    /// How callers prove who they are.
    pub identity: I,
    /// What the function can do besides.
    pub capability: C,
}

/// A request once it is opened.
pub struct Call<P, B, Q> {
    /// Who is calling.
    pub caller: P,
    /// The body.
    pub body: B,
    /// The query.
    pub query: Q,
    /// What makes repeating the request harmless. Body, query and the path's ids belong to it.
    pub idempotency: Idempotency,
}

/// What a call of a route is, for callers of an identity.
pub type CallOf<I, R> = Call<
    <I as Identity>::Caller,
    <<R as Route>::Body as RequestBody>::Read,
    <<R as Route>::Query as Query>::Read,
>;

impl<I: Identity, C: Capability> Context for App<I, C> {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let store = table(&config)?;
        let identity = I::ready(&config, &store).await?;
        let capability = C::ready(&config, &store).await?;
        Ok(Self { store, config, identity, capability })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

impl<I, C> App<I, C> {
    /// The clock.
    #[must_use]
    pub fn now(&self) -> Time {
        clock::now()
    }
}

impl<I, C> App<I, C> {
    /// The address that buyers and callers use, without a slash at its end.
    ///
    /// # Errors
    /// None is set, and the request names no host.
    pub fn base_url(&self, req: &Request) -> Result<String> {
        let base = self.config.public_base_url.clone().or_else(|| req.base_url());
        base.ok_or_else(|| Problem::internal("the request names no host"))
    }
}

impl<I: Identity, C> App<I, C>
where
    I::Caller: Principal,
{
    /// Opens a request of a route: who is calling and may do it, the query, the body, and what
    /// makes repeating it harmless.
    ///
    /// # Errors
    /// In this order: no valid proof, no scope, a broken query, a body that cannot be read, broken
    /// fields, a broken idempotency key.
    pub async fn call<R: Route>(&self, req: &Request) -> Result<CallOf<I, R>> {
        let caller = self.identity.caller(&self.store, req, R::SCOPE).await?;
        let unknown = R::Surface::UNKNOWN_FIELDS;
        let query = R::Query::read(req, unknown)?;
        let body = R::Body::read(req, unknown)?;
        let mut meaning = R::Body::meaning(&body);
        meaning.extend(R::Query::meaning(&query));
        meaning.extend(path_meaning(R::PATH, req));
        let key = R::Body::idempotency_key(&body);
        let scope = caller.scope();
        let idempotency = match R::METHOD {
            Method::Post | Method::Patch => {
                Idempotency::of(req, &meaning, scope, R::OPERATION, key)?
            }
            Method::Get | Method::Delete => {
                Idempotency::new(scope, R::OPERATION, None, meaning.fields())
            }
        };
        Ok(Call { caller, body, query, idempotency })
    }
}

/// What the names in a path stand for. A UUID means the same in any form; some names stand for two.
fn path_meaning(path: &'static str, req: &Request) -> Meaning {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names.fold(Meaning::default(), |meaning, name| {
        let parts = req.path(name).split('_').map(|part| {
            let id = Uuid::try_parse(part).map(|id| id.to_string());
            id.unwrap_or_else(|_| part.to_owned())
        });
        meaning.with(name, parts.collect::<Vec<_>>().join("_"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::gateway;
    use serde_json::json;

    #[test]
    fn ids_in_the_path_belong_to_the_request_in_any_form() {
        let meaning = |id: &str| {
            let event = json!({"httpMethod": "POST", "pathParameters": {"wallet_id": id}});
            let req = gateway::request(event).unwrap();
            let meaning = path_meaning("/v1/platform/wallets/{wallet_id}/entries", &req);
            meaning.fields().map(|(name, text)| format!("{name}={text}")).collect::<Vec<_>>()
        };
        let id = "0190a6e4-7b3c-7cc1-8f00-2b5a3f1d9e01";
        assert_eq!(meaning(id), [format!("wallet_id={id}")]);
        assert_eq!(meaning(&id.to_uppercase()), meaning(id));
        assert_ne!(meaning("0190a6e4-7b3c-7cc1-8f00-2b5a3f1d9e02"), meaning(id));
    }
}
