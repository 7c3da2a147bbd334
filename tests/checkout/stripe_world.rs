//! A tenant whose cards Stripe charges, over the stand-in: whatever buyers, workers and Stripe's
//! events do to its payments, as processes that may be stopped at any place where they wait.

use crate::{
    processor::{
        CardKind,
        stripe_stand_in::{Cut, StandIn},
    },
    store::fixture,
};
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use shared::{
    deadline::Deadline,
    model::{
        Scope, Time,
        actor::Actor,
        id::{CustomerId, Id, PaymentIntentId, RefundId},
        payment_intent::{PaymentIntent, PaymentRef},
        payment_link::{Limit, LinkAttempts},
        refund::Refund,
        secret::{LinkToken, ProcessorToken},
        tax::BuiltIn,
    },
    operations::{
        Idempotency, Problem, Resource,
        checkout::{self, Submit},
        expiry::expire,
        reconcile::{reconcile, reconcile_refunds},
        refunds::{self, AskedAmount, RefundWish},
        sales::Typed,
        stripe_events::{admit, handle},
    },
    processor::{
        Processors,
        stripe::{
            AccountOf, NAME, Stripe, StripeAccount, StripeAccounts,
            api::{API_BASE, StripeKey},
            signature::{StripeWebhookSecret, sign},
        },
    },
    queue::Verdict,
    store::{self, Consistency, Table},
};
use std::{
    collections::BTreeMap,
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    task::Poll,
    time::Duration,
};

const KEY: &str = "rk_test_1";

/// What an invocation has left that hardly waits for Stripe: little more than it keeps for writing.
const HURRY: Duration = Duration::from_millis(3_100);

/// Something that one process does.
#[derive(Debug, Clone)]
pub enum Act {
    /// A buyer pays with a card.
    Submit {
        payment: PaymentIntentId,
        card: ProcessorToken,
        save: bool,
    },
    /// A buyer comes back from a challenge.
    Answer {
        payment: PaymentIntentId,
        passed: bool,
    },
    /// Somebody gives money back.
    Refund {
        payment: PaymentIntentId,
        id: RefundId,
        key: String,
        minor: i64,
    },
    /// The workers that ask about charges, and about refunds, and end links.
    Reconcile,
    ReconcileRefunds,
    Expire,
    /// The worker of Stripe's events gets one.
    Hear(String),
}

/// A process under way.
pub type Process<'w> = Pin<Box<dyn Future<Output = ()> + Send + 'w>>;

/// A tenant with an account at Stripe.
pub struct StripeWorld {
    pub stand_in: StandIn,
    pub table: Arc<Table>,
    pub scope: Scope,
    connector: SharedHttpConnector,
    now_ms: AtomicI64,
}

impl StripeAccounts for StripeWorld {
    fn account<'a>(&'a self, _: &'a Table, _: Scope) -> AccountOf<'a> {
        let key = StripeKey::new(KEY.to_owned());
        Box::pin(async move { Ok(Some(StripeAccount { key })) })
    }
}

impl StripeWorld {
    pub fn new(table: Arc<Table>, now: Time, random: [u8; 10]) -> Self {
        let stand_in = StandIn::new(KEY);
        let connector = SharedHttpConnector::new(stand_in.clone());
        let scope = Scope { tenant: Id::mint(now, random), ..fixture::scope() };
        Self { stand_in, table, scope, connector, now_ms: AtomicI64::new(now.ms()) }
    }

    pub fn now(&self) -> Time {
        Time::from_ms(self.now_ms.load(Ordering::SeqCst))
    }

    pub fn pass(&self, seconds: i64) {
        self.now_ms.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }

    fn stripe(&self) -> Stripe<'_> {
        let (store, connector) = (&*self.table, &self.connector);
        Stripe { store, accounts: self, connector, base: API_BASE }
    }

    fn processors(&self) -> Processors<'_> {
        Processors::only(self.stripe())
    }

    /// A link with so many attempts, good for this long.
    pub async fn link(&self, id: [u8; 10], customer: [u8; 10], attempts: Limit, seconds: i64) {
        let (now, customer) = (self.now(), CustomerId::mint(self.now(), customer));
        let mut payment = fixture::intent(self.scope, customer, now);
        payment.id = PaymentIntentId::mint(now, id);
        let link = &mut payment.link_terms_mut().unwrap().link;
        link.account.processor = NAME.to_owned();
        link.expires_at = Some(now.plus_seconds(seconds));
        link.attempts = LinkAttempts::none(attempts);
        self.table.commit(vec![store::intent::insert(&payment)]).await.unwrap();
    }

    /// What Stripe's fields make of a card.
    pub fn card(&self, kind: CardKind) -> ProcessorToken {
        ProcessorToken::new(self.stand_in.typed(kind, self.now().seconds()))
    }

    pub async fn payment(&self, id: PaymentIntentId) -> PaymentIntent {
        self.table.intent(self.scope, id, Consistency::Strong).await.unwrap().unwrap()
    }

    pub async fn refunds(&self, id: PaymentIntentId) -> Vec<Refund> {
        self.table.refunds_of_payment(self.scope, id).await.unwrap()
    }

    /// What `workers-publish-events` does for timers.
    pub async fn publish(&self, id: PaymentIntentId) {
        self.table.set_timer(&self.payment(id).await).await.unwrap();
        for refund in self.refunds(id).await {
            self.table.set_refund_timer(&refund).await.unwrap();
        }
    }

    /// The message that an event of Stripe's becomes at the door.
    pub fn message(&self, kind: &str, thing: &str, object: &str) -> String {
        let body = self.stand_in.event(kind, thing, object);
        let secret = StripeWebhookSecret::new("whsec_test".to_owned());
        let signature = sign(body.as_bytes(), &secret, self.now());
        let told = admit(self.scope, body.as_bytes(), &signature, &[secret], self.now());
        serde_json::to_string(&told.unwrap().unwrap()).unwrap()
    }

    /// A process that does this. With such cuts about it may have little time left.
    pub fn process(&self, act: Act, cuts: &[Cut]) -> Process<'_> {
        self.stand_in.breaks(cuts);
        let doing = async move { drop(self.act(act).await) };
        if cuts.contains(&Cut::Never) {
            return Box::pin(Deadline::after(HURRY).scope(doing));
        }
        Box::pin(doing)
    }

    /// Does it, and says what went wrong that may go wrong.
    pub async fn act(&self, act: Act) -> Result<(), String> {
        let (store, processors) = (&*self.table, self.processors());
        let clock = || self.now();
        let allowed = |problem: Problem| {
            assert!(!matches!(problem, Problem::Internal(_)), "{problem:?}");
            format!("{problem:?}")
        };
        match act {
            Act::Submit { payment, card, save } => {
                let link = PaymentRef { scope: self.scope, id: payment };
                let page = LinkToken::new(payment.to_string());
                let submit = Submit {
                    link_token: &page,
                    card_token: card,
                    save_card: save,
                    buyer: None,
                    typed: Typed::default(),
                    shown: None,
                    network: None,
                };
                let paid = checkout::submit(store, &processors, &BuiltIn, link, submit, &clock);
                paid.await.map(drop).map_err(allowed)
            }
            Act::Answer { payment, passed } => {
                let link = PaymentRef { scope: self.scope, id: payment };
                let told =
                    checkout::answer_challenge(store, &processors, link, None, passed, &clock);
                told.await.map(drop).map_err(allowed)
            }
            Act::Refund { payment, id, key, minor } => {
                let wish = self.wish(payment, minor);
                let meaning = [("amount", minor.to_string())];
                let meaning = meaning.iter().map(|(name, text)| (*name, text.as_str()));
                let once = Idempotency::new(self.scope, "refund", Some(&key), meaning);
                let asked = refunds::request(store, &processors, &wish, &once, id, &clock);
                asked.await.map(drop).map_err(allowed)
            }
            Act::Reconcile => clean(reconcile(store, &processors, &clock).await),
            Act::ReconcileRefunds => clean(reconcile_refunds(store, &processors, &clock).await),
            Act::Expire => clean(expire(store, &clock).await),
            Act::Hear(message) => {
                let heard = handle(store, &self.stripe(), &processors, &message, &clock).await;
                heard.map(|verdict| assert_eq!(verdict, Verdict::Done))
            }
        }
    }

    fn wish(&self, payment: PaymentIntentId, minor: i64) -> RefundWish {
        RefundWish {
            scope: self.scope,
            payment,
            transaction: None,
            named: Resource::Payment,
            amount: AskedAmount::Minor(minor),
            say: |money| money.minor().to_string(),
            reason: None,
            metadata: None,
            requested_by: Actor::Client,
            at_most: BTreeMap::new(),
        }
    }
}

/// What a worker's run says that had no trouble.
fn clean(run: Result<(usize, Vec<String>), String>) -> Result<(), String> {
    let (_, troubles) = run?;
    if troubles.is_empty() { Ok(()) } else { Err(troubles.join("; ")) }
}

/// Lets a process go on until it has waited so many times; what is left of it, if anything is.
pub async fn go_on(process: Process<'_>, waits: usize) -> Option<Process<'_>> {
    let (mut process, mut left) = (Some(process), waits);
    poll_fn(|context| {
        let Some(running) = process.as_mut() else { return Poll::Ready(()) };
        if running.as_mut().poll(context).is_ready() {
            process = None;
            return Poll::Ready(());
        }
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        Poll::Pending
    })
    .await;
    process
}
