//! An organisation with links over a table in memory, whose clock and chance are handed in: its
//! buyers, whatever they do. [`edits`] is what its members do to links, [`figures`] its statistics
//! beside what the records themselves say.

mod edits;
mod figures;

use crate::{
    random::Random,
    store::{backend, fixture},
};
use ring::hmac;
use shared::{
    model::{
        Currency, Mode, Money, Scope, Time,
        actor::Actor,
        catalog::{Offer, Prices, Product},
        checkout_session::Payer,
        customer::{MerchantAccount, MerchantAccountStatus},
        id::{Id, PaymentIntentId, PaymentLinkId, ProductId, RefundId},
        organization::Organization,
        payment_intent::{PaymentIntent, PaymentRef, StatusName, TokenHome},
        payment_link::{Limit, ReturnAddresses},
        processor_account::TenantAccounts,
        secret::{LinkToken, ProcessorToken},
        tax::BuiltIn,
    },
    operations::{
        Ambient, Idempotency, Problem, Resource, Result, cancellations,
        checkout::{self, Submit},
        engine,
        merchant_checkouts::{self, AskedLine, NewCheckout, StartCheckout},
        merchant_links::{self, MadeMerchantLink, NewLine, NewMerchantLink},
        refunds::{self, AskedAmount, RefundWish},
        sales::Typed,
        statistics,
    },
    processor::{
        Processor, Processors, Task, TaskWork,
        simulator::{self, NAME, Simulator, tokenise},
    },
    store::{self, Consistency, Error, Table, intent::Reserved, organization, processor_account},
    webhook::message::Aggregate,
};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    sync::Arc,
};

pub const GOOD: &str = "4242424242424242";
pub const BAD: &str = "4000000000000002";
pub const EMPTY: &str = "4000000000009995";
pub const CHALLENGE: &str = "4000000000003220";

/// Zones whose days begin at other moments than those of UTC.
const ZONES: [&str; 4] = ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"];

thread_local! {
    static NOW: Cell<i64> = const { Cell::new(0) };
    static CHANCE: RefCell<Random> = const { RefCell::new(Random(0)) };
}

/// The clock of the life that this thread lives.
fn now() -> Time {
    Time::from_ms(NOW.get())
}

fn chance() -> [u8; 10] {
    CHANCE.with_borrow_mut(Random::bytes)
}

/// The clock and the chance of this thread.
pub const AMBIENT: Ambient = Ambient { now, random: chance };

/// When a process dies that submits a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    Never,
    BeforeCharge,
    AfterCharge,
}

/// A card as the page submits it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub number: &'static str,
    pub text: ProcessorToken,
}

/// The organisation.
pub struct World {
    pub table: Arc<Table>,
    pub scope: Scope,
    key: hmac::Key,
    zone: &'static str,
    /// Where whoever starts a checkout lives.
    pub country: &'static str,
    product: ProductId,
    /// Messages that the queue of statistics has not delivered yet.
    messages: Vec<String>,
    /// Payments and links that were ever made.
    links: Vec<PaymentLinkId>,
    visits: usize,
}

impl World {
    pub async fn new(random: &mut Random) -> Self {
        // Any evening or night of a year, so that midnight, months and summer time are passed.
        let days = random.up_to(360);
        let start = Time::parse("2026-01-01T16:00:00Z").unwrap().plus_days(days);
        NOW.set(start.plus_seconds(random.up_to(600) * 60).ms());
        CHANCE.with_borrow_mut(|chance| *chance = Random(random.next()));
        let zone = ZONES[random.below(ZONES.len())];
        let mode = if random.chance(50) { Mode::Live } else { Mode::Test };
        Self::in_mode(backend::memory(), zone, mode).await
    }

    /// Sets the clock and the chance of this thread.
    pub fn set_clock(at: &str, seed: u64) {
        NOW.set(Time::parse(at).unwrap().ms());
        CHANCE.with_borrow_mut(|chance| *chance = Random(seed));
    }

    /// The same over any table, by the clock of this thread.
    pub async fn over(table: Arc<Table>, zone: &'static str) -> Self {
        Self::in_mode(table, zone, Mode::Test).await
    }

    async fn in_mode(table: Arc<Table>, zone: &'static str, mode: Mode) -> Self {
        let began = now().plus_days(-1);
        let scope = Scope { tenant: Id::mint(began, chance()), mode };
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"a key for the cards of one life!");
        let product = ProductId::mint(began, chance());
        let account = MerchantAccount {
            id: Id::mint(began, chance()),
            status: MerchantAccountStatus::Approved,
            descriptor: "CORNER SHOP".to_owned(),
            processor: NAME.to_owned(),
            connected: None,
            created_at: began,
        };
        let accounts =
            TenantAccounts { accounts: vec![account], version: 1, ..TenantAccounts::none(scope) };
        let settings = Organization {
            timezone: zone.to_owned(),
            version: 1,
            ..Organization::unset(scope, began)
        };
        let mut writes = store::tenant::insert(&fixture::setup(scope)).to_vec();
        writes.push(processor_account::put(&accounts));
        writes.push(organization::put(&settings));
        writes.extend(store::catalog::insert(&seat(scope, product, began)));
        table.commit(writes).await.unwrap();
        let (messages, links) = (Vec::new(), Vec::new());
        Self { table, scope, key, zone, country: "US", product, messages, links, visits: 0 }
    }

    pub fn now(&self) -> Time {
        now()
    }

    pub fn pass(&self, seconds: i64) {
        NOW.set(NOW.get() + seconds * 1_000);
    }

    fn processors(&self) -> Processors<'_> {
        Processors::only(self.simulator())
    }

    fn simulator(&self) -> Simulator<'_> {
        Simulator { store: &self.table, key: self.key.clone(), may_die: false }
    }

    pub async fn create(
        &mut self,
        max: Option<u32>,
        ends: Option<Time>,
        random: &mut Random,
    ) -> PaymentLinkId {
        let id = PaymentLinkId::from_uuid(*Id::<()>::mint(now(), random.bytes()).uuid());
        let line = NewLine { product: Some(self.product), quantity: 10, adjustable: None };
        let new = NewMerchantLink {
            id,
            name: "Workshop".to_owned(),
            lines: vec![line],
            currency: None,
            pricing_mode: None,
            expires_at: ends,
            uses: Limit::at_most(max).unwrap(),
            metadata: None,
            success_url: None,
            created_by: Actor::Operator,
        };
        let once = Idempotency::new(self.scope, "create", None, std::iter::empty());
        let shown = |made: &MadeMerchantLink| made.link.id.to_string();
        let remember = once.remember(&shown);
        merchant_links::create(&self.table, self.scope, new, remember, now()).await.unwrap();
        self.links.push(id);
        id
    }

    pub async fn start(&mut self, link: PaymentLinkId) -> Result<PaymentIntentId> {
        self.visits += 1;
        let payer = Payer {
            first_name: "Ada".to_owned(),
            last_name: "Example".to_owned(),
            email: format!("ada{}@example.com", self.visits % 3),
            phone: None,
            company: None,
            tax_id: None,
            country: self.country.to_owned(),
            region: None,
            postal_code: Some("10001".to_owned()),
        };
        let wish = StartCheckout {
            payer,
            currency: None,
            quantities: Vec::new(),
            addresses: ReturnAddresses::default(),
            network: format!("203.0.{}.0/24", self.visits),
        };
        let repeat = |scope| Ok(Idempotency::new(scope, "start", None, std::iter::empty()));
        let started =
            merchant_checkouts::start(&self.table, &BuiltIn, link, wish, &repeat, AMBIENT).await?;
        let id = PaymentIntentId::from_uuid(*started.session.id.uuid());
        self.told(id).await;
        Ok(id)
    }

    /// A checkout that a server makes with a key, of one piece.
    pub async fn sell_by_key(&mut self) -> PaymentIntentId {
        let payer = Payer {
            first_name: "Ada".to_owned(),
            last_name: "Example".to_owned(),
            email: "ada@example.com".to_owned(),
            phone: None,
            company: None,
            tax_id: None,
            country: "US".to_owned(),
            region: None,
            postal_code: Some("10001".to_owned()),
        };
        let new = NewCheckout {
            payer,
            currency: Currency::USD,
            lines: vec![AskedLine::Product { product: self.product, quantity: 1 }],
            pricing_mode: None,
            addresses: ReturnAddresses::default(),
            client_reference: None,
            metadata: None,
            life_s: None,
        };
        let once = Idempotency::new(self.scope, "sell", None, std::iter::empty());
        let made =
            merchant_checkouts::create(&self.table, &BuiltIn, self.scope, new, &once, AMBIENT);
        let id = PaymentIntentId::from_uuid(*made.await.unwrap().session.id.uuid());
        self.told(id).await;
        id
    }

    pub fn card(&self, visit: PaymentIntentId, number: &'static str) -> Card {
        let card = simulator::Card {
            number: number.to_owned(),
            exp_month: 12,
            exp_year: 2040,
            cvc: "123".to_owned(),
        };
        let link = visit.to_string();
        let nonce = chance()[..8].try_into().unwrap();
        let tenant = self.scope.tenant;
        let (text, _) = tokenise(&self.key, &card, &link, tenant, now(), nonce).unwrap();
        Card { number, text }
    }

    /// The submit as `hosted-submit-payment` makes it, or as far as it comes.
    pub async fn submit(
        &mut self,
        visit: PaymentIntentId,
        card: &Card,
        crash: Crash,
    ) -> Result<()> {
        let text = LinkToken::new(visit.to_string());
        let told = if crash == Crash::Never {
            let submit = Submit {
                link_token: &text,
                card_token: card.text.clone(),
                save_card: false,
                buyer: None,
                typed: Typed::default(),
                shown: None,
                network: None,
            };
            let link = PaymentRef { scope: self.scope, id: visit };
            let processors = self.processors();
            let paid =
                checkout::submit(&self.table, &processors, &BuiltIn, link, submit, &now).await;
            paid.map(|_| ())
        } else {
            self.submit_and_die(visit, card, crash).await
        };
        self.told(visit).await;
        told
    }

    async fn submit_and_die(
        &self,
        visit: PaymentIntentId,
        card: &Card,
        crash: Crash,
    ) -> Result<()> {
        let text = visit.to_string();
        let page = shared::processor::PageLink { scope: self.scope, address: &text };
        let processors = self.processors();
        let known = processors.recognise(card.text.reveal(), page, now()).await.unwrap();
        let known = known.map(|(_, card)| card);
        let attempt = checkout::attempt(visit, &card.text, known.unwrap(), false);
        let reserved =
            self.table.reserve(self.scope, visit, attempt, TokenHome::own(NAME), now()).await?;
        let Reserved::Yes(reserved) = reserved else {
            return Err(Problem::NotFound(Resource::Link));
        };
        if crash == Crash::AfterCharge {
            let account = &reserved.link_terms().unwrap().link.account;
            let task = Task {
                id: reserved.status.attempt().unwrap().id,
                intent: visit,
                scope: self.scope,
                processor: account.processor.clone(),
                amount: reserved.amount(),
                now: now(),
                work: TaskWork::Charge {
                    account: account.clone(),
                    card: Some(shared::processor::ChargedCard::Typed {
                        token: card.text.clone(),
                        save: false,
                    }),
                },
            };
            self.simulator().start(&task).await.unwrap();
        }
        Ok(())
    }

    /// A process that has reserved charges, and writes down what it is told.
    pub async fn go_on(&mut self, visit: PaymentIntentId, card: &Card) {
        let payment = self.payment(visit).await;
        checkout::charge(&self.table, &self.processors(), payment, &card.text, &now).await.unwrap();
        self.told(visit).await;
    }

    pub async fn answer(&mut self, visit: PaymentIntentId, passed: bool) {
        let payment = self.payment(visit).await;
        checkout::finish_challenge(&self.table, &self.processors(), payment, passed, &now)
            .await
            .unwrap();
        self.told(visit).await;
    }

    /// Calls a visit's payment off.
    pub async fn cancel(&mut self, visit: PaymentIntentId) -> Result<()> {
        let once = Idempotency::new(self.scope, "cancel", None, std::iter::empty());
        let shown = |payment: &PaymentIntent| payment.id.to_string();
        let once = once.remember(&shown);
        let told = cancellations::cancel(&self.table, self.scope, Some(visit), once, now()).await;
        self.told(visit).await;
        told.map(|_| ())
    }

    pub async fn refund(&mut self, visit: PaymentIntentId, minor: i64) -> Result<RefundId> {
        let wish = RefundWish {
            scope: self.scope,
            payment: visit,
            transaction: None,
            named: Resource::Payment,
            amount: AskedAmount::Minor(minor),
            say: |money| money.minor().to_string(),
            reason: None,
            metadata: None,
            requested_by: Actor::Operator,
            at_most: BTreeMap::new(),
        };
        let once = Idempotency::new(self.scope, "refund", None, std::iter::empty());
        let id = Id::mint(now(), chance());
        let asked =
            refunds::request(&self.table, &self.processors(), &wish, &once, id, &now).await?;
        self.told_refund(asked.refund.id).await;
        Ok(asked.refund.id)
    }

    pub async fn reconcile(&mut self, visit: PaymentIntentId) {
        let payment = self.payment(visit).await;
        engine::reconcile(&self.table, &self.processors(), payment, now(), &now).await.unwrap();
        self.told(visit).await;
    }

    pub async fn reconcile_refund(&mut self, refund: RefundId) {
        let kept = self.table.refund(self.scope, refund).await.unwrap().unwrap();
        refunds::reconcile(&self.table, &self.processors(), kept, now(), &now).await.unwrap();
        self.told_refund(refund).await;
    }

    pub async fn expire(&mut self, visit: PaymentIntentId) {
        if let Ok(expired) = self.payment(visit).await.expire(now()) {
            let written = self.table.replace_intent(&expired, None).await;
            assert!(matches!(written, Ok(()) | Err(Error::Refused { .. })));
            self.told(visit).await;
        }
    }

    /// So many at most, paid, held, and left.
    pub async fn uses(&self, link: PaymentLinkId) -> (Option<u32>, u32, u32, Option<u32>) {
        let link = self.table.payment_link(link, Consistency::Strong).await.unwrap().unwrap();
        (link.uses.limit.max(), link.uses.confirmed, link.uses.in_progress, link.uses.left())
    }

    /// Where a visit stands, how often it was declined, and what went back.
    pub async fn visit(&self, visit: PaymentIntentId) -> (StatusName, usize, i64) {
        let payment = self.payment(visit).await;
        let refunded = payment.refundable().map_or(0, |refundable| refundable.refunded);
        (payment.status.name(), payment.declined_attempts().len(), refunded)
    }

    async fn payment(&self, visit: PaymentIntentId) -> PaymentIntent {
        self.table.intent(self.scope, visit, Consistency::Strong).await.unwrap().unwrap()
    }

    /// What `workers-publish-events` asks of statistics when it sees a payment's last change.
    async fn told(&mut self, visit: PaymentIntentId) {
        let payment = self.payment(visit).await;
        self.ask(&Aggregate::Intent(Box::new(payment)));
    }

    async fn told_refund(&mut self, refund: RefundId) {
        let kept = self.table.refund(self.scope, refund).await.unwrap().unwrap();
        self.ask(&Aggregate::Refund(Box::new(kept)));
    }

    fn ask(&mut self, changed: &Aggregate) {
        let asked = statistics::ask(changed);
        self.messages.extend(asked.iter().map(|count| serde_json::to_string(count).unwrap()));
    }
}

/// A seat for two dollars.
fn seat(scope: Scope, id: ProductId, at: Time) -> Product {
    let price = Money::from_minor(200, Currency::USD);
    Product {
        id,
        scope,
        offer: Offer {
            name: "Workshop seat".to_owned(),
            description: None,
            image: None,
            tax_code: None,
            tax_rate: None,
            prices: Prices::new([price]).unwrap(),
        },
        sku: None,
        image_url: None,
        active: true,
        archived_at: None,
        metadata: None,
        created_at: at,
        updated_at: at,
        version: 1,
    }
}
