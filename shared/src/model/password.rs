//! Passwords of members: which are good enough, and how they are hashed.
//!
//! A hash is Argon2id over an HMAC of the password under the deployment's pepper, so that the table
//! alone does not allow guessing. Time is the same whoever asks: one hash per sign-in.

mod guessable;

use super::{Invalid, member::PasswordHash};
use crate::digest::same;
use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use ring::hmac;
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Fewest and most characters, after normalisation.
pub const LENGTHS: (usize, usize) = (12, 128);

/// Bytes of a salt.
pub const SALT_LEN: usize = 16;

/// What a hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// What new hashes cost.
const COST: Cost = Cost { memory_kib: 19_456, passes: 2, lanes: 1 };

const HASH_LEN: usize = 32;

/// The passwords of at least twelve characters among the 10,000 commonest, as `zxcvbn` ranks them.
const COMMON: &str = include_str!("password/common.txt");

/// Fewest independent choices in a password: a common word filled up with digits has fewer, and so has a
/// walk over the keyboard.
const MIN_CHOICES: usize = 7;

/// Names shorter than this may stand in a password: too many words contain them.
const MIN_NAME: usize = 4;

/// A password, normalised (NFKC): the same characters typed on another keyboard are the same text.
pub struct Password(Zeroizing<String>);

/// A secret that hashes depend on besides the password, with its number.
#[derive(Clone, Copy)]
pub struct Pepper<'a> {
    /// Its number in the key ring.
    pub number: u8,
    /// The secret bytes that new hashes depend on.
    pub key: &'a [u8],
    /// Older ones that hashes may still depend on, with their numbers.
    pub older: &'a [(u8, Arc<Vec<u8>>)],
}

impl Pepper<'_> {
    /// The key of this number.
    fn numbered(&self, number: u8) -> Option<&[u8]> {
        if number == self.number {
            return Some(self.key);
        }
        let found = self.older.iter().find(|(older, _)| *older == number);
        found.map(|(_, key)| key.as_slice())
    }
}

/// What became of comparing a password with a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordCheck {
    /// It is another password.
    Wrong,
    /// It is the password.
    Right,
    /// It is the password, but hashed with other parameters or an older pepper than new ones are.
    RightButOld,
}

impl Password {
    /// Takes a password as it was typed.
    pub fn new(typed: &str) -> Self {
        Self(Zeroizing::new(typed.nfkc().collect()))
    }

    /// Whether it is good enough for somebody with these names and addresses.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn check(&self, names: &[&str]) -> Result<(), Invalid> {
        let length = self.0.chars().count();
        let (least, most) = LENGTHS;
        if length < least || length > most {
            return Err(Invalid::new(format!("must have {least} to {most} characters")));
        }
        if self.0.chars().any(char::is_control) {
            return Err(Invalid::new("must not contain control characters"));
        }
        let lower = Zeroizing::new(self.0.to_lowercase());
        if COMMON.lines().any(|common| common == lower.as_str()) {
            return Err(Invalid::new("is among the most common passwords"));
        }
        if is_repetition(&lower) {
            return Err(Invalid::new("is one sequence of characters, repeated"));
        }
        if guessable::choices(&lower) < MIN_CHOICES {
            return Err(Invalid::new(
                "is made of common words or sequences such as abc, 123, qwerty",
            ));
        }
        let parts = names.iter().flat_map(|name| name.split(|c: char| !c.is_alphanumeric()));
        let mut long = parts.filter(|part| part.chars().count() >= MIN_NAME);
        if long.any(|part| lower.contains(&part.to_lowercase())) {
            return Err(Invalid::new("must not contain your name, address or organisation"));
        }
        Ok(())
    }

    /// Hashes it; `None` when the system has no memory for it.
    pub fn hash(&self, pepper: Pepper<'_>, salt: [u8; SALT_LEN]) -> Option<PasswordHash> {
        let Cost { memory_kib: m, passes: t, lanes: p } = COST;
        let hash = self.derive(pepper.key, &salt, COST)?;
        let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
        let number = pepper.number;
        Some(PasswordHash(format!("{number}$argon2id$v=19$m={m},t={t},p={p}${salt}${hash}")))
    }

    /// Compares it with a hash, in a time that does not depend on the answer. Without a hash, which
    /// is an address that nobody has, it takes the same time and is wrong.
    pub fn check_hash(&self, pepper: Pepper<'_>, hash: Option<&PasswordHash>) -> PasswordCheck {
        let Some(known) = hash.and_then(|hash| Kept::read(&hash.0)) else {
            let _same_time = self.derive(pepper.key, &[0; SALT_LEN], COST);
            return PasswordCheck::Wrong;
        };
        // A pepper that was revoked makes every password wrong, in the same time.
        let key = pepper.numbered(known.pepper);
        let derived = self.derive(key.unwrap_or(pepper.key), &known.salt, known.cost);
        let right = key.is_some() && derived.is_some_and(|derived| same(&derived, &known.hash));
        let as_new = known.cost == COST && known.pepper == pepper.number;
        match (right, as_new) {
            (false, _) => PasswordCheck::Wrong,
            (true, true) => PasswordCheck::Right,
            (true, false) => PasswordCheck::RightButOld,
        }
    }

    fn derive(&self, pepper: &[u8], salt: &[u8], cost: Cost) -> Option<[u8; HASH_LEN]> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, pepper);
        let peppered = hmac::sign(&key, self.0.as_bytes());
        let parameters =
            Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(HASH_LEN)).ok()?;
        let mut hash = [0; HASH_LEN];
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
        argon2.hash_password_into(peppered.as_ref(), salt, &mut hash).ok()?;
        Some(hash)
    }
}

/// A hash as it was kept.
struct Kept {
    pepper: u8,
    cost: Cost,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Kept {
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('$');
        let pepper = parts.next()?.parse().ok()?;
        let (algorithm, version) = (parts.next()?, parts.next()?);
        let mut numbers = parts.next()?.split(',');
        let mut number = |name: &str| numbers.next()?.strip_prefix(name)?.parse().ok();
        let cost = Cost { memory_kib: number("m=")?, passes: number("t=")?, lanes: number("p=")? };
        let mut bytes = || STANDARD_NO_PAD.decode(parts.next()?).ok();
        let (salt, hash) = (bytes()?, bytes()?);
        let ours = algorithm == "argon2id" && version == "v=19";
        ours.then_some(Self { pepper, cost, salt, hash })
    }
}

/// Whether a text is a shorter one, written at least twice.
fn is_repetition(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let repeats = |length: usize| {
        let (start, rest) = letters.split_at(length);
        rest.chunks(length).all(|chunk| start.starts_with(chunk))
    };
    (1..=letters.len() / 2).any(repeats)
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEPPER: Pepper<'static> = Pepper { number: 3, key: &[7; 32], older: &[] };

    #[test]
    fn weak_passwords_are_refused_with_the_reason() {
        let check = |text: &str| Password::new(text).check(&["Ada Lovelace", "ada@example.com"]);
        assert!(check("correct horse battery").is_ok());
        assert!(check("🐎🔋🧷🌂🍞🎈🪁🧭🦔🫖🧦🎻").is_ok(), "twelve characters of any kind");
        assert!(check("839201746512").is_ok(), "digits by chance");
        assert!(check("dragon monkey sunset hats").is_ok(), "more words than one thinks of");
        for (text, why) in [
            ("elevenchars", "12 to 128"),
            (&*"x".repeat(129), "12 to 128"),
            ("1q2w3e4r5t6y", "most common"),
            ("aaaaaaaaaaaaaaa", "repeated"),
            ("abcabcabcabca", "repeated"),
            ("123456789012", "sequences"),
            ("210987654321", "sequences"),
            ("abcdefghijkl", "sequences"),
            ("Password1234", "sequences"),
            ("p@ssw0rd2026!", "sequences"),
            ("2026iloveyou", "sequences"),
            ("qwertyuiopas", "sequences"),
            ("passpasspass1", "sequences"),
            ("eleven\0quiet lamps", "control"),
            ("eleven\nquiet lamps", "control"),
            ("my-LOVELACE-secret", "must not contain"),
            ("example is my shop", "must not contain"),
        ] {
            assert!(check(text).unwrap_err().0.contains(why), "{text}");
        }
    }

    #[test]
    fn a_hash_fits_its_password_and_pepper_only() {
        let password = Password::new("correct horse battery");
        let hash = password.hash(PEPPER, [1; SALT_LEN]).unwrap();
        assert!(hash.0.starts_with("3$argon2id$v=19$m=19456,t=2,p=1$AQEBAQ"), "{}", hash.0);
        assert_eq!(password.check_hash(PEPPER, Some(&hash)), PasswordCheck::Right);
        let other = Password::new("correct horse batterz");
        assert_eq!(other.check_hash(PEPPER, Some(&hash)), PasswordCheck::Wrong);
        assert_eq!(password.check_hash(PEPPER, None), PasswordCheck::Wrong);
        let peppered = Pepper { key: &[8; 32], ..PEPPER };
        assert_eq!(password.check_hash(peppered, Some(&hash)), PasswordCheck::Wrong);
    }

    #[test]
    fn the_same_characters_are_the_same_password_however_they_are_typed() {
        let hash = Password::new("caf\u{e9} on the corner").hash(PEPPER, [1; SALT_LEN]).unwrap();
        let other = Password::new("cafe\u{301} on the corner");
        assert_eq!(other.check_hash(PEPPER, Some(&hash)), PasswordCheck::Right);
    }

    #[test]
    fn a_hash_of_other_parameters_is_renewed() {
        let password = Password::new("correct horse battery");
        let cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };
        let hash = STANDARD_NO_PAD.encode(password.derive(PEPPER.key, &[1; 16], cost).unwrap());
        let salt = STANDARD_NO_PAD.encode([1; 16]);
        let kept = PasswordHash(format!("3$argon2id$v=19$m=64,t=1,p=1${salt}${hash}"));
        assert_eq!(password.check_hash(PEPPER, Some(&kept)), PasswordCheck::RightButOld);
    }

    #[test]
    fn a_hash_under_an_older_pepper_is_renewed_and_one_under_a_revoked_pepper_is_wrong() {
        let password = Password::new("correct horse battery");
        let hash = password.hash(PEPPER, [1; SALT_LEN]).unwrap();
        let older = [(3, Arc::new(vec![7; 32]))];
        let next = Pepper { number: 4, key: &[8; 32], older: &older };
        assert_eq!(password.check_hash(next, Some(&hash)), PasswordCheck::RightButOld);
        let other = Password::new("correct horse batterz");
        assert_eq!(other.check_hash(next, Some(&hash)), PasswordCheck::Wrong);
        let revoked = Pepper { older: &[], ..next };
        assert_eq!(password.check_hash(revoked, Some(&hash)), PasswordCheck::Wrong);
    }
}
