//! When a failed delivery is tried again.

use super::Invalid;

/// Seconds before each attempt, counted from the one before: 13 attempts over 96 h 36 m. This is
/// the whole schedule; after the last attempt the delivery is `failed`, and says so.
pub const SCHEDULE_S: [u32; 13] =
    [0, 5, 60, 300, 1800, 7200, 18_000, 36_000, 43_200, 50_400, 50_400, 54_000, 86_400];

/// How far an attempt's time may be off, in percent, so that failed deliveries do not come back
/// in step.
const JITTER_PERCENT: i64 = 20;

/// The longest that an answer's `Retry-After` is honoured, in seconds.
pub const MAX_RETRY_AFTER_S: i64 = 86_400;

/// Most waits in an endpoint's own schedule, the longest one, and the longest sum: a delivery has
/// to be over before its record is swept.
pub const MAX_WAITS: usize = 19;
const WAIT_S: std::ops::RangeInclusive<u32> = 1..=86_400;
const MAX_SPAN_S: u32 = 7 * 86_400;

/// The waits between the attempts of one endpoint's deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrySchedule {
    waits_s: Vec<u32>,
}

impl Default for RetrySchedule {
    fn default() -> Self {
        Self { waits_s: SCHEDULE_S.get(1..).unwrap_or_default().to_vec() }
    }
}

impl RetrySchedule {
    /// An endpoint's own schedule: the waits after each failed attempt, in seconds. Without any
    /// there is one attempt.
    ///
    /// # Errors
    /// Too many waits, one that is too long, or a sum of more than seven days.
    pub fn new(waits_s: Vec<u32>) -> Result<Self, Invalid> {
        if waits_s.len() > MAX_WAITS {
            return Err(Invalid::new(format!("must have at most {MAX_WAITS} entries")));
        }
        if !waits_s.iter().all(|wait| WAIT_S.contains(wait)) {
            return Err(Invalid::new("must hold whole numbers of seconds from 1 to 86400"));
        }
        let span = waits_s.iter().fold(0_u32, |sum, wait| sum.saturating_add(*wait));
        if span > MAX_SPAN_S {
            return Err(Invalid::new("must not add up to more than seven days"));
        }
        Ok(Self { waits_s })
    }

    /// The waits, in seconds.
    pub fn waits_s(&self) -> &[u32] {
        &self.waits_s
    }

    /// Milliseconds until the next attempt after `tried` failed ones; `None` when that was the
    /// last. `random` spreads the time; `retry_after_s` is what the receiver asked for.
    pub fn wait_ms(&self, tried: u32, retry_after_s: Option<i64>, random: u8) -> Option<i64> {
        let at = usize::try_from(tried.checked_sub(1)?).ok()?;
        let wait = jittered_ms(i64::from(*self.waits_s.get(at)?), random);
        let asked = retry_after_s.unwrap_or(0).clamp(0, MAX_RETRY_AFTER_S);
        Some(wait.max(asked.saturating_mul(1000)))
    }
}

/// `wait_s` give or take [`JITTER_PERCENT`], in milliseconds.
fn jittered_ms(wait_s: i64, random: u8) -> i64 {
    let percent = 100 - JITTER_PERCENT + i64::from(random) * 2 * JITTER_PERCENT / 255;
    wait_s.saturating_mul(10).saturating_mul(percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirteen_attempts_span_96_hours_and_36_minutes() {
        let waits = RetrySchedule::default();
        assert_eq!(waits.waits_s().len() + 1, 13);
        let span: u32 = waits.waits_s().iter().sum();
        assert_eq!(span, 96 * 3600 + 36 * 60 + 5);
        let text = "5 s, 1 m, 5 m, 30 m, 2 h, 5 h, 10 h, 12 h, 14 h, 14 h, 15 h, 24 h";
        let seconds = text.split(", ").map(|wait| {
            let (number, unit) = wait.split_once(' ').unwrap();
            number.parse::<u32>().unwrap()
                * [("s", 1), ("m", 60), ("h", 3600)]
                    .iter()
                    .find(|(name, _)| *name == unit)
                    .unwrap()
                    .1
        });
        assert_eq!(seconds.collect::<Vec<_>>(), waits.waits_s());
    }

    #[test]
    fn every_wait_is_off_by_a_fifth_at_most() {
        let schedule = RetrySchedule::default();
        for (tried, wait_s) in (1_u32..).zip(schedule.waits_s().iter().copied()) {
            let wait = i64::from(wait_s) * 1000;
            assert_eq!(schedule.wait_ms(tried, None, 0), Some(wait * 8 / 10));
            assert_eq!(schedule.wait_ms(tried, None, 255), Some(wait * 12 / 10));
            for random in 0..=255 {
                let found = schedule.wait_ms(tried, None, random).unwrap();
                assert!((wait * 8 / 10..=wait * 12 / 10).contains(&found));
            }
        }
        assert_eq!(schedule.wait_ms(13, None, 0), None, "the thirteenth is the last");
        assert_eq!(schedule.wait_ms(0, None, 0), None);
    }

    #[test]
    fn what_the_receiver_asks_for_is_honoured_up_to_a_day() {
        let schedule = RetrySchedule::default();
        for (asked, expected) in [
            (None, 4_000),
            (Some(-5), 4_000),
            (Some(0), 4_000),
            (Some(3), 4_000),
            (Some(120), 120_000),
            (Some(86_400), 86_400_000),
            (Some(i64::MAX), 86_400_000),
        ] {
            assert_eq!(schedule.wait_ms(1, asked, 0), Some(expected), "{asked:?}");
        }
        assert_eq!(schedule.wait_ms(13, Some(60), 0), None, "no attempt is added");
    }

    #[test]
    fn an_own_schedule_keeps_to_its_limits() {
        let fine: [&[u32]; 5] = [&[], &[1], &[86_400; 7], &[1; 19], &[5, 60]];
        for waits in fine {
            assert!(RetrySchedule::new(waits.to_vec()).is_ok(), "{waits:?}");
        }
        let broken: [&[u32]; 4] = [
            &[0],
            &[86_401],
            &[1; 20],
            &[86_400, 86_400, 86_400, 86_400, 86_400, 86_400, 86_400, 1],
        ];
        for waits in broken {
            assert!(RetrySchedule::new(waits.to_vec()).is_err(), "{waits:?}");
        }
        let once = RetrySchedule::new(vec![]).unwrap();
        assert_eq!(once.wait_ms(1, None, 0), None);
    }
}
