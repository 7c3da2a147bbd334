//! Whether a document's amounts agree, to the minor unit. The official rules of EN 16931 bear with
//! differences of almost 1.00 per rate; these do not.

use crate::document::{Document, Kind, TaxLine};
use std::fmt;

/// What does not agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inconsistent {
    /// There is no line.
    NoLines,
    /// An amount is negative.
    Negative,
    /// Quantity times unit amount is not the line's amount.
    Line,
    /// The lines' sum is not the subtotal.
    Subtotal,
    /// The tax lines' sum is not the tax.
    Tax,
    /// Subtotal and tax are not the total.
    Total,
    /// A rate cannot be read.
    Rate,
    /// A tax is not its rate of its base.
    TaxOfBase,
    /// A base is more than the subtotal.
    Base,
}

impl fmt::Display for Inconsistent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoLines => "the document has no lines",
            Self::Negative => "an amount of the document is negative",
            Self::Line => "quantity times unit amount is not a line's amount",
            Self::Subtotal => "the lines' sum is not the subtotal",
            Self::Tax => "the tax lines' sum is not the tax",
            Self::Total => "subtotal and tax are not the total",
            Self::Rate => "a tax rate cannot be read",
            Self::TaxOfBase => "a tax is not its rate of its base",
            Self::Base => "a tax base is more than the subtotal",
        })
    }
}

impl std::error::Error for Inconsistent {}

/// Ten-thousandths of a percent in a whole.
const WHOLE: i128 = 1_000_000;

impl Document {
    /// Checks sums per line and to the total. Each tax is exactly its rate of its base on an
    /// invoice, or, where the price contained the tax, the base is exactly the price's part without
    /// it: then a tax may differ by a minor unit. Prices with several rates are so by rate. On a credit note it may differ by a minor unit for each of its taxes: a refund's tax
    /// is rounded in sum, then split, so that parts end exactly at the tax that was paid.
    pub fn check(&self) -> Result<(), Inconsistent> {
        if self.lines.is_empty() {
            return Err(Inconsistent::NoLines);
        }
        let lines = self.lines.iter().flat_map(|line| [line.unit_amount, line.amount]);
        let taxes = self.tax_lines.iter().flat_map(|line| [line.taxable, line.tax]);
        let sums = [self.subtotal, self.tax, self.total];
        if lines.chain(taxes).chain(sums).any(|amount| amount < 0) {
            return Err(Inconsistent::Negative);
        }
        for line in &self.lines {
            let product = i128::from(line.quantity) * i128::from(line.unit_amount);
            fits(line.quantity >= 1 && product == i128::from(line.amount), Inconsistent::Line)?;
        }
        let subtotal = sum(self.lines.iter().map(|line| line.amount));
        fits(subtotal == i128::from(self.subtotal), Inconsistent::Subtotal)?;
        let tax = sum(self.tax_lines.iter().map(|line| line.tax));
        fits(tax == i128::from(self.tax), Inconsistent::Tax)?;
        fits(subtotal + tax == i128::from(self.total), Inconsistent::Total)?;
        let tolerance = match self.kind {
            Kind::Invoice => i128::from(self.contains_tax()?),
            Kind::CreditNote { .. } => i128::try_from(self.tax_lines.len()).unwrap_or(0),
        };
        for line in &self.tax_lines {
            fits(line.taxable <= self.subtotal, Inconsistent::Base)?;
            let difference = i128::from(line.tax) - line.tax_by_rate()?;
            let fine = difference.abs() <= tolerance || line.contained_in_price()?;
            fits(fine, Inconsistent::TaxOfBase)?;
        }
        Ok(())
    }
}

impl Document {
    /// Whether its total is a price that contains the taxes, all of one base.
    fn contains_tax(&self) -> Result<bool, Inconsistent> {
        let units = self.tax_lines.iter().map(|line| line.units().ok_or(Inconsistent::Rate));
        let units = units.sum::<Result<i128, _>>()?;
        let of_one_base = self.tax_lines.iter().all(|line| line.taxable == self.subtotal);
        let (gross, whole) = (i128::from(self.total) * WHOLE, WHOLE + units);
        Ok(of_one_base && (gross * 2 + whole) / (whole * 2) == i128::from(self.subtotal))
    }
}

fn fits(holds: bool, otherwise: Inconsistent) -> Result<(), Inconsistent> {
    if holds { Ok(()) } else { Err(otherwise) }
}

fn sum(amounts: impl Iterator<Item = i64>) -> i128 {
    amounts.map(i128::from).sum()
}

impl TaxLine {
    /// The rate in ten-thousandths of a percent.
    fn units(&self) -> Option<i128> {
        let (whole, decimals) = self.rate.split_once('.').unwrap_or((&self.rate, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 3 || decimals.len() > 4 {
            return None;
        }
        if !digits(whole) || !digits(decimals) {
            return None;
        }
        format!("{whole}{decimals:0<4}").parse().ok()
    }

    /// Whether its base is exactly the part without tax of a price that contains both.
    fn contained_in_price(&self) -> Result<bool, Inconsistent> {
        let whole = WHOLE + self.units().ok_or(Inconsistent::Rate)?;
        let gross = (i128::from(self.taxable) + i128::from(self.tax)) * WHOLE;
        Ok((gross * 2 + whole) / (whole * 2) == i128::from(self.taxable))
    }

    /// Its rate of its base, rounded half up, once.
    fn tax_by_rate(&self) -> Result<i128, Inconsistent> {
        let units = self.units().ok_or(Inconsistent::Rate)?;
        Ok((i128::from(self.taxable) * units * 2 + WHOLE) / (WHOLE * 2))
    }
}
