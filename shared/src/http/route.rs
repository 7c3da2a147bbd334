//! Routes, each stated once: what serves it, what describes it and what tests it read the same
//! statement. Everything here is a type or a constant, so that a function links no schema; only
//! [`RouteDoc::of`] makes them, for tools.

mod answer;
mod request;

pub use answer::{Answer, Envelope, File, List, One, Page, Plain};
pub use request::{
    Action, BodyDoc, Credentials, Json, JsonIfAny, NoFields, RequestBody, RouteQuery,
};

use super::{
    Request, Result,
    reply::SuccessStatus,
    surface::{Surface, UnknownFields},
};
use crate::operations::ProblemKind;
use serde_json::Value;
use strum::IntoStaticStr;

/// A route of a surface.
pub trait HttpRoute {
    /// The request's method.
    const METHOD: Method;
    /// A second method with the very same meaning.
    const ALSO: Option<Method> = None;
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
    /// What the request carries: fields of its query or its body, or none.
    type Body: RequestBody;
    /// What the query may say.
    type Query: RouteQuery;
    /// The answer where it succeeds: its view, and what stands around it.
    type Answer: Answer;
    /// The statuses of an answer that says it is done.
    const SUCCESS: SuccessStatus = SuccessStatus::OK;
    /// How it may be refused, beyond what any route of its kind may answer.
    const PROBLEMS: &'static [ProblemKind];
}

/// States routes of a surface: what each does, method and path, the operation's name, and what it
/// takes and answers. See the fields of [`HttpRoute`]; `scope`, `body`, `query` and `success` may be
/// absent. Success is 200 where nothing else is said; `success: 201 or 202` has a second status, for
/// handlers that reply [`otherwise`](super::Reply::otherwise).
macro_rules! routes {
    ($surface:ty; $(
        $(#[doc = $summary:literal])+
        $name:ident = $method:ident $(or $also:ident)? $path:literal as $operation:literal {
            $(scope: $scope:literal,)?
            $(body: $body:ty,)?
            $(query: $query:ty,)?
            answer: $answer:ty,
            $(success: $done:literal $(or $otherwise:literal)?,)?
            problems: [$($problem:expr),* $(,)?],
        }
    )*) => {$(
        $(#[doc = $summary])+
        pub struct $name;

        impl $crate::http::route::HttpRoute for $name {
            const METHOD: $crate::http::route::Method = $crate::http::route::Method::$method;
            $(const ALSO: Option<$crate::http::route::Method> =
                Some($crate::http::route::Method::$also);)?
            const PATH: &'static str = $path;
            const OPERATION: &'static str = $operation;
            const SUMMARY: &'static str = concat!($($summary),+).trim_ascii();
            $(const SCOPE: Option<&'static str> = Some($scope);)?
            type Surface = $surface;
            type Body = $crate::http::route::routes!(@or_nothing $($body)?);
            type Query = $crate::http::route::routes!(@or_nothing $($query)?);
            type Answer = $answer;
            $(const SUCCESS: $crate::http::reply::SuccessStatus =
                $crate::http::route::routes!(@success $done $($otherwise)?);)?
            const PROBLEMS: &'static [$crate::operations::ProblemKind] = &[$($problem),*];
        }
    )*};
    (@success $done:literal) => {
        $crate::http::reply::SuccessStatus { done: $done, otherwise: None }
    };
    (@success $done:literal $otherwise:literal) => {
        $crate::http::reply::SuccessStatus { done: $done, otherwise: Some($otherwise) }
    };
    (@or_nothing) => { () };
    (@or_nothing $type:ty) => { $type };
}

pub(crate) use routes;

/// Makes the catalogue of a surface from the list of its routes.
macro_rules! catalogue {
    ($($route:ty),* $(,)?) => {
        /// Every route, as tools read it.
        pub fn all() -> Vec<$crate::http::route::RouteDoc> {
            vec![$($crate::http::route::RouteDoc::of::<$route>()),*]
        }

        /// Methods and path of every route: with these no description is linked.
        pub const METHODS: &[$crate::http::route::Served] = &[
            $((
                <$route as $crate::http::route::HttpRoute>::METHOD,
                <$route as $crate::http::route::HttpRoute>::ALSO,
                <$route as $crate::http::route::HttpRoute>::PATH,
            )),*
        ];
    };
}

pub(crate) use catalogue;

/// A route's method, its second one where it has one, and its path.
pub type Served = (Method, Option<Method>, &'static str);

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Makes, or does.
    Post,
    /// Changes what the body names.
    Patch,
    /// Replaces, or does what `PATCH` does: its surface says which.
    Put,
    /// Takes away.
    Delete,
}

impl Method {
    /// In upper case, as in requests.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A route as tools read it.
pub struct RouteDoc {
    /// [`HttpRoute::METHOD`]
    pub method: Method,
    /// [`HttpRoute::ALSO`]
    pub also: Option<Method>,
    /// [`HttpRoute::PATH`]
    pub path: &'static str,
    /// [`HttpRoute::OPERATION`]
    pub operation: &'static str,
    /// [`HttpRoute::SUMMARY`]
    pub summary: &'static str,
    /// [`HttpRoute::SCOPE`]
    pub scope: Option<&'static str>,
    /// [`HttpRoute::Body`]
    pub body: Option<BodyDoc>,
    /// The schema of [`HttpRoute::Query`], an object with a property per parameter.
    pub query: Option<Value>,
    /// The schema of [`HttpRoute::Answer`], without its envelope.
    pub answer: Value,
    /// What stands around the answer.
    pub envelope: Envelope,
    /// [`HttpRoute::SUCCESS`]
    pub success: SuccessStatus,
    /// [`HttpRoute::PROBLEMS`]
    pub problems: &'static [ProblemKind],
    /// What a request's body means, as JSON.
    pub meaning: fn(&Request) -> Result<String>,
}

impl RouteDoc {
    /// The description of a route.
    pub fn of<R: HttpRoute>() -> Self {
        Self {
            method: R::METHOD,
            also: R::ALSO,
            path: R::PATH,
            operation: R::OPERATION,
            summary: R::SUMMARY,
            scope: R::SCOPE,
            body: R::Body::doc().map(|body| match R::Surface::UNKNOWN_FIELDS {
                UnknownFields::Refused => body,
                UnknownFields::Ignored => BodyDoc { schema: opened(body.schema), ..body },
            }),
            query: R::Query::schema(),
            answer: R::Answer::schema(),
            envelope: R::Answer::ENVELOPE,
            success: R::SUCCESS,
            problems: R::PROBLEMS,
            meaning: meaning::<R>,
        }
    }
}

fn meaning<R: HttpRoute>(req: &Request) -> Result<String> {
    let read = R::Body::read(req, R::Surface::UNKNOWN_FIELDS)?;
    Ok(R::Body::meaning(&read).to_json())
}

/// A schema whose objects may have members that it does not name.
fn opened(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(object) => {
            if object.get("additionalProperties") == Some(&Value::Bool(false)) {
                object.remove("additionalProperties");
            }
            for value in object.values_mut() {
                *value = opened(value.take());
            }
        }
        Value::Array(values) => {
            for value in values {
                *value = opened(value.take());
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    schema
}
