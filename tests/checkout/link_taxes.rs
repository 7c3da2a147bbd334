//! Tax of checkouts that buyers start from links: the total that the visit fixed is what is paid.

use super::{
    shop::Shop,
    tax_world::{changed_to, minors, never, registered, seller, set, submit},
};
use crate::{clock, store::on_own_tables};
use shared::{
    model::{
        Amounts, Currency, Money, Surface, Time,
        catalog::Purchase,
        checkout_session::{CheckoutSession, Payer},
        id::{CheckoutSessionId, Id, PaymentIntentId},
        payment_intent::StatusName,
        payment_link::{Limit, ReturnAddresses},
        tax::{
            BuiltIn, Pricing,
            settings::{Collect, Scheme, TaxChange},
        },
    },
    operations::{
        sales::{self, Shown, Typed},
        tax::Computed,
    },
    store::{Consistency, Table, checkout_session},
};
use std::sync::Arc;

on_own_tables!(hard_case_22_and_24_a_checkout_pays_what_it_showed_or_is_asked_again);

/// A buyer's visit of a shared link at an inclusive price of 100.00.
async fn visit(shop: &Shop, country: &str, tax_id: Option<&str>) -> PaymentIntentId {
    let now: Time = clock::now();
    let id: CheckoutSessionId = Id::derive(now, clock::random());
    let price = Money::from_minor(10_000, Currency::USD);
    let mut session = CheckoutSession {
        id,
        scope: shop.scope,
        surface: Surface::Links,
        link: None,
        payer: Payer {
            first_name: "Ada".to_owned(),
            last_name: "Example".to_owned(),
            email: "ada@example.com".to_owned(),
            phone: None,
            company: None,
            tax_id: tax_id.map(str::to_owned),
            country: country.to_owned(),
            region: None,
            postal_code: None,
        },
        lines: vec![Purchase {
            product: None,
            name: "Seat".to_owned(),
            quantity: 1,
            unit_price: price,
            tax_code: None,
            tax_rate: None,
        }],
        pricing_mode: Pricing::Inclusive,
        amounts: Amounts::untaxed(price),
        tax: None,
        addresses: ReturnAddresses::default(),
        client_reference: None,
        metadata: None,
        expires_at: now.plus_seconds(600),
        created_at: now,
    };
    let mut intent = shop.unsaved_link(now, 600, Limit::UNLIMITED);
    intent.id = PaymentIntentId::from_uuid(*id.uuid());
    intent.surface = Surface::Links;
    intent.customer = None;
    let settings = shop.table.tax_settings(shop.scope, Consistency::Strong).await.unwrap();
    intent.amounts = session.amounts;
    let payment = intent.clone();
    let (session_of, customer) = (Some(session.clone()), None);
    let sale = sales::Sale { payment, settings, session: session_of, customer, email: None };
    let Computed::Known(taxed) = sale.price(&BuiltIn, &Typed::default(), now).await.unwrap() else {
        panic!("the country is known")
    };
    (session.amounts, intent.amounts) = (taxed.amounts, taxed.amounts);
    shop.table.commit(vec![checkout_session::insert(&session)]).await.unwrap();
    shop.put(&intent).await;
    intent.id
}

/// Hard cases 22 and 24 of the links surface.
async fn hard_case_22_and_24_a_checkout_pays_what_it_showed_or_is_asked_again(table: Arc<Table>) {
    let shop = Shop::new(table);
    let danish = TaxChange {
        seller: Some(Some(seller("DK"))),
        collect: Some(Collect::Registered),
        registrations: Some(vec![
            registered("DK", Scheme::Standard),
            registered("LU", Scheme::Standard),
        ]),
        ..TaxChange::default()
    };
    set(&shop, danish).await;
    let pay = async |link: PaymentIntentId, shown| {
        let token = shop.good_token(link);
        submit(&shop, &BuiltIn, link, &token, Typed::default(), shown).await
    };
    for (country, id, amounts) in [
        ("DK", None, (8_000, 2_000, 10_000)),
        ("LU", None, (8_547, 1_453, 10_000)),
        ("LU", Some("LU15027442"), (8_547, 0, 8_547)),
    ] {
        let link = visit(&shop, country, id).await;
        let paid = pay(link, None).await.unwrap();
        assert_eq!((paid.status.name(), minors(&paid.amounts)), (StatusName::Succeeded, amounts));
    }
    let link = visit(&shop, "LU", None).await;
    set(&shop, never()).await;
    changed_to(pay(link, None).await, 0);
    let paid = pay(link, Some(Shown { tax: 0, total: 10_000 })).await.unwrap();
    assert_eq!(minors(&paid.amounts), (10_000, 0, 10_000));
    assert_eq!(shop.intent(link).await, paid);
}
