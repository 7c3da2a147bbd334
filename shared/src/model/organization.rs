//! What an organisation sets for its links: prices, limits, pages and people. Its name and the
//! limits of the platform surface stay with the tenant.

use super::{
    Currency, Invalid, Money, Scope, Time,
    calendar::{Calendar, FormerZone},
    origin::Origin,
    tax::Pricing,
};
use std::collections::BTreeMap;

/// Most origins that the public start of a checkout may send buyers back to.
pub const MAX_REDIRECT_ORIGINS: usize = 10;

/// Smallest and largest payment unless an operator sets others, in minor units.
pub const DEFAULT_LIMITS: (i64, i64) = (50, 1_000_000);

/// Most links that are not deleted, unless an operator sets another number.
pub const MAX_LINKS: u32 = 5_000;

/// Most links that an operator may allow.
pub const LINKS_CEILING: u32 = 20_000;

/// Zones of before that are remembered. Statistics are recounted for some weeks back only.
const MAX_FORMER_ZONES: usize = 50;

/// Languages of pages, receipts and the dashboard.
pub const LOCALES: [&str; 12] =
    ["en", "de", "fr", "es", "it", "nl", "pl", "pt", "da", "sv", "ja", "ar"];

/// The language of whoever chose none.
pub const DEFAULT_LOCALE: &str = "en";

/// An organisation's settings in one mode. A tenant that never changed any has the defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// Its web site; its own origin counts among the redirect origins.
    pub website: Option<String>,
    /// Whom we write to.
    pub contact_email: Option<String>,
    /// The same, by telegram.
    pub telegram: Option<String>,
    /// Whether new links have prices with tax.
    pub pricing_mode: Pricing,
    /// Smallest and largest payment by currency; [`DEFAULT_LIMITS`] where absent.
    pub limits: BTreeMap<Currency, PaymentLimits>,
    /// Most links that are not deleted, where an operator set it; [`MAX_LINKS`] where absent.
    pub max_links: Option<u32>,
    /// Currency of new links.
    pub default_currency: Currency,
    /// IANA name; days of statistics and times in exports.
    pub timezone: String,
    /// Those of before, oldest first: a change counts from its moment on.
    pub former_zones: Vec<FormerZone>,
    /// Language of pages, receipts and the dashboard: one of [`LOCALES`].
    pub locale: String,
    /// Where buyers get help.
    pub support: Support,
    /// How pages look to buyers.
    pub branding: Branding,
    /// What buyers of a dead link read.
    pub messages: Messages,
    /// Where the public start of a checkout may send buyers back to.
    pub redirect_origins: Vec<Origin>,
    /// Whether servers may sell lines that are in no catalog.
    pub ad_hoc_lines: bool,
    /// Whether sales through links get invoices, numbered in one series with all others.
    pub invoice: bool,
    /// Whether members need a second factor; absent: in live mode.
    pub require_totp: Option<bool>,
    /// Largest single refund by staff, by currency; no limit where absent.
    pub staff_refund_limit: BTreeMap<Currency, Money>,
    /// When it last changed.
    pub updated_at: Time,
    /// Rises with every write; 0 before the first.
    pub version: u64,
}

/// Smallest and largest single payment of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentLimits {
    /// The smallest payment that is allowed.
    pub min: Money,
    /// The largest payment that is allowed.
    pub max: Money,
}

/// Where buyers get help.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Support {
    /// An e-mail address that pages show to buyers; `None` when none was set.
    pub email: Option<String>,
    /// A telephone number that pages show to buyers; `None` when none was set.
    pub phone: Option<String>,
    /// A web page that pages link to; `None` when none was set.
    pub url: Option<String>,
}

/// How pages look; Paylink's own where absent. Colours are `#rrggbb` and were checked for contrast.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Branding {
    /// The name buyers see, instead of the organisation's.
    pub display_name: Option<String>,
    /// Hash of the uploaded logo, which is its address too.
    pub logo: Option<String>,
    /// Ground behind the seller's name; white text on it was checked to be legible.
    pub panel_color: Option<String>,
    /// Marks on the panel, checked to stand out from the panel's colour.
    pub accent_color: Option<String>,
    /// The button that pays.
    pub button_color: Option<String>,
}

/// What buyers of a dead link read; ours where absent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Messages {
    /// For a link that is switched off; 1 to 300 characters.
    pub inactive: Option<String>,
    /// For a link whose end has come; 1 to 300 characters.
    pub expired: Option<String>,
    /// For a link that was paid as often as it may be; 1 to 300 characters.
    pub exhausted: Option<String>,
    /// For a link that was deleted; 1 to 300 characters.
    pub deleted: Option<String>,
}

impl Organization {
    /// The settings of an organisation that never changed any.
    pub fn unset(scope: Scope, created_at: Time) -> Self {
        Self {
            scope,
            website: None,
            contact_email: None,
            telegram: None,
            pricing_mode: Pricing::default(),
            limits: BTreeMap::new(),
            max_links: None,
            default_currency: Currency::USD,
            timezone: "UTC".to_owned(),
            former_zones: Vec::new(),
            locale: DEFAULT_LOCALE.to_owned(),
            support: Support::default(),
            branding: Branding::default(),
            messages: Messages::default(),
            redirect_origins: Vec::new(),
            ad_hoc_lines: true,
            invoice: false,
            require_totp: None,
            staff_refund_limit: BTreeMap::new(),
            updated_at: created_at,
            version: 0,
        }
    }

    /// The days of its statistics.
    ///
    /// # Errors
    /// A zone that the database does not have.
    pub fn calendar(&self) -> Result<Calendar, Invalid> {
        Calendar::new(&self.timezone, &self.former_zones)
    }

    /// The settings with the zone of `before` kept, where `now` another one begins.
    pub fn after_zone_of(mut self, before: &Self, now: Time) -> Self {
        if self.timezone != before.timezone {
            let former = FormerZone { name: before.timezone.clone(), until: now };
            self.former_zones = before.former_zones.clone();
            self.former_zones.push(former);
            let surplus = self.former_zones.len().saturating_sub(MAX_FORMER_ZONES);
            self.former_zones.drain(..surplus);
        }
        self
    }

    /// Smallest and largest payment of a currency.
    pub fn limits(&self, currency: Currency) -> PaymentLimits {
        let (min, max) = DEFAULT_LIMITS;
        let usual = |minor| Money::from_minor(minor, currency);
        let default = PaymentLimits { min: usual(min), max: usual(max) };
        self.limits.get(&currency).copied().unwrap_or(default)
    }

    /// Most links that are not deleted.
    pub fn max_links(&self) -> u32 {
        self.max_links.unwrap_or(MAX_LINKS)
    }

    /// Whether a payment of this amount is allowed.
    ///
    /// # Errors
    /// A sentence that names the limit it breaks.
    pub fn allows(&self, amount: Money) -> Result<(), Invalid> {
        let PaymentLimits { min, max } = self.limits(amount.currency());
        let (text, currency) = (amount.major(), amount.currency());
        if amount.minor() < min.minor() {
            let min = min.major();
            let problem = format!("{text} {currency} is below the minimum of {min} {currency}.");
            return Err(Invalid::new(problem));
        }
        if amount.minor() > max.minor() {
            let max = max.major();
            let problem = format!("{text} {currency} is above the maximum of {max} {currency}.");
            return Err(Invalid::new(problem));
        }
        Ok(())
    }

    /// Whether staff may refund this at once.
    pub fn staff_may_refund(&self, amount: Money) -> bool {
        let limit = self.staff_refund_limit.get(&amount.currency());
        limit.is_none_or(|limit| amount.minor() <= limit.minor())
    }

    /// Whether members need a second factor.
    pub fn requires_totp(&self) -> bool {
        self.require_totp.unwrap_or(match self.scope.mode {
            super::Mode::Live => true,
            super::Mode::Test => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Mode, id::TenantId};

    fn organization(mode: Mode) -> Organization {
        let tenant = TenantId::mint(Time::from_ms(0), [1; 10]);
        Organization::unset(Scope { tenant, mode }, Time::from_ms(0))
    }

    fn usd(minor: i64) -> Money {
        Money::from_minor(minor, Currency::USD)
    }

    #[test]
    fn payments_lie_between_the_limits_both_included() {
        let unset = organization(Mode::Test);
        assert!(unset.allows(usd(50)).is_ok() && unset.allows(usd(1_000_000)).is_ok());
        let problem = unset.allows(usd(30)).unwrap_err();
        assert_eq!(problem.0, "0.30 USD is below the minimum of 0.50 USD.");
        assert!(unset.allows(usd(1_000_001)).is_err());
        let limits = PaymentLimits { min: usd(10), max: usd(20) };
        let own = Organization { limits: [(Currency::USD, limits)].into(), ..unset };
        assert!(own.allows(usd(10)).is_ok() && own.allows(usd(21)).is_err());
    }

    #[test]
    fn staff_refunds_up_to_the_limit_of_the_currency() {
        let mut organization = organization(Mode::Test);
        assert!(organization.staff_may_refund(usd(1_000_000)));
        organization.staff_refund_limit = [(Currency::USD, usd(10_000))].into();
        assert!(organization.staff_may_refund(usd(10_000)));
        assert!(!organization.staff_may_refund(usd(10_001)));
    }

    #[test]
    fn a_second_factor_is_needed_in_live_mode_unless_said_otherwise() {
        assert!(organization(Mode::Live).requires_totp());
        assert!(!organization(Mode::Test).requires_totp());
        let off = Organization { require_totp: Some(false), ..organization(Mode::Live) };
        assert!(!off.requires_totp());
    }
}
