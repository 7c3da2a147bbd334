//! Saved cards: never a token, a fingerprint or a holder.

use crate::{
    http::{Request, payments::livemode},
    model::{id::PaymentMethodId, payment_method::PaymentMethod},
};
use derive::View;

/// A saved card.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct PaymentMethodView {
    /// The payment method's id, `pm_...`.
    pub id: String,
    /// The id of the customer who may be charged with it, `cus_...`.
    pub customer_id: String,
    /// Always `card`.
    pub r#type: &'static str,
    /// The card's scheme, such as `visa`.
    pub brand: String,
    /// The last four digits of the card's number.
    pub last4: String,
    /// The month in which the card expires, 1 to 12.
    pub exp_month: u8,
    /// The year in which the card expires, in four digits.
    pub exp_year: u16,
    /// Whether it is charged where none is named.
    pub is_default: bool,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// The kind of object: always `payment_method`.
    pub object: &'static str,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
}

/// The saved card that a request's path names; `None` for what is no id of one.
pub fn in_path(req: &Request) -> Option<PaymentMethodId> {
    PaymentMethodId::from_payments_form(req.path("pmId"))
}

/// A saved card as it is shown; `None` for what is no card.
pub fn view(method: &PaymentMethod, default: Option<PaymentMethodId>) -> Option<PaymentMethodView> {
    let card = method.card()?;
    Some(PaymentMethodView {
        id: method.id.payments_form(),
        customer_id: method.customer.payments_form(),
        r#type: "card",
        brand: card.brand.clone(),
        last4: card.last4.clone(),
        exp_month: card.exp_month,
        exp_year: card.exp_year,
        is_default: default == Some(method.id),
        created_at: method.created_at.rfc3339_ms(),
        object: "payment_method",
        livemode: livemode(method.scope.mode),
    })
}
