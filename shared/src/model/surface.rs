//! Which of Paylink's APIs something was made through.

/// One of the APIs for tenants. It is kept on what is made through it, and decides which events
/// and payloads follow. Records from before there were several belong to [`Surface::Platform`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Surface {
    /// `/v1/platform`: customers, wallets, links of customers.
    #[default]
    Platform,
    /// `/payments`: the tenant's own checkout.
    Payments,
    /// `/api/payment-links/`: links with a catalog behind them.
    Links,
}

impl Surface {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Platform, Self::Payments, Self::Links];

    /// Its name in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Payments => "payments",
            Self::Links => "links",
        }
    }

    /// The surface with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|surface| surface.as_str() == name)
    }
}
