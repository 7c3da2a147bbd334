//! What links of the links surface cost, from opening one to paying it, and what each request of a
//! member costs before its own work.

use super::{Budget, Shop, row};
use crate::clock;
use shared::{
    model::{
        Currency, Mode, Money,
        actor::Actor,
        catalog::{Offer, Prices, Product},
        checkout_session::{CheckoutSession, Payer},
        customer::{MerchantAccount, MerchantAccountStatus},
        id::PaymentLinkId,
        member::{Member, PasswordHash, Role, Theme},
        payment_intent::{PaymentRef, StatusName},
        payment_link::{Limit, ReturnAddresses},
        processor_account::TenantAccounts,
        secret::LinkToken,
        session::Session,
        tax::{BuiltIn, TaxBuyer},
        token::AccessToken,
    },
    operations::{
        Idempotency, catalog,
        checkout::{self, Submit},
        merchant_checkouts::{self, StartCheckout},
        merchant_links::{self, MadeMerchantLink, NewLine, NewMerchantLink},
        sales::Typed,
        sign_in,
    },
    processor::{
        Processors,
        simulator::{Card, NAME, tokenise},
    },
    store::{member, processor_account, session},
};

/// Ten things to sell, and somebody who charges for them.
async fn stock(shop: &Shop) -> Vec<Product> {
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
    for n in 0..10 {
        let product = Product {
            id: clock::new_id(),
            scope: shop.scope,
            offer: Offer {
                name: format!("Workshop seat in row {n}"),
                // A line of the snapshot is about 400 bytes then.
                description: Some("Chairs are soft, coffee is free. ".repeat(9)),
                image: None,
                tax_code: None,
                tax_rate: None,
                prices: Prices::new([Money::from_minor(1_200, Currency::USD)]).unwrap(),
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
        let key = Idempotency::new(shop.scope, "product", None, std::iter::empty());
        let shown = |_: &Product| String::new();
        let kept =
            catalog::create_product(&shop.table, &product, key.remember(&shown), clock::now());
        kept.await.unwrap();
        made.push(product);
    }
    shop.used();
    made
}

async fn make(shop: &Shop, products: &[Product], uses: Limit) -> PaymentLinkId {
    let id: PaymentLinkId = clock::new_secret_id();
    let lines = products.iter().map(|product| NewLine {
        product: Some(product.id),
        quantity: 1,
        adjustable: None,
    });
    let new = NewMerchantLink {
        id,
        name: "Autumn workshop".to_owned(),
        lines: lines.collect(),
        currency: None,
        pricing_mode: None,
        expires_at: None,
        uses,
        metadata: None,
        success_url: None,
        created_by: Actor::Operator,
    };
    let key = Idempotency::new(shop.scope, "link", None, std::iter::empty());
    let shown = |_: &MadeMerchantLink| String::new();
    let made =
        merchant_links::create(&shop.table, shop.scope, new, key.remember(&shown), clock::now());
    made.await.unwrap();
    id
}

async fn start(shop: &Shop, link: PaymentLinkId) -> CheckoutSession {
    let network = "203.0.113.0/24";
    merchant_checkouts::admit(&shop.table, network, clock::now()).await.unwrap();
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
    started.await.unwrap().session
}

async fn submit(shop: &Shop, visit: &CheckoutSession, number: &str) -> StatusName {
    let text = LinkToken::new(visit.payment().to_string());
    let card =
        Card { number: number.to_owned(), exp_month: 12, exp_year: 2040, cvc: "123".to_owned() };
    let (link, tenant) = (text.reveal(), shop.scope.tenant);
    let made = tokenise(&shop.key, &card, link, tenant, clock::now(), clock::random());
    let (token, _) = made.unwrap();
    let submit = Submit {
        link_token: &text,
        card_token: token,
        save_card: false,
        buyer: None,
        typed: Typed::default(),
        shown: None,
        network: None,
    };
    let processors = Processors::embedded(&shop.books, shop.key.clone(), true);
    let link = PaymentRef { scope: shop.scope, id: visit.payment() };
    let paid =
        checkout::submit(&shop.table, &processors, &BuiltIn, link, submit, &clock::now).await;
    paid.unwrap().status.name()
}

/// Links of the links surface.
pub(super) async fn links(shop: &Shop) {
    let products = stock(shop).await;
    let link = make(shop, &products, Limit::at_most(Some(10)).unwrap()).await;
    let making = shop.used();
    let opened = merchant_links::open(&shop.table, link).await.unwrap();
    let buyer = TaxBuyer::default();
    merchant_checkouts::preview(&BuiltIn, &opened, None, &buyer, clock::now()).await.unwrap();
    let opening = shop.used();
    let visit = start(shop, link).await;
    let starting = shop.used();
    assert_eq!(submit(shop, &visit, "4242424242424242").await, StatusName::Succeeded);
    let paying = shop.used();
    let declined = start(shop, link).await;
    shop.used();
    assert_eq!(submit(shop, &declined, "4000000000000002").await, StatusName::Pending);
    let declining = shop.used();
    let budget = |operation, (trips, half_write_units, half_read_units)| Budget {
        operation,
        trips,
        half_write_units,
        half_read_units,
    };
    row(&budget("links: make a link with ten lines", (2, 28, 24)), making);
    // A link says whose it is, so its seller's settings are read after it: half a unit for all.
    row(&budget("links: preview, and the page", (2, 0, 3)), opening);
    // The network is counted before anything is read; the session, its payment and two counters are
    // written together.
    row(&budget("links: start", (4, 24, 3)), starting);
    // Reserving takes a use, the payment, the checkout's keeping and its place among the submits;
    // settling the use and the payment, with their places in the indexes.
    row(&budget("links: submit", (3, 50, 6)), paying);
    row(&budget("links: submit, declined", (3, 48, 6)), declining);
}

/// What a member's token costs.
pub(super) async fn members(shop: &Shop) {
    let now = clock::now();
    let tenant = shop.scope.tenant;
    let somebody = Member {
        id: clock::new_id(),
        tenant,
        email: "ada@example.com".to_owned(),
        name: "Ada".to_owned(),
        role: Role::Owner,
        password: PasswordHash("1$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA".to_owned()),
        totp_enabled: false,
        locale: "en".to_owned(),
        theme: Theme::System,
        security_notice: None,
        last_login_at: None,
        removed_at: None,
        created_at: now,
        version: 1,
    };
    let signed_in = Session {
        id: clock::new_id(),
        tenant,
        member: somebody.id,
        mode: Mode::Test,
        counter: 0,
        by_cookie: false,
        device: "Firefox on Windows".to_owned(),
        network: "203.0.113.0/24".to_owned(),
        created_at: now,
        refreshed_at: now,
        authenticated_at: now,
        enrolling: false,
        revoked_at: None,
        version: 1,
    };
    let [record, claim] = member::insert(&somebody);
    shop.table.commit(vec![record, claim, session::put(&signed_in)]).await.unwrap();
    shop.used();
    let token = AccessToken {
        tenant,
        member: somebody.id,
        session: signed_in.id,
        mode: Mode::Test,
        ends_at: now.plus_seconds(900),
    };
    sign_in::find(&shop.table, &token, now).await.unwrap();
    let asking = Budget {
        operation: "links: any token, before its request",
        trips: 1,
        half_write_units: 0,
        half_read_units: 4,
    };
    row(&asking, shop.used());
}
