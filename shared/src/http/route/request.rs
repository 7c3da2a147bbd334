//! What a route takes: its body and its query, read once and described from the same types.

use crate::http::{
    Request, Result,
    body::{Body, Fields},
    meaning::Meaning,
    platform::access_token,
    surface::UnknownFields,
    view::Object,
};
use serde_json::Value;
use std::marker::PhantomData;

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

/// Nothing, or a JSON object of any content type: for an action that has few fields or none.
pub struct Action<B>(PhantomData<B>);

/// No fields at all.
#[derive(Debug, Clone, Copy)]
pub struct NoFields;

/// Client credentials (RFC 6749): in a JSON object, in a form, or by HTTP Basic.
pub struct Credentials<B>(PhantomData<B>);

/// What a query may say: `()` is nothing.
pub trait RouteQuery {
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

/// A body as tools read it.
pub struct BodyDoc {
    /// Its JSON schema.
    pub schema: Value,
    /// Whether a request without a body is refused.
    pub required: bool,
    /// Its schema as a form, for client credentials, which may come by HTTP Basic as well.
    pub form: Option<Value>,
}

impl Body for NoFields {
    fn read(_: &mut Fields) -> Option<Self> {
        Some(Self)
    }

    fn describe(_: &mut Object) {}

    fn meaning(&self) -> Meaning {
        Meaning::default()
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

impl<B: Body + Send> RequestBody for Action<B> {
    type Read = B;

    fn doc() -> Option<BodyDoc> {
        Some(BodyDoc { schema: B::schema(), required: false, form: None })
    }

    fn read(req: &Request, unknown: UnknownFields) -> Result<B> {
        let text = req.text()?;
        let text = if text.trim().is_empty() { "{}" } else { text };
        Fields::from_json(text)?.with_unknown(unknown).read()
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
        let (mut schema, mut form) = (B::schema(), <B as RouteQuery>::schema());
        // What comes by HTTP Basic need not stand in the body.
        for object in [Some(&mut schema), form.as_mut()].into_iter().flatten() {
            object.as_object_mut().map(|object| object.remove("required"));
        }
        Some(BodyDoc { schema, required: false, form })
    }
}

impl RouteQuery for () {
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

impl<B: Body + Send> RouteQuery for B {
    type Read = B;

    fn read(req: &Request, unknown: UnknownFields) -> Result<B> {
        let repeated = req.repeated_query_names().into_iter().map(str::to_owned).collect();
        req.query().with_unknown(unknown).with_repeated(repeated).read()
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
            <ListUsers as RouteQuery>::read(&req, UnknownFields::Refused).map(|_| ())
        };
        assert_eq!(read(&["5"]), Ok(()));
        assert_eq!(read(&["5", "5"]), Err(Problem::field("limit", "is there more than once")));
    }
}
