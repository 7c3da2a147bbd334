//! What answers are made of: structs that write themselves as JSON and describe themselves.

use crate::model::id::Id;
use serde::{Serialize, Serializer, ser::SerializeStruct};
use serde_json::{Map, Value, json, value::RawValue};
use std::collections::BTreeMap;

/// A type that can stand in an answer.
pub trait Described {
    /// Its JSON schema.
    fn schema() -> Value;
}

/// How a surface writes names of several words, where one view serves several surfaces:
/// `#[view(named_by = F)]`.
pub trait Naming {
    /// `eventId`, and not `event_id`.
    const CAMEL_CASE: bool;
}

/// Builds the schema of an object.
#[derive(Default)]
pub struct Object {
    without_nulls: bool,
    properties: Map<String, Value>,
    required: Vec<Value>,
}

/// The fields of a view, which another view may have among its own.
pub trait ViewFields {
    /// The number of fields.
    const COUNT: usize;

    /// Writes them.
    ///
    /// # Errors
    /// The writer's.
    fn write<O: SerializeStruct>(&self, object: &mut O) -> Result<(), O::Error>;

    /// Describes them.
    fn describe(object: &mut Object);
}

impl Object {
    /// An object whose properties are never null, such as a query.
    pub fn without_nulls() -> Self {
        Self { without_nulls: true, ..Self::default() }
    }

    /// Adds a property with its description. What need not be there may also be null.
    pub fn add(&mut self, name: &str, doc: &str, schema: Value, required: bool) {
        if required || self.without_nulls {
            self.insert(name, doc, schema);
        } else {
            self.insert(name, doc, nullable(schema));
        }
        if required {
            self.required.push(name.into());
        }
    }

    /// Adds a property that may be left out, and is never null.
    pub fn add_not_null(&mut self, name: &str, doc: &str, schema: Value) {
        self.insert(name, doc, schema);
    }

    /// Says what a property means that is left out, as the text of its meaning.
    pub fn default_of(&mut self, name: &str, text: &str) {
        let Some(Value::Object(schema)) = self.properties.get_mut(name) else { return };
        let is_text = match schema.get("type") {
            Some(Value::String(kind)) => kind == "string",
            Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "string"),
            _ => false,
        };
        let value = if is_text { Some(text.into()) } else { serde_json::from_str(text).ok() };
        if let Some(value) = value {
            schema.insert("default".to_owned(), value);
        }
    }

    fn insert(&mut self, name: &str, doc: &str, mut schema: Value) {
        if let Some(object) = schema.as_object_mut() {
            object.insert("description".to_owned(), doc.trim().into());
        }
        self.properties.insert(name.to_owned(), schema);
    }

    /// Takes a property away that another description has and this one lacks.
    pub fn remove(&mut self, name: &str) {
        self.properties.remove(name);
        self.required.retain(|required| required != name);
    }

    /// An object that may have more properties one day.
    pub fn open(self) -> Value {
        json!({"type": "object", "properties": self.properties, "required": self.required})
    }

    /// An object of a name, under which descriptions may hold it once.
    pub fn titled(self, title: &str) -> Value {
        let mut schema = self.open();
        if let Some(object) = schema.as_object_mut() {
            object.insert("title".to_owned(), title.into());
        }
        schema
    }

    /// An object that refuses unknown properties.
    pub fn closed(self) -> Value {
        let mut schema = self.open();
        if let Some(object) = schema.as_object_mut() {
            object.insert("additionalProperties".to_owned(), false.into());
        }
        schema
    }
}

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<K> Described for Id<K> {
    fn schema() -> Value {
        json!({"type": "string", "format": "uuid"})
    }
}

impl Described for String {
    fn schema() -> Value {
        json!({"type": "string"})
    }
}

impl Described for &'static str {
    fn schema() -> Value {
        json!({"type": "string"})
    }
}

impl Described for bool {
    fn schema() -> Value {
        json!({"type": "boolean"})
    }
}

macro_rules! whole {
    ($($ty:ty),*) => { $(
        impl Described for $ty {
            fn schema() -> Value {
                json!({"type": "integer"})
            }
        }
    )* };
}

whole!(u8, u16, u32, u64, i64);

impl Described for Box<RawValue> {
    fn schema() -> Value {
        json!({"type": "object"})
    }
}

impl<T: Described> Described for Option<T> {
    fn schema() -> Value {
        nullable(T::schema())
    }
}

/// The schema of what may also be null.
fn nullable(mut schema: Value) -> Value {
    let Some(object) = schema.as_object_mut() else {
        return schema;
    };
    let Some(Value::String(name)) = object.get("type").cloned() else {
        return json!({"oneOf": [schema, {"type": "null"}]});
    };
    object.insert("type".to_owned(), json!([name, "null"]));
    if let Some(Value::Array(values)) = object.get_mut("enum") {
        values.push(Value::Null);
    }
    schema
}

impl<T: Described> Described for BTreeMap<String, T> {
    fn schema() -> Value {
        json!({"type": "object", "additionalProperties": T::schema()})
    }
}

impl<T: Described> Described for Vec<T> {
    fn schema() -> Value {
        json!({"type": "array", "items": T::schema()})
    }
}
