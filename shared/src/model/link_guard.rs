//! Who tries too many cards at a link, or holds its uses with challenges that nobody answers: kept by
//! network, so that a stranger cannot close a link for other buyers.
//!
//! | what | limit | beyond it |
//! |---|---|---|
//! | declines of a link from one network | 8 in 15 minutes | that network waits 15 minutes |
//! | declines of a link from anywhere | above 80 % of at least 20 submits in 10 minutes | networks that had a decline wait 10 minutes |
//! | open challenges of a link from one network | 2 | the charge is given up |
//! | open challenges of a link | a third of its free uses, at least 1 | the charge is given up |
//!
//! A challenge that nobody answered counts as a decline. Charges that are approved at once write
//! nothing here, unless their network had a decline lately: from then on a submit takes its place
//! before the card is charged, so that many at once do not pass the limit together.

use super::{Time, id::AttemptId};

/// Declines of one network within [`DECLINES_WINDOW_S`] after which it waits.
pub const DECLINES: usize = 8;

/// The window of [`DECLINES`], in seconds; the wait is as long.
pub const DECLINES_WINDOW_S: i64 = 15 * 60;

/// The stretch in which declines from anywhere are compared with submits, in seconds; the wait is as
/// long.
pub const SURGE_WINDOW_S: i64 = 10 * 60;

/// Fewest submits of a stretch that can be a surge.
pub const SURGE_SUBMITS: u64 = 20;

/// How long a submit may be under way before it is forgotten, in seconds: longer than any function
/// lives.
const TRY_S: i64 = 60;

/// Challenges of one network that may be open at a link.
pub const OPEN_PER_NETWORK: usize = 2;

/// Open challenges of a link that are looked at. Links with so many free uses that a third of them is
/// more cannot be hoarded from two challenges a network.
pub const MAX_OPEN: usize = 100;

/// A challenge that waits for its buyer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenChallenge {
    /// The submit whose buyer has to pass the challenge.
    pub attempt: AttemptId,
    /// Where the submit came from.
    pub network: String,
    /// It is over at this moment.
    pub until: Time,
}

/// A submit whose outcome is not known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenTry {
    /// The submit that is under way.
    pub attempt: AttemptId,
    /// Whoever made it has died without a word by then.
    pub until: Time,
}

/// What a network did at a link lately.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NetworkRecord {
    /// When submits were declined, oldest first.
    pub declines: Vec<Time>,
    /// Its challenges that are open.
    pub open: Vec<OpenChallenge>,
    /// Submits whose outcome is not known yet: noted once the network has a decline.
    pub trying: Vec<OpenTry>,
    /// It waits until this moment.
    pub paused_until: Option<Time>,
    /// Rises with every write; 0 before the first.
    pub version: u64,
}

/// What happened at a link lately, from anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LinkRecord {
    /// When the stretch began in which declines are counted.
    pub since: Option<Time>,
    /// Declines of the stretch.
    pub declines: u64,
    /// How often the link had been paid when the stretch began.
    pub paid_before: u64,
    /// Challenges that are open.
    pub open: Vec<OpenChallenge>,
    /// Networks that had a decline wait until this moment.
    pub surge_until: Option<Time>,
    /// Rises with every write; 0 before the first.
    pub version: u64,
}

impl NetworkRecord {
    /// The record at a moment: challenges that nobody answered are declines of the moment at which
    /// they ended, and what is too old is gone.
    pub fn at(mut self, now: Time) -> Self {
        let (over, open) = self.open.into_iter().partition(|one| one.until <= now);
        self.open = open;
        let over: Vec<OpenChallenge> = over;
        self.declines.extend(over.into_iter().map(|one| one.until));
        self.declines.sort_unstable();
        self.trying.retain(|one| one.until > now);
        let oldest = now.plus_seconds(-DECLINES_WINDOW_S);
        self.declines.retain(|at| *at > oldest);
        if self.declines.len() >= DECLINES
            && let Some(last) = self.declines.last()
        {
            let until = last.plus_seconds(DECLINES_WINDOW_S);
            self.paused_until = self.paused_until.max(Some(until));
        }
        self
    }

    /// Until when this network waits at the link, as the record is at `now`.
    pub fn waits_until(&self, link: &LinkRecord, now: Time) -> Option<Time> {
        let surge = link.surge_until.filter(|_| !self.declines.is_empty());
        self.paused_until.max(surge).filter(|until| *until > now)
    }

    /// The record with one more submit under way, as it is at `now`; `None` where all that are under
    /// way could be declined and pass the limit.
    pub fn tried(&self, attempt: AttemptId, now: Time) -> Option<Self> {
        let mut next = self.answered(attempt);
        if next.declines.len() + next.open.len() + next.trying.len() >= DECLINES {
            return None;
        }
        next.trying.push(OpenTry { attempt, until: now.plus_seconds(TRY_S) });
        Some(next)
    }

    /// The record after a submit that was declined, or whose challenge was not passed.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn declined(&self, attempt: AttemptId, now: Time) -> Self {
        let mut next = self.answered(attempt);
        next.declines.push(now);
        next.at(now)
    }

    /// The record with one more open challenge; `None` where the network has too many.
    pub fn opened(&self, challenge: OpenChallenge, now: Time) -> Option<Self> {
        let mut next = self.answered(challenge.attempt).at(now);
        if next.open.len() >= OPEN_PER_NETWORK {
            return None;
        }
        next.open.push(challenge);
        Some(next)
    }

    /// The record without a submit or a challenge whose outcome is known.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn answered(&self, attempt: AttemptId) -> Self {
        let mut next = self.clone();
        next.open.retain(|one| one.attempt != attempt);
        next.trying.retain(|one| one.attempt != attempt);
        next
    }
}

impl LinkRecord {
    /// The record after one more decline; `paid` is how often the link was paid so far.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn declined(&self, attempt: AttemptId, paid: u64, now: Time) -> Self {
        let mut next = self.answered(attempt);
        let fresh = next.since.is_none_or(|since| since.plus_seconds(SURGE_WINDOW_S) <= now);
        if fresh {
            (next.since, next.declines, next.paid_before) = (Some(now), 0, paid);
        }
        next.declines += 1;
        let submits = next.declines + paid.saturating_sub(next.paid_before);
        if submits >= SURGE_SUBMITS && next.declines * 5 > submits * 4 {
            next.surge_until = Some(now.plus_seconds(SURGE_WINDOW_S));
        }
        next
    }

    /// The record with one more open challenge; `None` where a third of the free uses waits for
    /// challenges already. `free` is how often the link may still be paid; without end when `None`.
    pub fn opened(&self, challenge: OpenChallenge, free: Option<u32>, now: Time) -> Option<Self> {
        let mut next = self.clone();
        next.open.retain(|one| one.until > now);
        let third = free.map_or(MAX_OPEN, |free| usize::try_from(free / 3).unwrap_or(MAX_OPEN));
        let most = third.clamp(1, MAX_OPEN);
        if next.open.len() >= most && most < MAX_OPEN {
            return None;
        }
        if next.open.len() < MAX_OPEN {
            next.open.push(challenge);
        }
        Some(next)
    }

    /// The record without a challenge that was answered.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn answered(&self, attempt: AttemptId) -> Self {
        let mut next = self.clone();
        next.open.retain(|one| one.attempt != attempt);
        next
    }

    /// Where the submit of an open challenge came from.
    pub fn network_of(&self, attempt: AttemptId) -> Option<&str> {
        let found = self.open.iter().find(|one| one.attempt == attempt);
        found.map(|one| one.network.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Id;

    fn start() -> Time {
        Time::from_ms(1_795_255_200_000)
    }

    fn at(seconds: i64) -> Time {
        start().plus_seconds(seconds)
    }

    fn attempt(n: u8) -> AttemptId {
        Id::mint(start(), [n; 10])
    }

    fn challenge(n: u8, until: Time) -> OpenChallenge {
        OpenChallenge { attempt: attempt(n), network: "203.0.113.0/24".into(), until }
    }

    #[test]
    fn eight_declines_make_a_network_wait_a_quarter_of_an_hour() {
        let (mut record, quiet) = (NetworkRecord::default(), LinkRecord::default());
        for n in 0..7 {
            record = record.declined(attempt(n), at(60 * i64::from(n)));
            assert_eq!(record.waits_until(&quiet, at(60 * i64::from(n))), None);
        }
        record = record.declined(attempt(7), at(420));
        let end = at(420 + DECLINES_WINDOW_S);
        assert_eq!(record.waits_until(&quiet, at(421)), Some(end));
        assert_eq!(record.clone().at(end).waits_until(&quiet, end), None);
        // Slow buyers never get there.
        let mut slow = NetworkRecord::default();
        for n in 0..40 {
            slow = slow.declined(attempt(n), at(130 * i64::from(n)));
            assert_eq!(slow.waits_until(&quiet, at(130 * i64::from(n))), None);
        }
    }

    #[test]
    fn a_challenge_that_nobody_answers_counts_as_a_decline() {
        let mut record = NetworkRecord::default();
        for n in 0..2 {
            record = record.opened(challenge(n, at(900)), at(0)).unwrap();
        }
        assert_eq!(record.opened(challenge(3, at(900)), at(1)), None, "two at once");
        let answered = record.answered(attempt(1));
        assert!(answered.opened(challenge(3, at(900)), at(1)).is_some());
        let later = answered.at(at(900));
        assert_eq!((later.open.len(), later.declines.as_slice()), (0, &[at(900)][..]));
    }

    #[test]
    fn a_third_of_the_free_uses_and_one_at_least_wait_for_challenges() {
        for (free, most) in [(1, 1), (2, 1), (3, 1), (6, 2), (30, 10)] {
            let mut record = LinkRecord::default();
            for n in 0..most {
                record = record.opened(challenge(n, at(900)), Some(free), at(0)).unwrap();
            }
            assert_eq!(record.opened(challenge(99, at(900)), Some(free), at(1)), None, "{free}");
            assert!(record.opened(challenge(99, at(990)), Some(free), at(900)).is_some());
        }
        let mut endless = LinkRecord::default();
        for n in 0..=200 {
            endless = endless.opened(challenge(n, at(900)), None, at(0)).unwrap();
        }
        assert_eq!(endless.open.len(), MAX_OPEN);
    }

    #[test]
    fn a_surge_of_declines_makes_those_wait_who_had_one() {
        let mut link = LinkRecord::default();
        for n in 0..20 {
            assert_eq!(link.surge_until, None, "{n}");
            link = link.declined(attempt(n), 7, at(i64::from(n)));
        }
        let end = at(19 + SURGE_WINDOW_S);
        assert_eq!(link.surge_until, Some(end));
        let innocent = NetworkRecord::default();
        assert_eq!(innocent.waits_until(&link, at(20)), None);
        let guilty = innocent.declined(attempt(1), at(5));
        assert_eq!(guilty.waits_until(&link, at(20)), Some(end));
        // Where others pay, it is no surge.
        let mut busy = LinkRecord::default();
        for n in 0..40 {
            busy = busy.declined(attempt(n), u64::from(n / 2), at(i64::from(n)));
        }
        assert_eq!(busy.surge_until, None);
    }
}
