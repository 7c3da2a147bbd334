//! Tax: a tenant's settings, the rates in force, and what is due on a sale.

use super::{
    Commit, FieldError, IdempotentAnswer, Now, Problem, Remember, Resource, Result, StateRefusal,
    tenant_links::LinkCustomer,
};
use crate::{
    deadline::Deadline,
    model::{
        Amounts, Currency, Money, Scope, Time,
        invoice::InvoiceSettings,
        tax::{
            Basis, Calculator, Decision, Need, Pricing, SaleLine, TaxAnswer, TaxBuyer, TaxRecord,
            TaxSale,
            place::Country,
            rates::{self, Row},
            settings::{Override, Settings, TaxChange},
        },
    },
    store::{self, Consistency, Table, key},
};
use std::time::Duration;

/// How long a calculator may take before it counts as out of reach.
const CALCULATOR_TIMEOUT: Duration = Duration::from_secs(3);

/// Tries to change settings against others who change them.
const MAX_TRIES: u32 = 4;

/// Changes a tenant's settings. It acts on submits that come after it.
///
/// # Errors
/// Broken fields; the version is no longer the current one; too many change them at this moment.
pub async fn change(
    store: &Table,
    scope: Scope,
    change: TaxChange,
    remember: Remember<'_, Settings>,
    clock: Now<'_>,
) -> Result<IdempotentAnswer> {
    if let Some(answer) = remember.earlier(store).await? {
        return Ok(answer);
    }
    for _ in 0..MAX_TRIES {
        let now = clock();
        let known = store.tax_settings(scope, Consistency::Strong).await?;
        if change.version.is_some_and(|version| version != known.version) {
            return Err(Problem::State(StateRefusal::ChangedMeanwhile));
        }
        let next = known.changed(change.clone(), now).map_err(broken)?;
        check_next_number(store, scope, &known, &next, now).await?;
        let write = (next != known).then(|| store::tax::put(scope, &next));
        let commit = Commit::new().all(write, &Problem::Contended);
        match remember.commit(store, commit, &next, now).await {
            Err(Problem::Contended) => {}
            done => return done,
        }
    }
    Err(match change.version {
        Some(_) => Problem::State(StateRefusal::ChangedMeanwhile),
        None => Problem::Contended,
    })
}

/// Where numbers begin is said before there are any.
async fn check_next_number(
    store: &Table,
    scope: Scope,
    known: &Settings,
    next: &Settings,
    now: Time,
) -> Result<()> {
    let wanted = next.invoice.next_number;
    if wanted.is_none() || wanted == known.invoice.next_number {
        return Ok(());
    }
    let settings = InvoiceSettings::of(&next.invoice);
    let series = settings.prefix.series(settings.time_zone.date(now));
    match store.series(scope, &series).await? {
        Some(_) => {
            let message = "is for a series of invoices that has no number yet";
            Err(Problem::field("invoice.next_number", message))
        }
        None => Ok(()),
    }
}

fn broken(fields: Vec<(String, crate::model::Invalid)>) -> Problem {
    let errors = fields.into_iter().map(|(field, why)| FieldError { field, message: why.0 });
    Problem::Invalid(errors.collect())
}

/// A rate in force: of the built-in table, or an own rule.
#[derive(Debug, Clone, Copy)]
pub enum ListedRate<'a> {
    /// A row of the table.
    BuiltIn(&'a Row),
    /// A rule of the tenant; rules are listed before the table's rows.
    Own(&'a Override),
}

/// The rates in force at a moment, of a country and a region where they are named: the tenant's own
/// rules first.
pub fn rates<'a>(
    settings: &'a Settings,
    country: Option<Country>,
    region: Option<&str>,
    at: Time,
) -> Vec<ListedRate<'a>> {
    let own = settings.overrides.iter().filter(|rule| {
        let here = rule.country.is_none_or(|its| country.is_none_or(|asked| its == asked));
        let part = region.is_none_or(|asked| rule.region.as_deref() == Some(asked));
        here && part && settings.in_force(rule, at)
    });
    let rows = rates::rows_at(at).filter(|row| {
        let here = country.is_none_or(|asked| row.country == asked.tax_territory().code());
        here && region.is_none_or(|asked| row.region == asked)
    });
    let mut rates: Vec<ListedRate<'a>> = own.map(ListedRate::Own).collect();
    for row in rows {
        rates.push(ListedRate::BuiltIn(row));
    }
    rates
}

/// A sale that somebody wants to know the price of.
#[derive(Debug, Clone)]
pub struct Preview {
    /// What is sold; its amount is without tax.
    pub line: SaleLine,
    /// What the amount is in.
    pub currency: Currency,
    /// The buyer whose place and tax status decide the tax.
    pub buyer: PreviewBuyer,
    /// The moment whose rates count.
    pub at: Time,
}

/// The buyer of a preview: a place, or a customer who is kept.
#[derive(Debug, Clone)]
pub enum PreviewBuyer {
    /// Whoever is at a place.
    Anybody(TaxBuyer),
    /// A customer of the tenant.
    Customer(LinkCustomer),
}

/// What a sale would cost. Nothing is written.
///
/// # Errors
/// An unknown tax code; no such customer; as [`compute`].
pub async fn preview(
    store: &Table,
    calculator: &dyn Calculator,
    scope: Scope,
    asked: &Preview,
) -> Result<Computed> {
    let settings = store.tax_settings(scope, Consistency::Strong).await?;
    let code = Some(asked.line.tax_code.as_str()).filter(|code| !code.is_empty());
    check_code(&settings, "tax_code", code)?;
    let buyer = match &asked.buyer {
        PreviewBuyer::Anybody(buyer) => buyer.clone(),
        PreviewBuyer::Customer(name) => customer(store, scope, name).await?,
    };
    let wanted = Wanted {
        lines: std::slice::from_ref(&asked.line),
        pricing: Pricing::Exclusive,
        currency: asked.currency,
        buyer: &buyer,
    };
    compute(calculator, &settings, wanted, asked.at).await
}

/// A customer as far as tax is concerned.
pub(super) async fn customer(store: &Table, scope: Scope, name: &LinkCustomer) -> Result<TaxBuyer> {
    let missing = || Problem::NotFound(Resource::Customer);
    let id = match name {
        LinkCustomer::Known(id) => *id,
        LinkCustomer::Own(own) => {
            let claim = store.get(&key::customer_own_id(scope, own), Consistency::Strong).await?;
            claim.ok_or_else(missing)?.parse("cust")?
        }
        LinkCustomer::Nobody => return Err(missing()),
    };
    let found = store.customer(scope, id, Consistency::Strong).await?;
    found.map(|customer| customer.profile.for_tax()).ok_or_else(missing)
}

/// A sale whose tax is wanted, before anything is known of the seller's settings.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// All lines of the sale, in its one currency.
    pub lines: &'a [SaleLine],
    /// Whether prices have tax in them.
    pub pricing: Pricing,
    /// One currency for all lines.
    pub currency: Currency,
    /// The buyer, as far as tax asks.
    pub buyer: &'a TaxBuyer,
}

/// What a sale costs, and the decision that is kept with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taxed {
    /// Subtotal, tax and total, in the sale's currency.
    pub amounts: Amounts,
    /// Rates, lines and place as they were decided; they stay, whatever changes later.
    pub record: TaxRecord,
}

/// What is known of a sale's tax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Computed {
    /// Amounts and decision, also where no tax is due.
    Known(Box<Taxed>),
    /// Nothing before the buyer has said this.
    Needs(Vec<Need>),
}

/// Computes the tax of a sale. Nothing is written.
///
/// # Errors
/// The calculator is out of reach; the total cannot be named.
pub async fn compute(
    calculator: &dyn Calculator,
    settings: &Settings,
    wanted: Wanted<'_>,
    at: Time,
) -> Result<Computed> {
    let id = wanted.buyer.read_tax_id();
    let sale = TaxSale {
        buyer: wanted.buyer.for_tax(id.as_ref()),
        lines: wanted.lines,
        pricing: wanted.pricing,
        currency: wanted.currency,
        at,
    };
    let asked = calculator.calculate(settings, &sale);
    match tokio::time::timeout(Deadline::limit(CALCULATOR_TIMEOUT), asked).await {
        Ok(TaxAnswer::Decided(decision)) => {
            let rules = calculator.rules();
            taxed(settings, wanted, &decision, rules, at)
                .map(|taxed| Computed::Known(Box::new(taxed)))
        }
        Ok(TaxAnswer::Needs(needs)) => Ok(Computed::Needs(needs)),
        Ok(TaxAnswer::Unavailable) | Err(_) => Err(Problem::State(StateRefusal::TaxUnknown)),
    }
}

fn taxed(
    settings: &Settings,
    wanted: Wanted<'_>,
    decision: &Decision,
    rules: &str,
    at: Time,
) -> Result<Taxed> {
    let money = |minor| Money::from_minor(minor, wanted.currency);
    let amounts = Amounts::new(money(decision.subtotal), money(decision.tax));
    let amounts = amounts.ok_or_else(|| Problem::field("amount", "is too large with its tax"))?;
    let code = wanted.lines.first().map(|line| line.tax_code.as_str()).unwrap_or_default();
    let tax_code = if code.is_empty() { settings.default_code() } else { code };
    let basis = Basis { tax_code, rules, settings_version: settings.version, at };
    Ok(Taxed { amounts, record: TaxRecord::of(decision, wanted.buyer, basis) })
}

/// Checks the tax code of something that is sold.
///
/// # Errors
/// Neither built in nor one of the tenant's own.
pub fn check_code(settings: &Settings, field: &str, code: Option<&str>) -> Result<()> {
    known_code(settings, code).map_err(|why| Problem::field(field, why))
}

/// What of a customer has to be known before it can be charged, or be written an invoice.
pub(super) fn missing(needs: &[Need]) -> Problem {
    let facts = needs.iter().map(|need| ("needs", format!("address.{}", need.as_str())));
    Problem::StateWith { refusal: StateRefusal::TaxUnknown, facts: facts.collect() }
}

/// The same, for what says itself which field it is.
pub fn known_code(settings: &Settings, code: Option<&str>) -> std::result::Result<(), String> {
    match code.filter(|code| !settings.knows_code(code)) {
        Some(_) => Err(format!("must be one of {}", settings.codes().join(", "))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
