//! Items as the SDK's attribute maps.

use crate::store::{Corrupt, Item, Key, Value};
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;

/// Attributes by name, as the SDK takes and returns them.
pub type Attributes = HashMap<String, AttributeValue>;

/// A key as the SDK takes it.
pub fn key_attributes(key: &Key) -> Attributes {
    to_attributes(&key.item())
}

/// An item as the SDK takes it.
pub fn to_attributes(item: &Item) -> Attributes {
    item.0.iter().map(|(name, value)| (name.clone(), to_attribute(value))).collect()
}

/// One attribute as the SDK takes it.
pub fn to_attribute(value: &Value) -> AttributeValue {
    match value {
        Value::S(text) => AttributeValue::S(text.clone()),
        Value::N(number) => AttributeValue::N(number.to_string()),
        Value::Bool(truth) => AttributeValue::Bool(*truth),
        Value::L(values) => AttributeValue::L(values.iter().map(to_attribute).collect()),
        Value::M(item) => AttributeValue::M(to_attributes(item)),
    }
}

/// An item that the SDK returned.
pub fn from_attributes(attributes: Attributes) -> Result<Item, Corrupt> {
    let pairs = attributes.into_iter().map(|(name, attribute)| {
        let value = from_attribute(&name, attribute)?;
        Ok((name, value))
    });
    Ok(Item(pairs.collect::<Result<_, Corrupt>>()?))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the SDK's enum is open; ours is not")]
fn from_attribute(name: &str, attribute: AttributeValue) -> Result<Value, Corrupt> {
    let foreign = || Corrupt { record: "an item".to_owned(), attribute: name.to_owned() };
    Ok(match attribute {
        AttributeValue::S(text) => Value::S(text),
        AttributeValue::N(number) => Value::N(number.parse().map_err(|_| foreign())?),
        AttributeValue::Bool(truth) => Value::Bool(truth),
        AttributeValue::L(values) => {
            let values = values.into_iter().map(|value| from_attribute(name, value));
            Value::L(values.collect::<Result<_, Corrupt>>()?)
        }
        AttributeValue::M(map) => Value::M(from_attributes(map)?),
        _ => return Err(foreign()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested() -> Item {
        let inner = Item::new().with("n", -5_i64).with("t", true);
        let list = Value::L(vec![Value::from("a"), Value::N(i64::MAX), inner.clone().into()]);
        Item::new().with("pk", "tenant").with("list", list).with("map", inner)
    }

    #[test]
    fn an_item_survives_the_way_there_and_back() {
        assert_eq!(from_attributes(to_attributes(&nested())).unwrap(), nested());
    }

    #[test]
    fn attributes_that_this_code_never_writes_are_corrupt_and_named() {
        for foreign in [
            AttributeValue::Null(true),
            AttributeValue::Ss(vec!["a".to_owned()]),
            AttributeValue::N("1.5".to_owned()),
            AttributeValue::L(vec![AttributeValue::Null(true)]),
        ] {
            let attributes = HashMap::from([("odd".to_owned(), foreign)]);
            assert_eq!(from_attributes(attributes).unwrap_err().attribute, "odd");
        }
    }
}
