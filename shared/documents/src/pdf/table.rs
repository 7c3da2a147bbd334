//! What is sold, and what it comes to.

use super::{
    flow::{Column, Flow, Role, says},
    fonts::Style,
    layout::{FAINT, GAP, INK, LABEL, STRONG, TEXT},
    text::Line,
    units::Milli,
};
use crate::{
    document::{Document, Settlement, TaxLine, Treatment},
    money::shown,
};

/// Above and below the text of a row.
const PADDING: Milli = 5_500;

/// Thickness of a faint rule.
const HAIRLINE: Milli = 500;

/// A cell at the right of a row: one line that ends at its column's right edge.
struct Figure {
    column: Column,
    line: Line,
}

/// What is sold, a row for each line.
pub fn lines(flow: &mut Flow, document: &Document) {
    let columns = Columns::of(flow, document);
    flow.element(Role::Table, |flow| {
        flow.keep_together(60_000);
        flow.element(Role::TableHead, |flow| {
            flow.element(Role::Row, |flow| columns.head(flow, document, true));
        });
        flow.element(Role::TableBody, |flow| {
            for index in 0..document.lines.len() {
                flow.element(Role::Row, |flow| columns.row(flow, document, index));
            }
        });
    });
}

/// Where the columns of a table stand. Those of quantity and unit price are there only where some
/// quantity is not 1.
struct Columns {
    description: Column,
    figures: Vec<Column>,
}

impl Columns {
    fn of(flow: &Flow, document: &Document) -> Self {
        let whole = flow.whole();
        let heads = heads(document);
        let mut right = whole.x + whole.width;
        let mut figures = Vec::new();
        for (at, head) in heads.iter().enumerate().rev() {
            let texts = document.lines.iter().map(|line| figure_texts(document, line));
            let texts = texts.filter_map(|texts| texts.into_iter().nth(at));
            let widths = texts.map(|text| flow.single(TEXT, &text).width);
            let width = widths.max().unwrap_or(0).max(flow.single(LABEL, head).width);
            figures.insert(0, Column { x: right - width, width });
            right -= width + GAP;
        }
        Self { description: Column { x: whole.x, width: right - whole.x }, figures }
    }

    /// The heads of the columns; read out once, where the table begins.
    fn head(&self, flow: &mut Flow, document: &Document, read_out: bool) {
        let texts = std::iter::once(document.words().description).chain(heads(document));
        let columns = std::iter::once(&self.description).chain(&self.figures);
        let mut height = 0;
        for (index, (text, column)) in texts.zip(columns).enumerate() {
            let line = flow.single(LABEL, text);
            height = height.max(line.height());
            let x = if index == 0 { column.x } else { column.x + column.width - line.width };
            if read_out {
                flow.element(Role::HeadCell, |flow| flow.place(x, LABEL, line));
            } else {
                let y = flow.at.y + line.above;
                flow.put_beside(flow.at.page, x, y, LABEL, line);
            }
        }
        flow.space(height + PADDING);
        flow.rule(flow.whole(), HAIRLINE * 2, INK);
        flow.space(HAIRLINE * 2);
    }

    fn row(&self, flow: &mut Flow, document: &Document, index: usize) {
        let Some(line) = document.lines.get(index) else { return };
        let description = flow.broken(TEXT, &line.description, self.description.width);
        let texts = figure_texts(document, line);
        let figures: Vec<_> = texts
            .iter()
            .zip(&self.figures)
            .map(|(text, column)| Figure { column: *column, line: flow.single(TEXT, text) })
            .collect();
        let height: Milli = description.iter().map(Line::height).sum();
        if flow.keep_together(height + 2 * PADDING + HAIRLINE) {
            self.head(flow, document, false);
        }
        flow.space(PADDING);
        let says = says(&line.description, &description);
        self.cells(flow, document, says, description, figures);
        flow.space(PADDING);
        flow.rule(flow.whole(), HAIRLINE, FAINT);
        flow.space(HAIRLINE);
    }

    fn cells(
        &self,
        flow: &mut Flow,
        document: &Document,
        says: Option<String>,
        description: Vec<Line>,
        figures: Vec<Figure>,
    ) {
        let above = description.first().map_or(0, |line| line.above);
        let start = flow.at;
        let widest = description.iter().map(|line| line.width).max().unwrap_or(0);
        flow.element_saying(Role::Cell, says, |flow| {
            for line in description {
                if flow.keep_together(line.height()) {
                    self.head(flow, document, false);
                    flow.space(PADDING);
                }
                let indent = if line.right_to_left { widest - line.width } else { 0 };
                let height = line.height();
                flow.place(self.description.x + indent, TEXT, line);
                flow.space(height);
            }
        });
        let after = std::mem::replace(&mut flow.at, start);
        for Figure { column, line } in figures {
            flow.at.y = start.y + (above - line.above).max(0);
            flow.element(Role::Cell, |flow| flow.place_right(column, TEXT, line));
        }
        flow.at = after;
    }
}

/// The heads of the columns of figures.
fn heads(document: &Document) -> Vec<&'static str> {
    let words = document.words();
    if document.lines.iter().any(|line| line.quantity != 1) {
        vec![words.quantity, words.unit_price, words.amount]
    } else {
        vec![words.amount]
    }
}

fn figure_texts(document: &Document, line: &crate::document::Line) -> Vec<String> {
    let amount = |amount| shown(amount, document.currency);
    if heads(document).len() > 1 {
        vec![line.quantity.to_string(), amount(line.unit_amount), amount(line.amount)]
    } else {
        vec![amount(line.amount)]
    }
}

/// Subtotal, each tax and the total, at the right below what is sold.
pub fn totals(flow: &mut Flow, document: &Document) {
    let words = document.words();
    let amount = |amount| shown(amount, document.currency);
    let mut rows = vec![(TEXT, words.subtotal.to_owned(), amount(document.subtotal))];
    let taxes = document.tax_lines.iter().filter(|line| is_shown(document, line));
    rows.extend(taxes.map(|line| (TEXT, tax_label(document, line), amount(line.tax))));
    rows.push((STRONG, words.total.to_owned(), amount(document.total)));
    if let Settlement::Due { .. } = document.settlement {
        rows.push((STRONG, words.amount_due.to_owned(), amount(document.total)));
    }
    let whole = flow.whole();
    let indent = whole.width * 42 / 100;
    let block = Column { x: whole.x + indent, width: whole.width - indent };
    let figures = rows.iter().map(|(style, _, figure)| flow.single(*style, figure).width).max();
    let labels = Column { x: block.x, width: block.width - GAP - figures.unwrap_or(0) };
    flow.space(6_000);
    let count = Milli::try_from(rows.len()).unwrap_or(0);
    flow.keep_together(count * (TEXT.size * 14 / 10 + PADDING));
    for (style, label, figure) in rows {
        if style.bold {
            flow.space(2_000);
            flow.rule(block, HAIRLINE * 2, INK);
            flow.space(HAIRLINE * 2 + 2_000);
        }
        row_of_totals(flow, block, labels, style, &label, &figure);
    }
}

fn row_of_totals(
    flow: &mut Flow,
    block: Column,
    labels: Column,
    style: Style,
    label: &str,
    figure: &str,
) {
    flow.element(Role::Paragraph, |flow| {
        let height: Milli = flow.broken(style, label, labels.width).iter().map(Line::height).sum();
        let figure = flow.single(style, figure);
        flow.keep_together(height + PADDING);
        flow.space(PADDING / 2);
        let start = flow.at;
        flow.text(labels, style, label);
        let after = std::mem::replace(&mut flow.at, start);
        flow.place_right(block, style, figure);
        flow.at = after;
        flow.space(PADDING / 2);
    });
}

/// A tax of zero is spoken of only where zero is its rate.
fn is_shown(document: &Document, line: &TaxLine) -> bool {
    line.tax != 0 || matches!(document.treatment, Treatment::Taxed | Treatment::ZeroRated)
}

/// `VAT 19 % (DE) on EUR 100.00`.
fn tax_label(document: &Document, line: &TaxLine) -> String {
    let TaxLine { name, jurisdiction, rate, taxable, .. } = line;
    let on = document.words().on;
    let base = shown(*taxable, document.currency);
    format!("{name} {rate}\u{a0}% ({jurisdiction}) {on} {base}")
}
