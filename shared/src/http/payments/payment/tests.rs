use super::*;
use crate::model::{
    Amounts, Mode, Money, Scope, Surface,
    card::CardSummary,
    event::{EventType, History},
    id::Id,
    payment_intent::{
        Attempt, Buyer, ChargeOutcome, ChargingAccount, LinkRequest, LinkTerms, Status, Terms,
    },
    payment_link::{Limit, LinkAttempts, OneTimeLink},
};
use serde_json::{Value, json};

fn now() -> Time {
    Time::from_ms(1_795_255_200_000)
}

fn payment() -> PaymentIntent {
    PaymentIntent {
        id: Id::derive(now(), [4; 10]),
        scope: Scope { tenant: Id::mint(now(), [1; 10]), mode: Mode::Test },
        surface: Surface::Payments,
        customer: None,
        customer_own_id: None,
        amounts: Amounts::untaxed(Money::from_minor(25_000, "EUR".parse().unwrap())),
        description: "Annual report".into(),
        terms: Terms::Link(LinkTerms {
            link: OneTimeLink {
                account: ChargingAccount {
                    id: Id::mint(now(), [3; 10]),
                    processor: "simulator".into(),
                    connected: None,
                    statement: None,
                },
                payee: "Shop".into(),
                attempts: LinkAttempts::none(Limit::UNLIMITED),
                expires_at: Some(now().plus_seconds(600)),
                allowed_origins: vec![],
                return_url: None,
            },
            declined: Vec::new(),
            request: Some(LinkRequest {
                idempotency_key: None,
                customer: None,
                tax_code: None,
                payment_link: None,
                estimate: None,
                invoiced: false,
            }),
        }),
        metadata: None,
        status: Status::Pending,
        history: History::starting(EventType::PaymentIntentCreated, now()),
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

fn attempt() -> Attempt {
    let card = CardSummary {
        brand: "visa".into(),
        last4: "4242".into(),
        exp_month: 12,
        exp_year: 2030,
        fingerprint: "f".into(),
        country: None,
    };
    let buyer = Some(Buyer { email: "ada@example.com".into(), name: None });
    Attempt {
        id: Id::mint(now(), [8; 10]),
        card,
        save_card: false,
        buyer,
        billing: None,
        charged: None,
    }
}

fn shown(payment: &PaymentIntent, at: Time) -> Value {
    let url = "https://pay.example.com/pay/AZk7".to_owned();
    serde_json::to_value(view(payment, url, at).unwrap()).unwrap()
}

#[test]
fn a_new_payment_has_every_field_of_the_table() {
    let text = {
        let url = "https://pay.example.com/pay/AZk7".to_owned();
        crate::http::reply::json(&view(&payment(), url, now()).unwrap())
    };
    assert_eq!(
        text,
        r#"{"id":"pay_01a1fd8c690084048404040404040404","customerId":null,"kind":"link","status":"pending","provider":"simulator","amountSubtotal":25000,"taxAmount":0,"amountTotal":25000,"currency":"eur","description":"Annual report","metadata":null,"url":"https://pay.example.com/pay/AZk7","expiresAt":"2026-11-21T10:10:00.000Z","tax":{"status":"unknown"},"attempts":0,"failureCode":null,"failureMessage":null,"cancellationReason":null,"paidAt":null,"canceledAt":null,"transactionId":null,"invoiceId":null,"invoiceNumber":null,"amountRefunded":0,"createdAt":"2026-11-21T10:00:00.000Z","updatedAt":"2026-11-21T10:00:00.000Z","object":"payment","livemode":false}"#
    );
}

#[test]
fn from_its_last_millisecond_on_a_link_reads_as_canceled() {
    let end = now().plus_seconds(600);
    assert_eq!(shown(&payment(), end.plus_ms(-1))["status"], "pending");
    let over = shown(&payment(), end);
    assert_eq!(
        (&over["status"], &over["cancellationReason"]),
        (&json!("canceled"), &json!("expired"))
    );
    assert_eq!(over["canceledAt"], "2026-11-21T10:10:00.000Z");
    assert_eq!(over["updatedAt"], over["canceledAt"]);
    let canceled = shown(&payment().cancel(now().plus_seconds(5)).unwrap(), end);
    assert_eq!(canceled["cancellationReason"], "requested");
    assert_eq!(canceled["canceledAt"], "2026-11-21T10:00:05.000Z");
}

#[test]
fn an_expired_link_says_when_its_time_was_over_however_late_that_is_written_down() {
    let end = now().plus_seconds(600);
    let late = end.plus_seconds(3_600);
    let swept = payment().expire(late).unwrap();
    assert_eq!(shown(&swept, late), shown(&payment(), late));
    // Submitted in time, declined afterwards: over with the decline.
    let submitted = payment().reserve(attempt(), end.plus_ms(-1)).unwrap();
    assert_eq!(shown(&submitted, late)["status"], "processing");
    let declined = ChargeOutcome::Declined(FailureReason::CardDeclined);
    let over = submitted.settle(attempt().id, &declined, end.plus_seconds(8)).unwrap();
    let events: Vec<EventType> = over.history.entries.iter().map(|entry| entry.kind).collect();
    assert_eq!(events[2..], [EventType::PaymentLinkFailed, EventType::PaymentIntentExpired]);
    let over = shown(&over, late);
    assert_eq!(
        (&over["status"], &over["cancellationReason"]),
        (&json!("canceled"), &json!("expired"))
    );
    assert_eq!(over["canceledAt"], "2026-11-21T10:10:08.000Z");
}

#[test]
fn a_paid_link_names_its_transaction_and_how_it_was_taxed() {
    let submitted = payment().reserve(attempt(), now().plus_seconds(60)).unwrap();
    assert_eq!(shown(&submitted, now())["status"], "processing");
    let approved = ChargeOutcome::Approved { charge: "ch".into(), payment_method: None };
    let paid = submitted.settle(attempt().id, &approved, now().plus_seconds(62)).unwrap();
    let paid = shown(&paid, now().plus_days(1));
    assert_eq!((&paid["status"], &paid["attempts"]), (&json!("succeeded"), &json!(1)));
    assert_eq!(paid["paidAt"], "2026-11-21T10:01:02.000Z");
    assert_eq!(paid["transactionId"], attempt().transaction().payments_form());
    assert_eq!(paid["tax"]["treatment"], "not_collected");
    assert_eq!(paid["tax"]["reason"], "not_configured");
    assert_eq!(paid["invoiceId"], Value::Null);
}

#[test]
fn a_declined_link_has_failed_until_another_card_is_tried() {
    let submitted = payment().reserve(attempt(), now().plus_seconds(60)).unwrap();
    let declined = ChargeOutcome::Declined(FailureReason::InsufficientFunds);
    let failed = submitted.settle(attempt().id, &declined, now().plus_seconds(62)).unwrap();
    let view = shown(&failed, now().plus_seconds(63));
    assert_eq!((&view["status"], &view["attempts"]), (&json!("failed"), &json!(1)));
    let other = Attempt { id: Id::mint(now(), [9; 10]), ..attempt() };
    let again = failed.reserve(other, now().plus_seconds(70)).unwrap();
    let view = shown(&again, now().plus_seconds(71));
    assert_eq!((&view["status"], &view["attempts"]), (&json!("processing"), &json!(2)));
}
