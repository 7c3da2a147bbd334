//! Everything that members can do, one commit after the other.

use super::{super::*, world::*};
use crate::{
    model::{
        Currency, Money,
        catalog::{Prices, Product},
        delivery::{Delivery, DeliveryStatus},
        event::{EventType, NamedEvent},
        id::WebhookEndpointId,
        invitation::{Invitation, InvitationEnd},
        member::{Member, PasswordHash, Role, Theme},
        organization::{Branding, Organization},
        payment_intent::PaymentIntent,
        payment_link::{LinkDetails, PaymentLink},
        replay::{Replay, ReplayRange},
        reset::PasswordReset,
        second_factor::SecondFactor,
        secret::Sealed,
        tax::settings::Settings,
        webhook_endpoint::{DisabledReason, WebhookEndpoint},
    },
    store::{
        api_key, catalog, delivery, gone, intent, invitation, member, organization, payment_link,
        refund, replay, reset, second_factor, session, tax,
        tests::{id, now, pending, scope},
        webhook_endpoint,
    },
};
use futures_util::FutureExt;

/// Everything that can be done, one commit after the other, with what is told of each.
pub(super) fn everything_that_can_be_done() -> Vec<Vec<Activity>> {
    let mut all = team();
    all.extend(shop());
    all.extend(settings());
    all.extend(money());
    all
}

fn team() -> Vec<Vec<Activity>> {
    let (mut world, mut all) = (ActingWorld::new(), Vec::new());
    let mut now_is = member_of(6);
    all.push(world.act(member::insert(&now_is).to_vec()));
    let mut change = |world: &mut ActingWorld, next: Member| {
        let told = world.act(member::replace(&now_is, &next));
        now_is = next;
        told
    };
    let first = member_of(6);
    let renamed = first.with_profile("Ada".into(), "de".into(), Theme::Dark);
    all.push(change(&mut world, renamed.clone()));
    let admin = renamed.in_role(Role::Admin);
    all.push(change(&mut world, admin.clone()));
    let changed = admin.with_password(PasswordHash(secret(9)));
    all.push(change(&mut world, changed.clone()));
    let safe = changed.with_totp(true);
    all.push(change(&mut world, safe.clone()));
    let unsafe_again = safe.with_totp(false);
    all.push(change(&mut world, unsafe_again.clone()));
    all.push(change(&mut world, unsafe_again.removed(now())));

    let factor = SecondFactor {
        tenant: scope().tenant,
        member: id(6),
        secret: Sealed::kept(secret(1)),
        confirmed: true,
        last_step: None,
        recovery: vec![secret(2), secret(3)],
        version: 1,
    };
    all.push(world.act(vec![second_factor::put(&factor)]));
    let used = SecondFactor { recovery: vec![secret(3)], version: 2, ..factor.clone() };
    all.push(world.act(vec![second_factor::put(&used)]));
    let renewed = SecondFactor { recovery: vec![secret(4)], version: 3, ..factor };
    all.push(world.act(vec![second_factor::put(&renewed)]));

    let begun = PasswordReset {
        tenant: scope().tenant,
        member: id(6),
        token_hash: secret(1),
        removes_totp: true,
        made_by: ada(),
        expires_at: now(),
        version: 1,
    };
    all.push(world.act(vec![reset::put(&begun)]));

    all.push(world.act(vec![invitation::put(&invited())]));
    let renewed = Invitation { token_hash: secret(2), version: 2, ..invited() };
    all.push(world.act(vec![invitation::put(&renewed)]));
    let over = Invitation { end: Some(InvitationEnd::Withdrawn), version: 3, ..renewed };
    all.push(world.act(vec![invitation::put(&over)]));

    all.push(world.act(vec![session::put(&signed_in())]));
    all.push(world.act(vec![session::put(&signed_in().revoke(now()))]));
    all
}

fn shop() -> Vec<Vec<Activity>> {
    let (mut world, mut all) = (ActingWorld::new(), Vec::new());
    let first = product();
    all.push(world.act(catalog::insert(&first)));
    let mut offer = first.offer.clone();
    offer.prices = Prices::new([Money::from_minor(9_900, Currency::USD)]).unwrap();
    let dearer = Product { offer, metadata: metadata(2), version: 2, ..first.clone() };
    all.push(world.act(catalog::replace(&first, &dearer)));
    let archived = dearer.archive(now());
    all.push(world.act(catalog::replace(&dearer, &archived)));
    all.push(world.act(catalog::replace(&archived, &archived.restore(now()).unwrap())));

    let (before, details) = link();
    all.push(world.act(payment_link::insert(&before, &details).to_vec()));
    let off = PaymentLink { active: false, ..before.clone() };
    let other = LinkDetails { metadata: metadata(2), version: 2, ..details };
    all.push(world.act(payment_link::edit(&before, &off, Some(&other), false)));
    let deleted = PaymentLink { deleted_at: Some(now()), ..off.clone() };
    all.push(world.act(payment_link::edit(&off, &deleted, None, false)));
    all.push(world.act(payment_link::edit(&deleted, &off, None, false)));

    let one = webhook();
    all.push(world.act(vec![webhook_endpoint::put(&one)]));
    let mut two = WebhookEndpoint { version: 2, description: secret(2), ..one };
    two.url = format!("https://shop.example:8443/{MARK}/other");
    all.push(world.act(vec![webhook_endpoint::put(&two)]));
    let mut three = WebhookEndpoint { version: 3, ..two };
    three.secrets.push(sealed(7));
    all.push(world.act(vec![webhook_endpoint::put(&three)]));
    let disabled = Some((now(), DisabledReason::Requested));
    let four = WebhookEndpoint { version: 4, disabled, ..three };
    all.push(world.act(vec![webhook_endpoint::put(&four)]));
    let five = WebhookEndpoint { version: 5, disabled: None, ..four };
    all.push(world.act(vec![webhook_endpoint::put(&five)]));
    let five = {
        let tested = five.with_test_event(now());
        all.push(world.act(vec![webhook_endpoint::put(&tested)]));
        tested
    };
    all.extend(resent(&mut world, five.id));
    let again = Replay {
        id: id(9),
        scope: scope(),
        endpoint: five.id,
        range: ReplayRange {
            from: now(),
            to: now(),
            kinds: Vec::new(),
            names: Vec::new(),
            only_undelivered: true,
        },
        asked_at: now(),
        reached: None,
        version: 1,
    };
    all.push(world.act(vec![replay::insert(&again)]));
    let name = five.id.to_string();
    let note = gone::note(scope(), "endpoint", &name, &name, now());
    all.push(world.act(vec![webhook_endpoint::remove(&five), note]));
    all
}

/// A delivery that is sent again while it waits, and one that is over.
fn resent(world: &mut ActingWorld, endpoint: WebhookEndpointId) -> Vec<Vec<Activity>> {
    let of = |n| {
        let event = NamedEvent::plain(id(n), EventType::PaymentLinkFailed);
        Delivery::due_now(scope(), &event, endpoint, secret(n), now())
    };
    let waiting = of(11);
    let over = Delivery { status: DeliveryStatus::Failed, ..of(12) };
    for one in [&waiting, &over] {
        world.store.add_delivery(one).now_or_never().unwrap().unwrap();
    }
    let later = now().plus_seconds(1);
    [waiting, over].iter().map(|one| world.act(vec![delivery::retry(one, false, later)])).collect()
}

fn settings() -> Vec<Vec<Activity>> {
    let (mut world, mut all) = (ActingWorld::new(), Vec::new());
    let text = |text: &str| Some(text.to_owned());
    let set = Organization {
        branding: Branding { panel_color: text("#112233"), ..Branding::default() },
        staff_refund_limit: [(Currency::USD, Money::from_minor(10_000, Currency::USD))].into(),
        version: 1,
        ..Organization::unset(scope(), now())
    };
    all.push(world.act(vec![organization::put(&set)]));
    let same = Organization { updated_at: now().plus_seconds(5), version: 2, ..set };
    all.push(world.act(vec![organization::put(&same)]));
    let taxed = Settings { default_tax_code: "books".into(), version: 1, ..Settings::default() };
    all.push(world.act(vec![tax::put(scope(), &taxed)]));

    let key = api_key_of(8);
    all.push(world.act(vec![api_key::insert(&key)]));
    let ends = key.end_by(now().plus_days(1));
    all.push(world.act(vec![api_key::end(&ends), api_key::insert(&api_key_of(9))]));
    all.push(world.act(vec![api_key::end(&api_key_of(9).revoke(now()))]));
    all
}

fn money() -> Vec<Vec<Activity>> {
    let (mut world, mut all) = (ActingWorld::new(), Vec::new());
    all.push(world.act(vec![Write::Insert(refund::to_item(&refund_of(1)))]));
    let open = PaymentIntent { description: secret(1), metadata: metadata(1), ..pending() };
    all.push(world.act(vec![intent::insert(&open)]));
    let over = open.cancel(now()).unwrap();
    all.push(world.act(vec![intent::replace(&over)]));
    let erased = PaymentIntent { description: String::new(), version: over.version + 1, ..over };
    all.push(world.act(vec![intent::replace(&erased)]));
    all
}
