use super::*;
use crate::model::{
    Amounts, Currency, Mode, Money, Scope, Surface,
    id::{CustomerId, Id, TenantId},
    ledger::{Account, AccountId, Balance, LedgerRefusal},
    payment_intent::StatusName,
    route::{Rail, Spendable},
    secret::ProcessorToken,
};
use std::collections::BTreeMap;

const AMOUNT: i64 = 100;

fn id<K>(n: u8) -> Id<K> {
    Id::mint(Time::from_ms(0), [n; 10])
}

fn made() -> Time {
    Time::from_ms(1_795_255_200_000)
}

fn now() -> Time {
    made().plus_seconds(60)
}

fn late() -> Time {
    made().plus_days(8)
}

fn way(pull: Option<Rail>, push: Option<Rail>, spendable: Spendable) -> Way {
    Way {
        route: id(20),
        processor: "simulator".into(),
        pull: pull.map(|rail| Pull {
            rail,
            method: id(21),
            token: ProcessorToken::new("ba_1".into()),
        }),
        push: push.map(|rail| Push {
            rail,
            payee: PayeeAccount::Destination(id(22)),
            token: ProcessorToken::new("ba_2".into()),
        }),
        spendable,
    }
}

fn terms(kind: IntentType, way: Option<Way>) -> WalletTerms {
    let destination_wallet = (kind == IntentType::Transfer).then(|| id(11));
    WalletTerms { kind, wallet: id(10), destination_wallet, way, hold: None, first: None }
}

fn new(terms: WalletTerms) -> PaymentIntent {
    PaymentIntent {
        id: id(1),
        scope: Scope { tenant: TenantId::mint(made(), [2; 10]), mode: Mode::Test },
        surface: Surface::Platform,
        customer: Some(CustomerId::mint(made(), [3; 10])),
        customer_own_id: None,
        amounts: Amounts::untaxed(Money::from_minor(AMOUNT, Currency::USD)),
        description: String::new(),
        terms: Terms::Wallet(terms),
        metadata: None,
        status: Status::Pending,
        history: history(made()),
        created_at: made(),
        updated_at: made(),
        version: 1,
    }
}

fn transfer() -> PaymentIntent {
    new(terms(IntentType::Transfer, None))
}

fn escrow() -> PaymentIntent {
    let hold = Hold::lasting(7 * 86_400, made());
    new(WalletTerms { hold: Some(hold), ..terms(IntentType::Transfer, None) })
}

fn funding(rail: Rail, spendable: Spendable) -> PaymentIntent {
    new(terms(IntentType::Funding, Some(way(Some(rail), None, spendable))))
}

fn payout() -> PaymentIntent {
    let way = way(None, Some(Rail::Ach), Spendable::AtSettled);
    new(terms(IntentType::Payout, Some(way)))
}

fn relay(rail: Rail) -> PaymentIntent {
    let way = way(Some(rail), Some(Rail::Ach), Spendable::AtSucceeded);
    new(terms(IntentType::Relay, Some(way)))
}

/// A payment with the books it moves money in.
struct Books {
    intent: PaymentIntent,
    accounts: BTreeMap<AccountId, Account>,
    escrow: i64,
}

impl Books {
    /// Both wallets with this much money, which came over a rail of its own.
    fn with(intent: PaymentIntent, money: i64) -> Self {
        let mut accounts = BTreeMap::new();
        for wallet in [id(10), id(11)] {
            let mut account =
                Account::wallet(intent.scope, wallet, Currency::USD, intent.customer.unwrap());
            account.balance.posted = money;
            accounts.insert(account.id, account);
        }
        Self { intent, accounts, escrow: 0 }
    }

    fn start(intent: &PaymentIntent, money: i64) -> Self {
        let mut books = Self::with(intent.clone(), money);
        books.take(intent.start(now()).unwrap()).unwrap();
        books
    }

    /// Writes a step down, as the store does: all of it or nothing.
    fn take(&mut self, step: Step) -> Result<(), LedgerRefusal> {
        let total = |books: &Self| books.accounts.values().map(|a| a.balance.posted).sum::<i64>();
        let before = total(self);
        if let Some(movement) = &step.movement {
            assert!(movement.is_balanced(), "{movement:?}");
            for posting in &movement.postings {
                let (scope, currency) = (self.intent.scope, self.intent.amount().currency());
                let empty = Account::empty(scope, posting.account, currency);
                self.accounts.entry(posting.account).or_insert(empty);
            }
            for line in movement.book(&self.accounts, now())? {
                self.accounts.insert(line.account.id, line.account);
            }
            self.escrow += movement.escrow;
        }
        assert_eq!(before, total(self));
        self.intent = step.intent;
        Ok(())
    }

    fn news(&mut self, leg: Leg, news: Progress) {
        let available = self.balance(10).available();
        let step = self.intent.progress(leg, &news, available, now()).unwrap();
        self.take(step).unwrap();
    }

    fn balance(&self, wallet: u8) -> Balance {
        self.accounts[&AccountId::Wallet(id(wallet))].balance
    }

    fn status(&self) -> &'static str {
        self.intent.status.name().as_str()
    }

    fn events(&self) -> Vec<&'static str> {
        let entries = self.intent.history.entries.iter();
        entries.map(|e| e.kind.as_str().trim_start_matches("payment_intent.")).collect()
    }
}

fn later() -> Progress {
    Progress::moved(Some(now().plus_seconds(40)))
}

const AT_ONCE: Progress = Progress::moved(None);
const NO: Progress = Progress::Declined(FailureReason::AccountClosed);
const BACK: Progress = Progress::Returned(FailureReason::ReturnedR01);

fn balance(posted: i64, pending_in: i64, pending_out: i64) -> Balance {
    Balance { posted, pending_in, pending_out }
}

/// The grid of all statuses and actions.
#[test]
fn every_status_takes_every_action_as_the_table_says() {
    let until = now().plus_seconds(30);
    let statuses = |intent: &PaymentIntent| {
        [
            Status::PendingReview,
            Status::Processing { work: Work::Order { leg: Leg::Push, accepted: true }, until },
            Status::Held,
            Status::Succeeded(Success::Moved { settles: Some(until) }),
            Status::Succeeded(Success::Moved { settles: None }),
            Status::Settled,
            Status::Failed { attempt: None, reason: FailureReason::NoAccount },
            Status::Expired,
            Status::Canceled,
        ]
        .map(|status| PaymentIntent { status, ..intent.clone() })
    };
    let show = |result: Result<Step, StepRefusal>| match result {
        Ok(step) => step.intent.status.name().as_str().to_owned(),
        Err(refusal) => format!("{refusal:?}"),
    };
    let mut grid = String::new();
    for (label, sample) in [("payout", payout()), ("escrow", escrow())] {
        for i in statuses(&sample) {
            let told = |news: Progress| show(i.progress(Leg::Push, &news, 0, now()));
            let row = [
                show(i.start(now())),
                told(Progress::Accepted { ask_at: until }),
                told(later()),
                told(Progress::Settled),
                told(NO),
                told(BACK),
                show(i.release(None, false, now())),
                show(i.call_off(now())),
                show(i.let_go(late())),
            ];
            grid += &format!("{label} {}: {}\n", i.status.name().as_str(), row.join(", "));
        }
    }
    assert_eq!(
        grid.replace("OutOfTurn", "-").replace("NotInReview", ".").replace("NotCancelable", "kept"),
        "\
payout pending_review: processing, -, -, -, -, -, NotHeld, canceled, NotDue
payout processing: ., processing, succeeded, succeeded, failed, failed, NotHeld, kept, NotDue
payout held: ., -, -, -, -, -, NotHeld, kept, NotDue
payout succeeded: ., succeeded, succeeded, settled, failed, failed, NotHeld, kept, NotDue
payout succeeded: ., -, -, -, -, -, NotHeld, kept, NotDue
payout settled: ., -, -, -, -, -, NotHeld, kept, NotDue
payout failed: ., -, -, -, -, -, NotHeld, kept, NotDue
payout expired: ., -, -, -, -, -, HoldExpired, HoldExpired, NotDue
payout canceled: ., -, -, -, -, -, NotHeld, kept, NotDue
escrow pending_review: held, -, -, -, -, -, NotHeld, canceled, NotDue
escrow processing: ., processing, succeeded, succeeded, failed, failed, NotHeld, kept, NotDue
escrow held: ., -, -, -, -, -, succeeded, canceled, expired
escrow succeeded: ., succeeded, succeeded, settled, failed, failed, NotHeld, kept, NotDue
escrow succeeded: ., -, -, -, -, -, NotHeld, kept, NotDue
escrow settled: ., -, -, -, -, -, NotHeld, kept, NotDue
escrow failed: ., -, -, -, -, -, NotHeld, kept, NotDue
escrow expired: ., -, -, -, -, -, HoldExpired, HoldExpired, NotDue
escrow canceled: ., -, -, -, -, -, NotHeld, kept, NotDue
"
    );
}

#[test]
fn a_transfer_moves_money_at_once() {
    let books = Books::start(&transfer(), 150);
    assert_eq!(
        (books.status(), books.balance(10).posted, books.balance(11).posted),
        ("succeeded", 50, 250)
    );
    assert_eq!(books.events(), ["created", "succeeded"]);
}

#[test]
fn a_transfer_without_the_money_moves_nothing() {
    let mut books = Books::with(transfer(), 99);
    let refusal = books.take(transfer().start(now()).unwrap()).unwrap_err();
    assert_eq!(refusal, LedgerRefusal::InsufficientFunds(AccountId::Wallet(id(10))));
    assert_eq!(books.intent, transfer());
}

#[test]
fn a_hold_is_released_in_parts_and_the_last_part_ends_it() {
    let mut books = Books::start(&escrow(), 100);
    assert_eq!(
        (books.balance(10), books.balance(11), books.escrow),
        (balance(100, 0, 100), balance(100, 0, 0), 100)
    );
    let step = books.intent.release(Some(30), false, now()).unwrap();
    books.take(step).unwrap();
    assert_eq!((books.status(), books.balance(10), books.escrow), ("held", balance(70, 0, 70), 70));
    assert_eq!(
        books.intent.release(Some(71), false, now()),
        Err(StepRefusal::MoreThanHeld { left: 70 })
    );
    let step = books.intent.release(None, false, now()).unwrap();
    books.take(step).unwrap();
    assert_eq!(
        (books.status(), books.balance(10), books.balance(11).posted),
        ("succeeded", balance(0, 0, 0), 200)
    );
    assert_eq!(books.events(), ["created", "held", "released", "released", "succeeded"]);
    assert_eq!(
        (books.escrow, books.intent.release(None, false, now())),
        (0, Err(StepRefusal::NotHeld))
    );
}

#[test]
fn a_final_release_gives_the_rest_back() {
    let mut books = Books::start(&escrow(), 100);
    let step = books.intent.release(Some(30), true, now()).unwrap();
    books.take(step).unwrap();
    assert_eq!(
        (books.status(), books.balance(10), books.balance(11).posted),
        ("succeeded", balance(70, 0, 0), 130)
    );
    let hold = books.intent.wallet_terms().unwrap().hold.unwrap();
    assert_eq!((hold.released, hold.given_back, hold.left(AMOUNT)), (30, 70, 0));
}

#[test]
fn a_hold_reads_as_expired_from_its_very_second_and_can_then_only_be_let_go() {
    let books = Books::start(&escrow(), 100);
    let over = books.intent.expires_at().unwrap();
    assert_eq!(books.intent.status_at(over.plus_ms(-1)), StatusName::Held);
    assert_eq!(books.intent.status_at(over), StatusName::Expired);
    assert_eq!(books.intent.release(None, false, over), Err(StepRefusal::HoldExpired));
    assert_eq!(books.intent.call_off(over), Err(StepRefusal::HoldExpired));
    assert_eq!(books.intent.let_go(over.plus_ms(-1)), Err(StepRefusal::NotDue));
    let mut books = books;
    let step = books.intent.let_go(over).unwrap();
    books.take(step).unwrap();
    assert_eq!(
        (books.status(), books.balance(10), books.escrow),
        ("expired", balance(100, 0, 0), 0)
    );
}

#[test]
fn a_hold_that_waited_for_a_review_has_its_whole_time_from_the_approval() {
    let waiting = escrow().stop_for_review(made());
    let approved = waiting.start(made().plus_days(3)).unwrap().intent;
    assert_eq!(approved.expires_at(), Some(made().plus_days(10)));
}

#[test]
fn card_money_is_there_at_once() {
    let mut books = Books::start(&funding(Rail::Card, Spendable::AtSettled), 0);
    assert_eq!((books.status(), books.balance(10)), ("processing", balance(0, 0, 0)));
    books.news(Leg::Pull, AT_ONCE);
    assert_eq!((books.status(), books.balance(10)), ("succeeded", balance(100, 0, 0)));
    assert_eq!(books.intent.due(), None);
}

#[test]
fn bank_money_is_announced_first_and_spendable_when_it_has_settled() {
    let mut books = Books::start(&funding(Rail::Ach, Spendable::AtSettled), 0);
    assert_eq!(books.balance(10), balance(0, 100, 0));
    books.news(Leg::Pull, later());
    assert_eq!((books.status(), books.balance(10)), ("succeeded", balance(0, 100, 0)));
    books.news(Leg::Pull, Progress::Settled);
    assert_eq!((books.status(), books.balance(10)), ("settled", balance(100, 0, 0)));
    assert_eq!(books.events(), ["created", "processing", "succeeded", "settled"]);
}

#[test]
fn bank_money_that_comes_back_before_it_settled_was_never_there() {
    let mut books = Books::start(&funding(Rail::Ach, Spendable::AtSettled), 0);
    books.news(Leg::Pull, later());
    books.news(Leg::Pull, BACK);
    assert_eq!((books.status(), books.balance(10)), ("failed", balance(0, 0, 0)));
    assert_eq!(books.events(), ["created", "processing", "succeeded", "returned", "failed"]);
}

#[test]
fn bank_money_that_was_spent_and_comes_back_becomes_a_debt() {
    let mut books = Books::start(&funding(Rail::Ach, Spendable::AtSucceeded), 0);
    books.news(Leg::Pull, later());
    assert_eq!(books.balance(10), balance(100, 0, 0));
    let wallet = AccountId::Wallet(id(10));
    books.accounts.get_mut(&wallet).unwrap().balance.pending_out = 70;
    books.news(Leg::Pull, BACK);
    assert_eq!((books.status(), books.balance(10)), ("failed", balance(70, 0, 70)));
    let (customer, currency) = (books.intent.customer.unwrap(), Currency::USD);
    let debt = &books.accounts[&AccountId::Receivable { customer, currency }];
    assert_eq!(debt.balance, balance(-70, 0, 0));
}

#[test]
fn a_payout_is_reserved_then_leaves_and_may_come_back_until_it_settles() {
    let mut books = Books::start(&payout(), 150);
    assert_eq!((books.status(), books.balance(10)), ("processing", balance(150, 0, 100)));
    books.news(Leg::Push, later());
    assert_eq!((books.status(), books.balance(10)), ("succeeded", balance(50, 0, 0)));
    books.news(Leg::Push, BACK);
    assert_eq!((books.status(), books.balance(10)), ("failed", balance(150, 0, 0)));
    let reason = books.intent.status.failure();
    assert_eq!(reason, Some(FailureReason::ReturnedR01));
}

#[test]
fn a_refused_payout_gives_the_money_back() {
    let mut books = Books::start(&payout(), 100);
    books.news(Leg::Push, NO);
    assert_eq!((books.status(), books.balance(10)), ("failed", balance(100, 0, 0)));
}

#[test]
fn a_relay_takes_the_money_in_and_reserves_it_in_one_step() {
    for rail in [Rail::Card, Rail::Ach] {
        let mut books = Books::start(&relay(rail), 0);
        books.news(Leg::Pull, if rail == Rail::Card { AT_ONCE } else { later() });
        if rail == Rail::Ach {
            assert_eq!(books.balance(10), balance(0, 100, 0), "a bank's money has to settle first");
            books.news(Leg::Pull, Progress::Settled);
        }
        assert_eq!((books.status(), books.balance(10)), ("processing", balance(100, 0, 100)));
        books.news(Leg::Push, later());
        assert_eq!((books.status(), books.balance(10)), ("succeeded", balance(0, 0, 0)));
        books.news(Leg::Push, Progress::Settled);
        assert_eq!(books.status(), "settled");
    }
}

#[test]
fn a_relay_that_cannot_pass_the_money_on_leaves_it_in_the_wallet() {
    for after_success in [false, true] {
        let mut books = Books::start(&relay(Rail::Card), 0);
        books.news(Leg::Pull, AT_ONCE);
        if after_success {
            books.news(Leg::Push, later());
        }
        books.news(Leg::Push, if after_success { BACK } else { NO });
        assert_eq!((books.status(), books.balance(10)), ("failed", balance(100, 0, 0)));
        assert_eq!(books.intent.status.failure(), Some(FailureReason::PayoutLegFailed));
    }
}

#[test]
fn news_of_a_leg_that_is_over_are_out_of_turn() {
    let mut books = Books::start(&relay(Rail::Card), 0);
    books.news(Leg::Pull, AT_ONCE);
    let again = books.intent.progress(Leg::Pull, &AT_ONCE, 0, now());
    assert_eq!(again, Err(StepRefusal::OutOfTurn));
    // The push may still come back, whatever is heard of the pull.
    books.news(Leg::Push, later());
    for old in [AT_ONCE, later(), Progress::Settled, NO] {
        let told = books.intent.progress(Leg::Pull, &old, 0, now());
        assert_eq!(told, Err(StepRefusal::OutOfTurn), "{old:?}");
    }
    books.news(Leg::Push, BACK);
    assert_eq!((books.status(), books.balance(10)), ("failed", balance(100, 0, 0)));
}

#[test]
fn a_review_reserves_nothing_and_its_rejection_is_final() {
    let waiting = payout().stop_for_review(made());
    let rejected = waiting.reject(now()).unwrap();
    assert_eq!((rejected.movement, rejected.intent.status.name()), (None, StatusName::Failed));
    assert_eq!(rejected.intent.reject(now()), Err(StepRefusal::NotInReview));
    assert_eq!(rejected.intent.start(now()), Err(StepRefusal::NotInReview));
}

#[test]
fn the_first_answer_stays_the_answer() {
    let mut books = Books::start(&payout(), 100);
    books.intent = books.intent.clone().answered();
    books.news(Leg::Push, later());
    let first = books.intent.clone().answered().wallet_terms().unwrap().first.unwrap();
    assert_eq!((first.status, first.at), (StatusName::Processing, now()));
}
