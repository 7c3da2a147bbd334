//! Card payments at Stripe while everything goes wrong: requests and answers that get lost, a Stripe
//! that is busy, broken or silent, processes that die or sleep wherever they wait, submits and refunds
//! that come twice, workers that run twice at once, events that come late, twice or never.
//!
//! At the end Stripe's books and ours agree: each payment that succeeded was taken once, no other was
//! taken, every one has an end, and what went back is what Stripe gave back.
//!
//! `PAYLINK_SEED=7 cargo test -p tests random_cuts_at_stripe` replays one life, but for what two
//! processes do at the same moment; `PAYLINK_LIVES=5000` lives more of them.

use super::stripe_world::{Act, Process, StripeWorld, go_on};
use crate::{
    processor::{
        CardKind,
        stripe_stand_in::{ANSWER_LOST, Cut},
    },
    random::Random,
    store::backend,
};
use futures_util::future::join_all;
use shared::{
    model::{
        Time,
        card::FailureReason,
        id::{PaymentIntentId, RefundId},
        payment_intent::{PaymentIntent, StatusName},
        payment_link::Limit,
        refund::RefundStatusName,
        secret::ProcessorToken,
    },
    store::{Table, memory::Memory},
};
use std::{sync::Arc, time::Duration};

/// Lives that are lived without `PAYLINK_SEED`: 600 payments.
const LIVES: u64 = 200;

/// Lives on an embedded DynamoDB.
const STORED_LIVES: u64 = 8;

/// Payments of one life.
const PAYMENTS: usize = 3;

/// What happens in one life.
const STEPS: usize = 30;

/// Lives that are lived at the same time.
const AT_ONCE: usize = 200;

/// What each payment asks for, in minor units.
const AMOUNT: i64 = 12_50;

/// How often everybody looks until everything must have an end: each time is 20 minutes.
const ROUNDS: usize = 30;

/// A payment, and what its buyer and its seller have in hand.
struct Visit {
    id: PaymentIntentId,
    cards: Vec<(ProcessorToken, bool)>,
    /// Refunds that were asked for: id, key and amount.
    refunds: Vec<(RefundId, String, i64)>,
    /// How it was seen last.
    seen: StatusName,
}

/// What became of a life's payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Ends {
    paid: usize,
    unpaid: usize,
    refunds: usize,
}

struct Life<'w> {
    world: &'w StripeWorld,
    random: Random,
    visits: Vec<Visit>,
    /// Processes that sleep, and may wake up.
    asleep: Vec<Process<'w>>,
    /// Events that have not arrived.
    events: Vec<String>,
}

impl<'w> Life<'w> {
    async fn live(&mut self) -> Ends {
        for _ in 0..PAYMENTS {
            self.make_a_link().await;
        }
        for _ in 0..STEPS {
            self.step().await;
            self.look().await;
        }
        self.others_go_on().await;
        self.wake_everybody().await;
        self.come_to_rest().await;
        let mut ends = Ends::default();
        for at in 0..self.visits.len() {
            self.agree(at, &mut ends).await;
        }
        ends
    }

    async fn make_a_link(&mut self) {
        let attempts = Limit::at_most(Some([1, 3, 5][self.random.below(3)])).unwrap();
        let (id, customer) = (self.random.bytes(), self.random.bytes());
        let seconds = (10 + self.random.up_to(60)) * 60;
        self.world.link(id, customer, attempts, seconds).await;
        let id = PaymentIntentId::mint(self.world.now(), id);
        let (cards, refunds, seen) = (Vec::new(), Vec::new(), StatusName::Pending);
        self.visits.push(Visit { id, cards, refunds, seen });
    }

    async fn step(&mut self) {
        let at = self.random.below(self.visits.len());
        match self.random.below(24) {
            0..=6 => {
                let act = self.submit(at);
                self.run(vec![act]).await;
            }
            7 | 8 => {
                // A double click, or a second page with another card.
                let first = self.submit(at);
                let second = if self.random.chance(50) { first.clone() } else { self.submit(at) };
                self.run(vec![first, second]).await;
            }
            9 | 10 => self.answer_a_challenge(at).await,
            11..=13 => {
                let first = self.refund(at);
                let twice = self.random.chance(30);
                let second = if twice { first.clone() } else { self.refund(at) };
                let many = self.random.up_to(2);
                self.run(
                    [first, second].into_iter().take(usize::try_from(many).unwrap()).collect(),
                )
                .await;
            }
            14..=16 => self.work().await,
            17 => self.stripe_sends(at),
            18 => self.an_event_arrives().await,
            19 => self.wake_one().await,
            20 => self.world.stand_in.time_passes(),
            _ => self.world.pass(self.random.up_to(12 * 60)),
        }
    }

    /// A card that was typed anew, or one that was sent before.
    fn submit(&mut self, at: usize) -> Act {
        let visit = &mut self.visits[at];
        let again = if self.random.chance(30) { self.random.pick(&visit.cards) } else { None };
        let (card, save) = again.unwrap_or_else(|| {
            let kinds = [
                CardKind::Pays,
                CardKind::Pays,
                CardKind::Pays,
                CardKind::RefundsLate { refused: false },
                CardKind::RefundsLate { refused: true },
                CardKind::AnswerLost,
                CardKind::NeverArrives,
                CardKind::AsksThenPays,
                CardKind::AsksThenPays,
                CardKind::AsksThenDeclined,
                CardKind::Declined(FailureReason::InsufficientFunds),
            ];
            let kind = kinds[self.random.below(kinds.len())];
            let typed = (self.world.card(kind), self.random.chance(20));
            visit.cards.push(typed.clone());
            typed
        });
        Act::Submit { payment: visit.id, card, save }
    }

    /// The buyer passes the challenge at the bank, or fails it, or comes back without; or passes it
    /// and never comes back.
    async fn answer_a_challenge(&mut self, at: usize) {
        let payment = self.visits[at].id;
        let passed = self.random.chance(70);
        if passed {
            self.world.stand_in.passes(&payment.to_string());
        }
        if self.random.chance(70) {
            self.run(vec![Act::Answer { payment, passed }]).await;
        }
    }

    /// A refund that was never asked for, or one that was, under its key.
    fn refund(&mut self, at: usize) -> Act {
        let visit = &mut self.visits[at];
        let again = if self.random.chance(40) { self.random.pick(&visit.refunds) } else { None };
        let (id, key, minor) = again.unwrap_or_else(|| {
            let id = RefundId::mint(self.world.now(), self.random.bytes());
            let minor = [ANSWER_LOST, self.random.up_to(400), 500, AMOUNT][self.random.below(4)];
            let made = (id, id.to_string(), minor);
            visit.refunds.push(made.clone());
            made
        });
        Act::Refund { payment: visit.id, id, key, minor }
    }

    /// Workers, sometimes the same one twice at once. The stream may not have told all timers.
    async fn work(&mut self) {
        for at in 0..self.visits.len() {
            if self.random.chance(80) {
                self.world.publish(self.visits[at].id).await;
            }
        }
        let workers = [Act::Reconcile, Act::ReconcileRefunds, Act::Expire];
        let one = workers[self.random.below(3)].clone();
        let other = workers[self.random.below(3)].clone();
        let many = self.random.below(2) + 1;
        self.run([one, other].into_iter().take(many).collect()).await;
    }

    fn stripe_sends(&mut self, at: usize) {
        let mark = self.visits[at].id.to_string();
        let payments = self.world.stand_in.payments(&mark);
        let refunds = self.world.stand_in.refunds(&mark);
        let kinds = ["succeeded", "payment_failed", "canceled"];
        let kind = format!("payment_intent.{}", kinds[self.random.below(3)]);
        if let Some((id, ..)) = self.random.pick(&payments) {
            self.events.push(self.world.message(&kind, "payment_intent", &id));
        }
        if let Some((id, _)) = self.random.pick(&refunds) {
            self.events.push(self.world.message("refund.updated", "refund", &id));
        }
    }

    /// Any of those on the way; some come again, some never.
    async fn an_event_arrives(&mut self) {
        let Some(event) = self.random.pick(&self.events) else { return };
        if self.random.chance(60) {
            self.events.retain(|one| *one != event);
        }
        self.run(vec![Act::Hear(event)]).await;
    }

    fn cuts(&mut self) -> Vec<Cut> {
        let cuts = [
            Cut::No,
            Cut::No,
            Cut::No,
            Cut::Before,
            Cut::After,
            Cut::After,
            Cut::Status(429),
            Cut::Status(500),
            Cut::Status(409),
            Cut::Never,
        ];
        let well = self.random.chance(30);
        let many = if well { 0 } else { self.random.below(8) };
        (0..many).map(|_| cuts[self.random.below(cuts.len())]).collect()
    }

    /// Processes at the same time, with cuts about; each is let finish, dies, or falls asleep at any
    /// place where it waits.
    async fn run(&mut self, acts: Vec<Act>) {
        let cuts = self.cuts();
        let waits: Vec<usize> = acts
            .iter()
            .map(|_| if self.random.chance(55) { usize::MAX } else { self.random.below(14) })
            .collect();
        let begun = acts.into_iter().zip(waits);
        let begun = begun.map(|(act, waits)| go_on(self.world.process(act, &cuts), waits));
        let left = join_all(begun.collect::<Vec<_>>()).await;
        for process in left.into_iter().flatten() {
            if self.random.chance(60) {
                self.asleep.push(process);
            }
        }
        self.world.stand_in.breaks(&[]);
    }

    async fn wake_one(&mut self) {
        if self.asleep.is_empty() {
            return;
        }
        let process = self.asleep.swap_remove(self.random.below(self.asleep.len()));
        let waits = self.random.below(20);
        self.asleep.extend(go_on(process, waits).await);
    }

    /// Time is over for what those hold who sleep: the workers look after it.
    async fn others_go_on(&mut self) {
        self.world.pass(20 * 60);
        for visit in &self.visits {
            self.world.publish(visit.id).await;
        }
        for worker in [Act::Reconcile, Act::ReconcileRefunds] {
            drop(self.world.act(worker).await);
        }
        self.look().await;
    }

    async fn wake_everybody(&mut self) {
        while !self.asleep.is_empty() {
            let process = self.asleep.swap_remove(self.random.below(self.asleep.len()));
            process.await;
            self.look().await;
        }
    }

    /// What has to be true at every moment.
    async fn look(&mut self) {
        for at in 0..self.visits.len() {
            let visit = &self.visits[at];
            let payment = self.world.payment(visit.id).await;
            let status = payment.status.name();
            assert!(
                !is_final(visit.seen) || visit.seen == status,
                "{payment:?} was {:?}",
                visit.seen
            );
            self.taken(&payment);
            self.visits[at].seen = status;
        }
    }

    /// What Stripe has taken for a payment: at most once, and never for one that is over unpaid. Of
    /// one that succeeded it is what the payment says.
    fn taken(&self, payment: &PaymentIntent) -> i64 {
        let payments = self.world.stand_in.payments(&payment.id.to_string());
        let taken: Vec<_> = payments.iter().filter(|(_, taken, _)| *taken != 0).collect();
        assert!(taken.len() <= 1, "taken twice: {taken:?} for {payment:?}");
        let sum = taken.iter().map(|(_, taken, _)| taken).sum();
        if let Some(paid) = payment.charged() {
            let charges: Vec<&str> = taken.iter().map(|(id, ..)| id.as_str()).collect();
            assert_eq!((charges, sum), (vec![paid.charge.as_str()], AMOUNT), "{payment:?}");
        } else if is_final(payment.status.name()) || payment.status.name() == StatusName::Pending {
            assert_eq!(sum, 0, "money was taken for {payment:?}");
        }
        sum
    }

    /// Stripe is well again, time passes, and workers run until every payment and refund has an end.
    /// A machine that is slow only needs more rounds.
    async fn come_to_rest(&mut self) {
        for _ in 0..ROUNDS {
            self.world.pass(20 * 60);
            self.world.stand_in.time_passes();
            for visit in &self.visits {
                self.world.publish(visit.id).await;
            }
            for worker in [Act::Expire, Act::Reconcile, Act::ReconcileRefunds] {
                // What could not be asked in time is asked in the next round.
                drop(self.world.act(worker).await);
            }
            self.look().await;
            if self.is_over().await {
                return;
            }
        }
        let states: Vec<_> = self.visits.iter().map(|visit| (visit.id, visit.seen)).collect();
        panic!("somebody was forgotten: {states:?}");
    }

    async fn is_over(&mut self) -> bool {
        for visit in &self.visits {
            let refunds = self.world.refunds(visit.id).await;
            let open = |status| status == RefundStatusName::Processing;
            if !is_final(visit.seen) || refunds.iter().any(|refund| open(refund.status.name())) {
                return false;
            }
        }
        true
    }

    /// Stripe's books of a payment and ours say the same, and its events, all at once and late, change
    /// nothing.
    async fn agree(&mut self, at: usize, ends: &mut Ends) {
        let (world, id) = (self.world, self.visits[at].id);
        let mark = id.to_string();
        let payment = world.payment(id).await;
        let mut objects = Vec::new();
        for (object, _, open) in world.stand_in.payments(&mark) {
            assert!(!open, "{object} can still be paid: {payment:?}");
            objects.push(("payment_intent.succeeded", "payment_intent", object));
        }
        let refunds = world.stand_in.refunds(&mark);
        objects.extend(refunds.into_iter().map(|(object, _)| ("refund.updated", "refund", object)));
        for (kind, thing, object) in objects {
            let message = world.message(kind, thing, &object);
            // Only the contradiction of books and payment is no matter of time.
            let mut told = Err(String::new());
            for _ in 0..ROUNDS {
                told = world.act(Act::Hear(message.clone())).await;
                if told.is_ok() {
                    break;
                }
            }
            told.unwrap();
        }
        assert_eq!(world.payment(id).await, payment, "it is too late for anything");
        let taken = self.taken(&payment);
        let made = world.refunds(id).await;
        assert!(made.len() <= self.visits[at].refunds.len(), "a refund for each key: {made:?}");
        let given_back: i64 = world.stand_in.refunds(&mark).iter().map(|(_, minor)| minor).sum();
        let done = made.iter().filter(|refund| refund.status.name() == RefundStatusName::Succeeded);
        let done: Vec<i64> = done.map(|refund| refund.amount.minor()).collect();
        assert_eq!(done.iter().sum::<i64>(), given_back, "{made:?}");
        match payment.refundable() {
            Some(rest) => {
                let ours = (rest.left, rest.pending, rest.refunded);
                assert_eq!(ours, (taken - given_back, 0, given_back), "{payment:?}");
                ends.paid += 1;
            }
            None => {
                assert_eq!((taken, given_back), (0, 0), "{payment:?}");
                ends.unpaid += 1;
            }
        }
        ends.refunds += done.len();
    }
}

fn is_final(status: StatusName) -> bool {
    matches!(status, StatusName::Succeeded | StatusName::Failed | StatusName::Expired)
}

async fn live(seed: u64, table: Arc<Table>) -> Ends {
    let mut random = Random(seed);
    let start = Time::parse("2026-03-01T12:00:00Z").unwrap();
    let world = StripeWorld::new(table, start, random.bytes());
    let (visits, asleep, events) = (Vec::new(), Vec::new(), Vec::new());
    Life { world: &world, random, visits, asleep, events }.live().await
}

/// Every other table is a moment away, so that processes also stop between its writes.
fn memory(seed: u64) -> Arc<Table> {
    if seed.is_multiple_of(2) {
        return backend::memory();
    }
    Arc::new(Table::Memory(Memory::far_away(Duration::from_millis(1))))
}

/// Lives these at the same time, and says which of them broke a promise.
async fn live_all(lives: Vec<(u64, Arc<Table>)>) -> Ends {
    let begun = lives.into_iter().map(|(seed, table)| (seed, tokio::spawn(live(seed, table))));
    let mut sum = Ends::default();
    let mut broken = Vec::new();
    for (seed, life) in begun.collect::<Vec<_>>() {
        match life.await {
            Ok(ends) => {
                sum.paid += ends.paid;
                sum.unpaid += ends.unpaid;
                sum.refunds += ends.refunds;
            }
            Err(_) => broken.push(seed),
        }
    }
    let replay = broken.first().map(|seed| format!("PAYLINK_SEED={seed} replays one"));
    assert_eq!(replay, None, "seeds {broken:?} broke a promise");
    sum
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_payments_with_random_cuts_at_stripe_are_taken_once_or_never() {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = number("PAYLINK_SEED") {
        let ends = live_all(vec![(seed, memory(seed))]).await;
        eprintln!("seed {seed}: {ends:?}");
        return;
    }
    let seeds: Vec<u64> = (0..number("PAYLINK_LIVES").unwrap_or(LIVES)).collect();
    let mut sum = Ends::default();
    for some in seeds.chunks(AT_ONCE) {
        let ends = live_all(some.iter().map(|seed| (*seed, memory(*seed))).collect()).await;
        sum.paid += ends.paid;
        sum.unpaid += ends.unpaid;
        sum.refunds += ends.refunds;
    }
    eprintln!("{} lives: {sum:?}", seeds.len());
    let lives = seeds.len();
    let varied = sum.paid > lives / 2 && sum.unpaid > lives / 4 && sum.refunds > lives / 4;
    assert!(varied, "the lives are varied: {sum:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payments_with_random_cuts_at_stripe_are_taken_once_or_never_on_dynoxide() {
    let mut lives = Vec::new();
    for seed in 0..STORED_LIVES {
        lives.push((seed, backend::dynoxide().await));
    }
    let ends = live_all(lives).await;
    eprintln!("{STORED_LIVES} stored lives: {ends:?}");
    assert!(ends.paid > 0, "{ends:?}");
}
