//! Settings of tax on the payments surface.

use crate::{
    http::{
        body::Change,
        field::{Text, Whole},
        payments::livemode,
        tax_fields::{AnyCurrency, LanguageName, Name, TaxCode},
        tax_settings::tax_settings,
    },
    model::{
        Mode, Time,
        money::LARGEST_MINOR,
        tax::settings::{
            self, AskAddress, AskTaxId, BusinessIds, Collect, InvoicingSettings, SaveCard, Settings,
        },
    },
    operations::{FieldError, Problem},
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
