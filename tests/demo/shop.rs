//! The shop whose past it is: what it sells, who comes, and how they pay.

use crate::{Failure, chance::Chance};
use ring::hmac;
use shared::{
    model::{
        Currency, Money, Scope, Time,
        actor::Actor,
        catalog::{Offer, Prices, Product},
        checkout_session::Payer,
        id::{Id, PaymentIntentId, PaymentLinkId, ProductId},
        metadata::Metadata,
        payment_intent::{PaymentIntent, PaymentRef},
        payment_link::{Limit, ReturnAddresses},
        secret::LinkToken,
        tax::BuiltIn,
    },
    operations::{
        Ambient, Idempotency, Resource,
        checkout::{self, Submit},
        merchant_checkouts::{self, StartCheckout},
        merchant_links::{self, MadeMerchantLink, NewLine, NewMerchantLink},
        refunds::{self, AskedAmount, RefundWish},
        sales::Typed,
        statistics,
    },
    processor::{
        Processors,
        simulator::{self, Simulator, tokenise},
    },
    store::{self, Consistency, Table},
    webhook::message::Aggregate,
};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

/// What everything here is marked with; payments take it from their link.
const MARK: &str = r#"{"demo":true}"#;

/// Products: a name, and the price in cents.
const PRODUCTS: [(&str, i64); 3] =
    [("Workshop seat", 12_000), ("Pattern book, printed", 3_900), ("Evening talk", 1_500)];

/// Links: a name, and which product it sells.
const LINKS: [(&str, usize); 4] = [
    ("Demo: pattern book, shop window", 1),
    ("Demo: autumn workshop", 0),
    ("Demo: evening talk", 2),
    ("Demo: workshop, partners", 0),
];

/// First names of people who come.
const PEOPLE: [&str; 8] =
    ["Ada", "Alan", "Barbara", "Edsger", "Grace", "Katherine", "Donald", "Frances"];

/// Cards of the simulator: approved, declined, without money.
const GOOD: &str = "4242424242424242";
const DECLINED: &str = "4000000000000002";
const EMPTY: &str = "4000000000009995";

/// How many of a hundred who start do type a card, and of these meet a decline first.
const TRY: i64 = 62;
const MEET_A_DECLINE: i64 = 18;

/// Seconds after which a checkout that nobody has paid is over for certain.
pub const SESSION_S: i64 = 2 * 3_600;

thread_local! {
    static NOW: Cell<i64> = const { Cell::new(0) };
    static CHANCE: RefCell<Chance> = const { RefCell::new(Chance::new(0)) };
}

fn now() -> Time {
    Time::from_ms(NOW.get())
}

fn bytes() -> [u8; 10] {
    CHANCE.with_borrow_mut(Chance::bytes)
}

/// A thing that chance decides.
fn chance<T>(of: impl FnOnce(&mut Chance) -> T) -> T {
    CHANCE.with_borrow_mut(of)
}

/// A shop on a table, by the clock of this thread.
pub struct Shop<'a> {
    store: &'a Table,
    scope: Scope,
    key: hmac::Key,
    links: Vec<PaymentLinkId>,
    paid: Vec<PaymentIntentId>,
    /// What statistics are asked to count.
    pub messages: Vec<String>,
}

impl<'a> Shop<'a> {
    /// Puts products and links on sale.
    pub async fn open(
        store: &'a Table,
        scope: Scope,
        at: Time,
        seeded: Chance,
    ) -> Result<Self, Failure> {
        NOW.set(at.plus_seconds(-3_600).ms());
        CHANCE.set(seeded);
        // Cards are made and charged in this process; nobody else ever reads them.
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"cards of the demo's past");
        let (links, paid, messages) = (Vec::new(), Vec::new(), Vec::new());
        let mut shop = Self { store, scope, key, links, paid, messages };
        let mut products = Vec::new();
        for (name, cents) in PRODUCTS {
            products.push(shop.product(name, cents).await?);
        }
        for (name, at) in LINKS {
            let product = products.get(at).copied();
            shop.link(name, product).await?;
        }
        Ok(shop)
    }

    /// From now on it is this time.
    pub fn set_clock(&self, at: Time) {
        NOW.set(at.ms());
    }

    async fn product(&self, name: &str, cents: i64) -> Result<ProductId, Failure> {
        let wrong = |why| Failure::Wrong(format!("{name}: {why:?}"));
        let id = ProductId::mint(now(), bytes());
        let product = Product {
            id,
            scope: self.scope,
            offer: Offer {
                name: name.to_owned(),
                description: None,
                image: None,
                tax_code: None,
                tax_rate: None,
                prices: Prices::new([Money::from_minor(cents, Currency::USD)]).map_err(wrong)?,
            },
            sku: None,
            image_url: None,
            active: true,
            archived_at: None,
            metadata: Some(Metadata::new(MARK).map_err(wrong)?),
            created_at: now(),
            updated_at: now(),
            version: 1,
        };
        self.store.commit(store::catalog::insert(&product).to_vec()).await?;
        Ok(id)
    }

    async fn link(&mut self, name: &str, product: Option<ProductId>) -> Result<(), Failure> {
        let wrong = |why| Failure::Wrong(format!("{name}: {why:?}"));
        let id = PaymentLinkId::from_uuid(*Id::<()>::mint(now(), bytes()).uuid());
        let new = NewMerchantLink {
            id,
            name: name.to_owned(),
            lines: vec![NewLine { product, quantity: 1, adjustable: None }],
            currency: Some(Currency::USD),
            pricing_mode: None,
            expires_at: None,
            uses: Limit::UNLIMITED,
            metadata: Some(Metadata::new(MARK).map_err(wrong)?),
            success_url: None,
            created_by: Actor::Operator,
        };
        let once = Idempotency::new(self.scope, "create", None, std::iter::empty());
        let shown = |made: &MadeMerchantLink| made.link.id.to_string();
        merchant_links::create(self.store, self.scope, new, once.remember(&shown), now()).await?;
        self.links.push(id);
        Ok(())
    }

    /// Somebody finds a link, and perhaps pays; answers whether.
    pub async fn visit(&mut self) -> Result<bool, Failure> {
        let Some(link) = chance(|chance| chance.favour(&self.links).copied()) else {
            return Ok(false);
        };
        let person = chance(|chance| chance.favour(&PEOPLE).copied()).unwrap_or("Ada");
        let payer = Payer {
            first_name: person.to_owned(),
            last_name: "Example".to_owned(),
            email: format!("{}@example.com", person.to_lowercase()),
            phone: None,
            company: None,
            tax_id: None,
            country: "US".to_owned(),
            region: Some("NY".to_owned()),
            postal_code: Some("10001".to_owned()),
        };
        // From many networks: a guard against card testers would stop a single one.
        let network =
            chance(|chance| format!("10.{}.{}.0/24", chance.up_to(250), chance.up_to(250)));
        let wish = StartCheckout {
            payer,
            currency: None,
            quantities: Vec::new(),
            addresses: ReturnAddresses::default(),
            network,
        };
        let ambient = Ambient { now, random: bytes };
        let repeat = |scope| Ok(Idempotency::new(scope, "start", None, std::iter::empty()));
        let started =
            merchant_checkouts::start(self.store, &BuiltIn, link, wish, &repeat, ambient).await?;
        let visit = PaymentIntentId::from_uuid(*started.session.id.uuid());
        let mut paid = false;
        if chance(|chance| chance.happens(TRY)) {
            if chance(|chance| chance.happens(MEET_A_DECLINE)) {
                let bad = chance(|chance| chance.favour(&[EMPTY, DECLINED]).copied());
                self.pay(visit, bad.unwrap_or(EMPTY)).await?;
            }
            // Some of those who were declined leave.
            if chance(|chance| chance.happens(85)) {
                self.pay(visit, GOOD).await?;
                self.paid.push(visit);
                paid = true;
            }
        }
        if !paid {
            // The session's time passes; whoever comes next has a time of their own.
            NOW.set(now().plus_seconds(SESSION_S).ms());
            if let Ok(expired) = self.payment(visit).await?.expire(now()) {
                self.store.replace_intent(&expired, None).await?;
            }
        }
        let payment = self.payment(visit).await?;
        self.ask(&Aggregate::Intent(Box::new(payment)));
        Ok(paid)
    }

    async fn pay(&self, visit: PaymentIntentId, number: &str) -> Result<(), Failure> {
        let card = simulator::Card {
            number: number.to_owned(),
            exp_month: 12,
            exp_year: 2040,
            cvc: "123".to_owned(),
        };
        let text = visit.to_string();
        let [a, b, c, d, e, f, g, h, ..] = bytes();
        let nonce = [a, b, c, d, e, f, g, h];
        let (card_token, _) = tokenise(&self.key, &card, &text, self.scope.tenant, now(), nonce)
            .map_err(|why| Failure::Wrong(format!("a card of the simulator: {why:?}")))?;
        let link_token = LinkToken::new(text);
        let submit = Submit {
            link_token: &link_token,
            card_token,
            save_card: false,
            buyer: None,
            typed: Typed::default(),
            shown: None,
            network: None,
        };
        let (processors, link) = (self.processors(), PaymentRef { scope: self.scope, id: visit });
        checkout::submit(self.store, &processors, &BuiltIn, link, submit, &now).await?;
        Ok(())
    }

    /// Gives the money of one payment back, whole or in part; answers whether there was one.
    pub async fn give_back(&mut self) -> Result<bool, Failure> {
        let Some(payment) = self.paid.pop() else { return Ok(false) };
        let amount = self.payment(payment).await?.amount().minor();
        let part = if chance(|chance| chance.happens(50)) { amount } else { amount / 3 };
        let wish = RefundWish {
            scope: self.scope,
            payment,
            transaction: None,
            named: Resource::Payment,
            amount: AskedAmount::Minor(part),
            say: |money| money.minor().to_string(),
            reason: Some("Returned by the buyer".to_owned()),
            metadata: None,
            requested_by: Actor::Operator,
            at_most: BTreeMap::new(),
        };
        let once = Idempotency::new(self.scope, "refund", None, std::iter::empty());
        let id = Id::mint(now(), bytes());
        let asked =
            refunds::request(self.store, &self.processors(), &wish, &once, id, &now).await?;
        if let Some(refund) = self.store.refund(self.scope, asked.refund.id).await? {
            self.ask(&Aggregate::Refund(Box::new(refund)));
        }
        Ok(true)
    }

    fn processors(&self) -> Processors<'_> {
        Processors::only(Simulator { store: self.store, key: self.key.clone(), may_die: false })
    }

    async fn payment(&self, visit: PaymentIntentId) -> Result<PaymentIntent, Failure> {
        let found = self.store.intent(self.scope, visit, Consistency::Strong).await?;
        found.ok_or_else(|| Failure::Wrong(format!("{visit} is gone")))
    }

    fn ask(&mut self, changed: &Aggregate) {
        let asked = statistics::ask(changed);
        self.messages.extend(asked.iter().filter_map(|count| serde_json::to_string(count).ok()));
    }
}
