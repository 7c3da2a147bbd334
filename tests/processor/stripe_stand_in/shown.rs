//! Objects as Stripe shows them.

use super::{Dispute, Payment, Refund, StoredCard, THEN_S};
use serde_json::{Value, json};

impl Payment {
    /// Lets a browser see it, and go on with it.
    pub(super) fn secret(&self) -> String {
        format!("{}_secret_{}", self.id, self.mark.replace('-', ""))
    }

    pub(super) fn shown(&self) -> Value {
        let error = self.error.as_ref();
        let error = error.map(|(code, decline)| json!({"code": code, "decline_code": decline}));
        json!({
            "id": self.id, "object": "payment_intent", "amount": self.amount,
            "status": self.status, "customer": self.customer, "payment_method": self.card,
            "setup_future_usage": self.save.then_some("off_session"),
            "last_payment_error": error, "cancellation_reason": self.reason,
            "client_secret": self.secret(),
            "currency": self.currency,
            "metadata": {"paylink_payment": self.mark, "paylink_attempt": self.attempt,
                "paylink_tenant": self.tenant},
        })
    }
}

impl Refund {
    pub(super) fn shown(&self) -> Value {
        json!({
            "id": self.id, "object": "refund", "amount": self.amount, "status": self.status,
            "payment_intent": self.payment, "currency": self.currency, "created": THEN_S, "reason": null,
            "metadata": self.marks(),
        })
    }

    /// What we noted with it; nothing where a person made it.
    pub(super) fn marks(&self) -> Value {
        if self.mark.is_empty() { json!({}) } else { json!({"paylink_refund": self.mark}) }
    }
}

impl Dispute {
    pub(super) fn shown(&self) -> Value {
        json!({
            "id": self.id, "object": "dispute", "amount": self.amount, "status": self.status,
            "payment_intent": self.payment, "currency": self.currency, "created": THEN_S,
            "reason": "fraudulent",
        })
    }
}

impl StoredCard {
    pub(super) fn shown(&self, id: &str) -> Value {
        json!({
            "id": id, "object": "payment_method", "type": "card", "created": self.created,
            "customer": self.customer,
            "card": {"brand": "visa", "country": "US", "exp_month": 12, "exp_year": 2040,
                "fingerprint": "AOB934RVNwzk6xtn", "last4": "4242"},
        })
    }
}
