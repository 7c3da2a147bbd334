//! One life of a tenant's wallets: operations at random, done to the model and to the product, which
//! [`agreement`] compares after each of them.

mod agreement;

use super::{
    model::{
        self, Fate, Kind, Line, Model, Next, PULL, Payment, Place, Stage, cancel, reject, release,
        start,
    },
    provider::{BANKS, CARDS, Died, EMAILS, Life as Process, RETURNED},
    world::{Act, Decided, World, at},
};
use crate::random::Random;
use shared::{model::payment_intent::PaymentIntent, store::Table};
use std::{collections::BTreeMap, sync::Arc};

/// The wallets of a life: customers and currencies.
const WALLETS: [(usize, usize); 6] = [(0, 0), (0, 0), (1, 0), (2, 0), (0, 1), (1, 1)];

pub struct Life {
    random: Random,
    model: Model,
    world: World,
    now: i64,
    /// Payments as they were seen at some time: what a late process may still hold.
    seen: Vec<(usize, PaymentIntent, Payment)>,
    /// Requests, to send again.
    requests: Vec<PaymentIntent>,
    /// What happened, and how everything stood afterwards.
    pub trace: Vec<String>,
    /// Several operations are looked at together.
    together: bool,
}

impl Life {
    pub async fn new(seed: u64, table: Arc<Table>) -> Self {
        let mut random = Random(seed);
        let model = Model { wallets: WALLETS.into(), ..Model::default() };
        let world = World::new(table, &model, || random.bytes()).await;
        let (seen, requests, trace) = (Vec::new(), Vec::new(), Vec::new());
        Self { random, model, world, now: 0, seen, requests, trace, together: false }
    }

    pub async fn live(&mut self) -> BTreeMap<&'static str, usize> {
        self.together = true;
        for wallet in 0..WALLETS.len() {
            let mut payment = self.payment(Kind::Funding, wallet);
            (payment.pull, payment.minor) = (Some(CARDS[0]), self.random.up_to(500));
            self.open(payment, false, Process::LONG).await;
        }
        self.look("filled").await;
        for _ in 0..6 + self.random.below(10) {
            self.step().await;
        }
        self.come_to_rest().await;
        let mut ends = BTreeMap::new();
        for payment in &self.model.payments {
            *ends.entry(payment.stage.name()).or_default() += 1;
        }
        let owed = self.model.lines.keys().filter(|place| matches!(place, Place::Debt { .. }));
        ends.insert("in debt", owed.count());
        ends
    }

    async fn step(&mut self) {
        match self.random.below(20) {
            0..=6 => {
                let payment = self.any_payment();
                let (review, process) = (self.random.chance(12), self.process());
                self.open(payment, review, process).await;
                if self.random.chance(25) {
                    self.follow().await;
                }
            }
            7 => self.open_after_another().await,
            8 => self.open_again().await,
            9 | 10 => self.wake().await,
            11 => self.reconcile().await,
            12 | 13 => self.follow().await,
            14 => self.sweep().await,
            15 => self.act().await,
            16 | 17 => self.act_late().await,
            _ => {
                // Within a bank's seconds, past a provider's patience, or past the holds.
                let most = [3_000, 100_000, 900_000][self.random.below(3)];
                self.now += self.random.up_to(most);
                self.compare(&format!("{} ms", self.now)).await;
            }
        }
    }

    fn payment(&mut self, kind: Kind, wallet: usize) -> Payment {
        let (customer, currency) = WALLETS[wallet];
        let others = (0..WALLETS.len()).filter(|to| *to != wallet && WALLETS[*to].1 == currency);
        let to = self.random.pick(&others.collect::<Vec<_>>()).unwrap();
        let pull = match (kind, self.random.chance(50)) {
            (Kind::Funding | Kind::Relay, true) => self.random.pick(&CARDS),
            (Kind::Funding, false) if self.random.chance(40) => Some(RETURNED),
            (Kind::Funding | Kind::Relay, false) => self.random.pick(&BANKS),
            _ => None,
        };
        let push = match (kind, self.random.chance(50)) {
            (Kind::Payout | Kind::Relay, true) => self.random.pick(&EMAILS),
            (Kind::Payout | Kind::Relay, false) => self.random.pick(&BANKS),
            _ => None,
        };
        Payment {
            kind,
            customer,
            wallet,
            to,
            currency,
            minor: self.random.up_to(300),
            pull,
            push,
            early: self.random.chance(60),
            lasts: 60_000 * self.random.up_to(10),
            byte: 0,
            stage: Stage::New,
            over: 0,
            released: 0,
            back: 0,
            since: self.now,
            events: vec!["created"],
            first: None,
            writes: 0,
        }
    }

    fn any_payment(&mut self) -> Payment {
        let kinds = [
            Kind::Transfer,
            Kind::Transfer,
            Kind::Hold,
            Kind::Hold,
            Kind::Funding,
            Kind::Funding,
            Kind::Payout,
            Kind::Payout,
            Kind::Relay,
            Kind::Relay,
        ];
        let kind = self.random.pick(&kinds).unwrap();
        let wallet = self.random.below(WALLETS.len());
        self.payment(kind, wallet)
    }

    /// One in four processes dies at its first, second or third call to the provider.
    fn process(&mut self) -> Process {
        if self.random.chance(75) {
            return Process::LONG;
        }
        Process { calls: self.random.below(3), arrives: self.random.chance(50) }
    }

    async fn open(&mut self, payment: Payment, review: bool, process: Process) {
        let known = [Place::Wallet(payment.wallet), Place::Wallet(payment.to)];
        self.open_with(payment, review, process, &known[..0], false).await;
    }

    /// Two payments from the same wallet, both decided before either is written.
    async fn open_after_another(&mut self) {
        let wallet = self.random.below(WALLETS.len());
        let kind = if self.random.chance(50) { Kind::Transfer } else { Kind::Hold };
        let payment = self.payment(kind, wallet);
        let known = [Place::Wallet(payment.wallet), Place::Wallet(payment.to)];
        self.open_with(payment, false, Process::LONG, &known, true).await;
    }

    async fn open_with(
        &mut self,
        mut payment: Payment,
        review: bool,
        process: Process,
        known: &[Place],
        another: bool,
    ) {
        let key = format!("key {}", self.requests.len());
        let new = self.world.intent(&payment, &key, self.now);
        payment.byte = usize::from(new.id.uuid().as_bytes()[15]);
        self.requests.push(new.clone());
        let accounts = self.world.accounts(known, payment.currency).await;
        let read: BTreeMap<Place, Line> =
            known.iter().map(|place| (*place, self.model.line(*place))).collect();
        if another {
            let kind = if self.random.chance(50) { Kind::Transfer } else { Kind::Payout };
            let first = self.payment(kind, payment.wallet);
            Box::pin(self.open(first, false, Process::LONG)).await;
        }
        let label = format!("open {:?} of {}", payment.kind, payment.minor);
        let told = self.world.open(&new, review, accounts, self.now).await;
        let expected = self.model.open(payment, review, &read, self.now);
        let (id, opened) = match (expected, told) {
            (Ok(id), Ok(opened)) => (id, opened),
            (Err(expected), Err(told)) => {
                assert_eq!(told, expected, "{label}");
                return self.compare(&format!("{label}: {told}")).await;
            }
            (expected, told) => panic!("{label}: {told:?}, and should be {expected:?}"),
        };
        self.world.payments.push(opened.id);
        self.remember(id, &opened);
        let how = self.drive(id, opened, process).await;
        self.compare(&format!("{label}: {how}")).await;
    }

    async fn drive(&mut self, id: usize, opened: PaymentIntent, process: Process) -> String {
        let seen = self.model.payments[id].clone();
        self.drive_as_seen(id, opened, seen, process).await
    }

    async fn drive_as_seen(
        &mut self,
        id: usize,
        real: PaymentIntent,
        seen: Payment,
        process: Process,
    ) -> String {
        let told = self.world.drive(real, self.now, process).await;
        let lived = self.model.drive(id, seen, self.now, &mut process.clone());
        assert_eq!(told.is_some(), lived.is_ok());
        match (told, lived) {
            (Some(told), Ok(())) => told.status.name().as_str().to_owned(),
            (_, Err(Died) | Ok(())) => "died".to_owned(),
        }
    }

    /// The same request once more, while it runs or long after.
    async fn open_again(&mut self) {
        let made: Vec<usize> = (0..self.world.payments.len()).collect();
        let Some(id) = self.random.pick(&made) else { return };
        // In the very same millisecond it would write the very same record, and hear so.
        self.now += 1;
        let first = self.world.payments[id];
        let request = self.requests.iter().find(|new| new.id == first).unwrap();
        let later = shared::model::Id::derive(at(self.now), first.seed().unwrap());
        let again = PaymentIntent { id: later, created_at: later.minted_at(), ..request.clone() };
        let told = self.world.open(&again, false, BTreeMap::new(), self.now).await;
        assert_eq!(told.map(|_| ()), Err("duplicate".to_owned()), "payment {id} is there already");
        self.compare(&format!("open {id} again")).await;
    }

    fn remember(&mut self, id: usize, real: &PaymentIntent) {
        self.seen.push((id, real.clone(), self.model.payments[id].clone()));
    }

    /// A process that stalled goes on from what it saw.
    async fn wake(&mut self) {
        let Some((id, real, seen)) = self.random.pick(&self.seen) else { return };
        let process = self.process();
        let how = self.drive_as_seen(id, real, seen, process).await;
        self.compare(&format!("payment {id} goes on: {how}")).await;
    }

    /// A worker, maybe one that read its payment long ago.
    async fn reconcile(&mut self) {
        let Some((id, mut real, mut seen)) = self.random.pick(&self.seen) else { return };
        if self.random.chance(70) {
            real = self.world.read(id).await;
            seen = self.model.payments[id].clone();
        }
        let process = self.process();
        self.reconcile_as_seen(id, real, &seen, process).await;
    }

    /// A payment with a bank, looked after whenever it is due, while its wallet is emptied.
    async fn follow(&mut self) {
        let due = |p: &Payment| match p.stage {
            Stage::Moving { until, .. } | Stage::Done(Some(until)) => Some(until),
            _ => None,
        };
        let ids =
            (0..self.model.payments.len()).filter(|id| due(&self.model.payments[*id]).is_some());
        let ids: Vec<usize> = ids.collect();
        // Most of all, money that was spent early and then taken back.
        let early = |p: &Payment| p.early && p.kind == Kind::Funding;
        let returned = |p: &Payment| early(p) && p.road(PULL).fate == Fate::Returned;
        let first = ids.iter().copied().find(|id| returned(&self.model.payments[*id]));
        let Some(id) = first.or_else(|| self.random.pick(&ids)) else { return };
        for _ in 0..4 {
            let Some(until) = due(&self.model.payments[id]) else { return };
            self.now = self.now.max(until);
            let of_this: Vec<_> = self.seen.iter().filter(|(seen, _, _)| *seen == id).collect();
            let (_, mut real, mut seen) = of_this[self.random.below(of_this.len())].clone();
            if self.random.chance(70) {
                real = self.world.read(id).await;
                seen = self.model.payments[id].clone();
            }
            self.reconcile_as_seen(id, real, &seen, Process::LONG).await;
            let wallet = self.model.payments[id].wallet;
            let free = self.model.free(wallet);
            if free > 0 && self.random.chance(50) {
                let kind = if self.random.chance(50) { Kind::Transfer } else { Kind::Hold };
                let payment = Payment { minor: free, ..self.payment(kind, wallet) };
                self.open(payment, false, Process::LONG).await;
            }
        }
    }

    async fn reconcile_as_seen(
        &mut self,
        id: usize,
        real: PaymentIntent,
        seen: &Payment,
        process: Process,
    ) {
        let told = self.world.reconcile(real, self.now, process).await;
        let expected = self.model.reconcile(id, seen, self.now, &mut process.clone());
        assert_eq!(told, expected.unwrap_or("died"), "reconciling {seen:?}");
        self.compare(&format!("reconcile {id}: {told}")).await;
    }

    /// Every hold is looked at, some of them twice.
    async fn sweep(&mut self) {
        for id in 0..self.model.payments.len() {
            let twice = if self.random.chance(30) { 2 } else { 1 };
            for _ in 0..twice {
                if self.model.payments[id].kind != Kind::Hold {
                    continue;
                }
                assert_eq!(self.world.expire(id, self.now).await, "fine");
                if let Some(next) = model::expire(&self.model.payments[id], self.now) {
                    self.model.write(id, next);
                }
            }
        }
        self.compare("sweep").await;
    }

    fn any_act(&mut self) -> Option<(usize, Act)> {
        // Mostly what can be acted upon, and sometimes anything.
        let open = |p: &Payment| matches!(p.stage, Stage::Held | Stage::Review);
        let everything = self.random.chance(15);
        let ids = 0..self.model.payments.len();
        let ids: Vec<usize> =
            ids.filter(|id| everything || open(&self.model.payments[*id])).collect();
        let id = self.random.pick(&ids)?;
        let p = &self.model.payments[id];
        let review = if everything { self.random.chance(40) } else { p.stage == Stage::Review };
        let (most, chosen) = (u64::try_from(p.left().max(1) + 20).unwrap(), self.random.below(6));
        let act = match (review, chosen) {
            (true, 0 | 1) => Act::Reject,
            (true, 2) | (false, 0) => Act::Cancel,
            (true, _) => Act::Approve,
            (false, 1) => Act::Release(None, false),
            (false, 2) => Act::Release(Some(self.random.up_to(most)), true),
            (false, _) => Act::Release(Some(self.random.up_to(most)), false),
        };
        Some((id, act))
    }

    async fn act(&mut self) {
        if let Some((id, act)) = self.any_act() {
            self.act_on(id, act).await;
        }
    }

    async fn act_on(&mut self, id: usize, act: Act) {
        let told = self.world.act(id, act, self.now).await;
        let now = self.now;
        let expected = self.model.take(id, now, |p, _| decide(act, p, now));
        let label = format!("{act:?} of {id}");
        let how = match (told, expected) {
            (Ok(next), Ok(())) => {
                self.remember(id, &next);
                let process = self.process();
                self.drive(id, next, process).await
            }
            (Err(told), Err(expected)) => {
                assert_eq!(told, expected, "{label}");
                told
            }
            (told, expected) => panic!("{label}: {told:?}, and should be {expected:?}"),
        };
        self.compare(&format!("{label}: {how}")).await;
    }

    /// A step that was decided before another one was taken, and comes to be written after it.
    async fn act_late(&mut self) {
        let Some((id, act)) = self.any_act() else { return };
        let decided = self.world.decide(id, act, self.now).await;
        let before = self.model.clone();
        let expected = decide(act, &before.payments[id], self.now);
        match self.random.below(4) {
            0 => self.act_on(id, act).await,
            1 => Box::pin(self.act()).await,
            2 => self.sweep().await,
            _ => {
                let (kind, wallet) = (Kind::Transfer, before.payments[id].wallet);
                let payment = self.payment(kind, wallet);
                self.open(payment, false, Process::LONG).await;
            }
        }
        self.write_late(id, decided, &before, expected).await;
    }

    async fn write_late(
        &mut self,
        id: usize,
        decided: Decided,
        before: &Model,
        expected: Result<Next, String>,
    ) {
        let told = self.world.write(decided, self.now).await;
        let expected = match expected {
            Err(refusal) => refusal,
            Ok(next) if before.short(&next).is_some() => "short".to_owned(),
            // The very same write is done already, and says so.
            Ok(next) if next.is_done(&self.model.payments[id]) => "yes".to_owned(),
            Ok(_) if before.payments[id].writes != self.model.payments[id].writes => {
                "moved on".to_owned()
            }
            Ok(next)
                if next.moves.iter().any(|(place, _)| {
                    before.line(*place).entries != self.model.line(*place).entries
                }) =>
            {
                "stale".to_owned()
            }
            Ok(next) => {
                self.model.write(id, next);
                "yes".to_owned()
            }
        };
        assert_eq!(told, expected, "a step of {id} that was decided before another");
        self.compare(&format!("late step of {id}: {told}")).await;
    }
}

/// Says what led to a broken promise.
impl Drop for Life {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for (id, payment) in self.model.payments.iter().enumerate() {
                eprintln!("{id}: {payment:?}");
            }
            eprintln!("{}", self.trace.join("\n"));
        }
    }
}

fn decide(act: Act, p: &Payment, now: i64) -> Result<Next, String> {
    match act {
        Act::Release(part, last) => release(p, part, last, now),
        Act::Cancel => cancel(p, now).map_err(str::to_owned),
        Act::Approve => start(p, now).map_err(str::to_owned),
        Act::Reject => reject(p, now).map_err(str::to_owned),
    }
}
