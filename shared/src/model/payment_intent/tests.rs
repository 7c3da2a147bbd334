use super::*;
use crate::model::{Currency, Mode, id::TenantId};
use crate::model::{
    card::{CardSummary, FailureReason},
    id::{AttemptId, MerchantAccountId},
    payment_link::{Limit, LinkAttempts, OneTimeLink},
};

const CREATED_MS: i64 = 1_795_255_200_000;

pub(super) fn now() -> Time {
    Time::from_ms(CREATED_MS).plus_seconds(60)
}

pub(super) fn attempt(n: u8) -> Attempt {
    Attempt {
        id: AttemptId::mint(now(), [n; 10]),
        card: CardSummary {
            brand: "visa".into(),
            last4: "4242".into(),
            exp_month: 12,
            exp_year: 2030,
            fingerprint: "f".into(),
            country: None,
        },
        save_card: false,
        buyer: None,
        billing: None,
        charged: None,
    }
}

pub(super) fn intent(status: Status, attempts_left: u32) -> PaymentIntent {
    let created_at = Time::from_ms(CREATED_MS);
    PaymentIntent {
        id: PaymentIntentId::mint(created_at, [1; 10]),
        scope: Scope { tenant: TenantId::mint(created_at, [2; 10]), mode: Mode::Test },
        surface: Surface::Platform,
        customer: Some(CustomerId::mint(created_at, [3; 10])),
        customer_own_id: None,
        amounts: Amounts::untaxed(Money::from_minor(1250, Currency::USD)),
        description: String::new(),
        terms: Terms::Link(LinkTerms {
            link: OneTimeLink {
                account: ChargingAccount {
                    id: MerchantAccountId::mint(created_at, [4; 10]),
                    processor: "simulator".into(),
                    connected: None,
                    statement: None,
                },
                payee: "Shop".into(),
                attempts: LinkAttempts::with_left(
                    Limit::at_most(Some(attempts_left.max(1))).unwrap(),
                    attempts_left,
                ),
                expires_at: Some(created_at.plus_seconds(600)),
                allowed_origins: vec![],
                return_url: None,
            },
            declined: Vec::new(),
            request: None,
        }),
        metadata: None,
        status,
        history: History::starting(EventType::PaymentIntentCreated, created_at),
        created_at,
        updated_at: created_at,
        version: 1,
    }
}

fn approved() -> ChargeOutcome {
    ChargeOutcome::Approved { charge: "ch".into(), payment_method: None }
}

fn all_statuses() -> Vec<Status> {
    let until = now().plus_seconds(30);
    vec![
        Status::Pending,
        Status::Processing { work: Work::Card(attempt(1)), until },
        Status::RequiresAction { attempt: attempt(1), until },
        Status::Succeeded(Success::Card(CardSuccess {
            attempt: attempt(1),
            charge: "ch".into(),
            payment_method: None,
            invoicing: Invoicing::default(),
            refundable: Refundable::all_of(Amounts::untaxed(Money::from_minor(
                1250,
                Currency::USD,
            ))),
        })),
        Status::Failed { attempt: Some(attempt(1)), reason: FailureReason::CardDeclined },
        Status::Expired,
        Status::Canceled,
    ]
}

/// The grid of all statuses and actions, before and after the link's time.
#[test]
fn every_status_takes_every_action_as_the_table_says() {
    let show = |result: Result<PaymentIntent, ChargeRefusal>| match result {
        Ok(next) => next.status.name().as_str().to_owned(),
        Err(refusal) => format!("{refusal:?}"),
    };
    let mut grid = String::new();
    for (label, at) in [("in time", now()), ("too late", now().plus_seconds(600))] {
        for status in all_statuses() {
            let i = intent(status, 0);
            let fresh = intent(i.status.clone(), 1);
            let id = attempt(1).id;
            let row = [
                show(fresh.reserve(attempt(2), at)),
                show(i.ask_challenge(id, at)),
                show(i.settle(id, &approved(), at)),
                show(i.settle(id, &ChargeOutcome::Declined(FailureReason::LostCard), at)),
                show(i.expire(at)),
                show(i.cancel(at)),
            ];
            grid += &format!("{label} {}: {}\n", i.status.name().as_str(), row.join(", "));
        }
    }
    assert_eq!(
        grid,
        "\
in time pending: processing, NotUnderWay, NotUnderWay, NotUnderWay, NotDue, canceled
in time processing: Used, requires_action, succeeded, failed, NotDue, Used
in time requires_action: Used, NotUnderWay, succeeded, failed, NotDue, Used
in time succeeded: Used, NotUnderWay, NotUnderWay, NotUnderWay, NotDue, Used
in time failed: Used, NotUnderWay, NotUnderWay, NotUnderWay, NotDue, Used
in time expired: Expired, NotUnderWay, NotUnderWay, NotUnderWay, NotDue, Expired
in time canceled: Canceled, NotUnderWay, NotUnderWay, NotUnderWay, NotDue, Canceled
too late pending: Expired, NotUnderWay, NotUnderWay, NotUnderWay, expired, Expired
too late processing: Used, requires_action, succeeded, failed, NotDue, Used
too late requires_action: Used, NotUnderWay, succeeded, failed, NotDue, Used
too late succeeded: Used, NotUnderWay, NotUnderWay, NotUnderWay, NotDue, Used
too late failed: Used, NotUnderWay, NotUnderWay, NotUnderWay, NotDue, Used
too late expired: Expired, NotUnderWay, NotUnderWay, NotUnderWay, NotDue, Expired
too late canceled: Canceled, NotUnderWay, NotUnderWay, NotUnderWay, NotDue, Canceled
"
    );
}

#[test]
fn every_change_of_status_adds_exactly_one_event_and_one_version() {
    let pending = intent(Status::Pending, 1);
    let reserved = pending.reserve(attempt(1), now()).unwrap();
    let asked = reserved.ask_challenge(attempt(1).id, now()).unwrap();
    let paid = asked.settle(attempt(1).id, &approved(), now()).unwrap();
    let kinds: Vec<EventType> = paid.history.entries.iter().map(|entry| entry.kind).collect();
    assert_eq!(
        kinds,
        [
            EventType::PaymentIntentCreated,
            EventType::PaymentIntentProcessing,
            EventType::PaymentIntentRequiresAction,
            EventType::PaymentIntentSucceeded,
        ]
    );
    assert_eq!(paid.version, 4);
}

#[test]
fn a_one_time_link_is_reserved_once() {
    let reserved = intent(Status::Pending, 1).reserve(attempt(1), now()).unwrap();
    assert_eq!(reserved.attempts_left(), 0);
    assert_eq!(reserved.reserve(attempt(2), now()), Err(ChargeRefusal::Used));
}

#[test]
fn expiry_is_by_the_clock_to_the_millisecond() {
    let i = intent(Status::Pending, 1);
    let at = i.expires_at().unwrap();
    assert_eq!(i.status_at(at.plus_ms(-1)), StatusName::Pending);
    assert_eq!(i.status_at(at), StatusName::Expired);
    assert!(i.reserve(attempt(1), at.plus_ms(-1)).is_ok());
    assert_eq!(i.reserve(attempt(1), at), Err(ChargeRefusal::Expired));
    assert_eq!(i.updated_at(at.plus_seconds(5)), at);
}

#[test]
fn a_charge_submitted_in_time_is_honoured_after_the_time() {
    let reserved = intent(Status::Pending, 1).reserve(attempt(1), now()).unwrap();
    let late = now().plus_days(1);
    let paid = reserved.settle(attempt(1).id, &approved(), late).unwrap();
    assert_eq!(paid.status_at(late), StatusName::Succeeded);
}

#[test]
fn an_outcome_counts_once_and_only_for_its_own_attempt() {
    let reserved = intent(Status::Pending, 1).reserve(attempt(1), now()).unwrap();
    assert_eq!(reserved.settle(attempt(2).id, &approved(), now()), Err(ChargeRefusal::NotUnderWay));
    let paid = reserved.settle(attempt(1).id, &approved(), now()).unwrap();
    let twice =
        paid.settle(attempt(1).id, &ChargeOutcome::Declined(FailureReason::LostCard), now());
    assert_eq!(twice, Err(ChargeRefusal::NotUnderWay));
}

#[test]
fn a_decline_with_attempts_left_leaves_the_link_payable() {
    let reserved = intent(Status::Pending, 3).reserve(attempt(1), now()).unwrap();
    let declined = ChargeOutcome::Declined(FailureReason::InsufficientFunds);
    let open = reserved.settle(attempt(1).id, &declined, now()).unwrap();
    assert_eq!(open.status, Status::Pending);
    assert_eq!(open.attempts_left(), 2);
    assert!(open.reserve(attempt(2), now()).is_ok());
}

#[test]
fn asking_again_later_moves_the_due_time_and_tells_nobody() {
    let reserved = intent(Status::Pending, 1).reserve(attempt(1), now()).unwrap();
    assert_eq!(reserved.due(), Some(Due::Reconcile(now().plus_seconds(RESERVATION_S))));
    let later = reserved.ask_again_in(attempt(1).id, 60, now().plus_seconds(40)).unwrap();
    assert_eq!(later.due(), Some(Due::Reconcile(now().plus_seconds(100))));
    assert_eq!(later.history, reserved.history);
}
