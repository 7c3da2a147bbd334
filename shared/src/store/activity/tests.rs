//! What members do is told by one entry each, without any secret.

use super::*;
use crate::{
    model::{
        activity::{ActivityAction, TellableFacts},
        actor::Actor,
        id::MemberId,
        link_figures::LinkFigures,
        member::Role,
        refund::Refund,
    },
    store::{
        acting::{self, Stamp},
        catalog, invitation, member, payment_link, refund,
        tests::{id, now, scope},
    },
};
use acts::everything_that_can_be_done;
use futures_util::FutureExt;
use std::collections::BTreeMap;
use world::*;

mod acts;
mod listing;
mod world;

#[test]
fn whatever_is_done_is_told_by_one_entry_with_what_is_different() {
    let all = everything_that_can_be_done();
    let told: Vec<_> = all.iter().map(|entries| told_of(entries)).collect();
    let told: Vec<String> = told.iter().map(|one| format!("{one:?}")).collect();
    let expected = [
        r#"[(MemberJoined, ["name", "role", "totp_enabled"])]"#,
        r#"[(MemberUpdated, ["name"])]"#,
        r#"[(MemberRoleChanged, ["role"])]"#,
        "[(MemberPasswordChanged, [])]",
        r#"[(MemberSecondFactorEnabled, ["totp_enabled"])]"#,
        r#"[(MemberSecondFactorDisabled, ["totp_enabled"])]"#,
        "[(MemberRemoved, [])]",
        "[]",
        "[]",
        "[(MemberRecoveryCodesRenewed, [])]",
        r#"[(MemberResetCreated, ["expires_at", "totp"])]"#,
        r#"[(InvitationCreated, ["email", "expires_at", "role"])]"#,
        "[(InvitationRenewed, [])]",
        "[(InvitationWithdrawn, [])]",
        r#"[(SessionCreated, ["device"])]"#,
        r#"[(SessionEnded, ["device"])]"#,
        r#"[(ProductCreated, ["description", "is_active", "name", "prices.USD"])]"#,
        r#"[(ProductUpdated, ["prices.USD", "metadata"])]"#,
        "[(ProductArchived, [])]",
        "[(ProductRestored, [])]",
        r#"[(PaymentLinkCreated, ["currency", "is_active", "name"])]"#,
        r#"[(PaymentLinkUpdated, ["is_active", "metadata"])]"#,
        "[(PaymentLinkDeleted, [])]",
        "[(PaymentLinkRestored, [])]",
        r#"[(WebhookCreated, ["ed25519", "ordered", "surface", "timeout_seconds", "url"])]"#,
        r#"[(WebhookUpdated, ["url", "description"])]"#,
        "[(WebhookSecretRotated, [])]",
        "[(WebhookDisabled, [])]",
        "[(WebhookEnabled, [])]",
        "[(WebhookTested, [])]",
        r#"[(WebhookEventResent, ["delivery_id", "event"])]"#,
        r#"[(WebhookEventResent, ["delivery_id", "event"])]"#,
        r#"[(WebhookEventsReplayed, ["from", "only_undelivered", "to"])]"#,
        "[(WebhookDeleted, [])]",
        r#"[(OrganizationUpdated, ["branding.panel_color", "staff_refund_limit.USD"])]"#,
        "[]",
        r#"[(TaxSettingsUpdated, ["default_tax_code"])]"#,
        r#"[(ApiKeyCreated, ["name", "scopes", "surface"])]"#,
        r#"[(ApiKeyCreated, ["name", "scopes", "surface"]), (ApiKeyRotated, ["expires_at"])]"#,
        "[(ApiKeyRevoked, [])]",
        r#"[(RefundCreated, ["amount", "currency", "transaction_id"])]"#,
        "[]",
        r#"[(TransactionCanceled, ["amount", "currency"])]"#,
        "[]",
    ];
    for (place, (told, expected)) in told.iter().zip(expected).enumerate() {
        let sorted = |text: &str| {
            let mut parts: Vec<String> = text.split("), (").map(str::to_owned).collect();
            parts.iter_mut().for_each(|part| *part = part.replace(['[', ']', '(', ')'], ""));
            parts.sort();
            parts
        };
        assert_eq!(sorted(told), sorted(expected), "act {place}");
    }
    assert_eq!(told.len(), expected.len());
}

#[test]
fn every_class_of_records_was_fed_with_secrets_and_none_is_ever_in_an_entry() {
    let all = everything_that_can_be_done();
    let entries: Vec<&Activity> = all.iter().flatten().collect();
    assert!(entries.len() > 30);
    for entry in entries {
        let kept = format!("{entry:?} {:?}", to_item(entry));
        assert!(!kept.contains(MARK), "{kept}");
        assert_eq!((entry.actor, entry.name.as_deref()), (ada(), Some("Ada")));
    }
}

#[test]
fn what_a_worker_or_a_buyer_changes_later_is_nobodys_act() {
    let mut world = ActingWorld::new();
    let (before, details) = link();
    world.act(payment_link::insert(&before, &details).to_vec());
    let known = world.everything();
    let paid = vec![Write::Update(payment_link::reserve_use(before.id, now()))];
    world.store.commit(paid).now_or_never().unwrap().unwrap();
    let figures = LinkFigures::none(now());
    let counted = payment_link::put_figures(&before, &figures, 0);
    world.store.update(counted).now_or_never().unwrap().unwrap();
    assert_eq!(world.stream(&known), []);
}

#[test]
fn who_works_for_both_modes_is_told_of_in_both() {
    let world = ActingWorld::new();
    let stamp = Stamp::new(Actor::Operator, None, now(), [1; 10]);
    let write = world.store.commit(vec![invitation::put(&invited())]);
    acting::by(stamp, write).now_or_never().unwrap().unwrap();
    let (_, item) = world.everything().into_iter().next().unwrap();
    let entries = told(Before::Nothing, &item).unwrap();
    let modes: Vec<_> = entries.iter().map(|entry| entry.scope.mode.as_str()).collect();
    assert_eq!(modes, ["test", "live"]);
    assert_eq!((entries[0].actor, entries[0].name.as_deref()), (Actor::Operator, None));
}

#[test]
fn a_record_whose_stream_was_lost_tells_its_last_act_by_itself_and_once() {
    let mut world = ActingWorld::new();
    let first = world.act(member::insert(&member_of(6)).to_vec());
    let lost = |world: &ActingWorld| -> Vec<Activity> {
        let items = world.everything();
        let told = items.values().flat_map(|item| told(Before::Lost, item).unwrap());
        told.filter(|entry| entry.scope == scope()).collect()
    };
    assert_eq!(lost(&world), first, "the same entry with the same id");
    let admin = member_of(6).in_role(Role::Admin);
    let changed = world.act(member::replace(&member_of(6), &admin));
    let found = lost(&world);
    assert_eq!((found[0].id, found[0].action), (changed[0].id, ActivityAction::MemberUpdated));
    assert_eq!(found[0].changes, [], "nobody knows what it was before");
    world.act(member::replace(&admin, &admin.removed(now())));
    assert_eq!(lost(&world)[0].action, ActivityAction::MemberRemoved);

    let mut world = ActingWorld::new();
    let asked = world.act(vec![Write::Insert(refund::to_item(&refund_of(1)))]);
    let done = Refund { version: 2, ..refund_of(1) };
    let replace = Write::Replace { item: refund::to_item(&done), version: 1 };
    world.store.commit(vec![replace]).now_or_never().unwrap().unwrap();
    let found = lost(&world);
    assert_eq!((found[0].id, found[0].actor), (asked[0].id, ada()), "it says who asked for it");
    assert_eq!(found[0].changes, asked[0].changes);
}

#[test]
fn what_no_record_says_is_noted_and_comes_back_whole_where_the_stream_was_lost() {
    let world = ActingWorld::new();
    let facts = TellableFacts::default().with("list", "transactions").with("rows", "5000+");
    let stamp = Stamp::new(ada(), Some("Ada"), now(), [1; 10]);
    let action = ActivityAction::ExportCreated;
    world.store.note(stamp, scope(), action, &facts).now_or_never().unwrap().unwrap();
    let told_now = world.stream(&BTreeMap::new());
    assert_eq!(told_of(&told_now), [(action, vec!["list".to_owned(), "rows".to_owned()])]);
    assert_eq!(
        (told_now[0].actor, told_now[0].changes[1].after.as_deref()),
        (ada(), Some("5000+"))
    );
    let notes = world.store.acted_on(key::notes(scope())).now_or_never().unwrap().unwrap();
    let again: Vec<Activity> =
        notes.iter().flat_map(|note| told(Before::Lost, note).unwrap()).collect();
    assert_eq!(again, told_now);
}

#[test]
fn nobody_is_told_of_twice_for_one_act() {
    let mut world = ActingWorld::new();
    let first = world.act(catalog::insert(&product()));
    let again = world.everything();
    let told_again: Vec<Activity> =
        again.values().flat_map(|item| told(Before::Nothing, item).unwrap()).collect();
    assert_eq!(first, told_again, "a record of the stream that comes twice");
    let member: MemberId = id(2);
    assert_eq!(first[0].actor, Actor::Member(member));
}
