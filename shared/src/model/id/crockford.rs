//! Crockford's base 32: digits and capitals without I, L, O and U. Five bits a character.

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters of a whole UUID.
pub const UUID_LEN: usize = 26;

/// The lowest `5 * len` bits of a value, highest first, in capitals. At most 26 characters make
/// sense: they hold 130 bits.
pub fn encode(value: u128, len: usize) -> String {
    let mut rest = value;
    let mut text: Vec<char> = Vec::with_capacity(len);
    for _ in 0..len {
        let digit = usize::try_from(rest & 31).unwrap_or(0);
        text.push(ALPHABET.get(digit).copied().map_or('0', char::from));
        rest >>= 5;
    }
    text.into_iter().rev().collect()
}

/// The value of a text of any case; `None` for other characters and for more than 128 bits.
pub fn decode(text: &str) -> Option<u128> {
    text.bytes().try_fold(0_u128, |value, byte| {
        let byte = byte.to_ascii_uppercase();
        let digit = ALPHABET.iter().position(|known| *known == byte)?;
        value.checked_mul(32)?.checked_add(u128::try_from(digit).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_and_read_back() {
        for value in [0, 1, 31, 32, u128::MAX, 0x0199_f3a2_c4d0_7b1e_8f6a_5d4c_3b2a_1908] {
            let text = encode(value, UUID_LEN);
            assert_eq!(text.len(), UUID_LEN);
            assert_eq!(decode(&text), Some(value));
            assert_eq!(decode(&text.to_lowercase()), Some(value));
        }
        assert_eq!(encode(u128::MAX, UUID_LEN), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
        assert_eq!(encode(u128::MAX, 3), "ZZZ");
    }

    #[test]
    fn other_characters_and_too_many_bits_are_refused() {
        for text in ["8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "I", "l", "o", "U", " ", "é", "-"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
