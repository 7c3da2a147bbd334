//! Transactions: the submits of a card, as this surface shows them, and those of a saved one that are
//! made again.

use super::page::{Asked, MAX_CURSOR, Page};
use crate::{
    http::{
        Request, Result,
        field::{Field, PageLimit, Text},
        payments::livemode,
    },
    model::{
        Invalid, Scope, Time,
        card::FailureReason,
        checkout_session::Payer,
        id::{PaymentIntentId, TransactionId},
        submit::{SubmitTransaction, TransactionOutcome, TransactionState},
    },
    operations::{
        Problem, Resource,
        submits::{FoundTransaction, SubmitFilter},
    },
    webhook::payload::payments::failure_message,
};
use derive::{Body, View};
use ring::hmac;
use serde_json::{Value, json};
use strum::VariantArray;

/// Which transactions to list.
#[derive(Body)]
#[body(rename_all = "camelCase")]
pub struct ListTransactions {
    /// `pending`, `succeeded`, `failed`, `refunded`, or `disputed` while a bank takes it back.
    pub status: Option<TransactionStatusFilter>,
    /// The payer's whole address, in any case.
    pub customer_email: Option<Text<1, 254>>,
    /// Only those of this payment, `pay_...`.
    pub payment_id: Option<Text<1, 255>>,
    /// The `nextCursor` that the page before answered, with the same filters.
    pub cursor: Option<Text<1, MAX_CURSOR>>,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
}

/// A transaction's status as this surface names it.
#[derive(Debug, Clone, Copy)]
pub struct TransactionStatusFilter(&'static str);

fn names() -> impl Iterator<Item = &'static str> {
    TransactionState::VARIANTS.iter().map(<&'static str>::from)
}

impl Field for TransactionStatusFilter {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let Text(text) = Text::<1, 40>::read(json)?;
        let found = names().find(|name| *name == text).map(Self);
        let all: Vec<&str> = names().collect();
        found.ok_or_else(|| Invalid::new(format!("must be one of {}", all.join(", "))))
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": names().collect::<Vec<_>>()})
    }

    fn meaning(&self) -> String {
        self.0.to_owned()
    }
}

impl ListTransactions {
    /// The page that is asked for.
    ///
    /// # Errors
    /// 400 for a cursor of another list.
    pub fn page(&self, key: hmac::Key, scope: Scope, now: Time) -> Result<Page> {
        let email = self.customer_email.as_ref().map(|Text(text)| text.to_lowercase());
        let payment = self.payment_id.as_ref().map(|Text(text)| text);
        let list = format!("transactions#{:?}#{email:?}#{payment:?}", self.status);
        let cursor = self.cursor.as_ref().map(|text| text.0.as_str());
        Page::of(key, scope, Asked { list, limit: self.limit, cursor }, now)
    }

    /// What is wanted; `None` where nothing can be: an id of no payment.
    pub fn filter(&self) -> Option<SubmitFilter> {
        let payment = match &self.payment_id {
            Some(Text(text)) => Some(PaymentIntentId::from_payments_form(text)?),
            None => None,
        };
        let state = match self.status {
            Some(TransactionStatusFilter(name)) => {
                let mut states = TransactionState::VARIANTS.iter();
                Some(*states.find(|state| <&str>::from(*state) == name)?)
            }
            None => None,
        };
        let email = self.customer_email.as_ref().map(|Text(text)| text.clone());
        Some(SubmitFilter { state, email, payment })
    }
}

/// A transaction.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct TransactionView {
    /// The transaction's id, `txn_...`.
    pub id: String,
    /// The id of the payment it belongs to, `pay_...`.
    pub payment_id: String,
    /// The id of the payment's invoice, `inv_...`; null for none.
    pub invoice_id: Option<String>,
    /// What was to be charged, tax included, in minor units.
    pub gross_amount: i64,
    /// The amount without tax, in minor units of the currency.
    pub subtotal: i64,
    /// The tax that is due on the sale.
    pub tax_amount: i64,
    /// The gross amount, where it is not in US dollars.
    pub presentment_amount: Option<i64>,
    /// The currency of the amounts, ISO 4217 in lower case.
    pub currency: String,
    /// Your own processor, such as `stripe`.
    pub provider: String,
    /// `pending`, `succeeded`, `failed`, `refunded` when all of it went back, or `disputed` while the
    /// payer's bank takes it back and that is not decided.
    pub status: &'static str,
    /// Who pays, where that is known.
    pub customer_id: Option<String>,
    /// The customer's e-mail address, or the one that was typed.
    pub customer_email: Option<String>,
    /// The customer's name, or the one that was typed.
    pub customer_name: Option<String>,
    /// The card that was charged.
    pub card: CardView,
    /// Why it failed, in a code; null unless it did.
    pub failure_code: Option<&'static str>,
    /// The same in a sentence, which a buyer may read; null unless it failed.
    pub failure_message: Option<&'static str>,
    /// What went back, in minor units.
    pub amount_refunded: i64,
    /// What may still go back, in minor units.
    pub amount_refundable: i64,
    /// What was lost in disputes, in minor units. It is not in `amountRefunded`.
    pub dispute_lost: i64,
    /// When it was paid, as an RFC 3339 time.
    pub paid_at: Option<String>,
    /// Always null: when money can be paid out is not known here.
    pub available_at: Option<String>,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// When it last changed, as an RFC 3339 time.
    pub updated_at: String,
    /// The kind of object: always `transaction`.
    pub object: &'static str,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
}

/// A card as people recognise it.
#[derive(View)]
pub struct CardView {
    /// The card's scheme, such as `visa`.
    pub brand: String,
    /// The last four digits of the card's number.
    pub last4: String,
}

/// The transaction that a request's path names.
pub fn asked_transaction(req: &Request) -> Result<TransactionId> {
    let id = TransactionId::from_payments_form(req.path("id"));
    id.ok_or(Problem::NotFound(Resource::Transaction))
}

/// A transaction as this surface shows it.
///
/// # Errors
/// 404 for a submit that its payment has forgotten.
pub fn view(found: &FoundTransaction) -> Result<TransactionView> {
    let transaction = found.transaction().ok_or(Problem::NotFound(Resource::Transaction))?;
    Ok(shown(&transaction, found))
}

fn shown(transaction: &SubmitTransaction<'_>, found: &FoundTransaction) -> TransactionView {
    let (payment, attempt) = (transaction.payment, transaction.attempt);
    let (amounts, buyer) = (transaction.amounts(), attempt.buyer.as_ref());
    let (failure, refundable) = match transaction.outcome {
        TransactionOutcome::Pending => (None, None),
        TransactionOutcome::Failed(reason) => (Some(reason), None),
        TransactionOutcome::Succeeded(known) => (None, Some(known)),
    };
    let currency = amounts.currency().code().to_ascii_lowercase();
    let gross = amounts.total().minor();
    TransactionView {
        id: attempt.transaction().payments_form(),
        payment_id: payment.id.payments_form(),
        invoice_id: refundable
            .and_then(|_| payment.invoice())
            .map(|invoice| invoice.id.payments_form()),
        gross_amount: gross,
        subtotal: amounts.subtotal().minor(),
        tax_amount: amounts.tax().minor(),
        presentment_amount: (currency != "usd").then_some(gross),
        currency,
        provider: payment.charging_account().map(|a| a.processor.clone()).unwrap_or_default(),
        status: transaction.state().into(),
        customer_id: payment.customer.map(|id| id.payments_form()),
        customer_email: found.email(),
        customer_name: (found.customer.as_ref())
            .map(|customer| customer.name.clone())
            .or_else(|| buyer.and_then(|buyer| buyer.name.clone()))
            .or_else(|| found.payer.as_ref().map(Payer::name)),
        card: CardView { brand: attempt.card.brand.clone(), last4: attempt.card.last4.clone() },
        failure_code: failure.map(FailureReason::as_str),
        failure_message: failure.map(failure_message),
        amount_refunded: refundable.map_or(0, |known| known.refunded),
        amount_refundable: refundable.map_or(0, |known| known.free()),
        dispute_lost: refundable.map_or(0, |known| known.disputed.lost),
        paid_at: refundable.and(payment.succeeded_at()).map(Time::rfc3339_ms),
        available_at: None,
        created_at: transaction.created_at.rfc3339_ms(),
        updated_at: transaction.updated_at.rfc3339_ms(),
        object: "transaction",
        livemode: livemode(payment.scope.mode),
    }
}
