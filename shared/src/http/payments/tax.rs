//! Tax on the payments surface: settings, rates in force, and what a sale would cost.

use super::{
    field::{CurrencyCode, CustomerName, MinorUnits},
    tax_view::TaxView,
};
use crate::{
    http::{
        Result,
        body::Change,
        field::{Text, Whole},
        payments::livemode,
        tax_fields::{AnyCurrency, CountryName, LanguageName, Name, TaxCode},
        tax_settings::tax_settings,
    },
    model::{
        Amounts, Invalid, Mode, Money, Time,
        address::{region, region_if_any},
        money::LARGEST_MINOR,
        tax::{
            Exemption, Need, SaleLine, TaxBuyer,
            place::Country,
            settings::{
                self, AskAddress, AskTaxId, BusinessIds, Collect, InvoicingSettings,
                OverrideEffect, SaveCard, Settings,
            },
        },
    },
    operations::{
        FieldError, Problem,
        tax::{Computed, ListedRate, Preview, PreviewBuyer},
    },
};
use derive::{Body, View};

tax_settings!(Text, "camelCase");

/// What changes: members that are given replace those that are there, each as a whole.
#[derive(Body)]
#[body(rename_all = "camelCase")]
pub struct UpdateTaxSettings {
    /// The version you read; another current one is refused.
    #[body(not_null)]
    pub version: Option<Whole<0, LARGEST_MINOR>>,
    /// Who sells; required before tax is collected.
    pub seller: Change<TaxSellerBody>,
    /// Where tax is collected: `never`, `registered` (only where you are registered) or
    /// `everywhere`.
    #[body(not_null)]
    pub collect: Option<Name<Collect>>,
    /// Where you are registered: at most 100, unique by country, region and scheme.
    #[body(not_null)]
    pub registrations: Option<TaxRegistrations>,
    /// What payments sell that name no code.
    #[body(not_null)]
    pub default_tax_code: Option<TaxCode>,
    /// Own rules, at most 200. The most special one counts, then the latest.
    #[body(not_null)]
    pub overrides: Option<TaxOverrides>,
    /// What a buyer's tax id of the right form means: `trust`, it makes a business of the buyer
    /// (no register is asked), or `never`.
    #[body(not_null)]
    pub business_ids: Option<Name<BusinessIds>>,
    /// How invoices are numbered and written; what is left out gets its default.
    #[body(not_null)]
    pub invoice: Option<InvoiceSettingsBody>,
    /// What the page asks for; what is left out gets its default.
    #[body(not_null)]
    pub customer_fields: Option<CustomerFieldsBody>,
    /// Whether a paid card is kept: `always`, `ask` (an unticked box, as data protection in the
    /// European Union expects) or `never`.
    #[body(not_null)]
    pub save_card: Option<Name<SaveCard>>,
}

/// How invoices are numbered and written.
#[derive(Body)]
#[body(rename_all = "camelCase")]
pub struct InvoiceSettingsBody {
    /// What invoices' numbers begin with; `{YYYY}` is the year. `INV-` when absent.
    #[body(default = Text(InvoicingSettings::default().prefix))]
    pub prefix: Option<Text<1, 12>>,
    /// The same for credit notes; another one. `CN-` when absent.
    #[body(default = Text(InvoicingSettings::default().credit_note_prefix))]
    pub credit_note_prefix: Option<Text<1, 12>>,
    /// Least number of digits; 6 when absent.
    #[body(default = Whole(InvoicingSettings::default().digits.into()))]
    pub digits: Option<Whole<4, 10>>,
    /// The first number of a series that has none yet.
    pub next_number: Option<Whole<1, 9_999_999_999>>,
    /// IANA name; decides the day of issue. `UTC` when absent.
    #[body(default = Text(InvoicingSettings::default().timezone))]
    pub timezone: Option<Text<1, 64>>,
    /// The language of documents: `en`, `de`, `fr` or `es`.
    #[body(default = Name(LanguageName("en")))]
    pub language: Option<Name<LanguageName>>,
    /// Small print at the end of documents, up to 500 characters.
    pub footer: Option<Text<0, 500>>,
    /// Currency of adjustments that name none.
    pub currency: Option<AnyCurrency>,
    /// Days until an adjustment is due; 30 when absent.
    #[body(default = Whole(InvoicingSettings::default().due_days.into()))]
    pub due_days: Option<Whole<0, 365>>,
}

/// What the page asks for.
#[derive(Body)]
#[body(rename_all = "camelCase")]
pub struct CustomerFieldsBody {
    /// `auto`, what the tax needs, or `full`.
    #[body(default = Name(AskAddress::default()))]
    pub address: Option<Name<AskAddress>>,
    /// Whether the page asks for a tax id: `optional` or `never`.
    #[body(default = Name(AskTaxId::default()))]
    pub tax_id: Option<Name<AskTaxId>>,
}

impl UpdateTaxSettings {
    /// The change that is asked for.
    pub fn command(self) -> settings::TaxChange {
        settings::TaxChange {
            version: self.version.and_then(|version| u64::try_from(version.0).ok()),
            seller: match self.seller {
                Change::Keep => None,
                Change::Clear => Some(None),
                Change::Set(seller) => Some(Some(seller.seller())),
            },
            collect: self.collect.map(|collect| collect.0),
            registrations: self
                .registrations
                .map(|list| list.0.into_iter().map(TaxRegistrationBody::registration).collect()),
            default_tax_code: self.default_tax_code.map(|code| code.0),
            overrides: self
                .overrides
                .map(|list| list.0.into_iter().map(TaxOverrideBody::rule).collect()),
            business_ids: self.business_ids.map(|ids| ids.0),
            invoice: self.invoice.map(InvoiceSettingsBody::settings),
            customer_fields: self.customer_fields.map(|fields| {
                let address = fields.address.map(|ask| ask.0).unwrap_or_default();
                (address, fields.tax_id.map(|ask| ask.0).unwrap_or_default())
            }),
            save_card: self.save_card.map(|save| save.0),
        }
    }
}

impl InvoiceSettingsBody {
    fn settings(self) -> InvoicingSettings {
        let default = InvoicingSettings::default();
        let number = |number: i64, usual: u32| u32::try_from(number).unwrap_or(usual);
        InvoicingSettings {
            prefix: self.prefix.map_or(default.prefix, |text| text.0),
            credit_note_prefix: self
                .credit_note_prefix
                .map_or(default.credit_note_prefix, |text| text.0),
            digits: self.digits.map_or(default.digits, |n| number(n.0, default.digits)),
            next_number: self.next_number.map(|n| n.0),
            timezone: self.timezone.map_or(default.timezone, |text| text.0),
            language: self.language.map_or(default.language, |name| name.0.0.to_owned()),
            footer: self.footer.map(|text| text.0).filter(|text| !text.is_empty()),
            currency: self.currency.map(|currency| currency.0),
            due_days: self.due_days.map_or(default.due_days, |n| number(n.0, default.due_days)),
        }
    }
}

/// The same problem with fields named as this surface names them.
pub fn in_camel_case(problem: Problem) -> Problem {
    let Problem::Invalid(fields) = problem else { return problem };
    let renamed = fields.into_iter().map(|error| {
        let mut words = error.field.split('_');
        let mut field = words.next().unwrap_or_default().to_owned();
        for word in words {
            let mut letters = word.chars();
            field.extend(letters.next().map(|first| first.to_ascii_uppercase()));
            field.push_str(letters.as_str());
        }
        FieldError { field, ..error }
    });
    Problem::Invalid(renamed.collect())
}

/// Settings of tax.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct TaxSettingsView {
    /// Rises with each change; 0 before the first.
    pub version: u64,
    /// Who sells; null before it was said.
    pub seller: Option<TaxSellerView>,
    /// Where tax is collected: `never`, `registered` (only where you are registered) or
    /// `everywhere`.
    pub collect: &'static str,
    /// The places where you are registered for tax.
    pub registrations: Vec<TaxRegistrationView>,
    /// What payments sell that name no code.
    pub default_tax_code: String,
    /// Your own rates, which go before the built-in tables.
    pub overrides: Vec<TaxOverrideView>,
    /// `trust` or `never`: whether a tax id of the right form makes a business of a buyer. No
    /// register is asked.
    pub business_ids: &'static str,
    /// How invoices are numbered and written.
    pub invoice: InvoiceSettingsView,
    /// What the buyer's page asks for besides the card.
    pub customer_fields: CustomerFieldsView,
    /// Whether the buyer's card is kept for later charges: `always`, `ask` or `never`.
    pub save_card: &'static str,
    /// RFC 3339; null before the first change.
    pub updated_at: Option<String>,
    /// The kind of object: always `tax_settings`.
    pub object: &'static str,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
}

/// How invoices are numbered and written.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct InvoiceSettingsView {
    /// What the numbers of invoices begin with.
    pub prefix: String,
    /// What the numbers of credit notes begin with.
    pub credit_note_prefix: String,
    /// How many digits a number has at least; smaller ones get zeros before them.
    pub digits: u32,
    /// The first number of a series that has none yet; null: 1.
    pub next_number: Option<i64>,
    /// The zone whose days and months count, an IANA name such as `Europe/Berlin`.
    pub timezone: String,
    /// The language of documents: `en`, `de`, `fr` or `es`.
    pub language: String,
    /// Small print at the end of documents; null for none.
    pub footer: Option<String>,
    /// Currency of adjustments that name none, in lower case.
    pub currency: Option<String>,
    /// Days until an adjustment is due.
    pub due_days: u32,
}

/// What the page asks for.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct CustomerFieldsView {
    /// How much of the address the page asks for: `auto` (what tax needs) or `full`.
    pub address: &'static str,
    /// Whether the page asks for a tax id: `optional` or `never`.
    pub tax_id: &'static str,
}

/// Settings as this surface shows them.
pub fn view(settings: &Settings, mode: Mode) -> TaxSettingsView {
    let (invoice, time) = (&settings.invoice, Time::rfc3339_ms);
    TaxSettingsView {
        version: settings.version,
        seller: settings.seller.as_ref().map(seller_view),
        collect: settings.collect.as_str(),
        registrations: (settings.registrations.iter())
            .map(|one| registration_view(one, time))
            .collect(),
        default_tax_code: settings.default_code().to_owned(),
        overrides: settings.overrides.iter().map(|rule| override_view(rule, time)).collect(),
        business_ids: settings.business_ids.as_str(),
        invoice: InvoiceSettingsView {
            prefix: invoice.prefix.clone(),
            credit_note_prefix: invoice.credit_note_prefix.clone(),
            digits: invoice.digits,
            next_number: invoice.next_number,
            timezone: invoice.timezone.clone(),
            language: invoice.language.clone(),
            footer: invoice.footer.clone(),
            currency: invoice.currency.map(|currency| currency.code().to_ascii_lowercase()),
            due_days: invoice.due_days,
        },
        customer_fields: CustomerFieldsView {
            address: settings.ask_address.as_str(),
            tax_id: settings.ask_tax_id.as_str(),
        },
        save_card: settings.save_card.as_str(),
        updated_at: settings.updated_at.map(Time::rfc3339_ms),
        object: "tax_settings",
        livemode: livemode(mode),
    }
}

/// The query for rates of tax.
#[derive(Body)]
#[body(check = part_of_country(region, country))]
pub struct ListTaxRates {
    /// Only rates of this country, two letters of ISO 3166-1.
    pub country: Option<CountryName>,
    /// Of this part of the country.
    pub region: Option<Text<1, 20>>,
    /// In force at this moment; now, when absent.
    pub at: Option<Time>,
}

fn part_of_country(
    part: Option<&Text<1, 20>>,
    country: Option<&CountryName>,
) -> std::result::Result<(), Invalid> {
    let (country, part) = (country.map(|country| country.0), part.map(|part| part.0.as_str()));
    region_if_any(country, part).map(|_| ())
}

impl ListTaxRates {
    /// The country and its part that are asked for.
    pub fn place(&self) -> (Option<Country>, Option<String>) {
        let country = self.country.map(|country| country.0);
        let part = country.zip(self.region.as_ref());
        (country, part.and_then(|(country, part)| region(country, &part.0).ok().flatten()))
    }
}

/// A rate in force.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct TaxRateView {
    /// ISO 3166-1; null for an own rule that holds everywhere.
    pub country: Option<String>,
    /// The part of ISO 3166-2 behind the hyphen; null: all of the country.
    pub region: Option<String>,
    /// What the tax is called; null where an own rule gives no name.
    pub tax: Option<String>,
    /// The code that an own rule is about; null for rows of the table.
    pub tax_code: Option<String>,
    /// `standard`, `reduced_1` (the higher), `reduced_2` or `super_reduced`.
    pub class: Option<&'static str>,
    /// Percent; null where an own rule names a class or a treatment.
    pub rate: Option<String>,
    /// `exempt` or `zero`, by an own rule.
    pub treatment: Option<&'static str>,
    /// Since when, in the place's own time; null: before 2023, or always.
    pub from: Option<String>,
    /// Where the figure comes from, such as the authority that publishes it.
    pub source: &'static str,
    /// The day it was written down; null for own rules.
    pub recorded: Option<&'static str>,
    /// Whether it is an own rule of yours.
    pub r#override: bool,
    /// The kind of object: always `tax_rate`.
    pub object: &'static str,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
}

/// A rate as this surface shows it.
pub fn rate_view(rate: &ListedRate<'_>, mode: Mode) -> TaxRateView {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    match rate {
        ListedRate::BuiltIn(row) => TaxRateView {
            country: some(row.country),
            region: some(row.region),
            tax: some(row.tax),
            tax_code: None,
            class: Some(row.class.as_str()),
            rate: some(row.rate),
            treatment: None,
            from: row.from.and_then(some),
            source: row.source,
            recorded: Some(row.recorded),
            r#override: false,
            object: "tax_rate",
            livemode: livemode(mode),
        },
        ListedRate::Own(rule) => {
            let (rate, class, treatment) = match rule.effect {
                OverrideEffect::Rate(rate) => (Some(rate.to_string()), None, None),
                OverrideEffect::Class(class) => (None, Some(class.as_str()), None),
                OverrideEffect::Exempt => (None, None, Some("exempt")),
                OverrideEffect::Zero => (None, None, Some("zero")),
            };
            TaxRateView {
                country: rule.country.map(|country| country.code().to_owned()),
                region: rule.region.clone(),
                tax: rule.name.clone(),
                tax_code: Some(rule.tax_code.clone()),
                class,
                rate,
                treatment,
                from: rule.from.map(Time::rfc3339_ms),
                source: "your settings",
                recorded: None,
                r#override: true,
                object: "tax_rate",
                livemode: livemode(mode),
            }
        }
    }
}

/// A sale whose tax is wanted: of a customer, or of whoever is at a place.
#[derive(Body)]
#[body(
    rename_all = "camelCase",
    check = customer_or_place(customer_id, country, tax_id, tax_exempt)
)]
pub struct PreviewTax {
    /// What would be charged before tax, in minor units.
    pub amount: MinorUnits,
    /// The currency, ISO 4217 in upper or lower case.
    pub currency: CurrencyCode,
    /// What is sold; your usual code when absent.
    pub tax_code: Option<TaxCode>,
    /// A customer by `cus_...` or your own id: its address, tax id and exemption.
    pub customer_id: Option<CustomerName>,
    /// The buyer's country, two letters of ISO 3166-1.
    pub country: Option<CountryName>,
    /// The part of ISO 3166-2 behind the hyphen.
    pub region: Option<Text<0, 20>>,
    /// The postal code as it is written on letters.
    pub postal_code: Option<Text<1, 20>>,
    /// The buyer's tax id. No register is asked.
    pub tax_id: Option<Text<1, 64>>,
    /// Whether tax is collected: `none` (as usual), `exempt`, or `reverse` for a business that pays
    /// the tax itself.
    #[body(default = Name(Exemption::None))]
    pub tax_exempt: Option<Name<Exemption>>,
    /// When it would be sold; now, when absent.
    pub at: Option<Time>,
}

fn customer_or_place(
    customer: Option<&CustomerName>,
    country: Option<&CountryName>,
    tax_id: Option<&Text<1, 64>>,
    exempt: Option<&Name<Exemption>>,
) -> std::result::Result<(), Invalid> {
    let place = country.is_some() || tax_id.is_some() || exempt.is_some();
    if customer.is_some() && place {
        return Err(Invalid::new("stands for a place, so give one of them"));
    }
    Ok(())
}

impl PreviewTax {
    /// The sale that is asked about; at `now`, where the request names no moment.
    ///
    /// # Errors
    /// A region that is none of the country.
    pub fn command(self, now: Time) -> Result<Preview> {
        let code = self.tax_code.map(|code| code.0).unwrap_or_default();
        let country = self.country.map(|country| country.0);
        let part = region_if_any(country, self.region.as_ref().map(|part| part.0.as_str()));
        let part = part.map_err(|why| Problem::field("region", why.0))?;
        let buyer = match self.customer_id {
            Some(name) => PreviewBuyer::Customer(name.command()),
            None => PreviewBuyer::Anybody(TaxBuyer {
                country,
                region: part,
                postal_code: self.postal_code.map(|text| text.0),
                tax_id: self.tax_id.map(|text| text.0),
                exemption: self.tax_exempt.map(|exempt| exempt.0).unwrap_or_default(),
                exemption_reason: None,
            }),
        };
        Ok(Preview {
            line: SaleLine { tax_code: code, own_rate: None, amount: self.amount.0 },
            currency: self.currency.0,
            buyer,
            at: self.at.unwrap_or(now),
        })
    }
}

/// What a sale would cost.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct TaxPreviewView {
    /// The kind of object: always `tax_preview`.
    pub object: &'static str,
    /// The amount before tax, in minor units of the currency.
    pub subtotal: i64,
    /// Minor units of tax; 0 while something is needed.
    pub tax_amount: i64,
    /// What the buyer would pay, in minor units of the currency.
    pub total: i64,
    /// The currency of the amounts, ISO 4217 in lower case.
    pub currency: String,
    /// How it would be taxed, and which rule decides.
    pub tax: TaxView,
    /// What has to be known first, by the names of fields; empty when all is known.
    pub needs: Vec<String>,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
}

/// What a sale would cost, as this surface shows it.
pub fn preview_view(computed: &Computed, asked: &Preview, mode: Mode) -> TaxPreviewView {
    let (amounts, tax, needs): (_, _, &[Need]) = match computed {
        Computed::Known(taxed) => {
            (taxed.amounts, TaxView::decided(&taxed.record, false, None), &[])
        }
        Computed::Needs(needs) => {
            let subtotal = Money::from_minor(asked.line.amount, asked.currency);
            (Amounts::untaxed(subtotal), TaxView::unknown(), needs)
        }
    };
    let of = match asked.buyer {
        PreviewBuyer::Anybody(_) => "",
        PreviewBuyer::Customer(_) => "address.",
    };
    TaxPreviewView {
        object: "tax_preview",
        subtotal: amounts.subtotal().minor(),
        tax_amount: amounts.tax().minor(),
        total: amounts.total().minor(),
        currency: asked.currency.code().to_ascii_lowercase(),
        tax,
        needs: needs.iter().map(|need| format!("{of}{}", need.as_str())).collect(),
        livemode: livemode(mode),
    }
}
