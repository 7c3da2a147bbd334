//! What a payment through a link costs its buyer, by the tax of this moment.
//!
//! Each submit computes it anew from what the server keeps. The browser can only agree: it says
//! what it has shown, and where that differs nothing is reserved.

use super::{
    FieldError, Problem, Resource, Result,
    tax::{Computed, Taxed, Wanted, compute},
};
use crate::{
    model::{
        Surface, Time,
        catalog::Purchase,
        checkout_session::{CheckoutSession, Payer},
        id::{CheckoutSessionId, CustomerId, PaymentIntentId},
        payment_intent::{Attempt, Billing, PaymentIntent, PaymentRef, StatusName},
        tax::{
            AttemptTax, Calculator, Need, Pricing, SaleLine, TaxBuyer,
            settings::{AskAddress, AskTaxId, SaveCard, Settings},
            tax_id::TaxIdStatus,
        },
    },
    store::{self, Consistency, Table, intent, key},
};

/// What a buyer typed, as far as tax and the invoice are concerned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Typed {
    /// Where the buyer is, and whether as a business: what tax depends on.
    pub buyer: TaxBuyer,
    /// Whether it is a business: its tax id counts for businesses only.
    pub business: bool,
    /// The company's name; it counts for businesses only.
    pub company: Option<String>,
    /// Street and number of the buyer's address.
    pub line1: Option<String>,
    /// The town of the buyer's address.
    pub city: Option<String>,
}

/// What the browser has shown, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// The tax that the buyer saw; where another is due, nothing is reserved.
    pub tax: i64,
    /// What it says is paid.
    pub total: i64,
}

/// A payment with what decides its price.
#[derive(Debug)]
pub struct Sale {
    /// The payment as it was read for this request.
    pub payment: PaymentIntent,
    /// How the seller collects tax.
    pub settings: Settings,
    /// The checkout it belongs to, on the links surface.
    pub session: Option<CheckoutSession>,
    /// The customer it was made for, as far as tax is concerned, where tax is collected.
    pub customer: Option<TaxBuyer>,
    /// That customer's e-mail address, where it was read: pages show a part of it.
    pub email: Option<String>,
}

/// Whether tax may be due on a payment with this id. Links of the platform surface have none, and
/// their ids are minted; those of the other surfaces are derived.
pub fn may_be_taxed(id: PaymentIntentId) -> bool {
    id.seed().is_some()
}

/// A payment with what decides its price, in one trip.
pub async fn find(store: &Table, payment: PaymentRef, consistency: Consistency) -> Result<Sale> {
    let PaymentRef { scope, id } = payment;
    let missing = || Problem::NotFound(Resource::Link);
    if !may_be_taxed(id) {
        let payment = store.intent(scope, id, consistency).await?.ok_or_else(missing)?;
        let settings = Settings::default();
        return Ok(Sale { payment, settings, session: None, customer: None, email: None });
    }
    let visit = CheckoutSessionId::from_uuid(*id.uuid());
    let keys =
        [key::intent(scope, id), key::tax_settings(scope), key::checkout_session(scope, visit)];
    let [payment, settings, session] = store.get_all(keys, consistency).await?;
    let payment = payment.map(|item| intent::from_item(scope, &item)).transpose()?;
    // A derived id shares its place with all that its key would make.
    let payment = payment.filter(|payment| payment.id == id).ok_or_else(missing)?;
    let session = session.map(|item| store::checkout_session::from_item(scope, visit, &item));
    let settings = store::tax::from_item(settings.as_ref())?;
    let customer = match made_for(&payment).filter(|_| settings.collects()) {
        Some(id) => store.customer(scope, id, consistency).await?,
        None => None,
    };
    let email = customer.as_ref().map(|customer| customer.email.clone());
    let customer = customer.map(|customer| customer.profile.for_tax());
    Ok(Sale { payment, settings, session: session.transpose()?, customer, email })
}

/// The customer whom a link was made for.
fn made_for(payment: &PaymentIntent) -> Option<CustomerId> {
    payment.link_terms()?.request.as_ref()?.customer
}

/// The same as the page shows it: a moment old at most, which costs half. That an expired link was
/// not charged is said from the newest record only.
///
/// # Errors
/// As [`find`].
pub async fn look(store: &Table, link: PaymentRef, now: Time) -> Result<Sale> {
    let mut sale = find(store, link, Consistency::Eventual).await?;
    let status = sale.payment.status_at(now);
    if status == StatusName::Expired {
        return find(store, link, Consistency::Strong).await;
    }
    let payable = status == StatusName::Pending && sale.email.is_none();
    if let Some(id) = made_for(&sale.payment).filter(|_| payable) {
        let customer = store.customer(link.scope, id, Consistency::Eventual).await?;
        sale.email = customer.map(|customer| customer.email);
    }
    Ok(sale)
}

/// Lines of a checkout as the rules see them.
pub fn lines(purchases: &[Purchase]) -> Vec<SaleLine> {
    let lines = purchases.iter().map(|line| SaleLine {
        tax_code: line.tax_code.clone().unwrap_or_default(),
        own_rate: line.tax_rate,
        amount: line.line_total().map(|total| total.minor()).unwrap_or_default(),
    });
    lines.collect()
}

/// A payer of a checkout as the rules see them.
pub fn buyer(payer: &Payer) -> TaxBuyer {
    TaxBuyer {
        country: payer.country.parse().ok(),
        region: payer.region.clone(),
        postal_code: payer.postal_code.clone(),
        tax_id: payer.tax_id.clone(),
        ..TaxBuyer::default()
    }
}

impl Sale {
    /// Whether the page asks where the buyer is: the seller collects tax, or wants the whole
    /// address, and no checkout has asked before.
    pub fn asks_place(&self) -> bool {
        let wanted = self.settings.collects() || self.settings.ask_address == AskAddress::Full;
        self.payment.surface == Surface::Payments && wanted
    }

    /// Whether the page asks businesses for their tax id.
    pub fn asks_tax_id(&self) -> bool {
        self.asks_place()
            && self.settings.collects()
            && self.settings.ask_tax_id == AskTaxId::Optional
    }

    /// Whether a card is saved whose buyer has `ticked` that it is, or not. On the payments surface
    /// the tenant's settings decide who is asked; on the links surface nobody is.
    pub fn saves_card(&self, ticked: bool) -> bool {
        match (self.payment.surface, self.settings.save_card) {
            (Surface::Platform, _) | (Surface::Payments, SaveCard::Ask) => ticked,
            (Surface::Payments, SaveCard::Always) => true,
            (Surface::Payments, SaveCard::Never) | (Surface::Links, _) => false,
        }
    }

    /// Who buys: whoever the checkout knows, else what was typed, as far as it was asked for.
    pub fn buyer(&self, typed: &Typed) -> TaxBuyer {
        if let Some(session) = &self.session {
            return buyer(&session.payer);
        }
        let tax_id = typed.buyer.tax_id.clone().filter(|_| typed.business && self.asks_tax_id());
        let typed = TaxBuyer { tax_id, ..typed.buyer.clone() };
        match &self.customer {
            Some(known) => typed.completed(known),
            None => typed,
        }
    }

    /// What it costs a buyer now.
    ///
    /// # Errors
    /// The calculator is out of reach; the total cannot be named.
    pub async fn price(
        &self,
        calculator: &dyn Calculator,
        typed: &Typed,
        at: Time,
    ) -> Result<Computed> {
        let amounts = self.payment.amounts;
        let (lines, pricing) = match &self.session {
            Some(session) => (lines(&session.lines), session.pricing_mode),
            None => {
                let request = self.payment.link_terms().and_then(|terms| terms.request.as_ref());
                let code = request.and_then(|request| request.tax_code.clone());
                let line = SaleLine {
                    tax_code: code.unwrap_or_default(),
                    own_rate: None,
                    amount: amounts.subtotal().minor(),
                };
                (vec![line], Pricing::Exclusive)
            }
        };
        let buyer = self.buyer(typed);
        let currency = amounts.currency();
        let wanted = Wanted { lines: &lines, pricing, currency, buyer: &buyer };
        compute(calculator, &self.settings, wanted, at).await
    }

    /// What it costs as far as that is known before anything is typed; nothing where no tax is
    /// looked at.
    ///
    /// # Errors
    /// As [`Self::price`].
    pub async fn first_price(
        &self,
        calculator: &dyn Calculator,
        at: Time,
    ) -> Result<Option<Computed>> {
        let looked_at = match self.payment.surface {
            Surface::Platform => false,
            Surface::Payments | Surface::Links => {
                self.asks_place() || self.settings.collects() || self.session.is_some()
            }
        };
        if !looked_at {
            return Ok(None);
        }
        self.price(calculator, &Typed::default(), at).await.map(Some)
    }

    /// The attempt with what it charges, once that is what the browser has shown.
    ///
    /// # Errors
    /// Fields that are missing or broken; what was shown is not what is due; as [`Self::price`].
    pub async fn agreed(
        &self,
        calculator: &dyn Calculator,
        attempt: Attempt,
        typed: &Typed,
        shown: Option<Shown>,
        at: Time,
    ) -> Result<Attempt> {
        self.check(typed)?;
        let taxed = match self.price(calculator, typed, at).await? {
            Computed::Known(taxed) => *taxed,
            Computed::Needs(needs) => return Err(missing(&needs)),
        };
        let known = self.payment.amounts;
        let usual = Shown { tax: known.tax().minor(), total: known.total().minor() };
        let (due, seen) = (taxed.amounts, shown.unwrap_or(usual));
        if (due.tax().minor(), due.total().minor()) != (seen.tax, seen.total) {
            return Err(Problem::AmountChanged(Box::new(taxed)));
        }
        let Taxed { amounts, record } = taxed;
        // Where tax is not looked at, an attempt stays as small as it was.
        let looked_at = self.settings.collects() || amounts != known;
        let charged = looked_at.then(|| Box::new(AttemptTax { amounts, record: Some(record) }));
        let billing = self.asks_place().then(|| Box::new(typed.billing()));
        Ok(Attempt { charged, billing, ..attempt })
    }

    /// What the page asks for beyond what the rules need.
    fn check(&self, typed: &Typed) -> Result<()> {
        if !self.asks_place() {
            return Ok(());
        }
        let full = self.settings.ask_address == AskAddress::Full;
        let buyer = self.buyer(typed);
        let (street, city) = (typed.line1.is_some(), typed.city.is_some());
        let own_id = typed.business && typed.buyer.tax_id.is_some() && self.asks_tax_id();
        let here = full || own_id;
        let absent = [
            ("country", full && buyer.country.is_none()),
            ("postalCode", full && buyer.postal_code.is_none()),
            ("line1", here && !street),
            ("city", here && !city),
        ];
        let mut broken: Vec<FieldError> = (absent.into_iter())
            .filter(|(_, absent)| *absent)
            .map(|(name, _)| required(name))
            .collect();
        // One that the tenant keeps is believed or not; one that was typed can be corrected.
        let id = buyer.read_tax_id().filter(|_| own_id);
        if id.is_some_and(|id| id.status == TaxIdStatus::FormatInvalid) {
            let message = "is no tax id of this country: correct it or clear it".to_owned();
            broken.push(FieldError { field: "taxId".to_owned(), message });
        }
        if broken.is_empty() { Ok(()) } else { Err(Problem::Invalid(broken)) }
    }
}

impl Typed {
    /// What is kept for the invoice.
    fn billing(&self) -> Billing {
        Billing {
            company: self.company.clone().filter(|_| self.business),
            line1: self.line1.clone(),
            city: self.city.clone(),
            postal_code: self.buyer.postal_code.clone(),
            region: self.buyer.region.clone(),
            country: self.buyer.country,
        }
    }
}

fn required(field: &str) -> FieldError {
    FieldError { field: field.to_owned(), message: "is required".to_owned() }
}

/// What the buyer has to say first.
fn missing(needs: &[Need]) -> Problem {
    Problem::Invalid(needs.iter().map(|need| required(need.as_str())).collect())
}
