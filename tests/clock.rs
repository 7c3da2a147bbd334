//! Time and randomness of tests: the machine's, unless a test sets its own.
//!
//! What an item weighs depends on the times in it (a number of milliseconds that ends in a zero is
//! stored in a byte less) and how many months a list reads depends on the date. A test that asserts
//! such figures calls [`set`] first, and gets the same ones on every day.

use crate::random::Random;
use shared::{
    app::clock as machine,
    model::{Time, id::Id},
    operations::Ambient,
};
use std::cell::Cell;

/// Time and randomness as operations take them.
pub const AMBIENT: Ambient = Ambient { now, random };

/// What the clock goes on by whenever it is looked at, so that all its times take the same bytes.
const STEP_MS: i64 = 10;

/// What time it is to a test that has set it, and what its next random bytes come from.
#[derive(Clone, Copy)]
struct Own {
    ms: i64,
    seed: u64,
}

thread_local! {
    static OWN: Cell<Option<Own>> = const { Cell::new(None) };
}

/// From here on, this thread's test lives on a day in the middle of a month, and everything that it
/// draws is the same each time.
pub fn set() {
    let begin = Time::parse("2026-03-16T10:00:00.007Z").unwrap();
    OWN.set(Some(Own { ms: begin.ms(), seed: 7 }));
}

/// The time, in UTC.
pub fn now() -> Time {
    let Some(own) = OWN.get() else { return machine::now() };
    OWN.set(Some(Own { ms: own.ms + STEP_MS, ..own }));
    Time::from_ms(own.ms)
}

/// Random bytes.
pub fn random<const N: usize>() -> [u8; N] {
    let Some(own) = OWN.get() else { return machine::random() };
    let mut random = Random(own.seed);
    let bytes = [(); N].map(|()| random.next().to_be_bytes()[0]);
    OWN.set(Some(Own { seed: random.0, ..own }));
    bytes
}

/// A fresh id that nobody can guess, unless the test has set its randomness.
pub fn new_secret_id<K>() -> Id<K> {
    let parts: [u16; 8] = [(); 8].map(|()| u16::from_be_bytes(random()));
    let [a, b, c, d, e, f, g, h] = parts;
    let (d, e) = (d & 0xfff, e & 0xfff);
    format!("{a:04x}{b:04x}-{c:04x}-4{d:03x}-8{e:03x}-{f:04x}{g:04x}{h:04x}").parse().unwrap()
}

/// A fresh id.
pub fn new_id<K>() -> Id<K> {
    Id::mint(now(), random())
}
