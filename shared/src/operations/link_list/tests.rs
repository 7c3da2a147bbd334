use super::*;
use crate::{
    model::{
        Money, Surface,
        actor::Actor,
        payment_link::{Limit, LinkDetails, LinkUses, PaymentLink, ReturnAddresses, Sells},
    },
    store::{
        Item, Update, Write, key,
        memory::Memory,
        payment_link::{figures_to_item, insert},
        tests::{now, scope},
    },
};

fn link(n: u128, created_at: Time) -> PaymentLink {
    PaymentLink {
        id: PaymentLinkId::from_uuid(uuid::Uuid::from_u128(n)),
        scope: scope(),
        surface: Surface::Links,
        sells: Sells::Amount(Money::from_minor(1_000, Currency::USD)),
        account: None,
        uses: LinkUses::none(Limit::UNLIMITED),
        attempts: Limit::UNLIMITED,
        expires_at: None,
        active: true,
        deleted_at: None,
        edits: 0,
        created_at,
        updated_at: created_at,
        version: 1,
    }
}

fn details(name: &str) -> LinkDetails {
    LinkDetails {
        name: name.to_owned(),
        metadata: None,
        snapshot: None,
        addresses: ReturnAddresses::default(),
        created_by: Actor::Operator,
        cloned_from: None,
        version: 1,
    }
}

async fn keep(store: &Table, link: &PaymentLink, name: &str, paid: u32) {
    store.commit(insert(link, &details(name)).to_vec()).await.unwrap();
    let figures = LinkFigures {
        paid,
        converted: paid,
        starts: paid * 2,
        gross: [(Currency::USD, i64::from(paid) * 1_000)].into(),
        ..LinkFigures::none(now())
    };
    let row = Update::of(key::listed_link(link.scope, link.created_at, link.id));
    store.commit(vec![Write::Update(row.set("fig", figures_to_item(&figures)))]).await.unwrap();
}

/// Links 1 to 6: the even ones are off, the fifth is sold out, the sixth is deleted.
async fn world() -> Table {
    let store = Table::Memory(Memory::default());
    for n in 1..=6_u8 {
        let at = now().plus_seconds(i64::from(n));
        let mut link = link(n.into(), at);
        link.active = n % 2 == 1;
        link.uses.limit = Limit::at_most(Some(5)).unwrap();
        link.deleted_at = (n == 6).then_some(at);
        link.expires_at = (n < 3).then(|| at.plus_days(i64::from(n)));
        keep(&store, &link, &format!("Café No. {n} at 100%_"), n.into()).await;
    }
    store
}

fn query(order: LinkOrder) -> LinkQuery {
    LinkQuery { filter: LinkFilter::default(), order, after: None, limit: 2, aggregates: false }
}

/// The whole list, page by page.
async fn walk(store: &Table, mut query: LinkQuery) -> Vec<u128> {
    let mut seen = Vec::new();
    loop {
        let page = list(store, scope(), &query, now()).await.unwrap();
        assert!(page.next.is_none() || !page.rows.is_empty(), "a page that goes on has a row");
        seen.extend(page.rows.iter().map(|row| row.id.uuid().as_u128()));
        query.after = page.next;
        if query.after.is_none() {
            return seen;
        }
    }
}

#[tokio::test]
async fn every_order_lists_every_link_once() {
    let store = world().await;
    let descending = vec![5, 4, 3, 2, 1];
    let ascending = vec![1, 2, 3, 4, 5];
    for (order, expected) in [
        (LinkOrder::Newest, &descending),
        (LinkOrder::Oldest, &ascending),
        (LinkOrder::Name, &ascending),
        (LinkOrder::NameBackwards, &descending),
        (LinkOrder::Paid, &descending),
        (LinkOrder::Revenue(Currency::USD), &descending),
        (LinkOrder::Expiry, &ascending),
    ] {
        assert_eq!(&walk(&store, query(order)).await, expected, "{order:?}");
    }
    let mut last = walk(&store, query(LinkOrder::LastPaid)).await;
    last.sort_unstable();
    assert_eq!(last, ascending);
}

#[tokio::test]
async fn filters_say_which() {
    let store = world().await;
    let with = async |filter: LinkFilter| {
        walk(&store, LinkQuery { filter, ..query(LinkOrder::Oldest) }).await
    };
    let status = |status| LinkFilter { status: Some(status), ..LinkFilter::default() };
    assert_eq!(with(status(LinkStatus::Active)).await, [1, 3]);
    assert_eq!(with(status(LinkStatus::Inactive)).await, [2, 4]);
    assert_eq!(with(status(LinkStatus::Exhausted)).await, [5]);
    assert_eq!(with(LinkFilter { active: Some(true), ..LinkFilter::default() }).await, [1, 3, 5]);
    assert_eq!(with(LinkFilter { deleted: true, ..LinkFilter::default() }).await, [6]);
    let from = Some(now().plus_seconds(2));
    let to = Some(now().plus_seconds(3));
    assert_eq!(with(LinkFilter { from, to, ..LinkFilter::default() }).await, [2, 3]);
    let euro = Some("EUR".parse().unwrap());
    assert_eq!(with(LinkFilter { currency: euro, ..LinkFilter::default() }).await, [0_u128; 0]);
}

#[tokio::test]
async fn hard_case_27_a_search_finds_words_without_accents_and_signs_as_they_are() {
    let store = world().await;
    let found = async |words: &str| {
        let filter = LinkFilter { words: Some(Words::of(words)), ..LinkFilter::default() };
        walk(&store, LinkQuery { filter, ..query(LinkOrder::Oldest) }).await
    };
    assert_eq!(found("cafe").await.len(), 5);
    assert_eq!(found("100%_ CAFÉ").await.len(), 5);
    assert_eq!(found("no. 3").await, [3]);
    assert!(found("100%x").await.is_empty());
}

#[tokio::test]
async fn sums_are_over_all_that_match_and_not_over_the_page() {
    let store = world().await;
    let asked = LinkQuery { aggregates: true, limit: 1, ..query(LinkOrder::Newest) };
    let page = list(&store, scope(), &asked, now()).await.unwrap();
    assert_eq!(page.rows.len(), 1);
    let expected =
        Aggregates { links: 5, active: 2, paid: 15, revenue: [(Currency::USD, 15_000)].into() };
    assert_eq!(page.aggregates, Some(expected));
}

#[tokio::test]
async fn hard_case_28_a_list_read_page_by_page_has_none_twice_while_links_are_made_and_paid() {
    let store = world().await;
    let mut seen = Vec::new();
    let mut asked = query(LinkOrder::Newest);
    for n in 10_u8.. {
        let page = list(&store, scope(), &asked, now()).await.unwrap();
        seen.extend(page.rows.iter().map(|row| row.id.uuid().as_u128()));
        let at = now().plus_seconds(n.into());
        keep(&store, &link(n.into(), at), "New", 9).await;
        asked.after = page.next;
        if asked.after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn pages_go_on_past_many_that_do_not_match() {
    let store = Table::Memory(Memory::default());
    for n in 0..5_200_u32 {
        let link = PaymentLink {
            deleted_at: (n > 0).then(now),
            ..link(n.into(), now().plus_ms(n.into()))
        };
        let [_, _, row] = insert(&link, &details("x"));
        store.commit(vec![row]).await.unwrap();
    }
    let first = list(&store, scope(), &query(LinkOrder::Newest), now()).await.unwrap();
    assert!(first.rows.is_empty() && first.looked_until.is_some());
    assert_eq!(walk_on(&store, first.next).await, [0]);
    // A search looks at all of them.
    let filter = LinkFilter { words: Some(Words::of("x")), ..LinkFilter::default() };
    let searched = LinkQuery { filter, ..query(LinkOrder::Newest) };
    assert_eq!(walk(&store, searched).await, [0]);
}

async fn walk_on(store: &Table, after: Option<Place>) -> Vec<u128> {
    walk(store, LinkQuery { after, ..query(LinkOrder::Newest) }).await
}

#[tokio::test]
async fn five_thousand_links_are_searched_within_four_megabytes() {
    let store = Table::Memory(Memory::default());
    let mut bytes = 0;
    for n in 0..5_000_u32 {
        let link = link(n.into(), now().plus_ms(n.into()));
        let [_, _, row] = insert(&link, &details("Autumn workshop, newsletter"));
        let Write::Insert(item) = &row else { panic!() };
        let figures = LinkFigures {
            starts: 61,
            attempted: 22,
            paid: 12,
            converted: 12,
            failed_attempts: 9,
            declines: [("insufficient_funds".to_owned(), 5)].into(),
            gross: [(Currency::USD, 204_000)].into(),
            refunded: [(Currency::USD, 12_000)].into(),
            tax_collected: [(Currency::USD, 0)].into(),
            last_paid_at: Some(now()),
            as_of: now(),
        };
        let fig: Item = figures_to_item(&figures);
        bytes += crate::store::tests::size(&item.clone().with("fig", fig));
        store.commit(vec![row]).await.unwrap();
    }
    // DynamoDB hands over a megabyte a trip, at half a unit for four kilobytes.
    let units = bytes.div_ceil(8 * 1024);
    assert!(bytes < 4 * 1024 * 1024 && units <= 350, "{bytes} bytes, {units} units");
    store.meter().take();
    let filter = LinkFilter { words: Some(Words::of("workshop")), ..LinkFilter::default() };
    let asked = LinkQuery { filter, aggregates: true, ..query(LinkOrder::Name) };
    let page = list(&store, scope(), &asked, now()).await.unwrap();
    assert_eq!(page.aggregates.unwrap().links, 5_000);
    assert_eq!(store.meter().take().calls, 1, "one walk");
}
