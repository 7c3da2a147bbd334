//! Every key of the table, on one screen.
//!
//! | entity | pk | sk | gsi1pk / gsi1sk | answers |
//! |---|---|---|---|---|
//! | tenant | `tenant#T#M` | `tenant` | | a tenant's settings |
//! | tenants | `tenants` | `T#M` | | every tenant, for whoever looks at all |
//! | client | `client#<client id>` | `client` | | whose credential is this |
//! | customer | `customer#T#M#<month>` | `<id>` | | one customer; a tenant's customers, newest first |
//! | buyer | `buyer#T#M#<hash of e-mail and card>` | `buyer` | | which customer did a link make of this buyer |
//! | e-mail | `customer_email#T#M#<email>` | `email` | | is this address taken |
//! | payment intent | `intent#T#M#<month>` | `<id>` | `intent#T#M#<customer>` / `<id>` | one intent; a tenant's; a customer's, newest first |
//! | payment between wallets | `intent#T#M#<hash of its idempotency key>` | `payment` | the same, and gsi2 `intent#T#M#<month>` / `<id>` | one intent, by its id or its key; a tenant's; a customer's |
//! | account | `account#T#M#<account>` | `account` | | what is in a wallet, or outside |
//! | journal entry | `entry#T#M#<account>` | `<number>` | | an account's journal |
//! | finding | `audit#T#M#<month>` | `<id>` | | what the audit found |
//! | hold | `hold#T#M#<wallet>` | `<expires ms>#<intent>` | | what is in escrow, the first to expire first |
//! | payment method | `method#T#M#<customer>` | `<id>` | `method#T#M#<customer>` / `<time>#<id>` | a customer's saved cards and bank accounts, newest first |
//! | bank method | `bank_method#T#M#<id>` | `customer` | | whose bank account is this |
//! | destination | `destination#T#M#<customer>` | `<id>` | | where a customer's payees take money, newest first |
//! | wallets | `wallets#T#M#<customer>` | `wallets` | | a customer's wallets by name |
//! | ledger | `ledger#T#M` | `<account>` | | every account, for whoever looks at all |
//! | webhook endpoint | `endpoint#T#M` | `platform`, else `<surface>#<id>` | | who wants this tenant's events, of one surface or of all |
//! | event | `event#T#M#<month>` | `<id>` | | one event, for replays |
//! | delivery | `delivery#T#M#<month>` | `<event>#<endpoint>` | | one delivery; a tenant's, newest first |
//! | endpoint's health | `health#T#M` | `<endpoint>` | | does it work, is it paused |
//! | delivery order | `order#T#M#<endpoint>` | `<object>` | | which event of an object is next |
//! | idempotency | `idempotency#T#M#<operation>#<hash>` | `key` | | what was answered to this key |
//! | key ring | `keyring#<purpose>` | `keys` | | the deployment's keys of one purpose |
//! | timer | `timer#<kind>#<shard>` | `<due ms>#<T>#<M>#<id>` | | what is due |
//! | delivery's timer | `timer#deliver#<shard>` | `<due ms>#<T>#<M>#<event>#<endpoint>` | | which deliveries are due |
//! | replay | `timer#replay#<shard>` | `<asked ms>#<T>#<M>#<id>` | | which replays are under way |
//! | simulator | `simulator#<attempt>` | `charge` | | the simulator's own books |
//! | merchant accounts of a tenant | `tenant#T#M` | `accounts` | | who charges |
//! | organization | `tenant#T#M` | `organization` | | a tenant's settings for its links |
//! | API key | `api_key#T#M` | `<surface>#<place>` | | whose key is this; a tenant's keys |
//! | member | `member#T` | `<id>` | | one member; a tenant's |
//! | member's e-mail | `member_email#<email>` | `email` | | who signs in with this address |
//! | session | `session#T#<member>` | `<id>` | | one sign-in; a member's |
//! | invitation | `invitation#T` | `<id>` | | one invitation; a tenant's |
//! | throttle | `throttle#<what>#<whom>` | `count` | | how many tries there were |
//! | payment link | `link#<uuid>` | `link` | | can it be paid; counts uses |
//! | its details | `link#<uuid>` | `snapshot` | | what the page shows; one query reads both |
//! | listed link | `links#T#M` | `<created ms>#<uuid>` | | a tenant's links, newest first |
//! | checkout session | `checkout#T#M#<id>` | `session` | | what a buyer typed and buys |
//! | payment by card, new surfaces | `intent#T#M#<hash>` | `payment` | the indexes below | one intent |
//! | transaction | `transaction#T#M#<month>` | `<id>` | `transaction#T#M#<intent>` / `<id>` | one submit; a tenant's; a payment's |
//! | refund | `refund#T#M#<hash>` | `refund` | `refund#T#M#<intent>` / `<id>`, and gsi2 | one refund; a payment's |
//! | product | `product#T#M` | `<id>` | | one product; a tenant's |
//! | own id of a customer | `customer_own_id#T#M#<hash>` | `own_id` | | which customer is this |
//! | address of an endpoint | `endpoint_url#T#M#<hash>` | `<surface>` | | is this address taken |
//! | product number | `sku#T#M#<sku>` | `sku` | | is this number taken |
//!
//! # Indexes
//!
//! DynamoDB adds one index per update of a table, so all of them are in the template from the start.
//! gsi1 and gsi2 hold whole items; gsi3 and gsi4 hold keys only, and so cost a write only when a key
//! in them changes. An item without an index's keys is not in it.
//!
//! | index | pk | sk | whose question |
//! |---|---|---|---|
//! | gsi1 | `intent#T#M#<customer>` | `<id>` | payments of a customer, newest first |
//! | gsi1 | `method#T#M#<customer>` | `<time id>` | a customer's payment methods |
//! | gsi1 | `transaction#T#M#<intent>` | `<id>` | `GET /transactions?paymentId`, beyond those that the payment names |
//! | gsi1 | `refund#T#M#<intent>` | `<id>` | refunds of a payment or of its transaction |
//! | gsi1 | `customer#T#M#email#<email>` | `<id>` | `GET /customers?email`: not unique on the payments surface |
//! | gsi1 | `invoice#T#M#<customer>`, `credit_note#T#M#<customer>` | `<id>` | a customer's documents; a credit note is also named by its invoice |
//! | gsi1 | `dispute#T#M#<intent>` | `<id>` | disputes of a payment |
//! | gsi2 | `intent#T#M#<month>` | `<id>` | payments between wallets, beside the platform's links in the table |
//! | gsi2 | `intent#T#M#card#<month>` | `<id>` | card payments of the payments and the links surface: from creation when a key made them, else from the first submit |
//! | gsi2 | `refund#T#M#<month>` | `<id>` | a tenant's refunds |
//! | gsi2 | `invoice#T#M#<month>`, `credit_note#T#M#<month>`, `dispute#T#M#<month>` | `<id>` | a tenant's documents and disputes |
//! | gsi3 | `started#T#M#<link or none>` | `s#<id>` only started, `a#<id>` a card was submitted | `starts` and `attempted` of an hour; `GET .../payments/` of a link (`a#`) |
//! | gsi3 | `delivery#T#M#<endpoint>` | `<event>` | deliveries of one of many endpoints; not on the platform surface, which has one |
//! | gsi4 | `paid#T#M#<link or none>` | `<paid ms>#<id>` | what was paid in an hour |
//! | gsi4 | `refunded#T#M#<link or none>` | `<succeeded ms>#<id>` | what went back in an hour |
//! | gsi4 | `declined#T#M#<link or none>` | `<ms>#<reason>#<id>` | declines of an hour by reason, counted from the keys (transactions) |
//!
//! How the lists of the contracts are answered:
//!
//! | list | read |
//! |---|---|
//! | `GET /v1/platform/payments` | table `intent#T#M#<month>`, gsi2 `intent#T#M#<month>` and gsi2 `intent#T#M#card#<month>`, merged by id |
//! | `GET /payments`, `GET /api/transactions/` | table `intent#T#M#<month>` (links of the platform) and gsi2 `intent#T#M#card#<month>`, merged; payments between wallets are never looked at |
//! | either, of one customer | gsi1 `intent#T#M#<customer>` |
//! | `GET /transactions` | table `transaction#T#M#<month>`, and table `intent#T#M#<month>` for the platform's: there the one submit is inside the intent, and the transaction's id is the intent's |
//! | `GET /transactions/{id}` | transaction and intent of this id in one read |
//! | `depositAttempts`, transactions of a payment | the ids that the intent keeps (its newest 50), read strongly; older ones from gsi1 |
//! | `GET /refunds`, `GET /api/refunds/` | gsi2; of a payment gsi1 |
//! | `GET /api/payment-links/` | table `links#T#M`, the whole walk for search, aggregates and other orders |
//! | `GET /api/payment-links/{uuid}/payments/` | gsi3 `started#`, from `a#`, then the items by key |
//! | search by e-mail, reference, last four | table `find#T#M#<HMAC>` / `<created ms>#<id>`, written with the first submit |
//! | `GET /webhooks/{id}/deliveries`, `GET /api/.../deliveries/` | gsi3 `delivery#`, then the items by key |
//! | `GET /api-keys`, members, invitations, sessions, products, endpoints | one partition of the table each |
//! | statistics of an hour | gsi3 `started#`, gsi4 `paid#`, `refunded#`, `declined#`; sums lie in `stat#T#M#<day>` / `<link>#<hour>` |
//!
//! What the template declares:
//!
//! ```yaml
//! AttributeDefinitions: # all of type S
//!   [pk, sk, gsi1pk, gsi1sk, gsi2pk, gsi2sk, gsi3pk, gsi3sk, gsi4pk, gsi4sk]
//! GlobalSecondaryIndexes: # HASH <name>pk, RANGE <name>sk
//!   gsi1: {ProjectionType: ALL}
//!   gsi2: {ProjectionType: ALL}
//!   gsi3: {ProjectionType: KEYS_ONLY}
//!   gsi4: {ProjectionType: KEYS_ONLY}
//! ```
//!
//! T is the tenant's id, M `test` or `live`. Months come from the time inside the id, so a
//! record is found by its id alone and no partition grows for ever. The class stands first, so
//! that `dynamodb:LeadingKeys` in a role can tell classes apart.

mod selling;
mod signing_in;

pub use selling::*;
pub use signing_in::*;

use super::Item;
use crate::{
    digest::hex,
    model::{
        Scope, Surface, Time,
        id::{
            AttemptId, AuditId, CustomerId, DestinationId, EventId, Id, PaymentIntentId,
            PaymentLinkId, PaymentMethodId, RefundId, ReplayId, WalletId, WebhookEndpointId,
        },
        key_ring::Purpose,
        ledger::AccountId,
        time::Month,
    },
};

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Partition.
    pub pk: String,
    /// Place within it.
    pub sk: String,
}

impl Key {
    fn new(pk: String, sk: impl Into<String>) -> Self {
        Self { pk, sk: sk.into() }
    }

    /// An item that starts with this key.
    #[must_use]
    pub fn item(&self) -> Item {
        Item::new().with("pk", self.pk.as_str()).with("sk", self.sk.as_str())
    }

    /// The key an item was read with.
    ///
    /// # Errors
    /// An item without key attributes.
    pub fn of(item: &Item) -> Result<Self, super::Corrupt> {
        Ok(Self { pk: item.text("pk")?.to_owned(), sk: item.text("sk")?.to_owned() })
    }
}

/// A tenant's settings.
#[must_use]
pub fn tenant(s: Scope) -> Key {
    Key::new(scoped("tenant", s), "tenant")
}

/// A tenant's routes.
#[must_use]
pub fn routes(s: Scope) -> Key {
    Key::new(scoped("tenant", s), "routes")
}

/// A credential of the platform surface.
#[must_use]
pub fn client(client_id: &str) -> Key {
    Key::new(format!("client#{client_id}"), "client")
}

/// A customer.
#[must_use]
pub fn customer(s: Scope, id: CustomerId) -> Key {
    Key::new(customers(s, id.minted_at().month()), id.to_string())
}

/// A tenant's customers of one month.
#[must_use]
pub fn customers(s: Scope, month: Month) -> String {
    format!("{}#{month}", scoped("customer", s))
}

/// The claim on an e-mail address.
#[must_use]
pub fn customer_email(s: Scope, email: &str) -> Key {
    Key::new(format!("{}#{email}", scoped("customer_email", s)), "email")
}

/// A payment intent. An id that was derived from an idempotency key says under which hash it is
/// kept, so the key finds the same item as the id, and a second payment cannot be written there.
#[must_use]
pub fn intent(s: Scope, id: PaymentIntentId) -> Key {
    match id.seed() {
        Some(seed) => Key::new(format!("{}#{}", scoped("intent", s), hex(&seed)), "payment"),
        None => Key::new(intents(s, id.minted_at().month()), id.to_string()),
    }
}

/// A tenant's payment intents of one month.
#[must_use]
pub fn intents(s: Scope, month: Month) -> String {
    format!("{}#{month}", scoped("intent", s))
}

/// A customer's payment intents (in the index).
#[must_use]
pub fn intents_of_customer(s: Scope, customer: CustomerId) -> String {
    format!("{}#{customer}", scoped("intent", s))
}

/// A tenant on the list of all tenants.
#[must_use]
pub fn listed_tenant(s: Scope) -> Key {
    Key::new(tenants(), place(s))
}

/// The list of all tenants.
#[must_use]
pub fn tenants() -> String {
    "tenants".to_owned()
}

/// Where a tenant stands on the list.
#[must_use]
pub fn place(s: Scope) -> String {
    format!("{}#{}", s.tenant, s.mode)
}

/// What the audit found.
#[must_use]
pub fn finding(s: Scope, id: AuditId) -> Key {
    Key::new(findings(s, id.minted_at().month()), id.to_string())
}

/// What the audit found in a tenant's books in one month.
#[must_use]
pub fn findings(s: Scope, month: Month) -> String {
    format!("{}#{month}", scoped("audit", s))
}

/// An account of the ledger.
#[must_use]
pub fn account(s: Scope, id: AccountId) -> Key {
    Key::new(format!("{}#{id}", scoped("account", s)), "account")
}

/// An entry of an account's journal.
#[must_use]
pub fn entry(s: Scope, id: AccountId, number: u64) -> Key {
    Key::new(entries(s, id), format!("{number:012}"))
}

/// An account's journal.
#[must_use]
pub fn entries(s: Scope, id: AccountId) -> String {
    format!("{}#{id}", scoped("entry", s))
}

/// A payment's money in escrow.
#[must_use]
pub fn hold(s: Scope, wallet: WalletId, expires_at: Time, id: PaymentIntentId) -> Key {
    Key::new(holds(s, wallet), format!("{:015}#{id}", expires_at.ms()))
}

/// What a wallet has in escrow, the first to expire first.
#[must_use]
pub fn holds(s: Scope, wallet: WalletId) -> String {
    format!("{}#{wallet}", scoped("hold", s))
}

/// A saved card or bank account.
#[must_use]
pub fn payment_method(s: Scope, customer: CustomerId, id: PaymentMethodId) -> Key {
    Key::new(methods_of_customer(s, customer), id.to_string())
}

/// A customer's saved cards and bank accounts (in the table, and by age in the index).
#[must_use]
pub fn methods_of_customer(s: Scope, customer: CustomerId) -> String {
    format!("{}#{customer}", scoped("method", s))
}

/// Says whose bank account it is.
#[must_use]
pub fn bank_method(s: Scope, id: PaymentMethodId) -> Key {
    Key::new(format!("{}#{id}", scoped("bank_method", s)), "customer")
}

/// Where a payee takes money.
#[must_use]
pub fn destination(s: Scope, customer: CustomerId, id: DestinationId) -> Key {
    Key::new(destinations(s, customer), id.to_string())
}

/// The destinations of a customer's payees.
#[must_use]
pub fn destinations(s: Scope, customer: CustomerId) -> String {
    format!("{}#{customer}", scoped("destination", s))
}

/// A customer's wallets.
#[must_use]
pub fn wallets(s: Scope, customer: CustomerId) -> Key {
    Key::new(format!("{}#{customer}", scoped("wallets", s)), "wallets")
}

/// An account's line in the register of all.
#[must_use]
pub fn ledger_account(s: Scope, id: AccountId) -> Key {
    Key::new(ledger(s), id.to_string())
}

/// The register of a tenant's accounts.
#[must_use]
pub fn ledger(s: Scope) -> String {
    scoped("ledger", s)
}

/// One of a tenant's endpoints. On the platform surface there is one, and its id is not asked for.
#[must_use]
pub fn endpoint(s: Scope, surface: Surface, id: WebhookEndpointId) -> Key {
    match surface {
        Surface::Platform => platform_endpoint(s),
        Surface::Payments | Surface::Links => {
            Key::new(endpoints(s), format!("{}#{id}", surface.as_str()))
        }
    }
}

/// The one endpoint that a tenant has on the platform surface.
#[must_use]
pub fn platform_endpoint(s: Scope) -> Key {
    Key::new(endpoints(s), Surface::Platform.as_str())
}

/// How an endpoint is doing.
#[must_use]
pub fn endpoint_health(s: Scope, endpoint: WebhookEndpointId) -> Key {
    Key::new(scoped("health", s), endpoint.to_string())
}

/// Where the events of one object stand at one endpoint.
#[must_use]
pub fn delivery_order(s: Scope, endpoint: WebhookEndpointId, object: &str) -> Key {
    Key::new(format!("{}#{endpoint}", scoped("order", s)), object)
}

/// A tenant's endpoints.
#[must_use]
pub fn endpoints(s: Scope) -> String {
    scoped("endpoint", s)
}

/// An event.
#[must_use]
pub fn event(s: Scope, id: EventId) -> Key {
    Key::new(events(s, id.minted_at().month()), id.to_string())
}

/// A tenant's events of one month.
#[must_use]
pub fn events(s: Scope, month: Month) -> String {
    format!("{}#{month}", scoped("event", s))
}

/// What became of an event at an endpoint.
#[must_use]
pub fn delivery(s: Scope, event: EventId, endpoint: WebhookEndpointId) -> Key {
    Key::new(deliveries(s, event.minted_at().month()), format!("{event}#{endpoint}"))
}

/// A tenant's deliveries of one month.
#[must_use]
pub fn deliveries(s: Scope, month: Month) -> String {
    format!("{}#{month}", scoped("delivery", s))
}

/// The record of an idempotency key; `hash` is the SHA-256 of the caller's key in hex.
#[must_use]
pub fn idempotency(s: Scope, operation: &str, hash: &str) -> Key {
    Key::new(format!("{}#{operation}#{hash}", scoped("idempotency", s)), "key")
}

/// The deployment's keys of one purpose.
#[must_use]
pub fn key_ring(purpose: Purpose) -> Key {
    Key::new(format!("keyring#{}", purpose.as_str()), "keys")
}

/// The public halves of the signing keys: all that most functions may read.
#[must_use]
pub fn public_keys() -> Key {
    Key::new("keyring#public".to_owned(), "keys")
}

/// Timers are spread over this many partitions per kind.
pub const TIMER_SHARDS: u8 = 4;

/// A timer: sorted by due time within its shard.
#[must_use]
pub fn timer(kind: &str, due: Time, s: Scope, id: PaymentIntentId) -> Key {
    let shard = id.uuid().as_bytes().last().map_or(0, |byte| byte % TIMER_SHARDS);
    Key::new(timers(kind, shard), format!("{:015}#{}#{}#{id}", due.ms(), s.tenant, s.mode))
}

/// Timers of deliveries are spread over this many partitions: one customer's outage makes many.
pub const DELIVERY_SHARDS: u8 = 16;

/// A delivery's timer: sorted by due time within its shard.
#[must_use]
pub fn delivery_timer(due: Time, s: Scope, event: EventId, endpoint: WebhookEndpointId) -> Key {
    let shard = event.uuid().as_bytes().last().map_or(0, |byte| byte % DELIVERY_SHARDS);
    let sk = format!("{:015}#{}#{}#{event}#{endpoint}", due.ms(), s.tenant, s.mode);
    Key::new(timers("deliver", shard), sk)
}

/// A replay that is under way.
#[must_use]
pub fn replay(asked_at: Time, s: Scope, id: ReplayId) -> Key {
    let shard = id.uuid().as_bytes().last().map_or(0, |byte| byte % TIMER_SHARDS);
    let sk = format!("{:015}#{}#{}#{id}", asked_at.ms(), s.tenant, s.mode);
    Key::new(timers("replay", shard), sk)
}

/// One shard of the timers of one kind.
#[must_use]
pub fn timers(kind: &str, shard: u8) -> String {
    format!("timer#{kind}#{shard}")
}

/// Sorts after every timer that is due at `now`.
#[must_use]
pub fn due_until(now: Time) -> String {
    format!("{:015}~", now.ms())
}

/// A charge in the simulator's own books.
#[must_use]
pub fn simulator_charge(attempt: AttemptId) -> Key {
    Key::new(format!("simulator#{attempt}"), "charge")
}

/// A refund's timer: sorted by due time within its shard.
#[must_use]
pub fn refund_timer(due: Time, s: Scope, id: RefundId) -> Key {
    let shard = id.uuid().as_bytes().last().map_or(0, |byte| byte % TIMER_SHARDS);
    let sk = format!("{:015}#{}#{}#{id}", due.ms(), s.tenant, s.mode);
    Key::new(timers("refund", shard), sk)
}

/// The timer of a link's end: sorted by due time within its shard.
#[must_use]
pub fn link_timer(due: Time, s: Scope, id: PaymentLinkId) -> Key {
    let shard = id.uuid().as_bytes().last().map_or(0, |byte| byte % TIMER_SHARDS);
    let sk = format!("{:015}#{}#{}#{id}", due.ms(), s.tenant, s.mode);
    Key::new(timers("link", shard), sk)
}

/// The lowest sort key of an id made at or after `time`.
#[must_use]
pub fn ids_from(time: Time) -> String {
    Id::<()>::mint(time, [0; 10]).to_string().get(..14).unwrap_or_default().to_owned()
}

/// What is left of an id without its time, in hex: ids that were derived from one seed at different
/// moments have it in common.
fn hash_of<K>(id: Id<K>) -> String {
    hex(id.uuid().as_bytes().get(6..).unwrap_or_default())
}

fn scoped(class: &str, s: Scope) -> String {
    format!("{class}#{}#{}", s.tenant, s.mode)
}
