//! Tenants, their users, and the links buyers open.

use super::{Answer, Call, Receiver, Stack, unique};
use serde_json::{Value, json};
use shared::{
    model::{Mode, Scope},
    store::{Key, key},
};

/// A caller of the API with an access token that allows everything.
pub struct Tenant {
    stack: &'static Stack,
    /// Its id.
    pub id: String,
    /// Public half of its credential.
    pub client_id: String,
    /// Secret half.
    pub client_secret: String,
    /// An access token with all scopes.
    pub token: String,
}

/// A user who can pay.
pub struct Payer {
    /// The user.
    pub user: String,
    /// Its approved merchant account.
    pub account: String,
}

/// A payment link in a buyer's hands.
#[derive(Clone)]
pub struct Link {
    stack: &'static Stack,
    /// The payment.
    pub id: String,
    /// The page.
    pub pay_url: String,
    /// When it stops working.
    pub expires_at: String,
}

impl Tenant {
    /// A tenant with a fresh access token.
    pub fn signed_in(
        stack: &'static Stack,
        id: String,
        client_id: String,
        client_secret: String,
    ) -> Self {
        let mut tenant = Self { stack, id, client_id, client_secret, token: String::new() };
        tenant.token = tenant.token_for(None);
        tenant
    }

    /// The same tenant with a new token.
    pub fn renewed(&self) -> Self {
        let (id, client) = (self.id.clone(), self.client_id.clone());
        Self::signed_in(self.stack, id, client, self.client_secret.clone())
    }

    /// An access token for these scopes.
    pub fn token_for(&self, scopes: Option<&str>) -> String {
        let body = json!({
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "scope": scopes,
        });
        let call = self.stack.anonymous("POST", "/v1/platform/auth/token");
        call.json(&body).send().ok()["access_token"].as_str().unwrap().to_owned()
    }

    /// A call with the access token.
    pub fn call(&self, method: &str, path: &str) -> Call {
        self.stack.anonymous(method, path).bearer(&self.token)
    }

    /// Reads.
    pub fn get(&self, path: &str) -> Answer {
        self.call("GET", path).send()
    }

    /// Writes.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path).json(body).send()
    }

    /// A new user.
    pub fn user(&self) -> String {
        let email = format!("{}@example.com", unique());
        let made = self.post("/v1/platform/users", &json!({"name": "Bo Buyer", "email": email}));
        made.ok()["user_id"].as_str().unwrap().to_owned()
    }

    /// A merchant account for a user, as an operator adds it.
    pub fn account(&self, user: &str, status: &str) -> String {
        let input = json!({
            "tenant_id": self.id,
            "mode": "test",
            "user_id": user,
            "status": status,
            "descriptor": "CORNER SHOP",
            "processor": "simulator",
        });
        self.stack.invoke("operators-put-merchant-account", &input)["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// A new user with an approved merchant account.
    pub fn payer(&self) -> Payer {
        let user = self.user();
        let account = self.account(&user, "approved");
        Payer { user, account }
    }

    /// A link over 12.50 USD for a new payer.
    pub fn new_link(&self) -> Link {
        self.link(&json!({"user_id": self.payer().user, "amount": "12.50"}))
    }

    /// A link.
    pub fn link(&self, body: &Value) -> Link {
        Link::new(self.stack, &self.post("/v1/platform/card/payment-link", body).ok())
    }

    /// A payment as the API shows it.
    pub fn payment(&self, link: &Link) -> Value {
        self.get(&format!("/v1/platform/payments/{}", link.id)).ok()
    }

    /// Whose records these are.
    pub fn scope(&self) -> Scope {
        Scope { tenant: self.id.parse().unwrap(), mode: Mode::Test }
    }

    /// Where a payment is in the table.
    pub fn intent_key(&self, link: &Link) -> Key {
        key::intent(self.scope(), link.id.parse().unwrap())
    }

    /// A server of this tenant that hears of these events; of all when there are none.
    pub fn listen(&self, events: &[&str]) -> Receiver {
        let mut receiver = Receiver::start();
        let body = json!({"url": receiver.url, "events": events});
        let put = self.post("/v1/platform/webhooks", &body).ok();
        receiver.secret = put["secret"].as_str().unwrap().to_owned();
        receiver
    }
}

impl Link {
    /// A link as the API answered it.
    pub fn new(stack: &'static Stack, data: &Value) -> Self {
        let text = |name: &str| data[name].as_str().unwrap().to_owned();
        Self {
            stack,
            id: text("payment_intent_id"),
            pay_url: text("pay_url"),
            expires_at: text("expires_at"),
        }
    }

    /// The secret in the page's address.
    pub fn token(&self) -> &str {
        self.pay_url.rsplit('/').next().unwrap()
    }

    /// A call of the page, or of something below it.
    pub fn call(&self, method: &str, below: &str) -> Call {
        self.stack.call(method, &format!("{}{below}", self.pay_url))
    }

    /// Opens the page.
    pub fn open(&self) -> Answer {
        self.call("GET", "").send()
    }

    /// What the page sends for a card.
    pub fn card(number: &str) -> Value {
        let cvc = if number.starts_with("37") { "7391" } else { "739" };
        json!({
            "number": number,
            "exp_month": 12,
            "exp_year": 2030,
            "cvc": cvc,
            "name": "Bo Buyer",
            "postal_code": "12345",
        })
    }

    /// A token for a card.
    pub fn card_token(&self, number: &str) -> String {
        let answer = self.call("POST", "/card").json(&Self::card(number)).send();
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["card_token"].as_str().unwrap().to_owned()
    }

    /// Submits a card's token.
    pub fn submit(&self, card_token: &str, save_card: bool) -> Answer {
        let body = json!({"card_token": card_token, "save_card": save_card});
        self.call("POST", "/submit").json(&body).send()
    }

    /// Pays a link that knows no customer: the buyer says who it is.
    pub fn pay_as(&self, email: &str, number: &str) -> Value {
        let body = json!({"card_token": self.card_token(number), "email": email});
        let answer = self.call("POST", "/submit").json(&body).send();
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// Pays: a token for the card, then the submit. Answers what the page would show.
    pub fn pay(&self, number: &str) -> Value {
        let answer = self.submit(&self.card_token(number), false);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// Where the payment stands, as the page sees it.
    pub fn status(&self) -> String {
        let answer = self.call("GET", "/status").send();
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["status"].as_str().unwrap().to_owned()
    }

    /// Answers the bank's challenge.
    pub fn challenge(&self, approve: bool) -> Answer {
        self.call("POST", "/challenge").json(&json!({"approve": approve})).send()
    }
}
