//! Text on its way to glyphs: what no font has is replaced, the rest is put in visual order, shaped
//! and broken into lines.

use super::{
    fonts::{Face, Fonts, Loaded, Style},
    units::{Milli, direction, scaled},
};
use harfrust::{GlyphBuffer, ShapeOptions, UnicodeBuffer};
use std::ops::Range;
use unicode_bidi::BidiInfo;
use unicode_linebreak::linebreaks;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// Marks on one letter; more than any language writes would climb over the lines above.
const MAX_MARKS: usize = 8;

/// Characters that are set at first to see where a line ends; more than most lines hold.
const LOOK_AHEAD: usize = 120;

/// A line of text, in visual order.
#[derive(Debug, Clone)]
pub struct Line {
    /// The text in logical order, which glyphs point into.
    pub text: String,
    /// From left to right.
    pub runs: Vec<Run>,
    /// From the first glyph to the last.
    pub width: Milli,
    /// What it needs above its baseline.
    pub above: Milli,
    /// What it needs below its baseline.
    pub below: Milli,
    /// Whether its paragraph runs from right to left.
    pub right_to_left: bool,
    /// Whether some of it runs so, and glyphs therefore stand in another order than the text.
    pub reordered: bool,
}

/// Glyphs of one font.
#[derive(Debug, Clone)]
pub struct Run {
    /// The font.
    pub face: Face,
    /// From left to right.
    pub glyphs: Vec<Glyph>,
    /// Their advance at the style's size.
    pub width: Milli,
    /// What glyphs count in.
    pub units_per_em: i32,
}

/// A glyph, measured in units of its font.
#[derive(Debug, Clone)]
pub struct Glyph {
    /// Its number in the font.
    pub id: u32,
    /// From its origin to the next one's.
    pub advance: i32,
    /// Where it stands, from its origin.
    pub x: i32,
    /// The same, upwards.
    pub y: i32,
    /// The text it stands for, in bytes of the line.
    pub text: Range<usize>,
}

impl Line {
    /// Its height.
    pub const fn height(&self) -> Milli {
        self.above + self.below
    }
}

/// A text that is to be set.
pub struct Paragraph<'f> {
    fonts: &'f Fonts,
    style: Style,
    text: String,
}

impl<'f> Paragraph<'f> {
    /// Takes a text; what cannot be shown becomes a visible sign, white space one blank.
    pub fn new(fonts: &'f Fonts, style: Style, text: &str) -> Self {
        let mut clean = String::with_capacity(text.len());
        for grapheme in text.trim().graphemes(true) {
            clean_grapheme(fonts, style, grapheme, &mut clean);
        }
        Self { fonts, style, text: clean }
    }

    /// The text in one line, however long.
    pub fn line(&self) -> Line {
        let bidi = BidiInfo::new(&self.text, None);
        self.shape(&bidi, 0..self.text.len())
    }

    /// The text in lines no wider than this. Words that do not fit break anywhere.
    pub fn lines(&self, width: Milli) -> Vec<Line> {
        let bidi = BidiInfo::new(&self.text, None);
        let mut lines = Vec::new();
        let mut start = 0;
        while start < self.text.len() {
            let (line, end) = self.longest(&bidi, start, width);
            lines.push(line);
            start = end;
        }
        lines
    }

    /// The longest line that fits, and where the next begins. It takes one character at least.
    fn longest(&self, bidi: &BidiInfo, start: usize, width: Milli) -> (Line, usize) {
        let mut looked_at = LOOK_AHEAD;
        let rest = loop {
            let rest = self.text.get(start..).unwrap_or_default();
            let end = rest.char_indices().nth(looked_at).map_or(rest.len(), |(at, _)| at);
            let ahead = self.shape(bidi, start..start + end);
            if ahead.width > width {
                break rest.get(..end).unwrap_or_default();
            }
            if end == rest.len() {
                return (ahead, self.text.len());
            }
            looked_at *= 2;
        };
        let words = linebreaks(rest).map(|(at, _)| at).filter(|at| *at < rest.len()).collect();
        let graphemes = || rest.grapheme_indices(true).map(|(at, _)| at).skip(1).collect();
        let characters = || rest.char_indices().map(|(at, _)| at).skip(1).collect();
        let kinds: [&dyn Fn() -> Vec<usize>; 2] = [&graphemes, &characters];
        let mut found = self.longest_of(bidi, start, width, words);
        for kind in kinds {
            found = found.or_else(|| self.longest_of(bidi, start, width, kind()));
        }
        found.unwrap_or_else(|| {
            let end = start + rest.chars().next().map_or(rest.len(), char::len_utf8);
            (self.shape(bidi, start..end), end)
        })
    }

    /// The longest line that fits and ends at one of these places, which rise.
    fn longest_of(
        &self,
        bidi: &BidiInfo,
        start: usize,
        width: Milli,
        ends: Vec<usize>,
    ) -> Option<(Line, usize)> {
        let (mut fits, mut beyond, mut found) = (0, ends.len(), None);
        while fits < beyond {
            let middle = fits.midpoint(beyond);
            let end = start + ends.get(middle)?;
            let line = self.shape(bidi, start..end);
            if line.width <= width {
                found = Some((line, end));
                fits = middle + 1;
            } else {
                beyond = middle;
            }
        }
        found
    }

    /// Part of the text as a line, without the blanks at its end.
    fn shape(&self, bidi: &BidiInfo, range: Range<usize>) -> Line {
        let Style { size, .. } = self.style;
        let text = self.text.get(range.clone()).unwrap_or_default().trim_end();
        let paragraph = bidi.paragraphs.first();
        let mut line = Line {
            text: text.to_owned(),
            runs: Vec::new(),
            width: 0,
            above: size * 105 / 100,
            below: size * 35 / 100,
            right_to_left: paragraph.is_some_and(|paragraph| paragraph.level.is_rtl()),
            reordered: false,
        };
        let Some(paragraph) = paragraph.filter(|_| !text.is_empty()) else { return line };
        let (levels, runs) = bidi.visual_runs(paragraph, range.start..range.start + text.len());
        for run in runs {
            let right_to_left = levels.get(run.start).is_some_and(|level| level.is_rtl());
            line.reordered |= right_to_left;
            let place = run.start - range.start..run.end - range.start;
            let mut parts = self.by_font(text, place);
            if right_to_left {
                parts.reverse();
            }
            for (font, part) in parts {
                self.push_run(&mut line, font, part, right_to_left);
            }
        }
        line
    }

    /// A stretch of text, split where another font has to help out, in logical order.
    fn by_font(&self, text: &str, place: Range<usize>) -> Vec<(&'f Loaded, Range<usize>)> {
        let mut parts: Vec<(&Loaded, Range<usize>)> = Vec::new();
        let stretch = text.get(place.clone()).unwrap_or_default();
        for (at, grapheme) in stretch.grapheme_indices(true) {
            let at = place.start + at;
            let part = at..at + grapheme.len();
            // Blanks stay with what stands before them.
            let goes_on = |font: &Loaded| grapheme == " " && font.has(' ');
            let before = parts.last().map(|(font, _)| *font).filter(|font| goes_on(font));
            let Some(font) = before.or_else(|| font_for(self.fonts, self.style, grapheme)) else {
                continue;
            };
            match parts.last_mut() {
                Some((last, range)) if last.face == font.face => range.end = part.end,
                _ => parts.push((font, part)),
            }
        }
        parts
    }

    fn push_run(&self, line: &mut Line, font: &Loaded, place: Range<usize>, right_to_left: bool) {
        let Style { size, .. } = self.style;
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(line.text.get(place.clone()).unwrap_or_default());
        buffer.set_direction(direction(right_to_left));
        buffer.guess_segment_properties();
        buffer.set_direction(direction(right_to_left));
        let shaper = font.shaper.shaper(&font.font).build();
        let glyphs = glyphs(&shaper.shape(buffer, ShapeOptions::new()), &place);
        let advance: i32 = glyphs.iter().map(|glyph| glyph.advance).sum();
        let width = scaled(advance, size, font.units_per_em);
        for glyph in &glyphs {
            let (low, high) = font.ink(glyph.id);
            line.above = line.above.max(scaled(glyph.y + high, size, font.units_per_em));
            line.below = line.below.max(-scaled(glyph.y + low, size, font.units_per_em));
        }
        line.width += width;
        line.runs.push(Run { face: font.face, glyphs, width, units_per_em: font.units_per_em });
    }
}

/// The glyphs that shaping gave for a place of the line, with the text each stands for.
fn glyphs(shaped: &GlyphBuffer, place: &Range<usize>) -> Vec<Glyph> {
    let start_of = |cluster: u32| place.start + usize::try_from(cluster).unwrap_or(0);
    let infos = shaped.glyph_infos();
    let mut starts: Vec<usize> = infos.iter().map(|info| start_of(info.cluster)).collect();
    starts.sort_unstable();
    let end_of = |start: usize| {
        let next = starts.partition_point(|one| *one <= start);
        starts.get(next).copied().unwrap_or(place.end)
    };
    infos
        .iter()
        .zip(shaped.glyph_positions())
        .map(|(info, position)| {
            let start = start_of(info.cluster);
            Glyph {
                id: info.glyph_id,
                advance: position.x_advance,
                x: position.x_offset,
                y: position.y_offset,
                text: start..end_of(start),
            }
        })
        .collect()
}

/// Appends a letter with its marks, or what stands for it.
fn clean_grapheme(fonts: &Fonts, style: Style, grapheme: &str, clean: &mut String) {
    if grapheme.chars().all(|c| c.is_whitespace() || c.is_control()) {
        // The no-break space holds figures and their currency together.
        clean.push(if grapheme == "\u{a0}" { '\u{a0}' } else { ' ' });
    } else if font_for(fonts, style, grapheme).is_none() {
        clean.push(char::REPLACEMENT_CHARACTER);
    } else {
        let mut marks = 0;
        for character in grapheme.chars() {
            marks = if is_combining_mark(character) { marks + 1 } else { 0 };
            if marks <= MAX_MARKS {
                clean.push(character);
            } else if marks == MAX_MARKS + 1 {
                clean.push(char::REPLACEMENT_CHARACTER);
            }
        }
    }
}

/// The first font that has all of a letter and its marks.
fn font_for<'f>(fonts: &'f Fonts, style: Style, grapheme: &str) -> Option<&'f Loaded> {
    let faces = Face::of_weight(style.bold).into_iter();
    let mut fonts = faces.filter_map(|face| fonts.of(face));
    fonts.find(|font| grapheme.chars().all(|c| is_invisible(c) || font.has(c)))
}

/// Characters that steer how others look or run and have no look of their own.
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{e0100}'..='\u{e01ef}'
    )
}
