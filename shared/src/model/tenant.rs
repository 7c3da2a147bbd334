//! The organisation that calls us.

use super::{Currency, Invalid, Money, Scope, Time, origin::Origin, route::Route};
use std::collections::BTreeMap;

/// Longest display name; it stands on the buyer's page.
pub const MAX_NAME: usize = 100;

/// One tenant in one mode: what its links freeze and what bounds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Whose record this is.
    pub scope: Scope,
    /// Display name, shown to buyers.
    pub name: String,
    /// Who may embed the payment page; nobody when empty.
    pub allowed_origins: Vec<Origin>,
    /// Largest single payment per currency; a currency that is absent has no limit of its own.
    pub limits: BTreeMap<Currency, Money>,
    /// A payment above this waits for a reviewer; a currency that is absent is never reviewed.
    pub review: BTreeMap<Currency, Money>,
    /// When it was provisioned; no list reaches further back.
    pub created_at: Time,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

/// All that operators set for a tenant. Links need its first half and read no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// The tenant's own record, which is all that links read.
    pub tenant: Tenant,
    /// Its ways into and out of wallets, at most [`super::route::MAX_ROUTES`].
    pub routes: Vec<Route>,
}

impl Tenant {
    /// Whether one payment of this amount is allowed.
    ///
    /// # Errors
    /// The amount is above the tenant's limit in its currency.
    pub fn allows(&self, amount: Money) -> Result<(), Invalid> {
        match self.limits.get(&amount.currency()) {
            Some(limit) if amount.minor() > limit.minor() => Err(Invalid::new(format!(
                "is above the limit of {} {}",
                limit.major(),
                limit.currency()
            ))),
            Some(_) | None => Ok(()),
        }
    }

    /// Whether a payment of this amount waits for a reviewer.
    pub fn reviews(&self, amount: Money) -> bool {
        let threshold = self.review.get(&amount.currency());
        threshold.is_some_and(|threshold| amount.minor() > threshold.minor())
    }
}

/// A credential of the platform surface. The secret itself is never kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Public half, sent with every token request.
    pub client_id: String,
    /// Whose credential; fixes tenant and mode of every token.
    pub scope: Scope,
    /// What is kept of the secret: its HMAC-SHA256 under the deployment's pepper.
    pub secret_hash: String,
    /// The same of the secret that it replaced, and until when that one is good.
    pub replaced: Option<(String, Time)>,
    /// What tokens may do, separated by spaces.
    pub scopes: String,
    /// Failed tries since the last success.
    pub failures: u32,
    /// No try is looked at before this moment.
    pub blocked_until: Option<Time>,
}

/// Failures that are free of charge before each further one slows the client down.
const FREE_FAILURES: u32 = 5;

/// Longest wait between two tries, in seconds.
const MAX_BLOCK_S: i64 = 300;

impl Client {
    /// Until when the next try has to wait if one more fails at `now`: 2, 4, 8 .. 300 seconds
    /// after the first five.
    pub fn block_after_failure(&self, now: Time) -> Option<Time> {
        let over = self.failures.saturating_add(1).checked_sub(FREE_FAILURES)?;
        let seconds = 2_i64.saturating_pow(over.saturating_add(1)).min(MAX_BLOCK_S);
        Some(now.plus_seconds(seconds))
    }

    /// The hash of the secret that was replaced, while that one is good as well.
    pub fn replaced_hash_at(&self, now: Time) -> Option<&str> {
        let replaced = self.replaced.as_ref().filter(|(_, until)| now < *until);
        replaced.map(|(hash, _)| hash.as_str())
    }

    /// The client with a new secret. The old one is good for `overlap_s` seconds more; one that was
    /// replaced before has ended.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn with_secret(&self, hash: String, overlap_s: i64, now: Time) -> Self {
        let until = now.plus_seconds(overlap_s);
        let replaced = (overlap_s > 0).then(|| (self.secret_hash.clone(), until));
        Self { secret_hash: hash, replaced, failures: 0, blocked_until: None, ..self.clone() }
    }

    /// Whether tries are refused at `now`, and for how many whole seconds.
    pub fn blocked_for_seconds(&self, now: Time) -> Option<i64> {
        let left_ms = self.blocked_until?.ms_since(now);
        (left_ms > 0).then_some((left_ms + 999) / 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Mode, id::TenantId};

    fn client(failures: u32) -> Client {
        Client {
            client_id: "client".into(),
            scope: Scope { tenant: TenantId::mint(Time::from_ms(0), [1; 10]), mode: Mode::Test },
            secret_hash: String::new(),
            replaced: None,
            scopes: String::new(),
            failures,
            blocked_until: None,
        }
    }

    #[test]
    fn a_payment_above_the_threshold_of_its_currency_is_reviewed() {
        let usd = |minor| Money::from_minor(minor, Currency::USD);
        let tenant = Tenant {
            scope: client(0).scope,
            name: "Shop".into(),
            allowed_origins: vec![],
            limits: BTreeMap::new(),
            review: [(Currency::USD, usd(100_000))].into(),
            created_at: Time::from_ms(0),
            version: 1,
        };
        assert!(!tenant.reviews(usd(100_000)));
        assert!(tenant.reviews(usd(100_001)));
        assert!(!tenant.reviews(Money::from_minor(100_001, "EUR".parse().unwrap())));
    }

    #[test]
    fn failures_slow_a_client_down_ever_more_up_to_five_minutes() {
        let now = Time::from_ms(1_000_000);
        let wait = |failures| client(failures).block_after_failure(now).map(|t| t.ms_since(now));
        assert_eq!(wait(0), None);
        assert_eq!(wait(3), None);
        assert_eq!(wait(4), Some(2_000));
        assert_eq!(wait(5), Some(4_000));
        assert_eq!(wait(20), Some(300_000));
        assert_eq!(wait(u32::MAX), Some(300_000));
    }

    #[test]
    fn a_replaced_secret_is_good_for_its_overlap_and_no_longer() {
        let now = Time::from_ms(1_000_000);
        let old = Client { secret_hash: "1.old".into(), ..client(9) };
        let new = old.with_secret("1.new".into(), 60, now);
        assert_eq!((new.secret_hash.as_str(), new.failures), ("1.new", 0));
        assert_eq!(new.replaced_hash_at(now.plus_ms(59_999)), Some("1.old"));
        assert_eq!(new.replaced_hash_at(now.plus_seconds(60)), None);
        let at_once = old.with_secret("1.new".into(), 0, now);
        assert_eq!(at_once.replaced_hash_at(now), None);
        let again = new.with_secret("1.third".into(), 60, now);
        assert_eq!(again.replaced_hash_at(now), Some("1.new"), "at most two are good");
    }

    #[test]
    fn a_block_ends_by_the_clock() {
        let now = Time::from_ms(1_000_000);
        let blocked = Client { blocked_until: Some(now.plus_ms(1_500)), ..client(9) };
        assert_eq!(blocked.blocked_for_seconds(now), Some(2));
        assert_eq!(blocked.blocked_for_seconds(now.plus_ms(1_500)), None);
    }
}
