//! `events/webhooks/<type>.json`: what receivers get, made by the code that sends it.
//!
//! `PAYLINK_UPDATE=1 cargo test -p tests examples` writes them anew.

use shared::model::audit::Finding;
use shared::model::card::{CardSummary, FailureReason};
use shared::model::dispute::{Dispute, DisputeReading, DisputeStatus};
use shared::model::event::{EventType, History};
use shared::model::id::{AttemptId, CustomerId, Id, MerchantAccountId, PaymentIntentId};
use shared::model::metadata::Metadata;
use shared::model::payment_intent::wallet::{Hold, Leg, Pull, Way};
use shared::model::payment_intent::{
    Attempt, ChargeOutcome, ChargingAccount, LinkTerms, PaymentIntent, Status, Terms, WalletTerms,
};
use shared::model::payment_link::{Limit, LinkAttempts, OneTimeLink};
use shared::model::payment_method::PaymentMethod;
use shared::model::progress::Progress;
use shared::model::refund::{Refund, RefundStatus, Standing};
use shared::model::route::{IntentType, Rail, Spendable};
use shared::model::webhook_endpoint::{DeliverySettings, DisabledReason, WebhookEndpoint};
use shared::model::{Amounts, Currency, Mode, Money, Scope, Surface, Time, secret::ProcessorToken};
use shared::model::{
    actor::Actor,
    payment_method::{MethodOwner, VaultPlace},
};
use shared::webhook::message::{Aggregate, Message};
use shared::webhook::payload;
use std::{collections::BTreeMap, fs, path::Path};

fn id<K>(n: u8) -> Id<K> {
    Id::mint(at(0), [n; 10])
}

fn at(seconds: i64) -> Time {
    Time::from_ms(1_795_255_200_000).plus_seconds(seconds)
}

fn attempt() -> Attempt {
    let card = CardSummary {
        brand: "visa".into(),
        last4: "4242".into(),
        exp_month: 12,
        exp_year: 2030,
        fingerprint: String::new(),
        country: None,
    };
    Attempt {
        id: id::<shared::model::id::kind::Attempt>(5),
        card,
        save_card: true,
        buyer: None,
        billing: None,
        charged: None,
    }
}

fn intent() -> PaymentIntent {
    PaymentIntent {
        id: PaymentIntentId::mint(at(0), [1; 10]),
        scope: Scope { tenant: id(2), mode: Mode::Test },
        surface: Surface::Platform,
        customer: Some(CustomerId::mint(at(0), [3; 10])),
        customer_own_id: None,
        amounts: Amounts::untaxed(Money::from_minor(1250, Currency::USD)),
        description: String::new(),
        terms: Terms::Link(LinkTerms {
            link: OneTimeLink {
                account: ChargingAccount {
                    id: MerchantAccountId::mint(at(0), [4; 10]),
                    processor: "simulator".into(),
                    connected: None,
                    statement: None,
                },
                payee: "Demo Shop".into(),
                attempts: LinkAttempts::none(Limit::ONE),
                expires_at: Some(at(600)),
                allowed_origins: vec![],
                return_url: None,
            },
            declined: Vec::new(),
            request: None,
        }),
        metadata: Metadata::new(r#"{"order_id":"ORD-12345"}"#).ok(),
        status: Status::Pending,
        history: History::starting(EventType::PaymentIntentCreated, at(0)),
        created_at: at(0),
        updated_at: at(0),
        version: 1,
    }
}

/// The newest event of an aggregate.
fn newest(aggregate: &Aggregate) -> Message {
    aggregate.events_after(0).pop().unwrap()
}

fn examples() -> BTreeMap<String, String> {
    let pending = intent();
    let attempt: AttemptId = attempt_id();
    let reserved = pending.reserve(self::attempt(), at(60)).unwrap();
    let approved = ChargeOutcome::Approved { charge: "ch".into(), payment_method: Some(id(6)) };
    let declined = ChargeOutcome::Declined(FailureReason::InsufficientFunds);
    let mut again = pending.clone();
    let twice = Limit::at_most(Some(2)).unwrap();
    again.link_terms_mut().unwrap().link.attempts = LinkAttempts::none(twice);
    let again = again.reserve(self::attempt(), at(60)).unwrap();
    let intents = [
        pending.clone(),
        reserved.clone(),
        reserved.ask_challenge(attempt, at(61)).unwrap(),
        reserved.settle(attempt, &approved, at(62)).unwrap(),
        reserved.settle(attempt, &declined, at(62)).unwrap(),
        again.settle(attempt, &declined, at(62)).unwrap(),
        pending.expire(at(600)).unwrap(),
        pending.cancel(at(60)).unwrap(),
    ];
    let mut messages: Vec<Message> =
        intents.into_iter().map(|intent| newest(&Aggregate::Intent(Box::new(intent)))).collect();
    let owner = MethodOwner { scope: pending.scope, customer: pending.customer.unwrap() };
    let token = ProcessorToken::new("pm".to_owned());
    let vault = VaultPlace { processor: "simulator".to_owned(), token };
    let card = self::attempt().card;
    let method = PaymentMethod::saved(id(6), owner, card, vault, at(62));
    messages.push(newest(&Aggregate::Method(Box::new(method))));
    let endpoint = WebhookEndpoint {
        id: id(7),
        scope: pending.scope,
        surface: Surface::Platform,
        url: "https://shop.example/hooks".into(),
        events: vec![],
        description: String::new(),
        settings: DeliverySettings::default(),
        secrets: vec![],
        disabled: None,
        fresh_from: at(0),
        warned: None,
        created_at: at(0),
        updated_at: at(0),
        history: History::default(),
        version: 1,
    };
    messages.extend(between(&pending));
    messages.extend(refunds());
    messages.extend(disputes());
    let finding = Finding::new(id(8), pending.scope, 1, FIRST.to_owned(), at(80));
    messages.push(newest(&Aggregate::Finding(Box::new(finding))));
    let days = |days: i64| at(days * 86_400);
    let failing = endpoint.warned(at(70), 1, days(3)).unwrap();
    let disabled = failing.disabled(DisabledReason::Failing, days(6)).unwrap();
    for endpoint in [endpoint.with_test_event(at(70)), failing, disabled] {
        messages.push(newest(&Aggregate::Endpoint(Box::new(endpoint))));
    }
    let bodies = messages.into_iter().map(|message| {
        let body = payload::platform::body(&message).unwrap();
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        (message.event, format!("{}\n", serde_json::to_string_pretty(&body).unwrap()))
    });
    bodies.collect()
}

/// What the audit says about the first difference it found.
const FIRST: &str = "wallet#01936d5e-8f00-7000-8000-000000000007, entry 3: an entry is missing";

/// Events that only payments between wallets have.
fn between(like: &PaymentIntent) -> Vec<Message> {
    let transfer = |hold| {
        let terms = WalletTerms {
            kind: IntentType::Transfer,
            wallet: id(11),
            destination_wallet: Some(id(12)),
            way: None,
            hold,
            first: None,
        };
        PaymentIntent { terms: Terms::Wallet(terms), ..like.clone() }
    };
    let held = transfer(Some(Hold::lasting(7 * 86_400, at(0)))).start(at(1)).unwrap().intent;
    let released = held.release(Some(500), false, at(90)).unwrap().intent;
    let pull = Pull { rail: Rail::Ach, method: id(13), token: ProcessorToken::new("ba".into()) };
    let way = Way {
        route: id(14),
        processor: "simulator".into(),
        pull: Some(pull),
        push: None,
        spendable: Spendable::AtSettled,
    };
    let terms = WalletTerms {
        kind: IntentType::Funding,
        wallet: id(11),
        destination_wallet: None,
        way: Some(way),
        hold: None,
        first: None,
    };
    let funding = PaymentIntent { terms: Terms::Wallet(terms), ..like.clone() };
    let told = |intent: &PaymentIntent, news: Progress| {
        intent.progress(Leg::Pull, &news, 0, at(100)).unwrap().intent
    };
    let moving = funding.start(at(1)).unwrap().intent;
    let done = told(&moving, Progress::moved(Some(at(200))));
    let settled = told(&done, Progress::Settled);
    let mut returned = told(&done, Progress::Returned(FailureReason::ReturnedR01));
    // The last event of a return says that the payment failed; the one before it, what happened.
    returned.history.entries.pop();
    let waiting = funding.stop_for_review(at(1));
    let all = [held, released, settled, returned, waiting];
    all.into_iter().map(|intent| newest(&Aggregate::Intent(Box::new(intent)))).collect()
}

/// A refund as it was asked for, as it succeeded, and as it failed.
fn refunds() -> Vec<Message> {
    let amount = Money::from_minor(500, Currency::USD);
    let asked = Refund {
        id: id(12),
        scope: Scope { tenant: id(2), mode: Mode::Test },
        surface: Surface::Platform,
        payment: PaymentIntentId::mint(at(0), [1; 10]),
        transaction: id(5),
        link: None,
        customer: Some(CustomerId::mint(at(0), [3; 10])),
        amount,
        charge: "ch".into(),
        processor: "simulator".into(),
        reason: Some("One seat less".into()),
        requested_by: Actor::Client,
        metadata: None,
        status: RefundStatus::Processing { until: at(90) },
        invoice: None,
        invoiced: false,
        credit_note: None,
        invoiced_later: false,
        first: None,
        began: Standing { pending: 500, left: 750, ..Standing::default() },
        ended: None,
        history: History::starting(EventType::RefundCreated, at(60)),
        created_at: at(60),
        updated_at: at(60),
        version: 1,
    };
    let zero = Money::from_minor(0, Currency::USD);
    let done = asked.succeed("re".into(), zero, at(61)).unwrap();
    let gone = Standing { refunded: 500, left: 750, ..Standing::default() };
    let done = Refund { ended: Some(gone), ..done };
    let failed = asked.fail(FailureReason::RefundRefused, at(61)).unwrap();
    let whole = Standing { left: 1250, ..Standing::default() };
    let failed = Refund { ended: Some(whole), ..failed };
    let all = [asked, done, failed];
    all.into_iter().map(|refund| newest(&Aggregate::Refund(Box::new(refund)))).collect()
}

/// A dispute as it was opened, as it was won, and as it was lost.
fn disputes() -> Vec<Message> {
    let amount = Money::from_minor(1250, Currency::USD);
    let opened = Dispute {
        id: id(13),
        scope: Scope { tenant: id(2), mode: Mode::Test },
        surface: Surface::Platform,
        payment: PaymentIntentId::mint(at(0), [1; 10]),
        transaction: id(5),
        link: None,
        by_link: true,
        customer: Some(CustomerId::mint(at(0), [3; 10])),
        customer_own_id: None,
        invoice: None,
        amount,
        reference: "du_1".into(),
        processor: "simulator".into(),
        reason: Some("fraudulent".into()),
        status: DisputeStatus::Open,
        history: History::starting(EventType::DisputeOpened, at(80)),
        opened_at: at(70),
        updated_at: at(80),
        version: 1,
    };
    let ended = [DisputeStatus::Won, DisputeStatus::Lost].map(|status| {
        let reference = opened.reference.clone();
        let reading =
            DisputeReading { reference, amount: None, reason: None, status, opened_at: at(70) };
        opened.read_again(&reading, at(90)).unwrap()
    });
    let all = [opened].into_iter().chain(ended);
    all.map(|dispute| newest(&Aggregate::Dispute(Box::new(dispute)))).collect()
}

fn attempt_id() -> AttemptId {
    attempt().id
}

#[test]
fn every_type_of_event_has_an_example_that_the_code_makes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/webhooks");
    let examples = examples();
    assert_eq!(examples.len(), EventType::ALL.len());
    for (event, made) in examples {
        let path = folder.join(format!("{event}.json"));
        if std::env::var_os("PAYLINK_UPDATE").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &made).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        let hint = "run PAYLINK_UPDATE=1 cargo test -p tests examples and commit";
        assert!(committed == made, "{event}: {hint}");
    }
}
