//! Keys of what is sold and paid through links: see the table in [`super`].

use super::{Key, hash_of, scoped};
use crate::digest::{hex, sha256};
use crate::model::{
    Scope, Surface, Time,
    id::{CheckoutSessionId, PaymentIntentId, PaymentLinkId, ProductId, RefundId, TransactionId},
    time::Month,
};

/// A payment link's settings and counters. Its id is secret enough to find it without a tenant.
#[must_use]
pub fn payment_link(id: PaymentLinkId) -> Key {
    Key::new(link_parts(id), "link")
}

/// A payment link's lines and details.
#[must_use]
pub fn link_details(id: PaymentLinkId) -> Key {
    Key::new(link_parts(id), "snapshot")
}

/// Both parts of a payment link.
#[must_use]
pub fn link_parts(id: PaymentLinkId) -> String {
    format!("link#{id}")
}

/// A payment link's row on its tenant's list.
#[must_use]
pub fn listed_link(s: Scope, created_at: Time, id: PaymentLinkId) -> Key {
    Key::new(listed_links(s), format!("{:015}#{id}", created_at.ms()))
}

/// The list of a tenant's payment links, by age.
#[must_use]
pub fn listed_links(s: Scope) -> String {
    scoped("links", s)
}

/// A checkout session.
#[must_use]
pub fn checkout_session(s: Scope, id: CheckoutSessionId) -> Key {
    Key::new(format!("{}#{id}", scoped("checkout", s)), "session")
}

/// A transaction: one submit of a card.
#[must_use]
pub fn transaction(s: Scope, id: TransactionId) -> Key {
    Key::new(transactions(s, id.minted_at().month()), id.to_string())
}

/// A tenant's transactions of one month.
#[must_use]
pub fn transactions(s: Scope, month: Month) -> String {
    format!("{}#{month}", scoped("transaction", s))
}

/// A payment's transactions (in the index).
#[must_use]
pub fn transactions_of_payment(s: Scope, payment: PaymentIntentId) -> String {
    format!("{}#{payment}", scoped("transaction", s))
}

/// A refund. Its id derives from an idempotency key, from the processor's reference, or from
/// chance; whatever the time in it, the same one is kept once.
#[must_use]
pub fn refund(s: Scope, id: RefundId) -> Key {
    Key::new(format!("{}#{}", scoped("refund", s), hash_of(id)), "refund")
}

/// A payment's refunds (in the index).
#[must_use]
pub fn refunds_of_payment(s: Scope, payment: PaymentIntentId) -> String {
    format!("{}#{payment}", scoped("refund", s))
}

/// A tenant's refunds of one month (in the index).
#[must_use]
pub fn refunds(s: Scope, month: Month) -> String {
    format!("{}#{month}", scoped("refund", s))
}

/// A tenant's card payments of one month that were made with a key or tried by a buyer (in the
/// index). Those of the platform surface stand in [`super::intents`].
#[must_use]
pub fn card_intents(s: Scope, month: Month) -> String {
    format!("{}#card#{month}", scoped("intent", s))
}

/// A link's payments by the time they were started (in the index); with no link, all of the
/// tenant's that have none. Sort keys are [`started`] ones.
#[must_use]
pub fn started_on(s: Scope, link: Option<PaymentLinkId>) -> String {
    of_link("started", s, link)
}

/// Where a payment stands among those started: apart, whether a card was submitted or not.
#[must_use]
pub fn started(id: PaymentIntentId, attempted: bool) -> String {
    format!("{}#{id}", if attempted { 'a' } else { 's' })
}

/// A link's payments by the time they were paid (in the index).
#[must_use]
pub fn paid_on(s: Scope, link: Option<PaymentLinkId>) -> String {
    of_link("paid", s, link)
}

/// A link's refunds by the time they succeeded (in the index).
#[must_use]
pub fn refunded_on(s: Scope, link: Option<PaymentLinkId>) -> String {
    of_link("refunded", s, link)
}

/// A link's declined submits (in the index). Sort keys are [`declined`] ones.
#[must_use]
pub fn declined_on(s: Scope, link: Option<PaymentLinkId>) -> String {
    of_link("declined", s, link)
}

/// Where something stands that happened at a moment.
#[must_use]
pub fn happened<K>(at: Time, id: crate::model::Id<K>) -> String {
    format!("{:015}#{id}", at.ms())
}

/// Where a declined submit stands: the reason is in the key, so that counting reads no records.
#[must_use]
pub fn declined(at: Time, reason: &str, id: TransactionId) -> String {
    format!("{:015}#{reason}#{id}", at.ms())
}

/// A product.
#[must_use]
pub fn product(s: Scope, id: ProductId) -> Key {
    Key::new(products(s), id.to_string())
}

/// A tenant's products, by age.
#[must_use]
pub fn products(s: Scope) -> String {
    scoped("product", s)
}

/// The claim on a seller's own product number.
#[must_use]
pub fn sku(s: Scope, sku: &str) -> Key {
    Key::new(format!("{}#{sku}", scoped("sku", s)), "sku")
}

fn of_link(class: &str, s: Scope, link: Option<PaymentLinkId>) -> String {
    match link {
        Some(link) => format!("{}#{link}", scoped(class, s)),
        None => format!("{}#none", scoped(class, s)),
    }
}

/// The claim on a tenant's own id for a customer; it says whose it is.
#[must_use]
pub fn customer_own_id(s: Scope, own: &str) -> Key {
    Key::new(format!("{}#{}", scoped("customer_own_id", s), hash_of_text(own)), "own_id")
}

/// The claim of a customer that a link made: who paid with this address and this card is them.
#[must_use]
pub fn buyer(s: Scope, email: &str, fingerprint: &str) -> Key {
    let who = hash_of_text(&format!("{email}#{fingerprint}"));
    Key::new(format!("{}#{who}", scoped("buyer", s)), "buyer")
}

/// The claim on the address of a webhook endpoint, on a surface that has several.
#[must_use]
pub fn endpoint_url(s: Scope, surface: Surface, url: &str) -> Key {
    Key::new(format!("{}#{}", scoped("endpoint_url", s), hash_of_text(url)), surface.as_str())
}

/// A text of any length and any characters, as a part of a key.
fn hash_of_text(text: &str) -> String {
    hex(&sha256::<32>(text))
}
