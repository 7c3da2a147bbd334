//! Payments: `GET /v1/platform/payments` and one of them.

use crate::{
    http::{
        Result,
        field::{Field, PageLimit, Text},
        platform::page::{Asked, Page},
    },
    model::{
        Invalid, Scope, Time,
        id::{CustomerId, Id, MerchantAccountId, PaymentIntentId, PaymentMethodId},
        payment_intent::{PaymentIntent, Status, StatusName},
    },
    request,
    store::intent::IntentFilter,
    view,
};
use serde_json::{Value, json, value::RawValue};

/// The one type of payment that links make.
const CARD_LINK: &str = "card_link";

request! {
    /// Which payments to list.
    ListPayments {
        /// Of this user only.
        user_id: optional CustomerId,
        /// Through this wallet only; payments through links have none.
        wallet_id: optional Id<()>,
        /// With this status only; pages may be short.
        status: optional PaymentStatus,
        /// Of this type only; pages may be short.
        intent_type: optional IntentType,
        /// Made at or after.
        created_from: optional Time,
        /// Made at or before.
        created_to: optional Time,
        /// Page size.
        limit: optional PageLimit,
        /// `next_cursor` of the page before.
        cursor: optional Text<1, 200>,
    }
}

/// A status in this surface's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentStatus {
    /// Some that links never have.
    Other(&'static str),
    /// One of an intent's.
    Of(StatusName),
}

/// A type of payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntentType(&'static str);

/// Statuses that only other types of payments have.
const OTHER_STATUSES: [&str; 3] = ["pending_review", "held", "settled"];

const INTENT_TYPES: [&str; 5] = ["funding", "payout", "transfer", "relay", CARD_LINK];

impl Field for PaymentStatus {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let text = Text::<1, 20>::read(json)?.0;
        let of = StatusName::ALL
            .into_iter()
            .find(|status| *status != StatusName::RequiresAction && status_text(*status) == text);
        let other = OTHER_STATUSES.into_iter().find(|other| *other == text);
        of.map(Self::Of)
            .or(other.map(Self::Other))
            .ok_or_else(|| Invalid::new(format!("must be a status of a payment, not {text:?}")))
    }

    fn schema() -> Value {
        let own = StatusName::ALL.into_iter().filter(|s| *s != StatusName::RequiresAction);
        let names: Vec<&str> = own.map(status_text).chain(OTHER_STATUSES).collect();
        json!({"type": "string", "enum": names})
    }
}

impl Field for IntentType {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let text = Text::<1, 50>::read(json)?.0;
        let found = INTENT_TYPES.into_iter().find(|known| *known == text);
        found
            .map(Self)
            .ok_or_else(|| Invalid::new(format!("must be one of {}", INTENT_TYPES.join(", "))))
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": INTENT_TYPES})
    }
}

impl ListPayments {
    /// The page that is asked for.
    ///
    /// # Errors
    /// 422 for a cursor of another list.
    pub fn page(&self, scope: Scope, now: Time) -> Result<Page> {
        let asked = Asked {
            list: format!(
                "payments {:?} {:?} {:?} {:?} {:?} {:?}",
                self.user_id,
                self.wallet_id,
                self.status,
                self.intent_type,
                self.created_from,
                self.created_to
            ),
            limit: self.limit,
            cursor: self.cursor.as_ref().map(|cursor| cursor.0.as_str()),
            from: self.created_from,
            until: self.created_to,
        };
        Page::of(scope, asked, now)
    }

    /// What the store can filter by; `None` when no payment can fit.
    #[must_use]
    pub fn filter(&self) -> Option<IntentFilter> {
        let other_type = self.intent_type.is_some_and(|kind| kind.0 != CARD_LINK);
        if other_type || self.wallet_id.is_some() {
            return None;
        }
        let statuses: Option<&'static [StatusName]> = match self.status {
            None => None,
            Some(PaymentStatus::Other(_)) => return None,
            Some(PaymentStatus::Of(status)) => Some(match status {
                StatusName::Pending => &[StatusName::Pending],
                StatusName::Processing | StatusName::RequiresAction => {
                    &[StatusName::Processing, StatusName::RequiresAction]
                }
                StatusName::Succeeded => &[StatusName::Succeeded],
                StatusName::Failed => &[StatusName::Failed],
                StatusName::Expired => &[StatusName::Expired],
                StatusName::Canceled => &[StatusName::Canceled],
            }),
        };
        Some(IntentFilter { customer: self.user_id, statuses })
    }
}

view! {
    /// The card of a payment.
    CardView {
        /// Scheme.
        brand: String,
        /// Last four digits.
        last4: String,
        /// 1 to 12.
        exp_month: u8,
        /// Four digits.
        exp_year: u16,
    }
}

view! {
    /// A payment.
    PaymentView {
        /// Its id.
        payment_intent_id: PaymentIntentId,
        /// `pending`, `processing`, `succeeded`, `failed`, `expired`, `canceled`, ...
        status: &'static str,
        /// `card_link` for payments through links.
        intent_type: &'static str,
        /// The user who pays.
        user_id: CustomerId,
        /// Always null for payments through links.
        wallet_id: Option<String>,
        /// Major units, with the currency's decimals.
        amount: String,
        /// ISO 4217.
        currency: String,
        /// Always null for payments through links.
        product_id: Option<String>,
        /// Always null for payments through links.
        destination_wallet_id: Option<String>,
        /// The card that was saved, where the buyer asked for it.
        payment_method_id: Option<PaymentMethodId>,
        /// Always null for payments through links.
        payee_payment_method_id: Option<String>,
        /// Always null for payments through links.
        payee_destination_id: Option<String>,
        /// The merchant account that charges.
        card_processing_id: MerchantAccountId,
        /// The card that was submitted.
        card: Option<CardView>,
        /// Why it failed.
        failure_reason: Option<&'static str>,
        /// Whether money is held in escrow.
        hold: bool,
        /// Your own data.
        metadata: Option<Box<RawValue>>,
        /// Where the buyer may go afterwards.
        return_url: Option<String>,
        /// When the link stops working: RFC 3339.
        expires_at: String,
        /// RFC 3339.
        created_at: String,
        /// RFC 3339.
        updated_at: String,
    }
}

/// An intent as this surface shows it at `now`.
#[must_use]
pub fn view(intent: &PaymentIntent, now: Time) -> PaymentView {
    let (payment_method_id, failure_reason) = match &intent.status {
        Status::Succeeded { payment_method, .. } => (*payment_method, None),
        Status::Failed { reason, .. } => (None, Some(reason.as_str())),
        Status::Pending
        | Status::Processing { .. }
        | Status::RequiresAction { .. }
        | Status::Expired
        | Status::Canceled => (None, None),
    };
    PaymentView {
        payment_intent_id: intent.id,
        status: status_text(intent.status_at(now)),
        intent_type: CARD_LINK,
        user_id: intent.customer,
        wallet_id: None,
        amount: intent.amount.major(),
        currency: intent.amount.currency().code().to_owned(),
        product_id: None,
        destination_wallet_id: None,
        payment_method_id,
        payee_payment_method_id: None,
        payee_destination_id: None,
        card_processing_id: intent.account.id,
        card: intent.status.attempt().map(|attempt| CardView {
            brand: attempt.card.brand.clone(),
            last4: attempt.card.last4.clone(),
            exp_month: attempt.card.exp_month,
            exp_year: attempt.card.exp_year,
        }),
        failure_reason,
        hold: false,
        metadata: intent.metadata.as_ref().and_then(|m| m.raw().map(ToOwned::to_owned)),
        return_url: intent.link.return_url.clone(),
        expires_at: intent.link.expires_at.rfc3339(),
        created_at: intent.created_at.rfc3339(),
        updated_at: intent.updated_at(now).rfc3339(),
    }
}

/// A status in this surface's words.
const fn status_text(status: StatusName) -> &'static str {
    match status {
        StatusName::Pending => "pending",
        StatusName::Processing | StatusName::RequiresAction => "processing",
        StatusName::Succeeded => "succeeded",
        StatusName::Failed => "failed",
        StatusName::Expired => "expired",
        StatusName::Canceled => "canceled",
    }
}
