//! Checkouts that buyers start from links: how many, how long they live, what they may cost.

use super::{
    own_links::submit_from,
    shop::Shop,
    tax_world::{german, set},
};
use crate::store::{fixture, on_own_tables};
use shared::{
    app::clock,
    http::links::transaction::{self, Shown},
    model::{
        Currency, Money, Time,
        actor::Actor,
        catalog::{Offer, Prices, Product},
        checkout_session::{CheckoutSession, Payer},
        customer::{MerchantAccount, MerchantAccountStatus},
        id::{PaymentIntentId, PaymentLinkId},
        payment_intent::StatusName,
        payment_link::{Limit, LinkEdit, ReturnAddresses},
        processor_account::TenantAccounts,
        tax::BuiltIn,
        transaction::TransactionFilter,
    },
    operations::{
        FieldError, Idempotency, Problem, catalog,
        link_edits::{self, LinkChange},
        merchant_checkouts::{self, StartCheckout},
        merchant_links::{self, MadeMerchantLink, NewLine, NewMerchantLink},
        transactions,
    },
    processor::simulator::NAME,
    store::{Consistency, Table, list::Slice, processor_account, tenant},
};
use std::sync::Arc;

on_own_tables!(
    hard_case_11_a_checkout_keeps_its_end_when_its_link_is_extended,
    hard_case_21_tax_that_lifts_a_total_above_the_maximum_is_refused_at_the_start,
    hard_case_43_a_thousand_starts_are_slowed_by_network_and_leave_the_list_clean,
    starts_that_lead_to_a_card_do_not_count,
    a_link_with_ten_lines_is_made_in_two_trips,
    a_tax_that_nobody_has_paid_yet_is_shown_with_its_lines,
);

fn no_key(shop: &Shop) -> Idempotency {
    Idempotency::new(shop.scope, "test", None, std::iter::empty())
}

/// A shop that takes payments, and products over so much.
async fn selling(table: Arc<Table>, minor: i64, products: usize) -> (Shop, Vec<Product>) {
    let shop = Shop::new(table);
    shop.table.commit(tenant::insert(&fixture::setup(shop.scope)).to_vec()).await.unwrap();
    let account = MerchantAccount {
        id: clock::new_id(),
        status: MerchantAccountStatus::Approved,
        descriptor: "CORNER SHOP".to_owned(),
        processor: NAME.to_owned(),
        connected: None,
        created_at: clock::now(),
    };
    let accounts = TenantAccounts { scope: shop.scope, accounts: vec![account], version: 1 };
    shop.table.commit(vec![processor_account::put(&accounts)]).await.unwrap();
    let mut made = Vec::new();
    for _ in 0..products {
        let product = Product {
            id: clock::new_id(),
            scope: shop.scope,
            offer: Offer {
                name: "Workshop seat".to_owned(),
                description: None,
                image: None,
                tax_code: None,
                tax_rate: None,
                prices: Prices::new([Money::from_minor(minor, Currency::USD)]).unwrap(),
            },
            sku: None,
            image_url: None,
            active: true,
            archived_at: None,
            metadata: None,
            created_at: clock::now(),
            updated_at: clock::now(),
            version: 1,
        };
        let (key, shown) = (no_key(&shop), |_: &Product| String::new());
        let remember = key.remember(&shown);
        let kept = catalog::create_product(&shop.table, &product, remember, clock::now());
        kept.await.unwrap();
        made.push(product);
    }
    (shop, made)
}

async fn link(shop: &Shop, products: &[Product], expires_at: Option<Time>) -> PaymentLinkId {
    let id: PaymentLinkId = clock::new_secret_id();
    let lines = products.iter().map(|product| NewLine {
        product: Some(product.id),
        quantity: 1,
        adjustable: None,
    });
    let new = NewMerchantLink {
        id,
        name: "Autumn".to_owned(),
        lines: lines.collect(),
        currency: None,
        pricing_mode: None,
        expires_at,
        uses: Limit::UNLIMITED,
        metadata: None,
        success_url: None,
        created_by: Actor::Operator,
    };
    let (key, shown) = (no_key(shop), |_: &MadeMerchantLink| String::new());
    let made =
        merchant_links::create(&shop.table, shop.scope, new, key.remember(&shown), clock::now());
    made.await.unwrap();
    id
}

async fn start(
    shop: &Shop,
    link: PaymentLinkId,
    network: &str,
) -> Result<CheckoutSession, Problem> {
    merchant_checkouts::admit(&shop.table, network, clock::now()).await?;
    let payer = Payer {
        first_name: "Ada".to_owned(),
        last_name: "Example".to_owned(),
        email: "ada@example.com".to_owned(),
        phone: None,
        company: None,
        tax_id: None,
        country: "DE".to_owned(),
        region: None,
        postal_code: Some("10115".to_owned()),
    };
    let wish = StartCheckout {
        payer,
        currency: None,
        quantities: Vec::new(),
        addresses: ReturnAddresses::default(),
        network: network.to_owned(),
    };
    let repeat = |scope| Ok(Idempotency::new(scope, "start", None, std::iter::empty()));
    let started =
        merchant_checkouts::start(&shop.table, &BuiltIn, link, wish, &repeat, clock::AMBIENT);
    started.await.map(|started| started.session)
}

async fn hard_case_11_a_checkout_keeps_its_end_when_its_link_is_extended(table: Arc<Table>) {
    let (shop, products) = selling(table, 12_000, 1).await;
    let end = clock::now().plus_seconds(600);
    let link = link(&shop, &products, Some(end)).await;
    let session = start(&shop, link, "203.0.113.0/24").await.unwrap();
    assert_eq!(session.expires_at, end);
    let found = link_edits::find(&shop.table, shop.scope, link).await.unwrap();
    let edit = LinkEdit { expires_at: Some(None), ..LinkEdit::default() };
    let wish = LinkChange { edit, ..LinkChange::default() };
    link_edits::change(&shop.table, found, &wish, false, clock::now()).await.unwrap();
    let payment: PaymentIntentId = session.payment();
    let intent = shop.table.intent(shop.scope, payment, Consistency::Strong).await.unwrap();
    assert_eq!(intent.unwrap().link_terms().unwrap().link.expires_at, Some(end));
    let later = start(&shop, link, "203.0.113.0/24").await.unwrap();
    assert!(later.expires_at > end, "a new one lives its hour");
}

async fn hard_case_21_tax_that_lifts_a_total_above_the_maximum_is_refused_at_the_start(
    table: Arc<Table>,
) {
    let (shop, products) = selling(table, 900_000, 1).await;
    set(&shop, german()).await;
    let link = link(&shop, &products, None).await;
    let Err(Problem::Invalid(fields)) = start(&shop, link, "203.0.113.0/24").await else {
        panic!("10,710.00 is above 10,000.00")
    };
    let [FieldError { field, message }] = &fields[..] else { panic!("{fields:?}") };
    assert!(field.is_empty() && message.contains("10710.00 USD is above the maximum"), "{message}");
}

/// Before a card, after a decline, and without settings of tax, where there is nothing to show.
async fn a_tax_that_nobody_has_paid_yet_is_shown_with_its_lines(table: Arc<Table>) {
    let (shop, products) = selling(table, 1_237, 1).await;
    let untaxed = link(&shop, &products, None).await;
    let session = start(&shop, untaxed, "203.0.113.0/24").await.unwrap();
    let seen = async |visit| {
        let found = transactions::find(&shop.table, shop.scope, visit).await.unwrap();
        let shown = Shown { buyers: true, now: clock::now() };
        let view = transaction::view(&found, shown);
        let lines: Vec<String> = view.taxes.iter().map(|line| line.text().to_owned()).collect();
        (view.tax, view.tax_treatment, lines)
    };
    let none = ("0.00".to_owned(), "not_collected", Vec::new());
    assert_eq!(seen(session.payment()).await, none);
    set(&shop, german()).await;
    let visit = start(&shop, untaxed, "203.0.113.0/24").await.unwrap().payment();
    for declined in [false, true] {
        if declined {
            let token = shop.token(visit, "4000000000000002", false);
            submit_from(&shop, visit, &token, None, Some("203.0.113.0/24")).await.unwrap();
        }
        let (tax, treatment, lines) = seen(visit).await;
        assert_eq!((tax.as_str(), treatment, lines.len()), ("2.35", "taxed", 1), "{lines:?}");
        assert!(lines[0].contains(r#""tax":"2.35""#) && lines[0].contains("DE"), "{lines:?}");
    }
}

async fn hard_case_43_a_thousand_starts_are_slowed_by_network_and_leave_the_list_clean(
    table: Arc<Table>,
) {
    let (shop, products) = selling(table, 12_000, 1).await;
    let (one, other) = (link(&shop, &products, None).await, link(&shop, &products, None).await);
    let began = clock::now();
    let (mut started, mut slowed) = (0, 0);
    for n in 0..1_000 {
        match start(&shop, if n % 2 == 0 { one } else { other }, "203.0.113.0/24").await {
            Ok(_) => started += 1,
            Err(Problem::RateLimited { retry_after_s }) => {
                assert!((1..=600).contains(&retry_after_s));
                slowed += 1;
            }
            Err(problem) => panic!("{problem:?}"),
        }
    }
    // Ten a minute of each link, sixty in ten minutes of all; as many again in each further stretch,
    // for a slow machine sees several.
    let stretches = |s: i64| clock::now().seconds() / s - began.seconds() / s + 1;
    let most = (20 * stretches(60)).min(60 * stretches(600));
    assert!((20..=most).contains(&started), "{started} started, {slowed} slowed");
    start(&shop, one, "198.51.100.0/24").await.unwrap();
    let now = clock::now();
    let slice = Slice { before: None, from: Time::EPOCH, until: now.plus_seconds(1), limit: 100 };
    let filter = TransactionFilter::default();
    let listed = transactions::list(&shop.table, shop.scope, &filter, &slice, now).await.unwrap();
    assert!(listed.entries.is_empty(), "nobody tried a card");
}

async fn starts_that_lead_to_a_card_do_not_count(table: Arc<Table>) {
    let (shop, products) = selling(table, 12_000, 1).await;
    let link = link(&shop, &products, None).await;
    let network = "203.0.113.0/24";
    for n in 0..70 {
        let session =
            start(&shop, link, network).await.unwrap_or_else(|why| panic!("{n}: {why:?}"));
        let token = shop.good_token(session.payment());
        let paid = submit_from(&shop, session.payment(), &token, None, Some(network)).await;
        assert_eq!(paid.unwrap().status.name(), StatusName::Succeeded);
    }
}

async fn a_link_with_ten_lines_is_made_in_two_trips(table: Arc<Table>) {
    let (shop, products) = selling(table, 1_200, 10).await;
    shop.table.meter().take();
    link(&shop, &products, None).await;
    let used = shop.table.meter().take();
    assert_eq!(used.calls, 2, "{used:?}");
    eprintln!("a link with ten lines: {used:?}");
}
