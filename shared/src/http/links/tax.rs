//! Tax on the links surface: the same settings as on the payments surface, as far as links need
//! them.

use super::field::Line;
use crate::{
    http::{
        body::Change,
        field::Whole,
        tax_fields::{Name, TaxCode},
        tax_settings::tax_settings,
    },
    model::{
        Time,
        money::LARGEST_MINOR,
        tax::settings::{self, Collect, Settings},
    },
};
use derive::{Body, View};

tax_settings!(Line);

/// What changes: members that are given replace those that are there, each as a whole.
#[derive(Body)]
pub struct UpdateOrganizationTax {
    /// Where tax is collected: `never`, `registered` (only where you are registered) or
    /// `everywhere`.
    #[body(not_null)]
    pub collect: Option<Name<Collect>>,
    /// Who sells; required before tax is collected.
    pub seller: Change<TaxSellerBody>,
    /// Where you are registered: at most 100, unique by country, region and scheme.
    #[body(not_null)]
    pub registrations: Option<TaxRegistrations>,
    /// Own rules, at most 200. The most special one counts, then the latest.
    #[body(not_null)]
    pub overrides: Option<TaxOverrides>,
    /// The code of products that name none.
    #[body(not_null)]
    pub default_tax_code: Option<TaxCode>,
    /// The version you read; another current one is refused.
    #[body(not_null)]
    pub version: Option<Whole<0, LARGEST_MINOR>>,
}

impl UpdateOrganizationTax {
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
            ..settings::TaxChange::default()
        }
    }
}

/// Settings of tax.
#[derive(View)]
pub struct OrganizationTaxView {
    /// Where tax is collected: `never`, `registered` (only where you are registered) or
    /// `everywhere`.
    pub collect: &'static str,
    /// Who sells; null before it was said.
    pub seller: Option<TaxSellerView>,
    /// The places where you are registered for tax.
    pub registrations: Vec<TaxRegistrationView>,
    /// Your own rates, which go before the built-in tables.
    pub overrides: Vec<TaxOverrideView>,
    /// The code of products that name none.
    pub default_tax_code: String,
    /// Rises with each change; 0 before the first.
    pub version: u64,
    /// RFC 3339; null before the first change.
    pub updated_at: Option<String>,
}

/// Settings as this surface shows them.
pub fn view(settings: &Settings) -> OrganizationTaxView {
    let time = Time::rfc3339;
    OrganizationTaxView {
        collect: settings.collect.as_str(),
        seller: settings.seller.as_ref().map(seller_view),
        registrations: (settings.registrations.iter())
            .map(|one| registration_view(one, time))
            .collect(),
        overrides: settings.overrides.iter().map(|rule| override_view(rule, time)).collect(),
        default_tax_code: settings.default_code().to_owned(),
        version: settings.version,
        updated_at: settings.updated_at.map(Time::rfc3339),
    }
}
