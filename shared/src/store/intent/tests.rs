use super::*;
use crate::{
    model::{
        Amounts, Currency, Money, Surface,
        card::FailureReason,
        event::{EventType, History},
        payment_intent::ChargeOutcome,
    },
    store::tests::{attempt, golden, id, now, pending, scope, size},
};

fn processing() -> PaymentIntent {
    pending().reserve(attempt(), now().plus_seconds(5)).unwrap()
}

fn challenged() -> PaymentIntent {
    processing().ask_challenge(id(8), now().plus_seconds(6)).unwrap()
}

fn settled(outcome: &ChargeOutcome) -> PaymentIntent {
    challenged().settle(id(8), outcome, now().plus_seconds(7)).unwrap()
}

fn succeeded() -> PaymentIntent {
    settled(&ChargeOutcome::Approved { charge: "ch_1".into(), payment_method: Some(id(7)) })
}

fn check(intent: &PaymentIntent, expected: &str) {
    let item = to_item(intent);
    golden(&item, expected);
    assert_eq!(from_item(scope(), &item).as_ref(), Ok(intent));
    assert_eq!(scope_of(&item), Ok(scope()));
}

#[test]
fn a_pending_intent_is_kept_like_this() {
    check(
        &pending(),
        r#"
amt=1250
cur="USD"
cust="01a1fd8c-69fa-7202-8202-020202020202"
exp=1795255800250
gsi1pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
gsi1sk="01a1fd8c-69fa-7404-8404-040404040404"
history[0].at=1795255200250
history[0].t="payment_intent.created"
left=1
ma="01a1fd8c-69fa-7303-8303-030303030303"
meta="{\"order\":\"A-1001\"}"
org[0]="https://shop.example"
outbox="1"
payee="Corner Shop"
pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
proc="simulator"
ret="https://shop.example/thanks"
sk="01a1fd8c-69fa-7404-8404-040404040404"
st="pending"
ttl=1803031800
upd=1795255200250
v=1
21 attributes"#,
    );
}

#[test]
fn a_pending_intent_without_what_may_be_absent_is_kept_like_this() {
    let mut bare = PaymentIntent { metadata: None, ..pending() };
    let terms = bare.link_terms_mut().unwrap();
    terms.link.allowed_origins = vec![];
    terms.link.return_url = None;
    check(
        &bare,
        r#"
amt=1250
cur="USD"
cust="01a1fd8c-69fa-7202-8202-020202020202"
exp=1795255800250
gsi1pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
gsi1sk="01a1fd8c-69fa-7404-8404-040404040404"
history[0].at=1795255200250
history[0].t="payment_intent.created"
left=1
ma="01a1fd8c-69fa-7303-8303-030303030303"
outbox="1"
payee="Corner Shop"
pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
proc="simulator"
sk="01a1fd8c-69fa-7404-8404-040404040404"
st="pending"
ttl=1803031800
upd=1795255200250
v=1
18 attributes"#,
    );
}

#[test]
fn a_processing_intent_is_kept_like_this() {
    check(
        &processing(),
        r#"
amt=1250
att.brand="visa"
att.em=12
att.ey=2030
att.fp="q1w2e3r4t5z6u7i8o9p0aa"
att.id="01a1fd8c-69fa-7808-8808-080808080808"
att.last4="4242"
att.save=true
cur="USD"
cust="01a1fd8c-69fa-7202-8202-020202020202"
exp=1795255800250
gsi1pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
gsi1sk="01a1fd8c-69fa-7404-8404-040404040404"
history[0].at=1795255200250
history[0].t="payment_intent.created"
history[1].at=1795255205250
history[1].t="payment_intent.processing"
left=0
ma="01a1fd8c-69fa-7303-8303-030303030303"
meta="{\"order\":\"A-1001\"}"
org[0]="https://shop.example"
outbox="1"
payee="Corner Shop"
pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
proc="simulator"
ret="https://shop.example/thanks"
sk="01a1fd8c-69fa-7404-8404-040404040404"
st="processing"
until=1795255235250
upd=1795255205250
v=2
22 attributes"#,
    );
}

#[test]
fn an_intent_that_requires_action_is_kept_like_this() {
    check(
        &challenged(),
        r#"
amt=1250
att.brand="visa"
att.em=12
att.ey=2030
att.fp="q1w2e3r4t5z6u7i8o9p0aa"
att.id="01a1fd8c-69fa-7808-8808-080808080808"
att.last4="4242"
att.save=true
cur="USD"
cust="01a1fd8c-69fa-7202-8202-020202020202"
exp=1795255800250
gsi1pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
gsi1sk="01a1fd8c-69fa-7404-8404-040404040404"
history[0].at=1795255200250
history[0].t="payment_intent.created"
history[1].at=1795255205250
history[1].t="payment_intent.processing"
history[2].at=1795255206250
history[2].t="payment_intent.requires_action"
left=0
ma="01a1fd8c-69fa-7303-8303-030303030303"
meta="{\"order\":\"A-1001\"}"
org[0]="https://shop.example"
outbox="1"
payee="Corner Shop"
pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
proc="simulator"
ret="https://shop.example/thanks"
sk="01a1fd8c-69fa-7404-8404-040404040404"
st="requires_action"
until=1795256106250
upd=1795255206250
v=3
22 attributes"#,
    );
}

#[test]
fn a_succeeded_intent_is_kept_like_this() {
    check(
        &succeeded(),
        r#"
amt=1250
att.brand="visa"
att.em=12
att.ey=2030
att.fp="q1w2e3r4t5z6u7i8o9p0aa"
att.id="01a1fd8c-69fa-7808-8808-080808080808"
att.last4="4242"
att.save=true
chg="ch_1"
cur="USD"
cust="01a1fd8c-69fa-7202-8202-020202020202"
exp=1795255800250
gsi1pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
gsi1sk="01a1fd8c-69fa-7404-8404-040404040404"
gsi4pk="paid#01a1fd8c-69fa-7101-8101-010101010101#test#none"
gsi4sk="001795255207250#01a1fd8c-69fa-7404-8404-040404040404"
history[0].at=1795255200250
history[0].t="payment_intent.created"
history[1].at=1795255205250
history[1].t="payment_intent.processing"
history[2].at=1795255206250
history[2].t="payment_intent.requires_action"
history[3].at=1795255207250
history[3].t="payment_intent.succeeded"
left=0
ma="01a1fd8c-69fa-7303-8303-030303030303"
meta="{\"order\":\"A-1001\"}"
org[0]="https://shop.example"
outbox="1"
payee="Corner Shop"
pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
pm="01a1fd8c-69fa-7707-8707-070707070707"
proc="simulator"
ret="https://shop.example/thanks"
sk="01a1fd8c-69fa-7404-8404-040404040404"
st="succeeded"
upd=1795255207250
v=4
25 attributes"#,
    );
}

#[test]
fn a_failed_intent_is_kept_like_this() {
    let declined = ChargeOutcome::Declined(FailureReason::InsufficientFunds);
    check(
        &settled(&declined),
        r#"
amt=1250
att.brand="visa"
att.em=12
att.ey=2030
att.fp="q1w2e3r4t5z6u7i8o9p0aa"
att.id="01a1fd8c-69fa-7808-8808-080808080808"
att.last4="4242"
att.save=true
cur="USD"
cust="01a1fd8c-69fa-7202-8202-020202020202"
exp=1795255800250
gsi1pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
gsi1sk="01a1fd8c-69fa-7404-8404-040404040404"
history[0].at=1795255200250
history[0].t="payment_intent.created"
history[1].at=1795255205250
history[1].t="payment_intent.processing"
history[2].at=1795255206250
history[2].t="payment_intent.requires_action"
history[3].at=1795255207250
history[3].t="payment_intent.failed"
left=0
ma="01a1fd8c-69fa-7303-8303-030303030303"
meta="{\"order\":\"A-1001\"}"
org[0]="https://shop.example"
outbox="1"
payee="Corner Shop"
pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
proc="simulator"
ret="https://shop.example/thanks"
sk="01a1fd8c-69fa-7404-8404-040404040404"
st="failed"
upd=1795255207250
v=4
why="insufficient_funds"
22 attributes"#,
    );
}

#[test]
fn an_expired_intent_is_kept_like_this() {
    check(
        &pending().expire(now().plus_seconds(600)).unwrap(),
        r#"
amt=1250
cur="USD"
cust="01a1fd8c-69fa-7202-8202-020202020202"
exp=1795255800250
gsi1pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
gsi1sk="01a1fd8c-69fa-7404-8404-040404040404"
history[0].at=1795255200250
history[0].t="payment_intent.created"
history[1].at=1795255800250
history[1].t="payment_intent.expired"
left=1
ma="01a1fd8c-69fa-7303-8303-030303030303"
meta="{\"order\":\"A-1001\"}"
org[0]="https://shop.example"
outbox="1"
payee="Corner Shop"
pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
proc="simulator"
ret="https://shop.example/thanks"
sk="01a1fd8c-69fa-7404-8404-040404040404"
st="expired"
ttl=1803031800
upd=1795255800250
v=2
21 attributes"#,
    );
}

#[test]
fn a_canceled_intent_is_kept_like_this() {
    check(
        &pending().cancel(now().plus_seconds(9)).unwrap(),
        r#"
amt=1250
cur="USD"
cust="01a1fd8c-69fa-7202-8202-020202020202"
exp=1795255800250
gsi1pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
gsi1sk="01a1fd8c-69fa-7404-8404-040404040404"
history[0].at=1795255200250
history[0].t="payment_intent.created"
history[1].at=1795255209250
history[1].t="payment_intent.canceled"
left=1
ma="01a1fd8c-69fa-7303-8303-030303030303"
meta="{\"order\":\"A-1001\"}"
org[0]="https://shop.example"
outbox="1"
payee="Corner Shop"
pk="intent#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
proc="simulator"
ret="https://shop.example/thanks"
sk="01a1fd8c-69fa-7404-8404-040404040404"
st="canceled"
ttl=1803031800
upd=1795255209250
v=2
21 attributes"#,
    );
}

#[test]
fn a_long_history_says_how_much_of_it_was_dropped() {
    let published = History { published: 26, ..pending().history };
    let history =
        (0..25).fold(published, |history, _| history.and(EventType::PaymentLinkFailed, now()));
    let item = to_item(&PaymentIntent { history: history.clone(), ..pending() });
    assert_eq!(item.number("dropped"), Ok(6_u64));
    assert_eq!(item.history(), Ok(history));
}

/// One kilobyte is one write unit.
#[test]
fn a_typical_intent_stays_below_one_kilobyte_in_every_status() {
    let declined = ChargeOutcome::Declined(FailureReason::CardDeclined);
    for intent in [pending(), processing(), challenged(), succeeded(), settled(&declined)] {
        let bytes = size(&to_item(&intent));
        eprintln!("{:<16} {bytes} bytes", intent.status.name().as_str());
        assert!(bytes < 1024, "{}: {bytes} bytes", intent.status.name().as_str());
    }
}

#[test]
fn a_payment_of_another_surface_says_so_and_needs_no_customer() {
    let amounts = Amounts::new(
        Money::from_minor(25_000, Currency::USD),
        Money::from_minor(4_750, Currency::USD),
    );
    let intent = PaymentIntent {
        surface: Surface::Payments,
        customer: None,
        customer_own_id: None,
        amounts: amounts.unwrap(),
        description: "Annual report".into(),
        ..pending()
    };
    let item = to_item(&intent);
    assert_eq!(from_item(scope(), &item), Ok(intent.clone()));
    for (name, value) in [("sfc", "payments"), ("desc", "Annual report")] {
        assert_eq!(item.text(name), Ok(value));
    }
    assert_eq!((item.number("amt"), item.number("tax")), (Ok(29_750_i64), Ok(4_750_i64)));
    for absent in ["cust", "gsi1pk", "gsi1sk"] {
        assert!(item.get(absent).is_none(), "{absent}");
    }
    assert_eq!(intent.amount().major(), "297.50");
}

#[test]
fn how_a_submit_is_taxed_is_kept_like_this() {
    use crate::model::tax::{
        AttemptTax, Category, Reason, TaxLine, TaxRecord, Treatment,
        tax_id::{TaxId, TaxIdStatus},
    };
    let usd = |minor| Money::from_minor(minor, Currency::USD);
    let line = TaxLine {
        jurisdiction: "FR".into(),
        name: "VAT".into(),
        rate: "20".parse().unwrap(),
        taxable: 1_250,
        tax: 250,
        category: Category::S,
    };
    let record = TaxRecord {
        treatment: Treatment::Taxed,
        reason: Reason::Destination,
        lines: vec![line],
        tax_code: "digital".into(),
        country: "FR".parse().ok(),
        region: None,
        tax_id: Some(TaxId { value: "FR40303265045".into(), status: TaxIdStatus::FormatValid }),
        exemption_reason: None,
        rules: "2026-11-26".into(),
        settings_version: 7,
        decided_at: now(),
    };
    let amounts = Amounts::new(usd(1_250), usd(250)).unwrap();
    let charged = AttemptTax { amounts, record: Some(record) };
    let item = taxed::to_item(&charged);
    golden(
        &item,
        r#"
amt=1500
cur="USD"
how.at=1795255200250
how.cc="FR"
how.code="digital"
how.is="taxed"
how.lines[0].c="S"
how.lines[0].j="FR"
how.lines[0].n="VAT"
how.lines[0].net=1250
how.lines[0].r="20"
how.lines[0].tax=250
how.rules="2026-11-26"
how.sv=7
how.tid="FR40303265045"
how.tst="format_valid"
how.why="destination"
tax=250
4 attributes"#,
    );
    assert_eq!(taxed::from_item(&item), Ok(charged));
}
