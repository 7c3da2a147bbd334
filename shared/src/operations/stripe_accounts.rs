//! Tenants' accounts at Stripe: what an operator puts is checked by reading something with it.

use super::{Anew, Commit, Problem, Result};
use crate::{
    model::{
        Mode, Scope, Time,
        secret::{Secret, kind},
        stripe_credentials::StripeCredentials,
        stripe_poll::{PolledAccount, StripePoll},
    },
    operations::problem::{Cause, FieldError},
    processor::{
        Unreachable,
        stripe::{
            api::{Api, Refusal, StripeFault, StripeKey},
            is_account,
        },
    },
    store::{Table, stripe_credentials, stripe_poll},
};
use serde::Deserialize;

/// An account to put, before anybody has asked Stripe about it.
#[derive(Debug)]
pub struct StripeWish {
    /// Whose account, in which mode.
    pub scope: Scope,
    /// `sk_...`, or `rk_...` with fewer rights.
    pub key: StripeKey,
    /// `pk_...`.
    pub publishable: String,
    /// `whsec_...` of the account's own events; what is there stays when `None`.
    pub events: Option<Secret<kind::StripeWebhook>>,
    /// `whsec_...` of connected accounts' events; what is there stays when `None`.
    pub connected_events: Option<Secret<kind::StripeWebhook>>,
    /// `acct_...`, where the key may not read whose it is.
    pub account: Option<String>,
}

#[derive(Deserialize)]
struct StripeBalance {
    livemode: bool,
}

#[derive(Deserialize)]
struct StripeOwner {
    id: String,
}

impl StripeWish {
    /// Checks what can be checked without asking anybody.
    ///
    /// # Errors
    /// Every field that is not what its name says, or is of the other mode.
    pub fn check(&self) -> Result<()> {
        let mode = self.scope.mode.as_str();
        let mut broken = Vec::new();
        let mut must = |field: &str, fine: bool, message: String| {
            if !fine {
                broken.push(FieldError { field: field.to_owned(), message });
            }
        };
        let (whole, restricted) = (format!("sk_{mode}_"), format!("rk_{mode}_"));
        let key = self.key.reveal();
        let fine = key.starts_with(&whole) || key.starts_with(&restricted);
        let message = format!("must be a key of {mode} mode: {whole} or {restricted}");
        must("secret_key", fine && is_plain(key), message);
        let start = format!("pk_{mode}_");
        let fine = self.publishable.starts_with(&start) && is_plain(&self.publishable);
        must("publishable_key", fine, format!("must be a key of {mode} mode: {start}"));
        let secrets =
            [("webhook_secret", &self.events), ("connect_webhook_secret", &self.connected_events)];
        for (field, secret) in secrets {
            let text = secret.as_ref().map(Secret::reveal);
            let fine = text.is_none_or(|text| text.starts_with("whsec_") && is_plain(text));
            must(field, fine, "must be a signing secret: whsec_".to_owned());
        }
        let fine = self.account.as_deref().is_none_or(is_account);
        must("account_id", fine, "must be an account's id: acct_".to_owned());
        if broken.is_empty() { Ok(()) } else { Err(Problem::Invalid(broken)) }
    }
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Asks Stripe whether a key works, in which mode, and whose account it is.
///
/// # Errors
/// The key is unknown, of the other mode, or lacks a permission; Stripe cannot be asked.
pub async fn identify(api: Api<'_>, wish: &StripeWish) -> Result<String> {
    let on_key = |message: &str| Problem::field("secret_key", message);
    let balance: StripeBalance = api.get("/v1/balance").await.map_err(|fault| match fault {
        StripeFault::Refused(Refusal::Key, _) => {
            on_key("is not known to Stripe: it is wrong, expired or revoked")
        }
        StripeFault::Refused(Refusal::Permission, _) => {
            on_key("lacks the permission to read the balance (Balance: read)")
        }
        other @ (StripeFault::Refused(..) | StripeFault::Silent(_)) => unasked(&other),
    })?;
    if balance.livemode != (wish.scope.mode == Mode::Live) {
        return Err(on_key("is of Stripe's other mode"));
    }
    let owner = match api.get::<StripeOwner>("/v1/account").await {
        Ok(owner) => Some(owner.id),
        Err(StripeFault::Refused(Refusal::Permission, _)) => None,
        Err(other) => return Err(unasked(&other)),
    };
    match (owner, &wish.account) {
        (Some(owner), Some(said)) if owner != *said => {
            Err(Problem::field("account_id", "is not the account of this key"))
        }
        (Some(owner), _) if is_account(&owner) => Ok(owner),
        (Some(_), _) => Err(Problem::internal("Stripe names an account in another way")),
        (None, Some(said)) => Ok(said.clone()),
        (None, None) => Err(Problem::field(
            "account_id",
            "is required: this key lacks the permission to read whose it is",
        )),
    }
}

/// Asks Stripe whether a key may charge in the name of a connected account.
///
/// # Errors
/// It may not; Stripe cannot be asked.
pub async fn check_connected(api: Api<'_>) -> Result<()> {
    match api.get::<StripeBalance>("/v1/balance").await {
        Ok(_) => Ok(()),
        Err(StripeFault::Refused(
            Refusal::Permission | Refusal::Missing | Refusal::Invalid | Refusal::Key,
            _,
        )) => Err(Problem::field(
            "connected_account",
            "is not connected to the tenant's account at Stripe, or its key may not act for it",
        )),
        Err(other) => Err(unasked(&other)),
    }
}

/// Puts an account in place, and has it asked what happens there from now on.
///
/// # Errors
/// The tenant has another account at Stripe already, to which its payments belong; somebody else puts
/// one at the same moment.
pub async fn put(
    store: &Table,
    before: Option<&StripeCredentials>,
    next: &StripeCredentials,
) -> Result<()> {
    if let Some(before) = before.filter(|before| before.account != next.account) {
        let message = format!(
            "is of another account at Stripe than {}, to which the tenant's payments belong",
            before.account
        );
        return Err(Problem::field("secret_key", message));
    }
    poll(store, PolledAccount::own(next.scope), next.saved_at, || {
        Commit::new().write(stripe_credentials::put(next), Problem::Contended)
    })
    .await
}

/// Has an account asked what happens there, from now on. One that is asked already goes on, and its
/// pause is over; what else is to be written is written with it.
///
/// # Errors
/// Others write the same at the same moment, again and again.
pub async fn poll(
    store: &Table,
    account: PolledAccount,
    now: Time,
    with: impl Fn() -> Commit,
) -> Result<()> {
    let mut anew = Anew::from_now();
    loop {
        let known = anew.next(async { Ok(store.stripe_poll(&account).await?) }).await?;
        let next = match known {
            Some(known) => known.put_again(now),
            None => Some(StripePoll::first(account.clone(), now)),
        };
        let writes = next.iter().map(stripe_poll::put);
        if anew.run(store, with().all(writes, &Problem::Contended)).await? {
            return Ok(());
        }
    }
}

/// Stripe's answer says nothing about the account.
fn unasked(fault: &StripeFault) -> Problem {
    Problem::Unavailable(Cause::new(fault))
}

impl From<Unreachable> for Problem {
    #[track_caller]
    fn from(Unreachable(why): Unreachable) -> Self {
        Self::Unavailable(Cause::new(why))
    }
}

#[cfg(test)]
mod tests;
