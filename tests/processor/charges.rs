//! Cards that buyers typed.

use super::{
    Books, CardKind, World, by_many, charge, charge_of, charged, later, look_up, outcome,
    recognised, reference, refused, sent_later, start, typed, with_card,
};
use shared::{
    app::clock,
    model::{progress::Progress, secret::ProcessorToken},
    processor::{ChargedCard, Task},
};
use std::sync::Arc;

pub async fn an_approved_charge_takes_its_amount_once_and_says_where<W: World>(world: Arc<W>) {
    let task = charge(&*world, CardKind::Pays);
    let reference = reference(start(&*world, &task).await);
    assert!(!reference.is_empty());
    assert_eq!(world.books(task.intent), Books::PAID);
}

pub async fn every_decline_says_why_and_takes_nothing<W: World>(world: Arc<W>) {
    let reasons = world.declines();
    assert!(!reasons.is_empty());
    for reason in reasons {
        let task = charge(&*world, CardKind::Declined(reason));
        assert_eq!(start(&*world, &task).await, Progress::Declined(reason));
        assert_eq!(look_up(&*world, &later(&task)).await, Progress::Declined(reason));
        assert_eq!(start(&*world, &task).await, Progress::Declined(reason), "a no stays a no");
        assert_eq!(world.books(task.intent), Books::NONE);
    }
}

pub async fn the_same_charge_again_says_the_same_and_takes_nothing<W: World>(world: Arc<W>) {
    let task = charge(&*world, CardKind::Pays);
    let first = start(&*world, &task).await;
    assert_eq!(start(&*world, &task).await, first);
    assert_eq!(start(&*world, &sent_later(&task)).await, first);
    // Whoever sends it again with another card meets the first charge.
    let other = typed(&*world, CardKind::Pays, task.intent);
    assert_eq!(start(&*world, &with_card(&task, other)).await, first);
    assert_eq!(world.books(task.intent), Books::PAID);
}

pub async fn the_same_charge_by_many_at_once_takes_its_amount_once<W: World>(world: Arc<W>) {
    let task = charge(&*world, CardKind::Pays);
    let said = by_many(&world, &task).await;
    let made = outcome(&*world, &task).await;
    assert!(matches!(made, Progress::Succeeded(_)), "{made:?}");
    // Some may not know yet; nobody says anything else.
    for said in said {
        assert!(said == made || said == Progress::Unknown, "{said:?}");
    }
    assert_eq!(world.books(task.intent), Books::PAID);
}

pub async fn a_charge_whose_answer_got_lost_is_found_and_not_made_again<W: World>(world: Arc<W>) {
    let task = charge(&*world, CardKind::AnswerLost);
    assert_eq!(start(&*world, &task).await, Progress::Unknown, "silence is told as silence");
    let found = outcome(&*world, &task).await;
    assert!(matches!(found, Progress::Succeeded(_)), "{found:?}");
    assert_eq!(look_up(&*world, &later(&task)).await, found, "and it stays so");
    assert_eq!(world.books(task.intent), Books::PAID);
}

pub async fn a_charge_that_never_came_is_absent_for_good<W: World>(world: Arc<W>) {
    let task = charge(&*world, CardKind::NeverArrives);
    assert_eq!(start(&*world, &task).await, Progress::Unknown, "silence is told as silence");
    assert_eq!(look_up(&*world, &later(&task)).await, Progress::Absent);
    never_comes(&*world, &task).await;
}

pub async fn asked_about_before_it_came_a_charge_can_never_come<W: World>(world: Arc<W>) {
    let task = charge(&*world, CardKind::Pays);
    assert_eq!(look_up(&*world, &later(&task)).await, Progress::Absent);
    never_comes(&*world, &task).await;
}

/// A charge that was on its way all the time turns up, with a card that would pay.
async fn never_comes<W: World>(world: &W, task: &Task) {
    let good = typed(world, CardKind::Pays, task.intent);
    let said = start(world, &with_card(task, good)).await;
    assert!(matches!(said, Progress::Absent | Progress::Declined(_)), "{said:?}");
    assert_eq!(look_up(world, &later(task)).await, Progress::Absent, "and it stays so");
    assert_eq!(world.books(task.intent), Books::NONE);
}

pub async fn charging_and_asking_at_once_end_in_one_truth<W: World>(world: Arc<W>) {
    for _ in 0..20 {
        let task = charge(&*world, CardKind::Pays);
        let asking = (Arc::clone(&world), later(&task));
        let asking = tokio::spawn(async move { look_up(&*asking.0, &asking.1).await });
        let said = start(&*world, &task).await;
        let asked = asking.await.unwrap();
        let truth = look_up(&*world, &later(&task)).await;
        let books = world.books(task.intent);
        let made = matches!(truth, Progress::Succeeded(_));
        assert!(made || truth == Progress::Absent, "{truth:?}");
        assert_eq!(books, if made { Books::PAID } else { Books::NONE });
        for told in [said, asked] {
            assert!(told == truth || told == Progress::Unknown, "{told:?}, {truth:?}");
        }
    }
}

pub async fn asking_changes_nothing_about_what_is_there<W: World>(world: Arc<W>) {
    let (task, first) = charged(&*world, CardKind::Pays).await;
    for _ in 0..3 {
        assert_eq!(reference(look_up(&*world, &later(&task)).await), first);
    }
    assert_eq!(world.books(task.intent), Books::PAID);
}

pub async fn a_token_of_nobody_begins_nothing<W: World>(world: Arc<W>) {
    for text in ["", "tok_", "4242424242424242"] {
        let token = ProcessorToken::new(text.to_owned());
        let card = ChargedCard::Typed { token, save: false };
        let task = charge_of(&*world, clock::new_id(), Some(card));
        refused(&*world, &task).await;
        assert_eq!(world.books(task.intent), Books::NONE);
        assert_eq!(look_up(&*world, &later(&task)).await, Progress::Absent);
    }
}

pub async fn without_a_card_nothing_begins<W: World>(world: Arc<W>) {
    let task = charge_of(&*world, clock::new_id(), None);
    refused(&*world, &task).await;
    assert_eq!(world.books(task.intent), Books::NONE);
}

pub async fn two_charges_of_one_payment_are_two<W: World>(world: Arc<W>) {
    let declined = charge(&*world, CardKind::Declined(world.declines()[0]));
    start(&*world, &declined).await;
    let good = typed(&*world, CardKind::Pays, declined.intent);
    let paid = charge_of(&*world, declined.intent, Some(good));
    assert!(matches!(start(&*world, &paid).await, Progress::Succeeded(_)));
    assert!(matches!(look_up(&*world, &later(&declined)).await, Progress::Declined(_)));
    assert_eq!(world.books(paid.intent), Books::PAID);
}

pub async fn a_token_is_known_for_its_link_and_its_time_alone<W: World>(world: Arc<W>) {
    let (link, now) = (clock::new_id(), clock::now());
    let token = world.typed(CardKind::Pays, link);
    let card = recognised(&*world, &token, link, now).await.expect("its own token");
    assert_eq!(card.last4.len(), 4);
    assert!(!card.brand.is_empty() && !card.fingerprint.is_empty());
    let again = recognised(&*world, &token, link, now).await;
    assert_eq!(again, Some(card), "it is asked more than once");
    let elsewhere = recognised(&*world, &token, clock::new_id(), now).await;
    assert!(elsewhere.is_none() || !world.binds_tokens());
    assert_eq!(recognised(&*world, &token, link, now.plus_days(1)).await, None);
    for foreign in ["", "tok_AAAA", "pm_AAAA"] {
        let foreign = ProcessorToken::new(foreign.to_owned());
        assert_eq!(recognised(&*world, &foreign, link, now).await, None);
    }
}
