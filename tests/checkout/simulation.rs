//! Thousands of payments at random: submits, duplicates, crashes after any step, stalled processes that
//! come back, late workers with old data, and time that passes.
//!
//! `PAYLINK_SEED=7 cargo test -p tests a_random_life -- --nocapture` replays one of them.

use super::shop::{Answer, Shop, Token, events, saved};
use crate::random::Random;
use shared::{
    app::clock,
    model::{
        Time,
        event::{EventDetail, EventType},
        id::PaymentIntentId,
        payment_intent::{PaymentIntent, Status, StatusName, Success, Work},
        payment_link::{Limit, LinkAttempts, OneTimeLink},
    },
    operations::engine,
    processor::simulator::cards::{Behaviour, CARDS, TestCard},
    store::{
        Error, Item,
        intent::Reserved,
        key::TIMER_SHARDS,
        timer::{Timer, TimerKind},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
};

/// Lives that are lived without `PAYLINK_SEED`.
const SEEDS: u64 = 2_000;

/// What happens in one life.
const STEPS: usize = 30;

/// One life of a shop.
struct Life {
    shop: Shop,
    random: Random,
    /// The clock of links and workers. The processor's is the real one: hours away from this one
    /// or, at some point, passed by it; never nearer than 30 seconds, so that a seed repeats.
    now: Time,
    /// Each link as it was last seen.
    links: BTreeMap<PaymentIntentId, PaymentIntent>,
    /// Every state that any link was ever seen in: what a late duplicate may still hold.
    seen: Vec<PaymentIntent>,
    /// Changes that the publisher has not worked off.
    unpublished: Vec<PaymentIntent>,
    /// Submits so far.
    submitted: Vec<(PaymentIntentId, Token)>,
    /// Processes that died or stall after reserving.
    stalled: Vec<(PaymentIntent, Token)>,
}

impl Life {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let offset = if random.chance(50) { -2 * 3600 } else { 3600 };
        Self {
            shop: Shop::in_memory(),
            random,
            now: clock::now().plus_seconds(offset + 30),
            links: BTreeMap::new(),
            seen: Vec::new(),
            unpublished: Vec::new(),
            submitted: Vec::new(),
            stalled: Vec::new(),
        }
    }

    async fn live(&mut self) -> Vec<StatusName> {
        self.create().await;
        for _ in 0..STEPS {
            self.step().await;
            self.look().await;
        }
        self.come_to_rest().await;
        self.links.values().map(|link| link.status.name()).collect()
    }

    async fn step(&mut self) {
        match self.random.below(20) {
            0 => self.create().await,
            1..=5 => self.submit_a_new_card().await,
            6 | 7 => self.submit_again().await,
            8 | 9 => self.wake_a_stalled_process().await,
            10 | 11 => self.answer_a_challenge().await,
            12 | 13 => self.sweep(TimerKind::Reconcile).await,
            14 => self.sweep(TimerKind::Expire).await,
            15 => self.late_reconciler().await,
            16 | 17 => self.publish().await,
            _ => self.now = self.now.plus_seconds(self.random.up_to(20) * 60),
        }
    }

    async fn create(&mut self) {
        let attempts = if self.random.chance(70) { 1 } else { 3 };
        let attempts = Limit::at_most(Some(attempts)).unwrap();
        let mut link = self.shop.unsaved_link(self.now, self.random.up_to(20) * 60, attempts);
        link.id = self.id();
        self.shop.put(&link).await;
        self.links.insert(link.id, link.clone());
        self.unpublished.push(link);
    }

    /// An id that a replay gives again, but for its time: it decides where the timer lies.
    fn id(&mut self) -> PaymentIntentId {
        PaymentIntentId::mint(self.now, self.random.bytes())
    }

    async fn submit_a_new_card(&mut self) {
        let ids: Vec<PaymentIntentId> = self.links.keys().copied().collect();
        let Some(link) = self.random.pick(&ids) else { return };
        // What a card does once it is saved makes no other life of a link.
        let cards: Vec<_> = CARDS.iter().filter(|card| !is_another_one_later(card)).collect();
        let number = cards[self.random.below(cards.len())].number;
        // Half of the cards pay, so that there is something to lose.
        let number = if self.random.chance(50) { CARDS[0].number } else { number };
        let token = self.shop.token(link, number, self.random.chance(50));
        self.submitted.push((link, token.clone()));
        self.submit(link, token).await;
    }

    async fn submit_again(&mut self) {
        if let Some((link, token)) = self.random.pick(&self.submitted) {
            self.submit(link, token).await;
        }
    }

    /// A submit that dies or stalls after any of its steps.
    async fn submit(&mut self, link: PaymentIntentId, token: Token) {
        let Reserved::Yes(reserved) = self.shop.reserve(link, &token, self.now).await else {
            return;
        };
        match self.random.below(4) {
            0 => self.stalled.push((*reserved, token)),
            1 => {
                self.shop.charge_only(&reserved, &token).await;
                self.stalled.push((*reserved, token));
            }
            _ => {
                self.shop.charge(*reserved, &token).await;
            }
        }
    }

    async fn wake_a_stalled_process(&mut self) {
        if self.stalled.is_empty() {
            return;
        }
        let place = self.random.below(self.stalled.len());
        let (reserved, token) = self.stalled.swap_remove(place);
        self.shop.charge(reserved, &token).await;
    }

    async fn answer_a_challenge(&mut self) {
        let asks = |link: &&PaymentIntent| link.status.name() == StatusName::RequiresAction;
        let asked: Vec<PaymentIntent> = self.seen.iter().filter(asks).cloned().collect();
        let Some(asked) = self.random.pick(&asked) else { return };
        let passed = self.random.chance(70);
        if self.random.chance(30) {
            // The process dies before it can write the answer down.
            self.shop.challenge_only(&asked, passed, clock::now()).await;
        } else {
            self.shop.answer_challenge(asked, passed).await;
        }
    }

    /// One run of a worker by the clock of this life, twice over the same timers where a duplicate is
    /// about; it dies before some of them.
    async fn sweep(&mut self, kind: TimerKind) {
        for shard in 0..TIMER_SHARDS {
            let due = self.shop.table.due_timers(kind, shard, None, self.now, 100).await.unwrap();
            let twice = if self.random.chance(30) { 2 } else { 1 };
            for timer in due.iter().cycle().take(due.len() * twice) {
                if self.random.chance(10) {
                    continue;
                }
                let keep = self.work_on(kind, timer).await;
                if !keep && self.random.chance(90) {
                    self.shop.table.drop_timer(timer).await.unwrap();
                }
            }
        }
    }

    /// Answers whether the timer stays, as that of a link whose charge is under way does.
    async fn work_on(&self, kind: TimerKind, timer: &Timer) -> bool {
        let Some(intent) = self.shop.table.intent_of(timer).await.unwrap() else { return false };
        if kind == TimerKind::Reconcile {
            self.reconcile(intent).await;
            return false;
        }
        let Ok(expired) = intent.expire(self.now) else { return intent.status.open().is_some() };
        let written = self.shop.table.replace_intent(&expired, None).await;
        assert!(matches!(written, Ok(()) | Err(Error::Refused { .. })));
        false
    }

    async fn reconcile(&self, intent: PaymentIntent) {
        let processors = self.shop.processors();
        engine::reconcile(&self.shop.table, &processors, intent, self.now, &clock::now)
            .await
            .unwrap();
    }

    /// A worker that read its intent long ago.
    async fn late_reconciler(&mut self) {
        if let Some(old) = self.random.pick(&self.seen) {
            self.reconcile(old).await;
        }
    }

    /// The publisher sets timers, in order, sometimes twice.
    async fn publish(&mut self) {
        let many = self.random.below(self.unpublished.len() + 1);
        let again = self.random.chance(20);
        for intent in &self.unpublished[..many] {
            self.shop.table.set_timer(intent).await.unwrap();
        }
        if !again {
            self.unpublished.drain(..many);
        }
    }

    /// Checks what has to be true at every moment.
    async fn look(&mut self) {
        let books = self.shop.books();
        for (id, before) in &mut self.links {
            let after = self.shop.intent(*id).await;
            let approved: Vec<&Item> = books
                .iter()
                .filter(|item| item.text("intent") == Ok(&id.to_string()))
                .filter(|item| item.text("is") == Ok("approved"))
                .collect();
            agrees(&after, &approved);
            if after == *before {
                continue;
            }
            follows(before, &after);
            self.unpublished.push(after.clone());
            self.seen.push(after.clone());
            *before = after;
        }
    }

    /// Everybody wakes up, every worker runs, and time passes until nothing is left to do.
    async fn come_to_rest(&mut self) {
        while !self.stalled.is_empty() {
            self.wake_a_stalled_process().await;
            self.look().await;
        }
        let mut rounds = 0;
        while !(self.unpublished.is_empty() && self.links.values().all(is_final)) {
            rounds += 1;
            assert!(rounds < 200, "somebody was forgotten: {:?}", self.links);
            for intent in std::mem::take(&mut self.unpublished) {
                self.shop.table.set_timer(&intent).await.unwrap();
            }
            self.now = self.now.plus_seconds(20 * 60);
            for kind in [TimerKind::Reconcile, TimerKind::Expire] {
                self.sweep(kind).await;
                self.look().await;
            }
        }
        let mut cards = BTreeSet::new();
        for link in self.links.values() {
            if let Some(paid) = link.charged() {
                assert_eq!(saved(link).is_some(), paid.attempt.save_card);
                cards.extend(saved(link));
            }
        }
        let kept: BTreeSet<_> = self.shop.saved_cards().iter().map(|card| card.id).collect();
        assert_eq!(kept, cards, "saved when asked and paid, and only then");
        for (link, token) in self.submitted.clone() {
            let before = self.shop.intent(link).await;
            let attempt = self.shop.attempt(link, &token);
            if let Answer::Status(told) = self.shop.submit(link, &token).await {
                assert!(before.was_attempted_with(attempt), "{told:?}");
            }
            assert_eq!(self.shop.intent(link).await, before, "it is too late for anything");
        }
        self.look().await;
    }
}

fn is_final(link: &PaymentIntent) -> bool {
    use StatusName::{Pending, Processing, RequiresAction};
    !matches!(link.status.name(), Pending | Processing | RequiresAction)
}

/// Money was taken at most once, and where it was, the intent says so or is about to.
fn agrees(link: &PaymentIntent, approved: &[&Item]) {
    assert!(approved.len() <= 1, "charged twice: {link:?} {approved:?}");
    let took: Option<&str> =
        approved.first().and_then(|item| item.text("pk").ok()?.strip_prefix("simulator#"));
    match &link.status {
        Status::Succeeded(Success::Card(paid)) => {
            assert_eq!(took, Some(paid.attempt.id.to_string().as_str()));
            assert_eq!(paid.charge, format!("ch_{}", paid.attempt.id));
        }
        Status::Processing { work: Work::Card(attempt), .. }
        | Status::RequiresAction { attempt, .. } => {
            assert!(took.is_none_or(|took| took == attempt.id.to_string()), "{link:?}");
        }
        Status::Pending
        | Status::PendingReview
        | Status::Processing { work: Work::Order { .. }, .. }
        | Status::Held
        | Status::Succeeded(Success::Moved { .. })
        | Status::Settled
        | Status::Failed { .. }
        | Status::Expired
        | Status::Canceled => assert_eq!(took, None, "money was taken for {link:?}"),
    }
    events(&link.history);
}

/// Every event after number `dropped`, each with what it says: of itself, or as the payment says it.
fn told(payment: &PaymentIntent, dropped: u64) -> Vec<(u64, EventType, Time, EventDetail)> {
    let events = payment.history.after(dropped);
    let facts = events.map(|(number, event)| {
        let said = event.detail.map_or_else(|| payment.detail(event.kind), |said| *said);
        (number, event.kind, event.at, said)
    });
    facts.collect()
}

/// One state follows from another: nothing final changes, and history only grows.
fn follows(before: &PaymentIntent, after: &PaymentIntent) {
    assert!(!is_final(before), "{before:?} became {after:?}");
    assert!(after.version > before.version);
    let untried = |payment: &PaymentIntent| {
        let link = payment.link_terms().map(|terms| terms.link.clone())?;
        Some(OneTimeLink { attempts: LinkAttempts::none(link.attempts.limit), ..link })
    };
    assert!(after.attempts_left() <= before.attempts_left());
    assert_eq!(
        (after.amounts, after.customer, untried(after)),
        (before.amounts, before.customer, untried(before))
    );
    let old = told(before, after.history.dropped);
    let new = told(after, before.history.dropped);
    assert!(new.starts_with(&old), "{before:?} became {after:?}");
    let changed = after.history.last_sequence() - before.history.last_sequence();
    assert!(changed <= after.version - before.version, "one event a write at most");
    let last = after.history.entries.last().unwrap().kind;
    let expected = match after.status.name() {
        StatusName::Pending => EventType::PaymentLinkFailed,
        StatusName::Processing => EventType::PaymentIntentProcessing,
        StatusName::RequiresAction => EventType::PaymentIntentRequiresAction,
        StatusName::Succeeded => EventType::PaymentIntentSucceeded,
        StatusName::Failed => EventType::PaymentIntentFailed,
        StatusName::Expired => EventType::PaymentIntentExpired,
        StatusName::Canceled => EventType::PaymentIntentCanceled,
        other @ (StatusName::PendingReview | StatusName::Held | StatusName::Settled) => {
            panic!("a payment through a link is never {}", other.as_str())
        }
    };
    assert_eq!(last, expected, "the last event says where it stands");
}

/// Says which seed broke a promise.
struct Replay(u64);

impl Drop for Replay {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("PAYLINK_SEED={} replays this life", self.0);
        }
    }
}

fn live(seed: u64) -> Vec<StatusName> {
    let _replay = Replay(seed);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(Life::new(seed).live())
}

#[test]
fn a_random_life_breaks_no_promise() {
    if let Ok(seed) = std::env::var("PAYLINK_SEED") {
        let ends = live(seed.parse().expect("PAYLINK_SEED is a number"));
        eprintln!("seed {seed}: {ends:?}");
        return;
    }
    let halves = [0, 1].map(|half| {
        thread::spawn(move || {
            (0..SEEDS).filter(|seed| seed % 2 == half).flat_map(live).collect::<Vec<_>>()
        })
    });
    let ends = halves.map(|half| half.join().expect("see above for the seed")).concat();
    for status in [StatusName::Succeeded, StatusName::Failed, StatusName::Expired] {
        let count = ends.iter().filter(|end| **end == status).count();
        eprintln!("{SEEDS} seeds: {count} links end {}", status.as_str());
        assert!(count > 500, "the lives are varied: {count} {}", status.as_str());
    }
}

/// Whether a card pays on the page as others do.
const fn is_another_one_later(card: &TestCard) -> bool {
    matches!(card.behaviour, Behaviour::DeclineLater(_) | Behaviour::LoseLater)
}
