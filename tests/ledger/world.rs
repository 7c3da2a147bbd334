//! The product under the same hands as the model: the engine, a table, and the simulator.

use super::{
    model::{Kind, Model, PULL, PUSH, Payment, Place, Road, Sum},
    provider::Life,
};
use crate::store::fixture;
use ring::hmac;
use shared::{
    model::{
        Amounts, Currency, Mode, Money, Scope, Surface, Time,
        bank::AccountType,
        event::EventType,
        id::{CustomerId, PaymentIntentId, WalletId},
        ledger::{Account, AccountId, LedgerRefusal as Broke},
        payment_intent::{
            PaymentIntent, PaymentRef, Status, Terms, WalletTerms, Work,
            wallet::{self, Hold, PayeeAccount, Pull, Push, Step, StepRefusal, Way},
        },
        progress::Progress,
        route::{IntentType, Rail, Spendable},
        secret::ProcessorToken,
    },
    operations::{
        engine::{self as payments, Accounts, Objection, PaymentFault},
        new_payment,
    },
    processor::{
        Asked, Done, PageLink, Processor, Processors, Recognised, Task, Unreachable,
        simulator::{
            Card, NAME, Simulator,
            bank_token::{self, BankAccount},
            token, tokenise,
        },
    },
    store::{self, Consistency, Item, Key, Table, key, step::Taken},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use tokio::sync::Notify;

pub const CURRENCIES: [&str; 2] = ["USD", "EUR"];
const RAILS: [Rail; 3] = [Rail::Card, Rail::Ach, Rail::Email];

/// A tenant with wallets.
pub struct World {
    pub table: Arc<Table>,
    pub scope: Scope,
    pub customers: Vec<CustomerId>,
    pub wallets: Vec<WalletId>,
    pub payments: Vec<PaymentIntentId>,
    key: hmac::Key,
    /// Where accounts are, since that is looked up all the time.
    keys: BTreeMap<Place, Key>,
}

/// A step that was decided and is not written yet.
pub struct Decided {
    before: PaymentIntent,
    accounts: Accounts,
    step: Result<Step, StepRefusal>,
}

/// A provider that is called by a process which dies.
struct Mortal<'a> {
    simulator: Simulator<'a>,
    life: Mutex<Life>,
    died: Arc<Notify>,
}

impl Mortal<'_> {
    /// Answers how the call goes: whether it arrives, and whether we live to hear the answer.
    fn call(&self) -> (bool, bool) {
        let mut life = self.life.lock().unwrap();
        if life.calls == 0 {
            return (life.arrives, false);
        }
        life.calls -= 1;
        (true, true)
    }

    async fn living(&self, asked: Asked<'_>) -> Result<Progress, Unreachable> {
        let (arrives, lives) = self.call();
        let answer = if arrives { Some(asked.await?) } else { None };
        match answer {
            Some(answer) if lives => Ok(answer),
            _ => {
                self.died.notify_one();
                std::future::pending().await
            }
        }
    }
}

impl Processor for Mortal<'_> {
    fn name(&self) -> &'static str {
        self.simulator.name()
    }

    fn recognise<'a>(&'a self, token: &'a str, link: PageLink<'a>, now: Time) -> Recognised<'a> {
        self.simulator.recognise(token, link, now)
    }

    fn start<'a>(&'a self, task: &'a Task) -> Asked<'a> {
        Box::pin(self.living(self.simulator.start(task)))
    }

    fn answer_challenge<'a>(&'a self, charge: &'a Task, passed: bool) -> Asked<'a> {
        self.simulator.answer_challenge(charge, passed)
    }

    fn look_up<'a>(&'a self, task: &'a Task) -> Asked<'a> {
        Box::pin(self.living(self.simulator.look_up(task)))
    }
    fn forget<'a>(&'a self, token: &'a str, scope: Scope, now: Time) -> Done<'a> {
        self.simulator.forget(token, scope, now)
    }
}

/// When the world began.
pub fn at(ms: i64) -> Time {
    fixture::someday().plus_ms(ms)
}

/// A refusal in the model's words.
fn objection(refusal: StepRefusal) -> String {
    match refusal {
        StepRefusal::NotHeld => "not held".into(),
        StepRefusal::HoldExpired => "hold expired".into(),
        StepRefusal::MoreThanHeld { left } => format!("only {left} held"),
        StepRefusal::NotInReview => "not in review".into(),
        StepRefusal::NotCancelable => "not cancelable".into(),
        StepRefusal::OutOfTurn | StepRefusal::NotDue => format!("{refusal:?}"),
    }
}

fn fault(fault: PaymentFault) -> String {
    match fault {
        PaymentFault::Objection(Objection::State(refusal)) => objection(refusal),
        PaymentFault::Ledger(Broke::InsufficientFunds(_)) => "short".into(),
        PaymentFault::Duplicate => "duplicate".into(),
        other => format!("{other:?}"),
    }
}

impl World {
    /// Customers with wallets, as the model has them, from these bytes for ids.
    pub async fn new(
        table: Arc<Table>,
        model: &Model,
        mut bytes: impl FnMut() -> [u8; 10],
    ) -> Self {
        let tenant = shared::model::Id::mint(at(0), bytes());
        let most = model.wallets.iter().map(|(customer, _)| *customer).max().unwrap_or(0);
        let key = hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]);
        let mut world = Self {
            table,
            scope: Scope { tenant, mode: Mode::Test },
            customers: (0..=most).map(|_| CustomerId::mint(at(0), bytes())).collect(),
            wallets: model.wallets.iter().map(|_| WalletId::mint(at(0), bytes())).collect(),
            payments: Vec::new(),
            key,
            keys: BTreeMap::new(),
        };
        for (wallet, (customer, currency)) in world.wallets.iter().zip(&model.wallets) {
            let (customer, currency) = (world.customers[*customer], self::currency(*currency));
            let account = Account::wallet(world.scope, *wallet, currency, customer);
            world.table.commit(vec![store::account::insert(&account)]).await.unwrap();
        }
        world.table.meter().take();
        world.payments.clear();
        world
    }

    pub fn account(&self, place: Place) -> AccountId {
        match place {
            Place::Wallet(wallet) => AccountId::Wallet(self.wallets[wallet]),
            Place::Outside { rail, currency, shard } => AccountId::Outside {
                rail: RAILS[rail],
                currency: self::currency(currency),
                shard: u8::try_from(shard).unwrap(),
            },
            Place::Debt { customer, currency } => AccountId::Receivable {
                customer: self.customers[customer],
                currency: self::currency(currency),
            },
        }
    }

    /// A payment as a request makes it.
    pub fn intent(&self, p: &Payment, key: &str, now: i64) -> PaymentIntent {
        let kind = match p.kind {
            Kind::Transfer | Kind::Hold => IntentType::Transfer,
            Kind::Funding => IntentType::Funding,
            Kind::Payout => IntentType::Payout,
            Kind::Relay => IntentType::Relay,
        };
        let id = new_payment::id(self.scope, key, at(now));
        let transfer = kind == IntentType::Transfer;
        let terms = WalletTerms {
            kind,
            wallet: self.wallets[p.wallet],
            destination_wallet: transfer.then(|| self.wallets[p.to]),
            way: (!transfer).then(|| self.way(p)),
            hold: (p.kind == Kind::Hold).then(|| Hold::lasting(p.lasts / 1_000, at(now))),
            first: None,
        };
        PaymentIntent {
            id,
            scope: self.scope,
            surface: Surface::Platform,
            customer: Some(self.customers[p.customer]),
            customer_own_id: None,
            amounts: Amounts::untaxed(Money::from_minor(p.minor, currency(p.currency))),
            description: String::new(),
            terms: Terms::Wallet(terms),
            metadata: None,
            status: Status::Pending,
            history: wallet::history(at(now)),
            created_at: id.minted_at(),
            updated_at: at(now),
            version: 1,
        }
    }

    fn way(&self, p: &Payment) -> Way {
        let pull = p.pull.map(|road| Pull {
            rail: RAILS[road.rail],
            method: shared::model::Id::mint(at(0), [1; 10]),
            token: self.token(road),
        });
        let push = p.push.map(|road| Push {
            rail: RAILS[road.rail],
            payee: PayeeAccount::Destination(shared::model::Id::mint(at(0), [2; 10])),
            token: self.token(road),
        });
        let spendable = if p.early { Spendable::AtSucceeded } else { Spendable::AtSettled };
        let route = shared::model::Id::mint(at(0), [3; 10]);
        Way { route, processor: NAME.to_owned(), pull, push, spendable }
    }

    fn token(&self, road: Road) -> ProcessorToken {
        match RAILS[road.rail] {
            Rail::Card => {
                let card = Card {
                    number: road.number.to_owned(),
                    exp_month: 12,
                    exp_year: 2099,
                    cvc: "123".to_owned(),
                };
                let tenant = self.scope.tenant;
                let made = tokenise(&self.key, &card, "wallet", tenant, at(0), [1; 8]);
                let (text, _) = made.unwrap();
                token::vault(&self.key, text.reveal()).unwrap()
            }
            Rail::Ach => {
                let account = BankAccount {
                    routing_number: "110000000".to_owned(),
                    account_number: road.number.to_owned(),
                    account_type: AccountType::Checking,
                    holder_name: "Ada Lovelace".to_owned(),
                };
                bank_token::tokenise(&self.key, self.scope.tenant, &account, [1; 8]).unwrap().0
            }
            Rail::Email => ProcessorToken::new(road.number.to_owned()),
        }
    }

    pub async fn read(&self, id: usize) -> PaymentIntent {
        let id = self.payments[id];
        self.table.intent(self.scope, id, Consistency::Strong).await.unwrap().unwrap()
    }

    /// Accounts as they are now.
    pub async fn accounts(&self, places: &[Place], c: usize) -> Accounts {
        let ids: Vec<AccountId> = places.iter().map(|place| self.account(*place)).collect();
        self.table.accounts(self.scope, &ids, currency(c)).await.unwrap()
    }

    /// What stands in each of these places, and after how many entries: as it is stored.
    pub async fn sums(&mut self, places: &[Place]) -> Vec<(Sum, u64)> {
        for place in places {
            if !self.keys.contains_key(place) {
                self.keys.insert(*place, key::account(self.scope, self.account(*place)));
            }
        }
        let keys: Vec<Key> = places.iter().map(|place| self.keys[place].clone()).collect();
        let items = self.table.get_many(&keys, Consistency::Strong).await.unwrap();
        let number = |item: &Item, name: &str| item.number::<i64>(name).unwrap();
        let shown = items.iter().map(|item| match item {
            Some(item) => {
                let sum = Sum(number(item, "posted"), number(item, "in"), number(item, "out"));
                assert_eq!(number(item, "avail"), sum.free(), "{item:?}");
                (sum, item.number("v").unwrap())
            }
            None => (Sum::default(), 0),
        });
        shown.collect()
    }

    pub async fn reads(&self, wallet: usize, now: i64) -> Sum {
        let wallet = self.wallets[wallet];
        let read = self.table.wallet_at(self.scope, wallet, at(now)).await.unwrap().unwrap();
        Sum(read.balance.posted, read.balance.pending_in, read.balance.pending_out)
    }

    pub async fn open(
        &self,
        new: &PaymentIntent,
        review: bool,
        known: Accounts,
        now: i64,
    ) -> Result<PaymentIntent, String> {
        payments::open(&self.table, new, review, known, &|| at(now)).await.map_err(fault)
    }

    /// Goes on with a payment; `None` when the process dies over it.
    pub async fn drive(&self, seen: PaymentIntent, now: i64, life: Life) -> Option<PaymentIntent> {
        let ((processors, died), clock) = (self.mortal(life), || at(now));
        tokio::select! {
            biased;
            driven = payments::drive(&self.table, &processors, seen, None, &clock) => {
                Some(driven.unwrap_or_else(|fault| panic!("{fault:?}")))
            }
            () = died.notified() => None,
        }
    }

    pub async fn reconcile(&self, seen: PaymentIntent, now: i64, life: Life) -> String {
        let ((processors, died), clock) = (self.mortal(life), || at(now));
        let reconciled = payments::reconcile(&self.table, &processors, seen, at(now), &clock);
        tokio::select! {
            biased;
            done = reconciled => match done {
                Ok(()) => "fine".to_owned(),
                Err(text) if text.contains("does not know yet") => "not known yet".to_owned(),
                Err(text) => text,
            },
            () = died.notified() => "died".to_owned(),
        }
    }

    fn mortal(&self, life: Life) -> (Processors<'_>, Arc<Notify>) {
        let simulator = Simulator { store: &self.table, key: self.key.clone(), may_die: true };
        let died = Arc::new(Notify::new());
        let mortal = Mortal { simulator, life: Mutex::new(life), died: Arc::clone(&died) };
        (Processors::only(mortal), died)
    }

    pub async fn expire(&self, id: usize, now: i64) -> String {
        let payment = PaymentRef { scope: self.scope, id: self.payments[id] };
        match payments::expire(&self.table, payment, &|| at(now)).await {
            Ok(()) => "fine".to_owned(),
            Err(told) => fault(told),
        }
    }

    /// What somebody asks of a payment that is there.
    pub async fn act(&self, id: usize, act: Act, now: i64) -> Result<PaymentIntent, String> {
        let payment = PaymentRef { scope: self.scope, id: self.payments[id] };
        let clock = || at(now);
        let decide = |intent: &PaymentIntent, _: i64, now: Time| act.decide(intent, now);
        let step = payments::step(&self.table, payment, decide, |_| Vec::new(), &clock);
        step.await.map_err(fault)
    }

    /// Reads and decides, and leaves the writing for later.
    pub async fn decide(&self, id: usize, act: Act, now: i64) -> Decided {
        let before = self.read(id).await;
        let terms = before.wallet_terms().unwrap();
        let ids = terms.accounts(before.amount().currency(), before.id);
        let currency = before.amount().currency();
        let accounts = self.table.accounts(self.scope, &ids, currency).await.unwrap();
        let step = act.decide(&before, at(now));
        Decided { before, accounts, step }
    }

    pub async fn write(&self, decided: Decided, now: i64) -> String {
        let Decided { before, accounts, step } = decided;
        let step = match step {
            Ok(step) => step,
            Err(refusal) => return objection(refusal),
        };
        let asks = matches!(
            step.intent.status,
            Status::Processing { work: Work::Order { accepted: false, .. }, .. }
        );
        let intent = if asks { step.intent } else { step.intent.answered() };
        let step = Step { intent, ..step };
        let taken = self.table.take_step(Some(&before), &step, &accounts, &[], at(now)).await;
        match taken.unwrap() {
            Taken::Yes => "yes".to_owned(),
            Taken::MovedOn => "moved on".to_owned(),
            Taken::Stale => "stale".to_owned(),
            Taken::Extra => "extra".to_owned(),
            Taken::Refused(_) => "short".to_owned(),
        }
    }
}

/// What somebody asks of a payment that is there.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    Release(Option<i64>, bool),
    Cancel,
    Approve,
    Reject,
}

impl Act {
    fn decide(self, intent: &PaymentIntent, now: Time) -> Result<Step, StepRefusal> {
        match self {
            Self::Release(part, last) => intent.release(part, last, now),
            Self::Cancel => intent.call_off(now),
            Self::Approve => intent.start(now),
            Self::Reject => intent.reject(now),
        }
    }
}

pub fn currency(place: usize) -> Currency {
    CURRENCIES[place].parse().unwrap()
}

/// What happened to a payment, in the model's words.
pub fn events(intent: &PaymentIntent) -> Vec<&'static str> {
    let name = |kind: EventType| kind.as_str().trim_start_matches("payment_intent.");
    intent.history.entries.iter().map(|entry| name(entry.kind)).collect()
}

/// Both legs, for whoever looks at the provider's books.
pub const LEGS: [usize; 2] = [PULL, PUSH];
