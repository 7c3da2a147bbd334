//! A function's context, and the one step that opens a request.

use super::{
    Config, clock,
    context::{Capability, Context, table},
    identity::{Identity, Principal},
};
use crate::{
    digest::{hex, sha256},
    http::{
        Request, Result,
        idempotency::in_header,
        meaning::Meaning,
        route::{HttpRoute, Method, RequestBody, RouteQuery},
        surface::{KeysOf, Surface},
    },
    model::Time,
    operations::{Idempotency, Problem},
    store::{Meter, Table},
};

/// What a function has: the table, how its callers prove who they are (`I`), and what else it can
/// do (`C`).
pub struct App<I, C = ()> {
    /// The table, under the name that the settings give.
    pub store: Table,
    /// What the environment says, as it was read when the process began.
    pub config: Config,
    /// How callers prove who they are.
    pub identity: I,
    /// What the function can do besides.
    pub capability: C,
}

/// A request once it is opened.
pub struct Call<P, B, Q> {
    /// Whoever the identity has verified; `()` where anybody may call.
    pub caller: P,
    /// The body, after its fields were judged.
    pub body: B,
    /// The query, after its fields were judged.
    pub query: Q,
    /// What makes repeating the request harmless. Body, query and the path's ids belong to it.
    pub idempotency: Idempotency,
}

/// A request whose caller is known and whose body is one JSON object, before its fields are judged:
/// routes about an object look for the object first.
pub struct Opened<P, B, Q> {
    /// Whoever the identity has verified; known before body and query are judged.
    pub caller: P,
    body: Result<B>,
    query: Result<Q>,
}

/// What a request of a route is once it is opened.
pub type OpenedOf<I, R> = Opened<
    <I as Identity>::Caller,
    <<R as HttpRoute>::Body as RequestBody>::Read,
    <<R as HttpRoute>::Query as RouteQuery>::Read,
>;

/// What a call of a route is, for callers of an identity.
pub type CallOf<I, R> = Call<
    <I as Identity>::Caller,
    <<R as HttpRoute>::Body as RequestBody>::Read,
    <<R as HttpRoute>::Query as RouteQuery>::Read,
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
    /// The time, in UTC. Only `clock` asks the operating system for it.
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
    /// In this order: no valid proof, no scope, a body that cannot be read, a broken idempotency
    /// key, a broken query, broken fields.
    pub async fn call<R: HttpRoute>(&self, req: &Request) -> Result<CallOf<I, R>> {
        let Opened { caller, body, query } = self.open_by::<R>(req).await?;
        let (query, body) = (query?, body?);
        Self::with_idempotency::<R>(req, caller, body, query)
    }

    /// Opens a request about an object: what is wrong with single fields is kept for [`Self::fields`],
    /// so that an object that is not there is told first.
    ///
    /// # Errors
    /// In this order: no valid proof, no scope, a body that cannot be read.
    pub async fn open<R: HttpRoute>(&self, req: &Request) -> Result<OpenedOf<I, R>> {
        let opened = self.open_by::<R>(req).await?;
        match opened {
            Opened { body: Err(problem), .. } if !is_about_fields(&problem) => Err(problem),
            opened => Ok(opened),
        }
    }

    /// The fields of a request that was opened.
    ///
    /// # Errors
    /// Broken fields of query and body, all at once; a broken idempotency key.
    pub fn fields<R: HttpRoute>(
        &self,
        req: &Request,
        opened: OpenedOf<I, R>,
    ) -> Result<CallOf<I, R>> {
        let Opened { caller, body, query } = opened;
        match (body, query) {
            (Ok(body), Ok(query)) => Self::with_idempotency::<R>(req, caller, body, query),
            (Err(Problem::Invalid(mut fields)), Err(Problem::Invalid(more))) => {
                fields.extend(more);
                Err(Problem::Invalid(fields))
            }
            (Err(problem), _) | (_, Err(problem)) => Err(problem),
        }
    }

    /// The fields of a request about an object that its operation looks for itself: where they are
    /// broken, the object is looked for first, since one that is not there is told before them.
    ///
    /// # Errors
    /// The object is not there, or as [`Self::fields`].
    pub async fn fields_after<R: HttpRoute, T>(
        &self,
        req: &Request,
        opened: OpenedOf<I, R>,
        found: impl Future<Output = Result<T>>,
    ) -> Result<CallOf<I, R>> {
        after(self.fields::<R>(req, opened), found).await
    }

    async fn open_by<R: HttpRoute>(&self, req: &Request) -> Result<OpenedOf<I, R>> {
        let caller = self.identity.caller(&self.store, req, R::SCOPE).await?;
        let unknown = R::Surface::UNKNOWN_FIELDS;
        let body = R::Body::read(req, unknown);
        // What no field can be read from is told first, then what goes for all requests.
        if writes::<R>() && matches!(body, Ok(_) | Err(Problem::Invalid(_))) {
            in_header(req)?;
        }
        Ok(Opened { caller, body, query: R::Query::read(req, unknown) })
    }

    fn with_idempotency<R: HttpRoute>(
        req: &Request,
        caller: I::Caller,
        body: <R::Body as RequestBody>::Read,
        query: <R::Query as RouteQuery>::Read,
    ) -> Result<CallOf<I, R>> {
        let mut meaning = R::Body::meaning(&body);
        meaning.extend(R::Query::meaning(&query));
        let path = path_meaning::<R::Surface>(R::PATH, req);
        let operation = keys_of::<R>(&path);
        meaning.extend(path);
        let key = R::Body::idempotency_key(&body);
        let scope = caller.scope();
        let idempotency = if writes::<R>() {
            Idempotency::of(req, &meaning, scope, &operation, key)?
        } else {
            Idempotency::new(scope, &operation, None, meaning.fields())
        };
        Ok(Call { caller, body, query, idempotency })
    }
}

/// What the keys of a route belong to. Routes of two surfaces may have one operation's name: their keys
/// are not each other's.
fn keys_of<R: HttpRoute>(path: &Meaning) -> String {
    let operation = format!("{}:{}", R::Surface::NAME, R::OPERATION);
    match R::Surface::KEYS_OF {
        KeysOf::Operation => operation,
        KeysOf::Path => of_path(&operation, path),
    }
}

/// An operation on what its path names.
fn of_path(operation: &str, path: &Meaning) -> String {
    if path.fields().next().is_none() {
        return operation.to_owned();
    }
    format!("{operation}:{}", hex(&sha256::<16>(&path.to_json())))
}

/// Whether repeating a request of this route may be harmful.
const fn writes<R: HttpRoute>() -> bool {
    match R::METHOD {
        Method::Post | Method::Patch | Method::Put => true,
        Method::Get | Method::Delete => false,
    }
}

/// What was read of a request; where single fields are broken, what its object says comes first.
///
/// # Errors
/// The object is not there, or is over; what is wrong with the request.
pub async fn after<T, F>(read: Result<T>, found: impl Future<Output = Result<F>>) -> Result<T> {
    match read {
        Err(problem) if is_about_fields(&problem) => Err(found.await.err().unwrap_or(problem)),
        read => read,
    }
}

/// Whether single fields are wrong, and not the body as a whole.
const fn is_about_fields(problem: &Problem) -> bool {
    matches!(problem, Problem::Invalid(_))
}

/// What the names in a path stand for. An id means the same in any form that its surface reads; some
/// names stand for two.
fn path_meaning<S: Surface>(path: &'static str, req: &Request) -> Meaning {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names.fold(Meaning::default(), |meaning, name| {
        let text = req.path(name);
        meaning.with(name, S::id_meaning(text).unwrap_or_else(|| parts_meaning::<S>(text)))
    })
}

fn parts_meaning<S: Surface>(text: &str) -> String {
    let parts = text.split('_').map(|part| S::id_meaning(part).unwrap_or_else(|| part.to_owned()));
    parts.collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{
        gateway,
        links::{self, Links},
        payments::{self, Payments},
        platform::Platform,
    };
    use serde_json::json;

    #[test]
    fn a_key_of_one_surface_is_no_key_of_another() {
        let nothing = Meaning::default();
        let (ours, theirs) = (
            keys_of::<payments::routes::CreateApiKey>(&nothing),
            keys_of::<links::routes::CreateApiKey>(&nothing),
        );
        assert_ne!(ours, theirs);
    }

    #[test]
    fn ids_in_the_path_belong_to_the_request_in_any_form() {
        let meaning = |id: &str| {
            let event = json!({"httpMethod": "POST", "pathParameters": {"wallet_id": id}});
            let req = gateway::request(event).unwrap();
            let path = "/v1/platform/wallets/{wallet_id}/entries";
            let meaning = path_meaning::<Platform>(path, &req);
            meaning.fields().map(|(name, text)| format!("{name}={text}")).collect::<Vec<_>>()
        };
        let id = "0190a6e4-7b3c-7cc1-8f00-2b5a3f1d9e01";
        assert_eq!(meaning(id), [format!("wallet_id={id}")]);
        assert_eq!(meaning(&id.to_uppercase()), meaning(id));
        assert_ne!(meaning("0190a6e4-7b3c-7cc1-8f00-2b5a3f1d9e02"), meaning(id));
    }

    #[test]
    fn ids_of_links_mean_the_same_in_any_case_and_by_either_name() {
        let meaning = |id: &str| {
            let event = json!({"httpMethod": "POST", "pathParameters": {"id": id}});
            let req = gateway::request(event).unwrap();
            path_meaning::<Links>("/api/transactions/{id}/refund", &req).to_json()
        };
        let known = meaning("TX01K7ST5H6GFCF8YTJX9GXJM688");
        for same in ["tx01k7st5h6gfcf8ytjx9gxjm688", "ord_01K7ST5H6GFCF8YTJX9GXJM688"] {
            assert_eq!(meaning(same), known, "{same}");
        }
        assert_ne!(meaning("TX01K7ST5H6GFCF8YTJX9GXJM689"), known);
        assert_ne!(meaning("prod_x"), meaning("PROD_x"));
    }

    #[test]
    fn callers_own_ids_are_what_they_are() {
        let meaning = |id: &str| {
            let event = json!({"httpMethod": "PATCH", "pathParameters": {"id": id}});
            let req = gateway::request(event).unwrap();
            path_meaning::<Payments>("/customers/{id}", &req).to_json()
        };
        let own = "0190a6e4-7b3c-7cc1-8f00-2b5a3f1d9e01";
        assert_ne!(meaning(own), meaning(&own.to_uppercase()));
    }
}
