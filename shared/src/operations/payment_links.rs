//! Payment links: who pays, which merchant account charges, and the payment they stand for.

use super::{
    Commit, Idempotency, IdempotentAnswer, Problem, Resource, Result, Unauthenticated, problem::on,
};
use crate::{
    model::{
        Amounts, Money, Scope, Surface, Time,
        customer::{Customer, MerchantAccount},
        event::{EventType, History},
        id::{CustomerId, MerchantAccountId, PaymentIntentId},
        metadata::Metadata,
        payment_intent::{LinkTerms, PaymentIntent, Status, Terms},
        payment_link::{Limit, LinkAttempts, OneTimeLink},
        tenant::Tenant,
    },
    processor::registry,
    store::{
        self, Consistency, Table,
        idempotency::{self, Answered},
        intent, key,
    },
};
use serde::{Deserialize, Serialize};

/// A link to be made for a customer of the tenant.
#[derive(Debug, Clone)]
pub struct NewPaymentLink {
    /// The id of its payment, which says when it was made.
    pub id: PaymentIntentId,
    /// The customer who will pay.
    pub customer: CustomerId,
    /// The approved merchant account that charges; the customer's default one when absent.
    pub merchant_account: Option<MerchantAccountId>,
    /// The whole payment, to which no tax is added; at most the tenant's limit.
    pub amount: Money,
    /// Seconds until it stops working.
    pub lasts_s: i64,
    /// Submits of a card that it takes.
    pub attempts: Limit,
    /// What the caller attaches: answered and told as it came.
    pub metadata: Option<Metadata>,
    /// Where the buyer may go afterwards.
    pub return_url: Option<String>,
}

/// A link that a request made, now or before. Its address is derived, never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreatedLink {
    /// The payment it stands for.
    pub id: PaymentIntentId,
    /// From this moment on nobody can pay it, by the clock of the server.
    pub expires_at: Time,
    /// Whether an earlier request made it.
    pub replayed: bool,
}

/// What making a link starts from.
enum LinkStart {
    /// The request came before; this was the answer.
    Earlier(Answered),
    /// The tenant, the customer, and the account that charges.
    Payer(Box<(Tenant, Customer, MerchantAccount)>),
}

/// What is remembered for a repeated request.
#[derive(Serialize, Deserialize)]
struct RememberedLink {
    payment_intent_id: String,
    expires_at_ms: i64,
}

/// Makes a link, unless the same request came before.
///
/// # Errors
/// In this order: [`Problem::Repeated`], no such customer, no such merchant account, the account is
/// not approved, there is none, an amount above the tenant's limit, [`Problem::Contended`].
pub async fn create(
    store: &Table,
    scope: Scope,
    new: &NewPaymentLink,
    idempotency: &Idempotency,
    now: Time,
) -> Result<CreatedLink> {
    let answer = match find_payer(store, scope, new, idempotency).await? {
        LinkStart::Earlier(answered) => idempotency.again(answered)?,
        LinkStart::Payer(payer) => {
            let link = intent_for(new, &payer.0, &payer.1, &payer.2);
            let account = payer.2.id.to_string();
            let idempotency = idempotency.clone().by_default("card_processing_id", &account);
            let commit = Commit::new().write(intent::insert(&link), Problem::Contended);
            idempotency.commit(store, commit, remembered(&link), now).await?
        }
    };
    created(&answer)
}

/// Reads the customer, the tenant and an earlier answer in one cheap trip. A refusal is looked at
/// again strongly, since what is missing may be a moment old.
async fn find_payer(
    store: &Table,
    scope: Scope,
    new: &NewPaymentLink,
    idempotency: &Idempotency,
) -> Result<LinkStart> {
    match read_payer(store, scope, new, idempotency, Consistency::Eventual).await {
        Ok(found) => Ok(found),
        Err(problem) if problem.is_ours() => Err(problem),
        Err(_) => read_payer(store, scope, new, idempotency, Consistency::Strong).await,
    }
}

async fn read_payer(
    store: &Table,
    scope: Scope,
    new: &NewPaymentLink,
    idempotency: &Idempotency,
    consistency: Consistency,
) -> Result<LinkStart> {
    let keys = [key::customer(scope, new.customer), key::tenant(scope)];
    let (customer, tenant, earlier) = match idempotency.key() {
        Some(key) => {
            let [customer, tenant] = keys;
            let keys = [customer, tenant, key.clone()];
            let [customer, tenant, earlier] = store.get_all(keys, consistency).await?;
            (customer, tenant, earlier)
        }
        None => {
            let [customer, tenant] = store.get_all(keys, consistency).await?;
            (customer, tenant, None)
        }
    };
    if let Some(earlier) = earlier {
        return Ok(LinkStart::Earlier(idempotency::from_item(&earlier)?));
    }
    let customer = customer.ok_or(Problem::NotFound(Resource::Customer))?;
    let customer = store::customer::from_item(scope, &customer)?;
    let tenant = tenant.ok_or(Problem::Unauthenticated(Unauthenticated::NoTenant))?;
    let tenant = store::tenant::from_item(scope, &tenant)?;
    let account = customer.charging_account(new.merchant_account)?.clone();
    tenant.allows(new.amount).map_err(|invalid| on("amount", invalid))?;
    registry::check_amount(&account.processor, new.amount)
        .map_err(|invalid| on("amount", invalid))?;
    Ok(LinkStart::Payer(Box::new((tenant, customer, account))))
}

/// The payment that a link stands for.
fn intent_for(
    new: &NewPaymentLink,
    tenant: &Tenant,
    customer: &Customer,
    account: &MerchantAccount,
) -> PaymentIntent {
    let now = new.id.minted_at();
    PaymentIntent {
        id: new.id,
        scope: tenant.scope,
        surface: Surface::Platform,
        customer: Some(customer.id),
        customer_own_id: None,
        amounts: Amounts::untaxed(new.amount),
        description: String::new(),
        terms: Terms::Link(LinkTerms {
            link: OneTimeLink {
                account: registry::frozen(account),
                payee: tenant.name.clone(),
                attempts: LinkAttempts::none(new.attempts),
                expires_at: Some(now.plus_seconds(new.lasts_s)),
                allowed_origins: tenant.allowed_origins.clone(),
                return_url: new.return_url.clone(),
            },
            declined: Vec::new(),
            request: None,
        }),
        metadata: new.metadata.clone(),
        status: Status::Pending,
        history: History::starting(EventType::PaymentIntentCreated, now),
        created_at: now,
        updated_at: now,
        version: 1,
    }
}

fn remembered(link: &PaymentIntent) -> String {
    let remembered = RememberedLink {
        payment_intent_id: link.id.to_string(),
        expires_at_ms: link.expires_at().unwrap_or(link.created_at).ms(),
    };
    serde_json::to_string(&remembered).unwrap_or_default()
}

fn created(answer: &IdempotentAnswer) -> Result<CreatedLink> {
    let link: RememberedLink = serde_json::from_str(&answer.data).map_err(Problem::internal)?;
    let id = link.payment_intent_id.parse();
    let id = id.map_err(|_| Problem::internal("a remembered answer names no payment"))?;
    let expires_at = Time::from_ms(link.expires_at_ms);
    Ok(CreatedLink { id, expires_at, replayed: answer.replayed })
}
