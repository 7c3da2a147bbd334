//! The texts of the buyer's pages: a catalogue for each language in `words/`, compiled in. A page
//! links the sections it shows, and sends those of one language.

use crate::http::Request;

include!(concat!(env!("OUT_DIR"), "/hosted_words.rs"));

/// Most languages of a header that are looked at: it is somebody else's text.
const MAX_LANGUAGES: usize = 30;

/// A language that pages speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Locale {
    /// English, for whoever reads none of the others.
    #[default]
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Spanish.
    Es,
    /// Italian.
    It,
    /// Dutch.
    Nl,
    /// Polish.
    Pl,
    /// Portuguese.
    Pt,
    /// Danish.
    Da,
    /// Swedish.
    Sv,
    /// Japanese.
    Ja,
    /// Arabic.
    Ar,
}

impl Locale {
    /// Every language, in the order of the contract.
    pub const ALL: [Self; 12] = [
        Self::En,
        Self::De,
        Self::Fr,
        Self::Es,
        Self::It,
        Self::Nl,
        Self::Pl,
        Self::Pt,
        Self::Da,
        Self::Sv,
        Self::Ja,
        Self::Ar,
    ];

    /// The tag of the language, as `<html lang>` takes it (BCP 47).
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
            Self::Es => "es",
            Self::It => "it",
            Self::Nl => "nl",
            Self::Pl => "pl",
            Self::Pt => "pt",
            Self::Da => "da",
            Self::Sv => "sv",
            Self::Ja => "ja",
            Self::Ar => "ar",
        }
    }

    /// The direction of its script, `ltr` or `rtl`, as `<html dir>` takes it.
    pub const fn dir(self) -> &'static str {
        match self {
            Self::Ar => "rtl",
            Self::En
            | Self::De
            | Self::Fr
            | Self::Es
            | Self::It
            | Self::Nl
            | Self::Pl
            | Self::Pt
            | Self::Da
            | Self::Sv
            | Self::Ja => "ltr",
        }
    }

    /// The language of a tag such as `de-CH`.
    pub fn named(tag: &str) -> Option<Self> {
        let short = tag.trim().split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|locale| locale.code().eq_ignore_ascii_case(short))
    }

    /// The language that somebody reads best, of a list as in `Accept-Language`; the first of those
    /// that are read equally well.
    pub fn best(wanted: &str) -> Option<Self> {
        let mut found: Option<(Self, u32)> = None;
        for item in wanted.split(',').take(MAX_LANGUAGES) {
            let (tag, weight) =
                item.split_once(';').map_or((item, 1000), |(tag, q)| (tag, thousandths(q)));
            let better = found.is_none_or(|(_, most)| weight > most);
            if let Some(locale) = Self::named(tag).filter(|_| weight > 0 && better) {
                found = Some((locale, weight));
            }
        }
        found.map(|(locale, _)| locale)
    }

    /// The language of a page for whoever sent the request: what its query names, else what the
    /// browser prefers, else `otherwise`.
    pub fn of(req: &Request, otherwise: Option<Self>) -> Self {
        Self::best(&req.languages()).or(otherwise).unwrap_or_default()
    }
}

/// `q=0.8` in thousandths; 0 for what cannot be read.
fn thousandths(weight: &str) -> u32 {
    let Some((_, number)) = weight.split_once('=') else { return 0 };
    let (whole, part) = number.trim().split_once('.').unwrap_or((number.trim(), ""));
    let digits = part.len().min(3);
    let part = format!("{:0<3}", part.get(..digits).unwrap_or_default());
    let (whole, part) = (whole.parse::<u32>(), part.parse::<u32>());
    match (whole, part) {
        (Ok(0), Ok(part)) => part,
        (Ok(1), Ok(_)) => 1000,
        _ => 0,
    }
}

/// What the server says in English, in another language: pages say it, its answers do not.
pub fn say(locale: Locale, sentence: &'static str) -> &'static str {
    let (theirs, ours) = (told(Locale::En), told(locale));
    let pairs = [
        (theirs.declined, ours.declined),
        (theirs.unchecked, ours.unchecked),
        (theirs.not_processed, ours.not_processed),
        (theirs.time_over, ours.time_over),
        (theirs.called_off, ours.called_off),
    ];
    pairs.into_iter().find(|(said, _)| *said == sentence).map_or(sentence, |(_, text)| text)
}

#[cfg(test)]
mod tests;
