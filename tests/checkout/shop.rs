//! A tenant with one buyer, and the steps of a payment.

use crate::clock;
use crate::store::{backend, fixture};
use ring::hmac;
use shared::{
    model::{
        Scope, Time,
        card::CardSummary,
        event::{EventType, History},
        id::{AttemptId, CustomerId, PaymentIntentId, PaymentMethodId},
        payment_intent::{ChargeRefusal, PaymentIntent, StatusName, TokenHome},
        payment_link::{Limit, LinkAttempts},
        payment_method::PaymentMethod,
        progress::Progress,
        secret::ProcessorToken,
    },
    operations::{checkout, engine, expiry, reconcile},
    processor::{
        ChargedCard, PageLink, Processor, Processors, Task, TaskWork,
        simulator::{Card, NAME, Simulator, tokenise},
    },
    store::{self, Consistency, Item, Table, intent::Reserved, key},
};
use std::sync::Arc;

/// A tenant with one buyer.
pub struct Shop {
    /// Everything that is stored, the simulator's books included.
    pub table: Arc<Table>,
    /// Whose.
    pub scope: Scope,
    /// Who pays.
    pub customer: CustomerId,
    key: hmac::Key,
}

/// A card that was tokenised for one link.
#[derive(Clone)]
pub struct Token {
    /// What the browser sends.
    pub text: ProcessorToken,
    /// What may be known about it.
    pub card: CardSummary,
    /// Whether the buyer ticked "save card".
    pub save: bool,
}

/// What the buyer's browser is told.
#[derive(Debug)]
pub enum Answer {
    /// Where the payment stands.
    Status(Box<PaymentIntent>),
    /// The submit was refused.
    Refused(ChargeRefusal),
}

impl Shop {
    /// A shop over a table.
    pub fn new(table: Arc<Table>) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &clock::random::<32>());
        Self { table, scope: fixture::scope(), customer: clock::new_id(), key }
    }

    /// A shop that forgets everything.
    pub fn in_memory() -> Self {
        Self::new(backend::memory())
    }

    /// The processor.
    pub fn simulator(&self) -> Simulator<'_> {
        Simulator { store: &self.table, key: self.key.clone(), may_die: true }
    }

    /// Everybody who can be asked, with the simulator's books in another table.
    pub fn processors_with<'a>(&self, books: &'a Table) -> Processors<'a> {
        Processors::embedded(books, self.key.clone(), true)
    }

    /// Everybody who can be asked.
    pub fn processors(&self) -> Processors<'_> {
        Processors::only(self.simulator())
    }

    /// A link made at `made`, good for this long, with this many attempts.
    pub async fn link(&self, made: Time, seconds: i64, attempts: u32) -> PaymentIntent {
        let attempts = Limit::at_most(Some(attempts)).unwrap();
        let intent = self.unsaved_link(made, seconds, attempts);
        self.put(&intent).await;
        intent
    }

    /// A link that is not in the table yet.
    pub fn unsaved_link(&self, made: Time, seconds: i64, attempts: Limit) -> PaymentIntent {
        let mut intent = fixture::intent(self.scope, self.customer, made);
        let terms = intent.link_terms_mut().unwrap();
        terms.link.expires_at = Some(made.plus_seconds(seconds));
        terms.link.attempts = LinkAttempts::none(attempts);
        intent
    }

    /// A one-time link, good for ten minutes from now.
    pub async fn fresh_link(&self) -> PaymentIntent {
        self.link(clock::now(), 600, 1).await
    }

    /// Puts an intent into the table as it is, timer included.
    pub async fn put(&self, intent: &PaymentIntent) {
        self.table.commit(vec![store::intent::insert(intent)]).await.unwrap();
        self.publish(intent.id).await;
    }

    /// Makes a token of a test card, as the page does before it submits.
    pub fn token(&self, link: PaymentIntentId, number: &str, save: bool) -> Token {
        let amex = number.starts_with("37");
        let card = Card {
            number: number.to_owned(),
            exp_month: 12,
            exp_year: 2040,
            cvc: if amex { "1234" } else { "123" }.to_owned(),
        };
        let (link, tenant) = (link.to_string(), self.scope.tenant);
        let made = tokenise(&self.key, &card, &link, tenant, clock::now(), clock::random());
        let (text, card) = made.unwrap();
        Token { text, card, save }
    }

    /// A token of the card that always pays.
    pub fn good_token(&self, link: PaymentIntentId) -> Token {
        self.token(link, "4242424242424242", false)
    }

    /// The attempt that a token makes at a link.
    pub fn attempt(&self, link: PaymentIntentId, token: &Token) -> AttemptId {
        checkout::attempt(link, &token.text, token.card.clone(), token.save).id
    }

    /// Step one of a submit: takes the link.
    pub async fn reserve(&self, link: PaymentIntentId, token: &Token, now: Time) -> Reserved {
        let attempt = checkout::attempt(link, &token.text, token.card.clone(), token.save);
        self.table.reserve(self.scope, link, attempt, TokenHome::own(NAME), now).await.unwrap()
    }

    /// Step one, where it has to work.
    pub async fn reserved(&self, link: PaymentIntentId, token: &Token, now: Time) -> PaymentIntent {
        match self.reserve(link, token, now).await {
            Reserved::Yes(intent) => *intent,
            other @ (Reserved::No(..)
            | Reserved::LinkOver(_)
            | Reserved::OtherProcessor
            | Reserved::Missing) => {
                panic!("the link is free, but {other:?}")
            }
        }
    }

    /// Step two alone: the processor charges, and nobody writes down what it says.
    pub async fn charge_only(&self, reserved: &PaymentIntent, token: &Token) {
        let charge = charge_of(reserved, Some(token));
        self.simulator().start(&charge).await.unwrap();
    }

    /// The buyer's answer to a challenge reaches the processor, and nobody writes down what it says.
    pub async fn challenge_only(&self, asked: &PaymentIntent, passed: bool, now: Time) {
        let charge = Task { now, ..charge_of(asked, None) };
        self.simulator().answer_challenge(&charge, passed).await.unwrap();
    }

    /// What the processor knows of a payment's charge.
    pub async fn look_up(&self, charged: &PaymentIntent) -> Progress {
        self.simulator().look_up(&charge_of(charged, None)).await.unwrap()
    }

    /// Steps two and three: charges, and writes down what became of it.
    pub async fn charge(&self, reserved: PaymentIntent, token: &Token) -> PaymentIntent {
        let processors = self.processors();
        checkout::charge(&self.table, &processors, reserved, &token.text, &clock::now)
            .await
            .unwrap()
    }

    /// All steps, in the order in which `hosted-submit-payment` does them.
    pub async fn submit(&self, link: PaymentIntentId, token: &Token) -> Answer {
        let now = clock::now();
        let page = link.to_string();
        let page = PageLink { scope: self.scope, address: &page };
        let recognised = self.simulator().recognise(token.text.reveal(), page, now).await;
        assert_eq!(recognised.unwrap().as_ref(), Some(&token.card));
        let attempt = self.attempt(link, token);
        match self.reserve(link, token, now).await {
            Reserved::Yes(intent) => Answer::Status(Box::new(self.charge(*intent, token).await)),
            Reserved::No(_, intent) if intent.was_attempted_with(attempt) => Answer::Status(intent),
            Reserved::No(refusal, _) => Answer::Refused(refusal),
            other @ (Reserved::LinkOver(_) | Reserved::OtherProcessor | Reserved::Missing) => {
                panic!("{other:?}")
            }
        }
    }

    /// The buyer's answer to a challenge.
    pub async fn answer_challenge(&self, intent: PaymentIntent, passed: bool) -> PaymentIntent {
        let processors = self.processors();
        checkout::finish_challenge(&self.table, &processors, intent, passed, &clock::now)
            .await
            .unwrap()
    }

    /// What `workers-publish-events` does for timers when it sees the intent's last change.
    pub async fn publish(&self, link: PaymentIntentId) {
        self.table.set_timer(&self.intent(link).await).await.unwrap();
    }

    /// The reconciler for one intent at a moment.
    pub async fn reconcile_at(&self, link: PaymentIntentId, now: Time) {
        let intent = self.intent(link).await;
        engine::reconcile(&self.table, &self.processors(), intent, now, &clock::now).await.unwrap();
    }

    /// `workers-reconcile-payments`.
    pub async fn reconcile(&self) {
        let (_, troubles) =
            reconcile::reconcile(&self.table, &self.processors(), &clock::now).await.unwrap();
        assert_eq!(troubles, Vec::<String>::new());
    }

    /// `workers-expire-payments`.
    pub async fn expire(&self) {
        let (_, troubles) = expiry::expire(&self.table, &clock::now).await.unwrap();
        assert_eq!(troubles, Vec::<String>::new());
    }

    /// Every worker twice in a row and then twice at once.
    pub async fn all_workers(&self, link: PaymentIntentId) {
        for _ in 0..2 {
            self.publish(link).await;
            self.reconcile().await;
            self.expire().await;
        }
        self.publish(link).await;
        tokio::join!(self.reconcile(), self.reconcile(), self.expire(), self.expire());
    }

    /// The intent as it is kept.
    pub async fn intent(&self, link: PaymentIntentId) -> PaymentIntent {
        self.table.intent(self.scope, link, Consistency::Strong).await.unwrap().unwrap()
    }

    /// What the simulator's books say of an attempt.
    pub async fn booked(&self, attempt: AttemptId) -> Option<String> {
        let item = self.table.get(&key::simulator_charge(attempt), Consistency::Strong).await;
        item.unwrap().map(|item| item.text("is").unwrap().to_owned())
    }

    /// What the simulator took in an attempt, in minor units; nothing where it was never asked.
    pub async fn taken(&self, attempt: AttemptId) -> Option<i64> {
        let item = self.table.get(&key::simulator_charge(attempt), Consistency::Strong).await;
        item.unwrap().map(|item| item.number("amt").unwrap())
    }

    /// Every charge in the simulator's books; in memory only.
    pub fn books(&self) -> Vec<Item> {
        self.class("simulator#")
    }

    /// Charges that took money.
    pub fn approved(&self) -> usize {
        self.books().iter().filter(|item| item.text("is") == Ok("approved")).count()
    }

    /// Every saved card; in memory only.
    pub fn saved_cards(&self) -> Vec<PaymentMethod> {
        let items = self.class("method#");
        items
            .iter()
            .map(|item| store::payment_method::from_item(self.scope, item).unwrap())
            .collect()
    }

    fn class(&self, class: &str) -> Vec<Item> {
        let Table::Memory(memory) = &*self.table else { panic!("only memory shows everything") };
        let mut items = memory.everything();
        items.retain(|item| item.text("pk").unwrap().starts_with(class));
        items
    }
}

/// The task of a payment's charge under way.
fn charge_of(payment: &PaymentIntent, token: Option<&Token>) -> Task {
    let account = &payment.link_terms().unwrap().link.account;
    Task {
        id: payment.status.attempt().unwrap().id,
        intent: payment.id,
        scope: payment.scope,
        processor: account.processor.clone(),
        amount: payment.amount(),
        now: clock::now(),
        work: TaskWork::Charge {
            account: account.clone(),
            card: token
                .map(|token| ChargedCard::Typed { token: token.text.clone(), save: token.save }),
        },
    }
}

/// Where an answer says that the payment stands.
pub fn status(answer: &Answer) -> Option<StatusName> {
    match answer {
        Answer::Status(intent) => Some(intent.status.name()),
        Answer::Refused(_) => None,
    }
}

/// Why a payment failed.
pub fn reason(intent: &PaymentIntent) -> Option<&'static str> {
    intent.status.failure().map(|reason| reason.as_str())
}

/// The card that was saved with a payment.
pub fn saved(intent: &PaymentIntent) -> Option<PaymentMethodId> {
    intent.status.saved_method()
}

/// What happened to an intent, after a check that the numbers have no gap and times do not go
/// back.
pub fn events(history: &History) -> Vec<EventType> {
    let numbers: Vec<u64> = history.after(0).map(|(number, _)| number).collect();
    let expected: Vec<u64> = (history.dropped + 1..=history.last_sequence()).collect();
    assert_eq!(numbers, expected);
    history.entries.iter().map(|entry| entry.kind).collect()
}
