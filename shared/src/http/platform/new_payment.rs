//! `POST /v1/platform/payments`: what it takes, and what is looked up for it.

use crate::{
    http::{
        Request, Result,
        body::Fields,
        field::{Field, Text, Whole},
    },
    model::{
        Currency, Invalid, Money,
        id::{CustomerId, DestinationId, PaymentMethodId, RouteId, WalletId},
        metadata::Metadata,
        payment_intent::wallet::PayeeAccount,
        route::IntentType,
    },
    operations::new_payment::NewPayment,
    request,
};

/// How long money stays in escrow when nothing is said, in seconds.
const DEFAULT_HOLD_S: i64 = 7 * 86_400;

/// Longest time in escrow, in seconds.
const LONGEST_HOLD_S: i64 = 90 * 86_400;

request! {
    /// A new payment: it is made and carried out.
    CreatePayment {
        /// The user who starts it.
        user_id: required CustomerId,
        /// The user's wallet that pays; for a funding, the one that is filled.
        wallet_id: required WalletId,
        /// In major units: a number, or a text with a number.
        amount: money Money,
        /// Makes repeating the request harmless; kept for good.
        idempotency_key: required Text<1, 120>,
        /// What it does; `payout` when absent.
        intent_type: optional IntentType,
        /// ISO 4217, in any case; USD when absent.
        currency: optional Currency,
        /// The way in or out; needed for funding, payout and relay.
        product_id: optional RouteId,
        /// The wallet that receives; needed for a transfer.
        destination_wallet_id: optional WalletId,
        /// The payer's card or bank account; needed for funding and relay.
        payment_method_id: optional PaymentMethodId,
        /// Where the payee takes money; for payout and relay, this or `payee_payment_method_id`.
        payee_destination_id: optional DestinationId,
        /// A bank account that a user of yours has saved.
        payee_payment_method_id: optional PaymentMethodId,
        /// Whether a transfer goes through escrow.
        hold: optional bool,
        /// Seconds until money in escrow goes back by itself; 7 days when absent.
        hold_expires_in: optional Whole<60, LONGEST_HOLD_S>,
        /// Any JSON object up to 4 KB; comes back in answers and webhooks.
        metadata: optional Metadata,
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
}

/// Reads the body: everything that is wrong with it at once, what its type needs included.
///
/// # Errors
/// 422 naming every broken field.
pub fn read(req: &Request, fields: &mut Fields) -> Result<CreatePayment> {
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
    #[must_use]
    pub fn command(self) -> NewPayment {
        use IntentType::{Funding, Payout, Relay, Transfer};
        let kind = self.intent_type.unwrap_or(Payout);
        let pulls = matches!(kind, Funding | Relay);
        let pushes = matches!(kind, Payout | Relay);
        let destination = self.payee_destination_id.map(PayeeAccount::Destination);
        let payee = destination.or(self.payee_payment_method_id.map(PayeeAccount::Method));
        let hold_s = self.hold_expires_in.map_or(DEFAULT_HOLD_S, |seconds| seconds.0);
        NewPayment {
            idempotency_key: self.idempotency_key.0,
            kind,
            customer: self.user_id,
            wallet: self.wallet_id,
            amount: self.amount,
            route: self.product_id.filter(|_| kind != Transfer),
            destination_wallet: self.destination_wallet_id.filter(|_| kind == Transfer),
            method: self.payment_method_id.filter(|_| pulls),
            payee: payee.filter(|_| pushes),
            hold_s: (self.hold == Some(true) && kind == Transfer).then_some(hold_s),
            metadata: self.metadata,
        }
    }
}
