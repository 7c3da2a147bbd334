//! What a message says of the object whose event it is.

use super::{
    BetweenFacts, CardFacts, DeclinedFacts, EndpointFacts, IntentFacts, RefundFacts, RefundsFacts,
    documents,
};
use crate::model::{
    Surface, Time,
    card::CardSummary,
    event::{EventDetail, EventType, Occurrence, PaymentDetail, RefundsDetail},
    payment_intent::{Attempt, PaymentIntent, Terms, WalletTerms, wallet::PayeeAccount},
    refund::{Refund, RefundStatus, RefundStatusName},
    webhook_endpoint::WebhookEndpoint,
};

pub(super) fn intent_facts(intent: &PaymentIntent, event: &Occurrence) -> IntentFacts {
    // What may have changed since says itself what was so then.
    let fixed = event.detail.as_deref().cloned().unwrap_or_else(|| intent.detail(event.kind));
    let refunds = match &fixed {
        EventDetail::Refunds(RefundsDetail { before, after }) => {
            Some(RefundsFacts { before: (*before).into(), after: (*after).into() })
        }
        EventDetail::Payment(_) | EventDetail::Endpoint(_) | EventDetail::Customer(_) => None,
    };
    let fixed = if refunds.is_some() { intent.detail(event.kind) } else { fixed };
    let EventDetail::Payment(detail) = fixed else {
        return intent_facts(intent, &Occurrence::new(event.kind, event.at));
    };
    let attempt = if event.kind == EventType::PaymentIntentCreated {
        None
    } else if event.kind == EventType::PaymentLinkFailed {
        intent.declined_at(event.at).map(|declined| &declined.attempt)
    } else if event.kind == EventType::PaymentIntentFailed {
        // A charge may have been tried again since.
        let before = intent.declined_at(event.at).map(|declined| &declined.attempt);
        before.or_else(|| intent.status.attempt())
    } else {
        intent.status.attempt()
    };
    let attempt = attempt.filter(|_| intent.surface != Surface::Platform);
    let hold_ends = detail.hold.map(|(.., expires_at)| expires_at.ms());
    let request = intent.link_terms().and_then(|terms| terms.request.as_ref());
    IntentFacts {
        id: intent.id.to_string(),
        customer: detail.customer.map(|id| id.to_string()),
        // It is known as long as the customer is.
        customer_own_id: detail.customer.and(intent.customer_own_id.clone()),
        charge: intent.charge_terms().is_some(),
        description: intent.description.clone(),
        idempotency_key: intent.idempotency_key().map(str::to_owned),
        attempt: attempt.map(|attempt| attempt.id.to_string()),
        attempts: request
            .map_or(0, |_| intent.link_terms().map_or(0, |terms| terms.link.attempts.made)),
        payment_link: request.and_then(|request| Some(request.payment_link?.to_string())),
        tax_minor: (request.is_some() || intent.charge_terms().is_some())
            .then(|| intent.amounts.tax().minor()),
        amount_minor: detail.total,
        currency: intent.amount().currency().code().to_owned(),
        merchant_account: intent.charging_account().map(|account| account.id.to_string()),
        receipt: detail.receipt.as_deref().map(|receipt| documents::receipt_facts(receipt, intent)),
        between: intent.wallet_terms().map(|terms| between(terms, &detail)),
        refunds,
        earlier: earlier(intent, event, attempt),
        paid_at_ms: refunds.and_then(|_| intent.succeeded_at()).map(Time::ms),
        failure_reason: detail.failure.map(|reason| reason.as_str().to_owned()),
        card: detail.card.as_ref().map(card_facts),
        payment_method: detail.payment_method.map(|id| id.to_string()),
        metadata: intent.metadata.as_ref().map(|metadata| metadata.as_str().to_owned()),
        created_at_ms: intent.created_at.ms(),
        expires_at_ms: match &intent.terms {
            Terms::Link(terms) => Some(terms.link.expires_at.unwrap_or(Time::NEVER).ms()),
            Terms::Charge(_) => None,
            Terms::Wallet(_) => hold_ends,
        },
    }
}

/// The submits before the one that an event is about.
fn earlier(
    intent: &PaymentIntent,
    event: &Occurrence,
    attempt: Option<&Attempt>,
) -> Vec<DeclinedFacts> {
    if intent.surface != Surface::Links {
        return Vec::new();
    }
    let declined = intent.declined_attempts().iter();
    let before = declined
        .filter(|one| one.at <= event.at && attempt.is_none_or(|about| about.id != one.attempt.id));
    let facts = before.map(|one| DeclinedFacts {
        attempt: one.attempt.id.to_string(),
        at_ms: one.at.ms(),
        reason: one.reason.as_str().to_owned(),
        card: card_facts(&one.attempt.card),
    });
    facts.collect()
}

/// A refund at one of its events: as it was asked for, or as it ended.
pub(super) fn refund_facts(refund: &Refund, event: &Occurrence) -> RefundFacts {
    let over = event.kind != EventType::RefundCreated;
    let standing = refund.ended.filter(|_| over).unwrap_or(refund.began);
    let status = if over { refund.status.name() } else { RefundStatusName::Processing };
    let (tax, failure) = match &refund.status {
        RefundStatus::Succeeded { tax, .. } if over => (Some(tax.minor()), None),
        RefundStatus::Failed { reason } if over => (None, Some(reason.as_str().to_owned())),
        RefundStatus::Succeeded { .. }
        | RefundStatus::Failed { .. }
        | RefundStatus::Processing { .. } => (None, None),
    };
    RefundFacts {
        id: refund.id.to_string(),
        payment: refund.payment.to_string(),
        transaction: refund.transaction.to_string(),
        payment_link: refund.link.map(|id| id.to_string()),
        customer: refund.customer.map(|id| id.to_string()),
        status: status.as_str().to_owned(),
        amount_minor: refund.amount.minor(),
        tax_minor: tax,
        currency: refund.amount.currency().code().to_owned(),
        reason: refund.reason.clone(),
        failure_reason: failure,
        refunded_minor: standing.refunded,
        pending_minor: standing.pending,
        left_minor: standing.left,
        disputed_minor: standing.disputed.open,
        lost_minor: standing.disputed.lost,
        metadata: refund.metadata.as_ref().map(|metadata| metadata.as_str().to_owned()),
        created_at_ms: refund.created_at.ms(),
    }
}

fn between(terms: &WalletTerms, detail: &PaymentDetail) -> BetweenFacts {
    let way = terms.way.as_ref();
    let payee = terms.push().map(|push| push.payee);
    let (payee_payment_method, payee_destination) = match payee {
        Some(PayeeAccount::Method(id)) => (Some(id.to_string()), None),
        Some(PayeeAccount::Destination(id)) => (None, Some(id.to_string())),
        None => (None, None),
    };
    BetweenFacts {
        kind: terms.kind.as_str().to_owned(),
        status: detail.status.as_str().to_owned(),
        wallet: terms.wallet.to_string(),
        destination_wallet: terms.destination_wallet.map(|id| id.to_string()),
        route: way.map(|way| way.route.to_string()),
        payment_method: terms.pull().map(|pull| pull.method.to_string()),
        payee_payment_method,
        payee_destination,
        hold: detail.hold.map(|(released, given_back, _)| (released, given_back)),
    }
}

pub(super) fn endpoint_facts(endpoint: &WebhookEndpoint, event: &Occurrence) -> EndpointFacts {
    let fixed = event.detail.as_deref().cloned().unwrap_or_else(|| endpoint.detail(event.kind));
    let EventDetail::Endpoint(detail) = fixed else {
        return endpoint_facts(endpoint, &Occurrence::new(event.kind, event.at));
    };
    EndpointFacts {
        id: endpoint.id.to_string(),
        url: detail.url,
        failing_since_ms: detail.failing_since.map(Time::ms),
        reason: detail.reason.map(|reason| reason.as_str().to_owned()),
    }
}

pub(super) fn card_facts(card: &CardSummary) -> CardFacts {
    CardFacts {
        brand: card.brand.clone(),
        last4: card.last4.clone(),
        exp_month: card.exp_month,
        exp_year: card.exp_year,
    }
}
