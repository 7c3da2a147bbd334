//! What the outside does with orders, and what comes of it: the model's side of the simulator.

use super::model::{Fate, Model, Ms, News, Order, PULL, PUSH, Payment, Road, Stage, told};

const fn road(rail: usize, number: &'static str, fate: Fate, why: &'static str) -> Road {
    Road { rail, number, fate, why, lost: false, mute: false }
}

const fn lost(road: Road) -> Road {
    Road { lost: true, ..road }
}

const fn mute(road: Road) -> Road {
    Road { mute: true, ..road }
}

/// Cards, by their published numbers.
pub const CARDS: [Road; 6] = [
    road(0, "4242424242424242", Fate::Done, ""),
    road(0, "4000000000000002", Fate::Refused, "card_declined"),
    road(0, "4000000000000341", Fate::Refused, "card_declined"),
    mute(road(0, "4000000000001109", Fate::DoneLate, "")),
    road(0, "4000000000002206", Fate::Done, ""),
    lost(road(0, "4000000000003303", Fate::Done, "")),
];

/// Bank accounts, by their published numbers.
pub const BANKS: [Road; 7] = [
    road(1, "000123456789", Fate::Settles, ""),
    road(1, "000111111113", Fate::Refused, "account_closed"),
    road(1, "000222222227", Fate::Fails, "returned_R01"),
    road(1, "000333333335", Fate::Returned, "returned_R10"),
    road(1, "000333333343", Fate::Returned, "returned_R01"),
    lost(road(1, "000444444440", Fate::Settles, "")),
    mute(road(1, "000444444457", Fate::Settles, "")),
];

/// Money that comes and is taken back.
pub const RETURNED: Road = BANKS[3];

/// Addresses, by what stands before the `@`.
pub const EMAILS: [Road; 6] = [
    road(2, "ada@example.com", Fate::Settles, ""),
    road(2, "refused@example.com", Fate::Refused, "no_account"),
    road(2, "bounce@example.com", Fate::Fails, "no_account"),
    road(2, "unclaimed@example.com", Fate::Returned, "returned_R03"),
    lost(road(2, "lost@example.com", Fate::Settles, "")),
    mute(road(2, "late@example.com", Fate::Settles, "")),
];

/// How long a process lives: so many calls to the provider, and whether the last one arrives.
#[derive(Debug, Clone, Copy)]
pub struct Life {
    pub calls: usize,
    pub arrives: bool,
}

/// The process died.
pub struct Died;

impl Life {
    pub const LONG: Self = Self { calls: 1_000, arrives: true };
}

impl Model {
    /// Goes on with a payment as a process saw it.
    pub fn drive(
        &mut self,
        id: usize,
        seen: Payment,
        now: Ms,
        life: &mut Life,
    ) -> Result<(), Died> {
        let mut seen = seen;
        for _ in 0..6 {
            let Stage::Moving { leg, heard: false, .. } = seen.stage else { break };
            let Some(news) = self.ask(id, leg, true, now, life)? else { break };
            self.tell(id, leg, news, now);
            seen = self.payments[id].clone();
        }
        // Nobody said anything: the request is answered all the same.
        if seen.first.is_none() && seen.writes == self.payments[id].writes {
            let p = &mut self.payments[id];
            p.first = Some(p.stage.name());
            p.writes += 1;
        }
        Ok(())
    }

    /// Looks after a payment as a worker saw it; answers what the worker reports.
    pub fn reconcile(
        &mut self,
        id: usize,
        seen: &Payment,
        now: Ms,
        life: &mut Life,
    ) -> Result<&'static str, Died> {
        let (leg, heard) = match seen.stage {
            Stage::Moving { leg, heard, until } if until <= now => (leg, heard),
            Stage::Done(Some(then)) if then <= now => (seen.last_leg(), true),
            _ => return Ok("fine"),
        };
        let again = leg == PUSH && !heard && now < seen.since + 90_000;
        let Some(news) = self.ask(id, leg, again, now, life)? else {
            return Ok("not known yet");
        };
        self.tell(id, leg, news, now);
        self.drive(id, self.payments[id].clone(), now, life)?;
        Ok("fine")
    }

    fn tell(&mut self, id: usize, leg: usize, news: News, now: Ms) {
        let taken = self.take(id, now, |p, free| told(p, leg, news, free, now).ok_or("late"));
        assert!(matches!(taken, Ok(()) | Err("late")), "news never lack money");
    }

    /// Orders, or only asks; answers what the provider says.
    fn ask(
        &mut self,
        id: usize,
        leg: usize,
        order: bool,
        now: Ms,
        life: &mut Life,
    ) -> Result<Option<News>, Died> {
        let road = self.payments[id].road(leg);
        let dies = life.calls == 0;
        let what = if order { Order::Made(now) } else { Order::Closed };
        let stopped = dies && !life.arrives;
        let lost = order && road.lost;
        if !stopped && !lost {
            self.orders.entry((id, leg)).or_insert(what);
        }
        if dies {
            return Err(Died);
        }
        life.calls -= 1;
        if order && (road.lost || road.mute) {
            return Ok(None);
        }
        Ok(says(road, self.orders[&(id, leg)], now))
    }

    /// Money that the provider took and gave by now, for good or not, of one payment.
    pub fn outside(&self, id: usize, leg: usize) -> Option<Order> {
        debug_assert!(leg == PULL || leg == PUSH);
        self.orders.get(&(id, leg)).copied()
    }
}

fn says(road: Road, order: Order, now: Ms) -> Option<News> {
    let Order::Made(made) = order else { return Some(News::Refused("processor_unavailable")) };
    let age = now - made;
    match road.fate {
        Fate::DoneLate if age < 5_000 => None,
        Fate::Done | Fate::DoneLate => Some(News::Succeeded(None)),
        Fate::Refused => Some(News::Refused(road.why)),
        Fate::Settles | Fate::Fails | Fate::Returned if age < 2_000 => {
            Some(News::Accepted(made + 2_000))
        }
        Fate::Fails => Some(News::Refused(road.why)),
        Fate::Settles | Fate::Returned if age < 4_000 => Some(News::Succeeded(Some(made + 4_000))),
        Fate::Settles => Some(News::Settled),
        Fate::Returned => Some(News::Returned(road.why)),
    }
}
