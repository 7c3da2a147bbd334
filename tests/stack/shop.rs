//! Organisations of the links surface, and the members who sell.

use super::{Answer, Call, Link, Received, Receiver, Stack, aws::attributes, eventually, unique};
use ring::hmac;
use serde_json::{Value, json};
use shared::{
    app::clock,
    model::{actor::Actor, id::TenantId, invitation::Invitation, token::SingleUse},
    operations::invitations::token_hash,
    store::{Write, invitation},
};

/// What members of tests sign in with.
pub const PASSWORD: &str = "seats-for-the-autumn";

/// An organisation with its owner signed in.
pub struct Shop {
    stack: &'static Stack,
    /// The tenant's id.
    pub tenant: String,
    /// The owner's address.
    pub email: String,
    /// The owner's session.
    pub session: Value,
}

impl Stack {
    /// An organisation of one's own, with an account that charges.
    pub fn shop(&'static self, name: &str) -> Shop {
        self.shop_of_all_surfaces(name).0
    }

    /// The same, with the credentials of the other surfaces.
    pub fn shop_of_all_surfaces(&'static self, name: &str) -> (Shop, Value) {
        let (made, email) = self.provisioned(name);
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        let (tenant, invitation) = (text("tenant_id"), text("invite_token"));
        let account = json!({
            "tenant_id": tenant,
            "mode": "test",
            "status": "approved",
            "descriptor": "CORNER SHOP",
            "processor": "simulator",
        });
        self.invoke("operators-put-merchant-account", &account);
        let accepted = json!({"token": invitation, "name": "Grace Hopper", "password": PASSWORD});
        let call = self.anonymous("POST", "/api/auth/invitations/accept/").json(&accepted);
        (Shop { stack: self, tenant, email, session: call.send().shown(201) }, made)
    }

    /// A tenant of one's own whose owner, with this address, is invited.
    fn provisioned(&'static self, name: &str) -> (Value, String) {
        let email = format!("{}@example.com", unique());
        let limits = json!({"USD": "10000.00"});
        let wanted = json!({
            "name": name, "mode": "test", "owner_email": email, "currency_limits": limits,
        });
        (self.invoke("operators-provision-tenant", &wanted), email)
    }

    /// An organisation without members: its id, the owner's address, the invitation's token.
    pub fn invited_shop(&'static self, name: &str) -> (String, String, String) {
        let (made, email) = self.provisioned(name);
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        assert!(text("invite_url").ends_with(&text("invite_path")));
        (text("tenant_id"), email, text("invite_token"))
    }
}

impl Shop {
    /// Another member of the organisation, in this role: signed in from an invitation that is in the
    /// table.
    pub fn member(&self, role: &str) -> Self {
        let tenant: TenantId = self.tenant.parse().unwrap();
        let (id, email) = (clock::new_id(), format!("{}@example.com", unique()));
        let token = SingleUse::Invitation.encode(tenant, id, clock::random());
        let now = clock::now();
        let invitation = Invitation {
            id,
            tenant,
            email: email.clone(),
            role: role.parse().unwrap(),
            token_hash: token_hash(&token),
            end: None,
            invited_by: Actor::Operator,
            created_at: now,
            expires_at: now.plus_days(1),
            version: 1,
        };
        let Write::Insert(item) = invitation::put(&invitation) else { panic!("a new one") };
        self.stack.put(&attributes(&item));
        let accepted = json!({"token": token, "name": "Grace Hopper", "password": PASSWORD});
        let call = self.stack.anonymous("POST", "/api/auth/invitations/accept/").json(&accepted);
        let session = call.send().shown(201);
        Self { stack: self.stack, tenant: self.tenant.clone(), email, session }
    }

    /// The same member in another session, such as one of live mode.
    pub fn in_session(&self, session: Value) -> Self {
        let (tenant, email) = (self.tenant.clone(), self.email.clone());
        Self { stack: self.stack, tenant, email, session }
    }

    /// A call of the owner.
    pub fn call(&self, method: &str, path: &str) -> Call {
        let token = self.session["access_token"].as_str().unwrap();
        self.stack.anonymous(method, path).header("authorization", &format!("Token {token}"))
    }

    /// Reads.
    pub fn get(&self, path: &str) -> Answer {
        self.call("GET", path).send()
    }

    /// Writes.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path).json(body).send()
    }

    /// A new product over 120.00 USD or 110.00 EUR.
    pub fn product(&self) -> String {
        let body = json!({"name": "Workshop seat", "prices": {"USD": "120.00", "EUR": "110.00"}});
        let made = self.post("/api/products/", &body).shown(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// A new link that sells one new product, of which the buyer may choose up to four.
    pub fn link(&self, max_uses: Option<u32>) -> String {
        let range = json!({"minimum": 1, "maximum": 4});
        let line = json!({"product_id": self.product(), "adjustable_quantity": range});
        let body = json!({"name": "Autumn", "products": [line], "max_uses": max_uses});
        let made = self.post("/api/payment-links/", &body).shown(201);
        made["uuid"].as_str().unwrap().to_owned()
    }

    /// What buyers see of a link.
    pub fn preview(&self, uuid: &str) -> Answer {
        self.stack.anonymous("GET", &format!("/api/payment-links/public/{uuid}/")).send()
    }

    /// What a buyer types.
    pub fn buyer() -> Value {
        json!({
            "billing_country": "US",
            "billing_postal_code": "10001",
            "billing_region": "NY",
            "billing_first_name": "Ada",
            "billing_last_name": "Example",
            "billing_email": "ada@example.com",
        })
    }

    /// A buyer starts to pay, from a network of the shop's own: starts are counted by network.
    pub fn start(&self, uuid: &str, body: &Value) -> Answer {
        let id: TenantId = self.tenant.parse().unwrap();
        let [.., a, b] = id.uuid().into_bytes();
        let address = format!("10.{a}.{b}.7");
        let path = format!("/api/payment-links/public/{uuid}/start/");
        self.stack.anonymous("POST", &path).sent_from(&address).json(body).send()
    }

    /// The page of a checkout in a buyer's hands.
    pub fn page(&self, checkout: &Value) -> Link {
        let link = json!({
            "payment_intent_id": checkout["transaction_id"],
            "pay_url": checkout["checkout_url"],
            "expires_at": "",
        });
        Link::new(self.stack, &link)
    }

    /// A server of this organisation that hears of these events.
    pub fn listen(&self, events: &[&str]) -> Receiver {
        let mut receiver = Receiver::start();
        let body = json!({"url": receiver.url, "events": events});
        let made = self.post("/api/organization/webhooks/", &body).shown(201);
        receiver.secret = made["secret"].as_str().unwrap().to_owned();
        receiver
    }
}

impl Answer {
    /// A success of the links surface, which has no envelope.
    pub fn shown(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.header("cache-control"), Some("no-store"));
        assert!(self.header("x-request-id").is_some(), "no request id");
        self.json()
    }

    /// An error of the links surface; answers it whole.
    pub fn told_off(&self, status: u16, code: &str) -> Value {
        let json = self.json();
        assert_eq!((self.status, &json["code"]), (status, &json!(code)), "{json}");
        assert!(json["detail"].as_str().is_some_and(|text| text.ends_with('.')), "{json}");
        json
    }
}

impl Receiver {
    /// Waits for a transaction to have a status, with this surface's signatures verified.
    pub fn hear_status(&self, transaction: &Value, status: &str, seconds: i64) -> Value {
        eventually(&format!("{transaction} is {status}"), seconds, || {
            let bodies = self.received().into_iter().map(|got| got.attested(&self.secret));
            let mut bodies = bodies.filter(|body| body["transaction_id"] == *transaction);
            bodies.find(|body| body["status"] == status)
        })
    }
}

impl Received {
    /// The body, once both signatures have been checked: one with the library of Standard
    /// Webhooks, the links surface's own by the formula it documents.
    pub fn attested(&self, secret: &str) -> Value {
        let webhook = standardwebhooks::Webhook::new(secret).unwrap();
        webhook.verify(&self.body, &self.headers).unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let mac = hmac::sign(&key, &self.body);
        let hex: String = mac.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(self.header("x-webhook-signature"), format!("sha256={hex}"));
        let body: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(self.header("x-webhook-event"), body["event"]);
        body
    }
}
