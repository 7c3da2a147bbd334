use super::*;
use crate::model::{
    Money, Surface,
    id::MerchantAccountId,
    payment_intent::{ChargeOutcome, StatusName, tests as intents},
};

fn at(seconds: i64) -> Time {
    Time::from_ms(1_795_255_200_000).plus_seconds(seconds)
}

fn method(n: u8) -> PaymentMethodId {
    PaymentMethodId::mint(at(0), [n; 10])
}

/// A charge under way since second 0.
fn open() -> PaymentIntent {
    let status =
        Status::Processing { work: Work::Card(intents::attempt(1)), until: at(RESERVATION_S) };
    let terms = ChargeTerms {
        account: ChargingAccount {
            id: MerchantAccountId::mint(at(0), [4; 10]),
            processor: "simulator".into(),
            connected: None,
            statement: None,
        },
        payee: "Shop".into(),
        method: method(1),
        request: ChargeRequest { idempotency_key: None, method: None, tax_code: None },
        declined: vec![],
        answers: vec![],
    };
    let intent = intents::intent(status, 0);
    PaymentIntent {
        surface: Surface::Payments,
        terms: Terms::Charge(terms),
        history: intent.history.and(EventType::PaymentIntentProcessing, at(0)),
        ..intent
    }
}

fn last(intent: &PaymentIntent) -> AttemptId {
    intent.status.attempt().unwrap().id
}

fn declined(open: &PaymentIntent, reason: FailureReason, seconds: i64) -> PaymentIntent {
    open.settle(last(open), &ChargeOutcome::Declined(reason), at(seconds)).unwrap()
}

fn again(failed: &PaymentIntent, n: u8, seconds: i64) -> Result<PaymentIntent, RetryRefusal> {
    failed.retry(last(failed), intents::attempt(n), method(2), at(seconds))
}

#[test]
fn a_decline_is_final_and_its_answer_is_fixed() {
    let failed = declined(&open(), FailureReason::CardDeclined, 5);
    assert_eq!((failed.status.name(), failed.due()), (StatusName::Failed, None));
    let answer = failed.charge_terms().unwrap().answer(last(&failed)).unwrap();
    let said = ChargeStanding::Declined(FailureReason::CardDeclined);
    assert_eq!((answer.said, answer.at), (said, at(5)));
    assert!(failed.cancel(at(6)).is_err(), "a charge cannot be called off");
    assert!(open().expire(at(1_000_000)).is_err(), "and never expires");
}

#[test]
fn a_retry_is_a_new_attempt_of_the_same_payment() {
    let failed = declined(&open(), FailureReason::InsufficientFunds, 5);
    let open = again(&failed, 2, 60).unwrap();
    let terms = open.charge_terms().unwrap();
    assert_eq!(
        (open.status.name(), terms.attempts(), terms.method),
        (StatusName::Processing, 2, method(2))
    );
    assert_eq!(open.declined_attempts()[0].reason, FailureReason::InsufficientFunds);
    assert_eq!(again(&open, 3, 61), Err(RetryRefusal::UnderWay));
    let outcome = ChargeOutcome::Approved { charge: "ch_1".into(), payment_method: None };
    let paid = open.settle(last(&open), &outcome, at(62)).unwrap();
    assert_eq!(again(&paid, 3, 63), Err(RetryRefusal::Never));
    assert_eq!(paid.transactions().count(), 2);
    // Each request has the answer of its own attempt.
    let first = paid.as_answered(intents::attempt(1).id).unwrap();
    assert_eq!(first.status, failed.status);
    assert_eq!((first.updated_at, first.charge_terms().unwrap().attempts()), (at(5), 1));
    let second = paid.as_answered(intents::attempt(2).id).unwrap();
    assert_eq!((second.status, second.updated_at), (paid.status.clone(), at(62)));
    assert_eq!(paid.as_answered(intents::attempt(9).id), None);
}

#[test]
fn what_was_answered_stays_whatever_is_learned_later() {
    let open = open();
    let id = last(&open);
    assert_eq!(open.as_answered(id), None);
    let answered = open.answered_open(id, at(11));
    let outcome = ChargeOutcome::Approved { charge: "ch_1".into(), payment_method: None };
    let paid = answered.settle(id, &outcome, at(40)).unwrap();
    let told = paid.as_answered(id).unwrap();
    assert_eq!((told.status.name(), told.updated_at), (StatusName::Processing, at(0)));
    assert_eq!(paid.status.name(), StatusName::Succeeded);
}

#[test]
fn hard_case_51_only_what_may_pass_is_tried_again() {
    for reason in FailureReason::ALL {
        let failed = declined(&open(), *reason, 5);
        assert_eq!(again(&failed, 2, 6).is_ok(), reason.may_be_tried_again(), "{reason:?}");
        let other = failed.retry(intents::attempt(8).id, intents::attempt(2), method(1), at(6));
        assert_eq!(other, Err(RetryRefusal::Never), "not its last attempt");
    }
    for never in ["lost_card", "stolen_card", "authentication_required", "incorrect_cvc"] {
        assert!(!never.parse::<FailureReason>().unwrap().may_be_tried_again(), "{never}");
    }
}

#[test]
fn hard_case_51_the_fifth_retry_in_thirty_days_is_refused_and_later_one_may() {
    let mut failed = declined(&open(), FailureReason::CardDeclined, 1);
    for n in 2..=5 {
        let open = again(&failed, n, i64::from(n) * 10).unwrap();
        failed = declined(&open, FailureReason::CardDeclined, i64::from(n) * 10 + 1);
    }
    assert_eq!(again(&failed, 6, 100), Err(RetryRefusal::Never));
    let month = RETRIES_WINDOW_DAYS * 86_400;
    assert_eq!(again(&failed, 6, 20 + month), Err(RetryRefusal::Never));
    assert!(again(&failed, 6, 22 + month).is_ok(), "the first of them is over a month ago");
}

#[test]
fn a_retry_charges_the_tax_of_its_own_moment() {
    let mut attempt = intents::attempt(2);
    let usd = |minor| Money::from_minor(minor, crate::model::Currency::USD);
    let amounts = Amounts::new(usd(1_250), usd(100)).unwrap();
    attempt.charged = Some(Box::new(crate::model::tax::AttemptTax { amounts, record: None }));
    let failed = declined(&open(), FailureReason::CardDeclined, 5);
    let open = failed.retry(last(&failed), attempt, method(1), at(9)).unwrap();
    assert_eq!(open.amounts, amounts);
    let failed = declined(&open, FailureReason::CardDeclined, 10);
    assert_eq!(again(&failed, 3, 11).unwrap().amounts, Amounts::untaxed(usd(1_250)));
}
