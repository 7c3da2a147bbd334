//! Refunds: what requests say of them, and how they are shown.

use super::{
    field::MinorUnits,
    page::{Asked, MAX_CURSOR, Page},
};
use crate::{
    http::{
        Request, Result,
        field::{Field, PageLimit, Text},
        payments::livemode,
    },
    model::{
        Invalid, Scope, Time,
        actor::Actor,
        api_key::ApiKey,
        card::FailureReason,
        id::{PaymentIntentId, RefundId, TransactionId},
        metadata::Metadata,
        refund::{REASONS, Refund, RefundStatus, RefundStatusName},
    },
    operations::{
        Problem, Resource,
        refunds::{AskedAmount, RefundFilter, RefundWish, RequestedRefund},
    },
};
use derive::{Body, View};
use ring::hmac;
use serde_json::{Value, json, value::RawValue};
use std::collections::BTreeMap;

/// Money that is to go back.
#[derive(Body)]
#[body(rename_all = "camelCase")]
pub struct RefundTransaction {
    /// How much, in minor units; all that is left when absent.
    pub amount: Option<MinorUnits>,
    /// Why it goes back: `duplicate`, `fraudulent` or `requested_by_customer`.
    pub reason: Option<RefundReason>,
    /// Any JSON object up to 4 KB.
    pub metadata: Option<Metadata>,
}

/// Which refunds to list.
#[derive(Body)]
#[body(rename_all = "camelCase")]
pub struct ListRefunds {
    /// Only refunds of this transaction, `txn_...`.
    pub transaction_id: Option<Text<1, 255>>,
    /// Only those of this payment, `pay_...`.
    pub payment_id: Option<Text<1, 255>>,
    /// Only refunds in this status: `pending`, `succeeded` or `failed`.
    pub status: Option<RefundState>,
    /// The `nextCursor` that the page before answered, with the same filters.
    pub cursor: Option<Text<1, MAX_CURSOR>>,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
}

/// Why money goes back.
#[derive(Debug, Clone, Copy)]
pub struct RefundReason(&'static str);

/// A refund's status as this surface names it. Some are reserved, and found nowhere.
#[derive(Debug, Clone, Copy)]
pub struct RefundState(&'static str);

const STATES: [&str; 5] = ["pending", "succeeded", "failed", "requires_action", "canceled"];

/// A refund.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct RefundView {
    /// The refund's id, `re_...`.
    pub id: String,
    /// The transaction that took the money.
    pub transaction_id: String,
    /// The id of its payment, `pay_...`.
    pub payment_id: String,
    /// Who gets the money, where that is known.
    pub customer_id: Option<String>,
    /// The id of the payment's invoice, `inv_...`; null for none.
    pub invoice_id: Option<String>,
    /// The credit note of this refund.
    pub credit_note_id: Option<String>,
    /// The number of the credit note that the refund brings; null while there is none.
    pub credit_note_number: Option<String>,
    /// What goes back, in minor units of the currency, tax included.
    pub amount: i64,
    /// The tax in the amount; null until the refund has succeeded.
    pub tax_amount: Option<i64>,
    /// The currency of the amounts, ISO 4217 in lower case.
    pub currency: String,
    /// The processor's reference of the refund; null until it has succeeded.
    pub charge_id: Option<String>,
    /// `pending` while the processor has not answered, then `succeeded` or `failed`.
    pub status: &'static str,
    /// The reason as it was given with the request; null for none.
    pub reason: Option<String>,
    /// Why it failed, in a code; null unless it did.
    pub failure_code: Option<&'static str>,
    /// Your own data, returned as you sent it.
    pub metadata: Option<Box<RawValue>>,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// When it last changed, as an RFC 3339 time.
    pub updated_at: String,
    /// The kind of object: always `refund`.
    pub object: &'static str,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
}

/// The answer to a refund that was asked for.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct RefundedView {
    /// The id of the transaction that is refunded, `txn_...`.
    pub id: String,
    /// `refunded`, or `pending` while nobody knows whether the money went back.
    pub status: &'static str,
    /// The refund as it stands after this request.
    pub refund: RefundView,
    /// The kind of object: always `transaction`.
    pub object: &'static str,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
}

fn one_of(
    json: &str,
    known: &'static [&'static str],
) -> std::result::Result<&'static str, Invalid> {
    let Text(text) = Text::<1, 40>::read(json)?;
    let found = known.iter().find(|known| **known == text);
    found.copied().ok_or_else(|| Invalid::new(format!("must be one of {}", known.join(", "))))
}

impl Field for RefundReason {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        one_of(json, &REASONS).map(Self)
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": REASONS})
    }

    fn meaning(&self) -> String {
        self.0.to_owned()
    }
}

impl Field for RefundState {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        one_of(json, &STATES).map(Self)
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": STATES})
    }

    fn meaning(&self) -> String {
        self.0.to_owned()
    }
}

impl RefundTransaction {
    /// The refund that a key asks for.
    pub fn command(
        self,
        caller: &ApiKey,
        payment: PaymentIntentId,
        transaction: TransactionId,
    ) -> RefundWish {
        RefundWish {
            scope: caller.scope,
            payment,
            transaction: Some(transaction),
            named: Resource::Transaction,
            amount: self.amount.map_or(AskedAmount::Rest, |MinorUnits(n)| AskedAmount::Minor(n)),
            say: |money| money.minor().to_string(),
            reason: self.reason.map(|RefundReason(text)| text.to_owned()),
            metadata: self.metadata,
            requested_by: Actor::ApiKey(caller.id),
            at_most: BTreeMap::new(),
        }
    }
}

impl ListRefunds {
    /// The page that is asked for.
    ///
    /// # Errors
    /// 400 for a cursor of another list.
    pub fn page(&self, key: hmac::Key, scope: Scope, now: Time) -> Result<Page> {
        let text =
            |text: &Option<Text<1, 255>>| text.as_ref().map_or("", |text| &text.0).to_owned();
        let filters = [
            text(&self.transaction_id),
            text(&self.payment_id),
            self.status.map_or("", |status| status.0).to_owned(),
        ];
        let list = format!("refunds#{}", filters.join("#"));
        let cursor = self.cursor.as_ref().map(|text| text.0.as_str());
        Page::of(key, scope, Asked { list, limit: self.limit, cursor }, now)
    }

    /// What is wanted; `None` where nothing can be: an id of no thing, or a reserved status.
    pub fn filter(&self) -> Option<RefundFilter> {
        let transaction = match &self.transaction_id {
            Some(Text(text)) => Some(TransactionId::from_payments_form(text)?),
            None => None,
        };
        let payment = match &self.payment_id {
            Some(Text(text)) => Some(PaymentIntentId::from_payments_form(text)?),
            None => None,
        };
        let status = match self.status {
            Some(RefundState("pending")) => Some(RefundStatusName::Processing),
            Some(RefundState(name)) => Some(RefundStatusName::named(name)?),
            None => None,
        };
        Some(RefundFilter { payment, transaction, status, id: None })
    }
}

/// The refund that a request's path names.
pub fn asked_refund(req: &Request) -> Result<RefundId> {
    let id = RefundId::from_payments_form(req.path("id"));
    id.ok_or(Problem::NotFound(Resource::Refund))
}

/// A refund as this surface shows it.
pub fn view(refund: &Refund) -> RefundView {
    let (tax, reference, failure) = match &refund.status {
        RefundStatus::Succeeded { tax, reference, .. } => {
            (Some(tax.minor()), Some(reference.clone()), None)
        }
        RefundStatus::Failed { reason } => (None, None, Some(*reason)),
        RefundStatus::Processing { .. } => (None, None, None),
    };
    RefundView {
        id: refund.id.payments_form(),
        transaction_id: refund.transaction.payments_form(),
        payment_id: refund.payment.payments_form(),
        customer_id: refund.customer.map(|id| id.payments_form()),
        invoice_id: refund.invoice.map(|id| id.payments_form()),
        credit_note_id: refund.credit_note.as_ref().map(|note| note.id.payments_form()),
        credit_note_number: refund.credit_note.as_ref().map(|note| note.number.clone()),
        amount: refund.amount.minor(),
        tax_amount: tax,
        currency: refund.amount.currency().code().to_ascii_lowercase(),
        charge_id: reference,
        status: match refund.status.name() {
            RefundStatusName::Processing => "pending",
            RefundStatusName::Succeeded => "succeeded",
            RefundStatusName::Failed => "failed",
        },
        reason: refund.listed_reason().map(str::to_owned),
        failure_code: failure.map(FailureReason::as_str),
        metadata: refund.metadata.as_ref().and_then(|m| m.raw().map(ToOwned::to_owned)),
        created_at: refund.created_at.rfc3339_ms(),
        updated_at: refund.updated_at.rfc3339_ms(),
        object: "refund",
        livemode: livemode(refund.scope.mode),
    }
}

/// The answer to a refund that was asked for.
///
/// # Errors
/// 402 where the processor refused it.
pub fn refunded_view(made: &RequestedRefund) -> Result<RefundedView> {
    let RequestedRefund { refund, replayed } = made;
    if let RefundStatus::Failed { reason } = refund.status {
        let (refund, replayed) = (refund.id, *replayed);
        return Err(Problem::RefundFailed { refund, reason, replayed });
    }
    let over = refund.status.name() == RefundStatusName::Succeeded;
    Ok(RefundedView {
        id: refund.transaction.payments_form(),
        status: if over { "refunded" } else { "pending" },
        refund: view(refund),
        object: "transaction",
        livemode: livemode(refund.scope.mode),
    })
}
