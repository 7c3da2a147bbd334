use super::*;
use crate::{
    model::{
        Id, Mode,
        card::CardSummary,
        event::EventType,
        id::TenantId,
        payment_method::{MethodOwner, VaultPlace},
        secret::ProcessorToken,
        tax::Exemption,
    },
    operations::customers::batches,
    store::{memory::Memory, payment_method},
};
use futures_util::future::join_all;

fn now() -> Time {
    Time::from_ms(1_795_255_200_250)
}

fn scope() -> Scope {
    Scope { tenant: TenantId::mint(now(), [1; 10]), mode: Mode::Test }
}

fn store() -> Table {
    Table::Memory(Memory::default())
}

fn customer(n: u8, own: Option<&str>, email: &str) -> Customer {
    let id = Id::mint(now().plus_ms(n.into()), [n; 10]);
    let mut new = Customer::new(id, scope(), String::new(), email.to_owned());
    new.surface = Surface::Payments;
    new.profile.own_id = own.map(str::to_owned);
    new.announced()
}

fn once(key: Option<&str>) -> Idempotency {
    Idempotency::new(scope(), "test", key, [].into_iter())
}

async fn make(store: &Table, new: &Customer) -> Result<(String, bool)> {
    let render =
        |kept: &KeptCustomer| format!("{}#{}#{}", kept.new, kept.customer.id, kept.customer.email);
    let answer = create_or_get(store, new, &once(None), render, now()).await?;
    Ok((answer.data, answer.replayed))
}

async fn update(
    store: &Table,
    named: &CustomerRef,
    how: impl Fn(&mut Customer),
) -> Result<Customer> {
    let change_it = |customer: &mut Customer| {
        how(customer);
        Ok(())
    };
    let render = |_: &Customer| String::new();
    let later = now().plus_seconds(60);
    change(store, scope(), named, change_it, once(None).remember(&render), later).await?;
    resolve(store, scope(), named).await
}

fn own(id: &str) -> CustomerRef {
    CustomerRef::Own(id.to_owned())
}

/// Hard case 19.
#[tokio::test]
async fn one_own_id_is_one_customer_also_fifty_at_once() {
    let store = store();
    let new: Vec<Customer> =
        (0..50).map(|n| customer(n, Some("user_1"), &format!("a{n}@example.com"))).collect();
    let made = join_all(new.iter().map(|new| make(&store, new))).await;
    let made: Vec<String> = made.into_iter().map(|made| made.unwrap().0).collect();
    assert_eq!(made.iter().filter(|made| made.starts_with("true")).count(), 1);
    let kept = resolve(&store, scope(), &own("user_1")).await.unwrap();
    let told = format!("{}#{}", kept.id, kept.email);
    assert!(made.iter().all(|made| made.ends_with(&told)), "{made:?}");
    assert_eq!(kept.history.entries.len(), 1);
    let all = Slice { before: None, from: now(), until: now().plus_seconds(9), limit: 100 };
    let listed = page(&store, scope(), &CustomerFilter::default(), &all).await.unwrap();
    assert_eq!(listed.entries, [kept]);
}

/// Hard case 61.
#[tokio::test]
async fn an_empty_change_changes_nothing_and_tells_nobody() {
    let store = store();
    make(&store, &customer(1, Some("user_1"), "a@example.com")).await.unwrap();
    let before = resolve(&store, scope(), &own("user_1")).await.unwrap();
    assert_eq!(update(&store, &own("user_1"), |_| ()).await.unwrap(), before);
    let named = CustomerRef::Known(before.id);
    let after = update(&store, &named, |next| next.name = "Ada".into()).await.unwrap();
    assert_eq!((after.version, after.updated_at), (2, now().plus_seconds(60)));
    assert_eq!(after.history.entries[1].kind, EventType::CustomerUpdated);
}

#[tokio::test]
async fn an_own_id_moves_with_its_customer_and_never_to_a_second_one() {
    let store = store();
    make(&store, &customer(1, Some("user_1"), "a@example.com")).await.unwrap();
    make(&store, &customer(2, Some("user_2"), "a@example.com")).await.unwrap();
    let rename = |to: Option<&'static str>| {
        move |next: &mut Customer| next.profile.own_id = to.map(str::to_owned)
    };
    let taken = update(&store, &own("user_1"), rename(Some("user_2"))).await.unwrap_err();
    assert_eq!(taken, Problem::Taken(Unique::OwnId));
    let missing = Problem::NotFound(Resource::Customer);
    let moved = update(&store, &own("user_1"), rename(Some("user_3"))).await.unwrap_err();
    assert_eq!(moved, missing, "it is known as user_3 now");
    let first = resolve(&store, scope(), &own("user_3")).await.unwrap();
    let named = CustomerRef::Known(first.id);
    assert_eq!(update(&store, &named, rename(None)).await.unwrap().profile.own_id, None);
    assert_eq!(resolve(&store, scope(), &own("user_3")).await.unwrap_err(), missing);
    make(&store, &customer(3, Some("user_1"), "b@example.com")).await.unwrap();
}

#[tokio::test]
async fn an_exemption_needs_its_reason_and_addresses_of_the_platform_stay_unique() {
    let store = store();
    make(&store, &customer(1, Some("user_1"), "a@example.com")).await.unwrap();
    let exempt = |next: &mut Customer| next.profile.exemption = Exemption::Exempt;
    let refused = update(&store, &own("user_1"), exempt).await.unwrap_err();
    assert!(matches!(refused, Problem::Invalid(fields) if fields[0].field == "exemptionReason"));
    let platform = |n: u8, email: &str| {
        Customer::new(Id::mint(now(), [n; 10]), scope(), "Ada".into(), email.to_owned())
    };
    for user in [platform(7, "u7@example.com"), platform(8, "u8@example.com")] {
        store.commit(customer::insert(&user).to_vec()).await.unwrap();
    }
    let named = CustomerRef::Known(platform(7, "").id);
    let taken = update(&store, &named, |next| next.email = "u8@example.com".into()).await;
    assert_eq!(taken.unwrap_err(), Problem::Taken(Unique::Email));
    update(&store, &named, |next| next.email = "a@example.com".into()).await.unwrap();
    store.commit(customer::insert(&platform(9, "u7@example.com")).to_vec()).await.unwrap();
    let slice = Slice { before: None, from: now(), until: now().plus_seconds(9), limit: 1 };
    let of = CustomerFilter { email: Some("a@example.com".into()), ..CustomerFilter::default() };
    let first = page(&store, scope(), &of, &slice).await.unwrap();
    let next = Slice { before: first.next, ..slice };
    let second = page(&store, scope(), &of, &next).await.unwrap();
    assert_eq!((first.entries.len(), second.entries.len(), second.next), (1, 1, None));
    assert_ne!(first.entries[0].surface, second.entries[0].surface);
}

/// Hard case 21, and a batch that comes again after half of it was done.
#[tokio::test]
async fn a_batch_makes_nobody_twice() {
    let store = store();
    make(&store, &customer(200, Some("known"), "known@example.com")).await.unwrap();
    let wishes = |round: u8| -> Vec<Result<Customer>> {
        (0..100_u8)
            .map(|n| match n {
                5 | 50 | 99 => Err(Problem::field("email", "is required")),
                7 => Ok(customer(n + round, Some("known"), "x@example.com")),
                8 | 9 => Ok(customer(n + round, Some("twice"), "x@example.com")),
                n if n % 2 == 0 => Ok(customer(n + round, None, "x@example.com")),
                n => Ok(customer(n + round, Some(&format!("user_{n}")), "x@example.com")),
            })
            .collect()
    };
    let half: Vec<_> = wishes(0).into_iter().take(40).collect();
    batches::create(&store, half, Some("key")).await.unwrap();
    let count = async || {
        let all = Slice { before: None, from: now(), until: now().plus_seconds(9), limit: 500 };
        store.customers(scope(), &all).await.unwrap().entries.len()
    };
    let mut answers = Vec::new();
    for round in [100, 101] {
        let done = batches::create(&store, wishes(round), Some("key")).await.unwrap();
        let kept = done.iter().filter_map(|one| one.as_ref().ok());
        let ids: Vec<_> = kept.map(|customer| customer.id).collect();
        assert_eq!(ids.len(), 97);
        assert_eq!(count().await, 1 + 95, "round {round}");
        answers.push(ids);
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn the_default_card_is_one_that_is_there() {
    let store = store();
    make(&store, &customer(1, Some("user_1"), "a@example.com")).await.unwrap();
    let whose = resolve(&store, scope(), &own("user_1")).await.unwrap().id;
    let card = |n: u8| {
        let card = CardSummary {
            brand: "visa".into(),
            last4: "4242".into(),
            exp_month: 12,
            exp_year: 2030,
            fingerprint: n.to_string(),
            country: None,
        };
        let token = ProcessorToken::new("token".to_owned());
        let vault = VaultPlace { processor: "simulator".to_owned(), token };
        let owner = MethodOwner { scope: scope(), customer: whose };
        PaymentMethod::saved(Id::mint(now(), [n; 10]), owner, card, vault, now().plus_ms(n.into()))
    };
    for n in [5, 6] {
        store.commit(payment_method::insert(&card(n))).await.unwrap();
    }
    let (_, cards) = saved_cards(&store, scope(), &own("user_1")).await.unwrap();
    assert_eq!(cards.iter().map(|card| card.id).collect::<Vec<_>>(), [card(6).id, card(5).id]);
    let choose = async |id| {
        let render = |card: &PaymentMethod| card.id.to_string();
        make_default(&store, scope(), &own("user_1"), id, once(None).remember(&render), now()).await
    };
    assert_eq!(choose(Some(card(5).id)).await.unwrap().data, card(5).id.to_string());
    let kept = resolve(&store, scope(), &own("user_1")).await.unwrap();
    assert_eq!(kept.profile.default_method, Some(card(5).id));
    assert_eq!(choose(Some(card(5).id)).await.unwrap().data, card(5).id.to_string());
    assert_eq!(resolve(&store, scope(), &own("user_1")).await.unwrap(), kept, "a second time");
    for id in [None, Some(card(7).id)] {
        assert_eq!(choose(id).await.unwrap_err(), Problem::NotFound(Resource::PaymentMethod));
    }
}
