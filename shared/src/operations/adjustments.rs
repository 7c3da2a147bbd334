//! Invoices that a tenant makes itself, and what becomes of those that are outstanding.

use super::{
    Ambient, Commit, IdempotentAnswer, Problem, Remember, Resource, Result, StateRefusal,
    numbering::{next_number, pause, stationery},
    tax::{self, Computed, Taxed, Wanted},
    tenant_links::LinkCustomer,
};
use crate::{
    model::{
        Currency, Scope, Surface,
        credit_note::CreditNote,
        customer::Customer,
        event::{EventType, History},
        id::{CustomerId, InvoiceId},
        invoice::{
            Credited, DocumentBuyer, DocumentTerms, Invoice, InvoiceKind, InvoiceSettings,
            InvoiceStatus, PostalAddress, TakenNumber,
        },
        metadata::Metadata,
        tax::{Calculator, Pricing, SaleLine, TaxLine},
    },
    store::{Consistency, Table, credit_note, invoice, key, series},
};

/// Tries to take a number against others that take one too.
const MAX_TRIES: u32 = 4;

/// An invoice that a tenant makes itself.
#[derive(Debug, Clone)]
pub struct Adjustment {
    /// The id that the invoice gets.
    pub id: InvoiceId,
    /// The customer who owes the amount, or gets it back.
    pub customer: LinkCustomer,
    /// Minor units without tax, not 0; negative for a credit.
    pub amount: i64,
    /// What the invoice is for: its one line.
    pub description: String,
    /// What the caller attaches: answered and told as it came.
    pub metadata: Option<Metadata>,
    /// The currency; the usual one of the tenant's invoices when absent.
    pub currency: Option<Currency>,
}

/// What an outstanding invoice becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettledAs {
    /// It was paid outside of this system.
    Paid,
    /// It is taken back with a credit note over all of it.
    Void,
}

/// Makes an adjustment: outstanding, taxed by where its customer is now. A credit takes a number of
/// the credit notes.
///
/// # Errors
/// In this order: the key came with another request; no such customer; no currency; the tax cannot be
/// known; too many others took numbers at this moment.
pub async fn adjust(
    store: &Table,
    scope: Scope,
    calculator: &dyn Calculator,
    wish: &Adjustment,
    remember: Remember<'_, Invoice>,
    ambient: Ambient,
) -> Result<IdempotentAnswer> {
    if let Some(earlier) = remember.earlier(store).await? {
        return Ok(earlier);
    }
    let customer = customer(store, scope, &wish.customer).await?;
    for tried in 0..MAX_TRIES {
        pause(tried, ambient).await;
        let now = ambient.now();
        let name = tenant_name(store, scope).await?;
        let stationery = stationery(store, scope, &name).await?;
        let settings = &stationery.settings;
        let usual = settings.currency.map(|currency| currency.code().to_owned());
        let remember = remember.clone().by_default("currency", &usual.unwrap_or_default());
        let currency = wish.currency.or(settings.currency);
        let required = || Problem::field("currency", "is required: your settings name none");
        let currency = currency.ok_or_else(required)?;
        let taxed = taxed(store, scope, calculator, wish, currency, ambient).await?;
        let taken = taken(store, scope, settings, wish.amount < 0, ambient).await?;
        let terms = DocumentTerms {
            seller: stationery.seller,
            ..terms(wish, &customer, &taxed, settings, &taken, currency)
        };
        let invoice = Invoice {
            id: wish.id,
            scope,
            surface: Surface::Payments,
            kind: InvoiceKind::Adjustment,
            status: InvoiceStatus::Outstanding,
            customer: Some(customer.id),
            customer_own_id: customer.profile.own_id.clone(),
            credited: Credited::nothing_of(&terms),
            due_on: taken.issued_on.plus_days(settings.due_days),
            supplied_on: taken.issued_on,
            terms,
            metadata: wish.metadata.clone(),
            files: None,
            history: History::starting(EventType::InvoiceCreated, now),
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let commit = Commit::new()
            .all(series::take(scope, &taken), &Problem::Contended)
            .write(invoice::insert(&invoice), Problem::Contended);
        match remember.commit(store, commit, &invoice, now).await {
            Err(Problem::Contended) => {}
            done => return done,
        }
    }
    Err(Problem::Contended)
}

/// Settles an outstanding invoice. What it is already stays as it is. One that is taken back keeps
/// its number, and a credit note over all of it comes in the same commit.
///
/// # Errors
/// In this order: the key came with another request; no such invoice; it is paid or void already, or
/// a credit; too many others took numbers at this moment.
pub async fn settle(
    store: &Table,
    scope: Scope,
    id: InvoiceId,
    wanted: SettledAs,
    remember: Remember<'_, Invoice>,
    ambient: Ambient,
) -> Result<IdempotentAnswer> {
    if let Some(earlier) = remember.earlier(store).await? {
        return Ok(earlier);
    }
    for tried in 0..MAX_TRIES {
        pause(tried, ambient).await;
        let found = store.invoice(scope, id, Consistency::Strong).await?;
        let known = found.ok_or(Problem::NotFound(Resource::Invoice))?;
        let (commit, next) = match wanted {
            SettledAs::Paid => paid(&known, ambient)?,
            SettledAs::Void => void(store, &known, ambient).await?,
        };
        match remember.commit(store, commit, &next, ambient.now()).await {
            Err(Problem::Contended) => {}
            done => return done,
        }
    }
    Err(Problem::Contended)
}

fn paid(known: &Invoice, ambient: Ambient) -> Result<(Commit, Invoice)> {
    let over = |_| Problem::State(StateRefusal::InvoiceFinal);
    Ok(match known.mark_paid(ambient.now()).map_err(over)? {
        Some(next) => (Commit::new().write(invoice::replace(&next), Problem::Contended), next),
        None => (Commit::new(), known.clone()),
    })
}

async fn void(store: &Table, known: &Invoice, ambient: Ambient) -> Result<(Commit, Invoice)> {
    let now = ambient.now();
    let settings = stationery(store, known.scope, &known.terms.seller.name).await?.settings;
    let taken = taken(store, known.scope, &settings, true, ambient).await?;
    let note = CreditNote::of_void(known, &taken, now);
    let over = |_| Problem::State(StateRefusal::InvoiceFinal);
    let Some(next) = known.void(note.named(), now).map_err(over)? else {
        return Ok((Commit::new(), known.clone()));
    };
    let commit = Commit::new()
        .all(series::take(known.scope, &taken), &Problem::Contended)
        .write(credit_note::insert(&note), Problem::Contended)
        .write(invoice::replace(&next), Problem::Contended);
    Ok((commit, next))
}

/// The next number of the invoices, or of what gives something back.
async fn taken(
    store: &Table,
    scope: Scope,
    settings: &InvoiceSettings,
    credits: bool,
    ambient: Ambient,
) -> Result<TakenNumber> {
    let (prefix, first) = if credits {
        (&settings.credit_note_prefix, 1)
    } else {
        (&settings.prefix, settings.next_number.unwrap_or(1))
    };
    next_number(store, scope, settings, prefix, first, ambient.now()).await
}

/// The tax of an adjustment as if it was a sale: of a credit that of the amount without its sign.
async fn taxed(
    store: &Table,
    scope: Scope,
    calculator: &dyn Calculator,
    wish: &Adjustment,
    currency: Currency,
    ambient: Ambient,
) -> Result<Taxed> {
    let settings = store.tax_settings(scope, Consistency::Strong).await?;
    let buyer = tax::customer(store, scope, &wish.customer).await?;
    let line = SaleLine { tax_code: String::new(), own_rate: None, amount: wish.amount.abs() };
    let wanted = Wanted {
        lines: std::slice::from_ref(&line),
        pricing: Pricing::Exclusive,
        currency,
        buyer: &buyer,
    };
    match tax::compute(calculator, &settings, wanted, ambient.now()).await? {
        Computed::Known(taxed) => Ok(*taxed),
        Computed::Needs(needs) => Err(tax::missing(&needs)),
    }
}

fn terms(
    wish: &Adjustment,
    customer: &Customer,
    taxed: &Taxed,
    settings: &InvoiceSettings,
    taken: &TakenNumber,
    currency: Currency,
) -> DocumentTerms {
    let sign = wish.amount.signum();
    let record = &taxed.record;
    let line = |line: &TaxLine| TaxLine {
        taxable: sign * line.taxable,
        tax: sign * line.tax,
        ..line.clone()
    };
    let sold_to = record.country.map(|country| PostalAddress {
        country: Some(country.code().to_owned()),
        region: record.region.clone(),
        ..PostalAddress::default()
    });
    let address = customer.profile.address.as_ref().map(PostalAddress::from).or(sold_to);
    DocumentTerms {
        number: taken.number.clone(),
        issued_on: taken.issued_on,
        seller: crate::model::invoice::DocumentSeller::default(),
        buyer: DocumentBuyer {
            name: Some(customer.name.clone()).filter(|name| !name.is_empty()),
            email: Some(customer.email.clone()),
            company: None,
            address,
            tax_id: record.tax_id.as_ref().map(|id| id.value.clone()),
        },
        description: wish.description.clone(),
        lines: Vec::new(),
        currency,
        subtotal: wish.amount,
        treatment: record.treatment,
        reason: record.reason,
        exemption_reason: record.exemption_reason.clone(),
        tax_lines: record.lines.iter().map(line).collect(),
        language: settings.language,
        footer: settings.footer.clone(),
    }
}

/// The customer that a request names.
async fn customer(store: &Table, scope: Scope, named: &LinkCustomer) -> Result<Customer> {
    let missing = || Problem::NotFound(Resource::Customer);
    let id: CustomerId = match named {
        LinkCustomer::Known(id) => *id,
        LinkCustomer::Own(own) => {
            let claim = store.get(&key::customer_own_id(scope, own), Consistency::Strong).await?;
            claim.ok_or_else(missing)?.parse("cust")?
        }
        LinkCustomer::Nobody => return Err(missing()),
    };
    let found = store.customer(scope, id, Consistency::Strong).await?;
    found.ok_or_else(missing)
}

/// What the tenant is called where it has set no legal name.
async fn tenant_name(store: &Table, scope: Scope) -> Result<String> {
    let item = store.get(&key::tenant(scope), Consistency::Eventual).await?;
    let tenant = item.map(|item| crate::store::tenant::from_item(scope, &item)).transpose()?;
    Ok(tenant.map(|tenant| tenant.name).unwrap_or_default())
}
