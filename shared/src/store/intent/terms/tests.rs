use super::*;
use crate::{
    model::{
        Money,
        card::FailureReason,
        payment_intent::{PaymentIntent, Status, StatusName, Success, Work, wallet::Leg},
        progress::Progress,
        route::Rail,
    },
    store::{
        intent::{from_item, scope_of, to_item},
        tests::{golden, id, now, pending, scope, size},
    },
};

const BANK_TOKEN: &str = "ba_AwAAESIzRFVmd4iZqrvM3e7_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g";

fn bank_token() -> ProcessorToken {
    ProcessorToken::new(BANK_TOKEN.to_owned())
}

fn way(pull: Option<Rail>, push: Option<Rail>) -> Way {
    let payee = PayeeAccount::Destination(id(22));
    Way {
        route: id(20),
        processor: "simulator".into(),
        pull: pull.map(|rail| Pull { rail, method: id(21), token: bank_token() }),
        push: push.map(|rail| Push { rail, payee, token: bank_token() }),
        spendable: Spendable::AtSettled,
    }
}

/// A payment whose id comes from its idempotency key.
fn payment(kind: IntentType, way: Option<Way>, hold: Option<Hold>) -> PaymentIntent {
    let destination_wallet = (kind == IntentType::Transfer).then(|| id(6));
    let terms = WalletTerms { kind, wallet: id(5), destination_wallet, way, hold, first: None };
    let derived = crate::model::Id::derive(now(), [4; 10]);
    PaymentIntent { id: derived, terms: Terms::Wallet(terms), ..pending() }
}

fn started(new: &PaymentIntent) -> PaymentIntent {
    PaymentIntent { version: 1, ..new.start(now()).unwrap().intent }
}

fn transfer() -> PaymentIntent {
    started(&payment(IntentType::Transfer, None, None)).answered()
}

fn held() -> PaymentIntent {
    let hold = Hold::lasting(7 * 86_400, now());
    started(&payment(IntentType::Transfer, None, Some(hold))).answered()
}

fn relay() -> PaymentIntent {
    started(&payment(IntentType::Relay, Some(way(Some(Rail::Ach), Some(Rail::Ach))), None))
}

fn told(intent: &PaymentIntent, leg: Leg, news: Progress) -> PaymentIntent {
    intent.progress(leg, &news, 0, now().plus_seconds(5)).unwrap().intent
}

fn payout() -> PaymentIntent {
    started(&payment(IntentType::Payout, Some(way(None, Some(Rail::Email))), None))
}

fn check(intent: &PaymentIntent, expected: &str) {
    let item = to_item(intent);
    golden(&item, expected);
    assert_eq!(from_item(scope(), &item).as_ref(), Ok(intent));
    assert_eq!(scope_of(&item), Ok(scope()));
}

#[test]
fn a_transfer_is_kept_like_this() {
    check(
        &transfer(),
        r#"
amt=1250
cur="USD"
cust="01a1fd8c-69fa-7202-8202-020202020202"
dw="01a1fd8c-69fa-7606-8606-060606060606"
first.at=1795255200250
first.st="succeeded"
gsi1pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
gsi1sk="01a1fd8c-69fa-8404-8404-040404040404"
gsi2pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
gsi2sk="01a1fd8c-69fa-8404-8404-040404040404"
history[0].at=1795255200250
history[0].t="payment_intent.created"
history[1].at=1795255200250
history[1].t="payment_intent.succeeded"
id="01a1fd8c-69fa-8404-8404-040404040404"
kind="transfer"
meta="{\"order\":\"A-1001\"}"
outbox="1"
pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#84048404040404040404"
sk="payment"
st="succeeded"
upd=1795255200250
v=1
w="01a1fd8c-69fa-7505-8505-050505050505"
20 attributes"#,
    );
}

#[test]
fn a_transfer_in_escrow_is_kept_like_this() {
    let part = held().release(Some(250), false, now().plus_seconds(60)).unwrap().intent;
    check(
        &part,
        r#"
amt=1250
cur="USD"
cust="01a1fd8c-69fa-7202-8202-020202020202"
dw="01a1fd8c-69fa-7606-8606-060606060606"
first.at=1795255200250
first.st="held"
gsi1pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
gsi1sk="01a1fd8c-69fa-8404-8404-040404040404"
gsi2pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
gsi2sk="01a1fd8c-69fa-8404-8404-040404040404"
history[0].amt=1250
history[0].at=1795255200250
history[0].back=0
history[0].cust="01a1fd8c-69fa-7202-8202-020202020202"
history[0].exp=1795860000250
history[0].rel=0
history[0].st="pending"
history[0].t="payment_intent.created"
history[1].amt=1250
history[1].at=1795255200250
history[1].back=0
history[1].cust="01a1fd8c-69fa-7202-8202-020202020202"
history[1].exp=1795860000250
history[1].rel=0
history[1].st="held"
history[1].t="payment_intent.held"
history[2].at=1795255260250
history[2].t="payment_intent.released"
hold.back=0
hold.exp=1795860000250
hold.for=604800
hold.rel=250
id="01a1fd8c-69fa-8404-8404-040404040404"
kind="transfer"
meta="{\"order\":\"A-1001\"}"
outbox="1"
pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#84048404040404040404"
sk="payment"
st="held"
upd=1795255260250
v=2
w="01a1fd8c-69fa-7505-8505-050505050505"
21 attributes"#,
    );
}

#[test]
fn a_relay_on_its_second_leg_is_kept_like_this() {
    let waits = Progress::Accepted { ask_at: now().plus_seconds(2) };
    let pulled = told(&told(&relay(), Leg::Pull, waits.clone()), Leg::Pull, Progress::Settled);
    check(
        &told(&pulled, Leg::Push, waits).answered(),
        r#"
acc=true
amt=1250
cur="USD"
cust="01a1fd8c-69fa-7202-8202-020202020202"
first.at=1795255205250
first.st="processing"
gsi1pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
gsi1sk="01a1fd8c-69fa-8404-8404-040404040404"
gsi2pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
gsi2sk="01a1fd8c-69fa-8404-8404-040404040404"
history[0].at=1795255200250
history[0].t="payment_intent.created"
history[1].at=1795255200250
history[1].t="payment_intent.processing"
history[2].at=1795255205250
history[2].t="payment_intent.processing"
id="01a1fd8c-69fa-8404-8404-040404040404"
kind="relay"
meta="{\"order\":\"A-1001\"}"
outbox="1"
pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#84048404040404040404"
push=true
sk="payment"
st="processing"
until=1795255202250
upd=1795255205250
v=4
w="01a1fd8c-69fa-7505-8505-050505050505"
way.early=false
way.proc="simulator"
way.pull.pm="01a1fd8c-69fa-7515-9515-151515151515"
way.pull.rail="ach"
way.pull.tok="ba_AwAAESIzRFVmd4iZqrvM3e7_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
way.push.dest="01a1fd8c-69fa-7616-9616-161616161616"
way.push.rail="ach"
way.push.tok="ba_AwAAESIzRFVmd4iZqrvM3e7_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
way.route="01a1fd8c-69fa-7414-9414-141414141414"
23 attributes"#,
    );
}

#[test]
fn a_payout_that_failed_is_kept_like_this() {
    let no = Progress::Declined(FailureReason::NoAccount);
    check(
        &told(&payout(), Leg::Push, no).answered(),
        r#"
amt=1250
cur="USD"
cust="01a1fd8c-69fa-7202-8202-020202020202"
first.at=1795255205250
first.st="failed"
first.why="no_account"
gsi1pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
gsi1sk="01a1fd8c-69fa-8404-8404-040404040404"
gsi2pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
gsi2sk="01a1fd8c-69fa-8404-8404-040404040404"
history[0].at=1795255200250
history[0].t="payment_intent.created"
history[1].at=1795255200250
history[1].t="payment_intent.processing"
history[2].at=1795255205250
history[2].t="payment_intent.failed"
id="01a1fd8c-69fa-8404-8404-040404040404"
kind="payout"
meta="{\"order\":\"A-1001\"}"
outbox="1"
pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#84048404040404040404"
sk="payment"
st="failed"
upd=1795255205250
v=2
w="01a1fd8c-69fa-7505-8505-050505050505"
way.early=false
way.proc="simulator"
way.push.dest="01a1fd8c-69fa-7616-9616-161616161616"
way.push.rail="email"
way.push.tok="ba_AwAAESIzRFVmd4iZqrvM3e7_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
way.route="01a1fd8c-69fa-7414-9414-141414141414"
why="no_account"
21 attributes"#,
    );
}

#[test]
fn a_payment_that_may_still_come_back_is_kept_like_this() {
    let settles = Some(now().plus_seconds(9));
    check(
        &told(&payout(), Leg::Push, Progress::moved(settles)).answered(),
        r#"
amt=1250
cur="USD"
cust="01a1fd8c-69fa-7202-8202-020202020202"
first.at=1795255205250
first.st="succeeded"
gsi1pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
gsi1sk="01a1fd8c-69fa-8404-8404-040404040404"
gsi2pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
gsi2sk="01a1fd8c-69fa-8404-8404-040404040404"
history[0].at=1795255200250
history[0].t="payment_intent.created"
history[1].at=1795255200250
history[1].t="payment_intent.processing"
history[2].at=1795255205250
history[2].t="payment_intent.succeeded"
id="01a1fd8c-69fa-8404-8404-040404040404"
kind="payout"
meta="{\"order\":\"A-1001\"}"
outbox="1"
pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#84048404040404040404"
sk="payment"
st="succeeded"
until=1795255209250
upd=1795255205250
v=2
w="01a1fd8c-69fa-7505-8505-050505050505"
way.early=false
way.proc="simulator"
way.push.dest="01a1fd8c-69fa-7616-9616-161616161616"
way.push.rail="email"
way.push.tok="ba_AwAAESIzRFVmd4iZqrvM3e7_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
way.route="01a1fd8c-69fa-7414-9414-141414141414"
21 attributes"#,
    );
}

#[test]
fn a_payment_in_every_status_reads_back() {
    let until = now().plus_seconds(30);
    let moving = |leg, accepted| Status::Processing { work: Work::Order { leg, accepted }, until };
    for status in [
        Status::PendingReview,
        moving(Leg::Pull, false),
        moving(Leg::Pull, true),
        moving(Leg::Push, false),
        moving(Leg::Push, true),
        Status::Held,
        Status::Succeeded(Success::Moved { settles: Some(until) }),
        Status::Succeeded(Success::Moved { settles: None }),
        Status::Settled,
        Status::Failed { attempt: None, reason: FailureReason::ReturnedR01 },
        Status::Expired,
        Status::Canceled,
    ] {
        for intent in [relay(), held(), payout()] {
            let intent = PaymentIntent { status: status.clone(), ..intent };
            assert_eq!(from_item(scope(), &to_item(&intent)).as_ref(), Ok(&intent));
        }
    }
}

#[test]
fn a_payee_and_a_route_of_every_kind_read_back() {
    let method = PayeeAccount::Method(id(23));
    for payee in [PayeeAccount::Destination(id(22)), method] {
        for spendable in Spendable::ALL.iter().copied() {
            let mut way = Way { spendable, ..way(Some(Rail::Card), Some(Rail::Email)) };
            way.push.as_mut().unwrap().payee = payee;
            let intent = started(&payment(IntentType::Relay, Some(way), None));
            assert_eq!(from_item(scope(), &to_item(&intent)).as_ref(), Ok(&intent));
        }
    }
}

/// One kilobyte is one write unit, two in a transaction.
#[test]
fn a_typical_payment_stays_below_one_kilobyte() {
    let no = Progress::Declined(FailureReason::NoAccount);
    let released = held().release(None, false, now()).unwrap().intent;
    for (name, intent) in [
        ("transfer", transfer()),
        ("held", held()),
        ("released", released),
        ("payout", payout()),
        ("payout, failed", told(&payout(), Leg::Push, no).answered()),
    ] {
        let bytes = size(&to_item(&intent));
        eprintln!("{name:<16} {bytes} bytes");
        assert!(bytes < 1024, "{name}: {bytes} bytes");
        assert_eq!(intent.amount(), Money::from_minor(1_250, intent.amount().currency()));
        assert_ne!(intent.status.name(), StatusName::Pending);
    }
}

/// A charge of a saved card that was declined once, tried again, and answered.
fn charge() -> PaymentIntent {
    use crate::model::payment_intent::ChargeOutcome;
    use crate::store::tests::attempt;
    let terms = ChargeTerms {
        account: ChargingAccount {
            id: id(3),
            processor: "simulator".into(),
            connected: None,
            statement: None,
        },
        payee: "Corner Shop".into(),
        method: id(7),
        request: ChargeRequest {
            idempotency_key: Some("k".into()),
            method: Some(id(7)),
            tax_code: Some("service".into()),
        },
        declined: vec![],
        answers: vec![],
    };
    let work = Work::Card(attempt());
    let open = PaymentIntent {
        id: crate::model::Id::derive(now(), [4; 10]),
        surface: crate::model::Surface::Payments,
        customer_own_id: Some("user 1".into()),
        terms: Terms::Charge(terms),
        status: Status::Processing { work, until: now().plus_seconds(30) },
        ..pending()
    };
    let outcome = ChargeOutcome::Declined(FailureReason::CardDeclined);
    let failed = open.settle(attempt().id, &outcome, now().plus_seconds(1)).unwrap();
    let again = crate::model::payment_intent::Attempt { id: id(9), ..attempt() };
    let open = failed.retry(attempt().id, again, id(8), now().plus_seconds(60)).unwrap();
    open.answered_open(id(9), now().plus_seconds(61))
}

#[test]
fn a_charge_of_a_saved_card_is_kept_whole() {
    let charge = charge();
    let item = to_item(&charge);
    assert_eq!(from_item(scope(), &item), Ok(charge.clone()));
    assert_eq!(item.text("gsi2pk").unwrap().split('#').nth(3), Some("card"));
    assert!(item.get("exp").is_none() && item.get("ttl").is_none(), "it never expires");
    let paid = crate::model::payment_intent::ChargeOutcome::Approved {
        charge: "ch_1".into(),
        payment_method: None,
    };
    let paid = charge.settle(id(9), &paid, now().plus_seconds(90)).unwrap();
    assert_eq!(from_item(scope(), &to_item(&paid)), Ok(paid));
}
