//! Chance that is the same each time, so that every demo shop has the same past.

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// Begins with a number.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 1 to the most.
    pub fn up_to(&mut self, most: i64) -> i64 {
        let most = u64::try_from(most).unwrap_or(1).max(1);
        i64::try_from(self.next() % most).map_or(1, |below| below + 1)
    }

    /// So many times in a hundred.
    pub fn happens(&mut self, percent: i64) -> bool {
        self.up_to(100) <= percent
    }

    /// One of several; the first ones more often.
    pub fn favour<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let most = i64::try_from(from.len()).unwrap_or(1);
        let place = self.up_to(most).min(self.up_to(most)) - 1;
        from.get(usize::try_from(place).unwrap_or(0))
    }

    /// Ten bytes for an id.
    pub fn bytes(&mut self) -> [u8; 10] {
        let [a, b] = [self.next(), self.next()].map(u64::to_be_bytes);
        let [a0, a1, a2, a3, a4, a5, a6, a7] = a;
        let [b0, b1, ..] = b;
        [a0, a1, a2, a3, a4, a5, a6, a7, b0, b1]
    }
}
