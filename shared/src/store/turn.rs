//! Turns: who adds to a list that has a largest size reads the turn first, then the list, and takes the
//! turn in the commit that adds. Of two who counted the same list one is refused, and counts again.

use super::{Consistency, Item, Key, Result, Table, Write, key};
use crate::model::{Scope, Surface};

/// The turn as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnRecord {
    key: Key,
    version: u64,
}

impl Table {
    /// The turn of those who add to a list. Read it before the list.
    pub async fn turn(&self, scope: Scope, surface: Surface, list: &str) -> Result<TurnRecord> {
        let key = key::turn(scope, surface, list);
        let version = match self.get(&key, Consistency::Strong).await? {
            Some(item) => item.number("v")?,
            None => 0,
        };
        Ok(TurnRecord { key, version })
    }
}

impl TurnRecord {
    /// The write that takes it; refused when somebody else has taken it meanwhile.
    pub fn take(&self) -> Write {
        let version = self.version + 1;
        let item: Item = self.key.item().with("v", version);
        Write::at_version(item, version)
    }
}
