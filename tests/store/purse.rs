//! Wallets to test with, and payments between them and the outside.

use super::fixture;
use shared::{
    app::clock,
    model::{
        Amounts, Currency, Id, Money, Scope, Surface, Time,
        id::{CustomerId, PaymentIntentId, WalletId},
        ledger::{Account, AccountId},
        payment_intent::{
            PaymentIntent, Status, Terms, WalletTerms,
            wallet::{self, Hold, Leg, PayeeAccount, Pull, Push, Step, Way},
        },
        progress::Progress,
        route::{IntentType, Rail, Spendable},
        secret::ProcessorToken,
    },
    operations::engine as payments,
    store::{self, Consistency, Table, Write, account, step::Taken},
};
use std::{collections::BTreeMap, sync::Arc};

/// A customer with wallets in dollars.
pub struct Purse {
    pub table: Arc<Table>,
    pub scope: Scope,
    pub customer: CustomerId,
    pub wallets: Vec<WalletId>,
}

impl Purse {
    /// Wallets with this much money each, which came by card.
    pub async fn with(table: Arc<Table>, money: &[i64]) -> Self {
        let (scope, customer) = (fixture::scope(), clock::new_id());
        let mut purse = Self { table, scope, customer, wallets: Vec::new() };
        purse.add(money).await;
        purse
    }

    /// More wallets, with this much money each.
    pub async fn add(&mut self, money: &[i64]) {
        for minor in money {
            let id = clock::new_id();
            let wallet = Account::wallet(self.scope, id, Currency::USD, self.customer);
            self.table.commit(vec![account::insert(&wallet)]).await.unwrap();
            self.wallets.push(id);
            if *minor > 0 {
                self.fill(self.wallets.len() - 1, *minor).await;
            }
        }
    }

    /// Puts money into a wallet.
    pub async fn fill(&self, wallet: usize, minor: i64) {
        let new = self.funding(wallet, minor);
        let asked = self.start(&new).await;
        let done = Progress::moved(None);
        let step = asked.progress(Leg::Pull, &done, 0, now()).unwrap();
        self.yes(Some(&asked), &step).await;
    }

    fn payment(&self, terms: WalletTerms, minor: i64) -> PaymentIntent {
        let id: PaymentIntentId = Id::derive(now(), clock::random());
        PaymentIntent {
            id,
            scope: self.scope,
            surface: Surface::Platform,
            customer: Some(self.customer),
            customer_own_id: None,
            amounts: Amounts::untaxed(Money::from_minor(minor, Currency::USD)),
            description: String::new(),
            terms: Terms::Wallet(terms),
            metadata: None,
            status: Status::Pending,
            history: wallet::history(now()),
            created_at: id.minted_at(),
            updated_at: now(),
            version: 1,
        }
    }

    fn terms(&self, kind: IntentType, wallet: usize) -> WalletTerms {
        let wallet = self.wallets[wallet];
        WalletTerms { kind, wallet, destination_wallet: None, way: None, hold: None, first: None }
    }

    pub fn transfer(&self, from: usize, to: usize, minor: i64) -> PaymentIntent {
        let terms = self.terms(IntentType::Transfer, from);
        let destination_wallet = Some(self.wallets[to]);
        self.payment(WalletTerms { destination_wallet, ..terms }, minor)
    }

    /// A transfer through escrow.
    pub fn hold(&self, from: usize, to: usize, minor: i64, seconds: i64) -> PaymentIntent {
        let mut new = self.transfer(from, to, minor);
        if let Terms::Wallet(terms) = &mut new.terms {
            terms.hold = Some(Hold::lasting(seconds, now()));
        }
        new
    }

    pub fn funding(&self, wallet: usize, minor: i64) -> PaymentIntent {
        let pull = Pull {
            rail: Rail::Card,
            method: clock::new_id(),
            token: ProcessorToken::new("pm_1".to_owned()),
        };
        let way = Way { pull: Some(pull), ..way() };
        let terms = self.terms(IntentType::Funding, wallet);
        self.payment(WalletTerms { way: Some(way), ..terms }, minor)
    }

    pub fn payout(&self, wallet: usize, minor: i64) -> PaymentIntent {
        let payee = PayeeAccount::Destination(clock::new_id());
        let push = Push { rail: Rail::Ach, payee, token: ProcessorToken::new("ba_1".to_owned()) };
        let way = Way { push: Some(push), ..way() };
        let terms = self.terms(IntentType::Payout, wallet);
        self.payment(WalletTerms { way: Some(way), ..terms }, minor)
    }

    /// Accounts as they are now.
    pub async fn accounts(&self, ids: &[AccountId]) -> BTreeMap<AccountId, Account> {
        self.table.accounts(self.scope, ids, Currency::USD).await.unwrap()
    }

    /// The accounts a step moves money in, as they are now.
    pub async fn touched(&self, step: &Step) -> BTreeMap<AccountId, Account> {
        let postings = step.movement.iter().flat_map(|movement| &movement.postings);
        let ids: Vec<AccountId> = postings.map(|posting| posting.account).collect();
        self.accounts(&ids).await
    }

    /// Writes a step from what is read right now.
    pub async fn take(
        &self,
        before: Option<&PaymentIntent>,
        step: &Step,
        extra: &[Write],
    ) -> Taken {
        let accounts = self.touched(step).await;
        self.table.take_step(before, step, &accounts, extra, now()).await.unwrap()
    }

    /// Writes a step that nothing stands against.
    pub async fn yes(&self, before: Option<&PaymentIntent>, step: &Step) {
        let taken = self.take(before, step, &[]).await;
        assert!(matches!(taken, Taken::Yes), "{taken:?}");
    }

    /// Makes a payment and starts it.
    pub async fn start(&self, new: &PaymentIntent) -> PaymentIntent {
        let step = first(new);
        self.yes(None, &step).await;
        step.intent
    }

    /// Releases money from escrow, all of it or part.
    pub async fn release(&self, held: &PaymentIntent, part: Option<i64>) -> PaymentIntent {
        let step = held.release(part, false, now()).unwrap();
        self.yes(Some(held), &step).await;
        step.intent
    }

    pub async fn account(&self, wallet: usize) -> Account {
        let id = AccountId::Wallet(self.wallets[wallet]);
        self.table.account(self.scope, id).await.unwrap().unwrap()
    }

    /// Posted, pending in, pending out.
    pub async fn balance(&self, wallet: usize) -> (i64, i64, i64) {
        let balance = self.account(wallet).await.balance;
        (balance.posted, balance.pending_in, balance.pending_out)
    }

    pub async fn read(&self, id: PaymentIntentId) -> Option<PaymentIntent> {
        self.table.intent(self.scope, id, Consistency::Strong).await.unwrap()
    }

    /// Goes through the engine, as requests do.
    pub async fn pay(&self, new: &PaymentIntent) -> Result<PaymentIntent, payments::PaymentFault> {
        payments::open(&self.table, new, false, BTreeMap::new(), &now).await
    }
}

/// When everything happens.
pub fn now() -> Time {
    fixture::someday()
}

fn way() -> Way {
    Way {
        route: clock::new_id(),
        processor: "simulator".to_owned(),
        pull: None,
        push: None,
        spendable: Spendable::AtSettled,
    }
}

/// The first step of a new payment.
pub fn first(new: &PaymentIntent) -> Step {
    let step = new.start(now()).unwrap();
    Step { intent: PaymentIntent { version: 1, ..step.intent }, ..step }
}

/// The write that puts a payment through a link beside others.
pub fn insert(intent: &PaymentIntent) -> Vec<Write> {
    vec![store::intent::insert(intent)]
}
