//! Challenges: 3-D Secure, passed or not.

use super::{
    Books, CardKind, World, answer, by_many, charge, charge_of, charged, later, look_up, outcome,
    reference, start,
};
use shared::{
    app::clock,
    model::{card::FailureReason, progress::Progress},
    processor::{Task, Unreachable},
};
use std::sync::Arc;

/// The buyer did not pass.
const FAILED: Progress = Progress::Declined(FailureReason::AuthenticationFailed);

/// A charge that waits for its buyer.
async fn asked<W: World>(world: &W, card: CardKind) -> Task {
    let task = charge(world, card);
    assert_eq!(start(world, &task).await, Progress::ChallengeNeeded);
    assert_eq!(world.books(task.intent), Books::NONE, "nothing is taken before");
    task
}

pub async fn a_passed_challenge_pays_once<W: World>(world: Arc<W>) {
    let task = asked(&*world, CardKind::AsksThenPays).await;
    let paid = answer(&*world, &later(&task), true).await;
    assert!(matches!(paid, Progress::Succeeded(_)), "{paid:?}");
    // The buyer's second thoughts, and a second press of the button, come too late.
    for passed in [false, true] {
        assert_eq!(answer(&*world, &later(&task), passed).await, paid);
    }
    assert_eq!(look_up(&*world, &later(&task)).await, paid);
    assert_eq!(world.books(task.intent), Books::PAID);
}

pub async fn a_challenge_that_is_not_passed_takes_nothing_for_good<W: World>(world: Arc<W>) {
    let task = asked(&*world, CardKind::AsksThenPays).await;
    assert_eq!(answer(&*world, &later(&task), false).await, FAILED);
    assert_eq!(answer(&*world, &later(&task), true).await, FAILED, "a no stays a no");
    assert_eq!(look_up(&*world, &later(&task)).await, FAILED);
    assert_eq!(start(&*world, &task).await, FAILED);
    assert_eq!(world.books(task.intent), Books::NONE);
}

pub async fn a_card_may_be_declined_after_its_challenge<W: World>(world: Arc<W>) {
    let task = asked(&*world, CardKind::AsksThenDeclined).await;
    let declined = answer(&*world, &later(&task), true).await;
    assert!(matches!(declined, Progress::Declined(_)), "{declined:?}");
    assert_eq!(look_up(&*world, &later(&task)).await, declined);
    assert_eq!(world.books(task.intent), Books::NONE);
}

pub async fn asking_leaves_a_challenge_open<W: World>(world: Arc<W>) {
    let task = asked(&*world, CardKind::AsksThenPays).await;
    for _ in 0..2 {
        assert_eq!(look_up(&*world, &later(&task)).await, Progress::ChallengeNeeded);
    }
    assert!(matches!(answer(&*world, &later(&task), true).await, Progress::Succeeded(_)));
    assert_eq!(world.books(task.intent), Books::PAID);
}

pub async fn the_same_charge_again_asks_for_the_same_challenge<W: World>(world: Arc<W>) {
    let task = asked(&*world, CardKind::AsksThenPays).await;
    for said in by_many(&world, &task).await {
        assert!(matches!(said, Progress::ChallengeNeeded | Progress::Unknown), "{said:?}");
    }
    let paid = answer(&*world, &later(&task), true).await;
    assert_eq!(start(&*world, &task).await, paid);
    assert_eq!(world.books(task.intent), Books::PAID);
}

pub async fn an_answer_that_got_lost_is_found_by_asking<W: World>(world: Arc<W>) {
    for (passed, books) in [(true, Books::PAID), (false, Books::NONE)] {
        let task = asked(&*world, CardKind::AsksThenPays).await;
        // Whoever was told died.
        let told = answer(&*world, &later(&task), passed).await;
        assert_eq!(look_up(&*world, &later(&task)).await, told);
        assert_eq!(world.books(task.intent), books);
    }
}

pub async fn passed_and_given_up_at_once_is_one_of_both<W: World>(world: Arc<W>) {
    for _ in 0..20 {
        let task = asked(&*world, CardKind::AsksThenPays).await;
        let ended = (Arc::clone(&world), later(&task));
        let ended = tokio::spawn(async move { answer(&*ended.0, &ended.1, false).await });
        let passed = answer(&*world, &later(&task), true).await;
        let ended = ended.await.unwrap();
        let truth = outcome(&*world, &task).await;
        let books = if truth == FAILED { Books::NONE } else { Books::PAID };
        for told in [passed, ended] {
            assert!(told == truth || told == Progress::Unknown, "{told:?}, {truth:?}");
        }
        assert_eq!(world.books(task.intent), books, "{truth:?}");
    }
}

pub async fn a_charge_that_wanted_no_challenge_stays_as_it_is<W: World>(world: Arc<W>) {
    let (task, first) = charged(&*world, CardKind::Pays).await;
    assert_eq!(reference(answer(&*world, &later(&task), false).await), first);
    assert_eq!(reference(look_up(&*world, &later(&task)).await), first);
    assert_eq!(world.books(task.intent), Books::PAID);
    let reason = world.declines()[0];
    let task = charge(&*world, CardKind::Declined(reason));
    start(&*world, &task).await;
    assert_eq!(answer(&*world, &later(&task), false).await, Progress::Declined(reason));
    assert_eq!(world.books(task.intent), Books::NONE);
}

pub async fn a_challenge_of_no_charge_moves_nothing<W: World>(world: Arc<W>) {
    let task = charge_of(&*world, clock::new_id(), None);
    for passed in [true, false] {
        let said = world.processor().answer_challenge(&task, passed).await;
        assert!(matches!(said, Err(Unreachable(_)) | Ok(Progress::Absent)), "{said:?}");
    }
    assert_eq!(world.books(task.intent), Books::NONE);
}
