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
//! | audit's cursor | `audit#cursor` | `cursor` | | where the audit goes on |
//! | finding | `audit#T#M#<month>` | `<id>` | | what the audit found |
//! | hold | `hold#T#M#<wallet>` | `<expires ms>#<intent>` | | what is in escrow, the first to expire first |
//! | payment method | `method#T#M#<customer>` | `<id>` | `method#T#M#<customer>` / `<time>#<id>` | a customer's saved cards and bank accounts, newest first |
//! | bank method | `bank_method#T#M#<id>` | `customer` | | whose bank account is this |
//! | erasure | `erasure#T#M#<id>` | `token` | | which token of a card that is gone is to be deleted at its processor |
//! | destination | `destination#T#M#<customer>` | `<id>` | | where a customer's payees take money, newest first |
//! | wallets | `wallets#T#M#<customer>` | `wallets` | | a customer's wallets by name |
//! | ledger | `ledger#T#M` | `<account>` | | every account, for whoever looks at all |
//! | webhook endpoint | `endpoint#T#M` | `platform`, else `<surface>#<id>` | | who wants this tenant's events, of one surface or of all |
//! | event | `event#T#M#<month>` | `<id>` | | one event, for replays |
//! | delivery | `delivery#T#M#<month>` | `<event>#<endpoint>` | | one delivery; a tenant's, newest first |
//! | endpoint's health | `health#T#M` | `<endpoint>` | | does it work, is it paused |
//! | event of Stripe's | `stripe_event#T#M` | `<event>`, `<event>#told` | | was it handled, was it found on Stripe's list |
//! | delivery order | `order#T#M#<endpoint>` | `<object>` | | which event of an object is next |
//! | idempotency | `idempotency#T#M#<surface>:<operation>#<hash>` | `key` | | what was answered to this key |
//! | key ring | `keyring#<purpose>` | `keys` | | the deployment's keys of one purpose |
//! | outside issuers | `keyring#public` | `issuers`, `issuer#<hash>#<generation>#<part>` | | whose tokens are good besides ours, and their keys |
//! | timer | `timer#<kind>#<shard>` | `<due ms>#<T>#<M>#<id>` | | what is due |
//! | delivery's timer | `timer#deliver#<shard>` | `<due ms>#<T>#<M>#<event>#<endpoint>` | | which deliveries are due |
//! | replay | `timer#replay#<shard>` | `<asked ms>#<T>#<M>#<id>` | | which replays are under way |
//! | simulator | `simulator#<attempt>` | `charge` | | the simulator's own books |
//! | Stripe | `stripe#<task>` | `task` | | what Stripe's adapter has begun or closed |
//! | account at Stripe | `stripe_account#T#M` | `account` | | with which keys a tenant's cards are charged |
//! | look at Stripe's events | `stripe_polls#<shard>` | `T#M`, `T#M#<connected account>` | | whose events are asked for, and how far they were read |
//! | merchant accounts of a tenant | `tenant#T#M` | `accounts` | | who charges |
//! | organization | `tenant#T#M` | `organization` | | a tenant's settings for its links |
//! | tax settings | `tenant#T#M` | `tax` | | who sells, where is tax collected, how are invoices written |
//! | API key | `api_key#T#M` | `<surface>#<place>` | | whose key is this; a tenant's keys |
//! | member | `member#T` | `<id>` | | one member; a tenant's |
//! | member's e-mail | `member_email#<email>` | `email` | | who signs in with this address |
//! | session | `session#T#<member>` | `<id>` | | one sign-in; a member's |
//! | invitation | `invitation#T` | `<id>` | | one invitation; a tenant's |
//! | second factor | `second_factor#T` | `<member>` | | which codes sign this member in |
//! | sign-in in two steps | `challenge#T` | `<id>` | | whose password was right a moment ago |
//! | reset of a password | `reset#T` | `<member>` | | may this member set a new password |
//! | throttle | `throttle#<what>#<whom>` | `count` | | how many tries there were; `link`: declines and open challenges of a link, and of a network there |
//! | activity | `activity#T#M#<month>` | `<id>` | | who did what, newest first |
//! | note | `note#T#M` | `<id>` | | what somebody did that no other record says |
//! | picture | `image#<sha256>` | `image` | | a logo, or what a product looks like |
//! | payment link | `link#<uuid>` | `link` | | can it be paid; counts uses |
//! | its details | `link#<uuid>` | `snapshot` | | what the page shows; one query reads both |
//! | listed link | `links#T#M` | `<created ms>#<uuid>` | | a tenant's links, newest first |
//! | checkout session | `checkout#T#M#<id>` | `session` | | what a buyer typed and buys |
//! | payment by card, new surfaces | `intent#T#M#<hash>` | `payment` | the indexes below | one intent |
//! | transaction | `transaction#T#M#<month>` | `<moment of the submit, and id>` | | a tenant's submits, newest first; what became of one stands in its payment |
//! | name of a card payment | `find#T#M#<HMAC of kind and value>` | `<id>` | | which payments have this buyer's address, this reference, these last four digits |
//! | refund | `refund#T#M#<hash>` | `refund` | `refund#T#M#<intent>` / `<id>`, and gsi2 | one refund; a payment's |
//! | dispute | `dispute#T#M#<hash>` | `dispute` | `dispute#T#M#<intent>` / `<id>`, and gsi2 | one dispute; a payment's |
//! | invoice | `invoice#T#M#<hash>` | `invoice` | `invoice#T#M#<customer>` / `<id>`, and gsi2 | one invoice; a tenant's; a customer's |
//! | credit note | `credit_note#T#M#<hash>` | `note` | `credit_note#T#M#<invoice>` / `<id>`, and gsi2 | one credit note; a tenant's; an invoice's |
//! | series of numbers | `series#T#M` | `<series>` | | which number is next |
//! | number of a document | `document_number#T#M#<number>` | `number` | | is it taken |
//! | refund before its invoice | `uncredited#T#M#<payment>` | `<refund>` | | which refunds wait for their invoice |
//! | product | `product#T#M` | `<id>` | | one product; a tenant's |
//! | own id of a customer | `customer_own_id#T#M#<hash>` | `own_id` | | which customer is this |
//! | address of an endpoint | `endpoint_url#T#M#<hash>` | `<surface>` | | is this address taken |
//! | turn | `turn#T#M` | `<surface>#<list>` | | who adds to a list that has a largest size |
//! | tally | `tally#T#M` | `links`, `products` | | how many a tenant has |
//! | hour of a link | `stat#T#M#<day>` | `h#<link or none>#<start ms>` | | what came of it, recounted from the indexes |
//! | day of a link, of all | `stat#T#M#<day>` | `d#<link or none>`, `all` | | the sum of its hours; of all links' days |
//! | month of a link | `stat#T#M#<month>` | `m#<link>` | | the sum of its days |
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
//! | gsi1 | `refund#T#M#<intent>` | `<id>` | refunds of a payment or of its transaction |
//! | gsi1 | `customer#T#M#email#<email>` | `<id>` | `GET /customers?email`: not unique on the payments surface |
//! | gsi1 | `invoice#T#M#<customer>`, `credit_note#T#M#<invoice>` | `<id>` | a customer's invoices; an invoice's credit notes |
//! | gsi1 | `dispute#T#M#<intent>` | `<id>` | disputes of a payment |
//! | gsi2 | `intent#T#M#<month>` | `<id>` | payments between wallets, beside the platform's links in the table |
//! | gsi2 | `intent#T#M#card#<month>` | `<id>` | card payments of the payments and the links surface: from creation when a key made them, else from the first submit |
//! | gsi2 | `refund#T#M#<month>` | `<id>` | a tenant's refunds |
//! | gsi2 | `invoice#T#M#<month>`, `credit_note#T#M#<month>`, `dispute#T#M#<month>` | `<id>` | a tenant's documents and disputes |
//! | gsi3 | `started#T#M#<link or none>` | `s#<id>` only started, `a#<id>` a card was submitted | `starts` and `attempted` of an hour; `GET .../payments/` of a link (`a#`) |
//! | gsi3 | `delivery#T#M#<endpoint>` | `<event>` | deliveries of one of many endpoints; not on the platform surface, which has one |
//! | gsi4 | `paid#T#M#<link or none>` | `<paid ms>#<id>` | what was paid in an hour |
//! | gsi4 | `refunded#T#M#<link or none>` | `<succeeded ms>#<id>` | what went back in an hour |
//!
//! How the lists of the contracts are answered:
//!
//! | list | read |
//! |---|---|
//! | `GET /v1/platform/payments` | table `intent#T#M#<month>`, gsi2 `intent#T#M#<month>` and gsi2 `intent#T#M#card#<month>`, merged by id |
//! | `GET /payments`, `GET /api/transactions/` | table `intent#T#M#<month>` (links of the platform) and gsi2 `intent#T#M#card#<month>`, merged; payments between wallets are never looked at |
//! | either, of one customer | gsi1 `intent#T#M#<customer>` |
//! | `GET /transactions` | table `transaction#T#M#<month>`, then the payments by key; beside it table `intent#T#M#<month>` for the platform's, whose one submit has no item of its own; of one payment the payment alone |
//! | `GET /transactions/{id}` | payments made in the millisecond with which the id begins |
//! | `depositAttempts`, transactions of a payment | those that the intent keeps (its newest 50), read strongly |
//! | `GET /refunds`, `GET /api/refunds/` | gsi2; of a payment gsi1 |
//! | `GET /api/payment-links/` | table `links#T#M`, the whole walk for search, aggregates and other orders |
//! | `GET /api/payment-links/{uuid}/payments/` | gsi3 `started#`, from `a#`, then the items by key |
//! | search by e-mail, reference, last four | table `find#T#M#<HMAC>` / `<id>`, kept soon after the first submit, then the payments by key; beside it the list's own walk over the last quarter of an hour |
//! | `GET /webhooks/{id}/deliveries`, `GET /api/.../deliveries/` | gsi3 `delivery#`, then the items by key |
//! | `GET /api-keys`, members, invitations, sessions, products, endpoints | one partition of the table each |
//! | statistics of an hour | gsi3 `started#`, gsi4 `paid#`, `refunded#`; declines stand in the payments themselves; of payments without a link the two lists of card payments; sums lie in `stat#T#M#<day>` |
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

mod counting;
mod documents;
mod selling;
mod signing_in;

pub use counting::*;
pub use documents::*;
pub use selling::*;
pub use signing_in::*;

use super::Item;
use crate::{
    digest::hex,
    model::{
        Scope, Surface, Time,
        id::{
            AttemptId, AuditId, CustomerId, DestinationId, EventId, Id, PaymentIntentId,
            PaymentMethodId, RefundId, ReplayId, WalletId, WebhookEndpointId,
        },
        key_ring::Purpose,
        ledger::AccountId,
        time::Month,
    },
};

/// The primary key of an item in the table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The partition, named after the class of its items.
    pub pk: String,
    /// The item's place within the partition, which sorts its lists.
    pub sk: String,
}

impl Key {
    fn new(pk: String, sk: impl Into<String>) -> Self {
        Self { pk, sk: sk.into() }
    }

    /// An item that starts with this key.
    pub fn item(&self) -> Item {
        Item::new().with("pk", self.pk.as_str()).with("sk", self.sk.as_str())
    }

    /// The key an item was read with.
    pub fn of(item: &Item) -> Result<Self, super::Corrupt> {
        Ok(Self { pk: item.text("pk")?.to_owned(), sk: item.text("sk")?.to_owned() })
    }
}

/// A tenant's settings in one mode.
pub fn tenant(s: Scope) -> Key {
    Key::new(scoped("tenant", s), "tenant")
}

/// All settings of a tenant, each an item of its own.
pub fn tenant_parts(s: Scope) -> String {
    scoped("tenant", s)
}

/// All routes of a tenant, in one item.
pub fn routes(s: Scope) -> Key {
    Key::new(scoped("tenant", s), "routes")
}

/// A credential of the platform surface.
pub fn client(client_id: &str) -> Key {
    Key::new(format!("client#{client_id}"), "client")
}

/// A customer, in the partition of the month in which the id was minted.
pub fn customer(s: Scope, id: CustomerId) -> Key {
    Key::new(customers(s, id.minted_at().month()), id.to_string())
}

/// A tenant's customers of one month.
pub fn customers(s: Scope, month: Month) -> String {
    format!("{}#{month}", scoped("customer", s))
}

/// The claim on an e-mail address.
pub fn customer_email(s: Scope, email: &str) -> Key {
    Key::new(format!("{}#{email}", scoped("customer_email", s)), "email")
}

/// A payment intent. An id that was derived from an idempotency key says under which hash it is
/// kept, so the key finds the same item as the id, and a second payment cannot be written there.
pub fn intent(s: Scope, id: PaymentIntentId) -> Key {
    match id.seed() {
        Some(seed) => Key::new(format!("{}#{}", scoped("intent", s), hex(&seed)), "payment"),
        None => Key::new(intents(s, id.minted_at().month()), id.to_string()),
    }
}

/// A tenant's payment intents of one month.
pub fn intents(s: Scope, month: Month) -> String {
    format!("{}#{month}", scoped("intent", s))
}

/// A customer's payment intents (in the index).
pub fn intents_of_customer(s: Scope, customer: CustomerId) -> String {
    format!("{}#{customer}", scoped("intent", s))
}

/// A tenant on the list of all tenants.
pub fn listed_tenant(s: Scope) -> Key {
    Key::new(tenants(), place(s))
}

/// The list of all tenants.
pub fn tenants() -> String {
    "tenants".to_owned()
}

/// Where a tenant stands on the list.
pub fn place(s: Scope) -> String {
    format!("{}#{}", s.tenant, s.mode)
}

/// What the audit found.
pub fn finding(s: Scope, id: AuditId) -> Key {
    Key::new(findings(s, id.minted_at().month()), id.to_string())
}

/// What the audit found in a tenant's books in one month.
pub fn findings(s: Scope, month: Month) -> String {
    format!("{}#{month}", scoped("audit", s))
}

/// Where the audit of all tenants stopped.
pub fn audit_cursor() -> Key {
    Key::new("audit#cursor".to_owned(), "cursor")
}

/// An account of the ledger.
pub fn account(s: Scope, id: AccountId) -> Key {
    Key::new(format!("{}#{id}", scoped("account", s)), "account")
}

/// An entry of an account's journal.
pub fn entry(s: Scope, id: AccountId, number: u64) -> Key {
    Key::new(entries(s, id), format!("{number:012}"))
}

/// The partition of an account's journal.
pub fn entries(s: Scope, id: AccountId) -> String {
    format!("{}#{id}", scoped("entry", s))
}

/// A payment's money in escrow.
pub fn hold(s: Scope, wallet: WalletId, expires_at: Time, id: PaymentIntentId) -> Key {
    Key::new(holds(s, wallet), format!("{:015}#{id}", expires_at.ms()))
}

/// What a wallet has in escrow, the first to expire first.
pub fn holds(s: Scope, wallet: WalletId) -> String {
    format!("{}#{wallet}", scoped("hold", s))
}

/// A saved card or bank account.
pub fn payment_method(s: Scope, customer: CustomerId, id: PaymentMethodId) -> Key {
    Key::new(methods_of_customer(s, customer), id.to_string())
}

/// A customer's saved cards and bank accounts (in the table, and by age in the index).
pub fn methods_of_customer(s: Scope, customer: CustomerId) -> String {
    format!("{}#{customer}", scoped("method", s))
}

/// Says whose bank account it is.
pub fn bank_method(s: Scope, id: PaymentMethodId) -> Key {
    Key::new(format!("{}#{id}", scoped("bank_method", s)), "customer")
}

/// A token of a processor that is to be deleted there.
pub fn erasure<K>(s: Scope, id: Id<K>) -> Key {
    Key::new(format!("{}#{id}", scoped("erasure", s)), "token")
}

/// Where a payee takes money.
pub fn destination(s: Scope, customer: CustomerId, id: DestinationId) -> Key {
    Key::new(destinations(s, customer), id.to_string())
}

/// The destinations of a customer's payees.
pub fn destinations(s: Scope, customer: CustomerId) -> String {
    format!("{}#{customer}", scoped("destination", s))
}

/// A customer's wallets by name, in one item.
pub fn wallets(s: Scope, customer: CustomerId) -> Key {
    Key::new(format!("{}#{customer}", scoped("wallets", s)), "wallets")
}

/// An account's line in the register of all.
pub fn ledger_account(s: Scope, id: AccountId) -> Key {
    Key::new(ledger(s), id.to_string())
}

/// The register of a tenant's accounts.
pub fn ledger(s: Scope) -> String {
    scoped("ledger", s)
}

/// One of a tenant's endpoints. On the platform surface there is one, and its id is not asked for.
pub fn endpoint(s: Scope, surface: Surface, id: WebhookEndpointId) -> Key {
    match surface {
        Surface::Platform => platform_endpoint(s),
        Surface::Payments | Surface::Links => {
            Key::new(endpoints(s), format!("{}#{id}", surface.as_str()))
        }
    }
}

/// The one endpoint that a tenant has on the platform surface.
pub fn platform_endpoint(s: Scope) -> Key {
    Key::new(endpoints(s), Surface::Platform.as_str())
}

/// Whose turn it is to add to a list that has a largest size.
pub fn turn(s: Scope, surface: Surface, list: &str) -> Key {
    Key::new(scoped("turn", s), format!("{}#{list}", surface.as_str()))
}

/// How an endpoint is doing.
pub fn endpoint_health(s: Scope, endpoint: WebhookEndpointId) -> Key {
    Key::new(scoped("health", s), endpoint.to_string())
}

/// Where the events of one object stand at one endpoint.
pub fn delivery_order(s: Scope, endpoint: WebhookEndpointId, object: &str) -> Key {
    Key::new(format!("{}#{endpoint}", scoped("order", s)), object)
}

/// The partition of a tenant's endpoints, those of all surfaces.
pub fn endpoints(s: Scope) -> String {
    scoped("endpoint", s)
}

/// An event, in the partition of the month in which its id was minted.
pub fn event(s: Scope, id: EventId) -> Key {
    Key::new(events(s, id.minted_at().month()), id.to_string())
}

/// A tenant's events of one month.
pub fn events(s: Scope, month: Month) -> String {
    format!("{}#{month}", scoped("event", s))
}

/// What became of an event at an endpoint.
pub fn delivery(s: Scope, event: EventId, endpoint: WebhookEndpointId) -> Key {
    Key::new(deliveries(s, event.minted_at().month()), format!("{event}#{endpoint}"))
}

/// A tenant's deliveries of one month.
pub fn deliveries(s: Scope, month: Month) -> String {
    format!("{}#{month}", scoped("delivery", s))
}

/// The record of an idempotency key; `hash` is the SHA-256 of the caller's key in hex.
pub fn idempotency(s: Scope, operation: &str, hash: &str) -> Key {
    Key::new(format!("{}#{operation}#{hash}", scoped("idempotency", s)), "key")
}

/// The deployment's keys of one purpose.
pub fn key_ring(purpose: Purpose) -> Key {
    Key::new(format!("keyring#{}", purpose.as_str()), "keys")
}

/// The public halves of the signing keys: all that most functions may read.
pub fn public_keys() -> Key {
    Key::new("keyring#public".to_owned(), "keys")
}

/// Every outside issuer of tokens, beside our own public keys: the same functions read both.
pub fn issuers() -> Key {
    Key::new(public_keys().pk, "issuers")
}

/// A part of the keys of an outside issuer, by the hash of its name.
pub fn issuer_keys(issuer: &str, generation: u64, part: u32) -> Key {
    Key::new(public_keys().pk, format!("issuer#{issuer}#{generation:08}#{part:03}"))
}

/// Timers are spread over this many partitions per kind.
pub const TIMER_SHARDS: u8 = 4;

/// A timer: sorted by due time within its shard.
pub fn timer(kind: &str, due: Time, s: Scope, id: PaymentIntentId) -> Key {
    let shard = id.uuid().as_bytes().last().map_or(0, |byte| byte % TIMER_SHARDS);
    Key::new(timers(kind, shard), format!("{:015}#{}#{}#{id}", due.ms(), s.tenant, s.mode))
}

/// Timers of deliveries are spread over this many partitions: one customer's outage makes many.
pub const DELIVERY_SHARDS: u8 = 16;

/// A delivery's timer: sorted by due time within its shard.
pub fn delivery_timer(due: Time, s: Scope, event: EventId, endpoint: WebhookEndpointId) -> Key {
    let shard = event.uuid().as_bytes().last().map_or(0, |byte| byte % DELIVERY_SHARDS);
    let sk = format!("{:015}#{}#{}#{event}#{endpoint}", due.ms(), s.tenant, s.mode);
    Key::new(timers("deliver", shard), sk)
}

/// A replay that is under way.
pub fn replay(asked_at: Time, s: Scope, id: ReplayId) -> Key {
    let shard = id.uuid().as_bytes().last().map_or(0, |byte| byte % TIMER_SHARDS);
    let sk = format!("{:015}#{}#{}#{id}", asked_at.ms(), s.tenant, s.mode);
    Key::new(timers("replay", shard), sk)
}

/// An event of Stripe's that was handled.
pub fn stripe_event(s: Scope, event: &str) -> Key {
    Key::new(scoped("stripe_event", s), event)
}

/// An event that was found on Stripe's list, and told to whoever handles events.
pub fn told_stripe_event(s: Scope, event: &str) -> Key {
    Key::new(scoped("stripe_event", s), format!("{event}#told"))
}

/// How far an account's events were read; spread over as many partitions as timers are.
pub fn stripe_poll(s: Scope, connected: Option<&str>) -> Key {
    let shard = s.tenant.uuid().as_bytes().last().map_or(0, |byte| byte % TIMER_SHARDS);
    let own = place(s);
    Key::new(stripe_polls(shard), connected.map_or(own.clone(), |acct| format!("{own}#{acct}")))
}

/// One shard of the accounts whose events are asked for.
pub fn stripe_polls(shard: u8) -> String {
    format!("stripe_polls#{shard}")
}

/// One shard of the timers of one kind.
pub fn timers(kind: &str, shard: u8) -> String {
    format!("timer#{kind}#{shard}")
}

/// Sorts after every timer that is due at `now`.
pub fn due_until(now: Time) -> String {
    format!("{:015}~", now.ms())
}

/// A charge in the simulator's own books.
pub fn simulator_charge(attempt: AttemptId) -> Key {
    Key::new(format!("simulator#{attempt}"), "charge")
}

/// What Stripe's adapter wrote down under a task's key.
pub fn stripe_task(task: AttemptId) -> Key {
    Key::new(format!("stripe#{task}"), "task")
}

/// A tenant's account at Stripe.
pub fn stripe_account(s: Scope) -> Key {
    Key::new(scoped("stripe_account", s), "account")
}

/// A refund's timer: sorted by due time within its shard.
pub fn refund_timer(due: Time, s: Scope, id: RefundId) -> Key {
    let shard = id.uuid().as_bytes().last().map_or(0, |byte| byte % TIMER_SHARDS);
    let sk = format!("{:015}#{}#{}#{id}", due.ms(), s.tenant, s.mode);
    Key::new(timers("refund", shard), sk)
}

/// The lowest sort key of an id made at or after `time`.
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
