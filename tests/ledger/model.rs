//! What payments between wallets should do, small enough to be believed: plain numbers, one thing
//! at a time, and no code of the product.
//!
//! A [`Next`] is a payment after a step with the money that moves ([`steps`]); [`Model::write`] is the
//! only place where anything changes. [`super::provider`] is what the outside does.

mod steps;

pub use steps::{Next, cancel, expire, reject, release, start, told};

use std::collections::BTreeMap;
use steps::to;

/// Time is milliseconds; names are what callers read.
pub type Ms = i64;
pub type Name = &'static str;

/// A leg from outside, and one to the outside.
pub const PULL: usize = 0;
pub const PUSH: usize = 1;

/// An account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Wallet(usize),
    Outside { rail: usize, currency: usize, shard: usize },
    Debt { customer: usize, currency: usize },
}

/// Money there for good, on its way in, and on its way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum(pub i64, pub i64, pub i64);

impl Sum {
    pub fn free(self) -> i64 {
        self.0 - self.2
    }
}

/// An account's money, and how many entries made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Line {
    pub sum: Sum,
    pub entries: u64,
}

/// What comes of an order outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Done,
    DoneLate,
    Refused,
    Settles,
    Fails,
    Returned,
}

/// A test card, account or address.
#[derive(Debug, Clone, Copy)]
pub struct Road {
    pub rail: usize,
    pub number: Name,
    pub fate: Fate,
    pub why: Name,
    /// Orders never arrive, or their answers do not.
    pub lost: bool,
    pub mute: bool,
}

impl Road {
    pub fn is_slow(&self) -> bool {
        self.rail != 0
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Transfer,
    Hold,
    Funding,
    Payout,
    Relay,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    New,
    Review,
    Moving { leg: usize, heard: bool, until: Ms },
    Held,
    Done(Option<Ms>),
    Settled,
    Failed(Name),
    Expired,
    Canceled,
}

impl Stage {
    pub fn name(self) -> Name {
        match self {
            Self::New => "new",
            Self::Review => "pending_review",
            Self::Moving { .. } => "processing",
            Self::Held => "held",
            Self::Done(_) => "succeeded",
            Self::Settled => "settled",
            Self::Failed(_) => "failed",
            Self::Expired => "expired",
            Self::Canceled => "canceled",
        }
    }

    pub fn is_final(self) -> bool {
        !matches!(self, Self::New | Self::Review | Self::Moving { .. } | Self::Held)
            && !matches!(self, Self::Done(Some(_)))
    }
}

/// What came to the provider under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Made(Ms),
    Closed,
}

#[derive(Debug, Clone)]
pub struct Payment {
    pub kind: Kind,
    pub customer: usize,
    pub wallet: usize,
    pub to: usize,
    pub currency: usize,
    pub minor: i64,
    pub pull: Option<Road>,
    pub push: Option<Road>,
    /// Whether a bank's money can be spent before it has settled.
    pub early: bool,
    pub lasts: Ms,
    /// Decides which of the shards outside it uses.
    pub byte: usize,
    pub stage: Stage,
    pub over: Ms,
    pub released: i64,
    pub back: i64,
    pub since: Ms,
    pub events: Vec<Name>,
    pub first: Option<Name>,
    pub writes: u64,
}

impl Payment {
    pub fn left(&self) -> i64 {
        self.minor - self.released - self.back
    }

    /// What stands in escrow.
    pub fn escrow(&self) -> i64 {
        if self.stage == Stage::Held { self.left() } else { 0 }
    }

    pub fn stage_at(&self, now: Ms) -> Stage {
        if self.stage == Stage::Held && self.over <= now { Stage::Expired } else { self.stage }
    }

    pub fn road(&self, leg: usize) -> Road {
        if leg == PULL { self.pull.unwrap() } else { self.push.unwrap() }
    }

    pub fn last_leg(&self) -> usize {
        if self.kind == Kind::Funding { PULL } else { PUSH }
    }

    fn outside(&self, leg: usize) -> Place {
        let shard = (self.byte + leg + 1) % 16;
        Place::Outside { rail: self.road(leg).rail, currency: self.currency, shard }
    }

    fn debt(&self) -> Place {
        Place::Debt { customer: self.customer, currency: self.currency }
    }

    fn is_slow(&self) -> bool {
        self.pull.is_some_and(|road| road.is_slow())
    }

    fn is_early(&self) -> bool {
        !self.is_slow() || (self.early && self.kind != Kind::Relay)
    }
}

/// What a provider says.
#[derive(Debug, Clone, Copy)]
pub enum News {
    Accepted(Ms),
    Succeeded(Option<Ms>),
    Settled,
    Refused(Name),
    Returned(Name),
}

/// Everything there is.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// Customer and currency of each wallet.
    pub wallets: Vec<(usize, usize)>,
    pub lines: BTreeMap<Place, Line>,
    pub payments: Vec<Payment>,
    /// What the provider knows: by payment and leg.
    pub orders: BTreeMap<(usize, usize), Order>,
}

impl Model {
    pub fn line(&self, place: Place) -> Line {
        self.lines.get(&place).copied().unwrap_or_default()
    }

    pub fn free(&self, wallet: usize) -> i64 {
        self.line(Place::Wallet(wallet)).sum.free()
    }

    /// A wallet as it reads: what was held past its time is back.
    pub fn reads(&self, wallet: usize, now: Ms) -> Sum {
        let Sum(posted, coming, leaving) = self.line(Place::Wallet(wallet)).sum;
        let due = self.due(wallet, now).map(|id| self.payments[id].left()).sum::<i64>();
        Sum(posted, coming, leaving - due)
    }

    fn due(&self, wallet: usize, now: Ms) -> impl Iterator<Item = usize> + '_ {
        (0..self.payments.len()).filter(move |id| {
            let p = &self.payments[*id];
            p.wallet == wallet && p.stage == Stage::Held && p.over <= now
        })
    }

    /// The wallet that would lack money.
    pub fn short(&self, next: &Next) -> Option<usize> {
        next.moves.iter().find_map(|(place, sum)| match place {
            Place::Wallet(w) => (sum.free() < 0 && self.free(*w) + sum.free() < 0).then_some(*w),
            _ => None,
        })
    }

    /// Writes a step down.
    pub fn write(&mut self, id: usize, next: Next) {
        for (place, sum) in next.moves {
            let line = self.lines.entry(place).or_default();
            line.sum = Sum(line.sum.0 + sum.0, line.sum.1 + sum.1, line.sum.2 + sum.2);
            line.entries += 1;
        }
        self.payments[id] = next.after;
        let p = &mut self.payments[id];
        p.writes += 1;
        // A request is answered once somebody has said something.
        if !matches!(p.stage, Stage::Moving { heard: false, .. }) {
            p.first = p.first.or(Some(p.stage.name()));
        }
    }

    /// A new payment, from what was read of its wallets before; answers its place.
    pub fn open(
        &mut self,
        new: Payment,
        review: bool,
        read: &BTreeMap<Place, Line>,
        now: Ms,
    ) -> Result<usize, Name> {
        if review {
            let next = to(&new, Stage::Review, &["pending_review"], new.since);
            return Ok(self.add(next));
        }
        let (mut stale, mut gave_back) = (!read.is_empty(), false);
        loop {
            let next = start(&new, now)?;
            let lines = if stale { read } else { &self.lines };
            let known = Self { lines: lines.clone(), ..Self::default() };
            let changed = |place| stale && known.line(place).entries != self.line(place).entries;
            let changed = next.moves.iter().any(|(place, _)| changed(*place));
            match known.short(&next) {
                Some(wallet) if gave_back || !self.give_back(wallet, now) => return Err("short"),
                Some(_) => gave_back = true,
                None if changed => {}
                None => return Ok(self.add(next)),
            }
            stale = false;
        }
    }

    fn add(&mut self, next: Next) -> usize {
        self.payments.push(next.after.clone());
        self.write(self.payments.len() - 1, next);
        self.payments.len() - 1
    }

    /// Gives back what a wallet held past its time; answers whether there was any.
    pub fn give_back(&mut self, wallet: usize, now: Ms) -> bool {
        let due: Vec<usize> = self.due(wallet, now).collect();
        for id in &due {
            let next = expire(&self.payments[*id], now).unwrap();
            self.write(*id, next);
        }
        !due.is_empty()
    }

    /// Takes a step, giving back first where money is missing.
    pub fn take<E>(
        &mut self,
        id: usize,
        now: Ms,
        step: impl Fn(&Payment, i64) -> Result<Next, E>,
    ) -> Result<(), E>
    where
        E: From<Name>,
    {
        for again in [false, true] {
            let p = &self.payments[id];
            let (wallet, debt) = (p.wallet, p.debt());
            let next = step(p, self.free(wallet))?;
            let owes = next.moves.iter().any(|(place, _)| *place == debt);
            match self.short(&next) {
                Some(short) if again || !self.give_back(short, now) => return Err("short".into()),
                None if owes && !again && self.give_back(wallet, now) => {}
                None => {
                    self.write(id, next);
                    return Ok(());
                }
                Some(_) => {}
            }
        }
        unreachable!("the second round ends")
    }
}
