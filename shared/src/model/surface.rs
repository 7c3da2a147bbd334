//! Which of Paylink's APIs something was made through.

use strum::{IntoStaticStr, VariantArray};

/// One of the APIs for tenants. It is kept on what is made through it, and decides which events
/// and payloads follow. Records from before there were several belong to [`Surface::Platform`].
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "snake_case")]
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
    /// Every surface, in the order in which they are declared.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Its name in records.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The surface with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|surface| surface.as_str() == name)
    }
}
