//! Pages that fill from top to bottom: what stands where, and what it means.

use super::{
    fonts::{Fonts, Style},
    text::{Line, Paragraph},
    units::Milli,
};
use crate::document::Page;

/// Left and right of the text, and above it.
pub const MARGIN: Milli = 59_500;

/// Below the text; the page's number stands in it.
const BOTTOM: Milli = 72_000;

/// What stands on a page.
#[derive(Debug)]
pub enum Item {
    /// A line of text, from the left end of its baseline.
    Text {
        /// Distance from the page's left edge.
        x: Milli,
        /// Distance of the baseline from its upper edge.
        y: Milli,
        /// The glyphs.
        line: Line,
        /// How they look.
        style: Style,
        /// The element that it belongs to; none for what is no content, such as page numbers.
        element: Option<usize>,
    },
    /// A filled rectangle.
    Rule {
        /// Distance of its left edge from the page's.
        x: Milli,
        /// Distance of its upper edge from the page's.
        y: Milli,
        /// Its width.
        width: Milli,
        /// Its height.
        height: Milli,
        /// Red, green and blue.
        color: [u8; 3],
    },
}

/// What a part of the document is, for those who have it read to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The title.
    Title,
    /// A heading below it.
    Heading,
    /// A part that has a heading.
    Section,
    /// Words that belong together.
    Paragraph,
    /// Part of them.
    Words,
    /// A table.
    Table,
    /// Its first row.
    TableHead,
    /// Its other rows.
    TableBody,
    /// A row.
    Row,
    /// A cell that names its column.
    HeadCell,
    /// Any other cell.
    Cell,
}

/// An element of the document's structure, in reading order.
#[derive(Debug)]
pub struct Element {
    /// What it is.
    pub role: Role,
    /// What it is part of.
    pub parent: Option<usize>,
    /// Its text, where glyphs alone would tell it otherwise: broken into lines, from right to left,
    /// or in a script that no font here has.
    pub says: Option<String>,
}

/// A place in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which page, from 0.
    pub page: usize,
    /// Distance from its upper edge.
    pub y: Milli,
}

/// Text in a column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Distance from the page's left edge.
    pub x: Milli,
    /// How wide it is.
    pub width: Milli,
}

/// Pages on their way to be filled.
pub struct Flow<'f> {
    /// The fonts.
    pub fonts: &'f Fonts,
    /// Width and height of every page.
    pub size: (Milli, Milli),
    /// What stands on each page.
    pub pages: Vec<Vec<Item>>,
    /// The structure.
    pub elements: Vec<Element>,
    /// Where the next line goes.
    pub at: Place,
    open: Vec<usize>,
}

impl<'f> Flow<'f> {
    /// One empty page.
    pub fn new(fonts: &'f Fonts, page: Page) -> Self {
        let size = match page {
            Page::A4 => (595_276, 841_890),
            Page::Letter => (612_000, 792_000),
        };
        let at = Place { page: 0, y: MARGIN };
        Self { fonts, size, pages: vec![Vec::new()], elements: Vec::new(), at, open: Vec::new() }
    }

    /// The column between the margins.
    pub const fn whole(&self) -> Column {
        Column { x: MARGIN, width: self.size.0 - 2 * MARGIN }
    }

    /// Where text ends on a page.
    pub const fn bottom(&self) -> Milli {
        self.size.1 - BOTTOM
    }

    /// What is drawn inside belongs to a new element of the structure.
    pub fn element<T>(&mut self, role: Role, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.element_saying(role, None, inside)
    }

    /// The same, with the text that it stands for.
    pub fn element_saying<T>(
        &mut self,
        role: Role,
        says: Option<String>,
        inside: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.elements.push(Element { role, parent: self.open.last().copied(), says });
        self.open.push(self.elements.len() - 1);
        let done = inside(self);
        self.open.pop();
        done
    }

    /// Goes down, but not from page to page.
    pub const fn space(&mut self, height: Milli) {
        self.at.y += height;
    }

    /// Goes to the top of the next page.
    pub fn next_page(&mut self) {
        self.at = Place { page: self.at.page + 1, y: MARGIN };
        if self.pages.len() == self.at.page {
            self.pages.push(Vec::new());
        }
    }

    /// Goes to the next page unless this much fits here, or would fit nowhere.
    pub fn keep_together(&mut self, height: Milli) -> bool {
        let fits_here = self.at.y + height <= self.bottom();
        let fits_there = height <= self.bottom() - MARGIN;
        let goes = !fits_here && fits_there && self.at.y > MARGIN;
        if goes {
            self.next_page();
        }
        goes
    }

    /// Breaks a text into lines.
    pub fn broken(&self, style: Style, text: &str, width: Milli) -> Vec<Line> {
        Paragraph::new(self.fonts, style, text).lines(width)
    }

    /// A text in one line.
    pub fn single(&self, style: Style, text: &str) -> Line {
        Paragraph::new(self.fonts, style, text).line()
    }

    /// A text as a paragraph of its own.
    pub fn paragraph(&mut self, column: Column, style: Style, text: &str) {
        self.element(Role::Paragraph, |flow| flow.text(column, style, text));
    }

    /// A text inside of the element that is open.
    pub fn text(&mut self, column: Column, style: Style, text: &str) {
        let lines = self.broken(style, text, column.width);
        match says(text, &lines) {
            None => self.lines(column, style, lines),
            says => self.element_saying(Role::Words, says, |flow| {
                flow.lines(column, style, lines);
            }),
        }
    }

    /// Lines below each other, over pages where they have to be. Those of a language that runs from
    /// right to left end together, the others begin together.
    pub fn lines(&mut self, column: Column, style: Style, lines: Vec<Line>) {
        let widest = lines.iter().map(|line| line.width).max().unwrap_or(0);
        for line in lines {
            self.keep_together(line.height());
            let indent = if line.right_to_left { widest - line.width } else { 0 };
            let height = line.height();
            self.place(column.x + indent, style, line);
            self.space(height);
        }
    }

    /// A line whose top is here; does not move on.
    pub fn place(&mut self, x: Milli, style: Style, line: Line) {
        let y = self.at.y + line.above;
        let element = self.open.last().copied();
        self.put(Item::Text { x, y, line, style, element });
    }

    /// A line that ends at the right edge of a column; does not move on.
    pub fn place_right(&mut self, column: Column, style: Style, line: Line) {
        self.place(column.x + column.width - line.width, style, line);
    }

    /// A line over a column; does not move on.
    pub fn rule(&mut self, column: Column, height: Milli, color: [u8; 3]) {
        let Column { x, width } = column;
        self.put(Item::Rule { x, y: self.at.y, width, height, color });
    }

    /// Puts something on the page that is being filled.
    pub fn put(&mut self, item: Item) {
        if let Some(page) = self.pages.get_mut(self.at.page) {
            page.push(item);
        }
    }

    /// Puts something on a page that is no content.
    pub fn put_beside(&mut self, page: usize, x: Milli, y: Milli, style: Style, line: Line) {
        if let Some(page) = self.pages.get_mut(page) {
            page.push(Item::Text { x, y, line, style, element: None });
        }
    }
}

/// What lines say, where their glyphs alone would say it otherwise.
pub fn says(text: &str, lines: &[Line]) -> Option<String> {
    let text = text.trim();
    let same = match lines {
        [line] => line.text == text && !line.reordered,
        _ => text.is_empty(),
    };
    (!same).then(|| text.to_owned())
}
