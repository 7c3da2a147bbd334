//! Every write the table accepts. There is deliberately no unconditional put.

use super::{Item, Key, Value};

/// One conditional write.
#[derive(Debug, Clone)]
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
        /// Which item.
        key: Key,
        /// What must hold.
        guards: Vec<Guard>,
    },
    /// Deletes an item that is still at this version.
    Remove {
        /// Which item.
        key: Key,
        /// Its version.
        version: u64,
    },
}

impl Write {
    /// Puts a whole item in place that has reached this version: an insert at 1, a replacement of
    /// the version before above.
    #[must_use]
    pub const fn at_version(item: Item, version: u64) -> Self {
        match version {
            0 | 1 => Self::Insert(item),
            _ => Self::Replace { item, version: version - 1 },
        }
    }
}

/// A change of some attributes, without reading the item first. Raises `v` by one.
#[derive(Debug, Clone, Default)]
pub struct Update {
    /// Which item.
    pub key: Option<Key>,
    /// Attributes that get a value.
    pub set: Vec<(&'static str, Value)>,
    /// Lists that get entries at their end; the list must exist.
    pub append: Vec<(&'static str, Vec<Value>)>,
    /// Numbers that change by an amount; absent counts as 0.
    pub add: Vec<(&'static str, i64)>,
    /// Attributes that go away.
    pub remove: Vec<&'static str>,
    /// What must hold. An update of an item that does not exist is refused, unless it may be made.
    pub guards: Vec<Guard>,
    /// Whether an item that does not exist is made, with nothing in it but its key: for counters.
    pub makes: bool,
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
    /// Has no value.
    Absent(&'static str),
    /// A list without this text, or a text without it in it; absent is fine too.
    Lacks(&'static str, String),
}

impl Update {
    /// An update of the item with this key.
    #[must_use]
    pub fn of(key: Key) -> Self {
        Self { key: Some(key), ..Self::default() }
    }

    /// An update that makes the item where there is none.
    #[must_use]
    pub fn of_counter(key: Key) -> Self {
        Self { makes: true, ..Self::of(key) }
    }

    /// Sets an attribute.
    #[must_use]
    pub fn set(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.set.push((name, value.into()));
        self
    }

    /// Appends to a list.
    #[must_use]
    pub fn append(mut self, name: &'static str, value: Value) -> Self {
        self.append.push((name, vec![value]));
        self
    }

    /// Changes a number.
    #[must_use]
    pub fn add(mut self, name: &'static str, delta: i64) -> Self {
        self.add.push((name, delta));
        self
    }

    /// Removes an attribute.
    #[must_use]
    pub fn remove(mut self, name: &'static str) -> Self {
        self.remove.push(name);
        self
    }

    /// Adds a condition.
    #[must_use]
    pub fn guard(mut self, guard: Guard) -> Self {
        self.guards.push(guard);
        self
    }
}

impl Guard {
    /// Whether it holds for an item: the meaning that the table's own condition must have too.
    #[must_use]
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
