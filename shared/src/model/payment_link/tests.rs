use super::*;
use crate::model::{Currency, Mode, id::Id};

fn now() -> Time {
    Time::from_ms(1_795_255_200_250)
}

fn link(max: Option<u32>) -> PaymentLink {
    PaymentLink {
        id: Id::mint(now(), [7; 10]),
        scope: Scope { tenant: Id::mint(now(), [1; 10]), mode: Mode::Test },
        surface: Surface::Links,
        sells: Sells::Amount(Money::from_minor(1_250, Currency::USD)),
        account: None,
        uses: LinkUses::none(Limit::at_most(max).unwrap()),
        attempts: Limit::UNLIMITED,
        expires_at: Some(now().plus_seconds(600)),
        active: true,
        deleted_at: None,
        edits: 0,
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

fn uses(limit: Option<u32>) -> LinkEdit {
    LinkEdit { uses: Limit::at_most(limit), ..LinkEdit::default() }
}

#[test]
fn uses_are_reserved_confirmed_and_given_back() {
    let one = link(Some(2)).reserve(now()).unwrap();
    assert_eq!((one.uses.left(), one.uses.in_progress, one.version), (Some(1), 1, 2));
    let two = one.reserve(now()).unwrap();
    assert_eq!(two.reserve(now()), Err(LinkRefusal::InUse));
    let paid = two.confirm().unwrap();
    assert_eq!(paid.reserve(now()), Err(LinkRefusal::InUse), "one may still fail");
    let free = paid.give_back().unwrap();
    assert_eq!((free.uses.confirmed, free.uses.left()), (1, Some(1)));
    let full = free.reserve(now()).unwrap().confirm().unwrap();
    assert_eq!(full.reserve(now()), Err(LinkRefusal::Exhausted));
    assert!(full.became_exhausted(&two) && !full.became_exhausted(&full));
    assert_eq!((full.confirm(), full.give_back()), (None, None));
    assert_eq!((full.edits, full.updated_at), (0, now()), "payments are no edits");
}

#[test]
fn unlimited_links_count_too_so_that_a_limit_can_come_later() {
    let mut link = link(None);
    for _ in 0..5 {
        link = link.reserve(now()).unwrap();
    }
    link = link.confirm().unwrap().confirm().unwrap().give_back().unwrap();
    assert_eq!((link.uses.left(), link.uses.confirmed, link.uses.in_progress), (None, 2, 2));
    let too_few = LinkEditRefusal::TooFewUses { confirmed: 2, in_progress: 2 };
    assert_eq!(link.edit(uses(Some(3)), now()), Err(too_few));
    let limited = link.edit(uses(Some(4)), now()).unwrap();
    assert_eq!((limited.uses.left(), limited.edits), (Some(0), 1));
    assert!(limited.edit(uses(None), now()).unwrap().reserve(now()).is_ok());
}

#[test]
fn the_first_reason_against_a_link_wins() {
    let end = now().plus_seconds(600);
    let link = link(Some(1));
    let used = link.reserve(now()).unwrap().confirm().unwrap();
    let off = used.edit(LinkEdit { active: Some(false), ..LinkEdit::default() }, now()).unwrap();
    let gone = off.delete(now());
    for (link, at, status, refusal) in [
        (&gone, end, LinkStatus::Deleted, LinkRefusal::Deleted),
        (&off, end, LinkStatus::Inactive, LinkRefusal::Inactive),
        (&used, end, LinkStatus::Expired, LinkRefusal::Expired),
        (&used, now(), LinkStatus::Exhausted, LinkRefusal::Exhausted),
    ] {
        assert_eq!(link.status_at(at), status);
        assert_eq!((link.available_at(at), link.reserve(at)), (Err(refusal), Err(refusal)));
    }
    assert_eq!(link.status_at(end.plus_ms(-1)), LinkStatus::Active);
    assert!(link.reserve(end.plus_ms(-1)).is_ok(), "a millisecond before its end");
}

#[test]
fn a_charge_under_way_is_honoured_whatever_becomes_of_the_link() {
    let reserved = link(Some(1)).reserve(now()).unwrap();
    let gone = reserved.delete(now().plus_seconds(1));
    assert_eq!(gone.confirm().unwrap().uses.confirmed, 1);
    assert_eq!(gone.give_back().unwrap().uses.left(), Some(1));
}

#[test]
fn a_deleted_link_is_restored_as_it_was_for_ninety_days() {
    let link = link(Some(3));
    assert_eq!(link.restore(now()), Err(LinkEditRefusal::NotDeleted));
    let gone = link.delete(now());
    assert_eq!(gone.delete(now().plus_days(1)), gone, "a second time changes nothing");
    assert_eq!(gone.edit(LinkEdit::default(), now()), Err(LinkEditRefusal::Deleted));
    let back = gone.restore(now().plus_days(90)).unwrap();
    assert_eq!((back.deleted_at, back.edits, back.uses), (None, 2, link.uses));
    let late = now().plus_days(91);
    assert_eq!(gone.restore(late), Err(LinkEditRefusal::RestorePeriodOver));
}

#[test]
fn an_end_may_be_lifted_or_moved_into_the_past() {
    let link = link(None);
    let ends = |at| LinkEdit { expires_at: Some(at), ..LinkEdit::default() };
    let over = link.edit(ends(Some(now())), now()).unwrap();
    assert_eq!(over.status_at(now()), LinkStatus::Expired);
    let awake = over.edit(ends(None), now()).unwrap();
    assert_eq!(awake.status_at(now().plus_days(4_000)), LinkStatus::Active);
    assert!(check_expiry(now().plus_ms(59_999), now()).is_err());
    assert!(check_expiry(now().plus_seconds(60), now()).is_ok());
    assert!(check_expiry(now().plus_days(MAX_LIFE_DAYS + 1), now()).is_err());
}

#[test]
fn a_limit_is_one_or_more_or_none() {
    assert_eq!(Limit::at_most(Some(0)), None);
    assert_eq!(Limit::at_most(Some(1)), Some(Limit::ONE));
    assert_eq!((Limit::ONE.max(), Limit::UNLIMITED.max()), (Some(1), None));
}
