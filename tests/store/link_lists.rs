//! What lists of 5,000 links cost: any search, any order and any sum in at most 4 trips and 350 units.
//! And what statistics cost.

use super::{backend, fixture};
use shared::{
    model::{
        Currency, Money, Surface,
        actor::Actor,
        id::{Id, PaymentLinkId},
        link_figures::LinkFigures,
        organization::Organization,
        payment_link::{
            Limit, LinkDetails, LinkStatus, LinkUses, PaymentLink, ReturnAddresses, Sells,
        },
        search::Words,
    },
    operations::{
        link_list::{LinkFilter, LinkOrder, LinkQuery, list},
        statistics::{self, Days},
    },
    store::{
        Table, Write,
        meter::Usage,
        payment_link::{figures_to_item, insert},
    },
};

/// Links of the organisation.
const LINKS: u32 = 5_000;

async fn keep(table: &Table, scope: shared::model::Scope) {
    let now = fixture::someday();
    let mut rows: Vec<Write> = Vec::new();
    for n in 0..LINKS {
        let at = now.plus_seconds(i64::from(n));
        let link = PaymentLink {
            id: PaymentLinkId::from_uuid(*Id::<()>::mint(at, shared::app::clock::random()).uuid()),
            scope,
            surface: Surface::Links,
            sells: Sells::Amount(Money::from_minor(12_000, Currency::USD)),
            account: None,
            uses: LinkUses::none(Limit::at_most(Some(40)).unwrap()),
            attempts: Limit::UNLIMITED,
            expires_at: Some(at.plus_days(30)),
            active: n % 3 != 0,
            deleted_at: None,
            edits: 0,
            created_at: at,
            updated_at: at,
            version: 1,
        };
        let details = LinkDetails {
            name: format!("Café workshop in autumn, newsletter No. {n}"),
            metadata: None,
            snapshot: None,
            addresses: ReturnAddresses::default(),
            created_by: Actor::Operator,
            cloned_from: None,
            version: 1,
        };
        let figures = LinkFigures {
            starts: 61,
            attempted: 22,
            paid: n % 50,
            converted: n % 50,
            gross: [(Currency::USD, i64::from(n % 50) * 12_000)].into(),
            last_paid_at: Some(at),
            ..LinkFigures::none(at)
        };
        let [_, _, row] = insert(&link, &details);
        let Write::Insert(row) = row else { panic!("a new link's row is an insert") };
        rows.push(Write::Insert(row.with("fig", figures_to_item(&figures)).with("figv", 1_i64)));
    }
    for chunk in rows.chunks(100) {
        table.commit(chunk.to_vec()).await.unwrap();
    }
    table.meter().take();
}

fn within(what: &str, used: Usage, trips: u64, units: u64) {
    let half = if used.half_read_units.is_multiple_of(2) { "" } else { ".5" };
    eprintln!("{what:<46} | {:>5} | {:>4}{half}", used.calls, used.half_read_units / 2);
    assert!(used.calls <= trips, "{what}: {} trips", used.calls);
    assert!(used.half_read_units <= units * 2, "{what}: {} half units", used.half_read_units);
    assert_eq!(used.half_write_units, 0, "{what} writes nothing");
}

#[tokio::test]
async fn lists_of_5000_links_and_their_statistics_keep_to_their_budget() {
    let table = backend::dynoxide().await;
    let scope = fixture::scope();
    keep(&table, scope).await;
    let now = fixture::someday().plus_days(1);
    let query = |order| LinkQuery {
        filter: LinkFilter::default(),
        order,
        after: None,
        limit: 25,
        aggregates: false,
    };
    let page = list(&table, scope, &query(LinkOrder::Newest), now).await.unwrap();
    assert_eq!(page.rows.len(), 25);
    within("list 25 links", table.meter().take(), 1, 2);
    for order in [
        LinkOrder::Oldest,
        LinkOrder::Name,
        LinkOrder::NameBackwards,
        LinkOrder::Paid,
        LinkOrder::LastPaid,
        LinkOrder::Expiry,
        LinkOrder::Revenue(Currency::USD),
    ] {
        let page = list(&table, scope, &query(order), now).await.unwrap();
        assert!(page.rows.len() == 25 && page.next.is_some());
        within(&format!("5,000 links, {order:?}"), table.meter().take(), 4, 350);
    }
    let words = Some(Words::of("4981 cafe"));
    let filter = LinkFilter { words, status: Some(LinkStatus::Active), ..LinkFilter::default() };
    let search = LinkQuery { filter, aggregates: true, ..query(LinkOrder::Newest) };
    let page = list(&table, scope, &search, now).await.unwrap();
    assert_eq!((page.rows.len(), page.aggregates.unwrap().links), (1, 1));
    within("5,000 links, two words and sums", table.meter().take(), 4, 350);

    let organization = Organization::unset(scope, fixture::someday());
    let report = statistics::report(&table, &organization, None, Days::default(), now).await;
    assert_eq!(report.unwrap().days.len(), 30);
    within("30 days of statistics and the 30 before", table.meter().take(), 1, 30);
}
