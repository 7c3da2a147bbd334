//! What happened to one object, in order, as far as it is still kept.

use super::{super::Time, EventDetail, EventType, Occurrence};

/// What happened to one object, oldest first. Sequence numbers start at 1 and have no gaps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// How many occurrences were dropped from the front.
    pub dropped: u64,
    /// The occurrences that are still kept; those dropped are only counted.
    pub entries: Vec<Occurrence>,
    /// Everything up to this number is known to be published: only that may be dropped. Written
    /// down from time to time.
    pub published: u64,
}

/// Published occurrences kept with an object. What is not known to be published is kept however
/// much it is.
pub const MAX_ENTRIES: usize = 20;

/// So many occurrences may be published without that being written down.
const MAX_UNMARKED: u64 = 10;

impl History {
    /// A history that begins.
    pub fn starting(kind: EventType, at: Time) -> Self {
        Self { dropped: 0, entries: vec![Occurrence::new(kind, at)], published: 0 }
    }

    /// The same with one more, and with the oldest dropped that are published when there are too
    /// many.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn and(&self, kind: EventType, at: Time) -> Self {
        let mut next = self.clone();
        next.entries.push(Occurrence::new(kind, at));
        while next.entries.len() > MAX_ENTRIES && next.dropped < next.published {
            next.entries.remove(0);
            next.dropped = next.dropped.saturating_add(1);
        }
        next
    }

    /// The same without what is known to be published, but for the newest: nobody asks for it any
    /// more.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn without_published(&self) -> Self {
        let mut next = self.clone();
        while next.entries.len() > 1 && next.dropped < next.published {
            next.entries.remove(0);
            next.dropped = next.dropped.saturating_add(1);
        }
        next
    }

    /// The same where each event says of itself what it says now, if `changes` says that its object
    /// will say something else.
    pub fn fixed(&self, changes: impl Fn(EventType) -> Option<EventDetail>) -> Self {
        let mut next = self.clone();
        for entry in next.entries.iter_mut().filter(|entry| entry.detail.is_none()) {
            entry.detail = changes(entry.kind).map(Box::new);
        }
        next
    }

    /// The number up to which it is worth looking what is published, to write that down; `None`
    /// while little has come since that was last done.
    pub fn unmarked(&self) -> Option<u64> {
        let last = self.last_sequence();
        let long = self.entries.len() >= MAX_ENTRIES / 2;
        (long && last.saturating_sub(self.published) >= MAX_UNMARKED).then_some(last)
    }

    /// Sequence number of the newest occurrence; 0 when there is none.
    pub fn last_sequence(&self) -> u64 {
        self.dropped.saturating_add(u64::try_from(self.entries.len()).unwrap_or(0))
    }

    /// When the occurrence right before number `sequence` was; `None` when that was the first, or
    /// is too long ago.
    pub fn time_before(&self, sequence: u64) -> Option<Time> {
        let at = sequence.checked_sub(self.dropped)?.checked_sub(2)?;
        self.entries.get(usize::try_from(at).ok()?).map(|occurrence| occurrence.at)
    }

    /// Occurrences after `sequence`, each with its own number.
    pub fn after(&self, sequence: u64) -> impl Iterator<Item = (u64, Occurrence)> + '_ {
        let numbered = (self.dropped.saturating_add(1)..).zip(self.entries.iter().cloned());
        numbered.filter(move |(number, _)| *number > sequence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_numbers_have_no_gaps_when_old_entries_are_dropped() {
        let mut history = History::starting(EventType::PaymentIntentCreated, Time::from_ms(0));
        for _ in 0..30 {
            history = history.and(EventType::PaymentLinkFailed, Time::from_ms(1));
            assert_eq!(history.dropped, 0, "nothing is known to be published");
        }
        history.published = 30;
        history = History { entries: history.entries[..30].to_vec(), ..history };
        history = history.and(EventType::PaymentLinkFailed, Time::from_ms(1));
        assert_eq!(history.entries.len(), MAX_ENTRIES);
        assert_eq!(history.last_sequence(), 31);
        let numbers: Vec<u64> = history.after(28).map(|(number, _)| number).collect();
        assert_eq!(numbers, [29, 30, 31]);
        assert_eq!(history.time_before(13), Some(Time::from_ms(1)));
        assert_eq!(history.time_before(12), None, "the eleventh was dropped");
        let first = History::starting(EventType::CardAdded, Time::from_ms(7));
        assert_eq!((first.time_before(1), first.time_before(2)), (None, Some(Time::from_ms(7))));
    }
}
