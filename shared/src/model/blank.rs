//! Texts in which nothing can be seen.

/// Whether nothing of a text can be seen: it is empty, or of white space and characters that have no
/// shape (Unicode's default ignorable ones, blank letters of Hangul and Braille).
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_blank() {
        for text in [
            "",
            " ",
            "\u{200B}",
            "\u{A0}\u{200D}",
            "\u{FEFF}\u{2060}",
            "\u{3164}",
            "\u{2800} \u{AD}",
        ] {
            assert!(is_blank(text), "{text:?}");
        }
        // Names that have such characters between others are names.
        for text in ["a", "\u{200B}a", "क्\u{200D}ष", "👩\u{200D}🔧", "نامه\u{200C}ای", "-"]
        {
            assert!(!is_blank(text), "{text:?}");
        }
    }
}
