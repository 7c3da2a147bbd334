//! Tenants that call the payments surface with an API key.

use super::{Answer, Call, Link, Received, Receiver, Stack, eventually};
use ring::hmac;
use serde_json::{Value, json};

/// A caller of the payments surface whose key allows everything.
pub struct Seller {
    stack: &'static Stack,
    /// The tenant's id.
    pub tenant: String,
    /// The whole API key.
    pub key: String,
}

impl Stack {
    /// A tenant of one's own with an account that charges.
    pub fn seller(&'static self, name: &str) -> Seller {
        let seller = self.seller_without_account(name);
        let account = json!({
            "tenant_id": seller.tenant,
            "mode": "test",
            "status": "approved",
            "descriptor": "CORNER SHOP",
            "processor": "simulator",
        });
        self.invoke("operators-put-merchant-account", &account);
        seller
    }

    /// A tenant of one's own that cannot charge yet.
    pub fn seller_without_account(&'static self, name: &str) -> Seller {
        let wanted = json!({"name": name, "mode": "test", "currency_limits": {"USD": "10000.00"}});
        let made = self.invoke("operators-provision-tenant", &wanted);
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        Seller { stack: self, tenant: text("tenant_id"), key: text("api_key") }
    }
}

impl Stack {
    /// A caller for a tenant that is there.
    pub fn seller_with(&'static self, tenant: &str, key: &str) -> Seller {
        Seller { stack: self, tenant: tenant.to_owned(), key: key.to_owned() }
    }
}

impl Seller {
    /// A call with the key.
    pub fn call(&self, method: &str, path: &str) -> Call {
        self.stack.anonymous(method, path).header("x-api-key", &self.key)
    }

    /// The same tenant with another key.
    pub fn with_key(&self, key: &str) -> Self {
        Self { stack: self.stack, tenant: self.tenant.clone(), key: key.to_owned() }
    }

    /// Reads.
    pub fn get(&self, path: &str) -> Answer {
        self.call("GET", path).send()
    }

    /// Writes.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path).json(body).send()
    }

    /// Writes, once however often it is sent.
    pub fn post_once(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.call("POST", path).header("idempotency-key", key).json(body).send()
    }

    /// A new payment over EUR 250.00.
    pub fn payment(&self) -> Value {
        let body = json!({"amount": 25000, "currency": "eur", "description": "Annual report"});
        self.post("/payments", &body).made()
    }

    /// A payment as it is now.
    pub fn read(&self, payment: &Value) -> Value {
        self.get(&format!("/payments/{}", payment["id"].as_str().unwrap())).told()
    }

    /// The page of a payment in a buyer's hands.
    pub fn page(&self, payment: &Value) -> Link {
        let link = json!({
            "payment_intent_id": payment["id"],
            "pay_url": payment["url"],
            "expires_at": "",
        });
        Link::new(self.stack, &link)
    }

    /// A server of this tenant that hears of these events; of all when there are none.
    pub fn listen(&self, events: &[&str]) -> Receiver {
        let mut receiver = Receiver::start();
        let made = self.post("/webhooks", &json!({"url": receiver.url, "events": events})).made();
        receiver.secret = made["secretKey"].as_str().unwrap().to_owned();
        receiver
    }
}

impl Answer {
    /// The data of a success in the payments surface's envelope.
    pub fn told(&self) -> Value {
        self.success(200)
    }

    /// The data of something that came to be.
    pub fn made(&self) -> Value {
        self.success(201)
    }

    fn success(&self, status: u16) -> Value {
        let json = self.json();
        assert_eq!(self.status, status, "{json}");
        assert_eq!(json["success"], true, "{json}");
        assert_eq!(self.header("paylink-version"), Some("2026-07-11"));
        assert_eq!(self.header("cache-control"), Some("no-store"));
        assert!(self.header("x-request-id").is_some(), "no request id");
        json["data"].clone()
    }

    /// An error of the payments surface, complete to the last field; answers the names of the
    /// fields it complains about.
    pub fn denied(&self, status: u16, kind: &str, code: &str) -> Vec<String> {
        let json = self.json();
        assert_eq!(self.status, status, "{json}");
        assert_eq!(json["success"], false, "{json}");
        let error = &json["error"];
        assert_eq!((&error["type"], &error["code"]), (&json!(kind), &json!(code)), "{json}");
        assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "{json}");
        assert!(error.get("details").is_some() && error.get("doc_url").is_some(), "{json}");
        let fields = error["details"].as_array().into_iter().flatten();
        let names: Vec<String> = fields
            .map(|field| field["field"].as_str().or(field.as_str()).unwrap().to_owned())
            .collect();
        if status == 400 && code == "validation_error" {
            assert_eq!(error["param"], names[0], "{json}");
        }
        names
    }
}

impl Receiver {
    /// Everything about one payment so far, with this surface's signatures verified.
    pub fn told_of(&self, payment: &Value) -> Vec<Value> {
        let bodies = self.received().into_iter().map(|received| received.proven(&self.secret));
        bodies.filter(|body| body["data"]["paymentId"] == payment["id"]).collect()
    }

    /// Waits for an event about one customer.
    pub fn hear_of_customer(&self, event: &str, customer: &Value, seconds: i64) -> Value {
        eventually(&format!("{event} of {}", customer["id"]), seconds, || {
            let bodies = self.received().into_iter().map(|received| received.proven(&self.secret));
            let mut about = bodies.filter(|body| body["data"]["id"] == customer["id"]);
            about.find(|body| body["event"] == event)
        })
    }

    /// Waits for an event about one payment.
    pub fn hear(&self, event: &str, payment: &Value, seconds: i64) -> Value {
        eventually(&format!("{event} of {}", payment["id"]), seconds, || {
            self.told_of(payment).into_iter().find(|body| body["event"] == event)
        })
    }
}

impl Received {
    /// The body, once both signatures have been checked: one with the library of Standard
    /// Webhooks, the payments surface's own by the formula it documents.
    pub fn proven(&self, secret: &str) -> Value {
        let webhook = standardwebhooks::Webhook::new(secret).unwrap();
        webhook.verify(&self.body, &self.headers).unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let mac = hmac::sign(&key, &self.body);
        let hex: String = mac.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(self.header("x-paylink-signature"), hex);
        let body: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(self.header("x-paylink-event"), body["event"]);
        assert_eq!(self.header("x-paylink-event-id"), body["id"]);
        body
    }
}
