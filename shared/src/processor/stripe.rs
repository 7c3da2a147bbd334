//! Stripe: real cards, and play money in its test mode.
//!
//! Stripe cannot close a key, its keys live about a day, and its search lags. So a charge is begun
//! without money: a payment is created unconfirmed under the attempt's key, its id is written down
//! under that key by a conditional write, and only then is it confirmed, under a second key. Whoever
//! looks for a charge that is not there writes a closing mark at the same place; one that is there and
//! unconfirmed is canceled, which excludes that it is ever confirmed. So "absent" stays true.
//!
//! What became of a payment is read from Stripe's object, never believed of an event or of a browser.

pub mod amounts;
pub mod api;
mod charges;
mod checks;
mod declines;
pub mod event_list;
pub mod news;
mod objects;
pub mod page;
mod places;
mod records;
mod refunds;
pub mod signature;

use super::{
    Asked, AskedSecret, Done, PageLink, Processor, Recognised, Task, TaskWork, Unreachable,
};
use crate::{
    model::{Scope, Time, card::CardSummary, progress::Progress},
    store::Table,
};
use api::{Api, Refusal, StripeFault, StripeKey};
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use objects::StripeMethod;
use places::Placed;
use std::{future::Future, pin::Pin};

/// Stripe's name in merchant accounts.
pub const NAME: &str = "stripe";

/// A card's token is good for this long, in seconds: less than Stripe's keys live.
const TOKEN_LIVES_S: i64 = 30 * 60;

/// A tenant's account at Stripe, in one mode.
#[derive(Debug, Clone)]
pub struct StripeAccount {
    /// Asks in its name, and in that of accounts that are connected to it.
    pub key: StripeKey,
}

/// Where tenants' accounts are kept.
pub trait StripeAccounts: Send + Sync {
    /// A tenant's account, as it is kept in this table; `None` where it has none.
    fn account<'a>(&'a self, store: &'a Table, scope: Scope) -> AccountOf<'a>;
}

/// What [`StripeAccounts::account`] returns: the account, or `None` where there is none.
pub type AccountOf<'a> =
    Pin<Box<dyn Future<Output = Result<Option<StripeAccount>, Unreachable>> + Send + 'a>>;

/// The adapter for Stripe: charges and refunds cards, but moves no money between wallets.
pub struct Stripe<'a> {
    /// Where it writes down what it began.
    pub store: &'a Table,
    /// Where tenants' keys are.
    pub accounts: &'a dyn StripeAccounts,
    /// Makes the connections to Stripe.
    pub connector: &'a SharedHttpConnector,
    /// Where Stripe is: [`api::API_BASE`], or a stand-in.
    pub base: &'a str,
}

impl Processor for Stripe<'_> {
    fn name(&self) -> &'static str {
        NAME
    }

    fn recognise<'a>(&'a self, token: &'a str, link: PageLink<'a>, now: Time) -> Recognised<'a> {
        Box::pin(self.known_card(token, link, now))
    }

    fn connected<'t>(&self, token: &'t str) -> Option<&'t str> {
        match Placed::parse("pm_", token) {
            Some(typed) => typed.connected,
            None => places::SavedCard::parse(token).and_then(|saved| saved.connected),
        }
    }

    fn start<'a>(&'a self, task: &'a Task) -> Asked<'a> {
        Box::pin(async move {
            match &task.work {
                TaskWork::Charge { account, card: Some(card) } => {
                    self.charge(task, account, card).await
                }
                TaskWork::Charge { card: None, .. } => {
                    Err(Unreachable("no card to charge".to_owned()))
                }
                TaskWork::Order { .. } => {
                    Err(Unreachable("Stripe moves no money between wallets here".to_owned()))
                }
                TaskWork::Refund { charge } => self.give_back(task, charge).await,
            }
        })
    }

    fn check_secret<'a>(&'a self, charge: &'a Task) -> AskedSecret<'a> {
        Box::pin(self.secret_of_check(charge))
    }

    fn answer_challenge<'a>(&'a self, charge: &'a Task, passed: bool) -> Asked<'a> {
        Box::pin(self.end_challenge(charge, passed))
    }

    fn look_up<'a>(&'a self, task: &'a Task) -> Asked<'a> {
        Box::pin(async move {
            match &task.work {
                TaskWork::Charge { .. } => self.ask_about_charge(task).await,
                TaskWork::Order { .. } => Ok(Progress::Absent),
                TaskWork::Refund { charge } => self.ask_about_refund(task, charge).await,
            }
        })
    }

    fn forget<'a>(&'a self, token: &'a str, scope: Scope, _: Time) -> Done<'a> {
        Box::pin(self.forget_card(token, scope))
    }
}

impl Stripe<'_> {
    /// The tenant's account in this mode; [`Unreachable`] where it has none.
    async fn account(&self, scope: Scope) -> Result<StripeAccount, Unreachable> {
        let found = self.accounts.account(self.store, scope).await?;
        found.ok_or_else(|| {
            Unreachable(format!("{} has no account at Stripe in {} mode", scope.tenant, scope.mode))
        })
    }

    /// Asks in an account's name, and in that of a connected one.
    fn api<'a>(&'a self, account: &'a StripeAccount, connected: Option<&'a str>) -> Api<'a> {
        Api { connector: self.connector, base: self.base, key: &account.key, connected }
    }

    /// The card behind a token that Stripe's own fields made in the browser.
    async fn known_card(
        &self,
        token: &str,
        link: PageLink<'_>,
        now: Time,
    ) -> Result<Option<CardSummary>, Unreachable> {
        let Some(placed) = Placed::parse("pm_", token) else { return Ok(None) };
        // Whoever has no account at Stripe knows none of its cards.
        let Some(account) = self.accounts.account(self.store, link.scope).await? else {
            return Ok(None);
        };
        let path = format!("/v1/payment_methods/{}", placed.id);
        let method: StripeMethod = match self.api(&account, placed.connected).get(&path).await {
            Ok(method) => method,
            Err(StripeFault::Refused(Refusal::Missing, _)) => return Ok(None),
            Err(fault) => return Err(out_of_reach(link.scope, &fault)),
        };
        let age_s = now.seconds().saturating_sub(method.created);
        if age_s >= TOKEN_LIVES_S || method.customer.is_some() {
            return Ok(None);
        }
        Ok(method.card.and_then(|card| {
            Some(CardSummary {
                brand: card.brand,
                last4: card.last4,
                exp_month: card.exp_month,
                exp_year: card.exp_year,
                fingerprint: card.fingerprint?,
                country: card.country.and_then(|code| code.parse().ok()),
            })
        }))
    }

    /// Deletes the customer at Stripe for whom a card is kept, and the card with it.
    async fn forget_card(&self, token: &str, scope: Scope) -> Result<(), Unreachable> {
        let Some(saved) = places::SavedCard::parse(token) else {
            return Err(Unreachable("not a token of Stripe".to_owned()));
        };
        let account = self.account(scope).await?;
        let path = format!("/v1/customers/{}", saved.customer);
        match self.api(&account, saved.connected).delete(&path).await {
            Ok(()) | Err(StripeFault::Refused(Refusal::Missing, _)) => Ok(()),
            Err(fault) => Err(out_of_reach(scope, &fault)),
        }
    }
}

/// Whether a text is the name of an account at Stripe.
pub fn is_account(text: &str) -> bool {
    Placed::parse("acct_", text).is_some_and(|placed| placed.connected.is_none())
}

/// A fault that names whose account is sick. Its line rings the alarm of that account, whoever met the
/// fault: a buyer's submit, a refund, an event or the sweep.
fn out_of_reach(scope: Scope, fault: &StripeFault) -> Unreachable {
    let (tenant, mode) = (scope.tenant.to_string(), scope.mode.as_str());
    let cause = fault.to_string();
    tracing::warn!(
        tenant,
        mode,
        fault = fault.name(),
        cause,
        account_failures = fault.failures(),
        "an account at Stripe cannot be asked"
    );
    Unreachable(format!("{tenant} {mode}: {cause}"))
}

/// Silence after something was sent that may have moved money. It is told to whoever looks after the
/// deployment; what became of it is asked later.
fn in_doubt(scope: Scope, fault: &StripeFault) -> Progress {
    drop(out_of_reach(scope, fault));
    Progress::Unknown
}
