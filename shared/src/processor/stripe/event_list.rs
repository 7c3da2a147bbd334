//! Stripe's list of an account's events: whoever reads it hears of those that were never sent.

use super::{
    Stripe,
    api::{Refusal, StripeFault},
    news::{EVENTS, EventBody, StripeNotice},
    out_of_reach,
    places::is_id,
};
use crate::model::{
    Time,
    stripe_poll::{PollFault, PolledAccount},
};
use serde::Deserialize;

/// Events of one page. Each has its whole object in it.
pub const PAGE: usize = 50;

/// Events about charges are not asked for: the reconciler asks about each charge.
const OF_CHARGES: &str = "payment_intent.";

/// A part of the list, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventList {
    /// What there is to read.
    pub notices: Vec<StripeNotice>,
    /// The event after which the list goes on; `None` at its end.
    pub more_after: Option<String>,
}

/// Why there is no list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlisted {
    /// The tenant has no account at Stripe in this mode.
    NoAccount,
    /// The event after which it was to go on is on the list no more.
    PlaceGone,
    /// The account cannot be asked; whoever looks after the deployment was told.
    Fault(PollFault),
}

#[derive(Deserialize)]
struct EventPage {
    data: Vec<EventBody>,
    #[serde(default)]
    has_more: bool,
}

impl Stripe<'_> {
    /// Reads a page of what happened in an account to refunds and disputes since a moment, after an
    /// event that was read already.
    ///
    /// # Errors
    /// See [`Unlisted`].
    pub async fn list_events(
        &self,
        of: &PolledAccount,
        since: Time,
        after: Option<&str>,
    ) -> Result<EventList, Unlisted> {
        let silent = |_| Unlisted::Fault(PollFault::Silent);
        let account = self.accounts.account(self.store, of.scope).await.map_err(silent)?;
        let account = account.ok_or(Unlisted::NoAccount)?;
        let api = self.api(&account, of.connected.as_deref());
        let page: Result<EventPage, StripeFault> = api.get(&path(since, after)).await;
        let listed = page.and_then(|page| listed(of, page));
        listed.map_err(|fault| {
            if after.is_some() && matches!(fault, StripeFault::Refused(Refusal::Missing, _)) {
                return Unlisted::PlaceGone;
            }
            drop(out_of_reach(of.scope, &fault));
            Unlisted::Fault(fault_of(of, &fault))
        })
    }
}

fn path(since: Time, after: Option<&str>) -> String {
    let mut path = format!("/v1/events?limit={PAGE}&created[gte]={}", since.seconds());
    for kind in EVENTS.iter().filter(|kind| !kind.starts_with(OF_CHARGES)) {
        path.push_str("&types[]=");
        path.push_str(kind);
    }
    if let Some(event) = after {
        path.push_str("&starting_after=");
        path.push_str(event);
    }
    path
}

/// An event that names another account than the one that was asked is left to whoever asks that one.
fn listed(of: &PolledAccount, page: EventPage) -> Result<EventList, StripeFault> {
    let last = page.data.last().map(|event| event.id.clone()).filter(|_| page.has_more);
    if page.has_more && !last.as_deref().is_some_and(|event| is_id("evt_", event)) {
        return Err(StripeFault::Silent("a list of events that does not go on".to_owned()));
    }
    let here = page.data.into_iter().filter(|event| match (&event.account, &of.connected) {
        (None, _) => true,
        (Some(named), connected) => connected.as_ref() == Some(named),
    });
    let notices = here.filter_map(|event| StripeNotice::of(event, of.scope.mode));
    let notices = notices.map(|notice| StripeNotice { account: of.connected.clone(), ..notice });
    Ok(EventList { notices: notices.collect(), more_after: last })
}

fn fault_of(of: &PolledAccount, fault: &StripeFault) -> PollFault {
    match fault {
        StripeFault::Silent(_) | StripeFault::Refused(Refusal::Busy, _) => PollFault::Silent,
        StripeFault::Refused(Refusal::Permission, error)
            if of.connected.is_some() && error.code.as_deref() == Some("account_invalid") =>
        {
            PollFault::Gone
        }
        StripeFault::Refused(
            Refusal::Declined
            | Refusal::Key
            | Refusal::Permission
            | Refusal::Missing
            | Refusal::KeyReused
            | Refusal::State
            | Refusal::Invalid,
            _,
        ) => PollFault::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        processor::stripe::objects::ApiError,
        store::tests::{now, scope},
    };

    fn account(connected: Option<&str>) -> PolledAccount {
        PolledAccount { scope: scope(), connected: connected.map(str::to_owned) }
    }

    fn page(accounts: &[Option<&str>], has_more: bool) -> EventPage {
        let events = accounts.iter().enumerate().map(|(n, account)| {
            serde_json::json!({
                "id": format!("evt_{n}"), "object": "event", "type": "refund.created",
                "livemode": false, "account": account,
                "data": {"object": {"id": format!("re_{n}"), "object": "refund"}},
            })
        });
        let events: Vec<_> = events.collect();
        serde_json::from_value(serde_json::json!({"data": events, "has_more": has_more})).unwrap()
    }

    #[test]
    fn refunds_and_disputes_are_asked_for_and_charges_are_not() {
        let asked = path(now(), Some("evt_1"));
        assert!(asked.starts_with("/v1/events?limit=50&created[gte]=1795255200&types[]=refund."));
        assert!(asked.ends_with("&types[]=charge.dispute.funds_reinstated&starting_after=evt_1"));
        assert_eq!(asked.matches("types[]=").count(), 8, "Stripe takes twenty");
        assert!(!asked.contains(OF_CHARGES));
    }

    #[test]
    fn an_event_is_read_in_the_account_whose_list_it_is_on_and_in_no_other() {
        let named = [None, Some("acct_1"), Some("acct_2")];
        let read = |connected| {
            let list = listed(&account(connected), page(&named, false)).unwrap();
            assert_eq!(list.more_after, None);
            list.notices.into_iter().map(|notice| (notice.event, notice.account)).collect()
        };
        let own: Vec<_> = read(None);
        assert_eq!(own, [("evt_0".to_owned(), None)]);
        let connected: Vec<_> = read(Some("acct_1"));
        let place = Some("acct_1".to_owned());
        assert_eq!(connected, [("evt_0".into(), place.clone()), ("evt_1".into(), place)]);
    }

    #[test]
    fn a_list_goes_on_after_its_last_event_even_where_that_says_nothing_to_us() {
        let of = account(None);
        let list = listed(&of, page(&[None, Some("acct_9")], true)).unwrap();
        assert_eq!((list.notices.len(), list.more_after.as_deref()), (1, Some("evt_1")));
        assert!(listed(&of, page(&[], true)).is_err(), "nobody turns in a circle");
        let mut odd = page(&[None], true);
        odd.data[0].id = "evt_1&x=1".to_owned();
        assert!(listed(&of, odd).is_err());
    }

    #[test]
    fn an_account_that_left_is_told_from_a_permission_that_lacks() {
        let refused = |how, code: &str| {
            let error = ApiError { code: Some(code.to_owned()), ..ApiError::default() };
            StripeFault::Refused(how, Box::new(error))
        };
        let left = refused(Refusal::Permission, "account_invalid");
        assert_eq!(fault_of(&account(Some("acct_1")), &left), PollFault::Gone);
        assert_eq!(fault_of(&account(None), &left), PollFault::Refused);
        let lacks = refused(Refusal::Permission, "");
        assert_eq!(fault_of(&account(Some("acct_1")), &lacks), PollFault::Refused);
        for how in [Refusal::Key, Refusal::Invalid, Refusal::Missing] {
            assert_eq!(fault_of(&account(None), &refused(how, "")), PollFault::Refused);
        }
        let silent = [refused(Refusal::Busy, ""), StripeFault::Silent(String::new())];
        assert!(silent.iter().all(|fault| fault_of(&account(None), fault) == PollFault::Silent));
    }
}
