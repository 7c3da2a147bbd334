//! The fonts, which are part of the program. See `fonts/README.md` for where they come from.

use super::units::Milli;
use harfrust::{FontRef, ShaperData};
use krilla::text::Font;
use read_fonts::{
    TableProvider,
    tables::{cmap::Cmap, glyf::Glyf, loca::Loca},
    types::GlyphId,
};

/// One font file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Face {
    /// Latin, Greek, Cyrillic, figures and signs.
    Sans,
    /// The same, bold.
    SansBold,
    /// Hebrew.
    Hebrew,
    /// The same, bold.
    HebrewBold,
    /// Arabic.
    Arabic,
    /// The same, bold.
    ArabicBold,
    /// Devanagari.
    Devanagari,
    /// The same, bold.
    DevanagariBold,
    /// Thai.
    Thai,
    /// The same, bold.
    ThaiBold,
    /// Han, kana and Hangul, in one weight.
    Cjk,
}

impl Face {
    /// Every face.
    pub const ALL: [Self; 11] = [
        Self::Sans,
        Self::SansBold,
        Self::Hebrew,
        Self::HebrewBold,
        Self::Arabic,
        Self::ArabicBold,
        Self::Devanagari,
        Self::DevanagariBold,
        Self::Thai,
        Self::ThaiBold,
        Self::Cjk,
    ];

    /// The faces of a weight, in the order in which they are asked for a character.
    pub const fn of_weight(bold: bool) -> [Self; 6] {
        if bold {
            let [sans, hebrew] = [Self::SansBold, Self::HebrewBold];
            [sans, hebrew, Self::ArabicBold, Self::DevanagariBold, Self::ThaiBold, Self::Cjk]
        } else {
            let [sans, hebrew] = [Self::Sans, Self::Hebrew];
            [sans, hebrew, Self::Arabic, Self::Devanagari, Self::Thai, Self::Cjk]
        }
    }

    const fn file(self) -> &'static [u8] {
        match self {
            Self::Sans => include_bytes!("../../fonts/NotoSans-Regular.ttf"),
            Self::SansBold => include_bytes!("../../fonts/NotoSans-Bold.ttf"),
            Self::Hebrew => include_bytes!("../../fonts/NotoSansHebrew-Regular.ttf"),
            Self::HebrewBold => include_bytes!("../../fonts/NotoSansHebrew-Bold.ttf"),
            Self::Arabic => include_bytes!("../../fonts/NotoSansArabic-Regular.ttf"),
            Self::ArabicBold => include_bytes!("../../fonts/NotoSansArabic-Bold.ttf"),
            Self::Devanagari => include_bytes!("../../fonts/NotoSansDevanagari-Regular.ttf"),
            Self::DevanagariBold => include_bytes!("../../fonts/NotoSansDevanagari-Bold.ttf"),
            Self::Thai => include_bytes!("../../fonts/NotoSansThai-Regular.ttf"),
            Self::ThaiBold => include_bytes!("../../fonts/NotoSansThai-Bold.ttf"),
            Self::Cjk => include_bytes!("../../fonts/DroidSansFallback.ttf"),
        }
    }
}

/// Every font, ready to be asked.
pub struct Fonts {
    loaded: Vec<Loaded>,
}

/// One font, ready to be asked.
pub struct Loaded {
    /// Which it is.
    pub face: Face,
    /// The font itself.
    pub font: FontRef<'static>,
    /// What shaping prepares once.
    pub shaper: ShaperData,
    /// Units that the size is divided into.
    pub units_per_em: i32,
    characters: Cmap<'static>,
    outlines: Glyf<'static>,
    places: Loca<'static>,
}

impl Fonts {
    /// Reads the tables of all fonts; `None` where a file is not what it was when it was built in.
    pub fn load() -> Option<Self> {
        let loaded: Option<Vec<_>> = Face::ALL.into_iter().map(Loaded::of).collect();
        Some(Self { loaded: loaded? })
    }

    /// The font of a face.
    pub fn of(&self, face: Face) -> Option<&Loaded> {
        self.loaded.iter().find(|font| font.face == face)
    }
}

impl Loaded {
    fn of(face: Face) -> Option<Self> {
        let font = FontRef::new(face.file()).ok()?;
        Some(Self {
            face,
            shaper: ShaperData::new(&font),
            units_per_em: i32::from(font.head().ok()?.units_per_em()),
            characters: font.cmap().ok()?,
            outlines: font.glyf().ok()?,
            places: font.loca(None).ok()?,
            font,
        })
    }

    /// Whether it has a glyph for a character.
    pub fn has(&self, character: char) -> bool {
        self.characters.map_codepoint(character).is_some_and(|glyph| glyph != GlyphId::NOTDEF)
    }

    /// How far a glyph's ink goes below and above the line, in font units.
    pub fn ink(&self, glyph: u32) -> (i32, i32) {
        let outline = self.places.get_glyf(GlyphId::new(glyph), &self.outlines).ok().flatten();
        outline.map_or((0, 0), |outline| (outline.y_min().into(), outline.y_max().into()))
    }
}

/// The font as the file format takes it.
pub fn for_file(face: Face) -> Option<Font> {
    Font::new(face.file().into(), 0)
}

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Height of the em.
    pub size: Milli,
    /// Weight.
    pub bold: bool,
    /// Red, green and blue.
    pub color: [u8; 3],
}
