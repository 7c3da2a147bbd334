//! Charges of saved cards without their holders: one payment each, tried again when that makes sense.
//!
//! The record of a charge and its first attempt are one commit, which also checks that the card is
//! still there; only then is the processor asked, under the attempt's own key. The idempotency key
//! decides the payment's id, and that of a retry its attempt's, so that either is its own record of
//! the key. What a request was answered is fixed once, by whoever learns it first.

mod answers;
mod means;

use super::{
    Allowance, Idempotency, Now, Problem, Resource, Result, StateRefusal, Unauthenticated,
    engine::steps::pause, problem::on, submits, tax, tenant_links::LinkCustomer,
};
use crate::{
    digest::sha256,
    model::{
        Money, Scope, Surface, Time,
        customer::Customer,
        event::{EventType, History},
        id::{AttemptId, CustomerId, Id, PaymentIntentId, PaymentMethodId, TransactionId},
        metadata::Metadata,
        payment_intent::{
            ChargeRequest, ChargeTerms, PaymentIntent, RESERVATION_S, RetryRefusal, Status, Terms,
            Work,
        },
        tax::Calculator,
        tenant::Tenant,
    },
    processor::Processors,
    store::{
        self, Consistency, Error, Item, Key, Table, Write, intent, key, processor_account, submit,
        write::Guard,
    },
};
use answers::{carry_out, replay};
use means::{ChargeSale, ChargeSeller, Means};

/// Tries against others who write to the same charge.
const MAX_TRIES: u32 = 4;

/// Charges of one customer that begin within any minute, wherever it begins.
pub const MAX_A_MINUTE: i64 = 100;

/// A charge that a caller asks for.
#[derive(Debug, Clone)]
pub struct NewCharge {
    /// The id of its payment, from [`id`].
    pub id: PaymentIntentId,
    /// What makes repeating the request harmless.
    pub idempotency_key: Option<String>,
    /// What is charged before tax.
    pub amount: Money,
    /// What the charge is for: it stands on the invoice.
    pub description: String,
    /// The customer whose card is charged.
    pub customer: LinkCustomer,
    /// The card that is charged.
    pub card: ChosenCard,
    /// What the caller attaches: answered and told as it came.
    pub metadata: Option<Metadata>,
    /// What is sold, for tax.
    pub tax_code: Option<String>,
}

/// Which saved card of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChosenCard {
    /// The card that the customer's record names as its default.
    Default,
    /// The customer's card with this id.
    Named(PaymentMethodId),
    /// One that cannot be.
    Nothing,
}

/// A charge as a request for it is answered: it took the money, or nobody knows yet.
#[derive(Debug)]
pub struct Charged {
    /// The payment that stands for the charge: each charge makes one.
    pub payment: PaymentIntent,
    /// The attempt that took the money, or whose outcome is still open.
    pub transaction: TransactionId,
    /// Whether an earlier request made it.
    pub replayed: bool,
    /// How far the customer is from the limit, where this request was counted.
    pub allowance: Option<Allowance>,
}

/// The id of a new charge. An idempotency key decides where it is kept; without one, chance does.
pub fn id(
    scope: Scope,
    idempotency_key: Option<&str>,
    random: [u8; 10],
    now: Time,
) -> PaymentIntentId {
    let seed = idempotency_key
        .map_or(random, |key| sha256(&format!("{}#{}#charge#{key}", scope.tenant, scope.mode)));
    Id::derive(now, seed)
}

/// How long an index may need to show what was written.
const INDEX_DELAY: std::time::Duration = std::time::Duration::from_millis(200);

/// Where things stand in what was read with [`NewCharge::keys`].
const TENANT: usize = 0;
const ACCOUNTS: usize = 1;
const SETTINGS: usize = 2;
const EARLIER: usize = 3;
const CUSTOMER: usize = 4;

/// What was read for a request.
#[derive(Clone, Copy)]
struct Found<'a> {
    scope: Scope,
    items: &'a [Option<Item>],
}

impl Found<'_> {
    fn at(&self, place: usize) -> Option<&Item> {
        self.items.get(place).and_then(Option::as_ref)
    }
}

/// Whom a charge asks: for the money, and for the tax on it.
#[derive(Clone, Copy)]
pub struct ChargeServices<'a> {
    /// The processors of the deployment.
    pub processors: &'a Processors<'a>,
    /// Computes the tax; where it cannot, nothing is charged.
    pub calculator: &'a dyn Calculator,
}

/// Charges a saved card, unless the same request came before. `found` is what was read with
/// [`NewCharge::keys`].
///
/// # Errors
/// In this order: [`Problem::Repeated`], [`Problem::InProgress`], an amount above the tenant's limit,
/// an unknown tax code, no such customer, no such card, nobody who charges it, no tax known, too many
/// charges or declines, a decline.
pub async fn create(
    store: &Table,
    services: ChargeServices<'_>,
    scope: Scope,
    new: &NewCharge,
    items: &[Option<Item>],
    clock: Now<'_>,
) -> Result<Charged> {
    let found = Found { scope, items };
    if let Some(earlier) = found.at(EARLIER) {
        let earlier = intent::from_item(scope, earlier)?;
        return new.again(store, earlier, found, clock).await;
    }
    let tenant = found.at(TENANT).ok_or(Problem::Unauthenticated(Unauthenticated::NoTenant))?;
    let tenant = store::tenant::from_item(scope, tenant)?;
    tenant.allows(new.amount).map_err(|invalid| on("amount", invalid))?;
    let seller = ChargeSeller {
        accounts: processor_account::from_item(scope, found.at(ACCOUNTS))?,
        settings: store::tax::from_item(found.at(SETTINGS))?,
    };
    tax::check_code(&seller.settings, "taxCode", new.tax_code.as_deref())?;
    let customer = new.customer(store, found).await?;
    let sale = ChargeSale { amount: new.amount, tax_code: new.tax_code.as_deref(), card: new.card };
    let means = seller.means(store, services, &customer, sale, clock()).await?;
    let begun = new.payment(&tenant, &customer, &means);
    let begins = begins(&begun, intent::insert(&begun), &means);
    match store.commit(begins).await {
        Ok(()) => carry_out(store, services.processors, begun, means, clock).await,
        Err(Error::Refused { index: 0, old: Some(old) }) => {
            new.again(store, intent::from_item(scope, &old)?, found, clock).await
        }
        // It was taken away at this moment.
        Err(Error::Refused { index: 1, .. }) => Err(no_card()),
        Err(other) => Err(other.into()),
    }
}

/// A wish to try a charge again.
#[derive(Clone, Copy)]
pub struct ChargeRetry<'a> {
    /// The tenant and its mode.
    pub scope: Scope,
    /// The attempt that was declined.
    pub transaction: TransactionId,
    /// The key that the request came with, if any.
    pub idempotency: &'a Idempotency,
    /// What stands for the key where there is none.
    pub new_id: AttemptId,
}

/// Tries a charge again with the customer's default card and the tax of now, unless the same request
/// came before.
///
/// # Errors
/// In this order: no such transaction, [`Problem::InProgress`], an attempt under way, not the last
/// attempt of a charge or not to be made again, then as [`create`] from the card on.
pub async fn retry(
    store: &Table,
    services: ChargeServices<'_>,
    retry: ChargeRetry<'_>,
    clock: Now<'_>,
) -> Result<Charged> {
    let ChargeRetry { scope, transaction, idempotency, new_id } = retry;
    let missing = || Problem::NotFound(Resource::Transaction);
    let seen = match submits::payment(store, scope, transaction).await {
        // The index shows an attempt that was a retry itself a moment after it was made.
        Err(Problem::NotFound(_)) => {
            tokio::time::sleep(INDEX_DELAY).await;
            submits::payment(store, scope, transaction).await?
        }
        seen => seen?,
    };
    let named = AttemptId::from_uuid(*transaction.uuid());
    let key = idempotency.key().map_or_else(|| new_id.to_string(), |key| key.pk.clone());
    let id = Id::derive(seen.id.minted_at(), sha256(&format!("{}#retry#{key}", seen.id)));
    for tried in 0..MAX_TRIES {
        pause(id, tried).await;
        let payment = store.intent(scope, seen.id, Consistency::Strong).await?;
        let payment = payment.ok_or_else(missing)?;
        if payment.was_attempted_with(id) {
            return replay(store, payment, id, clock).await;
        }
        payment.may_retry(named, clock()).map_err(refused)?;
        let terms = payment.charge_terms().ok_or(StateRefusal::NotRetryable)?;
        let customer = customer_of(store, &payment).await?;
        let seller = ChargeSeller::read(store, scope).await?;
        let tax_code = terms.request.tax_code.as_deref();
        let amount = payment.amounts.subtotal();
        let sale = ChargeSale { amount, tax_code, card: ChosenCard::Default };
        let now = clock();
        let means = seller.means(store, services, &customer, sale, now).await?;
        let attempt = means.attempt(id);
        let begun = payment.retry(named, attempt, means.method.id, now).map_err(refused)?;
        let begins = begins(&begun, intent::replace(&begun), &means);
        match store.commit(begins).await {
            Ok(()) => return carry_out(store, services.processors, begun, means, clock).await,
            // Somebody else was faster, and may be this very request.
            Err(Error::Refused { index: 0, .. }) => {}
            Err(Error::Refused { .. }) => return Err(no_card()),
            Err(other) => return Err(other.into()),
        }
    }
    Err(Problem::Contended)
}

fn refused(refusal: RetryRefusal) -> Problem {
    Problem::State(match refusal {
        RetryRefusal::UnderWay => StateRefusal::ChargeInProgress,
        RetryRefusal::Never => StateRefusal::NotRetryable,
    })
}

const fn no_card() -> Problem {
    Problem::State(StateRefusal::NoPaymentMethod)
}

/// The writes with which an attempt begins: its payment's own, that the card is still there at this
/// moment, where the attempt stands in the tenant's list, and that old declines of the card go.
fn begins(begun: &PaymentIntent, payment: Write, means: &Means) -> Vec<Write> {
    let method = &means.method;
    let key = key::payment_method(begun.scope, method.customer, method.id);
    let there = Write::Check { key, guards: vec![Guard::AtLeast("v", 1)] };
    let attempt = begun.status.open().map(|attempt| attempt.id);
    let listed =
        attempt.and_then(|attempt| submit::list(begun.scope, begun.id, attempt, begun.updated_at));
    [payment, there].into_iter().chain(listed).chain(means.forgets.clone()).collect()
}

async fn customer_of(store: &Table, payment: &PaymentIntent) -> Result<Customer> {
    let missing = || Problem::NotFound(Resource::Customer);
    let id = payment.customer.ok_or_else(missing)?;
    store.customer(payment.scope, id, Consistency::Strong).await?.ok_or_else(missing)
}

impl NewCharge {
    /// What has to be read to make it, in the order that [`create`] expects.
    pub fn keys(&self, scope: Scope) -> Vec<Key> {
        let customer = match &self.customer {
            LinkCustomer::Known(id) => Some(key::customer(scope, *id)),
            LinkCustomer::Own(own) => Some(key::customer_own_id(scope, own)),
            LinkCustomer::Nobody => None,
        };
        let mut keys = vec![
            key::tenant(scope),
            key::tenant_accounts(scope),
            key::tax_settings(scope),
            key::intent(scope, self.id),
        ];
        keys.extend(customer);
        keys
    }

    /// Whose card it is.
    async fn customer(&self, store: &Table, found: Found<'_>) -> Result<Customer> {
        let missing = || Problem::NotFound(Resource::Customer);
        let item = found.at(CUSTOMER).ok_or_else(missing)?;
        match &self.customer {
            LinkCustomer::Known(_) => Ok(store::customer::from_item(found.scope, item)?),
            LinkCustomer::Own(_) => {
                let id: CustomerId = item.parse("cust")?;
                let customer = store.customer(found.scope, id, Consistency::Strong).await?;
                customer.ok_or_else(missing)
            }
            LinkCustomer::Nobody => Err(missing()),
        }
    }

    /// The payment with its first attempt.
    fn payment(&self, tenant: &Tenant, customer: &Customer, means: &Means) -> PaymentIntent {
        let now = self.id.minted_at();
        let attempt = Id::derive(now, sha256(&format!("{}#charge", self.id)));
        let until = now.plus_seconds(RESERVATION_S);
        let history = History::starting(EventType::PaymentIntentCreated, now);
        PaymentIntent {
            id: self.id,
            scope: tenant.scope,
            surface: Surface::Payments,
            customer: Some(customer.id),
            customer_own_id: customer.profile.own_id.clone(),
            amounts: means.amounts,
            description: self.description.clone(),
            terms: Terms::Charge(ChargeTerms {
                account: means.account.clone(),
                payee: tenant.name.clone(),
                method: means.method.id,
                request: ChargeRequest {
                    idempotency_key: self.idempotency_key.clone(),
                    method: match self.card {
                        ChosenCard::Named(id) => Some(id),
                        ChosenCard::Default | ChosenCard::Nothing => None,
                    },
                    tax_code: self.tax_code.clone(),
                },
                declined: Vec::new(),
                answers: Vec::new(),
            }),
            metadata: self.metadata.clone(),
            status: Status::Processing { work: Work::Card(means.attempt(attempt)), until },
            history: history.and(EventType::PaymentIntentProcessing, now),
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// The charge that the same request made before.
    async fn again(
        &self,
        store: &Table,
        earlier: PaymentIntent,
        found: Found<'_>,
        clock: Now<'_>,
    ) -> Result<Charged> {
        let settings = store::tax::from_item(found.at(SETTINGS))?;
        let differing = self.differing(&earlier, found, settings.default_code());
        if !differing.is_empty() {
            return Err(Problem::Repeated { differing });
        }
        let first = earlier.declined_attempts().first().map(|declined| &declined.attempt);
        let first = first.or_else(|| earlier.status.attempt());
        let first = first.ok_or_else(|| Problem::internal("a charge without an attempt"))?.id;
        replay(store, earlier, first, clock).await
    }

    /// The fields in which this request differs from the one that made a charge.
    fn differing(
        &self,
        earlier: &PaymentIntent,
        found: Found<'_>,
        usual_code: &str,
    ) -> Vec<String> {
        let customer = match &self.customer {
            LinkCustomer::Known(id) => Some(*id),
            LinkCustomer::Own(_) => found.at(CUSTOMER).and_then(|item| item.parse("cust").ok()),
            LinkCustomer::Nobody => None,
        };
        let terms = earlier.charge_terms();
        let request = terms.map(|terms| &terms.request);
        // The one that was the default is the one that was charged.
        let charged = terms.map(|terms| terms.request.method.unwrap_or(terms.method));
        let same_card = match self.card {
            ChosenCard::Default => request.is_some_and(|request| request.method.is_none()),
            ChosenCard::Named(id) => charged == Some(id),
            ChosenCard::Nothing => false,
        };
        let subtotal = earlier.amounts.subtotal();
        let meaning = |metadata: Option<&Metadata>| metadata.map(Metadata::canonical);
        let code = |code: Option<&String>| code.map_or(usual_code, String::as_str).to_owned();
        let tax_code = request.and_then(|request| request.tax_code.as_ref());
        let same = [
            ("customerId", customer.is_some() && customer == earlier.customer),
            ("amount", self.amount.minor() == subtotal.minor()),
            ("currency", self.amount.currency() == subtotal.currency()),
            ("description", self.description == earlier.description),
            ("metadata", meaning(self.metadata.as_ref()) == meaning(earlier.metadata.as_ref())),
            ("paymentMethodId", same_card),
            ("taxCode", code(self.tax_code.as_ref()) == code(tax_code)),
        ];
        let differing = same.into_iter().filter(|(_, same)| !same);
        differing.map(|(field, _)| field.to_owned()).collect()
    }
}
