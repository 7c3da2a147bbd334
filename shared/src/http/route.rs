//! Routes, each stated once: what serves it, what describes it and what tests it read the same
//! statement. Everything here is a type or a constant, so that a function links no schema; only
//! [`RouteDoc::of`] makes them, for tools.

use super::{
    Request, Result,
    body::Body,
    meaning::Meaning,
    platform::access_token,
    surface::{Surface, UnknownFields},
    view::{Described, Object},
};
use crate::operations::ProblemKind;
use serde_json::Value;
use std::marker::PhantomData;

/// A route of a surface.
pub trait Route {
    /// The request's method.
    const METHOD: Method;
    /// The request's path, with the names of its parts: `/v1/platform/users/{user_id}`.
    const PATH: &'static str;
    /// The operation's name, which is its function's: `create_user`.
    const OPERATION: &'static str;
    /// What it does, for callers.
    const SUMMARY: &'static str;
    /// The scope that an access token needs; without one, none is asked for.
    const SCOPE: Option<&'static str> = None;
    /// Whose envelope is answered in, and whose rule for unknown fields holds.
    type Surface: Surface;
    /// What the request carries.
    type Body: RequestBody;
    /// What the query may say.
    type Query: Query;
    /// What is answered.
    type Answer: Answer;
    /// How it may be refused, beyond what any route of its kind may answer.
    const PROBLEMS: &'static [ProblemKind];
}

/// Makes the catalogue of a surface from the list of its routes.
macro_rules! catalogue {
    ($($route:ty),* $(,)?) => {
        /// Every route, as tools read it.
        #[must_use]
        pub fn all() -> Vec<$crate::http::route::RouteDoc> {
            vec![$($crate::http::route::RouteDoc::of::<$route>()),*]
        }

        /// Method and path of every route: with these no description is linked.
        pub const METHODS: &[($crate::http::route::Method, &str)] = &[
            $((
                <$route as $crate::http::route::Route>::METHOD,
                <$route as $crate::http::route::Route>::PATH,
            )),*
        ];
    };
}

pub(crate) use catalogue;

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes, or does.
    Post,
    /// Changes what the body names.
    Patch,
    /// Takes away.
    Delete,
}

impl Method {
    /// In upper case, as in requests.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What a request carries: `()` is nothing.
pub trait RequestBody {
    /// What it is once it is read.
    type Read: Send;

    /// Its description.
    fn doc() -> Option<BodyDoc>;

    /// Reads it.
    ///
    /// # Errors
    /// It cannot be read, or [`Problem::Invalid`](crate::operations::Problem::Invalid) naming every
    /// broken field.
    fn read(req: &Request, unknown: UnknownFields) -> Result<Self::Read>;

    /// What it means, however it was written.
    fn meaning(read: &Self::Read) -> Meaning;

    /// The idempotency key in it.
    fn idempotency_key(read: &Self::Read) -> Option<&str>;
}

/// A JSON object.
pub struct Json<B>(PhantomData<B>);

/// A JSON object, or nothing, which counts as an empty one.
pub struct JsonIfAny<B>(PhantomData<B>);

/// Client credentials (RFC 6749): in a JSON object, in a form, or by HTTP Basic.
pub struct Credentials<B>(PhantomData<B>);

/// What a query may say: `()` is nothing.
pub trait Query {
    /// What it is once it is read.
    type Read: Send;

    /// The schema of its parameters.
    fn schema() -> Option<Value>;

    /// Reads it.
    ///
    /// # Errors
    /// [`Problem::Invalid`](crate::operations::Problem::Invalid) naming every broken parameter.
    fn read(req: &Request, unknown: UnknownFields) -> Result<Self::Read>;

    /// What it means, however it was written.
    fn meaning(read: &Self::Read) -> Meaning;
}

/// What is answered.
pub trait Answer {
    /// Its schema, without what the surface puts around it.
    fn schema() -> Value;

    /// What stands around it.
    const ENVELOPE: Envelope;
}

/// An object in the surface's envelope.
pub struct One<V>(PhantomData<V>);

/// A page of a list in the surface's envelope.
pub struct List<V>(PhantomData<V>);

/// JSON without an envelope.
pub struct Plain<V>(PhantomData<V>);

/// A page for people; its refusals are pages, too.
pub struct Page;

/// What stands around an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Envelope {
    /// The surface's own, around one object.
    One,
    /// The surface's own, around a list.
    List,
    /// Nothing: JSON as it is.
    Plain,
    /// Nothing: HTML.
    Page,
}

/// A route as tools read it.
pub struct RouteDoc {
    /// [`Route::METHOD`]
    pub method: Method,
    /// [`Route::PATH`]
    pub path: &'static str,
    /// [`Route::OPERATION`]
    pub operation: &'static str,
    /// [`Route::SUMMARY`]
    pub summary: &'static str,
    /// [`Route::SCOPE`]
    pub scope: Option<&'static str>,
    /// [`Route::Body`]
    pub body: Option<BodyDoc>,
    /// The schema of [`Route::Query`], an object with a property per parameter.
    pub query: Option<Value>,
    /// The schema of [`Route::Answer`], without its envelope.
    pub answer: Value,
    /// What stands around the answer.
    pub envelope: Envelope,
    /// [`Route::PROBLEMS`]
    pub problems: &'static [ProblemKind],
}

/// A body as tools read it.
pub struct BodyDoc {
    /// Its JSON schema.
    pub schema: Value,
    /// Whether a request without a body is refused.
    pub required: bool,
    /// Its schema as a form, for client credentials, which may come by HTTP Basic as well.
    pub form: Option<Value>,
}

impl RouteDoc {
    /// The description of a route.
    #[must_use]
    pub fn of<R: Route>() -> Self {
        Self {
            method: R::METHOD,
            path: R::PATH,
            operation: R::OPERATION,
            summary: R::SUMMARY,
            scope: R::SCOPE,
            body: R::Body::doc(),
            query: R::Query::schema(),
            answer: R::Answer::schema(),
            envelope: R::Answer::ENVELOPE,
            problems: R::PROBLEMS,
        }
    }
}

impl RequestBody for () {
    type Read = ();

    fn doc() -> Option<BodyDoc> {
        None
    }

    fn read(_: &Request, _: UnknownFields) -> Result<()> {
        Ok(())
    }

    fn meaning((): &()) -> Meaning {
        Meaning::default()
    }

    fn idempotency_key((): &()) -> Option<&str> {
        None
    }
}

impl<B: Body + Send> RequestBody for Json<B> {
    type Read = B;

    fn doc() -> Option<BodyDoc> {
        Some(BodyDoc { schema: B::schema(), required: true, form: None })
    }

    fn read(req: &Request, unknown: UnknownFields) -> Result<B> {
        req.fields()?.with_unknown(unknown).read()
    }

    fn meaning(read: &B) -> Meaning {
        read.meaning()
    }

    fn idempotency_key(read: &B) -> Option<&str> {
        read.idempotency_key()
    }
}

impl<B: Body + Send> RequestBody for JsonIfAny<B> {
    type Read = B;

    fn doc() -> Option<BodyDoc> {
        Some(BodyDoc { schema: B::schema(), required: false, form: None })
    }

    fn read(req: &Request, unknown: UnknownFields) -> Result<B> {
        req.fields_if_any()?.with_unknown(unknown).read()
    }

    fn meaning(read: &B) -> Meaning {
        read.meaning()
    }

    fn idempotency_key(read: &B) -> Option<&str> {
        read.idempotency_key()
    }
}

impl<B: Body + Send> RequestBody for Credentials<B> {
    type Read = B;

    /// OAuth parameters that are not known are passed over (RFC 6749, 3.2).
    fn read(req: &Request, _: UnknownFields) -> Result<B> {
        access_token::fields(req)?.with_unknown(UnknownFields::Ignored).read()
    }

    fn meaning(read: &B) -> Meaning {
        read.meaning()
    }

    fn idempotency_key(read: &B) -> Option<&str> {
        read.idempotency_key()
    }

    fn doc() -> Option<BodyDoc> {
        let (mut schema, mut form) = (B::schema(), <B as Query>::schema());
        // What comes by HTTP Basic need not stand in the body.
        for object in [Some(&mut schema), form.as_mut()].into_iter().flatten() {
            object.as_object_mut().map(|object| object.remove("required"));
        }
        Some(BodyDoc { schema, required: false, form })
    }
}

impl Query for () {
    type Read = ();

    fn schema() -> Option<Value> {
        None
    }

    fn read(_: &Request, _: UnknownFields) -> Result<()> {
        Ok(())
    }

    fn meaning((): &()) -> Meaning {
        Meaning::default()
    }
}

impl<B: Body + Send> Query for B {
    type Read = B;

    fn read(req: &Request, unknown: UnknownFields) -> Result<B> {
        let mut fields = req.query().with_unknown(unknown);
        for name in req.repeated_query_names() {
            fields.problem(name, "is there more than once");
        }
        fields.read()
    }

    fn meaning(read: &B) -> Meaning {
        Body::meaning(read)
    }

    fn schema() -> Option<Value> {
        // A parameter is there or not; there is no null.
        let mut object = Object::without_nulls();
        B::describe(&mut object);
        Some(object.closed())
    }
}

impl<V: Described> Answer for One<V> {
    fn schema() -> Value {
        V::schema()
    }

    const ENVELOPE: Envelope = Envelope::One;
}

impl<V: Described> Answer for List<V> {
    fn schema() -> Value {
        Vec::<V>::schema()
    }

    const ENVELOPE: Envelope = Envelope::List;
}

impl<V: Described> Answer for Plain<V> {
    fn schema() -> Value {
        V::schema()
    }

    const ENVELOPE: Envelope = Envelope::Plain;
}

impl Answer for Page {
    fn schema() -> Value {
        String::schema()
    }

    const ENVELOPE: Envelope = Envelope::Page;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        http::{gateway, platform::user::ListUsers},
        operations::Problem,
    };
    use serde_json::json;

    #[test]
    fn a_query_that_says_a_thing_twice_is_refused_by_name() {
        let read = |values: &[&str]| {
            let event = json!({
                "httpMethod": "GET",
                "queryStringParameters": {"limit": values.last()},
                "multiValueQueryStringParameters": {"limit": values},
            });
            let req = gateway::request(event).unwrap();
            <ListUsers as Query>::read(&req, UnknownFields::Refused).map(|_| ())
        };
        assert_eq!(read(&["5"]), Ok(()));
        assert_eq!(read(&["5", "5"]), Err(Problem::field("limit", "is there more than once")));
    }
}
