//! The table as a map. Honest because writes are closed: there is no expression to parse.

use super::meter::Stopwatch;
use super::{Error, Guard, Index, Item, ItemPage, Key, Meter, Query, Result, Update, Value, Write};
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Items by key, behind a lock.
#[derive(Debug, Default)]
pub struct Memory {
    items: Mutex<BTreeMap<Key, Item>>,
    /// Counts the calls; no capacity units are counted here.
    pub meter: Meter,
    /// How long each trip to it takes: nothing, unless a test says so.
    trip: Duration,
}

impl Memory {
    /// An empty table that is as far away as DynamoDB is from a function.
    pub fn far_away(trip: Duration) -> Self {
        Self { trip, ..Self::default() }
    }

    /// Waits as long as a trip takes.
    pub(super) async fn travel(&self) {
        if !self.trip.is_zero() {
            tokio::time::sleep(self.trip).await;
        }
    }

    fn items(&self) -> MutexGuard<'_, BTreeMap<Key, Item>> {
        self.meter.note(&Stopwatch::start(), 0, 0);
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The item with this key; `None` where there is none.
    pub fn get(&self, key: &Key) -> Option<Item> {
        self.items().get(key).cloned()
    }

    /// Several items at one moment.
    pub fn get_many(&self, keys: &[Key]) -> Vec<Option<Item>> {
        let items = self.items();
        keys.iter().map(|key| items.get(key).cloned()).collect()
    }

    /// Every item, for tests that look for what must not be there.
    pub fn everything(&self) -> Vec<Item> {
        self.items().values().cloned().collect()
    }

    /// Part of a list.
    pub fn query(&self, query: &Query) -> ItemPage {
        let (pk, sk) = Index::keys(query.index);
        let place = |item: &Item| item.text_if_any(sk).unwrap_or_default().to_owned();
        let mut found: Vec<Item> = self
            .items()
            .values()
            .filter(|item| item.text_if_any(pk) == Some(&query.pk))
            .filter(|item| (query.from.as_str()..=query.to.as_str()).contains(&&*place(item)))
            .cloned()
            .collect();
        found.sort_by_key(place);
        if !query.oldest_first {
            found.reverse();
        }
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        if query.index.is_some_and(Index::keys_only) {
            let kept = ["pk", "sk", pk, sk];
            found.iter_mut().for_each(|item| item.0.retain(|name, _| kept.contains(&&**name)));
        }
        ItemPage { items: found, more }
    }

    /// All of the writes or none.
    pub fn commit(&self, writes: &[Write]) -> Result<()> {
        commit(&mut self.items(), writes)
    }

    /// Changes one item and answers it as it is afterwards: nobody gets in between.
    pub fn update(&self, update: &Update) -> Result<Item> {
        let write = Write::Update(update.clone());
        let key = write.key()?;
        let mut items = self.items();
        commit(&mut items, &[write])?;
        items.get(&key).cloned().ok_or(Error::Contended)
    }
}

impl Write {
    /// The key it is about.
    pub(super) fn key(&self) -> Result<Key> {
        match self {
            Self::Insert(item) | Self::Replace { item, .. } => Ok(Key::of(item)?),
            Self::Check { key, .. } | Self::Remove { key, .. } => Ok(key.clone()),
            Self::Update(update) => {
                update.key.clone().ok_or_else(|| Error::Corrupt(Item::new().corrupt("pk")))
            }
        }
    }
}

fn commit(items: &mut BTreeMap<Key, Item>, writes: &[Write]) -> Result<()> {
    let mut next: Vec<(Key, Option<Item>)> = Vec::with_capacity(writes.len());
    for (index, write) in writes.iter().enumerate() {
        let key = write.key()?;
        let old = items.get(&key);
        let refused = || Error::Refused { index, old: old.cloned().map(Box::new) };
        let at_version = |old: Option<&Item>, version: u64| {
            old.is_some_and(|old| old.number("v") == Ok(version))
        };
        next.push(match write {
            Write::Insert(item) if old.is_none() => (key, Some(item.clone())),
            Write::Replace { item, version } if at_version(old, *version) => {
                (key, Some(item.clone()))
            }
            Write::Remove { version, .. } if at_version(old, *version) => (key, None),
            Write::Check { guards, .. } if old.is_some_and(|old| hold(guards, old)) => continue,
            Write::Update(update) => {
                let made = update.makes.then(|| key.item());
                let old = old.or(made.as_ref()).filter(|old| hold(&update.guards, old));
                let next = applied(update, old.ok_or_else(refused)?)?;
                (key, Some(next))
            }
            Write::Insert(_)
            | Write::Replace { .. }
            | Write::Remove { .. }
            | Write::Check { .. } => return Err(refused()),
        });
    }
    for (key, item) in next {
        match item {
            Some(item) => items.insert(key, item),
            None => items.remove(&key),
        };
    }
    Ok(())
}

fn hold(guards: &[Guard], item: &Item) -> bool {
    guards.iter().all(|guard| guard.holds(item))
}

fn applied(update: &Update, old: &Item) -> Result<Item> {
    let mut item = old.clone();
    for (name, value) in &update.set {
        item = item.with(name, value.clone());
    }
    for (name, values) in &update.append {
        let Some(Value::L(list)) = old.get(name) else {
            return Err(old.corrupt(name).into());
        };
        let list = list.iter().chain(values).cloned().collect();
        item = item.with(name, Value::L(list));
    }
    for (name, delta) in update.added() {
        let before: i64 = if old.get(name).is_some() { old.number(name)? } else { 0 };
        item = item.with(name, before + delta);
    }
    for name in &update.remove {
        item.0.remove(name.as_ref());
    }
    Ok(item)
}
