//! Links that a tenant makes for itself: one payment of a fixed amount, charged by the tenant's own
//! merchant account, by whoever opens the page.
//!
//! One read, together with the caller's key, and one conditional write; where tax is collected and
//! the customer is named by the tenant's own id, a read of the customer between them. The idempotency key decides
//! the payment's id, so that the payment is the record of its key and a second one cannot be
//! written: the key holds for good.

use super::{
    Problem, Resource, Result, StateRefusal, Unauthenticated,
    customers::keeping::{self, CustomerRef},
    problem::on,
    tax::{self, Computed, Taxed, Wanted},
};
use crate::{
    digest::sha256,
    model::{
        Amounts, Money, Scope, Surface, Time,
        event::{EventType, History},
        id::{CustomerId, Id, PaymentIntentId},
        metadata::Metadata,
        payment_intent::{
            ChargingAccount, LinkRequest, LinkTerms, PayingCustomer, PaymentIntent, Status, Terms,
        },
        payment_link::{Limit, LinkAttempts, OneTimeLink},
        processor_account::TenantAccounts,
        tax::{AttemptTax, Calculator, Pricing, SaleLine, TaxBuyer, settings::Settings},
        tenant::Tenant,
    },
    processor::registry,
    store::{
        self, Consistency, Item, Key, Table, Write, intent, key,
        list::{Listing, Slice},
        processor_account,
    },
};

/// A link to be made.
#[derive(Debug, Clone)]
pub struct NewTenantLink {
    /// Random: tells this request from a duplicate.
    pub nonce: i64,
    /// The id of its payment, from [`id`].
    pub id: PaymentIntentId,
    /// What makes repeating the request harmless.
    pub idempotency_key: Option<String>,
    /// What is charged before tax.
    pub amount: Money,
    /// What is paid for: buyers read it on the page, and it stands on the invoice.
    pub description: String,
    /// Who will pay, where that is known.
    pub customer: Option<LinkCustomer>,
    /// Where the buyer may go after paying.
    pub success_url: Option<String>,
    /// What the caller attaches: answered and told as it came, never shown to buyers.
    pub metadata: Option<Metadata>,
    /// When it stops working; never when absent.
    pub expires_at: Option<Time>,
    /// What is sold, for tax.
    pub tax_code: Option<String>,
}

/// How a request names a customer.
#[derive(Debug, Clone)]
pub enum LinkCustomer {
    /// By the id that Paylink gave it.
    Known(CustomerId),
    /// By the tenant's own id.
    Own(String),
    /// By what cannot be an id.
    Nobody,
}

/// A link that a request made, now or before.
#[derive(Debug)]
pub struct MadeLink {
    /// Its payment as it was first answered.
    pub payment: PaymentIntent,
    /// Whether an earlier request made it.
    pub replayed: bool,
}

/// The id of a new payment. An idempotency key decides where it is kept; without one, chance does.
pub fn id(
    scope: Scope,
    idempotency_key: Option<&str>,
    random: [u8; 10],
    now: Time,
) -> PaymentIntentId {
    let seed = idempotency_key.map_or(random, |key| {
        sha256(&format!("{}#{}#create-link#{key}", scope.tenant, scope.mode))
    });
    Id::derive(now, seed)
}

/// Where the settings of tax stand in what was read.
const SETTINGS: usize = 2;

/// Where the customer stands in what was read.
const CUSTOMER: usize = 3;

impl NewTenantLink {
    /// What has to be read to make it, in the order that [`create`] expects.
    pub fn keys(&self, scope: Scope) -> Vec<Key> {
        let customer = self.customer.as_ref().and_then(|customer| match customer {
            LinkCustomer::Known(id) => Some(key::customer(scope, *id)),
            LinkCustomer::Own(own) => Some(key::customer_own_id(scope, own)),
            LinkCustomer::Nobody => None,
        });
        let mut keys =
            vec![key::tenant(scope), key::tenant_accounts(scope), key::tax_settings(scope)];
        keys.extend(customer);
        keys
    }

    /// The payment that the link stands for.
    async fn payment(
        &self,
        store: &Table,
        calculator: &dyn Calculator,
        scope: Scope,
        found: &[Option<Item>],
    ) -> Result<PaymentIntent> {
        let item = |at: usize| found.get(at).and_then(Option::as_ref);
        let tenant = item(0).ok_or(Problem::Unauthenticated(Unauthenticated::NoTenant))?;
        let tenant = store::tenant::from_item(scope, tenant)?;
        tenant.allows(self.amount).map_err(|invalid| on("amount", invalid))?;
        let settings = store::tax::from_item(item(SETTINGS))?;
        tax::check_code(&settings, "taxCode", self.tax_code.as_deref())?;
        let customer = self.payer(item(CUSTOMER))?;
        let accounts = processor_account::from_item(scope, item(1))?;
        let account = charging(&accounts)?;
        registry::check_amount(&account.processor, self.amount)
            .map_err(|invalid| on("amount", invalid))?;
        let known = item(CUSTOMER).zip(customer.as_ref()).filter(|_| settings.collects());
        let buyer = match known {
            Some((item, payer)) => self.buyer(store, scope, item, payer.id).await?,
            None => None,
        };
        let estimate = match buyer {
            Some(buyer) => self.estimate(calculator, &settings, &buyer).await,
            None => None,
        };
        Ok(self.intent(&tenant, customer, account, estimate))
    }

    /// The customer as far as tax is concerned. Whom the tenant named by its own id has to be read.
    async fn buyer(
        &self,
        store: &Table,
        scope: Scope,
        found: &Item,
        id: CustomerId,
    ) -> Result<Option<TaxBuyer>> {
        let customer = match &self.customer {
            Some(LinkCustomer::Known(_)) => Some(store::customer::from_item(scope, found)?),
            Some(LinkCustomer::Own(_)) => store.customer(scope, id, Consistency::Eventual).await?,
            Some(LinkCustomer::Nobody) | None => None,
        };
        let buyer = customer.map(|customer| customer.profile.for_tax());
        Ok(buyer.filter(|buyer| buyer.country.is_some()))
    }

    /// What it would cost the customer now. Nothing hangs on it: a submit computes it anew, and a
    /// link is made whether or not this can be.
    async fn estimate(
        &self,
        calculator: &dyn Calculator,
        settings: &Settings,
        buyer: &TaxBuyer,
    ) -> Option<Box<AttemptTax>> {
        let tax_code = self.tax_code.clone().unwrap_or_default();
        let line = SaleLine { tax_code, own_rate: None, amount: self.amount.minor() };
        let wanted = Wanted {
            lines: std::slice::from_ref(&line),
            pricing: Pricing::Exclusive,
            currency: self.amount.currency(),
            buyer,
        };
        match tax::compute(calculator, settings, wanted, self.id.minted_at()).await.ok()? {
            Computed::Known(taxed) => {
                let Taxed { amounts, record } = *taxed;
                Some(Box::new(AttemptTax { amounts, record: Some(record) }))
            }
            Computed::Needs(_) => None,
        }
    }

    /// Who will pay, where the request says so.
    fn payer(&self, found: Option<&Item>) -> Result<Option<PayingCustomer>> {
        let Some(customer) = &self.customer else { return Ok(None) };
        let found = found.ok_or(Problem::NotFound(Resource::Customer))?;
        Ok(Some(match customer {
            LinkCustomer::Known(id) => {
                PayingCustomer { id: *id, own_id: store::customer::own_id(found) }
            }
            LinkCustomer::Own(own) => {
                PayingCustomer { id: found.parse("cust")?, own_id: Some(own.clone()) }
            }
            LinkCustomer::Nobody => return Err(Problem::NotFound(Resource::Customer)),
        }))
    }

    fn intent(
        &self,
        tenant: &Tenant,
        payer: Option<PayingCustomer>,
        account: ChargingAccount,
        estimate: Option<Box<AttemptTax>>,
    ) -> PaymentIntent {
        let now = self.id.minted_at();
        let (customer, customer_own_id) =
            payer.map_or((None, None), |payer| (Some(payer.id), payer.own_id));
        PaymentIntent {
            id: self.id,
            scope: tenant.scope,
            surface: Surface::Payments,
            customer,
            customer_own_id,
            amounts: estimate.as_ref().map_or(Amounts::untaxed(self.amount), |known| known.amounts),
            description: self.description.clone(),
            terms: Terms::Link(LinkTerms {
                link: OneTimeLink {
                    account,
                    payee: tenant.name.clone(),
                    attempts: LinkAttempts::none(Limit::UNLIMITED),
                    expires_at: self.expires_at,
                    allowed_origins: tenant.allowed_origins.clone(),
                    return_url: self.success_url.clone(),
                },
                declined: Vec::new(),
                request: Some(LinkRequest {
                    idempotency_key: self.idempotency_key.clone(),
                    customer,
                    tax_code: self.tax_code.clone(),
                    payment_link: None,
                    estimate,
                    invoiced: false,
                }),
            }),
            metadata: self.metadata.clone(),
            status: Status::Pending,
            history: History::starting(EventType::PaymentIntentCreated, now),
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }
}

/// The tenant's account that charges.
fn charging(accounts: &TenantAccounts) -> Result<ChargingAccount> {
    let account = accounts.charging_account(None);
    let account = account.map_err(|_| Problem::State(StateRefusal::NoMerchantAccount))?;
    Ok(registry::frozen(account))
}

/// Makes a link of what was read with [`NewTenantLink::keys`], unless the same request came before:
/// an earlier answer counts, whatever has become of what it needed.
///
/// # Errors
/// In this order: [`Problem::Repeated`], an amount above the tenant's limit, no such customer, no
/// merchant account.
pub async fn create(
    store: &Table,
    calculator: &dyn Calculator,
    scope: Scope,
    new: &NewTenantLink,
    found: &[Option<Item>],
) -> Result<MadeLink> {
    let payment = match new.payment(store, calculator, scope, found).await {
        Ok(payment) => payment,
        Err(problem) if problem.is_ours() => return Err(problem),
        Err(problem) => {
            let earlier = store.intent(scope, new.id, Consistency::Strong).await?;
            return new.again(earlier.ok_or(problem)?, found);
        }
    };
    match store.commit(vec![new.insert(&payment)]).await {
        Ok(()) => Ok(MadeLink { payment, replayed: false }),
        Err(store::Error::Refused { old: Some(old), .. }) => {
            new.again(intent::from_item(scope, &old)?, found)
        }
        Err(other) => Err(other.into()),
    }
}

impl NewTenantLink {
    /// The write that makes it. Two equal requests of one millisecond make equal records: which of
    /// them was the first is told by chance.
    fn insert(&self, payment: &PaymentIntent) -> Write {
        match intent::insert(payment) {
            Write::Insert(item) => Write::Insert(item.with("once", self.nonce)),
            other @ (Write::Replace { .. }
            | Write::Update(_)
            | Write::Check { .. }
            | Write::Remove { .. }) => other,
        }
    }

    /// The link that the same request made before.
    fn again(&self, earlier: PaymentIntent, found: &[Option<Item>]) -> Result<MadeLink> {
        let made = as_made(earlier);
        let payer = self.payer(found.get(CUSTOMER).and_then(Option::as_ref)).ok();
        let customer = payer.map(|payer| payer.map(|payer| payer.id));
        let settings = store::tax::from_item(found.get(SETTINGS).and_then(Option::as_ref))?;
        let differing = self.differing(customer, &made, settings.default_code());
        if differing.is_empty() {
            return Ok(MadeLink { payment: made, replayed: true });
        }
        Err(Problem::Repeated { differing })
    }

    /// The fields in which this request differs from the one that made a payment. `customer` is
    /// whom it names, where there is such a customer.
    fn differing(
        &self,
        customer: Option<Option<CustomerId>>,
        made: &PaymentIntent,
        usual_code: &str,
    ) -> Vec<String> {
        let terms = made.link_terms();
        let link = terms.map(|terms| &terms.link);
        let tax_code = terms.and_then(|terms| terms.request.as_ref()?.tax_code.as_ref());
        let subtotal = made.amounts.subtotal();
        let meaning = |metadata: Option<&Metadata>| metadata.map(Metadata::canonical);
        let code = |code: Option<&String>| code.map_or(usual_code, String::as_str).to_owned();
        let url = link.and_then(|link| link.return_url.as_ref());
        let same = [
            ("amount", self.amount.minor() == subtotal.minor()),
            ("currency", self.amount.currency() == subtotal.currency()),
            ("description", self.description == made.description),
            ("customerId", customer == Some(made.customer)),
            ("successUrl", self.success_url.as_ref() == url),
            ("metadata", meaning(self.metadata.as_ref()) == meaning(made.metadata.as_ref())),
            ("expiresAt", link.is_some_and(|link| link.expires_at == self.expires_at)),
            ("taxCode", code(self.tax_code.as_ref()) == code(tax_code)),
        ];
        let differing = same.into_iter().filter(|(_, same)| !same);
        differing.map(|(field, _)| field.to_owned()).collect()
    }
}

/// Where a payment is, for reading it together with something else.
pub fn place(scope: Scope, id: PaymentIntentId) -> Key {
    key::intent(scope, id)
}

/// The payment that was read from [`place`], where it is one by card.
pub fn found(scope: Scope, id: PaymentIntentId, found: &[Option<Item>]) -> Result<PaymentIntent> {
    let missing = Problem::NotFound(Resource::Payment);
    let Some(Some(item)) = found.first() else { return Err(missing) };
    let payment = intent::from_item(scope, item)?;
    // A derived id shares its place with all that its key would make.
    let asked = payment.id == id && payment.is_by_card();
    if asked { Ok(payment) } else { Err(missing) }
}

/// A page of a tenant's card payments, newest first: all, or one customer's. A customer that does
/// not exist has none.
pub async fn card_payments(
    store: &Table,
    scope: Scope,
    customer: Option<CustomerRef>,
    slice: &Slice,
) -> Result<Listing<PaymentIntent>> {
    let Some(named) = customer else {
        return Ok(store.card_payments(scope, None, slice).await?);
    };
    match keeping::resolve_id(store, scope, &named).await? {
        Some(id) => Ok(store.card_payments(scope, Some(id), slice).await?),
        None => Ok(Listing::empty()),
    }
}

/// A payment as the request that made it was answered: nobody has paid yet.
fn as_made(payment: PaymentIntent) -> PaymentIntent {
    let mut made = PaymentIntent {
        amounts: payment.untried_amounts(),
        status: Status::Pending,
        history: History::starting(EventType::PaymentIntentCreated, payment.created_at),
        updated_at: payment.created_at,
        version: 1,
        ..payment
    };
    let mut asked = None;
    if let Some(terms) = made.link_terms_mut() {
        terms.link.attempts = LinkAttempts::none(terms.link.attempts.limit);
        asked = terms.request.as_ref().and_then(|request| request.customer);
    }
    let customer_own_id = made.customer_own_id.take().filter(|_| asked.is_some());
    PaymentIntent { customer: asked, customer_own_id, ..made }
}

#[cfg(test)]
mod tests;
