//! Links that a tenant makes for itself: one payment of a fixed amount, charged by the tenant's own
//! merchant account, by whoever opens the page.
//!
//! One read, together with the caller's key, and one conditional write. The idempotency key decides
//! the payment's id, so that the payment is the record of its key and a second one cannot be
//! written: the key holds for good.

use super::{Problem, Resource, Result, StateRefusal, Unauthenticated, problem::on};
use crate::{
    digest::sha256,
    model::{
        Amounts, Money, Scope, Surface, Time,
        event::{EventType, History},
        id::{CustomerId, Id, PaymentIntentId},
        metadata::Metadata,
        payment_intent::{
            ChargingAccount, Link, LinkRequest, LinkTerms, PaymentIntent, Status, Terms,
            UNLIMITED_ATTEMPTS,
        },
        processor_account::TenantAccounts,
        tenant::Tenant,
    },
    store::{self, Consistency, Item, Key, Table, intent, key, processor_account},
};

/// A link to be made.
#[derive(Debug, Clone)]
pub struct NewTenantLink {
    /// The id of its payment, from [`id`].
    pub id: PaymentIntentId,
    /// What makes repeating the request harmless.
    pub idempotency_key: Option<String>,
    /// What is charged before tax.
    pub amount: Money,
    /// What it is for.
    pub description: String,
    /// Who will pay, where that is known.
    pub customer: Option<LinkCustomer>,
    /// Where the buyer may go after paying.
    pub success_url: Option<String>,
    /// The caller's own data.
    pub metadata: Option<Metadata>,
    /// When it stops working; never when absent.
    pub expires_at: Option<Time>,
    /// What is sold, for tax.
    pub tax_code: Option<String>,
}

/// How a request names a customer.
#[derive(Debug, Clone)]
pub enum LinkCustomer {
    /// By Paylink's id.
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
#[must_use]
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

impl NewTenantLink {
    /// What has to be read to make it, in the order that [`create`] expects.
    #[must_use]
    pub fn keys(&self, scope: Scope) -> Vec<Key> {
        let customer = self.customer.as_ref().and_then(|customer| match customer {
            LinkCustomer::Known(id) => Some(key::customer(scope, *id)),
            LinkCustomer::Own(own) => Some(key::customer_own_id(scope, own)),
            LinkCustomer::Nobody => None,
        });
        let mut keys = vec![key::tenant(scope), key::tenant_accounts(scope)];
        keys.extend(customer);
        keys
    }

    /// The payment that the link stands for.
    fn payment(&self, scope: Scope, found: &[Option<Item>]) -> Result<PaymentIntent> {
        let item = |at: usize| found.get(at).and_then(Option::as_ref);
        let tenant = item(0).ok_or(Problem::Unauthenticated(Unauthenticated::NoTenant))?;
        let tenant = store::tenant::from_item(scope, tenant)?;
        tenant.allows(self.amount).map_err(|invalid| on("amount", invalid))?;
        let customer = self.payer(item(2))?;
        let accounts = processor_account::from_item(scope, item(1))?;
        Ok(self.intent(&tenant, customer, charging(&accounts)?))
    }

    /// Who will pay, where the request says so.
    fn payer(&self, found: Option<&Item>) -> Result<Option<CustomerId>> {
        let Some(customer) = &self.customer else { return Ok(None) };
        let found = found.ok_or(Problem::NotFound(Resource::Customer))?;
        Ok(Some(match customer {
            LinkCustomer::Known(id) => *id,
            LinkCustomer::Own(_) => found.parse("cust")?,
            LinkCustomer::Nobody => return Err(Problem::NotFound(Resource::Customer)),
        }))
    }

    fn intent(
        &self,
        tenant: &Tenant,
        customer: Option<CustomerId>,
        account: ChargingAccount,
    ) -> PaymentIntent {
        let now = self.id.minted_at();
        PaymentIntent {
            id: self.id,
            scope: tenant.scope,
            surface: Surface::Payments,
            customer,
            amounts: Amounts::untaxed(self.amount),
            description: self.description.clone(),
            terms: Terms::Link(LinkTerms {
                account,
                link: Link {
                    payee: tenant.name.clone(),
                    expires_at: self.expires_at.unwrap_or(Time::NEVER),
                    allowed_origins: tenant.allowed_origins.clone(),
                    return_url: self.success_url.clone(),
                },
                attempts_left: UNLIMITED_ATTEMPTS,
                declined: Vec::new(),
                request: Some(LinkRequest {
                    idempotency_key: self.idempotency_key.clone(),
                    customer,
                    tax_code: self.tax_code.clone(),
                    payment_link: None,
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
    Ok(ChargingAccount { id: account.id, processor: account.processor.clone() })
}

/// Makes a link of what was read with [`NewTenantLink::keys`], unless the same request came before:
/// an earlier answer counts, whatever has become of what it needed.
///
/// # Errors
/// In this order: [`Problem::Repeated`], an amount above the tenant's limit, no such customer, no
/// merchant account.
pub async fn create(
    store: &Table,
    scope: Scope,
    new: &NewTenantLink,
    found: &[Option<Item>],
) -> Result<MadeLink> {
    let payment = match new.payment(scope, found) {
        Ok(payment) => payment,
        Err(problem) if problem.is_ours() => return Err(problem),
        Err(problem) => {
            let earlier = store.intent(scope, new.id, Consistency::Strong).await?;
            return new.again(earlier.ok_or(problem)?, found);
        }
    };
    match store.commit(vec![intent::insert(&payment)]).await {
        Ok(()) => Ok(MadeLink { payment, replayed: false }),
        Err(store::Error::Refused { old: Some(old), .. }) => {
            new.again(intent::from_item(scope, &old)?, found)
        }
        Err(other) => Err(other.into()),
    }
}

impl NewTenantLink {
    /// The link that the same request made before.
    fn again(&self, earlier: PaymentIntent, found: &[Option<Item>]) -> Result<MadeLink> {
        let made = as_made(earlier);
        let customer = self.payer(found.get(2).and_then(Option::as_ref)).ok();
        let differing = self.differing(customer, &made);
        if differing.is_empty() {
            return Ok(MadeLink { payment: made, replayed: true });
        }
        Err(Problem::Repeated { differing })
    }

    /// The fields in which this request differs from the one that made a payment. `customer` is
    /// whom it names, where there is such a customer.
    fn differing(&self, customer: Option<Option<CustomerId>>, made: &PaymentIntent) -> Vec<String> {
        let terms = made.link_terms();
        let link = terms.map(|terms| &terms.link);
        let tax_code = terms.and_then(|terms| terms.request.as_ref()?.tax_code.as_ref());
        let subtotal = made.amounts.subtotal();
        let meaning = |metadata: Option<&Metadata>| metadata.map(Metadata::canonical);
        let end = self.expires_at.unwrap_or(Time::NEVER);
        let url = link.and_then(|link| link.return_url.as_ref());
        let same = [
            ("amount", self.amount.minor() == subtotal.minor()),
            ("currency", self.amount.currency() == subtotal.currency()),
            ("description", self.description == made.description),
            ("customerId", customer == Some(made.customer)),
            ("successUrl", self.success_url.as_ref() == url),
            ("metadata", meaning(self.metadata.as_ref()) == meaning(made.metadata.as_ref())),
            ("expiresAt", link.is_some_and(|link| link.expires_at == end)),
            ("taxCode", self.tax_code.as_ref() == tax_code),
        ];
        let differing = same.into_iter().filter(|(_, same)| !same);
        differing.map(|(field, _)| field.to_owned()).collect()
    }
}

/// Where a payment is, for reading it together with something else.
#[must_use]
pub fn place(scope: Scope, id: PaymentIntentId) -> Key {
    key::intent(scope, id)
}

/// The payment that was read from [`place`], where it is one by card.
///
/// # Errors
/// [`Problem::NotFound`] where the tenant has no such payment.
pub fn found(scope: Scope, id: PaymentIntentId, found: &[Option<Item>]) -> Result<PaymentIntent> {
    let missing = Problem::NotFound(Resource::Payment);
    let Some(Some(item)) = found.first() else { return Err(missing) };
    let payment = intent::from_item(scope, item)?;
    // A derived id shares its place with all that its key would make.
    let asked = payment.id == id && payment.link_terms().is_some();
    if asked { Ok(payment) } else { Err(missing) }
}

/// A payment as the request that made it was answered: nobody has paid yet.
fn as_made(payment: PaymentIntent) -> PaymentIntent {
    let mut made = PaymentIntent {
        amounts: Amounts::untaxed(payment.amounts.subtotal()),
        status: Status::Pending,
        history: History::starting(EventType::PaymentIntentCreated, payment.created_at),
        updated_at: payment.created_at,
        version: 1,
        ..payment
    };
    let mut asked = None;
    if let Some(terms) = made.link_terms_mut() {
        terms.attempts_left = UNLIMITED_ATTEMPTS;
        asked = terms.request.as_ref().and_then(|request| request.customer);
    }
    PaymentIntent { customer: asked, ..made }
}

#[cfg(test)]
mod tests;
