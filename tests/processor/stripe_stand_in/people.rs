//! What buyers, banks and people at Stripe's dashboard do, and the events that Stripe sends of it.

use super::{Dispute, Payment, Refund, StandIn, StoredCard, THEN_S};
use crate::processor::CardKind;
use serde_json::{Value, json};

impl StandIn {
    /// What Stripe's fields make of a card in a browser.
    pub fn typed(&self, kind: CardKind, now_s: i64) -> String {
        self.typed_at(kind, now_s, None)
    }

    /// The same where the page's fields are of a connected account.
    pub fn typed_at(&self, kind: CardKind, now_s: i64, account: Option<&str>) -> String {
        let mut state = self.state();
        state.account = account.map(str::to_owned);
        let id = state.id("pm");
        let card = StoredCard { kind, created: now_s, customer: None, used_up: false };
        state.cards.insert(id.clone(), card);
        id
    }

    /// The buyer passes the challenge of a payment.
    pub fn passes(&self, mark: &str) {
        let mut state = self.state();
        let open = state.payments.values_mut().filter(|payment| payment.mark == mark);
        let ids: Vec<String> = open
            .filter(|payment| payment.status == "requires_action")
            .map(|payment| payment.id.clone())
            .collect();
        for id in ids {
            let card = state.payments[&id].card.clone().unwrap();
            if state.cards[&card].kind == CardKind::AsksThenDeclined {
                state.fail(&id, "card_declined", "generic_decline");
            } else {
                state.pay(&id);
            }
        }
    }

    /// The buyer passes the challenge of the payment whose secret this is, or does not.
    pub fn check(&self, secret: &str, passed: bool) {
        let mut state = self.state();
        let open = state
            .payments
            .values()
            .find(|payment| payment.secret() == secret && payment.status == "requires_action");
        let Some((id, mark)) = open.map(|open| (open.id.clone(), open.mark.clone())) else {
            return;
        };
        if !passed {
            return state.fail(&id, "payment_intent_authentication_failure", "");
        }
        drop(state);
        self.passes(&mark);
    }

    /// Late refunds become what they become.
    pub fn time_passes(&self) {
        for refund in &mut self.state().refunds {
            if refund.status == "pending" {
                refund.status = refund.later;
            }
        }
    }

    /// A refund in Stripe's own dashboard; its id.
    pub fn refunds_elsewhere(&self, mark: &str, amount: i64) -> String {
        let mut state = self.state();
        let payment = state.payment_of(mark);
        let id = state.id_beside(&payment, "re");
        let (status, later) = ("succeeded", "succeeded");
        let named = id.clone();
        let (mark, currency) = (String::new(), state.payments[&payment].currency.clone());
        state.refunds.push(Refund { id, payment, mark, amount, currency, status, later });
        named
    }

    /// A refund comes to this, whatever it was.
    pub fn refund_becomes(&self, id: &str, status: &'static str) {
        let mut state = self.state();
        state.refunds.iter_mut().find(|refund| refund.id == id).unwrap().status = status;
    }

    /// A bank takes a payment back, or a part of it; the dispute's id.
    pub fn disputes(&self, mark: &str, amount: i64, status: &'static str) -> String {
        let mut state = self.state();
        let payment = state.payment_of(mark);
        let id = state.id_beside(&payment, "du");
        let named = id.clone();
        let currency = state.payments[&payment].currency.clone();
        state.disputes.push(Dispute { id, payment, amount, currency, status });
        named
    }

    /// A dispute comes to this, whatever it was.
    pub fn dispute_becomes(&self, id: &str, status: &'static str) {
        let mut state = self.state();
        state.disputes.iter_mut().find(|dispute| dispute.id == id).unwrap().status = status;
    }

    /// A payment that another system makes in the same account.
    pub fn pays_others(&self, amount: i64) -> String {
        let mut state = self.state();
        let id = state.id("pi");
        let payment = Payment {
            id: id.clone(),
            mark: String::new(),
            attempt: String::new(),
            tenant: String::new(),
            amount,
            currency: "usd".to_owned(),
            status: "succeeded",
            customer: None,
            save: false,
            card: None,
            error: None,
            reason: None,
            taken: amount,
        };
        state.payments.insert(id.clone(), payment);
        id
    }

    /// An event as Stripe sends it, under a new id. What it says of its object is of no matter.
    pub fn event(&self, kind: &str, thing: &str, object: &str) -> String {
        let mut state = self.state();
        let (id, livemode) = (state.id("evt"), state.is_live());
        json!({
            "id": id, "object": "event", "type": kind, "api_version": null, "created": THEN_S,
            "livemode": livemode, "pending_webhooks": 1, "request": {"id": null},
            "data": {"object": {"id": object, "object": thing, "status": "not to be believed"}},
        })
        .to_string()
    }

    /// The same of a connected account, as Connect sends it.
    pub fn event_at(&self, account: &str, kind: &str, thing: &str, object: &str) -> String {
        let mut event: Value = serde_json::from_str(&self.event(kind, thing, object)).unwrap();
        event["account"] = json!(account);
        event.to_string()
    }
}
