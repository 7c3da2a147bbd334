//! Hashes as ids and records need them.

use ring::digest::{SHA256, digest};
use subtle::ConstantTimeEq;

/// The first `N` bytes (at most 32) of the SHA-256 of a text.
pub fn sha256<const N: usize>(text: &str) -> [u8; N] {
    first_of(digest(&SHA256, text.as_bytes()).as_ref())
}

/// The first `N` bytes of a hash that has at least as many.
pub fn first_of<const N: usize>(hash: &[u8]) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.iter_mut().zip(hash).for_each(|(to, from)| *to = *from);
    bytes
}

/// Bytes in lower-case hexadecimal. Every request that is signed writes some, hence by hand.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { b'a' - 10 + value });
    let mut hex = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        hex.push(digit(byte >> 4));
        hex.push(digit(byte & 15));
    }
    hex
}

/// A number in 26 characters of Crockford's base 32, the highest first.
pub fn crockford(number: u128) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let digits = (0..26).rev().map(|place| {
        let digit = usize::try_from((number >> (5 * place)) & 31).unwrap_or_default();
        DIGITS.get(digit).copied().map(char::from).unwrap_or_default()
    });
    digits.collect()
}

/// Whether two tags are the same, in a time that does not depend on where they differ.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::{crockford, hex, same};

    #[test]
    fn tags_are_the_same_when_all_their_bytes_are() {
        assert!(same(b"tag", b"tag") && same(b"", b""));
        for other in ["tah", "uag", "ta", "tags", ""] {
            assert!(!same(b"tag", other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn hexadecimal_has_two_digits_per_byte() {
        assert_eq!(hex(&[0, 9, 10, 15, 16, 159, 255]), "00090a0f109fff");
    }

    #[test]
    fn base_32_sorts_like_the_number() {
        assert_eq!(crockford(0), "0".repeat(26));
        assert_eq!(crockford(u128::MAX), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
        // The example of the ULID specification's own library: time 1469918176385.
        assert_eq!(crockford(1_469_918_176_385 << 80), "01ARYZ6S410000000000000000");
    }
}
