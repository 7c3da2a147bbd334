//! Keys of what is sold and paid through links: see the table in [`super`].

use super::{Key, hash_of, scoped};
use crate::digest::{hex, sha256};
use crate::model::{
    Scope, Surface, Time,
    id::{
        CheckoutSessionId, DisputeId, Id, PaymentIntentId, PaymentLinkId, ProductId, RefundId,
        TransactionId, WebhookEndpointId,
    },
    time::Month,
};
use uuid::Uuid;

/// A payment link's settings and counters. Its id is secret enough to find it without a tenant.
pub fn payment_link(id: PaymentLinkId) -> Key {
    Key::new(link_parts(id), "link")
}

/// A payment link's lines and details.
pub fn link_details(id: PaymentLinkId) -> Key {
    Key::new(link_parts(id), "snapshot")
}

/// Both parts of a payment link.
pub fn link_parts(id: PaymentLinkId) -> String {
    format!("link#{id}")
}

/// A payment link's row on its tenant's list.
pub fn listed_link(s: Scope, created_at: Time, id: PaymentLinkId) -> Key {
    Key::new(listed_links(s), format!("{:015}#{id}", created_at.ms()))
}

/// The list of a tenant's payment links, by age.
pub fn listed_links(s: Scope) -> String {
    scoped("links", s)
}

/// A checkout session, in a partition of its own.
pub fn checkout_session(s: Scope, id: CheckoutSessionId) -> Key {
    Key::new(format!("{}#{id}", scoped("checkout", s)), "session")
}

/// A transaction: one submit of a card, by the moment at which it was submitted.
pub fn transaction(s: Scope, submitted_at: Time, id: TransactionId) -> Key {
    let place = submitted(submitted_at, id).to_string();
    Key::new(transactions(s, submitted_at.month()), place)
}

/// Where a submit stands among a tenant's. Its own id begins with the moment at which its payment
/// was made, which may be long before.
pub fn submitted(at: Time, id: TransactionId) -> Uuid {
    let bytes = id.uuid().as_bytes();
    let rest = std::array::from_fn(|n| bytes.get(6 + n).copied().unwrap_or(0));
    *Id::<()>::mint(at, rest).uuid()
}

/// A tenant's transactions of one month.
pub fn transactions(s: Scope, month: Month) -> String {
    format!("{}#{month}", scoped("transaction", s))
}

/// A refund. Its id derives from an idempotency key, from the processor's reference, or from
/// chance; whatever the time in it, the same one is kept once.
pub fn refund(s: Scope, id: RefundId) -> Key {
    Key::new(format!("{}#{}", scoped("refund", s), hash_of(id)), "refund")
}

/// A payment's refunds (in the index).
pub fn refunds_of_payment(s: Scope, payment: PaymentIntentId) -> String {
    format!("{}#{payment}", scoped("refund", s))
}

/// A tenant's refunds of one month (in the index).
pub fn refunds(s: Scope, month: Month) -> String {
    format!("{}#{month}", scoped("refund", s))
}

/// A dispute. Its id derives from the processor's reference; whatever the time in it, the same one is
/// kept once.
pub fn dispute(s: Scope, id: DisputeId) -> Key {
    Key::new(format!("{}#{}", scoped("dispute", s), hash_of(id)), "dispute")
}

/// A payment's disputes (in the index).
pub fn disputes_of_payment(s: Scope, payment: PaymentIntentId) -> String {
    format!("{}#{payment}", scoped("dispute", s))
}

/// A tenant's disputes of one month (in the index).
pub fn disputes(s: Scope, month: Month) -> String {
    format!("{}#{month}", scoped("dispute", s))
}

/// A tenant's card payments of one month that were made with a key or tried by a buyer (in the
/// index). Those of the platform surface stand in [`super::intents`].
pub fn card_intents(s: Scope, month: Month) -> String {
    format!("{}#card#{month}", scoped("intent", s))
}

/// A link's payments by the time they were started (in the index); with no link, all of the
/// tenant's that have none. Sort keys are [`started`] ones.
pub fn started_on(s: Scope, link: Option<PaymentLinkId>) -> String {
    of_link("started", s, link)
}

/// Where a payment stands among those started: apart, whether a card was submitted or not.
pub fn started(id: PaymentIntentId, attempted: bool) -> String {
    format!("{}#{id}", if attempted { 'a' } else { 's' })
}

/// A link's payments by the time they were paid (in the index).
pub fn paid_on(s: Scope, link: Option<PaymentLinkId>) -> String {
    of_link("paid", s, link)
}

/// A link's refunds by the time they succeeded (in the index).
pub fn refunded_on(s: Scope, link: Option<PaymentLinkId>) -> String {
    of_link("refunded", s, link)
}

/// Where something stands that happened at a moment.
pub fn happened<K>(at: Time, id: crate::model::Id<K>) -> String {
    format!("{:015}#{id}", at.ms())
}

/// A name of a card payment: an HMAC of kind and value.
pub fn found(s: Scope, hash: &str, id: PaymentIntentId) -> Key {
    Key::new(found_with(s, hash), id.to_string())
}

/// The card payments that have a name, by age.
pub fn found_with(s: Scope, hash: &str) -> String {
    format!("{}#{hash}", scoped("find", s))
}

/// A picture, whoever uploaded it.
pub fn picture(hash: &str) -> Key {
    Key::new(format!("image#{hash}"), "image")
}

/// A product, in the partition of all its tenant's.
pub fn product(s: Scope, id: ProductId) -> Key {
    Key::new(products(s), id.to_string())
}

/// A tenant's products, by age.
pub fn products(s: Scope) -> String {
    scoped("product", s)
}

/// How many of something a tenant has.
pub fn tally(s: Scope, what: &str) -> Key {
    Key::new(scoped("tally", s), what)
}

/// The claim on a seller's own product number.
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
pub fn customer_own_id(s: Scope, own: &str) -> Key {
    Key::new(format!("{}#{}", scoped("customer_own_id", s), hash_of_text(own)), "own_id")
}

/// The claim of one customer of a batch that came with an idempotency key. A caller's own id never
/// has a control character.
pub fn customer_request(s: Scope, request: &str) -> Key {
    customer_own_id(s, &format!("\u{0}{request}"))
}

/// A tenant's customers with one address (in the index): those of the platform surface stand in
/// [`super::customer_email`].
pub fn customers_by_email(s: Scope, email: &str) -> String {
    format!("{}#email#{email}", scoped("customer", s))
}

/// The claim of a customer that a link made: who paid with this address and this card is them.
pub fn buyer(s: Scope, email: &str, fingerprint: &str) -> Key {
    let who = hash_of_text(&format!("{email}#{fingerprint}"));
    Key::new(format!("{}#{who}", scoped("buyer", s)), "buyer")
}

/// The claim on the address of a webhook endpoint, on a surface that has several.
pub fn endpoint_url(s: Scope, surface: Surface, url: &str) -> Key {
    Key::new(format!("{}#{}", scoped("endpoint_url", s), hash_of_text(url)), surface.as_str())
}

/// Deliveries of one of many endpoints, by event (in the index, which holds keys only).
pub fn deliveries_of_endpoint(s: Scope, endpoint: WebhookEndpointId) -> String {
    format!("{}#{endpoint}", scoped("delivery", s))
}

/// A text of any length and any characters, as a part of a key.
fn hash_of_text(text: &str) -> String {
    hex(&sha256::<32>(text))
}
