//! How far Stripe's list of events was read for an account, and when it is read again.
//!
//! Stripe tells of refunds and disputes by events, and keeps those for 30 days. Whoever asks for the
//! list hears of one that was never sent. What was heard is a moment: everything before it was read.
//! It moves only when a walk through the list has come to its end, so that nothing is passed over
//! however long nobody could ask.

use super::{Scope, Time};

/// Stripe's list may show an event late: what is younger than this is read again, in seconds.
const OVERLAP_S: i64 = 10 * 60;

/// The sweep that asks for a look comes each minute, now and then a little early. In seconds.
const EARLY_S: i64 = 30;

/// The pause after a failure, in seconds; doubled after each further one, this often at most.
const PAUSE_S: i64 = 60;
const MAX_DOUBLED_SILENT: u32 = 2;
const MAX_DOUBLED_REFUSED: u32 = 6;

/// A connected account that is none any more is given up after this long: what happened there in the
/// meantime is on no list by then.
const GIVEN_UP_DAYS: i64 = 30;

/// An account whose events are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolledAccount {
    /// Whose account, in which mode.
    pub scope: Scope,
    /// The account that is connected to it, `acct_...`; none for the tenant's own.
    pub connected: Option<String>,
}

/// How far an account's events were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripePoll {
    /// Whose events are read.
    pub account: PolledAccount,
    /// Every event from before was read.
    pub heard_until: Time,
    /// A walk that is not at its end.
    pub walk: Option<EventWalk>,
    /// A look that was asked for earlier is not taken.
    pub not_before: Time,
    /// Failures since it went well.
    pub failures: u32,
    /// Since when the connected account has been none.
    pub gone_since: Option<Time>,
    /// Rises with every write.
    pub version: u64,
}

/// A walk through the list, from the newest event to the oldest that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventWalk {
    /// When it began: what happens later is read by the next one.
    pub began: Time,
    /// The last event that was read, `evt_...`.
    pub after: String,
}

/// Why an account's events could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PollFault {
    /// Nobody answered, or was too busy to.
    Silent,
    /// The key is refused, or lacks a permission: asking more often does not help.
    Refused,
    /// The connected account is none any more.
    Gone,
}

impl PolledAccount {
    /// The account of the tenant's own key.
    pub const fn own(scope: Scope) -> Self {
        Self { scope, connected: None }
    }
}

impl StripePoll {
    /// An account that is asked about from now on.
    pub fn first(account: PolledAccount, now: Time) -> Self {
        Self {
            account,
            heard_until: now.plus_seconds(-OVERLAP_S),
            walk: None,
            not_before: now,
            failures: 0,
            gone_since: None,
            version: 1,
        }
    }

    /// Somebody has put the account again: a pause is over. `None` where there is none.
    pub fn put_again(&self, now: Time) -> Option<Self> {
        (self.failures > 0).then(|| Self {
            not_before: now,
            failures: 0,
            gone_since: None,
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// Whether a look that was asked for at a moment is to be taken: not where somebody has looked
    /// since, nor during a pause.
    pub fn is_due(&self, asked_at: Time) -> bool {
        asked_at >= self.not_before
    }

    /// The walk has come to an event, and goes on after it.
    pub fn came_to(&mut self, event: String, now: Time) {
        let began = self.walk.as_ref().map_or(now, |walk| walk.began);
        self.walk = Some(EventWalk { began, after: event });
    }

    /// The walk has come to its end.
    pub fn came_to_the_end(&mut self, now: Time) {
        let began = self.walk.take().map_or(now, |walk| walk.began);
        self.heard_until = self.heard_until.max(began.plus_seconds(-OVERLAP_S));
    }

    /// Looked at without a fault.
    pub fn looked_at(self, asked_at: Time, now: Time) -> Self {
        Self {
            not_before: asked_at.plus_seconds(EARLY_S).max(now),
            failures: 0,
            gone_since: None,
            version: self.version + 1,
            ..self
        }
    }

    /// After a fault it is looked at later and later. `None`: never again.
    pub fn failed(self, fault: PollFault, now: Time) -> Option<Self> {
        let (most, gone_since) = match fault {
            PollFault::Silent => (MAX_DOUBLED_SILENT, self.gone_since),
            PollFault::Refused => (MAX_DOUBLED_REFUSED, self.gone_since),
            PollFault::Gone => (MAX_DOUBLED_REFUSED, Some(self.gone_since.unwrap_or(now))),
        };
        if gone_since.is_some_and(|since| now >= since.plus_days(GIVEN_UP_DAYS)) {
            return None;
        }
        let pause_s = PAUSE_S << self.failures.min(most);
        Some(Self {
            not_before: now.plus_seconds(pause_s - EARLY_S),
            failures: self.failures.saturating_add(1),
            gone_since,
            version: self.version + 1,
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Mode, id::TenantId};

    fn now() -> Time {
        Time::from_ms(1_795_255_200_250)
    }

    fn poll() -> StripePoll {
        let scope = Scope { tenant: TenantId::mint(now(), [1; 10]), mode: Mode::Test };
        StripePoll::first(PolledAccount::own(scope), now())
    }

    #[test]
    fn a_look_is_taken_once_a_minute_however_often_it_is_asked_for() {
        let asked = now().plus_seconds(60);
        let looked = poll().looked_at(asked, asked.plus_seconds(2));
        for (seconds, due) in [(0, false), (20, false), (59, true), (60, true)] {
            assert_eq!(looked.is_due(asked.plus_seconds(seconds)), due, "{seconds} s later");
        }
        // Looks that waited an hour together are one.
        let late = poll().looked_at(asked, asked.plus_seconds(3_600));
        assert!(!late.is_due(asked.plus_seconds(3_599)));
    }

    #[test]
    fn what_was_heard_moves_at_the_end_of_a_walk_alone_and_never_back() {
        let mut poll = poll();
        let before = poll.heard_until;
        let began = now().plus_days(3);
        poll.came_to("evt_9".into(), began);
        poll.came_to("evt_5".into(), began.plus_seconds(60));
        assert_eq!((poll.heard_until, poll.walk.as_ref().unwrap().began), (before, began));
        poll.came_to_the_end(began.plus_seconds(120));
        assert_eq!((poll.heard_until, &poll.walk), (began.plus_seconds(-OVERLAP_S), &None));
        let heard = poll.heard_until;
        poll.came_to_the_end(now());
        assert_eq!(poll.heard_until, heard);
    }

    #[test]
    fn a_refused_key_is_asked_with_hourly_in_the_end_and_a_silent_stripe_every_few_minutes() {
        for (fault, minutes) in [
            (PollFault::Silent, [1, 2, 4, 4, 4, 4, 4, 4]),
            (PollFault::Refused, [1, 2, 4, 8, 16, 32, 64, 64]),
        ] {
            let mut poll = poll();
            for pause in minutes {
                poll = poll.failed(fault, now()).unwrap();
                assert!(!poll.is_due(now().plus_seconds(pause * 60 - 31)), "{fault:?} {pause}");
                assert!(poll.is_due(now().plus_seconds(pause * 60 - 30)), "{fault:?} {pause}");
            }
            let again = poll.put_again(now()).unwrap();
            assert!(again.is_due(now()) && again.put_again(now()).is_none());
        }
    }

    #[test]
    fn a_connected_account_that_left_is_given_up_once_nothing_can_be_heard_of_it() {
        let left = poll().failed(PollFault::Gone, now()).unwrap();
        let later = |days| now().plus_days(days);
        let still = left.clone().failed(PollFault::Gone, later(29)).unwrap();
        assert_eq!(still.gone_since, Some(now()));
        assert_eq!(still.clone().failed(PollFault::Gone, later(30)), None);
        let back = still.looked_at(later(30), later(30));
        assert!(back.failed(PollFault::Gone, later(31)).is_some(), "it was back meanwhile");
    }
}
