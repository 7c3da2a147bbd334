//! The steps that a payment can take: each is a payment as it is afterwards, with the money that moves.

use super::{Kind, Ms, Name, News, PULL, PUSH, Payment, Place, Stage, Sum};

/// A payment after a step, and what moves.
#[derive(Debug, Clone)]
pub struct Next {
    pub after: Payment,
    pub moves: Vec<(Place, Sum)>,
}

/// A step to another stage, with what happened.
pub(super) fn to(payment: &Payment, stage: Stage, events: &[Name], now: Ms) -> Next {
    let mut after = payment.clone();
    after.stage = stage;
    after.events.extend(events);
    after.since = now;
    Next { after, moves: Vec::new() }
}

impl Next {
    fn moving(mut self, place: Place, sum: Sum) -> Self {
        if sum != Sum::default() {
            self.moves.push((place, sum));
        }
        self
    }
}

impl Next {
    /// Whether the payment is just as this step would leave it, and no money moves.
    pub fn is_done(&self, p: &Payment) -> bool {
        let shown = |p: &Payment| (p.stage, p.events.clone(), p.since);
        self.moves.is_empty() && shown(&self.after) == shown(p) && self.after.writes + 1 == p.writes
    }
}

/// Money that was pulled arrives; a relay's is on its way out at once.
fn arrives(next: Next, p: &Payment) -> Next {
    let (m, announced) = (p.minor, if p.is_slow() { p.minor } else { 0 });
    let out = if p.kind == Kind::Relay { m } else { 0 };
    let next = next.moving(Place::Wallet(p.wallet), Sum(m, -announced, out));
    let next = next.moving(p.outside(PULL), Sum(-m, 0, -announced));
    if out == 0 { next } else { next.moving(p.outside(PUSH), Sum(0, m, 0)) }
}

/// Money that was announced does not come.
fn misses(next: Next, p: &Payment) -> Next {
    if !p.is_slow() {
        return next;
    }
    next.moving(Place::Wallet(p.wallet), Sum(0, -p.minor, 0))
        .moving(p.outside(PULL), Sum(0, 0, -p.minor))
}

fn leaves(next: Next, p: &Payment) -> Next {
    next.moving(Place::Wallet(p.wallet), Sum(-p.minor, 0, -p.minor))
        .moving(p.outside(PUSH), Sum(p.minor, -p.minor, 0))
}

fn comes_back(next: Next, p: &Payment) -> Next {
    next.moving(Place::Wallet(p.wallet), Sum(p.minor, 0, 0))
        .moving(p.outside(PUSH), Sum(-p.minor, 0, 0))
}

pub fn start(p: &Payment, now: Ms) -> Result<Next, Name> {
    if !matches!(p.stage, Stage::New | Stage::Review) {
        return Err("not in review");
    }
    let wallet = Place::Wallet(p.wallet);
    let moving = |leg| Stage::Moving { leg, heard: false, until: now + 30_000 };
    Ok(match p.kind {
        Kind::Transfer => to(p, Stage::Done(None), &["succeeded"], now)
            .moving(wallet, Sum(-p.minor, 0, 0))
            .moving(Place::Wallet(p.to), Sum(p.minor, 0, 0)),
        Kind::Hold => {
            let mut next = to(p, Stage::Held, &["held"], now).moving(wallet, Sum(0, 0, p.minor));
            next.after.over = now + p.lasts;
            next
        }
        Kind::Payout => to(p, moving(PUSH), &["processing"], now)
            .moving(wallet, Sum(0, 0, p.minor))
            .moving(p.outside(PUSH), Sum(0, p.minor, 0)),
        Kind::Funding | Kind::Relay => {
            let next = to(p, moving(PULL), &["processing"], now);
            if p.is_slow() {
                next.moving(wallet, Sum(0, p.minor, 0)).moving(p.outside(PULL), Sum(0, 0, p.minor))
            } else {
                next
            }
        }
    })
}

pub fn release(p: &Payment, part: Option<i64>, last: bool, now: Ms) -> Result<Next, String> {
    held(p, now)?;
    let part = part.unwrap_or(p.left());
    if part > p.left() {
        return Err(format!("only {} held", p.left()));
    }
    let rest = p.left() - part;
    let ends = last || rest == 0;
    let mut next = if ends {
        to(p, Stage::Done(None), &["released", "succeeded"], now)
    } else {
        to(p, Stage::Held, &["released"], now)
    };
    let back = if ends { rest } else { 0 };
    next.after.released += part;
    next.after.back += back;
    Ok(next
        .moving(Place::Wallet(p.wallet), Sum(-part, 0, -part - back))
        .moving(Place::Wallet(p.to), Sum(part, 0, 0)))
}

pub fn cancel(p: &Payment, now: Ms) -> Result<Next, Name> {
    if p.stage == Stage::Review {
        return Ok(to(p, Stage::Canceled, &["canceled"], now));
    }
    match held(p, now) {
        Ok(()) => Ok(gives_back(p, Stage::Canceled, "canceled", now)),
        Err("hold expired") => Err("hold expired"),
        Err(_) => Err("not cancelable"),
    }
}

pub fn expire(p: &Payment, now: Ms) -> Option<Next> {
    let due = p.stage == Stage::Held && p.over <= now;
    due.then(|| gives_back(p, Stage::Expired, "expired", now))
}

pub fn reject(p: &Payment, now: Ms) -> Result<Next, Name> {
    match p.stage {
        Stage::Review => Ok(to(p, Stage::Failed("review_rejected"), &["failed"], now)),
        _ => Err("not in review"),
    }
}

fn held(p: &Payment, now: Ms) -> Result<(), Name> {
    match p.stage_at(now) {
        Stage::Held => Ok(()),
        Stage::Expired => Err("hold expired"),
        _ => Err("not held"),
    }
}

fn gives_back(p: &Payment, stage: Stage, event: Name, now: Ms) -> Next {
    let left = p.left();
    let mut next = to(p, stage, &[event], now).moving(Place::Wallet(p.wallet), Sum(0, 0, -left));
    next.after.back += left;
    next
}

/// What the news about a leg do; nothing when they come too late.
pub fn told(p: &Payment, leg: usize, news: News, free: i64, now: Ms) -> Option<Next> {
    match p.stage {
        Stage::Moving { leg: current, .. } if current == leg => Some(under_way(p, leg, news, now)),
        Stage::Done(Some(_)) if leg == p.last_leg() => may_come_back(p, news, free, now),
        _ => None,
    }
}

fn under_way(p: &Payment, leg: usize, news: News, now: Ms) -> Next {
    let relay = p.kind == Kind::Relay;
    let waits = |until| to(p, Stage::Moving { leg, heard: true, until }, &[], now);
    let succeeds = |settles| to(p, Stage::Done(settles), &["succeeded"], now);
    match (leg, news) {
        (_, News::Accepted(until)) => waits(until),
        (PULL, News::Succeeded(Some(until))) if relay => waits(until),
        (PULL, News::Succeeded(None) | News::Settled) if relay => {
            let stage = Stage::Moving { leg: PUSH, heard: false, until: now + 30_000 };
            arrives(to(p, stage, &["processing"], now), p)
        }
        (PULL, News::Succeeded(None)) => arrives(succeeds(None), p),
        (PULL, News::Succeeded(settles)) => come_early(succeeds(settles), p),
        (PULL, News::Settled) => come_early(succeeds(Some(now)), p),
        (PULL, News::Refused(why) | News::Returned(why)) => {
            misses(to(p, Stage::Failed(why), &["failed"], now), p)
        }
        (_, News::Succeeded(settles)) => leaves(succeeds(settles), p),
        (_, News::Settled) => leaves(succeeds(Some(now)), p),
        (_, News::Refused(why) | News::Returned(why)) => {
            let why = if relay { "payout_leg_failed" } else { why };
            to(p, Stage::Failed(why), &["failed"], now)
                .moving(Place::Wallet(p.wallet), Sum(0, 0, -p.minor))
                .moving(p.outside(PUSH), Sum(0, -p.minor, 0))
        }
    }
}

fn come_early(next: Next, p: &Payment) -> Next {
    if p.is_early() { arrives(next, p) } else { next }
}

fn may_come_back(p: &Payment, news: News, free: i64, now: Ms) -> Option<Next> {
    let funding = p.kind == Kind::Funding;
    Some(match news {
        News::Settled => {
            let next = to(p, Stage::Settled, &["settled"], now);
            if funding && !p.is_early() { arrives(next, p) } else { next }
        }
        News::Accepted(until) | News::Succeeded(Some(until)) => {
            let next = to(p, Stage::Done(Some(until)), &[], p.since);
            Next { moves: Vec::new(), ..next }
        }
        News::Succeeded(None) => return None,
        News::Refused(why) | News::Returned(why) => {
            let why = if p.kind == Kind::Relay { "payout_leg_failed" } else { why };
            let next = to(p, Stage::Failed(why), &["returned", "failed"], now);
            match (funding, p.is_early()) {
                (true, true) => {
                    let there = p.minor.min(free.max(0));
                    next.moving(p.outside(PULL), Sum(p.minor, 0, 0))
                        .moving(Place::Wallet(p.wallet), Sum(-there, 0, 0))
                        .moving(p.debt(), Sum(there - p.minor, 0, 0))
                }
                (true, false) => misses(next, p),
                (false, _) => comes_back(next, p),
            }
        }
    })
}
