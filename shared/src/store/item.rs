//! Items: what the table keeps. Attribute names are short because they are paid for.

use super::occurrence;
use crate::model::{Time, event::History};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// Attributes by name. Reads and writes itself as DynamoDB does: `{"pk": {"S": ".."}, ..}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Item(pub BTreeMap<String, Value>);

/// One attribute. Sets and binary are not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    /// A text.
    S(String),
    /// A whole number, which travels as text.
    #[serde(with = "number")]
    N(i64),
    /// True or false; `BOOL` is DynamoDB's name for it.
    #[serde(rename = "BOOL")]
    Bool(bool),
    /// Values in their order, which may differ in kind.
    L(Vec<Value>),
    /// Attributes within an attribute.
    M(Item),
}

mod number {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use std::borrow::Cow;

    pub fn serialize<S: Serializer>(number: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|_| D::Error::custom("not a whole number"))
    }
}

/// A record that this code cannot have written: which attribute is missing or wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrupt {
    /// The record's sort key or class, as far as known.
    pub record: String,
    /// The name of the attribute that is missing or wrong.
    pub attribute: String,
}

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "attribute {} of {}", self.attribute, self.record)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::S(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::S(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::N(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::N(i64::from(number))
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::N(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<Time> for Value {
    fn from(time: Time) -> Self {
        Self::N(time.ms())
    }
}

impl From<Item> for Value {
    fn from(item: Item) -> Self {
        Self::M(item)
    }
}

impl Item {
    /// An item without attributes.
    pub fn new() -> Self {
        Self::default()
    }

    /// The item with one attribute more.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// The item with one attribute more, if there is a value.
    pub fn with_some(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The item with a list of texts, left out when empty.
    pub fn with_texts<T: AsRef<str>>(self, name: &str, texts: impl Iterator<Item = T>) -> Self {
        let list: Vec<Value> = texts.map(|text| Value::from(text.as_ref())).collect();
        if list.is_empty() { self } else { self.with(name, Value::L(list)) }
    }

    /// The item with an object's history and the mark that makes its stream record an event.
    pub fn with_history(self, history: &History) -> Self {
        let entries = history.entries.iter().map(occurrence::to_value).collect();
        let item = self.with("outbox", "1").with("history", Value::L(entries));
        item.with_some("dropped", Some(history.dropped).filter(|dropped| *dropped > 0))
            .with_some("pub", Some(history.published).filter(|published| *published > 0))
    }

    /// The value of an attribute; `None` where the item has no attribute of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Text that may be absent.
    pub fn text_if_any(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Value::S(text)) => Some(text),
            _ => None,
        }
    }

    /// Text; an error where it is absent or of another kind.
    pub fn text(&self, name: &str) -> Result<&str, Corrupt> {
        self.text_if_any(name).ok_or_else(|| self.corrupt(name))
    }

    /// Text of a known form.
    pub fn parse<T: FromStr>(&self, name: &str) -> Result<T, Corrupt> {
        self.text(name)?.parse().map_err(|_| self.corrupt(name))
    }

    /// Text of a known form that may be absent.
    pub fn parse_if_any<T: FromStr>(&self, name: &str) -> Result<Option<T>, Corrupt> {
        self.text_if_any(name).map(|text| text.parse().map_err(|_| self.corrupt(name))).transpose()
    }

    /// A number of any whole type.
    pub fn number<T: TryFrom<i64>>(&self, name: &str) -> Result<T, Corrupt> {
        match self.get(name) {
            Some(Value::N(number)) => T::try_from(*number).map_err(|_| self.corrupt(name)),
            _ => Err(self.corrupt(name)),
        }
    }

    /// A moment, which is kept as milliseconds since 1970.
    pub fn time(&self, name: &str) -> Result<Time, Corrupt> {
        self.number(name).map(Time::from_ms)
    }

    /// A moment that may be absent.
    pub fn time_if_any(&self, name: &str) -> Result<Option<Time>, Corrupt> {
        self.get(name).map(|_| self.time(name)).transpose()
    }

    /// Whether a mark is set.
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Value::Bool(true)))
    }

    /// A list; empty when absent.
    pub fn list(&self, name: &str) -> &[Value] {
        match self.get(name) {
            Some(Value::L(values)) => values,
            _ => &[],
        }
    }

    /// A list of texts of a known form; empty when absent.
    pub fn texts<T: FromStr>(&self, name: &str) -> Result<Vec<T>, Corrupt> {
        let parsed = self.list(name).iter().map(|value| match value {
            Value::S(text) => text.parse().map_err(|_| self.corrupt(name)),
            Value::N(_) | Value::Bool(_) | Value::L(_) | Value::M(_) => Err(self.corrupt(name)),
        });
        parsed.collect()
    }

    /// A list of items; empty when absent.
    pub fn items(&self, name: &str) -> Result<Vec<&Item>, Corrupt> {
        let items = self.list(name).iter().map(|value| match value {
            Value::M(item) => Ok(item),
            Value::S(_) | Value::N(_) | Value::Bool(_) | Value::L(_) => Err(self.corrupt(name)),
        });
        items.collect()
    }

    /// Attributes within an attribute.
    pub fn map(&self, name: &str) -> Result<&Item, Corrupt> {
        match self.get(name) {
            Some(Value::M(item)) => Ok(item),
            _ => Err(self.corrupt(name)),
        }
    }

    /// An object's history, as [`Self::with_history`] wrote it.
    pub fn history(&self) -> Result<History, Corrupt> {
        let entries = self.items("history")?.into_iter().map(occurrence::from_item);
        let count = |name| self.get(name).map_or(Ok(0), |_| self.number(name));
        Ok(History {
            dropped: count("dropped")?,
            entries: entries.collect::<Result<_, Corrupt>>()?,
            published: count("pub")?,
        })
    }

    /// Says that an attribute is not as this code writes it.
    pub fn corrupt(&self, attribute: &str) -> Corrupt {
        let record = self.text_if_any("pk").and_then(|pk| pk.split('#').next());
        Corrupt { record: record.unwrap_or("a record").to_owned(), attribute: attribute.to_owned() }
    }
}
