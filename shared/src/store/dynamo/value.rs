//! Attributes as the SDK and as stream records write them.

use crate::store::{Corrupt, Item, Value};
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;

/// An item as the SDK sends it.
pub fn to_attributes(item: &Item) -> HashMap<String, AttributeValue> {
    item.0.iter().map(|(name, value)| (name.clone(), to_attribute(value))).collect()
}

/// One attribute as the SDK sends it.
pub fn to_attribute(value: &Value) -> AttributeValue {
    match value {
        Value::S(text) => AttributeValue::S(text.clone()),
        Value::N(number) => AttributeValue::N(number.to_string()),
        Value::Bool(truth) => AttributeValue::Bool(*truth),
        Value::L(values) => AttributeValue::L(values.iter().map(to_attribute).collect()),
        Value::M(item) => AttributeValue::M(to_attributes(item)),
    }
}

/// An item as the SDK received it.
///
/// # Errors
/// A kind of attribute that this code never writes.
pub fn from_attributes(attributes: HashMap<String, AttributeValue>) -> Result<Item, Corrupt> {
    let pairs = attributes.into_iter().map(|(name, value)| {
        let value = from_attribute(&name, value)?;
        Ok((name, value))
    });
    Ok(Item(pairs.collect::<Result<_, Corrupt>>()?))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the SDK's enum is open; ours is not")]
fn from_attribute(name: &str, attribute: AttributeValue) -> Result<Value, Corrupt> {
    Ok(match attribute {
        AttributeValue::S(text) => Value::S(text),
        AttributeValue::N(number) => Value::N(number.parse().map_err(|_| foreign(name))?),
        AttributeValue::Bool(truth) => Value::Bool(truth),
        AttributeValue::L(values) => {
            let values = values.into_iter().map(|value| from_attribute(name, value));
            Value::L(values.collect::<Result<_, Corrupt>>()?)
        }
        AttributeValue::M(map) => Value::M(from_attributes(map)?),
        _ => return Err(foreign(name)),
    })
}

/// An item as a stream record holds it: `{"pk": {"S": "..."}, ...}`.
///
/// # Errors
/// A kind of attribute that this code never writes.
pub fn from_stream(image: &serde_json::Value) -> Result<Item, Corrupt> {
    let object = image.as_object().ok_or_else(|| foreign("image"))?;
    let pairs = object.iter().map(|(name, typed)| Ok((name.clone(), from_typed(name, typed)?)));
    Ok(Item(pairs.collect::<Result<_, Corrupt>>()?))
}

fn from_typed(name: &str, typed: &serde_json::Value) -> Result<Value, Corrupt> {
    let wrong = || foreign(name);
    let (tag, value) = typed.as_object().and_then(|map| map.iter().next()).ok_or_else(wrong)?;
    Ok(match tag.as_str() {
        "S" => Value::S(value.as_str().ok_or_else(wrong)?.to_owned()),
        "N" => Value::N(value.as_str().and_then(|text| text.parse().ok()).ok_or_else(wrong)?),
        "BOOL" => Value::Bool(value.as_bool().ok_or_else(wrong)?),
        "L" => {
            let values = value.as_array().ok_or_else(wrong)?.iter();
            let values = values.map(|value| from_typed(name, value));
            Value::L(values.collect::<Result<_, Corrupt>>()?)
        }
        "M" => Value::M(from_stream(value)?),
        _ => return Err(wrong()),
    })
}

fn foreign(name: &str) -> Corrupt {
    Corrupt { record: "an item".to_owned(), attribute: name.to_owned() }
}
