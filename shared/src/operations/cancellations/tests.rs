use super::*;
use crate::{
    model::{
        Amounts, Id, Mode, Money, Surface,
        card::{CardSummary, FailureReason},
        event::{EventType, History},
        payment_intent::{
            Attempt, Buyer, ChargeOutcome, ChargingAccount, LinkRequest, LinkTerms, Status, Terms,
            TokenHome,
        },
        payment_link::{Limit, LinkAttempts, OneTimeLink},
    },
    operations::Idempotency,
    store::memory::Memory,
};

fn now() -> Time {
    Time::from_ms(1_795_255_200_000)
}

fn scope() -> Scope {
    Scope { tenant: Id::mint(now(), [1; 10]), mode: Mode::Test }
}

fn payment() -> PaymentIntent {
    let account = ChargingAccount {
        id: Id::mint(now(), [3; 10]),
        processor: "simulator".into(),
        connected: None,
        statement: None,
    };
    let link = OneTimeLink {
        account,
        payee: "Shop".into(),
        attempts: LinkAttempts::none(Limit::UNLIMITED),
        expires_at: Some(now().plus_seconds(600)),
        allowed_origins: vec![],
        return_url: None,
    };
    let request = LinkRequest::default();
    PaymentIntent {
        id: Id::derive(now(), [4; 10]),
        scope: scope(),
        surface: Surface::Payments,
        customer: None,
        customer_own_id: None,
        amounts: Amounts::untaxed(Money::from_minor(25_000, "EUR".parse().unwrap())),
        description: "Annual report".into(),
        terms: Terms::Link(LinkTerms { link, declined: Vec::new(), request: Some(request) }),
        metadata: None,
        status: Status::Pending,
        history: History::starting(EventType::PaymentIntentCreated, now()),
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

fn attempt(n: u8) -> Attempt {
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
        id: Id::mint(now(), [n; 10]),
        card,
        save_card: false,
        buyer,
        billing: None,
        charged: None,
    }
}

fn declined() -> PaymentIntent {
    let outcome = ChargeOutcome::Declined(FailureReason::CardDeclined);
    let submitted = payment().reserve(attempt(8), now().plus_seconds(1)).unwrap();
    submitted.settle(attempt(8).id, &outcome, now().plus_seconds(2)).unwrap()
}

async fn table(payment: &PaymentIntent) -> Table {
    let store = Table::Memory(Memory::default());
    store.commit(vec![intent::insert(payment)]).await.unwrap();
    store
}

async fn call_off(store: &Table, at: Time) -> Result<StatusName> {
    let idempotency = Idempotency::new(scope(), "cancel_payment", None, [].into_iter());
    let render = |_: &PaymentIntent| String::new();
    cancel(store, scope(), Some(payment().id), idempotency.remember(&render), at).await?;
    let kept = store.intent(scope(), payment().id, Consistency::Strong).await?.unwrap();
    Ok(kept.status_at(at))
}

async fn events(store: &Table) -> usize {
    let kept = store.intent(scope(), payment().id, Consistency::Strong).await.unwrap();
    kept.unwrap().history.entries.len()
}

#[tokio::test]
async fn a_second_cancel_and_one_after_expiry_change_nothing() {
    let store = table(&payment()).await;
    let at = now().plus_seconds(5);
    assert_eq!(call_off(&store, at).await, Ok(StatusName::Canceled));
    assert_eq!(call_off(&store, at.plus_seconds(1)).await, Ok(StatusName::Canceled));
    assert_eq!(events(&store).await, 2);
    let store = table(&payment()).await;
    let over = now().plus_seconds(600);
    assert_eq!(call_off(&store, over).await, Ok(StatusName::Expired));
    assert_eq!(events(&store).await, 1, "the sweep tells of it");
    assert_eq!(call_off(&store, over.plus_ms(-1)).await, Ok(StatusName::Canceled));
}

#[tokio::test]
async fn a_declined_link_can_be_called_off() {
    let store = table(&declined()).await;
    assert_eq!(call_off(&store, now().plus_seconds(5)).await, Ok(StatusName::Canceled));
    let kept = store.intent(scope(), payment().id, Consistency::Strong).await.unwrap().unwrap();
    let late = kept.reserve(attempt(9), now().plus_seconds(6));
    assert_eq!(late, Err(ChargeRefusal::Canceled));
}

#[tokio::test]
async fn what_is_under_way_or_paid_is_not_called_off_and_says_where_it_stands() {
    let submitted = payment().reserve(attempt(8), now().plus_seconds(1)).unwrap();
    let asked = submitted.ask_challenge(attempt(8).id, now().plus_seconds(2)).unwrap();
    let approved = ChargeOutcome::Approved { charge: "ch".into(), payment_method: None };
    let paid = submitted.settle(attempt(8).id, &approved, now().plus_seconds(2)).unwrap();
    for (payment, status) in
        [(submitted, "processing"), (asked, "requires_action"), (paid, "succeeded")]
    {
        let store = table(&payment).await;
        for at in [now().plus_seconds(5), now().plus_seconds(700)] {
            let refused = call_off(&store, at).await.unwrap_err();
            let Problem::StateWith { refusal, facts } = refused else { panic!("{refused:?}") };
            assert_eq!(refusal, StateRefusal::PaymentNotCancelable);
            assert_eq!(facts, [("status", status.to_owned())]);
        }
        let kept = store.intent(scope(), payment.id, Consistency::Strong).await.unwrap();
        assert_eq!(kept, Some(payment));
    }
}

/// Hard case 6: whichever comes first wins, and the other one hears of it.
#[tokio::test]
async fn hard_case_6_never_canceled_and_charged() {
    for round in 0..200 {
        let store = table(&payment()).await;
        let at = now().plus_seconds(5);
        let submit =
            store.reserve(scope(), payment().id, attempt(8), TokenHome::own("simulator"), at);
        let (reserved, canceled) = if round % 2 == 0 {
            let reserved = submit.await.unwrap();
            (reserved, call_off(&store, at).await)
        } else {
            let canceled = call_off(&store, at).await;
            (submit.await.unwrap(), canceled)
        };
        let taken = matches!(reserved, crate::store::intent::Reserved::Yes(_));
        assert_ne!(taken, canceled.is_ok(), "round {round}");
    }
}

#[tokio::test]
async fn an_id_of_nothing_or_of_another_payment_is_not_found() {
    let store = table(&payment()).await;
    let idempotency = Idempotency::new(scope(), "cancel_payment", None, [].into_iter());
    let render = |_: &PaymentIntent| String::new();
    for id in [None, Some(Id::derive(now(), [5; 10])), Some(Id::mint(now(), [5; 10]))] {
        let refused = cancel(&store, scope(), id, idempotency.remember(&render), now()).await;
        assert_eq!(refused.unwrap_err(), Problem::NotFound(Resource::Payment));
    }
}
