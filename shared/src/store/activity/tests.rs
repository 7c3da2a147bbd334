use super::*;
use crate::{
    model::{
        Currency, Money, Surface, Time,
        activity::{ActivityAction, TellableFacts},
        actor::Actor,
        api_key::ApiKey,
        catalog::{Offer, Prices, Product},
        delivery::{Delivery, DeliveryStatus},
        dispute::Disputed,
        event::{EventType, History, NamedEvent},
        id::{Id, MemberId, WebhookEndpointId},
        invitation::{Invitation, InvitationEnd},
        link_figures::LinkFigures,
        member::{Member, PasswordHash, Role, Theme},
        metadata::Metadata,
        organization::{Branding, Organization},
        payment_intent::PaymentIntent,
        payment_link::{Limit, LinkDetails, LinkUses, PaymentLink, ReturnAddresses, Sells},
        refund::{RESERVATION_S, Refund, RefundStatus, Standing},
        replay::{Replay, ReplayRange},
        reset::PasswordReset,
        second_factor::SecondFactor,
        secret::{PublicKey, Sealed},
        session::Session,
        tax::settings::Settings,
        webhook_endpoint::{
            DeliverySettings, DisabledReason, EndpointSecret, SigningPair, WebhookEndpoint,
        },
    },
    store::{
        Key,
        acting::{self, Stamp},
        api_key, catalog, delivery, gone, intent, invitation, member,
        memory::Memory,
        organization, payment_link, refund, replay, reset, second_factor, session, tax,
        tests::{id, now, pending, scope},
        webhook_endpoint,
    },
};
use futures_util::FutureExt;
use std::collections::BTreeMap;

/// What must never be in an entry.
const MARK: &str = "SECRET";

fn secret(n: u8) -> String {
    format!("{MARK}{n}")
}

struct World {
    store: Table,
    nonce: u8,
}

impl World {
    fn new() -> Self {
        Self { store: Table::Memory(Memory::default()), nonce: 0 }
    }

    fn everything(&self) -> BTreeMap<Key, Item> {
        let Table::Memory(memory) = &self.store else { panic!("it is in memory") };
        memory.everything().into_iter().map(|item| (Key::of(&item).unwrap(), item)).collect()
    }

    /// Commits as a member; what the stream then tells, of test mode.
    fn act(&mut self, writes: Vec<Write>) -> Vec<Activity> {
        self.nonce += 1;
        let stamp = Stamp::new(ada(), Some("Ada"), now(), [self.nonce; 10]);
        let before = self.everything();
        acting::by(stamp, self.store.commit(writes)).now_or_never().unwrap().unwrap();
        self.stream(&before)
    }

    fn stream(&self, before: &BTreeMap<Key, Item>) -> Vec<Activity> {
        let mut entries = Vec::new();
        for (key, item) in self.everything() {
            let old = before.get(&key);
            if old != Some(&item) {
                let old = old.map_or(Before::Nothing, Before::Known);
                entries.extend(told(old, &item).unwrap());
            }
        }
        entries.retain(|entry| entry.scope == scope());
        entries
    }
}

fn ada() -> Actor {
    Actor::Member(id(2))
}

/// The actions and the changed fields.
fn told_of(entries: &[Activity]) -> Vec<(ActivityAction, Vec<String>)> {
    let fields = |entry: &Activity| -> Vec<String> {
        entry.changes.iter().map(|change| change.field.clone()).collect()
    };
    entries.iter().map(|entry| (entry.action, fields(entry))).collect()
}

fn metadata(n: u8) -> Option<Metadata> {
    Some(Metadata::new(&format!(r#"{{"note":"{}"}}"#, secret(n))).unwrap())
}

fn member_of(n: u8) -> Member {
    Member {
        id: id(n),
        tenant: scope().tenant,
        email: "ada@example.com".into(),
        name: "Ada Lovelace".into(),
        role: Role::Staff,
        password: PasswordHash(secret(1)),
        totp_enabled: false,
        locale: "en".into(),
        theme: Theme::System,
        security_notice: None,
        last_login_at: None,
        removed_at: None,
        created_at: now(),
        version: 1,
    }
}

fn product() -> Product {
    Product {
        id: id(5),
        scope: scope(),
        offer: Offer {
            name: "Seat".into(),
            description: Some("A day".into()),
            image: None,
            tax_code: None,
            tax_rate: None,
            prices: Prices::new([Money::from_minor(12_000, Currency::USD)]).unwrap(),
        },
        sku: None,
        image_url: None,
        active: true,
        archived_at: None,
        metadata: metadata(1),
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

fn link() -> (PaymentLink, LinkDetails) {
    let link = PaymentLink {
        id: "6f0c2f9e-2d0b-4f7e-9d5e-0a4b1c8e7a21".parse().unwrap(),
        scope: scope(),
        surface: Surface::Links,
        sells: Sells::Amount(Money::from_minor(500, Currency::USD)),
        account: None,
        uses: LinkUses::none(Limit::UNLIMITED),
        attempts: Limit::UNLIMITED,
        expires_at: None,
        active: true,
        deleted_at: None,
        edits: 0,
        created_at: now(),
        updated_at: now(),
        version: 1,
    };
    let addresses = ReturnAddresses {
        success: Some(format!("https://shop.example/{MARK}")),
        ..ReturnAddresses::default()
    };
    let details = LinkDetails {
        name: "Autumn".into(),
        metadata: metadata(1),
        snapshot: None,
        addresses,
        created_by: ada(),
        cloned_from: None,
        version: 1,
    };
    (link, details)
}

fn webhook() -> WebhookEndpoint {
    WebhookEndpoint {
        id: id(6),
        scope: scope(),
        surface: Surface::Links,
        url: format!("https://user:{MARK}@shop.example:8443/{MARK}?token={MARK}#{MARK}"),
        events: Vec::new(),
        description: secret(1),
        settings: DeliverySettings::default(),
        secrets: vec![sealed(1)],
        disabled: None,
        fresh_from: now(),
        warned: None,
        created_at: now(),
        updated_at: now(),
        history: History::default(),
        version: 1,
    }
}

fn sealed(n: u8) -> EndpointSecret {
    EndpointSecret {
        sealed: Sealed::kept(secret(n)),
        pair: Some(SigningPair { sealed: Sealed::kept(secret(n)), public: PublicKey(secret(n)) }),
        created_at: now(),
        ends_at: None,
    }
}

fn api_key_of(n: u8) -> ApiKey {
    ApiKey {
        id: id(n),
        scope: scope(),
        surface: Surface::Links,
        name: "Server".into(),
        secret_hash: secret(n),
        scopes: vec!["payments:read".into()],
        created_by: ada(),
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
        created_at: now(),
        version: 1,
    }
}

fn refund_of(n: u8) -> Refund {
    Refund {
        id: Id::derive(now(), [n; 10]),
        scope: scope(),
        surface: Surface::Links,
        payment: id(4),
        transaction: id(8),
        link: None,
        customer: None,
        amount: Money::from_minor(4_000, Currency::USD),
        charge: secret(1),
        processor: "simulator".into(),
        reason: Some(secret(2)),
        requested_by: ada(),
        metadata: metadata(3),
        status: RefundStatus::Processing { until: now().plus_seconds(RESERVATION_S) },
        invoice: None,
        invoiced: false,
        credit_note: None,
        invoiced_later: false,
        first: None,
        began: Standing { refunded: 0, pending: 4_000, left: 0, disputed: Disputed::default() },
        ended: None,
        history: History::starting(EventType::RefundCreated, now()),
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

fn invited() -> Invitation {
    Invitation {
        id: id(7),
        tenant: scope().tenant,
        email: "bob@example.com".into(),
        role: Role::Viewer,
        token_hash: secret(1),
        end: None,
        invited_by: ada(),
        created_at: now(),
        expires_at: now().plus_days(7),
        version: 1,
    }
}

fn signed_in() -> Session {
    Session {
        id: id(3),
        tenant: scope().tenant,
        member: id(2),
        mode: scope().mode,
        counter: 0,
        by_cookie: false,
        device: "Firefox on Windows".into(),
        network: "203.0.113.0/24".into(),
        created_at: now(),
        refreshed_at: now(),
        authenticated_at: now(),
        enrolling: false,
        revoked_at: None,
        version: 1,
    }
}

/// Everything that can be done, one commit after the other, with what is told of each.
fn everything_that_can_be_done() -> Vec<Vec<Activity>> {
    let mut all = team();
    all.extend(shop());
    all.extend(settings());
    all.extend(money());
    all
}

fn team() -> Vec<Vec<Activity>> {
    let (mut world, mut all) = (World::new(), Vec::new());
    let mut now_is = member_of(6);
    all.push(world.act(member::insert(&now_is).to_vec()));
    let mut change = |world: &mut World, next: Member| {
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
    let (mut world, mut all) = (World::new(), Vec::new());
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
fn resent(world: &mut World, endpoint: WebhookEndpointId) -> Vec<Vec<Activity>> {
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
    let (mut world, mut all) = (World::new(), Vec::new());
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
    let (mut world, mut all) = (World::new(), Vec::new());
    all.push(world.act(vec![Write::Insert(refund::to_item(&refund_of(1)))]));
    let open = PaymentIntent { description: secret(1), metadata: metadata(1), ..pending() };
    all.push(world.act(vec![intent::insert(&open)]));
    let over = open.cancel(now()).unwrap();
    all.push(world.act(vec![intent::replace(&over)]));
    let erased = PaymentIntent { description: String::new(), version: over.version + 1, ..over };
    all.push(world.act(vec![intent::replace(&erased)]));
    all
}

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
    let mut world = World::new();
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
    let world = World::new();
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
    let mut world = World::new();
    let first = world.act(member::insert(&member_of(6)).to_vec());
    let lost = |world: &World| -> Vec<Activity> {
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

    let mut world = World::new();
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
    let world = World::new();
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

/// The contract of the links surface: a page is filled as far as 5,000 rows allow, and goes on.
#[test]
fn a_filtered_page_looks_at_five_thousand_rows_and_the_next_one_goes_on_right_there() {
    let store = Table::Memory(Memory::default());
    let entry = |n: u32| {
        let wanted = [10, 4_999, 5_000, 7_000].contains(&n);
        let action =
            if wanted { ActivityAction::RefundCreated } else { ActivityAction::ProductCreated };
        // The newest is number one.
        let at = now().plus_seconds(10_000 - i64::from(n));
        let [.., a, b] = n.to_be_bytes();
        Activity {
            id: Id::mint(at, [a, b, 0, 0, 0, 0, 0, 0, 0, 0]),
            scope: scope(),
            at,
            actor: ada(),
            name: None,
            action,
            object: n.to_string(),
            changes: Vec::new(),
        }
    };
    let all: Vec<Write> = (1..=7_500).map(|n| Write::Insert(to_item(&entry(n)))).collect();
    for some in all.chunks(50) {
        store.commit(some.to_vec()).now_or_never().unwrap().unwrap();
    }
    let page = |before| {
        let slice = Slice { before, from: now(), until: now().plus_days(1), limit: 25 };
        let refunds = |entry: &Activity| entry.action == ActivityAction::RefundCreated;
        let page = store.activity(scope(), &slice, refunds).now_or_never().unwrap().unwrap();
        let objects: Vec<String> = page.entries.into_iter().map(|entry| entry.object).collect();
        (objects, page.next)
    };
    let (first, next) = page(None);
    assert_eq!((first, next.is_some()), (["10", "4999", "5000"].map(str::to_owned).to_vec(), true));
    assert_eq!(page(next), (vec!["7000".to_owned()], None));
}

#[test]
fn entries_are_kept_once_and_listed_newest_first_page_by_page() {
    let store = Table::Memory(Memory::default());
    let entry = |n: u8| {
        let at = now().plus_days(i64::from(n) * 40);
        let action = if n.is_multiple_of(2) {
            ActivityAction::RefundCreated
        } else {
            ActivityAction::ProductCreated
        };
        Activity {
            id: Id::mint(at, [n; 10]),
            scope: scope(),
            at,
            actor: ada(),
            name: Some("Ada".into()),
            action,
            object: format!("RF{n}"),
            changes: vec![FieldChange::unsaid("metadata")],
        }
    };
    let all: Vec<Activity> = (0..6).map(entry).collect();
    for one in all.iter().chain(&all[..2]) {
        store.keep_activity(one).now_or_never().unwrap().unwrap();
    }
    assert!(store.has_activity(&all[0]).now_or_never().unwrap().unwrap(), "it is there");
    let page = |before, wanted: &dyn Fn(&Activity) -> bool| {
        let slice = Slice { before, from: now(), until: now().plus_days(300), limit: 2 };
        store.activity(scope(), &slice, wanted).now_or_never().unwrap().unwrap()
    };
    let mut found = Vec::new();
    let mut next = None;
    loop {
        let part = page(next, &|_| true);
        assert!(part.entries.len() <= 2);
        found.extend(part.entries);
        next = part.next;
        if next.is_none() {
            break;
        }
    }
    let newest_first: Vec<Activity> = all.iter().rev().cloned().collect();
    assert_eq!(found, newest_first);
    let refunds = page(None, &|entry| entry.action == ActivityAction::RefundCreated);
    let objects: Vec<&str> = refunds.entries.iter().map(|entry| entry.object.as_str()).collect();
    assert_eq!(objects, ["RF4", "RF2"], "a page is filled");
    let other = crate::model::Scope { mode: crate::model::Mode::Live, ..scope() };
    let slice = Slice { before: None, from: now(), until: now().plus_days(300), limit: 9 };
    let live = store.activity(other, &slice, |_| true).now_or_never().unwrap().unwrap();
    assert_eq!(live.entries, [], "of the other mode");
    let forgotten = to_item(&all[0]).number::<i64>("ttl").unwrap();
    assert_eq!(forgotten, Time::plus_days(now(), 400).seconds());
}

#[test]
fn nobody_is_told_of_twice_for_one_act() {
    let mut world = World::new();
    let first = world.act(catalog::insert(&product()));
    let again = world.everything();
    let told_again: Vec<Activity> =
        again.values().flat_map(|item| told(Before::Nothing, item).unwrap()).collect();
    assert_eq!(first, told_again, "a record of the stream that comes twice");
    let member: MemberId = id(2);
    assert_eq!(first[0].actor, Actor::Member(member));
}
