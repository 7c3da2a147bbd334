//! Counts what the table was asked and what that costs, for the request's log line and for tests.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

/// Running totals since the last [`Meter::take`]. One process serves one request at a time.
#[derive(Debug, Default)]
pub struct Meter {
    calls: AtomicU64,
    half_read_units: AtomicU64,
    half_write_units: AtomicU64,
    micros: AtomicU64,
}

/// What one request asked of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Round trips to the table.
    pub calls: u64,
    /// Read units, doubled: an eventually consistent read of 4 KB is 1 here.
    pub half_read_units: u64,
    /// Write units, doubled: one unit is 2 here.
    pub half_write_units: u64,
    /// Time spent waiting, in microseconds.
    pub micros: u64,
}

/// Measures one round trip.
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// A stopwatch that runs from now on.
    #[expect(clippy::disallowed_methods, reason = "measures a duration, decides nothing")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Microseconds since the start.
    pub fn micros(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

impl Meter {
    /// Notes one round trip.
    pub fn note(&self, stopwatch: &Stopwatch, half_read_units: u64, half_write_units: u64) {
        self.calls.fetch_add(1, Relaxed);
        self.half_read_units.fetch_add(half_read_units, Relaxed);
        self.half_write_units.fetch_add(half_write_units, Relaxed);
        self.micros.fetch_add(stopwatch.micros(), Relaxed);
    }

    /// The totals, which start again from zero.
    pub fn take(&self) -> Usage {
        Usage {
            calls: self.calls.swap(0, Relaxed),
            half_read_units: self.half_read_units.swap(0, Relaxed),
            half_write_units: self.half_write_units.swap(0, Relaxed),
            micros: self.micros.swap(0, Relaxed),
        }
    }
}
