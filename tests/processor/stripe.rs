//! Stripe's adapter over a stand-in of Stripe, and what only Stripe does.

use super::{
    Books, CardKind, RefundKind, World, answer, charge, charge_of, charged, conforms, later,
    look_up, outcome, refund, start,
    stripe_stand_in::{ANSWER_LOST, CONNECTED, Cut, OWN, REFUSED, StandIn},
};
use crate::{
    random::Random,
    store::{backend, fixture},
};
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use futures_util::future::join_all;
use shared::{
    app::clock,
    model::{
        Mode, Scope, card::FailureReason, id::PaymentIntentId, payment_intent::ChargingAccount,
        progress::Progress, secret::ProcessorToken,
    },
    operations::{
        Problem,
        stripe_accounts::{self, StripeWish},
    },
    processor::{
        ChargedCard, Processor, Task, TaskWork, Unreachable,
        stripe::{
            AccountOf, NAME, Stripe, StripeAccount, StripeAccounts,
            api::{API_BASE, Api, StripeKey},
        },
    },
    store::Table,
};
use std::sync::Arc;

const KEY: &str = "rk_test_1";

/// A tenant with an account at Stripe, which charges itself, or has a connected account charge.
struct AtStripe<const CONNECTS: bool> {
    stand_in: StandIn,
    connector: SharedHttpConnector,
    table: Arc<Table>,
    keys: OneAccount,
    scope: Scope,
    account: ChargingAccount,
}

/// One tenant's account.
struct OneAccount(Scope, StripeAccount);

impl StripeAccounts for OneAccount {
    fn account<'a>(&'a self, _: &'a Table, scope: Scope) -> AccountOf<'a> {
        let found = (scope == self.0).then(|| self.1.clone());
        Box::pin(async move { Ok(found) })
    }
}

type WithStripe = AtStripe<false>;

conforms!(WithStripe);

/// The same in the name of a connected account.
mod connected {
    use super::{super::conforms, AtStripe};

    type WithConnected = AtStripe<true>;

    conforms!(WithConnected);
}

impl<const CONNECTS: bool> AtStripe<CONNECTS> {
    fn of(mode: Mode, key: &str) -> Self {
        let scope = Scope { mode, ..fixture::scope() };
        let stand_in = StandIn::new(key);
        let key = StripeKey::new(key.to_owned());
        let account = ChargingAccount {
            id: clock::new_id(),
            processor: NAME.to_owned(),
            connected: CONNECTS.then(|| CONNECTED.to_owned()),
            statement: Some("BOOKS".to_owned()),
        };
        Self {
            connector: SharedHttpConnector::new(stand_in.clone()),
            stand_in,
            table: backend::memory(),
            keys: OneAccount(scope, StripeAccount { key }),
            scope,
            account,
        }
    }
}

impl<const CONNECTS: bool> World for AtStripe<CONNECTS> {
    async fn new() -> Self {
        Self::of(Mode::Test, KEY)
    }

    fn processor(&self) -> Box<dyn Processor + '_> {
        let (store, accounts, connector) = (&*self.table, &self.keys, &self.connector);
        Box::new(Stripe { store, accounts, connector, base: API_BASE })
    }

    fn scope(&self) -> Scope {
        self.scope
    }

    fn account(&self) -> ChargingAccount {
        self.account.clone()
    }

    fn declines(&self) -> Vec<FailureReason> {
        vec![
            FailureReason::CardDeclined,
            FailureReason::InsufficientFunds,
            FailureReason::LostCard,
            FailureReason::StolenCard,
            FailureReason::ExpiredCard,
            FailureReason::IncorrectCvc,
            FailureReason::ProcessingError,
        ]
    }

    fn typed(&self, card: CardKind, _: PaymentIntentId) -> ProcessorToken {
        let connected = self.account.connected.as_deref();
        let made = self.stand_in.typed_at(card, clock::now().seconds(), connected);
        let place = connected.map(|account| format!("@{account}")).unwrap_or_default();
        ProcessorToken::new(format!("{made}{place}"))
    }

    fn refund_of(&self, refund: RefundKind) -> i64 {
        match refund {
            RefundKind::Made => 5_00,
            RefundKind::Refused => REFUSED,
            RefundKind::AnswerLost => ANSWER_LOST,
        }
    }

    fn passes(&self, intent: PaymentIntentId) {
        self.stand_in.passes(&intent.to_string());
    }

    fn time_passes(&self) {
        self.stand_in.time_passes();
    }

    /// A card's token is Stripe's, and good for one charge: the attempt binds it to its link.
    fn binds_tokens(&self) -> bool {
        false
    }

    fn books(&self, intent: PaymentIntentId) -> Books {
        self.stand_in.books(&intent.to_string())
    }
}

/// A charge of which the connection was cut is made once or never, whoever looks afterwards.
async fn made_once_or_never(world: &WithStripe, task: &Task, place: &str) -> Progress {
    world.stand_in.breaks(&[]);
    let truth = outcome(world, task).await;
    let made = matches!(truth, Progress::Succeeded(_));
    let never = matches!(truth, Progress::Absent | Progress::Declined(_));
    assert!(made || never, "{place}: {truth:?}");
    let books = if made { Books::PAID } else { Books::NONE };
    assert_eq!(world.books(task.intent), books, "{place}: {truth:?}");
    // Sent once more, it stays as it is.
    let again = start(world, task).await;
    assert!(again == truth || again == Progress::Unknown, "{place}: {again:?}, {truth:?}");
    assert_eq!(look_up(world, &later(task)).await, truth, "{place}");
    assert_eq!(world.books(task.intent), books, "{place}");
    truth
}

#[tokio::test]
async fn wherever_the_network_is_cut_a_charge_is_made_once_or_never() {
    // Customer, payment, confirmation: before and after each of them, once and for all tries.
    let cuts = (0..3).flat_map(|at| [Cut::Before, Cut::After].map(|cut| (at, cut)));
    let cuts = cuts.flat_map(|(at, cut)| [1, 3].map(|times| (at, cut, times)));
    let rounds = cuts.map(|(at, cut, times)| async move {
        let world = WithStripe::new().await;
        let task = charge(&world, CardKind::Pays);
        let mut broken = vec![Cut::No; at];
        broken.extend(vec![cut; times]);
        world.stand_in.breaks(&broken);
        let said = world.processor().start(&task).await;
        let place = format!("{cut:?} {at}, {times} times");
        let truth = made_once_or_never(&world, &task, &place).await;
        match said {
            Ok(said) => assert!(said == truth || said == Progress::Unknown, "{place}: {said:?}"),
            Err(Unreachable(_)) => assert_eq!(truth, Progress::Absent, "{place}"),
        }
        let made = matches!(truth, Progress::Succeeded(_));
        assert!(made || times > 1, "{place}: one cut is survived by the next try");
    });
    join_all(rounds).await;
}

#[tokio::test]
async fn a_stripe_that_is_busy_is_asked_again_and_one_that_is_down_is_not() {
    let world = WithStripe::new().await;
    let task = charge(&world, CardKind::Pays);
    world.stand_in.breaks(&[Cut::Status(429), Cut::Status(429)]);
    assert!(matches!(start(&world, &task).await, Progress::Succeeded(_)));
    let task = charge(&world, CardKind::Pays);
    world.stand_in.breaks(&[Cut::Status(503)]);
    let said = world.processor().start(&task).await;
    assert!(matches!(said, Err(Unreachable(_))), "nothing was begun: {said:?}");
    assert_eq!(look_up(&world, &later(&task)).await, Progress::Absent);
    assert_eq!(world.books(task.intent), Books::NONE);
}

/// The refund is made, its answer gets lost, and what is sent again meets a conflict: nobody has said
/// that it was refused.
#[tokio::test]
async fn a_conflict_after_a_lost_answer_is_no_refusal_of_a_refund() {
    let world = WithStripe::new().await;
    let (paid, reference) = charged(&world, CardKind::Pays).await;
    let task = refund(&world, &paid, &reference, 5_00);
    world.stand_in.breaks(&[Cut::After, Cut::Status(409), Cut::Status(409)]);
    assert_eq!(start(&world, &task).await, Progress::Unknown);
    let found = look_up(&world, &later(&task)).await;
    assert!(matches!(found, Progress::Succeeded(_)), "{found:?}");
    assert_eq!(world.books(paid.intent), Books { given_back: 5_00, ..Books::PAID });
}

#[tokio::test]
async fn a_key_that_was_revoked_moves_nothing_and_names_its_tenant() {
    let world = WithStripe::new().await;
    let (paid, charge_reference) = charged(&world, CardKind::Pays).await;
    world.stand_in.revokes_key();
    let task = charge(&world, CardKind::Pays);
    let Err(Unreachable(why)) = world.processor().start(&task).await else { panic!("{task:?}") };
    assert!(why.contains(&world.scope.tenant.to_string()) && why.contains("Key"), "{why}");
    assert!(!why.contains(KEY));
    let back = refund(&world, &paid, &charge_reference, 1_00);
    assert!(matches!(world.processor().start(&back).await, Err(Unreachable(_))));
    assert!(matches!(world.processor().look_up(&later(&paid)).await, Err(Unreachable(_))));
    assert_eq!(world.books(paid.intent), Books::PAID);
}

#[tokio::test]
async fn a_tenant_without_an_account_charges_nobody() {
    let world = WithStripe::new().await;
    let task = charge(&world, CardKind::Pays);
    let other = Task { scope: fixture::scope(), ..task };
    let Err(Unreachable(why)) = world.processor().start(&other).await else { panic!("{other:?}") };
    assert!(why.contains("has no account at Stripe"), "{why}");
}

#[tokio::test]
async fn a_declined_payment_can_be_tried_by_nobody_afterwards() {
    let world = WithStripe::new().await;
    let task = charge(&world, CardKind::Declined(FailureReason::InsufficientFunds));
    start(&world, &task).await;
    assert_eq!(world.stand_in.states(&task.intent.to_string()), ["canceled"]);
}

#[tokio::test]
async fn a_payment_that_came_too_late_is_tidied_up() {
    let world = WithStripe::new().await;
    let task = charge(&world, CardKind::Pays);
    // Somebody looks for it while it is on its way.
    world.processor().look_up(&later(&task)).await.unwrap();
    assert_eq!(start(&world, &task).await, Progress::Absent);
    assert_eq!(world.stand_in.asked("confirm"), 0);
}

#[tokio::test]
async fn a_card_that_stripe_does_not_know_is_declined_for_good() {
    let world = WithStripe::new().await;
    let token = ProcessorToken::new("pm_unknown".to_owned());
    let card = ChargedCard::Typed { token, save: false };
    let task = charge_of(&world, clock::new_id(), Some(card));
    let declined = Progress::Declined(FailureReason::CardDeclined);
    assert_eq!(start(&world, &task).await, declined);
    assert_eq!(look_up(&world, &later(&task)).await, declined);
}

#[tokio::test]
async fn refunds_made_in_stripes_dashboard_are_not_taken_for_ours() {
    let world = WithStripe::new().await;
    let (paid, reference) = charged(&world, CardKind::Pays).await;
    world.stand_in.refunds_elsewhere(&paid.intent.to_string(), 4_00);
    let task = refund(&world, &paid, &reference, 4_00);
    assert_eq!(look_up(&world, &later(&task)).await, Progress::Absent);
}

/// What was begun in one account is never looked for in another, whatever charges from now on.
#[tokio::test]
async fn a_charge_is_looked_for_in_the_account_that_it_was_begun_in() {
    let world = AtStripe::<true>::new().await;
    let (paid, reference) = charged(&world, CardKind::Pays).await;
    assert!(reference.ends_with(&format!("@{CONNECTED}")), "{reference}");
    let replaced = ChargingAccount { connected: None, ..world.account() };
    let work = TaskWork::Charge { account: replaced, card: None };
    let asked = Task { work, ..later(&paid) };
    assert!(matches!(look_up(&world, &asked).await, Progress::Succeeded(_)));
    let back = refund(&world, &paid, &reference, 5_00);
    assert!(matches!(start(&world, &back).await, Progress::Succeeded(_)));
    assert_eq!(world.books(paid.intent), Books { given_back: 5_00, ..Books::PAID });
}

#[tokio::test]
async fn a_card_that_was_typed_for_another_account_begins_nothing() {
    let world = AtStripe::<true>::new().await;
    let other = AtStripe::<false>::new().await;
    let card =
        ChargedCard::Typed { token: other.typed(CardKind::Pays, clock::new_id()), save: false };
    let task = charge_of(&world, clock::new_id(), Some(card));
    let Err(Unreachable(why)) = world.processor().start(&task).await else { panic!("{task:?}") };
    assert!(why.contains("not a token of this account"), "{why}");
    let processor = world.processor();
    assert_eq!(processor.connected("pm_1@acct_2"), Some("acct_2"));
    assert_eq!(processor.connected("cus_1:pm_1@acct_2"), Some("acct_2"));
    assert_eq!((processor.connected("pm_1"), processor.connected("x@acct_2")), (None, None));
}

/// What an operator's function asks of Stripe before it keeps a key.
#[tokio::test]
async fn a_key_is_put_only_once_stripe_has_said_whose_it_is() {
    for mode in [Mode::Test, Mode::Live] {
        let text = format!("rk_{mode}_1");
        let wish = |account: Option<&str>| StripeWish {
            scope: Scope { mode, ..fixture::scope() },
            key: StripeKey::new(text.clone()),
            publishable: format!("pk_{mode}_1"),
            events: None,
            connected_events: None,
            account: account.map(str::to_owned),
        };
        let stand_in = StandIn::new(&text);
        let connector = SharedHttpConnector::new(stand_in.clone());
        let key = StripeKey::new(text.clone());
        let api = Api { connector: &connector, base: API_BASE, key: &key, connected: None };
        let field = async |wish: &StripeWish| match stripe_accounts::identify(api, wish).await {
            Ok(account) => account,
            Err(Problem::Invalid(fields)) => fields[0].field.clone(),
            Err(other) => format!("{other:?}"),
        };
        assert_eq!(field(&wish(None)).await, OWN);
        assert_eq!(field(&wish(Some("acct_other"))).await, "account_id");
        // A key of the other mode, whatever its text says.
        let other = if mode == Mode::Test { Mode::Live } else { Mode::Test };
        let elsewhere =
            StripeWish { scope: Scope { mode: other, ..fixture::scope() }, ..wish(None) };
        assert_eq!(field(&elsewhere).await, "secret_key");
        stand_in.lacks(&["account"]);
        assert_eq!(field(&wish(None)).await, "account_id");
        assert_eq!(field(&wish(Some(OWN))).await, OWN);
        stand_in.lacks(&["balance"]);
        assert_eq!(field(&wish(None)).await, "secret_key");
        stand_in.lacks(&[]);
        stand_in.breaks(&[Cut::Status(503)]);
        assert!(field(&wish(None)).await.contains("Unavailable"), "nothing is said of the key");
        stand_in.revokes_key();
        assert_eq!(field(&wish(None)).await, "secret_key");
    }
}

#[tokio::test]
async fn a_connected_account_is_taken_where_the_key_may_act_for_it() {
    let stand_in = StandIn::new(KEY);
    let connector = SharedHttpConnector::new(stand_in);
    let key = StripeKey::new(KEY.to_owned());
    let api = |connected| Api { connector: &connector, base: API_BASE, key: &key, connected };
    assert!(stripe_accounts::check_connected(api(Some(CONNECTED))).await.is_ok());
    let refused = stripe_accounts::check_connected(api(Some("acct_stranger"))).await.unwrap_err();
    assert!(format!("{refused:?}").contains("connected_account"), "{refused:?}");
}

/// The whole of a charge in live mode: with a live key, for a live payment.
#[tokio::test]
async fn in_live_mode_a_charge_is_made_found_and_given_back() {
    let world = AtStripe::<false>::of(Mode::Live, "sk_live_1");
    let task = charge(&world, CardKind::AsksThenPays);
    assert_eq!(start(&world, &task).await, Progress::ChallengeNeeded);
    let said = answer(&world, &task, true).await;
    assert!(matches!(said, Progress::Succeeded(_)), "{said:?}");
    assert_eq!(look_up(&world, &later(&task)).await, said);
    let reference = super::reference(said.clone());
    let back = refund(&world, &task, &reference, 5_00);
    assert!(matches!(start(&world, &back).await, Progress::Succeeded(_)));
    assert_eq!(world.books(task.intent), Books { given_back: 5_00, ..Books::PAID });
    let token = super::receipt(said).vault_token.unwrap();
    let again =
        charge_of(&world, clock::new_id(), Some(ChargedCard::Saved { token, agreed_with: None }));
    assert!(matches!(start(&world, &again).await, Progress::Succeeded(_)));
    // The tenant has no account in the other mode.
    let test = Scope { mode: Mode::Test, ..world.scope() };
    let nothing =
        world.processor().start(&Task { scope: test, ..charge(&world, CardKind::Pays) }).await;
    assert!(matches!(nothing, Err(Unreachable(_))), "{nothing:?}");
}

/// Each with cuts and errors at random places, with duplicates, and with somebody who looks at
/// random moments.
#[tokio::test]
async fn five_hundred_charges_with_random_cuts_are_made_once_or_never() {
    let told = join_all((0..500).map(one_random_charge)).await;
    let paid = told.iter().filter(|told| matches!(told, Progress::Succeeded(_))).count();
    assert!((50..450).contains(&paid), "{paid} of 500 were paid");
}

async fn one_random_charge(seed: u64) -> Progress {
    let world = WithStripe::new().await;
    let mut random = Random(seed);
    let kinds = [
        CardKind::Pays,
        CardKind::Pays,
        CardKind::AnswerLost,
        CardKind::NeverArrives,
        CardKind::AsksThenPays,
        CardKind::Declined(FailureReason::InsufficientFunds),
    ];
    let cuts = [Cut::No, Cut::No, Cut::Before, Cut::After, Cut::Status(429), Cut::Status(500)];
    let task = charge(&world, kinds[random.below(kinds.len())]);
    for _ in 0..=random.below(3) {
        let broken: Vec<Cut> =
            (0..random.below(9)).map(|_| cuts[random.below(cuts.len())]).collect();
        world.stand_in.breaks(&broken);
        match random.below(6) {
            0 => drop(world.processor().look_up(&later(&task)).await),
            1 => {
                world.passes(task.intent);
                drop(world.processor().answer_challenge(&later(&task), true).await);
            }
            2 => drop(world.processor().answer_challenge(&later(&task), false).await),
            _ => drop(world.processor().start(&task).await),
        }
    }
    world.stand_in.breaks(&[]);
    // Nobody finished the challenge in its time.
    if look_up(&world, &later(&task)).await == Progress::ChallengeNeeded {
        answer(&world, &later(&task), false).await;
    }
    made_once_or_never(&world, &task, &format!("seed {seed}")).await
}
