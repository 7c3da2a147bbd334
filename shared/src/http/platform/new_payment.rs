//! `POST /v1/platform/payments`: what it takes, and what is looked up for it.

use crate::{
    http::{
        Request, Result,
        body::{Body, Fields},
        field::{Amount, Field, Text, Whole, payable},
        meaning::Meaning,
        route::{BodyDoc, Json, RequestBody},
        surface::UnknownFields,
    },
    model::{
        Currency, Invalid,
        id::{CustomerId, DestinationId, PaymentMethodId, RouteId, WalletId},
        metadata::Metadata,
        payment_intent::wallet::PayeeAccount,
        route::IntentType,
    },
    operations::{new_payment::NewPayment, problem::on},
};
use derive::Body;

/// How long money stays in escrow when nothing is said, in seconds.
const DEFAULT_HOLD_S: i64 = 7 * 86_400;

/// Longest time in escrow, in seconds.
const MAX_HOLD_S: i64 = 90 * 86_400;

/// A new payment: it is made and carried out.
#[derive(Body)]
#[body(check = payable(amount, currency))]
pub struct CreatePayment {
    /// The id of the user who starts the payment, and whose money moves.
    pub user_id: CustomerId,
    /// The user's wallet that pays; for a funding, the one that is filled.
    pub wallet_id: WalletId,
    /// In major units: a number, or a text with a number.
    pub amount: Amount,
    /// Makes repeating the request harmless; kept for good.
    #[body(key)]
    pub idempotency_key: Text<1, 120>,
    /// What it does; `payout` when absent.
    #[body(default = IntentType::Payout)]
    pub intent_type: Option<IntentType>,
    /// ISO 4217, in any case; USD when absent.
    #[body(default = Currency::USD)]
    pub currency: Option<Currency>,
    /// The way in or out; needed for funding, payout and relay.
    pub product_id: Option<RouteId>,
    /// The wallet that receives; needed for a transfer.
    pub destination_wallet_id: Option<WalletId>,
    /// The payer's card or bank account; needed for funding and relay.
    pub payment_method_id: Option<PaymentMethodId>,
    /// Where the payee takes money; for payout and relay, this or `payee_payment_method_id`.
    pub payee_destination_id: Option<DestinationId>,
    /// A bank account that a user of yours has saved.
    pub payee_payment_method_id: Option<PaymentMethodId>,
    /// Whether a transfer goes through escrow.
    #[body(default = false)]
    pub hold: Option<bool>,
    /// Seconds until money in escrow goes back by itself; 7 days when absent.
    #[body(default = Whole(DEFAULT_HOLD_S))]
    pub hold_expires_in: Option<Whole<60, MAX_HOLD_S>>,
    /// Any JSON object up to 4 KB; comes back in answers and webhooks.
    pub metadata: Option<Metadata>,
}

/// [`CreatePayment`] in a request: what it needs depends on its type, and its key may come in a
/// header.
pub struct CreatePaymentBody;

impl RequestBody for CreatePaymentBody {
    type Read = CreatePayment;

    fn doc() -> Option<BodyDoc> {
        Json::<CreatePayment>::doc()
    }

    fn read(req: &Request, unknown: UnknownFields) -> Result<CreatePayment> {
        read(req, &mut req.fields()?.with_unknown(unknown))
    }

    fn meaning(read: &CreatePayment) -> Meaning {
        read.meaning()
    }

    fn idempotency_key(read: &CreatePayment) -> Option<&str> {
        read.idempotency_key()
    }
}

impl Field for IntentType {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        Text::<1, 50>::read(json)?.0.parse()
    }

    fn schema() -> serde_json::Value {
        let names: Vec<&str> = Self::ALL.iter().map(|kind| kind.as_str()).collect();
        serde_json::json!({"type": "string", "enum": names, "default": "payout"})
    }

    fn meaning(&self) -> String {
        self.as_str().to_owned()
    }
}

/// Reads the body: everything that is wrong with it at once, what its type needs included.
///
/// # Errors
/// 422 naming every broken field.
fn read(req: &Request, fields: &mut Fields) -> Result<CreatePayment> {
    if let Some(header) = req.header("idempotency-key") {
        if !fields.has("idempotency_key") {
            fields.put("idempotency_key", header);
        } else if fields.text("idempotency_key").as_deref() != Some(header) {
            fields.problem("idempotency_key", "differs from the header Idempotency-Key");
        }
    }
    let kind = match fields.text("intent_type") {
        None if !fields.has("intent_type") => Some(IntentType::Payout),
        text => text.and_then(|text| text.parse().ok()),
    };
    if let Some(kind) = kind {
        note_missing(fields, kind);
    }
    fields.read()
}

/// Notes which fields this type of payment needs and does not have.
fn note_missing(fields: &mut Fields, kind: IntentType) {
    let name = kind.as_str();
    let mut need = |field: &str, needed: bool| {
        if needed && !fields.has(field) {
            fields.problem(field, &format!("is required for a {name}"));
        }
    };
    use IntentType::{Funding, Payout, Relay, Transfer};
    need("product_id", matches!(kind, Funding | Payout | Relay));
    need("destination_wallet_id", kind == Transfer);
    need("payment_method_id", matches!(kind, Funding | Relay));
    let payee = fields.has("payee_destination_id") || fields.has("payee_payment_method_id");
    if matches!(kind, Payout | Relay) && !payee {
        let either = format!("is required for a {name}, or payee_payment_method_id");
        fields.problem("payee_destination_id", &either);
    }
    if kind != Transfer && fields.is_true("hold") {
        fields.problem("hold", "is for transfers only");
    }
    let wallets = (fields.text("wallet_id"), fields.text("destination_wallet_id"));
    if kind == Transfer && wallets.0.is_some() && wallets.0 == wallets.1 {
        fields.problem("destination_wallet_id", "must differ from wallet_id");
    }
}

impl CreatePayment {
    /// The payment that is asked for. Fields that its type does not use do not count.
    ///
    /// # Errors
    /// 422 for an amount that its currency does not have.
    pub fn command(self) -> Result<NewPayment> {
        use IntentType::{Funding, Payout, Relay, Transfer};
        let kind = self.intent_type.unwrap_or(Payout);
        let pulls = matches!(kind, Funding | Relay);
        let pushes = matches!(kind, Payout | Relay);
        let destination = self.payee_destination_id.map(PayeeAccount::Destination);
        let payee = destination.or(self.payee_payment_method_id.map(PayeeAccount::Method));
        let hold_s = self.hold_expires_in.map_or(DEFAULT_HOLD_S, |seconds| seconds.0);
        let amount = self.amount.money(self.currency);
        Ok(NewPayment {
            idempotency_key: self.idempotency_key.0,
            kind,
            customer: self.user_id,
            wallet: self.wallet_id,
            amount: amount.map_err(|invalid| on("amount", invalid))?,
            route: self.product_id.filter(|_| kind != Transfer),
            destination_wallet: self.destination_wallet_id.filter(|_| kind == Transfer),
            method: self.payment_method_id.filter(|_| pulls),
            payee: payee.filter(|_| pushes),
            hold_s: (self.hold == Some(true) && kind == Transfer).then_some(hold_s),
            metadata: self.metadata,
        })
    }
}
