//! What a tenant's account at Stripe is used with, in one mode: its keys, sealed, and what pages show.

use super::{
    Scope, Time,
    actor::Actor,
    secret::{Sealed, kind},
};
use std::fmt;

/// A secret that was replaced goes on being understood for this long: Stripe signs with both while
/// it rolls one, for a day at most.
const OVERLAP_S: i64 = 24 * 60 * 60;

/// Secrets of events of one kind that are understood at the same time.
const MAX_SECRETS: usize = 2;

/// A tenant's account at Stripe in one mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeCredentials {
    /// Whose account, in which mode.
    pub scope: Scope,
    /// Stripe's own id of it, `acct_...`. It stays: what was charged is looked for there.
    pub account: String,
    /// `sk_...` or `rk_...`, sealed. A new one counts at once; nothing that is under way needs the one
    /// before, since objects and idempotency keys at Stripe belong to the account.
    pub sealed_key: Sealed<kind::Stripe>,
    /// `pk_...`: every buyer's browser gets it.
    pub publishable: String,
    /// Secrets of the account's own events, newest last; none where Stripe sends none.
    pub events: Vec<StripeEventSecret>,
    /// Secrets of the events of connected accounts, newest last.
    pub connected_events: Vec<StripeEventSecret>,
    /// When it was last saved.
    pub saved_at: Time,
    /// Who last saved it, for the log of what a team did.
    pub saved_by: Actor,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

/// A secret that proves events to be Stripe's, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeEventSecret {
    /// `whsec_...`, sealed.
    pub sealed: Sealed<kind::StripeWebhook>,
    /// From when on it proves nothing any more; `None` for the one in use.
    pub until: Option<Time>,
}

/// What a secret of an account is for. A sealed one opens for its purpose, tenant and mode alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StripeSecretUse {
    /// To ask in the account's name.
    Key,
    /// To prove events of the account.
    Events,
    /// To prove events of accounts that are connected to it.
    ConnectedEvents,
}

/// The name under which a secret is sealed.
#[derive(Debug, Clone, Copy)]
pub struct StripeSecretOwner {
    /// Whose account, in which mode.
    pub scope: Scope,
    /// What the secret is for.
    pub used_for: StripeSecretUse,
}

impl fmt::Display for StripeSecretOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let used_for = match self.used_for {
            StripeSecretUse::Key => "key",
            StripeSecretUse::Events => "events",
            StripeSecretUse::ConnectedEvents => "connected_events",
        };
        write!(f, "stripe#{}#{}#{used_for}", self.scope.tenant, self.scope.mode)
    }
}

/// Secrets with a new one in use. The one that it replaces is understood for a day more; others that
/// are over, or too many, are dropped.
pub fn replaced(
    known: &[StripeEventSecret],
    sealed: Sealed<kind::StripeWebhook>,
    now: Time,
) -> Vec<StripeEventSecret> {
    let mut secrets: Vec<StripeEventSecret> = live(known, now).cloned().collect();
    if let Some(replaced) = secrets.last_mut() {
        replaced.until = Some(now.plus_seconds(OVERLAP_S));
    }
    secrets.push(StripeEventSecret { sealed, until: None });
    let surplus = secrets.len().saturating_sub(MAX_SECRETS);
    secrets.split_off(surplus)
}

/// Those that prove something at `now`, newest last.
pub fn live(
    secrets: &[StripeEventSecret],
    now: Time,
) -> impl Iterator<Item = &StripeEventSecret> + Clone {
    secrets.iter().filter(move |secret| secret.until.is_none_or(|until| now < until))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Mode, id::TenantId};

    fn sealed(n: u8) -> Sealed<kind::StripeWebhook> {
        Sealed::kept(format!("1.{n}"))
    }

    fn start() -> Time {
        Time::from_ms(1_795_255_200_000)
    }

    fn texts(secrets: &[StripeEventSecret], now: Time) -> Vec<String> {
        live(secrets, now).map(|secret| secret.sealed.as_str().to_owned()).collect()
    }

    #[test]
    fn a_replaced_secret_is_understood_for_a_day_and_never_three_are() {
        let one = replaced(&[], sealed(1), start());
        assert_eq!((one.len(), one[0].until), (1, None));
        let two = replaced(&one, sealed(2), start());
        let day = start().plus_days(1);
        assert_eq!(texts(&two, day.plus_ms(-1)), ["1.1", "1.2"]);
        assert_eq!(texts(&two, day), ["1.2"]);
        let three = replaced(&two, sealed(3), start().plus_seconds(5));
        assert_eq!(texts(&three, start().plus_seconds(6)), ["1.2", "1.3"]);
        let later = replaced(&two, sealed(3), start().plus_days(9));
        assert_eq!(texts(&later, start().plus_days(9)), ["1.2", "1.3"]);
    }

    #[test]
    fn a_secret_is_sealed_for_its_tenant_mode_and_purpose() {
        let tenant = TenantId::mint(start(), [1; 10]);
        let mut names = Vec::new();
        for mode in [Mode::Test, Mode::Live] {
            let scope = Scope { tenant, mode };
            for used_for in
                [StripeSecretUse::Key, StripeSecretUse::Events, StripeSecretUse::ConnectedEvents]
            {
                names.push(StripeSecretOwner { scope, used_for }.to_string());
            }
        }
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 6, "{names:?}");
    }
}
