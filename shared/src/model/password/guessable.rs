//! How many independent choices a text is made of, for whoever guesses as people choose.

/// Rows of characters that people walk along: the alphabet, digits, and keyboards. Either way round.
const ROWS: [&str; 8] = [
    "abcdefghijklmnopqrstuvwxyz",
    "012345678901234567890",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "йцукенгшщзхъфывапролджэячсмитьбю",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
];

/// What people begin a password with and then fill up.
const WORDS: &str = include_str!("words.txt");

/// Fewest characters of a walk, or of what stood before, that count as one choice.
const MIN_LENGTH: usize = 3;

/// How many choices a text is made of: a common word, a walk along a row, and a copy of what stands
/// before it count as one, like any other character.
pub fn choices(lower: &str) -> usize {
    let letters: Vec<char> = lower.chars().collect();
    let words: Vec<Vec<char>> = WORDS.lines().map(|word| word.chars().collect()).collect();
    let rows: Vec<Vec<char>> =
        ROWS.iter().flat_map(|row| [row.chars().collect(), row.chars().rev().collect()]).collect();
    let (mut at, mut count) = (0, 0_usize);
    while let Some(rest) = letters.get(at..).filter(|rest| !rest.is_empty()) {
        let word = words.iter().filter(|word| rest.starts_with(word)).map(Vec::len).max();
        let walk = rows.iter().map(|row| walked(row, rest)).max();
        let copy = (0..at).map(|from| alike(letters.iter().skip(from), rest)).max();
        let longest = [walk, copy].into_iter().flatten().filter(|length| *length >= MIN_LENGTH);
        at = at.saturating_add(longest.chain(word).max().unwrap_or(1));
        count = count.saturating_add(1);
    }
    count
}

/// How far a text walks along a row, wherever it steps in.
fn walked(row: &[char], text: &[char]) -> usize {
    let starts = (0..row.len()).map(|from| alike(row.iter().skip(from), text));
    starts.max().unwrap_or(0)
}

/// How many characters two texts have in common at their beginnings.
fn alike<'a>(one: impl Iterator<Item = &'a char>, other: &[char]) -> usize {
    one.zip(other).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_walks_and_copies_are_one_choice_each() {
        for (text, expected) in [
            ("", 0),
            ("abcdefghijkl", 1),
            ("lkjihgfedcba", 1),
            ("123456789012", 1),
            ("password1234", 2),
            ("qwertyuiopas", 1),
            ("poiuytrewq12", 3),
            ("passwordpassword", 2),
            ("x7k!x7k!x7k!", 5),
            ("correct horse battery", 21),
            ("839201746512", 12),
        ] {
            assert_eq!(choices(text), expected, "{text}");
        }
    }

    #[test]
    fn words_are_lower_case_and_long_enough_to_save_something() {
        for word in WORDS.lines() {
            assert!(word.chars().count() > MIN_LENGTH && word.to_lowercase() == word, "{word}");
        }
    }
}
