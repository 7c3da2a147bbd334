//! `POST /v1/platform/card/payment-link`.

use crate::{
    http::{
        Result,
        field::{Amount, Text, WebUrl, Whole, payable},
    },
    model::{
        Currency, Money, Scope, Time,
        customer::{Customer, MerchantAccount},
        event::{EventType, History},
        id::{CustomerId, MerchantAccountId, PaymentIntentId},
        metadata::Metadata,
        payment_intent::{ChargingAccount, Link, LinkTerms, PaymentIntent, Status, Terms},
        tenant::Tenant,
    },
    operations::{Problem, Resource, Unauthenticated, problem::on},
    store::{
        self, Consistency, Key, Table,
        idempotency::{self, Answered},
        key,
    },
};
use derive::{Body, View};
use serde::{Deserialize, Serialize};

/// How long a link lives when nothing is said, in seconds.
const DEFAULT_EXPIRES_IN: i64 = 600;

/// Submits of a card on this surface: the first well-formed one is the one attempt.
const ATTEMPTS: u32 = 1;

/// A new card payment link.
#[derive(Body)]
#[body(check = payable(amount, currency))]
pub struct CreateCardPaymentLink {
    /// The user who will pay.
    pub user_id: CustomerId,
    /// What is charged, in major units: a number, or a text with a number.
    pub amount: Amount,
    /// ISO 4217, in any case; USD when absent.
    #[body(default = Currency::USD)]
    pub currency: Option<Currency>,
    /// Pins one approved merchant account of this user; the default one when absent or null.
    pub card_processing_id: Option<MerchantAccountId>,
    /// Seconds until the link stops working; 600 when absent.
    #[body(default = Whole(DEFAULT_EXPIRES_IN))]
    pub expires_in: Option<Whole<60, 86_400>>,
    /// Any JSON object up to 4 KB; comes back in payments and webhooks.
    pub metadata: Option<Metadata>,
    /// Where the buyer may go afterwards.
    pub return_url: Option<WebUrl>,
    /// Makes repeating the request harmless.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

impl CreateCardPaymentLink {
    /// The idempotency key in the body.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.idempotency_key.as_ref().map(|key| key.0.as_str())
    }
}

/// A card payment link.
#[derive(View)]
pub struct CardPaymentLinkView {
    /// The payment that stands in your listings from now on.
    pub payment_intent_id: PaymentIntentId,
    /// The page for an iframe. Opaque; usable once.
    pub pay_url: String,
    /// When the link stops working: RFC 3339, UTC.
    pub expires_at: String,
}

/// What is remembered for a repeated request. The address is derived anew, never stored.
#[derive(Serialize, Deserialize)]
pub struct Remembered {
    payment_intent_id: String,
    expires_at_ms: i64,
}

impl Remembered {
    /// What to remember of a new intent.
    #[must_use]
    pub fn of(intent: &PaymentIntent) -> String {
        let remembered = Self {
            payment_intent_id: intent.id.to_string(),
            expires_at_ms: intent.expires_at().unwrap_or(intent.created_at).ms(),
        };
        crate::http::reply::json(&remembered)
    }

    /// What was remembered: the intent's id and when its link ends.
    ///
    /// # Errors
    /// 500 for what [`Remembered::of`] cannot have made.
    pub fn read(text: &str) -> Result<(PaymentIntentId, Time)> {
        let remembered: Self = serde_json::from_str(text).map_err(Problem::internal)?;
        let id = remembered.payment_intent_id.parse();
        let id = id.map_err(|_| Problem::internal("a remembered answer names no payment"))?;
        Ok((id, Time::from_ms(remembered.expires_at_ms)))
    }
}

impl CreateCardPaymentLink {
    /// The intent that is asked for.
    ///
    /// # Errors
    /// 422 for an amount that its currency does not have.
    pub fn intent(
        &self,
        id: PaymentIntentId,
        tenant: &Tenant,
        customer: &Customer,
        account: &MerchantAccount,
    ) -> Result<PaymentIntent> {
        let now = id.minted_at();
        let seconds = self.expires_in.map_or(DEFAULT_EXPIRES_IN, |seconds| seconds.0);
        Ok(PaymentIntent {
            id,
            scope: tenant.scope,
            customer: customer.id,
            amount: self.money()?,
            terms: Terms::Link(LinkTerms {
                account: ChargingAccount { id: account.id, processor: account.processor.clone() },
                link: Link {
                    payee: tenant.name.clone(),
                    expires_at: now.plus_seconds(seconds),
                    allowed_origins: tenant.allowed_origins.clone(),
                    return_url: self.return_url.as_ref().map(|url| url.0.clone()),
                },
                attempts_left: ATTEMPTS,
            }),
            metadata: self.metadata.clone(),
            status: Status::Pending,
            history: History::starting(EventType::PaymentIntentCreated, now),
            created_at: now,
            updated_at: now,
            version: 1,
        })
    }

    /// What is charged.
    fn money(&self) -> Result<Money> {
        self.amount.money(self.currency).map_err(|invalid| on("amount", invalid))
    }
}

/// What making a link starts from.
pub enum Found {
    /// The request came before; this was the answer.
    Before(Answered),
    /// The tenant, the user, and the account that charges.
    Payer(Box<(Tenant, Customer, MerchantAccount)>),
}

impl CreateCardPaymentLink {
    /// Reads the user, the tenant and an earlier answer in one cheap trip. A refusal is looked at
    /// again strongly, since what is missing may be a moment old.
    ///
    /// # Errors
    /// In this order: `user_not_found`, `merchant_account_not_found`,
    /// `merchant_account_not_approved`, `no_merchant_account`, `validation_error` for an amount
    /// above the tenant's limit.
    pub async fn find(&self, store: &Table, scope: Scope, key: Option<&Key>) -> Result<Found> {
        match self.look(store, scope, key, Consistency::Eventual).await {
            Ok(found) => Ok(found),
            Err(problem) if problem.is_ours() => Err(problem),
            Err(_) => self.look(store, scope, key, Consistency::Strong).await,
        }
    }

    async fn look(
        &self,
        store: &Table,
        scope: Scope,
        key: Option<&Key>,
        consistency: Consistency,
    ) -> Result<Found> {
        let (customer_key, tenant_key) = (key::customer(scope, self.user_id), key::tenant(scope));
        let (customer, tenant, earlier) = match key {
            Some(key) => {
                let keys = [customer_key, tenant_key, key.clone()];
                let [customer, tenant, earlier] = store.get_all(keys, consistency).await?;
                (customer, tenant, earlier)
            }
            None => {
                let keys = [customer_key, tenant_key];
                let [customer, tenant] = store.get_all(keys, consistency).await?;
                (customer, tenant, None)
            }
        };
        let corrupt = |corrupt| Problem::from(store::Error::Corrupt(corrupt));
        if let Some(earlier) = earlier {
            return Ok(Found::Before(idempotency::from_item(&earlier).map_err(corrupt)?));
        }
        let customer = customer.ok_or_else(|| Problem::NotFound(Resource::Customer))?;
        let customer = store::customer::from_item(scope, &customer).map_err(corrupt)?;
        let tenant = tenant.ok_or_else(|| Problem::Unauthenticated(Unauthenticated::NoTenant))?;
        let tenant = store::tenant::from_item(scope, &tenant).map_err(corrupt)?;
        let account = customer.charging_account(self.card_processing_id)?.clone();
        tenant.allows(self.money()?).map_err(|invalid| on("amount", invalid))?;
        Ok(Found::Payer(Box::new((tenant, customer, account))))
    }
}

/// A link as this surface shows it.
#[must_use]
pub fn view(id: PaymentIntentId, expires_at: Time, pay_url: String) -> CardPaymentLinkView {
    CardPaymentLinkView { payment_intent_id: id, pay_url, expires_at: expires_at.rfc3339() }
}
