//! Asks accounts at Stripe for events, each minute: what happens there without us is known by them alone,
//! and Stripe may never have sent one, or the tenant never asked it to.
//!
//! The sweep puts one message for each account on the queue of Stripe's events, so that one that is slow
//! or sick delays no other. Whoever takes it walks through Stripe's list, from the newest event to what
//! was read before, and puts what nobody has heard of on the same queue, as if Stripe had sent it: from
//! there on it is handled as any other. A walk that does not come to its end goes on a minute later; a
//! look that fails is over, since the next minute asks again.

use super::{
    Now,
    stripe_events::told,
    timers::{Sweep, TIMEOUT_MICROS, shards},
};
use crate::{
    model::{
        Scope, Time,
        stripe_poll::{PollFault, PolledAccount, StripePoll},
    },
    processor::stripe::{
        Stripe,
        event_list::{EventList, Unlisted},
        news::StripeNotice,
    },
    queue::{
        Verdict,
        sqs::{LookForEvents, ToldByProcessor, Unsent},
    },
    store::{Table, meter::Stopwatch},
};

/// Accounts taken from a shard at once.
const BATCH: u32 = 100;

/// Pages of Stripe's list in one look.
pub const MAX_PAGES: usize = 4;

/// A look that waited this long is not taken, in milliseconds: younger ones are behind it, and none is
/// to become a dead letter.
const STALE_MS: i64 = 15 * 60 * 1_000;

/// Asks for a look at every account whose time has come. Accounts of all shards have their turn,
/// beginning with another shard each time; what is left when the time is over waits for the next minute.
///
/// # Errors
/// The table cannot be read. A queue that does not take a message is told as trouble.
pub async fn ask<F>(store: &Table, clock: Now<'_>, send: impl Fn(Vec<LookForEvents>) -> F) -> Sweep
where
    F: Future<Output = Result<(), Unsent>>,
{
    let (mut asked, mut troubles) = (0, Vec::new());
    let stopwatch = Stopwatch::start();
    for shard in shards(clock().ms()) {
        let mut seen: Option<PolledAccount> = None;
        while stopwatch.micros() < TIMEOUT_MICROS {
            let (polls, more) = store
                .stripe_polls(shard, seen.as_ref(), BATCH)
                .await
                .map_err(|error| error.to_string())?;
            let now = clock();
            let due = polls.iter().filter(|poll| poll.is_due(now));
            let looks: Vec<_> = due.map(|poll| LookForEvents::new(&poll.account, now)).collect();
            asked += looks.len();
            if !looks.is_empty() {
                let sent = send(looks).await;
                troubles.extend(sent.err().map(|Unsent(why)| format!("looks for events: {why}")));
            }
            match polls.into_iter().next_back().filter(|_| more) {
                Some(last) => seen = Some(last.account),
                None => break,
            }
        }
    }
    Ok((asked, troubles))
}

/// Why a look ends before its time.
enum Stopped {
    /// The account cannot be asked, which was told already.
    Fault(PollFault),
    /// The tenant has no account at Stripe any more.
    NoAccount,
    /// The table or the queue cannot be reached.
    Trouble(String),
}

/// Looks for events of the account that a message names, and has those told that nobody knows.
///
/// # Errors
/// The table or the queue cannot be reached. An account that cannot be asked is no error: its line in the
/// log rings, and it is asked again later.
pub async fn look<F>(
    store: &Table,
    stripe: &Stripe<'_>,
    message: &LookForEvents,
    clock: Now<'_>,
    tell: impl Fn(Vec<ToldByProcessor>) -> F,
) -> Result<Verdict, String>
where
    F: Future<Output = Result<(), Unsent>>,
{
    let account = message.polled().ok_or("a message that names nobody")?;
    let (asked_at, began) = (Time::from_ms(message.asked_at), clock());
    let named = |why: String| {
        let Scope { tenant, mode } = account.scope;
        format!("{tenant} {mode}: looking for events: {why}")
    };
    let poll = store.stripe_poll(&account).await.map_err(|error| named(error.to_string()))?;
    let taken = |poll: &StripePoll| poll.is_due(asked_at) && began.ms_since(asked_at) < STALE_MS;
    let Some(mut poll) = poll.filter(taken) else { return Ok(Verdict::Done) };
    let known = poll.clone();
    let next = match walk(store, stripe, &mut poll, began, tell).await {
        Ok(()) => Some(poll.looked_at(asked_at, clock())),
        Err(Stopped::Fault(fault)) => poll.failed(fault, clock()),
        Err(Stopped::NoAccount) => None,
        Err(Stopped::Trouble(why)) => return Err(named(why)),
    };
    let kept = match next {
        Some(next) => store.keep_stripe_poll(&next).await,
        None => store.drop_stripe_poll(&known).await,
    };
    kept.map(|()| Verdict::Done).map_err(|error| named(error.to_string()))
}

async fn walk<F>(
    store: &Table,
    stripe: &Stripe<'_>,
    poll: &mut StripePoll,
    began: Time,
    tell: impl Fn(Vec<ToldByProcessor>) -> F,
) -> Result<(), Stopped>
where
    F: Future<Output = Result<(), Unsent>>,
{
    for _ in 0..MAX_PAGES {
        let after = poll.walk.as_ref().map(|walk| walk.after.as_str());
        let listed = stripe.list_events(&poll.account, poll.heard_until, after).await;
        let EventList { notices, more_after } = match listed {
            Ok(list) => list,
            Err(Unlisted::Fault(fault)) => return Err(Stopped::Fault(fault)),
            Err(Unlisted::NoAccount) => return Err(Stopped::NoAccount),
            Err(Unlisted::PlaceGone) => {
                poll.walk = None;
                continue;
            }
        };
        hand_over(store, poll.account.scope, notices, began, &tell)
            .await
            .map_err(Stopped::Trouble)?;
        let Some(event) = more_after else {
            poll.came_to_the_end(began);
            return Ok(());
        };
        poll.came_to(event, began);
    }
    Ok(())
}

/// Has events told that nobody knows, and notes that they were: an event stays on the list while it waits,
/// and one that nobody can handle is to become one dead letter.
async fn hand_over<F>(
    store: &Table,
    scope: Scope,
    notices: Vec<StripeNotice>,
    now: Time,
    tell: &impl Fn(Vec<ToldByProcessor>) -> F,
) -> Result<(), String>
where
    F: Future<Output = Result<(), Unsent>>,
{
    let events: Vec<&str> = notices.iter().map(|notice| notice.event.as_str()).collect();
    let known = store.known_stripe_events(scope, &events).await;
    let known = known.map_err(|error| error.to_string())?;
    let fresh = notices.into_iter().zip(known).filter(|(_, known)| !known);
    let fresh: Vec<_> = fresh.map(|(notice, _)| told(scope, notice)).collect();
    if fresh.is_empty() {
        return Ok(());
    }
    let events: Vec<String> = fresh.iter().map(|told| told.event.clone()).collect();
    tell(fresh).await.map_err(|Unsent(why)| why)?;
    for event in events {
        let noted = store.note_told_stripe_event(scope, &event, now).await;
        noted.map_err(|error| error.to_string())?;
    }
    Ok(())
}
