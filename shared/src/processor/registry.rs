//! Which adapters there are. Nothing else names one: payments, accounts and routes carry a name, and
//! whoever needs an adapter finds it here.

use super::{PageAccount, PageLink, PaymentFields, Processor, Unreachable, simulator, stripe};
use crate::{
    model::{
        Invalid, Mode, Money, Scope, Time, card::CardSummary, customer::MerchantAccount,
        id::RouteId, payment_intent::ChargingAccount, route::Route,
    },
    store::{self, Consistency, Table},
};
use ring::hmac;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Names of the adapters that this release has.
pub const NAMES: [&str; 2] = [simulator::NAME, stripe::NAME];

/// Names of those that move money between wallets and the outside.
pub const WALLET_NAMES: [&str; 1] = [simulator::NAME];

/// Failures of one tenant's account after which it is asked no further by whoever has others to ask.
const MAX_FAILURES: u32 = 3;

/// Adapters, ready to be asked, and which accounts have failed since they were made ready.
pub struct Processors<'a> {
    adapters: Vec<Box<dyn Processor + 'a>>,
    failures: Mutex<HashMap<(String, Scope), Failures>>,
}

/// How often an account has failed, and how it did first.
struct Failures {
    count: u32,
    cause: String,
}

impl<'a> Processors<'a> {
    /// These adapters and no others.
    pub fn of(adapters: Vec<Box<dyn Processor + 'a>>) -> Self {
        Self { adapters, failures: Mutex::default() }
    }

    /// A registry with this adapter and no other.
    pub fn only(adapter: impl Processor + 'a) -> Self {
        Self::of(vec![Box::new(adapter)])
    }

    /// The adapters that need nothing but the table and a key. `vault_key` makes and checks the tokens of the simulator;
    /// `may_die` says whether its test accounts may end the process, which must then serve one
    /// request only.
    pub fn embedded(store: &'a Table, vault_key: hmac::Key, may_die: bool) -> Self {
        Self::only(simulator::Simulator { store, key: vault_key, may_die })
    }

    /// The same with one more adapter.
    #[must_use = "the registry itself does not change; the next one is returned"]
    pub fn with(mut self, adapter: impl Processor + 'a) -> Self {
        self.adapters.push(Box::new(adapter));
        self
    }

    /// The adapter with this name.
    pub fn named(&self, name: &str) -> Option<&(dyn Processor + 'a)> {
        self.adapters.iter().map(AsRef::as_ref).find(|adapter| adapter.name() == name)
    }

    /// The adapter that made a card's token for a link, and the card behind it.
    ///
    /// # Errors
    /// Nobody knows the token, and somebody who might cannot be asked.
    pub async fn recognise(
        &self,
        card_token: &str,
        link: PageLink<'_>,
        now: Time,
    ) -> Result<Option<(&(dyn Processor + 'a), CardSummary)>, Unreachable> {
        let mut silent = None;
        for adapter in &self.adapters {
            match adapter.recognise(card_token, link, now).await {
                Ok(Some(card)) => return Ok(Some((adapter.as_ref(), card))),
                Ok(None) => {}
                Err(unreachable) => silent = Some(unreachable),
            }
        }
        silent.map_or(Ok(None), Err)
    }

    /// Notes that a tenant's account at a processor could not be asked.
    pub fn failed(&self, name: &str, scope: Scope, why: &str) {
        let mut failures = self.failures();
        let of = failures.entry((name.to_owned(), scope));
        let known = of.or_insert_with(|| Failures { count: 0, cause: why.to_owned() });
        known.count = known.count.saturating_add(1);
    }

    /// Why an account is asked no further, so that it delays no other: it has failed too often.
    pub fn given_up(&self, name: &str, scope: Scope) -> Option<String> {
        let failures = self.failures();
        let known = failures.get(&(name.to_owned(), scope))?;
        (known.count >= MAX_FAILURES).then(|| known.cause.clone())
    }

    fn failures(&self) -> MutexGuard<'_, HashMap<(String, Scope), Failures>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Checks that this release has an adapter with this name.
pub fn check_name(name: &str) -> Result<(), Invalid> {
    check_among(&NAMES, name)
}

/// The same for an adapter that moves money between wallets and the outside.
pub fn check_wallet_name(name: &str) -> Result<(), Invalid> {
    check_among(&WALLET_NAMES, name)
}

fn check_among(names: &[&str], name: &str) -> Result<(), Invalid> {
    if names.contains(&name) {
        return Ok(());
    }
    Err(Invalid::new(format!("must be {}", names.join(" or "))))
}

/// Checks that the adapter with this name has accounts of this kind besides the tenant's own.
pub fn check_connected(name: &str, connected: Option<&str>) -> Result<(), Invalid> {
    match connected {
        None => Ok(()),
        Some(_) if name != stripe::NAME => Err(Invalid::new("is for stripe only")),
        Some(account) if stripe::is_account(account) => Ok(()),
        Some(_) => Err(Invalid::new("must be an account's id, acct_ and letters or digits")),
    }
}

/// Checks that the adapter with this name serves a mode: play money is for test mode.
pub fn check_mode(name: &str, mode: Mode) -> Result<(), Invalid> {
    match mode {
        Mode::Live if name == simulator::NAME => {
            Err(Invalid::new("the simulator serves test mode only"))
        }
        Mode::Live | Mode::Test => Ok(()),
    }
}

/// A merchant account as it is frozen into what it charges for. What no processor prints is left out.
pub fn frozen(account: &MerchantAccount) -> ChargingAccount {
    let prints = account.processor != simulator::NAME;
    ChargingAccount {
        id: account.id,
        processor: account.processor.clone(),
        connected: account.connected.clone(),
        statement: prints.then(|| account.descriptor.clone()),
    }
}

/// The card fields of a payment's page where the adapter of its account shows them; `None` where the
/// page has its own. `base` is where that processor is.
pub async fn payment_fields(
    store: &Table,
    base: &str,
    scope: Scope,
    account: &ChargingAccount,
    due: Money,
) -> Result<Option<PaymentFields>, store::Error> {
    if account.processor != stripe::NAME {
        return Ok(None);
    }
    let kept = store.stripe_credentials(scope, Consistency::Eventual).await?;
    let charges = kept.is_some() && stripe::amounts::to_charge(due).is_ok();
    let key = kept.map(|kept| kept.publishable).unwrap_or_default();
    Ok(Some(PaymentFields {
        page: stripe::page::fields(base),
        account: PageAccount { key, connected: account.connected.clone() },
        units: stripe::amounts::ratio(due.currency()),
        charges,
    }))
}

/// Checks that the adapter with this name charges this amount.
///
/// # Errors
/// It does not; the message says which amounts it charges.
pub fn check_amount(name: &str, amount: Money) -> Result<(), Invalid> {
    match name {
        stripe::NAME => stripe::amounts::to_charge(amount).map(|_| ()),
        _ => Ok(()),
    }
}

/// The routes that a new tenant has without asking for any; `mint` makes their ids.
pub fn first_routes(mode: Mode, mint: impl FnMut() -> RouteId) -> Vec<Route> {
    match mode {
        Mode::Test => simulator::routes::routes(mint),
        Mode::Live => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Currency, customer::MerchantAccountStatus, id::MerchantAccountId},
        store::memory::Memory,
    };

    #[test]
    fn an_adapter_is_found_by_its_name_alone() {
        let store = Table::Memory(Memory::default());
        let key = hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]);
        let processors = Processors::embedded(&store, key, false);
        assert_eq!(processors.named(simulator::NAME).map(Processor::name), Some(simulator::NAME));
        assert!(processors.named(stripe::NAME).is_none(), "it comes with a way to Stripe");
        for name in NAMES {
            assert_eq!(check_name(name), Ok(()));
        }
        assert!(processors.named("Simulator").is_none());
        assert_eq!(check_name("nobody"), Err(Invalid::new("must be simulator or stripe")));
        assert_eq!(check_wallet_name("stripe"), Err(Invalid::new("must be simulator")));
    }

    #[test]
    fn an_amount_is_for_its_processor_to_judge() {
        let amount = Money::from_minor(1, Currency::USD);
        assert_eq!(check_amount(simulator::NAME, amount), Ok(()));
        let least = Invalid::new("must be at least 0.50 USD");
        assert_eq!(check_amount(stripe::NAME, amount), Err(least));
    }

    #[test]
    fn play_money_is_for_test_mode() {
        assert!(check_mode(simulator::NAME, Mode::Test).is_ok());
        assert!(check_mode(simulator::NAME, Mode::Live).is_err());
        for mode in [Mode::Test, Mode::Live] {
            assert!(check_mode(stripe::NAME, mode).is_ok());
        }
    }

    #[test]
    fn only_stripe_has_connected_accounts_and_only_such_names() {
        assert!(check_connected(simulator::NAME, None).is_ok());
        assert!(check_connected(simulator::NAME, Some("acct_1")).is_err());
        assert!(check_connected(stripe::NAME, Some("acct_1Abc")).is_ok());
        for name in ["acct_", "cus_1", "acct_1/x", "acct_1 ", "acct_1@x"] {
            assert!(check_connected(stripe::NAME, Some(name)).is_err(), "{name}");
        }
    }

    #[test]
    fn what_charges_is_frozen_with_what_its_processor_prints() {
        let account = MerchantAccount {
            id: MerchantAccountId::mint(Time::from_ms(0), [1; 10]),
            status: MerchantAccountStatus::Approved,
            descriptor: "SHOP".into(),
            processor: stripe::NAME.into(),
            connected: Some("acct_1".into()),
            created_at: Time::from_ms(0),
        };
        let real = frozen(&account);
        assert_eq!(
            (real.connected.as_deref(), real.statement.as_deref()),
            (Some("acct_1"), Some("SHOP"))
        );
        let play = frozen(&MerchantAccount {
            processor: simulator::NAME.into(),
            connected: None,
            ..account
        });
        assert_eq!((play.connected, play.statement), (None, None));
    }
}
