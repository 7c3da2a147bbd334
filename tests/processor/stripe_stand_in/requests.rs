//! What each request does, and how it is answered.

use super::{Dispute, OWN, Payment, REFUSED, Refund, Reply, State, fields, refuse};
use crate::processor::CardKind;
use serde_json::{Value, json};
use shared::model::card::FailureReason;
use std::collections::BTreeMap;

impl State {
    pub(super) fn look(&mut self, method: &str, path: &str) -> Reply {
        let (listed, query) = path.split_once('?').unwrap_or((path, ""));
        if self.lacks.contains(&listed) {
            return refuse(403, "invalid_request_error", "");
        }
        if listed == "events" {
            return self.list_events(query);
        }
        match path {
            "balance" => {
                return Reply::Told(200, json!({"object": "balance", "livemode": self.is_live()}));
            }
            "account" => return Reply::Told(200, json!({"object": "account", "id": OWN})),
            _ => {}
        }
        if let Some(query) = path.strip_prefix("refunds?") {
            let query = fields(query);
            let payment = &query["payment_intent"];
            if !self.payments.contains_key(payment) {
                return refuse(404, "invalid_request_error", "resource_missing");
            }
            let newest = self.refunds.iter().rev().filter(|refund| refund.payment == *payment);
            let data: Vec<Value> = newest.map(Refund::shown).collect();
            return Reply::Told(200, json!({"object": "list", "data": data, "has_more": false}));
        }
        let (kind, id) = path.split_once('/').unwrap();
        let found = match (method, kind) {
            ("GET", "payment_intents") => self.payments.get(id).map(Payment::shown),
            ("GET", "payment_methods") => self.cards.get(id).map(|card| card.shown(id)),
            ("GET", "refunds") => {
                self.refunds.iter().find(|refund| refund.id == id).map(Refund::shown)
            }
            ("GET", "disputes") => {
                self.disputes.iter().find(|dispute| dispute.id == id).map(Dispute::shown)
            }
            ("DELETE", "customers") if self.customers.get(id) == Some(&true) => {
                self.customers.insert(id.to_owned(), false);
                for card in self.cards.values_mut() {
                    if card.customer.as_deref() == Some(id) {
                        (card.customer, card.used_up) = (None, true);
                    }
                }
                Some(json!({"id": id, "object": "customer", "deleted": true}))
            }
            _ => None,
        };
        found.map_or_else(
            || refuse(404, "invalid_request_error", "resource_missing"),
            |found| Reply::Told(200, found),
        )
    }

    pub(super) fn change(&mut self, path: &str, fields: &BTreeMap<String, String>) -> Reply {
        match path.split('/').collect::<Vec<_>>().as_slice() {
            ["customers"] => {
                let id = self.id("cus");
                self.customers.insert(id.clone(), true);
                Reply::Told(200, json!({"id": id, "object": "customer"}))
            }
            ["payment_intents"] => self.create(fields),
            ["payment_intents", id, "confirm"] => self.confirm(id, fields),
            ["payment_intents", id, "cancel"] => self.cancel(id, fields),
            ["refunds"] => self.refund(fields),
            other => panic!("nobody asks for {other:?}"),
        }
    }

    pub(super) fn create(&mut self, fields: &BTreeMap<String, String>) -> Reply {
        let customer = fields.get("customer").cloned();
        if customer.as_ref().is_some_and(|id| self.customers.get(id) != Some(&true)) {
            return refuse(400, "invalid_request_error", "resource_missing");
        }
        assert_eq!(fields["payment_method_types[0]"], "card");
        let payment = Payment {
            id: self.id("pi"),
            mark: fields["metadata[paylink_payment]"].clone(),
            attempt: fields["metadata[paylink_attempt]"].clone(),
            tenant: fields["metadata[paylink_tenant]"].clone(),
            currency: fields["currency"].clone(),
            amount: fields["amount"].parse().unwrap(),
            status: "requires_payment_method",
            customer,
            save: fields.get("setup_future_usage").is_some_and(|usage| usage == "off_session"),
            card: None,
            error: None,
            reason: None,
            taken: 0,
        };
        let shown = payment.shown();
        self.payments.insert(payment.id.clone(), payment);
        Reply::Told(200, shown)
    }

    pub(super) fn confirm(&mut self, id: &str, fields: &BTreeMap<String, String>) -> Reply {
        let Some(payment) = self.payments.get(id).cloned() else {
            return refuse(404, "invalid_request_error", "resource_missing");
        };
        if !matches!(payment.status, "requires_payment_method" | "requires_confirmation") {
            return refuse(400, "invalid_request_error", "payment_intent_unexpected_state");
        }
        let method = fields["payment_method"].clone();
        let Some(card) = self.cards.get(&method).cloned() else {
            return refuse(404, "invalid_request_error", "resource_missing");
        };
        if card.used_up || (card.customer.is_some() && card.customer != payment.customer) {
            return refuse(400, "invalid_request_error", "payment_method_unexpected_state");
        }
        let off_session = fields.contains_key("off_session");
        // Without it Stripe wants an address to come back to, and its script shows no challenge.
        assert!(off_session || fields["use_stripe_sdk"] == "true");
        let now = self.payments.get_mut(id).unwrap();
        now.card = Some(method);
        match (card.kind, off_session) {
            (CardKind::Declined(reason), _) | (CardKind::SavedDeclined(reason), true) => {
                self.fail(id, "card_declined", code(reason));
            }
            (CardKind::SavedAsks, true) => {
                self.fail(id, "authentication_required", "authentication_required");
            }
            (CardKind::AsksThenPays | CardKind::AsksThenDeclined | CardKind::SavedAsks, false) => {
                now.status = "requires_action";
            }
            (
                CardKind::Pays
                | CardKind::AnswerLost
                | CardKind::NeverArrives
                | CardKind::SavedNeverArrives
                | CardKind::SavedDeclined(_)
                | CardKind::RefundsLate { .. }
                | CardKind::AsksThenPays
                | CardKind::AsksThenDeclined,
                _,
            ) => self.pay(id),
        }
        let shown = self.payments[id].shown();
        if self.payments[id].error.is_some() {
            let error = json!({"type": "card_error", "code": shown["last_payment_error"]["code"],
                "message": "The card was declined.", "payment_intent": shown});
            return Reply::Told(402, json!({"error": error}));
        }
        Reply::Told(200, shown)
    }

    pub(super) fn cancel(&mut self, id: &str, fields: &BTreeMap<String, String>) -> Reply {
        let payment = self.payments.get_mut(id).unwrap();
        if matches!(payment.status, "succeeded" | "canceled" | "processing") {
            return refuse(400, "invalid_request_error", "payment_intent_unexpected_state");
        }
        payment.status = "canceled";
        payment.reason = fields.get("cancellation_reason").cloned();
        // Whether the error stays is not documented: nobody may rest on it.
        payment.error = None;
        Reply::Told(200, payment.shown())
    }

    pub(super) fn refund(&mut self, fields: &BTreeMap<String, String>) -> Reply {
        let Some(payment) = self.payments.get(&fields["payment_intent"]).cloned() else {
            return refuse(404, "invalid_request_error", "resource_missing");
        };
        let amount: i64 = fields["amount"].parse().unwrap();
        let ours = self.refunds.iter().filter(|refund| refund.payment == payment.id);
        let back: i64 = ours
            .filter(|refund| matches!(refund.status, "succeeded" | "pending"))
            .map(|refund| refund.amount)
            .sum();
        if amount == REFUSED || payment.status != "succeeded" || back + amount > payment.taken {
            return refuse(400, "invalid_request_error", "charge_already_refunded");
        }
        let kind = self.cards[&payment.card.unwrap()].kind;
        let late = matches!(kind, CardKind::RefundsLate { .. });
        let status = if late { "pending" } else { "succeeded" };
        let refused = kind == CardKind::RefundsLate { refused: true };
        let later = if refused { "failed" } else { "succeeded" };
        let mark = fields["metadata[paylink_refund]"].clone();
        let id = self.id("re");
        let (payment, currency) = (payment.id, payment.currency);
        let refund = Refund { id, payment, mark, amount, currency, status, later };
        let shown = refund.shown();
        self.refunds.push(refund);
        Reply::Told(200, shown)
    }

    pub(super) fn pay(&mut self, id: &str) {
        let payment = self.payments.get_mut(id).unwrap();
        payment.status = "succeeded";
        payment.error = None;
        payment.taken += payment.amount;
        let card = self.cards.get_mut(payment.card.as_ref().unwrap()).unwrap();
        if payment.save {
            card.customer.clone_from(&payment.customer);
        } else if card.customer.is_none() {
            card.used_up = true;
        }
    }

    pub(super) fn fail(&mut self, id: &str, code: &str, decline: &str) {
        let payment = self.payments.get_mut(id).unwrap();
        payment.status = "requires_payment_method";
        payment.error = Some((code.to_owned(), decline.to_owned()));
        payment.card = None;
    }
}

/// The issuer's code of a reason.
fn code(reason: FailureReason) -> &'static str {
    if reason == FailureReason::CardDeclined { "generic_decline" } else { reason.as_str() }
}
