//! Random lives of links against a model of their own, in test and in live mode: made, copied, edited,
//! deleted, restored, started, submitted, challenged, declined, refunded, called off, abandoned, ended
//! and counted, with processes that die and messages that come twice, late and out of order. After every other step uses and payments are what the
//! model says; after every life statistics are what the records say.

use super::link_world::{BAD, CHALLENGE, Card, Crash, EMPTY, GOOD, World};
use crate::random::Random;
use shared::{
    model::{
        Time,
        id::{PaymentIntentId, PaymentLinkId, RefundId},
        payment_intent::{CHALLENGE_S, RESERVATION_S, StatusName},
        refund::RESERVATION_S as REFUND_RESERVATION_S,
    },
    operations::{Problem, StateRefusal},
};
use std::thread;

/// Lives that are lived without `PAYLINK_SEED` or `PAYLINK_LIVES`.
const LIVES: u64 = 10_000;

/// What happens in one life.
const STEPS: usize = 16;

/// What one payment takes, in minor units: two dollars for ten seats.
const PRICE: i64 = 2_000;

/// A link as the model knows it.
struct Link {
    id: PaymentLinkId,
    max: Option<u32>,
    paid: u32,
    active: bool,
    deleted: bool,
    ends: Option<Time>,
}

/// Where a visit stands.
#[derive(Debug, Clone, PartialEq)]
enum State {
    /// A card may be submitted.
    Free,
    /// A process died in the middle of a charge.
    Stalled {
        card: Card,
        charged: bool,
        since: Time,
    },
    /// The buyer's bank asks.
    Asked {
        until: Time,
    },
    Paid,
    Over,
    Canceled,
}

/// A visit as the model knows it.
struct Visit {
    id: PaymentIntentId,
    link: usize,
    ends: Time,
    state: State,
    declines: Vec<Time>,
    refunded: i64,
    waiting: Vec<(RefundId, i64, Time)>,
}

struct Life {
    world: World,
    random: Random,
    links: Vec<Link>,
    visits: Vec<Visit>,
    taken: Vec<(usize, Card)>,
    /// Whether each step is told.
    replayed: bool,
}

impl Link {
    fn is_open(&self, held: u32, now: Time) -> bool {
        let left = self.max.is_none_or(|max| self.paid + held < max);
        self.active && !self.deleted && self.ends.is_none_or(|end| now < end) && left
    }
}

impl Visit {
    /// Five declines within a quarter of an hour ask for patience until it is over.
    fn is_slow(&self, now: Time) -> bool {
        let count = self.declines.len();
        let Some(first) = count.checked_sub(5).map(|at| self.declines[at]) else { return false };
        let until = first.plus_seconds(900);
        *self.declines.last().unwrap() < until && now < until
    }

    fn decline(&mut self, now: Time) {
        self.declines.push(now);
        self.state = if now < self.ends { State::Free } else { State::Over };
    }
}

impl Life {
    async fn new(seed: u64, replayed: bool) -> Self {
        let mut random = Random(seed);
        let world = World::new(&mut random).await;
        let (links, visits, taken) = (Vec::new(), Vec::new(), Vec::new());
        Self { world, random, links, visits, taken, replayed }
    }

    async fn live(&mut self) {
        self.create().await;
        self.start().await;
        for step in 0..STEPS {
            self.step().await;
            if step % 2 == 0 {
                self.look().await;
            }
        }
        self.come_to_rest().await;
        self.world.count_everything().await;
        self.world.statistics_are_what_the_records_say().await;
    }

    async fn step(&mut self) {
        let what = self.random.below(27);
        if self.replayed {
            let states: Vec<&State> = self.visits.iter().map(|visit| &visit.state).collect();
            eprintln!("{}: {what} with {states:?}", self.world.now().rfc3339());
        }
        match what {
            0 => self.create().await,
            1..=4 => self.start().await,
            5..=10 => self.submit().await,
            11 => self.submit_again().await,
            12 | 13 => self.answer_a_challenge().await,
            14 => self.patch().await,
            15 => self.delete_or_restore().await,
            16 | 17 => self.refund().await,
            18 => self.reconcile().await,
            19 => self.expire().await,
            20 => self.world.count_some(&mut self.random).await,
            21 => self.copy().await,
            22 | 23 => self.cancel().await,
            _ => self.world.pass(self.random.up_to(25) * 60),
        }
    }

    async fn create(&mut self) {
        let now = self.world.now();
        let max = self.random.chance(70).then(|| u32::try_from(self.random.up_to(3)).unwrap());
        let ends = self.random.chance(30).then(|| now.plus_seconds(self.random.up_to(180) * 60));
        let id = self.world.create(max, ends, &mut self.random).await;
        self.links.push(Link { id, max, paid: 0, active: true, deleted: false, ends });
    }

    /// A link that is copied lends its limit, its switch and an end that is still ahead.
    async fn copy(&mut self) {
        let now = self.world.now();
        let from = self.random.below(self.links.len());
        let uses = self
            .random
            .chance(40)
            .then(|| self.random.chance(70).then(|| u32::try_from(self.random.up_to(3)).unwrap()));
        let refresh = self.random.chance(50);
        let id = self.world.copy(self.links[from].id, uses, refresh, &mut self.random).await;
        let link = &self.links[from];
        let (max, active) = (uses.unwrap_or(link.max), link.active);
        let ends = link.ends.filter(|end| now.plus_seconds(60) <= *end);
        self.links.push(Link { id, max, paid: 0, active, deleted: false, ends });
    }

    /// A payment is called off only while no card is being charged; what is over stays as it is.
    async fn cancel(&mut self) {
        if self.visits.is_empty() {
            return;
        }
        let (at, now) = (self.random.below(self.visits.len()), self.world.now());
        let told = self.world.cancel(self.visits[at].id).await;
        let visit = &mut self.visits[at];
        match visit.state {
            State::Free if now < visit.ends => visit.state = State::Canceled,
            State::Free | State::Over | State::Canceled => {}
            State::Stalled { .. } | State::Asked { .. } | State::Paid => {
                assert!(told.is_err(), "{told:?}");
                return;
            }
        }
        told.unwrap();
    }

    fn held(&self, link: usize) -> u32 {
        let takes = |visit: &&Visit| {
            visit.link == link && matches!(visit.state, State::Stalled { .. } | State::Asked { .. })
        };
        u32::try_from(self.visits.iter().filter(takes).count()).unwrap()
    }

    async fn start(&mut self) {
        let now = self.world.now();
        let link = self.random.below(self.links.len());
        let open = self.links[link].is_open(self.held(link), now);
        let started = self.world.start(self.links[link].id).await;
        assert_eq!(started.is_ok(), open, "{started:?}");
        let Ok(id) = started else { return };
        let hour = now.plus_seconds(3600);
        let ends = self.links[link].ends.map_or(hour, |end| end.min(hour));
        let (state, declines) = (State::Free, Vec::new());
        let (refunded, waiting) = (0, Vec::new());
        self.visits.push(Visit { id, link, ends, state, declines, refunded, waiting });
    }

    async fn submit(&mut self) {
        if self.visits.is_empty() {
            return;
        }
        let (at, now) = (self.random.below(self.visits.len()), self.world.now());
        let number = [GOOD, GOOD, GOOD, BAD, EMPTY, CHALLENGE][self.random.below(6)];
        let crash = match self.random.below(8) {
            0 if number != CHALLENGE => Crash::BeforeCharge,
            1 if number != CHALLENGE => Crash::AfterCharge,
            _ => Crash::Never,
        };
        let card = self.world.card(self.visits[at].id, number);
        let (visit, link) = (&self.visits[at], self.visits[at].link);
        let takes = visit.state == State::Free
            && now < visit.ends
            && !visit.is_slow(now)
            && self.links[link].is_open(self.held(link), now);
        let answered = self.world.submit(visit.id, &card, crash).await;
        if !takes {
            assert!(answered.is_err(), "{:?} {answered:?}", self.visits[at].state);
            return;
        }
        answered.unwrap();
        self.taken.push((at, card.clone()));
        match crash {
            Crash::Never => self.outcome(at, &card),
            Crash::BeforeCharge | Crash::AfterCharge => {
                let charged = crash == Crash::AfterCharge;
                self.visits[at].state = State::Stalled { card, charged, since: now };
            }
        }
    }

    /// What a charge of a card comes to.
    fn outcome(&mut self, at: usize, card: &Card) {
        let now = self.world.now();
        let visit = &mut self.visits[at];
        match card.number {
            GOOD => {
                visit.state = State::Paid;
                self.links[visit.link].paid += 1;
            }
            CHALLENGE => visit.state = State::Asked { until: now.plus_seconds(CHALLENGE_S) },
            _ => visit.decline(now),
        }
    }

    /// The same submit once more changes nothing; or its process, which was only slow, goes on.
    async fn submit_again(&mut self) {
        let Some((at, card)) = self.random.pick(&self.taken) else { return };
        let state = &self.visits[at].state;
        let stalled = matches!(state, State::Stalled { card: open, .. } if open.text == card.text);
        if stalled && self.random.chance(50) {
            self.world.go_on(self.visits[at].id, &card).await;
            self.outcome(at, &card);
        } else {
            let _ = self.world.submit(self.visits[at].id, &card, Crash::Never).await;
        }
    }

    async fn answer_a_challenge(&mut self) {
        let now = self.world.now();
        let asked = |visit: &Visit| matches!(visit.state, State::Asked { until } if now < until);
        let Some(at) = self.visits.iter().position(asked) else { return };
        let passed = self.random.chance(70);
        self.world.answer(self.visits[at].id, passed).await;
        if passed {
            self.visits[at].state = State::Paid;
            self.links[self.visits[at].link].paid += 1;
        } else {
            self.visits[at].decline(now);
        }
    }

    async fn patch(&mut self) {
        let at = self.random.below(self.links.len());
        let (held, now) = (self.held(at), self.world.now());
        let link = &mut self.links[at];
        let wish = match self.random.below(3) {
            0 => (Some(!link.active), None, None),
            1 => (None, Some(self.random.chance(80).then(|| self.random.up_to(4))), None),
            _ => {
                let end = now.plus_seconds(self.random.up_to(120) * 60 - 1800);
                (None, None, Some(self.random.chance(60).then_some(end)))
            }
        };
        let max = wish.1.map(|max| max.map(|max| u32::try_from(max).unwrap()));
        let told = self.world.patch(link.id, wish.0, max, wish.2).await;
        if link.deleted {
            assert_eq!(told, Err(Problem::State(StateRefusal::RestoreFirst)));
            return;
        }
        if max.flatten().is_some_and(|max| max < link.paid + held) {
            assert!(matches!(told, Err(Problem::Invalid(_))), "{told:?}");
            return;
        }
        told.unwrap();
        link.active = wish.0.unwrap_or(link.active);
        link.max = max.unwrap_or(link.max);
        link.ends = wish.2.unwrap_or(link.ends);
    }

    async fn delete_or_restore(&mut self) {
        let at = self.random.below(self.links.len());
        let link = &mut self.links[at];
        if self.random.chance(50) {
            self.world.delete(link.id).await.unwrap();
            link.deleted = true;
            return;
        }
        let told = self.world.restore(link.id).await;
        if link.deleted {
            told.unwrap();
            link.deleted = false;
        } else {
            assert_eq!(told, Err(Problem::State(StateRefusal::NotDeleted)));
        }
    }

    /// Whole dollars come back at once, 13 cents are refused, the answer to 17 is lost.
    async fn refund(&mut self) {
        let paid = |visit: &Visit| visit.state == State::Paid;
        let paid: Vec<usize> =
            (0..self.visits.len()).filter(|at| paid(&self.visits[*at])).collect();
        let Some(at) = self.random.pick(&paid) else { return };
        let amount = self.random.up_to(12) * 100 + [0, 0, 13, 17][self.random.below(4)];
        let visit = &mut self.visits[at];
        let waiting: i64 = visit.waiting.iter().map(|(_, amount, _)| amount).sum();
        let left = PRICE - visit.refunded - waiting;
        let told = self.world.refund(visit.id, amount).await;
        if amount > left {
            assert!(told.is_err(), "{told:?} of {left}");
            return;
        }
        let refund = told.unwrap();
        match amount % 100 {
            0 => visit.refunded += amount,
            13 => {}
            _ => visit.waiting.push((refund, amount, self.world.now())),
        }
    }

    async fn reconcile(&mut self) {
        let now = self.world.now();
        // Those that are over are left alone, and looking at one changes nothing.
        let again = self.random.below(self.visits.len().max(1));
        for at in 0..self.visits.len() {
            let over = matches!(self.visits[at].state, State::Paid | State::Over | State::Canceled);
            if !over || at == again {
                self.world.reconcile(self.visits[at].id).await;
            }
            match self.visits[at].state.clone() {
                State::Stalled { card, charged, since }
                    if since.plus_seconds(RESERVATION_S) <= now =>
                {
                    if charged {
                        self.outcome(at, &card)
                    } else {
                        self.visits[at].decline(now)
                    }
                }
                State::Asked { until } if until <= now => self.visits[at].decline(now),
                State::Free
                | State::Stalled { .. }
                | State::Asked { .. }
                | State::Paid
                | State::Over
                | State::Canceled => {}
            }
            let visit = &mut self.visits[at];
            let due = |since: &Time| since.plus_seconds(REFUND_RESERVATION_S) <= now;
            for (refund, amount, since) in std::mem::take(&mut visit.waiting) {
                self.world.reconcile_refund(refund).await;
                if due(&since) {
                    visit.refunded += amount;
                } else {
                    visit.waiting.push((refund, amount, since));
                }
            }
        }
    }

    async fn expire(&mut self) {
        let now = self.world.now();
        for visit in &mut self.visits {
            if visit.state != State::Over {
                self.world.expire(visit.id).await;
            }
            if visit.state == State::Free && visit.ends <= now {
                visit.state = State::Over;
            }
        }
    }

    /// Uses and payments are what the model says.
    async fn look(&self) {
        for (at, link) in self.links.iter().enumerate() {
            let (max, paid, held, left) = self.world.uses(link.id).await;
            assert_eq!((max, paid, held), (link.max, link.paid, self.held(at)), "{}", link.id);
            assert!(max.is_none_or(|max| left == Some(max - paid - held)), "c + u + h = max");
        }
        for visit in &self.visits {
            let (status, declined, refunded) = self.world.visit(visit.id).await;
            let expected = match visit.state {
                State::Free => StatusName::Pending,
                State::Stalled { .. } => StatusName::Processing,
                State::Asked { .. } => StatusName::RequiresAction,
                State::Paid => StatusName::Succeeded,
                State::Over => StatusName::Expired,
                State::Canceled => StatusName::Canceled,
            };
            assert_eq!(status, expected, "{}", visit.id);
            assert_eq!((declined, refunded), (visit.declines.len(), visit.refunded));
        }
    }

    /// Time passes until nothing is open.
    async fn come_to_rest(&mut self) {
        for _ in 0..2 {
            self.world.pass(7200);
            self.reconcile().await;
            self.expire().await;
            self.look().await;
        }
        let open =
            |visit: &&Visit| !matches!(visit.state, State::Paid | State::Over | State::Canceled);
        assert_eq!(self.visits.iter().filter(open).count(), 0, "somebody was forgotten");
    }
}

/// Says which seed broke a promise.
struct Replay(u64);

impl Drop for Replay {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("PAYLINK_SEED={} replays this life of links", self.0);
        }
    }
}

fn live(seed: u64, replayed: bool) -> (usize, usize) {
    let _replay = Replay(seed);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let mut life = Life::new(seed, replayed).await;
        life.live().await;
        let paid = life.visits.iter().filter(|visit| visit.state == State::Paid).count();
        (paid, life.visits.iter().map(|visit| visit.declines.len()).sum())
    })
}

#[test]
fn random_lives_of_links_agree_with_their_model_and_with_their_statistics() {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = number("PAYLINK_SEED") {
        let (paid, declined) = live(seed, true);
        eprintln!("seed {seed}: {paid} paid, {declined} declined");
        return;
    }
    let lives = number("PAYLINK_LIVES").unwrap_or(LIVES);
    let halves = [0, 1].map(|half| {
        thread::spawn(move || {
            let ends = (0..lives).filter(|seed| seed % 2 == half).map(|seed| live(seed, false));
            ends.fold((0, 0), |sum, end| (sum.0 + end.0, sum.1 + end.1))
        })
    });
    let ends = halves.map(|half| half.join().expect("see above for the seed"));
    let (paid, declined) = (ends[0].0 + ends[1].0, ends[0].1 + ends[1].1);
    eprintln!("{lives} lives of links: {paid} paid, {declined} declined");
    let lives = usize::try_from(lives).unwrap();
    assert!(paid > lives / 2 && declined > lives / 2, "the lives are varied: {paid} {declined}");
}
