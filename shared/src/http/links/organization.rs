//! An organisation as its members see it.

use super::picture;
use crate::{
    model::{
        Currency,
        organization::{Branding, Messages, PaymentLimits, Support},
        origin::Origin,
        tax::{Pricing, place::Country},
    },
    operations::merchant_links::Seller,
};
use derive::View;
use std::collections::BTreeMap;

/// An organisation.
#[derive(View)]
pub struct OrganizationView {
    /// The organisation's id.
    pub id: String,
    /// `test` or `live`: the mode that this session works in.
    pub mode: &'static str,
    /// Whether it may sell: `active` or `restricted`.
    pub status: &'static str,
    /// Whether buyers can pay: there is an approved merchant account.
    pub payments_enabled: bool,
    /// The organisation's own name.
    pub name: String,
    /// The organisation's web site; null for none.
    pub website: Option<String>,
    /// The address that the operator of this deployment writes to; buyers never see it.
    pub contact_email: Option<String>,
    /// The Telegram account that the operator writes to; null for none.
    pub telegram: Option<String>,
    /// `HT` or `TTC`: prices of new links without or with tax.
    pub price_mode: &'static str,
    /// Of new links: `TAX_EXCLUSIVE` where tax is added to prices, `TAX_INCLUSIVE` where they
    /// contain it.
    pub pricing_mode: &'static str,
    /// Smallest payment in the default currency.
    pub min_payment: String,
    /// Largest payment in the default currency.
    pub max_payment: String,
    /// Smallest and largest payment by currency; the operator sets them.
    pub limits: BTreeMap<String, LimitsView>,
    /// The seller's country, from the tax settings.
    pub country: Option<String>,
    /// What buyers of new links pay in.
    pub default_currency: String,
    /// The zone whose days and months count, an IANA name such as `Europe/Berlin`.
    pub timezone: String,
    /// The language of pages and receipts.
    pub locale: String,
    /// Where buyers get help: pages and receipts show it.
    pub support: SupportView,
    /// How the buyers' pages look: name, logo and colours.
    pub branding: BrandingView,
    /// What buyers of a dead link read; null: Paylink's own.
    pub messages: MessagesView,
    /// Where the public `start` may send buyers back to.
    pub redirect_origins: Vec<String>,
    /// Whether servers may sell lines that are in no catalog.
    pub ad_hoc_lines: bool,
    /// Whether sales through links get invoices.
    pub invoice: bool,
    /// Whether members need a second factor.
    pub require_totp: bool,
    /// Largest single refund by staff, by currency; null: no limit.
    pub staff_refund_limit: Option<BTreeMap<String, String>>,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// When it last changed, as an RFC 3339 time.
    pub updated_at: String,
}

/// Smallest and largest payment.
#[derive(View)]
pub struct LimitsView {
    /// The least that one payment may be, in major units.
    pub min: String,
    /// The most that one payment may be, in major units.
    pub max: String,
}

/// Where buyers get help.
#[derive(View)]
pub struct SupportView {
    /// The e-mail address for buyers' questions; null for none.
    pub email: Option<String>,
    /// The telephone number for buyers' questions; null for none.
    pub phone: Option<String>,
    /// The address of a page that helps buyers; null for none.
    pub url: Option<String>,
}

/// How pages look; null is Paylink's own.
#[derive(View)]
pub struct BrandingView {
    /// The name that buyers see; null for the organisation's own.
    pub display_name: Option<String>,
    /// The address of the uploaded logo; null for none.
    pub logo_url: Option<String>,
    /// The colour behind the name; null for the page's own.
    pub panel_color: Option<String>,
    /// The colour of marks on that panel; null for the page's own.
    pub accent_color: Option<String>,
    /// The colour of the button that pays; null for the page's own.
    pub button_color: Option<String>,
}

/// What buyers of a dead link read.
#[derive(View)]
pub struct MessagesView {
    /// Of a link that is switched off.
    pub inactive: Option<String>,
    /// Of a link past its time.
    pub expired: Option<String>,
    /// Of a link that is sold out.
    pub exhausted: Option<String>,
    /// Of a link that is gone.
    pub deleted: Option<String>,
}

/// An organisation as its members see it.
pub fn view(seller: &Seller, country: Option<Country>, base: &str) -> OrganizationView {
    let Seller { tenant, organization, accounts, .. } = seller;
    let own = organization.limits(organization.default_currency);
    let currencies = [Some(Currency::USD), "EUR".parse().ok()].into_iter().flatten();
    let limits = currencies.map(|currency: Currency| {
        (currency.code().to_owned(), limits_view(organization.limits(currency)))
    });
    let refunds = organization.staff_refund_limit.values();
    let refunds: BTreeMap<String, String> =
        refunds.map(|most| (most.currency().code().to_owned(), most.major())).collect();
    let scope = organization.scope;
    OrganizationView {
        id: scope.tenant.to_string(),
        mode: scope.mode.as_str(),
        status: "active",
        payments_enabled: accounts.payments_enabled(),
        name: tenant.name.clone(),
        website: organization.website.clone(),
        contact_email: organization.contact_email.clone(),
        telegram: organization.telegram.clone(),
        price_mode: match organization.pricing_mode {
            Pricing::Exclusive => "HT",
            Pricing::Inclusive => "TTC",
        },
        pricing_mode: organization.pricing_mode.as_str(),
        min_payment: own.min.major(),
        max_payment: own.max.major(),
        limits: limits.collect(),
        country: country.map(|country| country.code().to_owned()),
        default_currency: organization.default_currency.code().to_owned(),
        timezone: organization.timezone.clone(),
        locale: organization.locale.clone(),
        support: support_view(&organization.support),
        branding: branding_view(&organization.branding, base),
        messages: messages_view(&organization.messages),
        redirect_origins: organization.redirect_origins.iter().map(Origin::to_string).collect(),
        ad_hoc_lines: organization.ad_hoc_lines,
        invoice: organization.invoice,
        require_totp: organization.requires_totp(),
        staff_refund_limit: Some(refunds).filter(|limits| !limits.is_empty()),
        created_at: tenant.created_at.rfc3339(),
        updated_at: organization.updated_at.max(tenant.created_at).rfc3339(),
    }
}

fn limits_view(limits: PaymentLimits) -> LimitsView {
    LimitsView { min: limits.min.major(), max: limits.max.major() }
}

fn support_view(support: &Support) -> SupportView {
    let Support { email, phone, url } = support.clone();
    SupportView { email, phone, url }
}

fn branding_view(branding: &Branding, base: &str) -> BrandingView {
    let Branding { display_name, logo, panel_color, accent_color, button_color } = branding.clone();
    let logo_url = picture::url(base, logo.as_ref());
    BrandingView { display_name, logo_url, panel_color, accent_color, button_color }
}

fn messages_view(messages: &Messages) -> MessagesView {
    let Messages { inactive, expired, exhausted, deleted } = messages.clone();
    MessagesView { inactive, expired, exhausted, deleted }
}
