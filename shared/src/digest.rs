//! Hashes as ids and records need them.

use ring::digest::{SHA256, digest};
use std::fmt::Write;

/// The first `N` bytes (at most 32) of the SHA-256 of a text.
#[must_use]
pub fn sha256<const N: usize>(text: &str) -> [u8; N] {
    first_of(digest(&SHA256, text.as_bytes()).as_ref())
}

/// The first `N` bytes of a hash that has at least as many.
#[must_use]
pub fn first_of<const N: usize>(hash: &[u8]) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.iter_mut().zip(hash).for_each(|(to, from)| *to = *from);
    bytes
}

/// Bytes in lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        // Writing into a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Whether two tags are the same, in a time that does not depend on where they differ.
#[must_use]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |different, (x, y)| different | (x ^ y)) == 0
}
