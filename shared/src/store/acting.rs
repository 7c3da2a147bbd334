//! Who is acting: kept in each record that somebody changes, so that the table's stream can tell who
//! did what without another write on the caller's path.
//!
//! Who calls is known in one place, where a credential is checked; what is written is known in sixty
//! operations, which have no use for it. So the invocation carries it ([`scope`], [`set`]) and the
//! table puts it into what it writes ([`stamped`]), as the log knows whose request it writes about.
//! Only writes that a person would call an act get it: a replacement by a worker drops it, and an
//! update by one leaves it as it was, so that each stamp is new exactly once.

use super::{Corrupt, Item, Key, Update, Value, Write};
use crate::{
    digest::hex,
    model::{Time, actor::Actor, payment_intent::StatusName},
};
use std::cell::RefCell;

/// The attribute that says who acted.
const STAMP: &str = "act";

/// Somebody who acts, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The actor: a member, a server, the operator or the processor.
    pub actor: Actor,
    /// The name at this moment: a member's, or that of a key.
    pub name: Option<String>,
    /// When it was done.
    pub at: Time,
    /// Tells this request from all others, in hex.
    pub nonce: String,
}

tokio::task_local! {
    static CURRENT: RefCell<Option<Stamp>>;
}

impl Stamp {
    /// Somebody who acts now, with ten bytes that no other request has.
    pub fn new(actor: Actor, name: Option<&str>, at: Time, random: [u8; 10]) -> Self {
        Self { actor, name: name.map(str::to_owned), at, nonce: hex(&random) }
    }

    /// Whoever last changed a record, where that is kept.
    pub fn of(item: &Item) -> std::result::Result<Option<Self>, Corrupt> {
        if item.get(STAMP).is_none() {
            return Ok(None);
        }
        let stamp = item.map(STAMP)?;
        Ok(Some(Self {
            actor: stamp.parse("who")?,
            name: stamp.text_if_any("name").map(str::to_owned),
            at: stamp.time("at")?,
            nonce: stamp.text("one")?.to_owned(),
        }))
    }

    fn to_value(&self) -> Value {
        Item::new()
            .with("who", self.actor.to_string())
            .with_some("name", self.name.as_deref())
            .with("at", self.at)
            .with("one", self.nonce.as_str())
            .into()
    }
}

/// Runs an invocation in which nobody acts until that is known.
pub async fn scope<F: Future>(invocation: F) -> F::Output {
    CURRENT.scope(RefCell::new(None), invocation).await
}

/// Runs something that somebody does.
pub async fn by<F: Future>(stamp: Stamp, act: F) -> F::Output {
    CURRENT.scope(RefCell::new(Some(stamp)), act).await
}

/// Says who acts in this invocation, from now on.
pub fn set(stamp: Stamp) {
    // Outside of an invocation nobody is told of.
    let _ = CURRENT.try_with(|current| current.replace(Some(stamp)));
}

/// Whether a record says who changed it last.
pub(super) fn is_stamped(item: &Item) -> bool {
    item.get(STAMP).is_some()
}

/// The same writes, with whoever acts in those that are acts.
pub(super) fn stamped(mut writes: Vec<Write>) -> Vec<Write> {
    let Some(stamp) = current() else { return writes };
    // Sign-ins that end or begin together with a member's change are part of that; what a sign-in
    // notes in its member is part of it.
    let of_member = writes.iter().any(|write| class_of(write) == Some("member"));
    let inserts = |class| {
        let mut inserted = writes.iter().filter(|write| matches!(write, Write::Insert(_)));
        inserted.any(|write| class_of(write) == Some(class))
    };
    let signs_in = inserts("session") && !inserts("member");
    // Operators call no payment off: what they write of one that was is the erasure of its buyer.
    let of_operator = stamp.actor == Actor::Operator;
    for write in &mut writes {
        let aside = match class_of(write) {
            Some("session") => of_member && !signs_in,
            Some("member" | "second_factor") => signs_in,
            Some("intent") => of_operator,
            Some(_) | None => false,
        };
        if is_act(write) && !aside {
            match write {
                Write::Insert(item) | Write::Replace { item, .. } => {
                    item.0.insert(STAMP.to_owned(), stamp.to_value());
                }
                Write::Update(update) => update.set.push((STAMP, stamp.to_value())),
                Write::Check { .. } | Write::Remove { .. } => {}
            }
        }
    }
    writes
}

/// The same of one update that is no part of a commit.
pub(super) fn stamped_update(update: Update) -> Update {
    match current() {
        Some(stamp) if is_act_in_place(&update) => update.set(STAMP, stamp.to_value()),
        Some(_) | None => update,
    }
}

fn current() -> Option<Stamp> {
    CURRENT.try_with(|current| current.borrow().clone()).ok().flatten()
}

/// What stands in front of a partition's name.
fn class(pk: &str) -> &str {
    pk.split_once('#').map_or(pk, |(class, _)| class)
}

fn class_of(write: &Write) -> Option<&str> {
    match write {
        Write::Insert(item) | Write::Replace { item, .. } => item.text_if_any("pk").map(class),
        Write::Update(Update { key, .. }) => key.as_ref().map(|key| class(&key.pk)),
        Write::Check { .. } | Write::Remove { .. } => None,
    }
}

/// Whether a write is what a person would call an act. Counters, keys of idempotency, copies for
/// lists and the like are none, and stay as small as they are.
fn is_act(write: &Write) -> bool {
    match write {
        Write::Insert(item) => {
            let (pk, sk) = place(item);
            match class(pk) {
                "tenant" => sk != "routes",
                "api_key" | "member" | "invitation" | "reset" | "session" | "links" | "product"
                | "endpoint" | "refund" | "note" => true,
                "timer" => pk.starts_with("timer#replay#"),
                _ => false,
            }
        }
        Write::Replace { item, .. } => {
            let (pk, sk) = place(item);
            match class(pk) {
                "tenant" => sk != "routes",
                "member" | "invitation" | "reset" | "second_factor" | "product" | "endpoint"
                | "delivery" => true,
                "session" => item.get("off").is_some(),
                "intent" => item.text_if_any("st") == Some(StatusName::Canceled.as_str()),
                _ => false,
            }
        }
        Write::Update(update) => is_act_in_place(update),
        Write::Check { .. } | Write::Remove { .. } => false,
    }
}

fn is_act_in_place(update: &Update) -> bool {
    let Some(Key { pk, sk }) = &update.key else { return false };
    let sets = |name: &str| update.set.iter().any(|(set, _)| *set == name);
    match class(pk) {
        _ if update.aside => false,
        "tenant" => sk == "tenant",
        "api_key" => sets("off") || sets("exp"),
        "links" => true,
        // One that is sent again while it waits.
        "delivery" => sets("due"),
        // What is noted of a webhook that is deleted.
        "idempotency" => pk.contains("#endpoint-deleted#"),
        _ => false,
    }
}

fn place(item: &Item) -> (&str, &str) {
    let text = |name| item.text_if_any(name).unwrap_or_default();
    (text("pk"), text("sk"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Id,
        store::{Consistency, Table, gone, memory::Memory, tests::scope as tenant},
    };
    use futures_util::FutureExt;

    fn ada(nonce: u8) -> Stamp {
        let actor = Actor::Member(Id::mint(Time::from_ms(5), [1; 10]));
        Stamp::new(actor, Some("Ada"), Time::from_ms(7), [nonce; 10])
    }

    fn item(pk: &str, version: i64) -> Item {
        Item::new().with("pk", pk).with("sk", "-").with("v", version)
    }

    fn kept(store: &Table, pk: &str) -> Option<Stamp> {
        let key = Key { pk: pk.to_owned(), sk: "-".to_owned() };
        let found = store.get(&key, Consistency::Strong).now_or_never().unwrap().unwrap();
        Stamp::of(&found.unwrap()).unwrap()
    }

    fn commit(store: &Table, write: Write) {
        store.commit(vec![write]).now_or_never().unwrap().unwrap();
    }

    #[test]
    fn a_record_keeps_who_changed_it_until_somebody_else_replaces_it() {
        let store = Table::Memory(Memory::default());
        let act = async { commit(&store, Write::Insert(item("product#t", 1))) };
        by(ada(1), act).now_or_never().unwrap();
        assert_eq!(kept(&store, "product#t"), Some(ada(1)));
        let again = async {
            commit(&store, Write::Replace { item: item("product#t", 2), version: 1 });
        };
        by(ada(2), again).now_or_never().unwrap();
        assert_eq!(kept(&store, "product#t"), Some(ada(2)));
        commit(&store, Write::Replace { item: item("product#t", 3), version: 2 });
        assert_eq!(kept(&store, "product#t"), None, "a worker");
    }

    #[test]
    fn nobody_acts_before_that_is_known_and_counters_stay_as_they_are() {
        let store = Table::Memory(Memory::default());
        let invocation = async {
            commit(&store, Write::Insert(item("product#early", 1)));
            set(ada(3));
            commit(&store, Write::Insert(item("product#late", 1)));
            commit(&store, Write::Insert(item("tally#t", 1)));
            commit(&store, Write::Insert(item("intent#t", 1)));
        };
        scope(invocation).now_or_never().unwrap();
        assert_eq!(kept(&store, "product#early"), None);
        assert_eq!(kept(&store, "product#late"), Some(ada(3)));
        assert_eq!((kept(&store, "tally#t"), kept(&store, "intent#t")), (None, None));
    }

    #[test]
    fn sign_ins_that_end_with_a_members_change_are_part_of_it() {
        let store = Table::Memory(Memory::default());
        let ended = || item("session#t#m", 2).with("off", Time::from_ms(9));
        let (member, session) = (item("member#t", 2), item("session#t#m", 1));
        commit(&store, Write::Insert(item("member#t", 1)));
        commit(&store, Write::Insert(session));
        let both = vec![
            Write::Replace { item: member, version: 1 },
            Write::Replace { item: ended(), version: 1 },
        ];
        by(ada(4), store.commit(both)).now_or_never().unwrap().unwrap();
        assert!(kept(&store, "member#t").is_some() && kept(&store, "session#t#m").is_none());
        let alone = Item::new().with("v", 3_i64);
        let alone = Item(ended().0.into_iter().chain(alone.0).collect());
        let write = vec![Write::Replace { item: alone, version: 2 }];
        by(ada(5), store.commit(write)).now_or_never().unwrap().unwrap();
        assert_eq!(kept(&store, "session#t#m"), Some(ada(5)));
    }

    #[test]
    fn a_sign_in_is_one_act_whatever_it_notes_in_its_member() {
        let store = Table::Memory(Memory::default());
        commit(&store, Write::Insert(item("member#t", 1)));
        let begun = |member| vec![member, Write::Insert(item("session#t#m", 1))];
        let known = Write::Replace { item: item("member#t", 2), version: 1 };
        by(ada(6), store.commit(begun(known))).now_or_never().unwrap().unwrap();
        assert_eq!((kept(&store, "member#t"), kept(&store, "session#t#m")), (None, Some(ada(6))));
        let other = Table::Memory(Memory::default());
        let joined = begun(Write::Insert(item("member#t", 1)));
        by(ada(7), other.commit(joined)).now_or_never().unwrap().unwrap();
        assert_eq!((kept(&other, "member#t"), kept(&other, "session#t#m")), (Some(ada(7)), None));
    }

    #[test]
    fn what_is_noted_of_a_deleted_webhook_says_who_deleted_it() {
        let note = |kind| gone::note(tenant(), kind, "id", "id", Time::from_ms(9));
        assert!(is_act(&note("endpoint")) && !is_act(&note("customer")));
    }
}
