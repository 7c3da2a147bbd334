//! What every processor must do, whoever is behind it: the contract of `shared/src/processor` as
//! cases.
//!
//! A processor passes by a [`World`] of its own: the adapter, cards that do what a case asks for, and
//! books that count money at the processor, not in the adapter. [`conforms!`] runs all cases in it.
//! What surrounds a processor (records, events, pages) is tested in `checkout` and `ledger`.

mod challenges;
mod charges;
mod off_session;
mod refunds;
mod simulator;
mod stripe;
mod stripe_events;
pub mod stripe_stand_in;

use futures_util::future::join_all;
use shared::{
    app::clock,
    model::{
        Currency, Money, Scope, Time,
        card::{CardSummary, FailureReason},
        id::PaymentIntentId,
        payment_intent::ChargingAccount,
        progress::{Progress, Receipt},
        secret::ProcessorToken,
    },
    processor::{ChargedCard, PageLink, Processor, Task, TaskWork, Unreachable},
};
use std::sync::Arc;

/// A processor under test, and what a case has to know of the world around it.
pub trait World: Send + Sync + 'static {
    /// A fresh one.
    fn new() -> impl Future<Output = Self> + Send;

    /// The adapter, as a process has it; each call may be another process.
    fn processor(&self) -> Box<dyn Processor + '_>;

    /// The tenant and mode that it serves.
    fn scope(&self) -> Scope;

    /// The account that takes the money.
    fn account(&self) -> ChargingAccount;

    /// Reasons with which its cards are declined.
    fn declines(&self) -> Vec<FailureReason>;

    /// A token of a card as the browser gets it for this link.
    fn typed(&self, card: CardKind, link: PaymentIntentId) -> ProcessorToken;

    /// An amount in minor units, at most [`AMOUNT`], of which a refund does this.
    fn refund_of(&self, refund: RefundKind) -> i64;

    /// The buyer passes the challenge of a payment at the processor, where that is not for us to say.
    fn passes(&self, _: PaymentIntentId) {}

    /// What is late at the processor comes to pass.
    fn time_passes(&self) {}

    /// Whether a token is good on the page of one link alone.
    fn binds_tokens(&self) -> bool {
        true
    }

    /// What the processor's own books say of a payment.
    fn books(&self, intent: PaymentIntentId) -> Books;
}

/// What a card does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardKind {
    /// Pays, on the page and once it is saved.
    Pays,
    /// Is declined.
    Declined(FailureReason),
    /// Wants a challenge, then pays; once it is saved, it pays without.
    AsksThenPays,
    /// Wants a challenge, then is declined.
    AsksThenDeclined,
    /// Pays, and the answer gets lost.
    AnswerLost,
    /// The charge never reaches the processor.
    NeverArrives,
    /// Pays; once it is saved, it is declined.
    SavedDeclined(FailureReason),
    /// Wants a challenge each time, then pays: where nobody is there, it cannot.
    SavedAsks,
    /// Pays; once it is saved, a charge of it never reaches the processor.
    SavedNeverArrives,
    /// Pays; what became of a refund is known later.
    RefundsLate {
        /// Whether it is refused then.
        refused: bool,
    },
}

/// What a refund does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundKind {
    /// Is made.
    Made,
    /// Is refused at once.
    Refused,
    /// Is made, and the answer gets lost.
    AnswerLost,
}

/// Money of a payment, in minor units, as the processor counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Books {
    /// Taken from cards, in all.
    pub taken: i64,
    /// Given back, in all.
    pub given_back: i64,
}

impl Books {
    /// No money moved.
    pub const NONE: Self = Self { taken: 0, given_back: 0 };

    /// The amount of a case was taken, once.
    pub const PAID: Self = Self { taken: AMOUNT, given_back: 0 };
}

/// What a case charges, in minor units.
pub const AMOUNT: i64 = 12_50;

/// How much later what is late is known, in seconds.
const LATER_S: i64 = 120;

/// Runs every case in a world.
macro_rules! conforms {
    ($world:ty) => {
        $crate::processor::cases!(
            $world:
            charges::an_approved_charge_takes_its_amount_once_and_says_where,
            charges::every_decline_says_why_and_takes_nothing,
            charges::the_same_charge_again_says_the_same_and_takes_nothing,
            charges::the_same_charge_by_many_at_once_takes_its_amount_once,
            charges::a_charge_whose_answer_got_lost_is_found_and_not_made_again,
            charges::a_charge_that_never_came_is_absent_for_good,
            charges::asked_about_before_it_came_a_charge_can_never_come,
            charges::charging_and_asking_at_once_end_in_one_truth,
            charges::asking_changes_nothing_about_what_is_there,
            charges::a_token_of_nobody_begins_nothing,
            charges::without_a_card_nothing_begins,
            charges::two_charges_of_one_payment_are_two,
            charges::a_token_is_known_for_its_link_and_its_time_alone,
            challenges::a_passed_challenge_pays_once,
            challenges::a_challenge_that_is_not_passed_takes_nothing_for_good,
            challenges::a_card_may_be_declined_after_its_challenge,
            challenges::asking_leaves_a_challenge_open,
            challenges::the_same_charge_again_asks_for_the_same_challenge,
            challenges::an_answer_that_got_lost_is_found_by_asking,
            challenges::passed_and_given_up_at_once_is_one_of_both,
            challenges::a_charge_that_wanted_no_challenge_stays_as_it_is,
            challenges::a_challenge_of_no_charge_moves_nothing,
            refunds::a_refund_gives_back_its_amount_once_and_says_where,
            refunds::the_same_refund_by_many_at_once_gives_back_once,
            refunds::parts_of_a_charge_are_refunds_of_their_own,
            refunds::a_refused_refund_gives_nothing_back,
            refunds::a_refund_whose_answer_got_lost_is_found_and_not_made_again,
            refunds::a_refund_that_never_came_is_absent_and_may_be_sent_again,
            refunds::what_becomes_of_a_late_refund_is_known_later,
            refunds::a_refund_of_no_charge_begins_nothing,
            off_session::a_charge_says_how_to_charge_its_card_again,
            off_session::without_consent_no_card_is_kept,
            off_session::a_saved_card_pays_once_however_often_it_is_sent,
            off_session::a_saved_card_is_declined_with_its_reason,
            off_session::a_challenge_that_nobody_can_pass_leaves_nothing_open,
            off_session::an_off_session_charge_that_never_came_is_absent_for_good,
            off_session::a_card_that_was_paid_with_a_challenge_is_charged_without,
            off_session::a_forgotten_card_is_charged_no_more,
            off_session::forgetting_twice_is_forgetting_once,
            off_session::what_was_charged_before_its_card_was_forgotten_stays_and_goes_back,
        );
    };
}

macro_rules! cases {
    ($world:ty: $($module:ident::$case:ident),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $case() {
                let world = <$world as $crate::processor::World>::new().await;
                $crate::processor::$module::$case(std::sync::Arc::new(world)).await;
            }
        )+
    };
}

pub(crate) use {cases, conforms};

/// A charge of a card that a buyer typed, for a payment of its own.
pub fn charge<W: World>(world: &W, card: CardKind) -> Task {
    let intent = clock::new_id();
    let card = typed(world, card, intent);
    charge_of(world, intent, Some(card))
}

/// A card that a buyer typed, and agreed to have charged again.
pub fn typed<W: World>(world: &W, card: CardKind, link: PaymentIntentId) -> ChargedCard {
    ChargedCard::Typed { token: world.typed(card, link), save: true }
}

/// A charge for a payment.
pub fn charge_of<W: World>(world: &W, intent: PaymentIntentId, card: Option<ChargedCard>) -> Task {
    let work = TaskWork::Charge { account: world.account(), card };
    task(world, intent, AMOUNT, work)
}

/// A refund of so much of a charge.
pub fn refund<W: World>(world: &W, charged: &Task, reference: &str, minor: i64) -> Task {
    let work = TaskWork::Refund { charge: reference.to_owned() };
    task(world, charged.intent, minor, work)
}

fn task<W: World>(world: &W, intent: PaymentIntentId, minor: i64, work: TaskWork) -> Task {
    Task {
        id: clock::new_id(),
        intent,
        scope: world.scope(),
        processor: world.processor().name().to_owned(),
        amount: Money::from_minor(minor, Currency::USD),
        now: clock::now(),
        work,
    }
}

/// The same task as somebody knows it who has no card in hand, when what is late is known.
pub fn later(task: &Task) -> Task {
    let work = match &task.work {
        TaskWork::Charge { account, .. } => {
            TaskWork::Charge { account: account.clone(), card: None }
        }
        other @ (TaskWork::Order { .. } | TaskWork::Refund { .. }) => other.clone(),
    };
    Task { work, ..sent_later(task) }
}

/// The same task sent again, when what is late is known.
pub fn sent_later(task: &Task) -> Task {
    Task { now: task.now.plus_seconds(LATER_S), ..task.clone() }
}

/// The same task with another card.
pub fn with_card(task: &Task, card: ChargedCard) -> Task {
    let TaskWork::Charge { account, .. } = &task.work else { panic!("{task:?} charges no card") };
    let account = account.clone();
    Task { work: TaskWork::Charge { account, card: Some(card) }, ..task.clone() }
}

pub async fn start<W: World>(world: &W, task: &Task) -> Progress {
    world.processor().start(task).await.unwrap()
}

pub async fn look_up<W: World>(world: &W, task: &Task) -> Progress {
    world.processor().look_up(task).await.unwrap()
}

pub async fn answer<W: World>(world: &W, task: &Task, passed: bool) -> Progress {
    if passed {
        world.passes(task.intent);
    }
    world.processor().answer_challenge(task, passed).await.unwrap()
}

/// Asks until the processor knows.
pub async fn outcome<W: World>(world: &W, task: &Task) -> Progress {
    let said = look_up(world, task).await;
    if said == Progress::Unknown { look_up(world, &later(task)).await } else { said }
}

/// Sends a task that certainly does not begin. Silence is no such answer.
pub async fn refused<W: World>(world: &W, task: &Task) -> Unreachable {
    match world.processor().start(task).await {
        Err(unreachable) => unreachable,
        Ok(progress) => panic!("{progress:?}"),
    }
}

/// The same call by eight processes at once.
pub async fn by_many<W: World>(world: &Arc<W>, task: &Task) -> Vec<Progress> {
    let calls = (0..8).map(|_| {
        let (world, task) = (Arc::clone(world), task.clone());
        tokio::spawn(async move { start(&*world, &task).await })
    });
    join_all(calls).await.into_iter().map(Result::unwrap).collect()
}

/// What the processor tells of money that moved.
pub fn receipt(progress: Progress) -> Receipt {
    match progress {
        Progress::Succeeded(receipt) => receipt,
        other @ (Progress::Accepted { .. }
        | Progress::ChallengeNeeded
        | Progress::Settled
        | Progress::Declined(_)
        | Progress::Returned(_)
        | Progress::Absent
        | Progress::Unknown) => panic!("{other:?}"),
    }
}

/// The processor's reference of money that moved.
pub fn reference(progress: Progress) -> String {
    receipt(progress).reference.expect("a reference of the money that moved")
}

/// A charge that was made with this card, and the processor's reference of it.
pub async fn charged<W: World>(world: &W, card: CardKind) -> (Task, String) {
    let task = charge(world, card);
    let reference = reference(start(world, &task).await);
    (task, reference)
}

/// A card that was saved with a charge, as it is charged afterwards.
pub async fn saved<W: World>(world: &W, card: CardKind) -> ChargedCard {
    let task = charge(world, card);
    let mut said = start(world, &task).await;
    if said == Progress::ChallengeNeeded {
        said = answer(world, &task, true).await;
    }
    let receipt = receipt(said);
    let token = receipt.vault_token.expect("a token for charging the card again");
    ChargedCard::Saved { token, agreed_with: receipt.reference }
}

/// A charge of a saved card, for a payment of its own.
pub fn charge_again<W: World>(world: &W, card: &ChargedCard) -> Task {
    charge_of(world, clock::new_id(), Some(card.clone()))
}

/// The card behind a token, for a link at a time.
pub async fn recognised<W: World>(
    world: &W,
    token: &ProcessorToken,
    link: PaymentIntentId,
    now: Time,
) -> Option<CardSummary> {
    let (scope, link) = (world.scope(), link.to_string());
    let page = PageLink { scope, address: &link };
    world.processor().recognise(token.reveal(), page, now).await.unwrap()
}
