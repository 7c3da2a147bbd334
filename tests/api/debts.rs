//! Money that a bank takes back after it was spent, and escrow past its time that nobody has swept
//! up yet: what few payments meet, and every function's role has to allow all the same.

use crate::stack::{
    Stack, Tenant,
    bank::{Person, product, with},
    eventually, text_of, unique,
};
use serde_json::{Value, json};
use shared::{
    app::clock,
    model::{Currency, Time, ledger::AccountId},
    store::{Key, key},
};

/// Fundings from a bank that takes its money back, until one was spent in between: it is there for
/// two seconds.
const MAX_FUNDINGS: usize = 40;

/// A tenant whose bank money can be spent as soon as it arrives, before it has settled.
pub fn trusting(stack: &'static Stack, name: &str) -> Tenant {
    let tenant = stack.tenant(name);
    let input = json!({"tenant_id": tenant.id, "mode": "test", "routes": [
        {
            "name": "Bank in, at once",
            "pull": "ach",
            "processor": "simulator",
            "spendable": "succeeded",
            "limits": {"USD": {"minimum": "1.00", "maximum": "500.00"}},
        },
        {
            "name": "Card in",
            "pull": "card",
            "processor": "simulator",
            "limits": {"USD": {"minimum": "1.00", "maximum": "500.00"}},
        },
    ]});
    stack.invoke("operators-update-tenant", &input);
    tenant
}

/// Money in escrow that is past its time, which nobody has written down yet.
pub fn forgotten_hold(
    stack: &'static Stack,
    sender: &Person<'_>,
    receiver: &Person<'_>,
    amount: &str,
) {
    eventually("money in escrow that the sweep has not seen", 300, || {
        forget_a_hold(stack, sender, receiver, amount)
    });
}

/// Makes one hold look so; `None` where the sweep of this minute was faster, which gives the money back.
fn forget_a_hold(
    stack: &'static Stack,
    sender: &Person<'_>,
    receiver: &Person<'_>,
    amount: &str,
) -> Option<()> {
    let mut wish = sender.wish("transfer", amount);
    wish["destination_wallet_id"] = json!(receiver.wallet);
    wish["hold"] = json!(true);
    let held = sender.tenant.post("/v1/platform/payments", &wish).ok();
    let id = held["payment_intent_id"].as_str().unwrap().parse().unwrap();
    let (scope, wallet) = (sender.tenant.scope(), sender.wallet.parse().unwrap());
    let mut intent = stack.item(&key::intent(scope, id)).unwrap();
    let before: i64 = intent["hold"]["M"]["exp"]["N"].as_str().unwrap().parse().unwrap();
    let over = clock::now().plus_seconds(-1);
    intent["hold"]["M"]["exp"] = json!({"N": over.ms().to_string()});
    let place = key::hold(scope, wallet, Time::from_ms(before), id);
    let mut hold = stack.item(&place).unwrap();
    stack.remove(&place);
    hold["sk"] = json!({"S": key::hold(scope, wallet, over, id).sk});
    stack.put(&hold);
    stack.put(&intent);
    // The sweep would write it down within the minute.
    let due = format!("{:015}#", over.ms());
    let timer = eventually("the hold has a timer, or is over", 60, || {
        let items = stack.items_about(&sender.tenant.id);
        let is_its =
            |(pk, sk): &(String, String)| pk.starts_with("timer#expire#") && sk.starts_with(&due);
        let over = text_of(&stack.item(&key::intent(scope, id))?, "st") != "held";
        items.into_keys().find(is_its).map(Some).or(over.then_some(None))
    });
    let (pk, sk) = timer?;
    stack.remove(&Key { pk, sk });
    Some(())
}

/// Lets a bank's money be spent before the bank takes it back; answers the funding. `push` is called
/// before each look at it.
pub fn spent_before_it_went(ada: &Person<'_>, bo: &Person<'_>, push: impl Fn()) -> Value {
    let bank = [
        ("product_id", product(ada.tenant, "ach")),
        ("payment_method_id", ada.bank("000333333335")),
    ];
    for _ in 0..MAX_FUNDINGS {
        let funding = ada.pay(ada.wish("funding", "12.50"), &bank).ok();
        let id = funding["payment_intent_id"].clone();
        let arrived = eventually("the bank's money arrives", 120, || {
            push();
            let status = ada.payment(&id)["status"].as_str().unwrap().to_owned();
            ["succeeded", "failed"].contains(&status.as_str()).then_some(status)
        });
        if arrived == "succeeded" {
            let spent = ada
                .pay(ada.wish("transfer", "10"), &[("destination_wallet_id", bo.wallet.clone())]);
            if spent.status == 200 {
                return id;
            }
            spent.refused(422, "insufficient_funds");
        }
        eventually("the bank takes its money back", 120, || {
            push();
            (ada.payment(&id)["status"] == "failed").then_some(())
        });
    }
    panic!("the bank was always faster");
}

/// What a user owes, in minor units.
pub fn debt_of(stack: &'static Stack, person: &Person<'_>) -> String {
    let debtor =
        AccountId::Receivable { customer: person.user.parse().unwrap(), currency: Currency::USD };
    let debt = stack.item(&key::account(person.tenant.scope(), debtor)).unwrap();
    debt["posted"]["N"].as_str().unwrap().to_owned()
}

#[test]
fn what_a_bank_takes_back_after_it_was_spent_is_owed() {
    let tenant = trusting(Stack::get(), "Trusting Shop");
    let (ada, bo) = (Person::new(&tenant), Person::new(&tenant));
    let funding = spent_before_it_went(&ada, &bo, || ());
    assert_eq!(ada.wait_for(&funding, "failed")["failure_reason"], "returned_R10");
    assert_eq!(ada.balance(), ["0.00"; 4].map(str::to_owned), "the rest went back to the bank");
    assert_eq!(bo.balance()[3], "10.00");
    assert_eq!(debt_of(Stack::get(), &ada), "-1000");
    let input = json!({"tenant_id": tenant.id, "mode": "test"});
    let report = Stack::get().invoke("workers-audit-ledger", &input);
    assert_eq!(report["differences"], json!(0), "{report}");
}

#[test]
fn escrow_past_its_time_comes_before_a_debt() {
    let tenant = trusting(Stack::get(), "Forgetful Shop");
    let (ada, bo) = (Person::with(&tenant, 15), Person::new(&tenant));
    forgotten_hold(Stack::get(), &ada, &bo, "15");
    let funding = spent_before_it_went(&ada, &bo, || ());
    assert_eq!(ada.wait_for(&funding, "failed")["failure_reason"], "returned_R10");
    assert_eq!(ada.balance(), ["5.00", "0.00", "0.00", "5.00"].map(str::to_owned));
}

#[test]
fn escrow_past_its_time_is_money_for_the_next_payment_and_review() {
    let tenant = trusting(Stack::get(), "Swept Shop");
    let (ada, bo) = (Person::with(&tenant, 30), Person::new(&tenant));
    let to = [("destination_wallet_id", bo.wallet.clone())];
    forgotten_hold(Stack::get(), &ada, &bo, "30");
    assert_eq!(ada.balance()[3], "30.00", "a read counts it as back");
    let path = format!("/v1/platform/wallets/{}", ada.wallet);
    let renamed = tenant.call("PATCH", &path).json(&json!({"name": "Weekly"})).send().ok();
    assert_eq!(renamed["balances"]["available"], "30.00");
    let listed = tenant.get(&format!("/v1/platform/wallets?user_id={}", ada.user)).ok();
    assert_eq!(listed[0]["balances"]["available"], "30.00");
    assert_eq!(ada.pay(ada.wish("transfer", "12"), &to).ok()["status"], "succeeded");
    forgotten_hold(Stack::get(), &ada, &bo, "18");
    let input =
        json!({"tenant_id": tenant.id, "mode": "test", "review_thresholds": {"USD": "1.00"}});
    Stack::get().invoke("operators-update-tenant", &input);
    let waiting = tenant.post("/v1/platform/payments", &with(ada.wish("transfer", "5"), &to)).ok();
    let id = waiting["payment_intent_id"].clone();
    let approved = ada.step(&id, "review", &json!({"decision": "approve"})).ok();
    assert_eq!(approved["status"], "succeeded");
    assert_eq!((ada.balance()[3].as_str(), bo.balance()[3].as_str()), ("13.00", "17.00"));
}

#[test]
fn a_reviewer_lets_money_come_in_or_go_into_escrow_once() {
    let tenant = trusting(Stack::get(), "Reviewing Shop");
    let (ada, bo) = (Person::with(&tenant, 30), Person::new(&tenant));
    let card = [
        ("product_id", product(&tenant, "card")),
        ("payment_method_id", ada.saved_card("4242424242424242")),
    ];
    let input =
        json!({"tenant_id": tenant.id, "mode": "test", "review_thresholds": {"USD": "1.00"}});
    Stack::get().invoke("operators-update-tenant", &input);
    let funding = ada.pay(ada.wish("funding", "20"), &card).ok();
    let mut escrow =
        with(ada.wish("transfer", "40"), &[("destination_wallet_id", bo.wallet.clone())]);
    escrow["hold"] = json!(true);
    let escrow = tenant.post("/v1/platform/payments", &escrow).ok();
    for (payment, status) in [(&funding, "succeeded"), (&escrow, "held")] {
        assert_eq!(payment["status"], "pending_review");
        let body = json!({"decision": "approve", "idempotency_key": unique()});
        let approved = ada.step(&payment["payment_intent_id"], "review", &body).ok();
        assert_eq!(ada.step(&payment["payment_intent_id"], "review", &body).ok(), approved);
        assert_eq!(ada.payment(&payment["payment_intent_id"])["status"], status);
    }
    assert_eq!(ada.balance(), ["50.00", "0.00", "40.00", "10.00"].map(str::to_owned));
}
