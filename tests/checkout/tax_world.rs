//! Shops that collect tax, and how a buyer of theirs looks at the tax and pays.

use super::shop::{Shop, Token};
use crate::clock;
use shared::{
    model::{
        Amounts, Money, Surface,
        address::Address,
        id::{Id, PaymentIntentId},
        payment_intent::{Buyer, LinkRequest, PaymentIntent, PaymentRef},
        payment_link::Limit,
        secret::LinkToken,
        tax::{
            BuiltIn, Calculator, TaxBuyer,
            settings::{Collect, Registration, Scheme, SellerDetails, Settings, TaxChange},
        },
    },
    operations::{
        Problem,
        checkout::{self, Submit},
        sales::{self, Shown, Typed},
        tax::Computed,
    },
    store::{self, Consistency},
};

pub(super) fn seller(country: &str) -> SellerDetails {
    SellerDetails {
        legal_name: "Shop".into(),
        address: Address {
            line1: "Street 1".into(),
            line2: None,
            city: "Town".into(),
            state: None,
            postal_code: "1000".into(),
            country: country.parse().unwrap(),
            region: None,
        },
        tax_id: None,
        registration_number: None,
        tax_number: None,
        email: None,
        website: None,
    }
}

pub(super) fn registered(country: &str, scheme: Scheme) -> Registration {
    Registration {
        country: country.parse().unwrap(),
        region: None,
        scheme,
        tax_id: None,
        from: None,
        until: None,
        rate: None,
        postal_rates: vec![],
    }
}

/// Sets how a shop collects tax.
pub(super) async fn set(shop: &Shop, change: TaxChange) -> Settings {
    let known = shop.table.tax_settings(shop.scope, Consistency::Strong).await.unwrap();
    let next = known.changed(change, clock::now()).unwrap();
    shop.table.commit(vec![store::tax::put(shop.scope, &next)]).await.unwrap();
    next
}

/// A German seller with the one-stop shop, registered in Switzerland too.
pub fn german() -> TaxChange {
    let at = |country, scheme| registered(country, scheme);
    TaxChange {
        seller: Some(Some(seller("DE"))),
        collect: Some(Collect::Registered),
        registrations: Some(vec![
            at("DE", Scheme::Standard),
            at("DE", Scheme::Oss),
            at("CH", Scheme::Standard),
        ]),
        ..TaxChange::default()
    }
}

pub(super) fn never() -> TaxChange {
    TaxChange { collect: Some(Collect::Never), ..TaxChange::default() }
}

/// A tenant's own link over 250.00 for nobody, as the payments surface makes it.
pub(super) async fn own_link(shop: &Shop) -> PaymentIntentId {
    let now = clock::now();
    let mut intent = shop.unsaved_link(now, 600, Limit::UNLIMITED);
    intent.id = Id::derive(now, clock::random());
    intent.surface = Surface::Payments;
    intent.customer = None;
    intent.amounts = Amounts::untaxed(Money::from_minor(25_000, "EUR".parse().unwrap()));
    let request = LinkRequest::default();
    intent.link_terms_mut().unwrap().request = Some(request);
    shop.put(&intent).await;
    intent.id
}

pub(super) fn from(country: &str) -> Typed {
    let country = country.parse().ok();
    Typed { buyer: TaxBuyer { country, ..TaxBuyer::default() }, ..Typed::default() }
}

pub(super) fn place(shop: &Shop, id: PaymentIntentId) -> PaymentRef {
    PaymentRef { scope: shop.scope, id }
}

pub(super) async fn quote(shop: &Shop, link: PaymentIntentId, typed: &Typed) -> Shown {
    let sale = sales::find(&shop.table, place(shop, link), Consistency::Strong).await.unwrap();
    match sale.price(&BuiltIn, typed, clock::now()).await.unwrap() {
        Computed::Known(taxed) => {
            let (tax, total) = (taxed.amounts.tax().minor(), taxed.amounts.total().minor());
            Shown { tax, total }
        }
        Computed::Needs(needs) => panic!("{needs:?}"),
    }
}

/// The submit as `hosted-submit-payment` makes it.
pub(super) async fn submit(
    shop: &Shop,
    calculator: &dyn Calculator,
    link: PaymentIntentId,
    token: &Token,
    typed: Typed,
    shown: Option<Shown>,
) -> Result<PaymentIntent, Problem> {
    let text = LinkToken::new(link.to_string());
    let buyer = Some(Buyer { email: "ada@example.com".into(), name: Some("Ada".into()) });
    let (card_token, save_card) = (token.text.clone(), false);
    let submit =
        Submit { link_token: &text, card_token, save_card, buyer, typed, shown, network: None };
    let (processors, link) = (shop.processors(), PaymentRef { scope: shop.scope, id: link });
    checkout::submit(&shop.table, &processors, calculator, link, submit, &clock::now).await
}

pub(super) fn minors(amounts: &Amounts) -> (i64, i64, i64) {
    (amounts.subtotal().minor(), amounts.tax().minor(), amounts.total().minor())
}

#[track_caller]
pub(super) fn changed_to(answer: Result<PaymentIntent, Problem>, tax: i64) {
    match answer {
        Err(Problem::AmountChanged(taxed)) => assert_eq!(taxed.amounts.tax().minor(), tax),
        other => panic!("{other:?}"),
    }
}
