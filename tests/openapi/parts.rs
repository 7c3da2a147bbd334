//! What a description says more than once gets a name and stands once: generated clients have one
//! type for a payment wherever it is answered, and the file, which every answer carries, is smaller.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Moves every titled object and every refusal of one code that occur twice into `components`.
pub fn shared(mut document: Value) -> Value {
    let mut found = Found::default();
    count(&document["paths"], &mut found);
    let mut schemas = document["components"]["schemas"].as_object().unwrap().clone();
    let mut responses = Map::new();
    refer(&mut document["paths"], &found, &mut schemas, &mut responses);
    document["components"]["schemas"] = schemas.into();
    if !responses.is_empty() {
        document["components"]["responses"] = responses.into();
    }
    document
}

/// How often each thing that has a name occurs.
#[derive(Default)]
struct Found {
    objects: BTreeMap<String, BTreeMap<String, usize>>,
    refusals: BTreeMap<String, BTreeMap<String, usize>>,
}

impl Found {
    /// Whether this is the form of the name that occurs most, and more than once.
    fn repeats(names: &BTreeMap<String, BTreeMap<String, usize>>, name: &str, form: &str) -> bool {
        let forms = names.get(name).unwrap();
        let (most, times) = forms.iter().max_by_key(|(_, times)| **times).unwrap();
        most == form && *times > 1
    }
}

fn count(value: &Value, found: &mut Found) {
    if let Some((name, form)) = named(value) {
        *found.objects.entry(name).or_default().entry(form.to_string()).or_default() += 1;
    }
    if let Some(code) = code_of(value) {
        *found.refusals.entry(code).or_default().entry(value.to_string()).or_default() += 1;
    }
    for inner in entries(value) {
        count(inner, found);
    }
}

fn refer(
    value: &mut Value,
    found: &Found,
    schemas: &mut Map<String, Value>,
    responses: &mut Map<String, Value>,
) {
    if let Some(code) = code_of(value)
        && Found::repeats(&found.refusals, &code, &value.to_string())
    {
        let reference = json!({"$ref": format!("#/components/responses/{code}")});
        responses.insert(code, std::mem::replace(value, reference));
        return;
    }
    let place =
        named(value).filter(|(name, form)| Found::repeats(&found.objects, name, &form.to_string()));
    match value {
        Value::Object(map) => {
            if map.get("properties").is_some_and(Value::is_object) {
                map.remove("title");
            }
            map.values_mut().for_each(|inner| refer(inner, found, schemas, responses));
        }
        Value::Array(list) => {
            list.iter_mut().for_each(|inner| refer(inner, found, schemas, responses));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    let Some((name, _)) = place else { return };
    let mut reference = json!({"$ref": format!("#/components/schemas/{name}")});
    if value["type"].is_array() {
        reference = json!({"oneOf": [reference, {"type": "null"}]});
    }
    if let Some(description) = value.get("description") {
        reference["description"] = description.clone();
    }
    schemas.insert(name, bare(&std::mem::replace(value, reference)));
}

/// The name of a view, and the view apart from the place where it stands.
fn named(value: &Value) -> Option<(String, Value)> {
    value.get("properties")?.as_object()?;
    Some((value.get("title")?.as_str()?.to_owned(), bare(value)))
}

/// An object without what its place adds: a description, and that it may be null.
fn bare(value: &Value) -> Value {
    let mut value = value.clone();
    value["type"] = "object".into();
    value.as_object_mut().unwrap().remove("description");
    value
}

/// The one code of a refusal, as a name.
fn code_of(value: &Value) -> Option<String> {
    value.get("content")?;
    let description = value.get("description")?.as_str()?;
    let mut codes = description.split('`').skip(1).step_by(2);
    let code = codes.next().filter(|_| description.starts_with('`') && codes.next().is_none())?;
    let mut words = code.split('_').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    Some(words.by_ref().collect())
}

fn entries(value: &Value) -> Vec<&Value> {
    match value {
        Value::Object(map) => map.values().collect(),
        Value::Array(list) => list.iter().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
