//! A transaction as it is shown: a card payment with its buyer, its attempts and its refunds.
#![expect(non_snake_case, reason = "names of attempts are published in camelCase")]

use super::{
    product::object,
    refund::{self, RefundView},
};
use crate::{
    http::{Request, Result, view::Described},
    model::{
        Currency, Mode, Money, Time,
        checkout_session::Payer,
        id::{CheckoutSessionId, PaymentIntentId},
        payment_intent::PaymentIntent,
        refund::Refundable,
        tax::{Pricing, TaxRecord},
        transaction::{DepositAttempt, Transaction, masked, masked_email},
    },
    operations::{Problem, Resource},
    webhook::payload::payments::failure_message,
};
use derive::View;
use serde::Serialize;
use serde_json::{Value, json, value::RawValue};

/// A transaction.
#[derive(View)]
pub struct TransactionView {
    /// The transaction's id, `TX...`.
    pub id: String,
    /// The checkout's id, `ord_...`.
    pub order_id: String,
    /// Where the sale came from: `links`, `api` (a server's checkout), `payments` or `platform`.
    pub origin: &'static str,
    /// `processing`, `paid`, `refund_pending`, `refunded`, `disputed`, `failed` or `canceled`.
    pub status: &'static str,
    /// The id of the link that was opened; null where there was none.
    pub payment_link_id: Option<String>,
    /// Your own reference, as it was given with the checkout.
    pub client_reference: Option<String>,
    /// What the buyer pays, tax included.
    pub amount: String,
    /// The sum of the lines, with tax where prices are.
    pub subtotal: String,
    /// The tax in it or on it.
    pub tax: String,
    /// What was decided about tax, by name: whether it is charged, and if not, why.
    pub tax_treatment: &'static str,
    /// The tax of each rate, with the amount that it is taken of.
    pub taxes: Vec<RawObject>,
    /// `TAX_EXCLUSIVE` where tax is added to the prices, `TAX_INCLUSIVE` where prices contain it.
    pub pricing_mode: Option<&'static str>,
    /// What the amounts are in, ISO 4217 in upper case.
    pub currency: String,
    /// How much of it was refunded.
    pub refunded_amount: String,
    /// What can still be refunded, in major units.
    pub refundable_amount: String,
    /// What was lost in disputes. It is not in `refunded_amount`.
    pub dispute_lost: String,
    /// What was paid and neither went back nor was lost.
    pub net_amount: String,
    /// Why it was not paid, in a code; null unless it failed.
    pub failure_code: Option<&'static str>,
    /// The buyer's e-mail address, or a part of it for roles that do not see buyers; null for none.
    pub payer_email: Option<String>,
    /// The buyer's details as they were typed; null where none are kept.
    pub payer: Option<PayerView>,
    /// The lines that are bought.
    pub products: Vec<BoughtView>,
    /// The card that paid; null while nothing is paid.
    pub payment_method: Option<MethodView>,
    /// Submits of a card, newest first.
    pub depositAttempts: Vec<AttemptView>,
    /// The refunds of the transaction, newest first.
    pub refunds: Vec<RefundView>,
    /// Of the invoice, once there is one: sales through links get one where the organisation's
    /// `invoice` is on.
    pub invoice_number: Option<String>,
    /// The link's or your own data.
    pub metadata: RawObject,
    /// Whether this is test mode, in which no money moves.
    pub test_mode: bool,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// When it was paid, as an RFC 3339 time.
    pub paid_at: Option<String>,
    /// When it last changed, as an RFC 3339 time.
    pub updated_at: String,
    /// When it ends, in RFC 3339; null where it does not end by time.
    pub expires_at: Option<String>,
}

/// Any JSON object.
#[derive(Serialize)]
#[serde(transparent)]
pub struct RawObject(Box<RawValue>);

impl RawObject {
    /// The object as JSON text, as it was sent.
    pub fn text(&self) -> &str {
        self.0.get()
    }
}

impl Described for RawObject {
    fn schema() -> Value {
        json!({"type": "object"})
    }
}

/// A buyer, as typed.
#[derive(View)]
pub struct PayerView {
    /// The buyer's given name.
    pub first_name: String,
    /// The buyer's family name.
    pub last_name: String,
    /// The buyer's e-mail address, where the receipt goes.
    pub email: String,
    /// The buyer's telephone number as it was typed; its form is not checked.
    pub phone: Option<String>,
    /// The company that the buyer buys for, where it is not a person who buys.
    pub company: Option<String>,
    /// The company's tax id; null for none.
    pub tax_id: Option<String>,
    /// The country where the buyer is, two letters of ISO 3166-1.
    pub country: String,
    /// The region of that country: the part of ISO 3166-2 after the hyphen, such as `CA` of
    /// `US-CA`.
    pub region: Option<String>,
    /// The text as the buyer typed it.
    pub postal_code: Option<String>,
}

/// One line of what is bought.
#[derive(View)]
pub struct BoughtView {
    /// `prod_...`; null for a line that a server named.
    pub product_id: Option<String>,
    /// What the line is called, as buyers read it.
    pub name: String,
    /// How many pieces, from 1 on.
    pub quantity: u32,
    /// What one piece costs, in major units of the currency.
    pub unit_price: String,
    /// The price times the quantity, in major units.
    pub line_total: String,
}

/// A card.
#[derive(View)]
pub struct MethodView {
    /// Always `card`.
    pub r#type: &'static str,
    /// The card's scheme, such as `visa`.
    pub brand: String,
    /// The last four digits of the number.
    pub last4: String,
    /// The month in which the card expires, 1 to 12.
    pub exp_month: u32,
    /// The year in which the card expires, in four digits.
    pub exp_year: u32,
}

/// One submit of a card.
#[derive(View)]
pub struct AttemptView {
    /// `processing`, `requires_action`, `requires_payment_method`, `succeeded` or `failed`.
    pub status: &'static str,
    /// The attempt's id, `pa_...`.
    pub paymentId: String,
    /// When the card was submitted, in RFC 3339.
    pub attemptedAt: String,
    /// Why no money was taken, in a code; null where it was.
    pub errorCode: Option<&'static str>,
    /// The same in a sentence; null where money was taken.
    pub errorMessage: Option<&'static str>,
    /// The card that was submitted.
    pub paymentMethod: AttemptMethod,
}

/// The card of a submit.
#[derive(View)]
pub struct AttemptMethod {
    /// Always `card`.
    pub r#type: &'static str,
    /// The card's scheme, such as `visa`.
    pub brand: String,
    /// The last four digits of the number.
    pub last4: String,
}

/// The transaction that a request's path names, by its own id or its order's.
///
/// # Errors
/// 404 for what is no id.
pub fn in_path(req: &Request) -> Result<PaymentIntentId> {
    let text = req.path("id");
    let order = || CheckoutSessionId::from_links_form(text).map(|id| *id.uuid());
    let own = PaymentIntentId::from_links_form(text).map(|id| *id.uuid());
    let id = own.or_else(order).map(PaymentIntentId::from_uuid);
    id.ok_or(Problem::NotFound(Resource::Payment))
}

/// How transactions are shown to a caller.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// Whether buyers' names and addresses are shown.
    pub buyers: bool,
    /// The moment of the answer, by which links and checkouts are over or not.
    pub now: Time,
}

/// Every tax with its base.
fn taxes(record: &TaxRecord, currency: Currency) -> Vec<RawObject> {
    let money = |minor| Money::from_minor(minor, currency).major();
    let lines = record.lines.iter().map(|line| {
        let text = json!({
            "rate": line.rate.to_string(),
            "name": line.name,
            "jurisdiction": line.jurisdiction,
            "net": money(line.taxable),
            "tax": money(line.tax),
        });
        RawObject(RawValue::from_string(text.to_string()).unwrap_or_default())
    });
    lines.collect()
}

/// A transaction as it is shown.
pub fn view(transaction: &Transaction, Shown { buyers, now }: Shown) -> TransactionView {
    let Transaction { intent, session, refunds } = transaction;
    let amounts = intent.amounts;
    let paid = transaction.paid_at().is_some();
    let money = |minor| Money::from_minor(minor, amounts.currency()).major();
    let standing = intent.refundable().map(Refundable::standing);
    let (back, left, lost) = standing
        .map_or((0, 0, 0), |known| (known.refunded, known.refundable(), known.disputed.lost));
    let kept = if paid { amounts.total().minor() - back - lost } else { 0 };
    let email = transaction.payer_email();
    let pricing = session.as_ref().map_or_else(Pricing::default, |session| session.pricing_mode);
    let record = transaction.tax_record();
    TransactionView {
        id: intent.id.links_form(),
        order_id: CheckoutSessionId::from_uuid(*intent.id.uuid()).links_form(),
        origin: transaction.origin().into(),
        status: transaction.status_at(now).into(),
        payment_link_id: transaction.link().map(|link| link.to_string()),
        client_reference: session.as_ref().and_then(|session| session.client_reference.clone()),
        amount: amounts.total().major(),
        subtotal: pricing.sum_of_lines(&amounts).major(),
        tax: amounts.tax().major(),
        tax_treatment: transaction.tax_treatment().as_str(),
        taxes: record.map(|record| taxes(record, amounts.currency())).unwrap_or_default(),
        pricing_mode: Some(pricing.as_str()),
        currency: amounts.currency().code().to_owned(),
        refunded_amount: money(back),
        refundable_amount: money(left),
        dispute_lost: money(lost),
        net_amount: money(kept),
        failure_code: transaction.failure_code(now),
        payer_email: email.map(|email| if buyers { email.to_owned() } else { masked_email(email) }),
        payer: session
            .as_ref()
            .map(|session| session.payer.clone())
            .or_else(|| typed_elsewhere(intent))
            .map(|known| payer(&known, buyers)),
        products: bought(transaction),
        payment_method: intent.status.attempt().filter(|_| paid).map(|attempt| MethodView {
            r#type: "card",
            brand: attempt.card.brand.clone(),
            last4: attempt.card.last4.clone(),
            exp_month: attempt.card.exp_month.into(),
            exp_year: attempt.card.exp_year.into(),
        }),
        depositAttempts: transaction.attempts().iter().map(attempt).collect(),
        refunds: refunds.iter().map(refund::view).collect(),
        invoice_number: intent.invoice().map(|invoice| invoice.number.clone()),
        metadata: RawObject(object(intent.metadata.as_ref())),
        test_mode: intent.scope.mode == Mode::Test,
        created_at: intent.created_at.rfc3339(),
        paid_at: transaction.paid_at().map(Time::rfc3339),
        updated_at: intent.updated_at(now).rfc3339(),
        expires_at: transaction.expires_at().map(Time::rfc3339),
    }
}

fn bought(transaction: &Transaction) -> Vec<BoughtView> {
    let lines = transaction.session.as_ref().map(|session| session.lines.as_slice());
    let lines = lines.unwrap_or_default().iter().map(|line| BoughtView {
        product_id: line.product.map(|id| id.links_form()),
        name: line.name.clone(),
        quantity: line.quantity,
        unit_price: line.unit_price.major(),
        line_total: line.line_total().map(|total| total.major()).unwrap_or_default(),
    });
    lines.collect()
}

fn attempt(attempt: &DepositAttempt<'_>) -> AttemptView {
    AttemptView {
        status: attempt.status.into(),
        paymentId: attempt.id.links_form(),
        attemptedAt: attempt.at.rfc3339(),
        errorCode: attempt.failure.map(|reason| reason.as_str()),
        errorMessage: attempt.failure.map(failure_message),
        paymentMethod: AttemptMethod {
            r#type: "card",
            brand: attempt.card.brand.clone(),
            last4: attempt.card.last4.clone(),
        },
    }
}

/// Who paid on a page of another surface, as far as it asked.
fn typed_elsewhere(intent: &PaymentIntent) -> Option<Payer> {
    let attempt = intent.status.attempt()?;
    let buyer = attempt.buyer.as_ref()?;
    let billing = attempt.billing.as_deref();
    let typed = billing.and_then(|billing| billing.country);
    let country = typed.or_else(|| intent.tax().and_then(|record| record.country))?;
    let name = buyer.name.clone().unwrap_or_default();
    let (first, last) = name.rsplit_once(' ').unwrap_or((&name, ""));
    Some(Payer {
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        email: buyer.email.clone(),
        phone: None,
        company: billing.and_then(|billing| billing.company.clone()),
        tax_id: None,
        country: country.code().to_owned(),
        region: billing.and_then(|billing| billing.region.clone()),
        postal_code: billing.and_then(|billing| billing.postal_code.clone()),
    })
}

/// A buyer; viewers see no more than one letter of who it is.
fn payer(payer: &Payer, buyers: bool) -> PayerView {
    let shown = |text: &str| if buyers { text.to_owned() } else { masked(text) };
    PayerView {
        first_name: shown(&payer.first_name),
        last_name: shown(&payer.last_name),
        email: if buyers { payer.email.clone() } else { masked_email(&payer.email) },
        phone: payer.phone.as_deref().map(shown),
        company: payer.company.clone(),
        tax_id: payer.tax_id.as_deref().map(shown),
        country: payer.country.clone(),
        region: payer.region.clone(),
        postal_code: payer.postal_code.clone(),
    }
}
