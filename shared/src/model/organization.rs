//! What an organisation sets for its links: prices, limits, pages and people. Its name and the
//! limits of the platform surface stay with the tenant.

use super::{Currency, Invalid, Money, Scope, Time, origin::Origin, tax::Pricing};
use std::collections::BTreeMap;

/// Most origins that the public start of a checkout may send buyers back to.
pub const MAX_REDIRECT_ORIGINS: usize = 10;

/// Smallest and largest payment unless an operator sets others, in minor units.
pub const DEFAULT_LIMITS: (i64, i64) = (50, 1_000_000);

/// Languages of pages, receipts and the dashboard.
pub const LOCALES: [&str; 12] =
    ["en", "de", "fr", "es", "it", "nl", "pl", "pt", "da", "sv", "ja", "ar"];

/// The language of whoever chose none.
pub const DEFAULT_LOCALE: &str = "en";

/// An organisation's settings in one mode. A tenant that never changed any has the defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Whose settings.
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
    /// Currency of new links.
    pub default_currency: Currency,
    /// IANA name; days of statistics and times in exports.
    pub timezone: String,
    /// One of [`LOCALES`].
    pub locale: String,
    /// Where buyers get help.
    pub support: Support,
    /// How pages look.
    pub branding: Branding,
    /// What buyers of a dead link read.
    pub messages: Messages,
    /// Where the public start of a checkout may send buyers back to.
    pub redirect_origins: Vec<Origin>,
    /// Whether servers may sell lines that are in no catalog.
    pub ad_hoc_lines: bool,
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
    /// At least this.
    pub min: Money,
    /// At most this.
    pub max: Money,
}

/// Where buyers get help.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Support {
    /// An address.
    pub email: Option<String>,
    /// A number.
    pub phone: Option<String>,
    /// A page.
    pub url: Option<String>,
}

/// How pages look; Paylink's own where absent. Colours are `#rrggbb` and were checked for contrast.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Branding {
    /// The name buyers see, instead of the organisation's.
    pub display_name: Option<String>,
    /// Hash of the uploaded logo, which is its address too.
    pub logo: Option<String>,
    /// Behind the name.
    pub panel_color: Option<String>,
    /// Links and marks.
    pub accent_color: Option<String>,
    /// The button that pays.
    pub button_color: Option<String>,
}

/// What buyers of a dead link read; ours where absent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Messages {
    /// Switched off.
    pub inactive: Option<String>,
    /// Past its time.
    pub expired: Option<String>,
    /// Sold out.
    pub exhausted: Option<String>,
    /// Gone.
    pub deleted: Option<String>,
}

impl Organization {
    /// The settings of an organisation that never changed any.
    #[must_use]
    pub fn unset(scope: Scope, created_at: Time) -> Self {
        Self {
            scope,
            website: None,
            contact_email: None,
            telegram: None,
            pricing_mode: Pricing::default(),
            limits: BTreeMap::new(),
            default_currency: Currency::USD,
            timezone: "UTC".to_owned(),
            locale: DEFAULT_LOCALE.to_owned(),
            support: Support::default(),
            branding: Branding::default(),
            messages: Messages::default(),
            redirect_origins: Vec::new(),
            ad_hoc_lines: true,
            require_totp: None,
            staff_refund_limit: BTreeMap::new(),
            updated_at: created_at,
            version: 0,
        }
    }

    /// Smallest and largest payment of a currency.
    #[must_use]
    pub fn limits(&self, currency: Currency) -> PaymentLimits {
        let (min, max) = DEFAULT_LIMITS;
        let usual = |minor| Money::from_minor(minor, currency);
        let default = PaymentLimits { min: usual(min), max: usual(max) };
        self.limits.get(&currency).copied().unwrap_or(default)
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
    #[must_use]
    pub fn staff_may_refund(&self, amount: Money) -> bool {
        let limit = self.staff_refund_limit.get(&amount.currency());
        limit.is_none_or(|limit| amount.minor() <= limit.minor())
    }

    /// Whether members need a second factor.
    #[must_use]
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
