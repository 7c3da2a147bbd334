//! Cards that are kept at the processor, and charged when their holder is not there.

use super::{
    AMOUNT, Books, CardKind, RefundKind, World, by_many, charge, charge_again, charge_of, charged,
    later, look_up, outcome, reference, refund, saved, start, with_card,
};
use shared::{
    app::clock,
    model::{card::FailureReason, progress::Progress},
    processor::{ChargedCard, Unreachable},
};
use std::sync::Arc;

const NEEDS_ITS_HOLDER: Progress = Progress::Declined(FailureReason::AuthenticationRequired);

fn token(card: &ChargedCard) -> &str {
    match card {
        ChargedCard::Saved { token, .. } => token.reveal(),
        ChargedCard::Typed { .. } => panic!("not a saved card"),
    }
}

async fn forget<W: World>(world: &W, card: &ChargedCard) {
    world.processor().forget(token(card), world.scope(), clock::now()).await.unwrap();
}

pub async fn a_charge_says_how_to_charge_its_card_again<W: World>(world: Arc<W>) {
    let task = charge(&*world, CardKind::Pays);
    let typed = world.typed(CardKind::Pays, task.intent);
    let card = ChargedCard::Typed { token: typed.clone(), save: true };
    let task = with_card(&task, card);
    let receipt = super::receipt(start(&*world, &task).await);
    let token = receipt.vault_token.unwrap();
    assert_ne!(token, typed, "what the browser knew charges nothing afterwards");
    let found = super::receipt(look_up(&*world, &later(&task)).await);
    assert_eq!(found.vault_token, Some(token), "the reconciler keeps the card as the page does");
}

pub async fn without_consent_no_card_is_kept<W: World>(world: Arc<W>) {
    let task = charge(&*world, CardKind::Pays);
    let token = world.typed(CardKind::Pays, task.intent);
    let task = with_card(&task, ChargedCard::Typed { token, save: false });
    for said in [start(&*world, &task).await, look_up(&*world, &later(&task)).await] {
        assert_eq!(super::receipt(said).vault_token, None);
    }
}

pub async fn a_saved_card_pays_once_however_often_it_is_sent<W: World>(world: Arc<W>) {
    let card = saved(&*world, CardKind::Pays).await;
    let task = charge_again(&*world, &card);
    let said = by_many(&world, &task).await;
    let made = outcome(&*world, &task).await;
    assert!(matches!(made, Progress::Succeeded(_)), "{made:?}");
    for said in said {
        assert!(said == made || said == Progress::Unknown, "{said:?}");
    }
    assert_eq!(world.books(task.intent), Books::PAID);
    // It is good for more than one charge, with and without the reference of the first.
    let ChargedCard::Saved { token, .. } = card else { panic!("not a saved card") };
    let bare = ChargedCard::Saved { token, agreed_with: None };
    let next = charge_again(&*world, &bare);
    assert!(matches!(start(&*world, &next).await, Progress::Succeeded(_)));
    assert_eq!(world.books(next.intent), Books::PAID);
}

pub async fn a_saved_card_is_declined_with_its_reason<W: World>(world: Arc<W>) {
    for reason in [FailureReason::CardDeclined, FailureReason::InsufficientFunds] {
        let card = saved(&*world, CardKind::SavedDeclined(reason)).await;
        let task = charge_again(&*world, &card);
        assert_eq!(start(&*world, &task).await, Progress::Declined(reason));
        assert_eq!(look_up(&*world, &later(&task)).await, Progress::Declined(reason));
        assert_eq!(world.books(task.intent), Books::NONE);
    }
}

pub async fn a_challenge_that_nobody_can_pass_leaves_nothing_open<W: World>(world: Arc<W>) {
    let card = saved(&*world, CardKind::SavedAsks).await;
    let task = charge_again(&*world, &card);
    let said = start(&*world, &task).await;
    assert_eq!(said, NEEDS_ITS_HOLDER);
    assert_eq!(look_up(&*world, &later(&task)).await, NEEDS_ITS_HOLDER);
    let passed = world.processor().answer_challenge(&later(&task), true).await;
    let nothing = match &passed {
        Err(Unreachable(_)) => true,
        Ok(said) => *said == NEEDS_ITS_HOLDER,
    };
    assert!(nothing, "{passed:?}");
    assert_eq!(world.books(task.intent), Books::NONE);
}

pub async fn an_off_session_charge_that_never_came_is_absent_for_good<W: World>(world: Arc<W>) {
    let card = saved(&*world, CardKind::SavedNeverArrives).await;
    let task = charge_again(&*world, &card);
    assert_eq!(start(&*world, &task).await, Progress::Unknown, "silence is told as silence");
    assert_eq!(look_up(&*world, &later(&task)).await, Progress::Absent);
    let good = saved(&*world, CardKind::Pays).await;
    let said = start(&*world, &with_card(&task, good)).await;
    assert!(matches!(said, Progress::Absent | Progress::Declined(_)), "{said:?}");
    assert_eq!(look_up(&*world, &later(&task)).await, Progress::Absent, "and it stays so");
    assert_eq!(world.books(task.intent), Books::NONE);
}

pub async fn a_card_that_was_paid_with_a_challenge_is_charged_without<W: World>(world: Arc<W>) {
    let card = saved(&*world, CardKind::AsksThenPays).await;
    let task = charge_again(&*world, &card);
    assert!(matches!(start(&*world, &task).await, Progress::Succeeded(_)));
    assert_eq!(world.books(task.intent), Books::PAID);
}

pub async fn a_forgotten_card_is_charged_no_more<W: World>(world: Arc<W>) {
    let card = saved(&*world, CardKind::Pays).await;
    forget(&*world, &card).await;
    let task = charge_again(&*world, &card);
    let said = start(&*world, &task).await;
    assert!(matches!(said, Progress::Declined(_)), "{said:?}");
    assert_eq!(look_up(&*world, &later(&task)).await, said);
    assert_eq!(world.books(task.intent), Books::NONE);
}

pub async fn forgetting_twice_is_forgetting_once<W: World>(world: Arc<W>) {
    let card = saved(&*world, CardKind::Pays).await;
    let other = saved(&*world, CardKind::Pays).await;
    forget(&*world, &card).await;
    forget(&*world, &card).await;
    let task = charge_again(&*world, &other);
    assert!(matches!(start(&*world, &task).await, Progress::Succeeded(_)), "another token stays");
}

pub async fn what_was_charged_before_its_card_was_forgotten_stays_and_goes_back<W: World>(
    world: Arc<W>,
) {
    let card = saved(&*world, CardKind::Pays).await;
    let task = charge_of(&*world, clock::new_id(), Some(card.clone()));
    let charge = reference(start(&*world, &task).await);
    forget(&*world, &card).await;
    assert_eq!(reference(look_up(&*world, &later(&task)).await), charge);
    assert_eq!(reference(start(&*world, &task).await), charge, "sent again it is the same charge");
    let back = refund(&*world, &task, &charge, world.refund_of(RefundKind::Made));
    assert!(matches!(start(&*world, &back).await, Progress::Succeeded(_)));
    let given_back = back.amount.minor();
    assert_eq!(world.books(task.intent), Books { taken: AMOUNT, given_back });
    let (other, _) = charged(&*world, CardKind::Pays).await;
    assert_eq!(world.books(other.intent), Books::PAID, "a typed card is not forgotten with it");
}
