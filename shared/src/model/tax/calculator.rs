//! Who computes the tax of a sale: the built-in table, or somebody outside.

use super::{TaxAnswer, TaxSale, calculate, settings::Settings};
use std::{future::ready, pin::Pin};

/// A decision that may take a while.
pub type Calculated<'a> = Pin<Box<dyn Future<Output = TaxAnswer> + Send + 'a>>;

/// Computes the tax of a sale. One that asks others may be slow or down, and then says
/// [`TaxAnswer::Unavailable`]: nothing is ever charged with a guessed tax.
pub trait Calculator: Send + Sync {
    /// Which rules it uses, with their version: kept with every decision.
    fn rules(&self) -> &str;

    /// The tax of a sale by a seller with these settings, or what has to be known first.
    fn calculate<'a>(&'a self, settings: &'a Settings, sale: &'a TaxSale<'a>) -> Calculated<'a>;
}

/// The table of this release: pure and offline, so it is always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn;

impl Calculator for BuiltIn {
    fn rules(&self) -> &str {
        super::rates::VERSION
    }

    fn calculate<'a>(&'a self, settings: &'a Settings, sale: &'a TaxSale<'a>) -> Calculated<'a> {
        Box::pin(ready(calculate(settings, sale)))
    }
}
