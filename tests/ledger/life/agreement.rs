//! The product stands as the model says: after each operation, and once everything is at rest.

use super::{
    super::{
        journal::Books,
        model::{Fate, Kind, Order, PULL, PUSH, Payment, Place, Stage, Sum},
        provider::Life as Process,
        world::{Act, CURRENCIES, LEGS, at, events},
    },
    Life, WALLETS,
};
use shared::model::payment_intent::PaymentIntent;
use std::collections::{BTreeMap, BTreeSet};

impl Life {
    /// Looks at what has become of several operations.
    pub(super) async fn look(&mut self, what: &str) {
        self.together = false;
        self.compare(what).await;
    }

    /// Holds everything in the product against the model.
    pub(super) async fn compare(&mut self, what: &str) {
        if self.together {
            return self.trace.push(what.to_owned());
        }
        let places: BTreeSet<Place> =
            (0..WALLETS.len()).map(Place::Wallet).chain(self.model.lines.keys().copied()).collect();
        let places: Vec<Place> = places.into_iter().collect();
        let sums = self.world.sums(&places).await;
        let mut totals = [(0, 0); CURRENCIES.len()];
        for (place, (sum, entries)) in places.iter().zip(&sums) {
            let expected = self.model.line(*place);
            assert_eq!((*sum, *entries), (expected.sum, expected.entries), "{place:?} {what}");
            let currency = match place {
                Place::Wallet(wallet) => WALLETS[*wallet].1,
                Place::Outside { currency, .. } | Place::Debt { currency, .. } => *currency,
            };
            totals[currency].0 += sum.0;
            totals[currency].1 += sum.2 - sum.1;
            assert!(!matches!(place, Place::Wallet(_)) || sum.free() >= 0, "{place:?} {what}");
        }
        for (currency, (posted, announced)) in totals.into_iter().enumerate() {
            let of = |p: &&Payment| p.currency == currency;
            let escrow = self.model.payments.iter().filter(of).map(Payment::escrow).sum::<i64>();
            assert_eq!((posted, announced), (0, escrow), "{} {what}", CURRENCIES[currency]);
        }
        let wallet = self.random.below(WALLETS.len());
        let read = self.world.reads(wallet, self.now).await;
        assert_eq!(read, self.model.reads(wallet, self.now), "wallet {wallet} reads {what}");
        for id in 0..self.model.payments.len() {
            let known = self.seen.iter().rev().find(|(seen, _, _)| *seen == id);
            let (_, before, seen) = known.unwrap();
            let changed = seen.writes != self.model.payments[id].writes;
            assert!(!changed || !seen.stage.is_final(), "{before:?} has ended: {what}");
            if seen.stage.is_final() {
                continue;
            }
            let real = self.world.read(id).await;
            agrees(&real, &self.model.payments[id], self.now, what);
            if changed {
                self.remember(id, &real);
            }
        }
        let wallets: Vec<Sum> = sums.iter().take(WALLETS.len()).map(|(sum, _)| *sum).collect();
        self.trace.push(format!("{what}: {wallets:?}"));
    }

    /// Time passes and workers work until nothing is left to do; then the books are read.
    pub(super) async fn come_to_rest(&mut self) {
        for round in 0.. {
            assert!(round < 12, "somebody was forgotten: {:?}", self.model.payments);
            self.now += 200_000;
            self.together = true;
            for id in 0..self.model.payments.len() {
                match self.model.payments[id].stage {
                    Stage::Review => self.act_on(id, Act::Reject).await,
                    Stage::Moving { .. } | Stage::Done(Some(_)) => {
                        let real = self.world.read(id).await;
                        let seen = self.model.payments[id].clone();
                        self.reconcile_as_seen(id, real, &seen, Process::LONG).await;
                    }
                    _ => {}
                }
            }
            self.sweep().await;
            self.look("at rest").await;
            if self.model.payments.iter().all(|payment| payment.stage.is_final()) {
                break;
            }
        }
        for id in 0..self.model.payments.len() {
            let real = self.world.read(id).await;
            agrees(&real, &self.model.payments[id], self.now, "in the end");
        }
        self.outside_agrees();
        let places: Vec<Place> =
            (0..WALLETS.len()).map(Place::Wallet).chain(self.model.lines.keys().copied()).collect();
        let ids: Vec<_> = places.iter().map(|place| self.world.account(*place)).collect();
        let books = Books::read(&self.world.table, self.world.scope, &ids).await;
        books.check(&BTreeMap::new());
    }

    /// What the books say of the outside is what became of the orders there.
    fn outside_agrees(&self) {
        let mut moved: BTreeMap<(usize, usize), i64> = BTreeMap::new();
        for (id, payment) in self.model.payments.iter().enumerate() {
            for leg in LEGS {
                let Some(Order::Made(_)) = self.model.outside(id, leg) else { continue };
                let road = payment.road(leg);
                let arrived = matches!(road.fate, Fate::Done | Fate::DoneLate | Fate::Settles);
                let minor = match (arrived, leg) {
                    (true, PULL) => -payment.minor,
                    (true, PUSH) => payment.minor,
                    _ => 0,
                };
                *moved.entry((road.rail, payment.currency)).or_default() += minor;
            }
        }
        let mut booked: BTreeMap<(usize, usize), i64> = BTreeMap::new();
        for (place, line) in &self.model.lines {
            if let Place::Outside { rail, currency, .. } = place {
                *booked.entry((*rail, *currency)).or_default() += line.sum.0;
                assert_eq!((line.sum.1, line.sum.2), (0, 0), "nothing is announced any more");
            }
        }
        moved.retain(|_, minor| *minor != 0);
        booked.retain(|_, minor| *minor != 0);
        assert_eq!(booked, moved, "what moved outside, by rail and currency");
    }
}

/// A payment stands as the model says.
fn agrees(real: &PaymentIntent, p: &Payment, now: i64, what: &str) {
    let why = match p.stage {
        Stage::Failed(why) => Some(why),
        _ => None,
    };
    let terms = real.wallet_terms().unwrap();
    let hold = terms.hold.map_or((0, 0), |hold| (hold.released, hold.given_back));
    let same = [
        ("status", real.status.name().as_str() == p.stage.name()),
        ("status now", real.status_at(at(now)).as_str() == p.stage_at(now).name()),
        ("reason", real.status.failure().map(|reason| reason.as_str()) == why),
        ("history", events(real) == p.events && real.history.dropped == 0),
        ("version", real.version == p.writes),
        ("time", real.updated_at == at(p.since)),
        ("answer", terms.first.map(|first| first.status.as_str()) == p.first),
        ("escrow", hold == (p.released, p.back)),
    ];
    let other: Vec<&str> = same.iter().filter(|(_, same)| !same).map(|(name, _)| *name).collect();
    assert!(other.is_empty(), "{other:?} differ, {what}\n{real:?}\n{p:?}");
    if p.kind == Kind::Hold && p.stage.is_final() {
        let never = p.over == 0;
        assert!(never || p.left() == 0, "what went into escrow has left it: {p:?}");
    }
}
