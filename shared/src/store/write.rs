//! Every write the table accepts. There is deliberately no unconditional put.

use super::{Item, Key, Value};
use std::borrow::Cow;

/// One write to one item, which the table refuses where its condition does not hold.
#[derive(Debug, Clone)]
#[must_use = "a write changes nothing until it is committed"]
pub enum Write {
    /// Creates an item; refused when the key is taken.
    Insert(Item),
    /// Replaces an item that is still at this version.
    Replace {
        /// The whole new item, its own `v` included.
        item: Item,
        /// The version it replaces.
        version: u64,
    },
    /// Changes attributes of an item for which all guards hold.
    Update(Update),
    /// Changes nothing, but refuses the commit unless all guards hold.
    Check {
        /// Which item is looked at.
        key: Key,
        /// The conditions, all of which must hold.
        guards: Vec<Guard>,
    },
    /// Deletes an item that is still at this version.
    Remove {
        /// Which item is deleted.
        key: Key,
        /// The version that the item must still have.
        version: u64,
    },
}

impl Write {
    /// Puts a whole item in place that has reached this version: an insert at 1, a replacement of
    /// the version before above.
    pub const fn at_version(item: Item, version: u64) -> Self {
        match version {
            0 | 1 => Self::Insert(item),
            _ => Self::Replace { item, version: version - 1 },
        }
    }
}

/// A change of some attributes, without reading the item first. Raises `v` by one, unless it says
/// nothing that a writer who has read the item would want to know ([`Update::aside`]).
#[derive(Debug, Clone, Default)]
#[must_use = "an update changes nothing until it is committed"]
pub struct Update {
    /// Which item changes; an update without a key is an error.
    pub key: Option<Key>,
    /// Attributes that get a value.
    pub set: Vec<(&'static str, Value)>,
    /// Lists that get entries at their end; the list must exist.
    pub append: Vec<(&'static str, Vec<Value>)>,
    /// Numbers that change by an amount; absent counts as 0.
    pub add: Vec<(Cow<'static, str>, i64)>,
    /// Attributes that go away.
    pub remove: Vec<Cow<'static, str>>,
    /// What must hold. An update of an item that does not exist is refused, unless it may be made.
    pub guards: Vec<Guard>,
    /// Whether an item that does not exist is made, with nothing in it but its key: for counters.
    pub makes: bool,
    /// Whether `v` stays as it is.
    pub aside: bool,
}

/// A condition on one attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// Has exactly this value.
    Is(&'static str, Value),
    /// A number greater than this.
    Above(&'static str, i64),
    /// A number of at least this.
    AtLeast(&'static str, i64),
    /// A number of at most this; absent is fine too.
    AbsentOrAtMost(&'static str, i64),
    /// There is no attribute of this name.
    Absent(&'static str),
    /// A list without this text, or a text without it in it; absent is fine too.
    Lacks(&'static str, String),
}

impl Update {
    /// An update of the item with this key.
    pub fn of(key: Key) -> Self {
        Self { key: Some(key), ..Self::default() }
    }

    /// An update that makes the item where there is none.
    pub fn of_counter(key: Key) -> Self {
        Self { makes: true, ..Self::of(key) }
    }

    /// An update that leaves `v` as it is, so that it gets in nobody's way. A replacement by somebody
    /// who has read the item before undoes it: for notes that are made again when they are missing.
    pub fn aside(key: Key) -> Self {
        Self { aside: true, ..Self::of(key) }
    }

    /// What is added, the version among it.
    pub fn added(&self) -> impl Iterator<Item = (&str, i64)> {
        let version = (!self.aside).then_some(("v", 1));
        self.add.iter().map(|(name, delta)| (name.as_ref(), *delta)).chain(version)
    }

    /// Gives an attribute this value, whatever it had before.
    pub fn set(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.set.push((name, value.into()));
        self
    }

    /// Appends to a list.
    pub fn append(mut self, name: &'static str, value: Value) -> Self {
        self.append.push((name, vec![value]));
        self
    }

    /// Adds `delta` to a number; absent counts as 0.
    pub fn add(mut self, name: impl Into<Cow<'static, str>>, delta: i64) -> Self {
        self.add.push((name.into(), delta));
        self
    }

    /// Takes the attribute away from the item.
    pub fn remove(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.remove.push(name.into());
        self
    }

    /// Adds a condition to those that must hold for the update to be made.
    pub fn guard(mut self, guard: Guard) -> Self {
        self.guards.push(guard);
        self
    }
}

impl Guard {
    /// Whether it holds for an item: the meaning that the table's own condition must have too.
    pub fn holds(&self, item: &Item) -> bool {
        let number = |name| match item.get(name) {
            Some(Value::N(number)) => Some(*number),
            _ => None,
        };
        match self {
            Self::Is(name, value) => item.get(name) == Some(value),
            Self::Above(name, bound) => number(name).is_some_and(|n| n > *bound),
            Self::AtLeast(name, bound) => number(name).is_some_and(|n| n >= *bound),
            Self::AbsentOrAtMost(name, bound) => {
                item.get(name).is_none() || number(name).is_some_and(|n| n <= *bound)
            }
            Self::Absent(name) => item.get(name).is_none(),
            Self::Lacks(name, text) => match item.get(name) {
                Some(Value::L(list)) => !list.contains(&Value::S(text.clone())),
                Some(Value::S(whole)) => !whole.contains(text),
                Some(Value::N(_) | Value::Bool(_) | Value::M(_)) | None => true,
            },
        }
    }
}
