//! What a field of a body can hold: one value, an object, or a list of either.

use super::{Body, Fields, MAX_OBJECTS};
use crate::http::{field::Field, reply};
use serde_json::{Value, json};

/// A value of a body: a [`Field`], or an object with fields of its own. Derived for every [`Body`].
pub trait BodyMember: Sized {
    /// Reads a field that has a value, noting what is wrong with it.
    fn take(fields: &mut Fields, name: &'static str) -> Option<Self>;

    /// Reads a field that has a value and must be a list.
    fn take_list(fields: &mut Fields, name: &'static str) -> Option<Vec<Self>>;

    /// Its JSON schema.
    fn member_schema() -> Value;

    /// The JSON schema of a list of them.
    fn list_schema() -> Value;

    /// What it means, however it was written.
    fn member_meaning(&self) -> String;
}

impl<T: Field> BodyMember for T {
    fn take(fields: &mut Fields, name: &'static str) -> Option<Self> {
        fields.take_value(name)
    }

    fn take_list(fields: &mut Fields, name: &'static str) -> Option<Vec<Self>> {
        fields.take_value(name)
    }

    fn member_schema() -> Value {
        T::schema()
    }

    fn list_schema() -> Value {
        Vec::<T>::schema()
    }

    fn member_meaning(&self) -> String {
        Field::meaning(self)
    }
}

/// The JSON schema of a list of objects.
pub fn schema_of_objects<B: Body>() -> Value {
    json!({"type": "array", "items": B::schema(), "maxItems": MAX_OBJECTS})
}

/// What a list means.
pub fn meaning_of_list<T: BodyMember>(list: &[T]) -> String {
    reply::json(&list.iter().map(T::member_meaning).collect::<Vec<_>>())
}
