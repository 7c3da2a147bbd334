//! Numbers of invoices and credit notes. Whatever makes one takes its number in the same commit, so
//! that a crash, a repetition or a refused commit leaves no gap; what is lost to somebody else is
//! read again and decided again.

mod waiting;

use super::{Ambient, Problem, Result};
use crate::{
    model::{
        Money, Scope, Surface, Time,
        credit_note::CreditNote,
        customer::Customer,
        date::Date,
        event::{EventType, PaymentReceipt},
        id::{CheckoutSessionId, PaymentIntentId, RefundId},
        invoice::{
            DocumentSeller, Invoice, InvoiceSettings, InvoiceSources, Prefix, SeriesCounter,
            TakenNumber,
        },
        payment_intent::PaymentIntent,
        refund::Refund,
        tax::settings::Settings,
    },
    queue::{Verdict, sqs::Number},
    store::{
        self, Consistency, Item, Key, Table, Write, credit_note, intent,
        invoice::{self, Numbered, NumberedPayment},
        key, refund, series,
    },
};
use std::time::Duration;
use uuid::Uuid;

/// Tries to take a number against others that take one too.
const MAX_TRIES: u32 = 4;

/// What a document of a tenant is made with.
pub(super) struct Stationery {
    /// The company that sells.
    pub(super) seller: DocumentSeller,
    /// How the tenant wants its documents.
    pub(super) settings: InvoiceSettings,
}

/// The payment or refund whose document gets a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToNumber {
    /// The invoice of a payment.
    Payment(PaymentIntentId),
    /// The credit note of a refund.
    Refund(RefundId),
}

/// Numbers what a message of the queue names. Doing it twice is harmless.
///
/// # Errors
/// It cannot be done now, or ever: the message comes back, and in the end goes to the dead-letter
/// queue, while others go on.
pub async fn number_message(
    store: &Table,
    message: &str,
    ambient: Ambient,
) -> std::result::Result<Verdict, String> {
    let message: Number = serde_json::from_str(message).map_err(|error| error.to_string())?;
    let (scope, what) = to_number(&message).ok_or("a message that names nothing to number")?;
    let named = |problem: Problem| format!("{} {what:?}: {problem}", scope.tenant);
    match what {
        ToNumber::Payment(payment) => {
            invoice_payment(store, scope, payment, ambient).await.map_err(named)?;
        }
        ToNumber::Refund(refund) => {
            credit_refund(store, scope, refund, ambient).await.map_err(named)?;
        }
    }
    Ok(Verdict::Done)
}

fn to_number(message: &Number) -> Option<(Scope, ToNumber)> {
    let what = match (&message.payment, &message.refund) {
        (Some(payment), None) => ToNumber::Payment(payment.parse().ok()?),
        (None, Some(refund)) => ToNumber::Refund(refund.parse().ok()?),
        (Some(_), Some(_)) | (None, None) => return None,
    };
    Some((message.scope()?, what))
}

/// Makes the invoice of a payment that succeeded, unless it has one, and the credit notes that have
/// waited for it. Where it has waited itself, others wait behind it: they are numbered, too, so that
/// nobody waits for the messages of those before.
///
/// # Errors
/// Too many others took numbers at this moment; the payment's record
/// does not add up.
pub async fn invoice_payment(
    store: &Table,
    scope: Scope,
    id: PaymentIntentId,
    ambient: Ambient,
) -> Result<()> {
    for tried in 0..MAX_TRIES {
        pause(tried, ambient).await;
        let keys = [key::intent(scope, id), key::tax_settings(scope)];
        let [payment, settings] = store.get_all(keys, Consistency::Strong).await?;
        let payment = payment.map(|item| intent::from_item(scope, &item)).transpose()?;
        let Some(payment) = payment else { return Ok(()) };
        let settings = store::tax::from_item(settings.as_ref())?;
        let had_one = payment.invoice().is_some();
        if !had_one && !payment.awaits_invoice() {
            return Ok(());
        }
        let alone = std::slice::from_ref(&payment);
        let desk = Desk { store, scope, settings: &settings, ambient };
        if !had_one && desk.number(alone, None).await? == Numbered::Stale {
            continue;
        }
        // Marks stay: whoever died over them finds them again.
        for refund in store.awaiting_invoice(scope, id).await? {
            credit_refund(store, scope, refund, ambient).await?;
        }
        if waiting::has_waited(&payment, ambient.now()) {
            // Each has a message of its own, which says what is wrong with it.
            drop(waiting::number_behind(desk, &payment).await);
        }
        return Ok(());
    }
    Err(Problem::Contended)
}

/// Makes the credit note of a refund that succeeded, unless it has one. Where the payment has no
/// invoice yet, the note waits for it.
///
/// # Errors
/// Too many others took numbers at this moment.
pub async fn credit_refund(
    store: &Table,
    scope: Scope,
    id: RefundId,
    ambient: Ambient,
) -> Result<()> {
    for tried in 0..MAX_TRIES {
        pause(tried, ambient).await;
        let Some(refund) = store.refund(scope, id).await? else { return Ok(()) };
        let Some(tax) = refund.awaits_credit_note() else { return Ok(()) };
        let written = match store.invoice_of_payment(scope, refund.payment).await? {
            Some(invoice) => try_credit(store, &invoice, &refund, tax, ambient).await?,
            None => store.await_invoice(&refund).await?,
        };
        if written == Numbered::Yes {
            return Ok(());
        }
    }
    Err(Problem::Contended)
}

async fn try_credit(
    store: &Table,
    invoice: &Invoice,
    refund: &Refund,
    tax: Money,
    ambient: Ambient,
) -> Result<Numbered> {
    let scope = invoice.scope;
    let settings = stationery(store, scope, &invoice.terms.seller.name).await?.settings;
    let now = ambient.now();
    let prefix = &settings.credit_note_prefix;
    let taken = next_number(store, scope, &settings, prefix, 1, now).await?;
    let payment = store.intent(scope, refund.payment, Consistency::Eventual).await?;
    let by_link = payment.is_some_and(|payment| payment.link_terms().is_some());
    let share = invoice.share_of(refund.amount.minor(), tax.minor());
    let note = CreditNote::of_refund(invoice, refund, by_link, share.clone(), &taken, now);
    if note.terms.total() != refund.amount.minor() || note.terms.subtotal < 0 {
        return Err(Problem::internal("tax lines that do not add up to the refund's tax"));
    }
    let mut writes: Vec<Write> = series::take(scope, &taken).into();
    writes.extend([
        credit_note::insert(&note),
        invoice::replace(&invoice.credit(&share, note.named(), now)),
        refund::credited(refund, invoice.id, &note.named(), now),
    ]);
    Ok(store.take_number(writes).await?)
}

/// Where invoices are made: whose, by which settings, now.
#[derive(Clone, Copy)]
struct Desk<'a> {
    store: &'a Table,
    scope: Scope,
    settings: &'a Settings,
    ambient: Ambient,
}

impl Desk<'_> {
    fn invoice_settings(self) -> InvoiceSettings {
        InvoiceSettings::of(&self.settings.invoice)
    }

    /// Numbers these payments, in their order and in one commit. One whose record does not add up
    /// takes no number; that is an error only where there is no other. `looked_until` is the submit up
    /// to which everybody who waits was looked at.
    async fn number(
        self,
        payments: &[PaymentIntent],
        looked_until: Option<Uuid>,
    ) -> Result<Numbered> {
        let Self { store, scope, ambient, .. } = self;
        let settings = self.invoice_settings();
        let (now, first) = (ambient.now(), settings.next_number.unwrap_or(1));
        let today = settings.time_zone.date(now);
        let series = settings.prefix.series(today);
        let place = key::series(scope, &series);
        let payers = payments.iter().map(|payment| payer_key(payment).unwrap_or(place.clone()));
        let keys: Vec<Key> = std::iter::once(place.clone()).chain(payers).collect();
        let mut found = store.get_many(&keys, Consistency::Strong).await?.into_iter();
        let known = found.next().flatten();
        let known = known.map(|item| series::from_item(&series, &item)).transpose()?;
        let began = begun(store, scope, &settings.prefix, first, today, known).await?;
        let mut counter = began.clone();
        let (mut numbered, mut refused) = (Vec::with_capacity(payments.len()), None);
        for (payment, payer) in payments.iter().zip(found) {
            let taken = counter.take(settings.digits, today);
            match self.invoice(payment, payer, &settings, &taken, now) {
                Ok(invoice) => {
                    numbered.push(invoice);
                    counter = taken.counter;
                }
                Err(problem) => refused = Some(problem),
            }
        }
        if let (true, Some(problem)) = (numbered.is_empty(), refused) {
            return Err(problem);
        }
        let looked_until = looked_until.or(began.looked_until);
        let counter = SeriesCounter { version: began.version + 1, looked_until, ..counter };
        Ok(store.number_payments(&counter, &numbered, now).await?)
    }

    /// The invoice of a payment under a number, and what the payment tells of it. `payer` is what was
    /// read at [`payer_key`].
    fn invoice(
        self,
        payment: &PaymentIntent,
        payer: Option<Item>,
        settings: &InvoiceSettings,
        taken: &TakenNumber,
        now: Time,
    ) -> Result<NumberedPayment> {
        let (customer, checkout) = match (payment.customer, payment.surface) {
            (Some(_), _) => {
                let customer = payer.map(|item| store::customer::from_item(self.scope, &item));
                (customer.transpose()?, None)
            }
            (None, Surface::Links) => {
                let id = CheckoutSessionId::from_uuid(*payment.id.uuid());
                let read = |item| store::checkout_session::from_item(self.scope, id, &item);
                (None, payer.map(read).transpose()?)
            }
            (None, Surface::Payments | Surface::Platform) => (None, None),
        };
        let sources = InvoiceSources {
            seller: seller(self.settings, payment.payee().unwrap_or_default()),
            settings,
            customer: customer.as_ref(),
            checkout: checkout.as_ref(),
            taken,
        };
        let invoice = Invoice::of_payment(payment, sources, now);
        let invoice = invoice.ok_or_else(|| Problem::internal("a payment that took no money"))?;
        let (terms, amounts) = (&invoice.terms, payment.amounts);
        if (terms.tax(), terms.total()) != (amounts.tax().minor(), amounts.total().minor()) {
            return Err(Problem::internal("tax lines that do not add up to the payment's tax"));
        }
        let told_without = payment.invoicing().is_some_and(|invoicing| invoicing.told_without);
        let receipt = PaymentReceipt {
            invoice: Some(invoice.named()),
            told: told_without,
            ..receipt(payment, customer.as_ref())
        };
        let told = payment.told_complete(EventType::PaymentIntentInvoiced, receipt, now);
        let told = payment.told_with_invoice().then_some((told, told_without));
        Ok(NumberedPayment { payment: payment.id, invoice, told })
    }
}

/// Where it stands who pays: the customer, or the checkout of the links surface.
fn payer_key(payment: &PaymentIntent) -> Option<Key> {
    let scope = payment.scope;
    match (payment.customer, payment.surface) {
        (Some(customer), _) => Some(key::customer(scope, customer)),
        (None, Surface::Links) => {
            let id = CheckoutSessionId::from_uuid(*payment.id.uuid());
            Some(key::checkout_session(scope, id))
        }
        (None, Surface::Payments | Surface::Platform) => None,
    }
}

/// What is told of a payment that is complete, besides its invoice.
pub(super) fn receipt(payment: &PaymentIntent, customer: Option<&Customer>) -> PaymentReceipt {
    let typed = payment.status.attempt().and_then(|attempt| attempt.buyer.as_ref());
    let typed = typed.map(|buyer| buyer.email.clone());
    PaymentReceipt {
        email: typed.or_else(|| customer.map(|customer| customer.email.clone())),
        customer_own_id: customer.and_then(|customer| customer.profile.own_id.clone()),
        ..PaymentReceipt::default()
    }
}

/// The customer who paid.
pub(super) async fn payer(store: &Table, payment: &PaymentIntent) -> Result<Option<Customer>> {
    let Some(id) = payment.customer else { return Ok(None) };
    Ok(store.customer(payment.scope, id, Consistency::Eventual).await?)
}

/// What documents of a tenant are made with at this moment.
pub(super) async fn stationery(store: &Table, s: Scope, payee: &str) -> Result<Stationery> {
    let set = store.tax_settings(s, Consistency::Strong).await?;
    Ok(Stationery { seller: seller(&set, payee), settings: InvoiceSettings::of(&set.invoice) })
}

/// The company that sells; the payee's name where a tenant has set none.
fn seller(settings: &Settings, payee: &str) -> DocumentSeller {
    let unnamed = || DocumentSeller { name: payee.to_owned(), ..DocumentSeller::default() };
    settings.seller.as_ref().map_or_else(unnamed, DocumentSeller::from)
}

/// The next number of the series that a prefix stands for now, and where a series without numbers
/// begins. It is taken only by the commit that writes it.
pub(super) async fn next_number(
    store: &Table,
    scope: Scope,
    settings: &InvoiceSettings,
    prefix: &Prefix,
    first: u64,
    now: Time,
) -> Result<TakenNumber> {
    let today = settings.time_zone.date(now);
    let counter = store.series(scope, &prefix.series(today)).await?;
    let counter = begun(store, scope, prefix, first, today, counter).await?;
    Ok(counter.take(settings.digits, today))
}

/// The series of today: as it was read, or a new one.
async fn begun(
    store: &Table,
    scope: Scope,
    prefix: &Prefix,
    first: u64,
    today: Date,
    known: Option<SeriesCounter>,
) -> Result<SeriesCounter> {
    if let Some(known) = known {
        return Ok(known);
    }
    // Where a tenant wants its numbers to begin is said once, not anew for each year.
    let before = match prefix.series_before(today).filter(|_| first > 1) {
        Some(before) => store.series(scope, &before).await?,
        None => None,
    };
    let first = if before.is_some() { 1 } else { first };
    Ok(SeriesCounter::new(prefix.series(today), first))
}

/// Waits before another try, so that those who collided do not collide again.
pub(super) async fn pause(tried: u32, ambient: Ambient) {
    if tried > 0 {
        let jitter = u64::from(ambient.byte());
        tokio::time::sleep(Duration::from_millis(u64::from(tried) * 20 + jitter)).await;
    }
}
