//! A processor that meddles: something happens around each charge that it is asked for.

use super::saver::Saver;
use shared::{
    model::{
        Scope, Time, card::FailureReason, id::PaymentMethodId, progress::Progress, tax::BuiltIn,
    },
    operations::{
        Problem,
        charges::{Charged, NewCharge},
    },
    processor::{
        Asked, Done, PageLink, Processor, Processors, Recognised, Task, simulator::Simulator,
    },
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::Notify;

/// What happens around a charge's call at the processor.
#[derive(Clone, Copy)]
pub enum Around {
    /// The card is detached before the charge arrives.
    Detached(PaymentMethodId),
    /// The process dies; before the charge arrives, or after it.
    Dies { charged: bool },
    /// The processor wants a challenge from nobody.
    Challenges,
}

/// The simulator, with something happening around its calls.
struct Meddler<'a> {
    simulator: Simulator<'a>,
    saver: &'a Saver,
    around: Around,
    ended: AtomicUsize,
    /// Told where the process dies.
    dead: Arc<Notify>,
}

impl Processor for Meddler<'_> {
    fn name(&self) -> &'static str {
        self.simulator.name()
    }

    fn recognise<'a>(&'a self, token: &'a str, link: PageLink<'a>, now: Time) -> Recognised<'a> {
        self.simulator.recognise(token, link, now)
    }

    fn start<'a>(&'a self, task: &'a Task) -> Asked<'a> {
        Box::pin(async move {
            match self.around {
                Around::Detached(id) => {
                    self.saver.detach(id).await.unwrap();
                    self.simulator.start(task).await
                }
                Around::Dies { charged } => {
                    if charged {
                        self.simulator.start(task).await?;
                    }
                    self.ended.fetch_add(1, Ordering::SeqCst);
                    self.dead.notify_one();
                    std::future::pending().await
                }
                Around::Challenges => Ok(Progress::ChallengeNeeded),
            }
        })
    }

    fn answer_challenge<'a>(&'a self, _: &'a Task, passed: bool) -> Asked<'a> {
        assert!(!passed, "nobody is there to pass it");
        self.ended.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { Ok(Progress::Declined(FailureReason::AuthenticationFailed)) })
    }

    fn look_up<'a>(&'a self, task: &'a Task) -> Asked<'a> {
        self.simulator.look_up(task)
    }

    fn forget<'a>(&'a self, token: &'a str, scope: Scope, now: Time) -> Done<'a> {
        self.simulator.forget(token, scope, now)
    }
}

/// The simulator with this around each of its calls.
pub fn meddled(saver: &Saver, around: Around) -> Processors<'_> {
    meddled_until(saver, around, Arc::new(Notify::new()))
}

fn meddled_until(saver: &Saver, around: Around, dead: Arc<Notify>) -> Processors<'_> {
    let (simulator, ended) = (saver.shop.simulator(), AtomicUsize::new(0));
    Processors::only(Meddler { simulator, saver, around, ended, dead })
}

/// Asks, and dies at the processor, however long the way there takes: `Some` is the answer of whoever
/// never got there.
pub async fn ask_and_die(
    saver: &Saver,
    wish: &NewCharge,
    charged: bool,
) -> Option<Result<Charged, Problem>> {
    let dead = Arc::new(Notify::new());
    let processors = meddled_until(saver, Around::Dies { charged }, Arc::clone(&dead));
    // The future is dropped where the process would have died: at the processor.
    tokio::select! {
        biased;
        () = dead.notified() => None,
        told = saver.ask(&processors, &BuiltIn, wish) => Some(told),
    }
}

/// Asks, and dies at the processor.
pub async fn die(saver: &Saver, wish: &NewCharge, charged: bool) {
    let told = ask_and_die(saver, wish, charged).await;
    assert!(told.is_none(), "{told:?}");
}
