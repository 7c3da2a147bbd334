//! What the golden tests of the entities share: fixed ids, and items as text.

use super::{Item, Table, Value, Write, memory::Memory};
use crate::model::{
    Amounts, Currency, Id, Mode, Money, Scope, Surface, Time,
    card::CardSummary,
    event::{EventType, History},
    metadata::Metadata,
    payment_intent::{Attempt, ChargingAccount, LinkTerms, PaymentIntent, Status, Terms},
    payment_link::{Limit, LinkAttempts, OneTimeLink},
};
use futures_util::FutureExt;

/// When everything here happens.
pub fn now() -> Time {
    Time::parse("2026-11-21T10:00:00.250Z").unwrap()
}

/// An id that is the same in every run, with `n` for its random bytes.
pub fn id<K>(n: u8) -> Id<K> {
    Id::mint(now(), [n; 10])
}

/// A tenant in test mode, the same in every run.
pub fn scope() -> Scope {
    Scope { tenant: id(1), mode: Mode::Test }
}

/// A pending intent with everything that may be absent.
pub fn pending() -> PaymentIntent {
    PaymentIntent {
        id: id(4),
        scope: scope(),
        surface: Surface::Platform,
        customer: Some(id(2)),
        customer_own_id: None,
        amounts: Amounts::untaxed(Money::from_minor(1250, Currency::USD)),
        description: String::new(),
        terms: Terms::Link(LinkTerms {
            link: OneTimeLink {
                account: ChargingAccount {
                    id: id(3),
                    processor: "simulator".into(),
                    connected: None,
                    statement: None,
                },
                payee: "Corner Shop".into(),
                attempts: LinkAttempts::none(Limit::ONE),
                expires_at: Some(now().plus_seconds(600)),
                allowed_origins: vec!["https://shop.example".parse().unwrap()],
                return_url: Some("https://shop.example/thanks".into()),
            },
            declined: Vec::new(),
            request: None,
        }),
        metadata: Some(Metadata::new(r#"{"order":"A-1001"}"#).unwrap()),
        status: Status::Pending,
        history: History::starting(EventType::PaymentIntentCreated, now()),
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

/// A submit of a Visa card that the buyer wants to save.
pub fn attempt() -> Attempt {
    let card = CardSummary {
        brand: "visa".into(),
        last4: "4242".into(),
        exp_month: 12,
        exp_year: 2030,
        fingerprint: "q1w2e3r4t5z6u7i8o9p0aa".into(),
        country: None,
    };
    Attempt { id: id(8), card, save_card: true, buyer: None, billing: None, charged: None }
}

/// The item that one write puts into the table.
pub fn put(write: &Write) -> &Item {
    match write {
        Write::Insert(item) | Write::Replace { item, .. } => item,
        other @ (Write::Update(_) | Write::Check { .. } | Write::Remove { .. }) => {
            panic!("{other:?}")
        }
    }
}

/// The one item that is in a table after something was done with it.
pub fn kept<F: Future<Output = super::Result<()>>>(act: impl FnOnce(&'static Table) -> F) -> Item {
    let table: &'static Table = Box::leak(Box::new(Table::Memory(Memory::default())));
    act(table).now_or_never().unwrap().unwrap();
    let Table::Memory(memory) = table else { panic!("made above") };
    let mut items = memory.everything();
    assert_eq!(items.len(), 1);
    items.remove(0)
}

/// Holds an item against its attributes as text, one a line, with their number at the end.
#[track_caller]
pub fn golden(item: &Item, expected: &str) {
    let lines = item.0.iter().flat_map(|(name, value)| lines(name, value));
    let text = format!("{}{} attributes", lines.collect::<String>(), item.0.len());
    assert_eq!(text, expected.trim(), "\n{text}\n");
}

/// An attribute, or what is within it, each with its path.
fn lines(path: &str, value: &Value) -> Vec<String> {
    let one = |shown: String| vec![format!("{path}={shown}\n")];
    match value {
        Value::S(text) => one(format!("{text:?}")),
        Value::N(number) => one(number.to_string()),
        Value::Bool(truth) => one(truth.to_string()),
        Value::L(values) if values.is_empty() => one("[]".to_owned()),
        Value::M(item) if item.0.is_empty() => one("{}".to_owned()),
        Value::L(values) => {
            let values = values.iter().enumerate();
            values.flat_map(|(n, value)| lines(&format!("{path}[{n}]"), value)).collect()
        }
        Value::M(item) => {
            let inner = item.0.iter();
            inner.flat_map(|(name, value)| lines(&format!("{path}.{name}"), value)).collect()
        }
    }
}

/// Bytes that DynamoDB counts: names in UTF-8, text in UTF-8, a number's digits in pairs and one
/// more, one for a truth value, three for a list or map and one for each entry.
pub fn size(item: &Item) -> usize {
    item.0.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

fn value_size(value: &Value) -> usize {
    match value {
        Value::S(text) => text.len(),
        Value::N(number) => number.to_string().trim_start_matches('-').len().div_ceil(2) + 2,
        Value::Bool(_) => 1,
        Value::L(values) => 3 + values.iter().map(|value| 1 + value_size(value)).sum::<usize>(),
        Value::M(item) => 3 + item.0.len() + size(item),
    }
}
