//! Hard cases of the payments surface that concern several of its routes: whose objects are seen,
//! what looking costs, currencies of every kind, pages that were forwarded, and secrets.

use crate::stack::{NOBODY, Seller, Stack, eventually, target};
use serde_json::{Value, json};
use shared::app::clock;
use std::{collections::BTreeMap, fs, path::Path};

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// What a seller has of everything that has an id, by the first part of its path.
struct Shelf {
    seller: Seller,
    ids: BTreeMap<&'static str, String>,
    method: String,
    delivery: String,
}

impl Shelf {
    fn fill(seller: Seller) -> Self {
        let receiver = seller.listen(&[]);
        let customer = seller.post("/customers", &json!({"email": "ada@example.com"})).made();
        let asked = json!({"amount": 1000, "currency": "eur", "description": "First",
            "customerId": customer["id"]});
        let payment = seller.post("/payments", &asked).made();
        let page = seller.page(&payment);
        assert_eq!(page.pay("4242424242424242")["status"], "succeeded");
        let completed = receiver.hear("payment_link.completed", &payment, 60);
        let transaction = text(&completed["data"]["paymentTransactionId"]).to_owned();
        let refund = format!("/transactions/{transaction}/refund");
        let refund = seller.post(&refund, &json!({"amount": 100})).made()["refund"]["id"].clone();
        let note = eventually("the credit note", 60, || {
            let notes = seller.get("/credit-notes").told();
            notes[0]["id"].as_str().map(str::to_owned)
        });
        let webhook = text(&seller.get("/webhooks").told()[0]["id"]).to_owned();
        let delivery = eventually("a delivery", 60, || {
            let listed = seller.get(&format!("/webhooks/{webhook}/deliveries")).told();
            listed[0]["id"].as_str().map(str::to_owned)
        });
        let methods = format!("/customers/{}/payment-methods", text(&customer["id"]));
        let method = text(&seller.get(&methods).told()[0]["id"]).to_owned();
        let key = text(&seller.get("/api-keys").told()[0]["id"]).to_owned();
        let ids = BTreeMap::from([
            ("payments", text(&payment["id"]).to_owned()),
            ("transactions", transaction),
            ("refunds", text(&refund).to_owned()),
            ("invoices", text(&completed["data"]["invoiceId"]).to_owned()),
            ("credit-notes", note),
            ("customers", text(&customer["id"]).to_owned()),
            ("api-keys", key),
            ("webhooks", webhook),
        ]);
        Self { seller, ids, method, delivery }
    }

    /// A path of the design with these ids.
    fn path(&self, path: &str) -> Option<String> {
        let id = self.ids.get(path.split('/').nth(1)?)?;
        let path = path.replace("{id}", id).replace("{pmId}", &self.method);
        Some(path.replace("{deliveryId}", &self.delivery))
    }

    /// Everything that can be read by its id.
    fn all(&self) -> Vec<Value> {
        let readable = self.ids.iter().filter(|(kind, _)| **kind != "api-keys");
        readable.map(|(kind, id)| self.seller.get(&format!("/{kind}/{id}")).told()).collect()
    }
}

/// An id of the same kind that nobody has, in the right form.
fn nobodys(id: &str) -> String {
    let (prefix, _) = id.split_once('_').unwrap();
    format!("{prefix}_{}", NOBODY.replace('-', ""))
}

/// Every operation of the published design on something that its path names.
fn operations() -> Vec<(String, String)> {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/src/http/payments/openapi.json");
    let design: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let paths = design["paths"].as_object().unwrap().iter();
    let named = paths.filter(|(path, _)| path.contains("{id}"));
    let each = named.flat_map(|(path, item)| {
        item.as_object().unwrap().keys().map(|method| (path.clone(), method.to_uppercase()))
    });
    let known = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    each.filter(|(_, method)| known.contains(&method.as_str())).collect()
}

/// What a call that must not find anything is answered, without what differs from call to call.
fn lost(seller: &Seller, method: &str, path: &str) -> Value {
    let body = match path.rsplit('/').next().unwrap() {
        "status" => json!({"status": "void"}),
        "replay" => json!({"from": clock::now().plus_seconds(-3_600).rfc3339_ms()}),
        _ => json!({}),
    };
    let call = seller.call(method, path);
    let answer =
        if matches!(method, "GET" | "DELETE") { call.send() } else { call.json(&body).send() };
    let json = answer.json();
    assert_eq!(answer.status, 404, "{method} {path}: {json}");
    assert_eq!(json["error"]["type"], "not_found_error", "{method} {path}: {json}");
    json
}

#[test]
fn hard_case_16_ids_of_others_of_live_mode_and_broken_ones_are_the_same_404_on_each_route() {
    let stack = Stack::get();
    let shelf = Shelf::fill(stack.seller("Owning Seller"));
    let thief = Shelf::fill(stack.seller("Curious Seller"));
    let input = json!({"name": "Owning Seller", "mode": "live", "tenant_id": shelf.seller.tenant});
    let made = stack.invoke("operators-provision-tenant", &input);
    let live = shelf.seller.with_key(text(&made["api_key"]));
    assert!(text(&made["api_key"]).starts_with("ck_live_"));
    // Its documents get their files at some time of their own.
    stack.quiet_items_about(&shelf.seller.tenant);
    let before = shelf.all();
    let operations = operations();
    assert!(operations.len() >= 28, "{operations:?}");
    for (path, method) in &operations {
        let theirs = shelf.path(path).unwrap();
        let id = &shelf.ids[path.split('/').nth(1).unwrap()];
        let unknown = lost(&thief.seller, method, &theirs.replace(id, &nobodys(id)));
        let upper = id.to_uppercase();
        let other = format!("x{id}");
        for broken in [&theirs, &theirs.replace(id, &upper), &theirs.replace(id, &other)] {
            assert_eq!(lost(&thief.seller, method, broken), unknown, "{method} {broken}");
        }
        assert_eq!(lost(&live, method, &theirs), unknown, "{method} {theirs} in live mode");
        // Something of another's below something of one's own.
        for (name, foreign) in [("{pmId}", &shelf.method), ("{deliveryId}", &shelf.delivery)] {
            if path.contains(name) {
                let own = thief.path(&path.replace(name, foreign)).unwrap();
                let none = thief.path(&path.replace(name, &nobodys(foreign))).unwrap();
                let unknown = lost(&thief.seller, method, &none);
                assert_eq!(lost(&thief.seller, method, &own), unknown, "{method} {own}");
            }
        }
    }
    for list in ["payments", "customers", "invoices", "transactions", "refunds", "credit-notes"] {
        assert_eq!(live.get(&format!("/{list}")).told(), json!([]), "{list} in live mode");
    }
    assert_eq!(shelf.all(), before);
    // What is deleted is as unknown as what never was.
    let key = shelf.seller.post("/api-keys", &json!({"name": "Short"})).made();
    let path = format!("/api-keys/{}", text(&key["id"]));
    shelf.seller.call("DELETE", &path).send().told();
    let never = format!("/api-keys/{}", nobodys(text(&key["id"])));
    assert_eq!(lost(&shelf.seller, "DELETE", &path), lost(&shelf.seller, "DELETE", &never));
    let card = format!("/customers/{}/payment-methods/{}", shelf.ids["customers"], shelf.method);
    shelf.seller.call("DELETE", &card).send().told();
    lost(&shelf.seller, "DELETE", &card);
    let webhook = format!("/webhooks/{}", shelf.ids["webhooks"]);
    shelf.seller.call("DELETE", &webhook).send().told();
    lost(&shelf.seller, "GET", &webhook);
}

#[test]
fn hard_case_10_a_page_that_is_opened_and_asked_for_its_tax_again_and_again_writes_nothing() {
    let stack = Stack::get();
    let seller = stack.seller("Curious Page");
    let settings = json!({"seller": {"legalName": "Page GmbH", "address": {"line1": "Street 1",
        "city": "Town", "postalCode": "10115", "country": "DE"}}, "collect": "registered",
        "registrations": [{"country": "DE", "scheme": "standard"}]});
    seller.call("PATCH", "/tax-settings").json(&settings).send().told();
    let payment = seller.payment();
    let page = seller.page(&payment);
    seller.read(&payment);
    let before = stack.quiet_items_about(&seller.tenant);
    let preview = json!({"amount": 25000, "currency": "eur", "country": "DE"});
    for country in ["DE", "FR", "CH", "US", "BR"].iter().cycle().take(100) {
        assert_eq!(page.open().status, 200);
        assert_eq!(page.call("HEAD", "").send().status, 200);
        let tax = page.call("POST", "/tax").json(&json!({"country": country})).send();
        assert_eq!(tax.status, 200, "{}", tax.body);
        seller.post("/tax/preview", &preview).told();
    }
    assert_eq!(stack.quiet_items_about(&seller.tenant), before);
    assert_eq!(seller.read(&payment), payment, "it is as it was made");
}

#[test]
fn hard_case_12_a_thousand_yen_are_a_thousand_yen_and_fifteen_hundred_fils_a_dinar_and_a_half() {
    let seller = Stack::get().seller("Worldly Seller");
    for (amount, currency, shown) in
        [(1000, "jpy", "¥1\u{202f}000"), (1500, "Kwd", "KWD\u{a0}1.500")]
    {
        let body = json!({"amount": amount, "currency": currency, "description": "Abroad"});
        let payment = seller.post("/payments", &body).made();
        assert_eq!(payment["amountTotal"], amount);
        assert_eq!(payment["currency"], currency.to_lowercase());
        let page = seller.page(&payment);
        let html = page.open().body;
        assert!(html.contains(shown), "{currency} on the page");
        page.pay_as("ada@example.com", "4242424242424242");
        assert!(page.open().body.contains(shown), "{currency} on the receipt");
        let invoice = eventually("the invoice", 60, || {
            let id = seller.read(&payment)["invoiceId"].as_str()?.to_owned();
            Some(seller.get(&format!("/invoices/{id}")).told())
        });
        assert_eq!(
            (&invoice["total"], &invoice["currency"]),
            (&json!(amount), &payment["currency"])
        );
    }
}

#[test]
fn hard_case_24_who_was_forwarded_a_page_sees_nothing_of_its_customer() {
    let seller = Stack::get().seller("Forwarded Seller");
    let address = json!({"line1": "Secret Street 7", "city": "Hidden Town", "postalCode": "10115",
        "country": "DE"});
    let body = json!({"email": "grace.hopper@example.com", "fullName": "Grace Hopper",
        "externalId": "own-4711", "address": address, "taxDocument": "DE136695976"});
    let customer = seller.post("/customers", &body).made();
    let asked = || {
        let asked = json!({"amount": 1000, "currency": "eur", "description": "Report",
            "customerId": customer["id"]});
        seller.post("/payments", &asked).made()
    };
    let first = asked();
    assert_eq!(seller.page(&first).pay("4242424242424242")["status"], "succeeded");
    // The customer has a card by now; a second link is forwarded before it is paid, and after.
    let second = asked();
    let page = seller.page(&second);
    let known = ["hopper", "Hopper", "Secret Street", "Hidden Town", "own-4711", "136695976"];
    let hides = |html: &str, more: &[&str], when: &str| {
        for known in known.iter().chain(more) {
            assert!(!html.contains(known), "{known} {when}");
        }
    };
    let cards = ["4242", "4444"];
    let open = page.open().body;
    // The cards that test pages name are nobody's.
    hides(&open, &[], "before paying");
    assert!(open.contains("g...@example.com"), "the e-mail is masked");
    assert_eq!(page.pay("5555555555554444")["status"], "succeeded");
    let paid = page.open().body;
    hides(&paid, &cards, "after paying");
    let status = page.call("GET", "/status").send().json();
    assert_eq!(status["status"], "succeeded");
    hides(&status.to_string(), &cards, "in the status");
    assert_eq!((&status["invoice"], &status["receipt"]), (&Value::Null, &Value::Null));
    // Lists and webhooks name the transaction; that alone opens nothing.
    let query = format!("/transactions?paymentId={}", second["id"].as_str().unwrap());
    let listed = seller.get(&query).told();
    let id = listed[0]["id"].as_str().unwrap().trim_start_matches("txn_").to_owned();
    let spelled =
        format!("{}-{}-{}-{}-{}", &id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]);
    for shown in [id, spelled] {
        let status = page.call("GET", "/status").header("paylink-receipt", &shown).send().json();
        assert_eq!((&status["card"], &status["invoice"]), (&Value::Null, &Value::Null));
    }
}

#[test]
fn hard_case_63_nothing_secret_of_this_surface_is_in_the_table_the_logs_or_the_queues() {
    let stack = Stack::get();
    let seller = stack.seller("Discreet Seller");
    let receiver = seller.listen(&[]);
    receiver.answer_next(&[500, 500]);
    let made = seller.post("/api-keys", &json!({"name": "Another"})).made();
    let other = seller.with_key(text(&made["apiKey"]));
    let rotate =
        format!("/webhooks/{}/rotate-secret", text(&seller.get("/webhooks").told()[0]["id"]));
    let rotated = seller.post_once(&rotate, "rotate", &json!({})).told();
    let customer = other.post("/customers", &json!({"email": "ada@example.com"})).made();
    let asked = json!({"amount": 1000, "currency": "eur", "description": "First",
        "customerId": customer["id"]});
    let payment = other.post_once("/payments", "discreet", &asked).made();
    let page = seller.page(&payment);
    let token = page.card_token("4242 4242 4242 4242");
    assert_eq!(page.submit(&token, false).json()["status"], "succeeded");
    let charge = json!({"amount": 500, "currency": "eur", "description": "More",
        "customerId": customer["id"]});
    seller.post("/payments/charge", &charge).made();
    let queued = stack.queues();
    let invoice = eventually("the invoice", 60, || {
        seller.read(&payment)["invoiceId"].as_str().map(str::to_owned)
    });
    let links = seller.post(&format!("/invoices/{invoice}/download-links"), &json!({})).told();
    let file = text(&links["url"]);
    assert!(matches!(stack.call("GET", file).send().status, 302 | 503));
    let wrong = format!("{}AAAAAAAA", &seller.key[..seller.key.len() - 8]);
    assert_eq!(seller.with_key(&wrong).get("/payments").status, 401);

    let part = |whole: &str| whole[whole.len() - 43..].to_owned();
    let secrets = [
        ("an API key", part(&seller.key)),
        ("an API key", part(text(&made["apiKey"]))),
        ("a webhook's secret", receiver.secret.clone()),
        ("a webhook's secret", text(&rotated["secretKey"]).to_owned()),
        ("a webhook's secret", receiver.secret.trim_start_matches("whsec_").to_owned()),
        ("something like a webhook's secret", "whsec_".to_owned()),
        ("a link's token", page.token().to_owned()),
        ("a card's token", token),
        ("a card number", "4242424242424242".to_owned()),
        ("a card number", "4242 4242 4242 4242".to_owned()),
        ("a token of a file", file.rsplit('/').next().unwrap().to_owned()),
    ];
    let hide = |place: &str, text: &str| {
        // A refusal says what a secret begins with; another test may have been refused before.
        let text = text.replace("must be a signing secret: whsec_", "");
        for (what, secret) in &secrets {
            assert!(!text.contains(secret.as_str()), "{what} in {place}");
        }
    };
    for ((pk, sk), item) in stack.table() {
        hide(&format!("the item {pk} {sk}"), &Value::Object(item).to_string());
    }
    for (group, text) in &stack.logs() {
        hide(group, text);
    }
    hide("the queues", &queued);
    hide("the queues", &stack.queues());
    let console = fs::read(target().join("stack/ministack.log")).unwrap_or_default();
    hide("target/stack/ministack.log", &String::from_utf8_lossy(&console));
}
