//! People with wallets, and money that moves between them.

use super::{Answer, Tenant, eventually, unique};
use serde_json::{Value, json};

/// A user with a wallet in US dollars.
pub struct Person<'a> {
    /// Whose user.
    pub tenant: &'a Tenant,
    /// The user.
    pub user: String,
    /// The wallet.
    pub wallet: String,
}

const PAYMENTS: &str = "/v1/platform/payments";

impl<'a> Person<'a> {
    /// A new user with an empty wallet.
    pub fn new(tenant: &'a Tenant) -> Self {
        let user = tenant.user();
        let wallet = json!({"user_id": user, "name": "Daily"});
        let wallet = tenant.post("/v1/platform/wallets", &wallet).ok();
        Self { tenant, user, wallet: wallet["wallet_id"].as_str().unwrap().to_owned() }
    }

    /// A new user with this much in the wallet, in whole dollars.
    pub fn with(tenant: &'a Tenant, dollars: u32) -> Self {
        let person = Self::new(tenant);
        let card = person.saved_card("4242424242424242");
        let wish = person.wish("funding", &dollars.to_string());
        let wish =
            with(wish, &[("product_id", product(tenant, "card")), ("payment_method_id", card)]);
        let payment = tenant.post(PAYMENTS, &wish).ok();
        assert_eq!(payment["status"], "succeeded", "{payment}");
        person
    }

    /// A payment out of (or into) this wallet with a fresh key.
    pub fn wish(&self, kind: &str, amount: &str) -> Value {
        json!({
            "user_id": self.user,
            "wallet_id": self.wallet,
            "amount": amount,
            "intent_type": kind,
            "idempotency_key": unique(),
        })
    }

    /// Makes a payment.
    pub fn pay(&self, wish: Value, more: &[(&str, String)]) -> Answer {
        self.tenant.post(PAYMENTS, &with(wish, more))
    }

    /// `posted`, `pending_in`, `pending_out`, `available`.
    pub fn balance(&self) -> [String; 4] {
        let wallet = self.tenant.get(&format!("/v1/platform/wallets/{}", self.wallet)).ok();
        ["posted", "pending_in", "pending_out", "available"]
            .map(|name| wallet["balances"][name].as_str().unwrap().to_owned())
    }

    /// A card that was saved through a link.
    pub fn saved_card(&self, number: &str) -> String {
        self.tenant.account(&self.user, "approved");
        let link = self.tenant.link(&json!({"user_id": self.user, "amount": "1.00"}));
        let answer = link.submit(&link.card_token(number), true);
        assert_eq!(answer.json()["status"], "succeeded", "{}", answer.body);
        let payment = self.tenant.payment(&link);
        payment["payment_method_id"].as_str().unwrap().to_owned()
    }

    /// A saved bank account.
    pub fn bank(&self, number: &str) -> String {
        let body = with(account(number), &[("user_id", self.user.clone())]);
        let saved = self.tenant.post("/v1/platform/payment-methods/bank", &body).ok();
        saved["payment_method_id"].as_str().unwrap().to_owned()
    }

    /// A payee's bank account.
    pub fn payee(&self, number: &str) -> String {
        self.destination(with(account(number), &[("type", "bank".to_owned())]))
    }

    /// A payee's e-mail address.
    pub fn payee_by_email(&self, email: &str) -> String {
        self.destination(json!({"type": "email", "email": email}))
    }

    fn destination(&self, body: Value) -> String {
        let payee = shared::app::clock::new_id::<()>();
        let path = format!("/v1/platform/payees/{payee}/destinations?user_id={}", self.user);
        let made = self.tenant.post(&path, &body).ok();
        made["destination_id"].as_str().unwrap().to_owned()
    }

    /// A payment as the API shows it.
    pub fn payment(&self, id: &Value) -> Value {
        self.tenant.get(&format!("{PAYMENTS}/{}", id.as_str().unwrap())).ok()
    }

    /// Does something with a payment.
    pub fn step(&self, id: &Value, what: &str, body: &Value) -> Answer {
        self.tenant.post(&format!("{PAYMENTS}/{}/{what}", id.as_str().unwrap()), body)
    }

    /// Waits until a payment stands like this.
    pub fn wait_for(&self, id: &Value, status: &str) -> Value {
        eventually(&format!("the payment is {status}"), 120, || {
            Some(self.payment(id)).filter(|payment| payment["status"] == status)
        })
    }
}

/// One of a tenant's products by its rail.
pub fn product(tenant: &Tenant, rail: &str) -> String {
    product_for(tenant, rail, None)
}

/// One of a tenant's products by its rail and what it serves.
pub fn product_for(tenant: &Tenant, rail: &str, kind: Option<&str>) -> String {
    let products = tenant.get("/v1/platform/products").ok();
    let fits = |product: &&Value| {
        product["rail"] == rail && kind.is_none_or(|kind| product["intent_types"][0] == kind)
    };
    let found = products.as_array().unwrap().iter().find(fits).unwrap();
    found["product_id"].as_str().unwrap().to_owned()
}

/// A body with more fields.
pub fn with(mut body: Value, more: &[(&str, String)]) -> Value {
    for (name, value) in more {
        body[*name] = json!(value);
    }
    body
}

fn account(number: &str) -> Value {
    json!({
        "routing_number": "110000000",
        "account_number": number,
        "account_type": "checking",
        "account_holder_name": "Ada Example",
    })
}
