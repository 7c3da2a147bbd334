//! Search by words: case and accents aside, in any order, and every sign is plain text.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Words that all have to stand somewhere in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// The words of a search.
    pub fn of(search: &str) -> Self {
        Self(fold(search).split_whitespace().map(str::to_owned).collect())
    }

    /// Whether each of them stands somewhere in the text.
    pub fn are_in(&self, text: &str) -> bool {
        let text = fold(text);
        self.0.iter().all(|word| text.contains(word.as_str()))
    }
}

/// A text without case and accents, for comparing and sorting.
pub fn fold(text: &str) -> String {
    let plain = text.nfkd().filter(|c| !is_combining_mark(*c));
    plain.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_without_case_and_accents_in_any_order() {
        let found = |search: &str, text: &str| Words::of(search).are_in(text);
        assert!(
            found("cafe", "Café Größe") && found("CAFÉ", "cafe") && found("cafe\u{301}", "Café")
        );
        assert!(found("autumn workshop", "Workshop, autumn 2026"));
        assert!(!found("autumn spring", "Workshop, autumn 2026"));
        assert!(found("100%_", "now 100%_ off") && !found("100%_", "now 100 off"));
        assert!(found("  ", "anything"));
    }
}
