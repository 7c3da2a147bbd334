//! When the invocation that is being served must be over.
//!
//! One deadline per invocation. Whatever the invocation waits for shares it: a call or a leg that
//! has a limit of its own takes the smaller of the two ([`Deadline::limit`]).

use crate::model::Time;
use std::{future::Future, time::Duration};
use tokio::time::{Instant, timeout_at};

/// The longest that Lambda lets an invocation run.
const MAX_INVOCATION: Duration = Duration::from_secs(15 * 60);

/// The moment at which an invocation must be over. It follows the monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(Instant);

tokio::task_local! {
    static CURRENT: Deadline;
}

impl Deadline {
    /// The deadline that is `time_left` from now; at most fifteen minutes.
    pub fn after(time_left: Duration) -> Self {
        Self(Instant::now() + time_left.min(MAX_INVOCATION))
    }

    /// The deadline at a moment of the wall clock, as Lambda states it: milliseconds since 1970.
    pub fn at_ms(deadline_ms: u64, now: Time) -> Self {
        let now_ms = u64::try_from(now.ms()).unwrap_or_default();
        Self::after(Duration::from_millis(deadline_ms.saturating_sub(now_ms)))
    }

    /// The deadline of the invocation that is being served; `None` during init and in tests.
    ///
    /// It is not visible in tasks that the invocation spawns.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(|deadline| *deadline).ok()
    }

    /// How long a call may take: its own limit, or the time that is left if that is less.
    pub fn limit(limit: Duration) -> Duration {
        Self::current().map_or(limit, |deadline| limit.min(deadline.time_left()))
    }

    /// The same for a leg after which something is still to be written down: `reserve` of the time
    /// that is left is kept for that.
    pub fn limit_before(reserve: Duration, limit: Duration) -> Duration {
        Self::current()
            .map_or(limit, |deadline| limit.min(deadline.time_left().saturating_sub(reserve)))
    }

    /// The time that is left; zero once the deadline has passed.
    pub fn time_left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// A deadline that is earlier by `reserve`, to keep time for what follows.
    pub fn earlier_by(self, reserve: Duration) -> Self {
        Self(self.0.checked_sub(reserve).unwrap_or(self.0))
    }

    /// Runs a future for which this is the current deadline. Does not end it.
    pub async fn scope<F: Future>(self, future: F) -> F::Output {
        CURRENT.scope(self, future).await
    }

    /// Runs a future as [`Deadline::scope`] does, and drops it when the deadline passes first:
    /// then the answer is `None`.
    pub async fn enforce<F: Future>(self, future: F) -> Option<F::Output> {
        timeout_at(self.0, self.scope(future)).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, ready};

    fn run<F: Future>(future: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap()
            .block_on(future)
    }

    #[test]
    fn lambda_states_it_in_milliseconds_since_1970() {
        let left = Deadline::at_ms(1_000_030_000, Time::from_ms(1_000_000_000)).time_left();
        assert!(left > Duration::from_secs(29) && left <= Duration::from_secs(30), "{left:?}");
        let passed = Deadline::at_ms(999_999_999, Time::from_ms(1_000_000_000));
        assert_eq!(passed.time_left(), Duration::ZERO);
        assert!(Deadline::at_ms(u64::MAX, Time::from_ms(0)).time_left() <= MAX_INVOCATION);
    }

    #[test]
    fn what_takes_too_long_is_dropped_and_what_is_ready_is_not() {
        run(async {
            let soon = Deadline::after(Duration::from_millis(20));
            assert_eq!(soon.enforce(pending::<()>()).await, None);
            assert_eq!(soon.time_left(), Duration::ZERO);
            assert_eq!(soon.enforce(ready(7)).await, Some(7));
        });
    }

    #[test]
    fn a_call_takes_the_smaller_of_its_limit_and_the_time_left() {
        let limit = Duration::from_secs(6);
        assert_eq!((Deadline::current(), Deadline::limit(limit)), (None, limit));
        assert_eq!(Deadline::limit_before(limit, limit), limit);
        run(async {
            let late = Deadline::after(Duration::from_secs(60));
            assert_eq!(late.scope(async { Deadline::limit(limit) }).await, limit);
            let soon = late.earlier_by(Duration::from_secs(58));
            assert!(soon.scope(async { Deadline::limit(limit) }).await <= Duration::from_secs(2));
            assert_eq!(soon.scope(async { Deadline::current() }).await, Some(soon));
            let reserve = Duration::from_secs(1);
            let leg = soon.scope(async { Deadline::limit_before(reserve, limit) }).await;
            assert!(leg <= reserve, "{leg:?}");
            let none = soon.scope(async { Deadline::limit_before(limit, limit) }).await;
            assert_eq!(none, Duration::ZERO);
        });
    }
}
