//! Refunds of the links surface: who may give how much back, what is answered, and what is told.

use super::with;
use crate::stack::{Answer, NOBODY, Seller, Shop, Stack, Tenant, eventually, time_of};
use serde_json::{Value, json};
use shared::model::id::PaymentIntentId;
use std::{collections::BTreeMap, thread};

const LIST: &str = "/api/refunds/";

/// A transaction over 120.00 that a buyer has paid through a link.
fn paid(shop: &Shop) -> (String, String) {
    let uuid = shop.link(None);
    let checkout = shop.start(&uuid, &Shop::buyer()).shown(201);
    shop.page(&checkout).pay("4242424242424242");
    (checkout["transaction_id"].as_str().unwrap().to_owned(), uuid)
}

fn refund(shop: &Shop, id: &str, body: &Value) -> Answer {
    shop.post(&format!("/api/transactions/{id}/refund/"), body)
}

fn part(amount: &str) -> Value {
    json!({"reason": "One seat less", "amount": amount})
}

fn seen(shop: &Shop, id: &str) -> Value {
    shop.get(&format!("/api/transactions/{id}/")).shown(200)
}

#[test]
fn money_goes_back_in_parts_and_then_whole() {
    let shop = Stack::get().shop("Refunding Shop");
    let receiver = shop.listen(&[]);
    let (id, uuid) = paid(&shop);
    let asked = refund(&shop, &id, &part("40.00")).shown(200);
    let refund_id = asked["refund_id"].as_str().unwrap();
    assert!(refund_id.starts_with("RF"), "{asked}");
    for (field, value) in [
        ("status", json!("processing")),
        ("refund_public_id", asked["refund_id"].clone()),
        ("transaction_id", json!(id)),
        ("amount", json!("40.00")),
        ("currency", json!("USD")),
        ("amount_usd", json!("40.00")),
        ("amount_in_cents", json!(4000)),
    ] {
        assert_eq!(asked[field], value, "{field}: {asked}");
    }
    let shown = shop.get(&format!("{LIST}{refund_id}/")).shown(200);
    for (field, value) in [
        ("id", json!(refund_id)),
        ("transaction_id", json!(id)),
        ("order_id", json!(id.replacen("TX", "ord_", 1))),
        ("payment_link_id", json!(uuid)),
        ("status", json!("completed")),
        ("amount", json!("40.00")),
        ("tax_part", json!("0.00")),
        ("currency", json!("USD")),
        ("reason", json!("One seat less")),
        ("failure_code", Value::Null),
        ("requested_by", shop.session["member"]["id"].clone()),
    ] {
        assert_eq!(shown[field], value, "{field}: {shown}");
    }
    assert!(time_of(&shown["completed_at"]) >= time_of(&shown["created_at"]), "{shown}");
    let transaction = seen(&shop, &id);
    let sums = ["status", "refunded_amount", "refundable_amount", "net_amount"];
    let sums_of = |seen: &Value| sums.map(|name| seen[name].as_str().unwrap().to_owned());
    assert_eq!(sums_of(&transaction), ["paid", "40.00", "80.00", "80.00"]);
    let more = refund(&shop, &id, &part("80.01")).told_off(409, "refund_exceeds_rest");
    assert_eq!(more["detail"], "80.00 USD is left to refund.");
    refund(&shop, &id.to_lowercase(), &json!({"reason": "The rest"})).shown(200);
    assert_eq!(sums_of(&seen(&shop, &id)), ["refunded", "120.00", "0.00", "0.00"]);
    refund(&shop, &id, &json!({"reason": "Once more"})).told_off(409, "refund_exceeds_rest");
    let whole = eventually("both refunds of the transaction", 20, || {
        let seen = seen(&shop, &id);
        (seen["refunds"].as_array().unwrap().len() == 2).then_some(seen)
    });
    assert_eq!(whole["refunds"][1], shown, "newest first");
    // The transaction tells each change, in order; so does each refund.
    // They arrive in any order, and one may arrive twice.
    let told = || -> Vec<Value> {
        receiver.received().into_iter().map(|got| got.attested(&receiver.secret)).collect()
    };
    let of_it = eventually("the events of the transaction up to the last", 30, || {
        let told = told().into_iter().filter(|body| body["event"] == "transaction.status_changed");
        let of_it: BTreeMap<u64, Value> =
            told.map(|body| (body["sequence"].as_u64().unwrap(), body)).collect();
        let (first, last) = (*of_it.keys().next()?, *of_it.keys().last()?);
        let gapless = u64::try_from(of_it.len()).unwrap() == last - first + 1;
        (gapless && of_it.len() >= 6 && of_it[&last]["status"] == "refunded").then_some(of_it)
    });
    let steps: Vec<String> = of_it.values().map(|body| body["status"].to_string()).collect();
    let last = &steps[steps.len() - 4..];
    assert_eq!(last.join(" "), r#""refund_pending" "paid" "refund_pending" "refunded""#);
    assert_eq!(of_it.values().last().unwrap()["refunded_amount"], "120.00");
    let of_refund = eventually("the event of the first refund's end", 30, || {
        told().into_iter().find(|body| body["refund_id"] == refund_id && body["sequence"] == 2)
    });
    assert_eq!(
        (&of_refund["status"], &of_refund["previous_status"], &of_refund["transaction_status"]),
        (&json!("completed"), &json!("processing"), &json!("paid"))
    );
}

#[test]
fn refunds_are_listed_filtered_and_searched() {
    let shop = Stack::get().shop("Refund List Shop");
    let ((one, _), (other, _)) = (paid(&shop), paid(&shop));
    let first = refund(&shop, &one, &part("1.00")).shown(200);
    let second = refund(&shop, &other, &part("2.00")).shown(200);
    let listed = |query: &str, expected: &[&Value]| {
        let ids = eventually(&format!("refunds for {query:?}"), 20, || {
            let seen = shop.get(&format!("{LIST}{query}")).shown(200);
            let results = seen["results"].as_array().unwrap().clone();
            (results.len() == expected.len()).then_some(results)
        });
        let ids: Vec<&Value> = ids.iter().map(|one| &one["id"]).collect();
        assert_eq!(
            ids,
            expected.iter().map(|one| &one["refund_id"]).collect::<Vec<_>>(),
            "{query}"
        );
    };
    listed("", &[&second, &first]);
    listed("?status=completed", &[&second, &first]);
    listed("?status=pending", &[]);
    listed(&format!("?transaction_id={one}"), &[&first]);
    listed(&format!("?transaction_id={}", other.replacen("TX", "ord_", 1)), &[&second]);
    listed(&format!("?search={}", first["refund_id"].as_str().unwrap()), &[&first]);
    listed("?search=nothing", &[]);
    listed("?from=2099-01-01T00:00:00Z", &[]);
    let page = shop.get(&format!("{LIST}?limit=1")).shown(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = shop.get(&format!("{LIST}?limit=1&cursor={cursor}")).shown(200);
    assert_eq!((&rest["results"][0]["id"], &rest["next"]), (&first["refund_id"], &Value::Null));
    for bad in ["?status=done", "?cursor=x", "?from=yesterday", "?color=red"] {
        shop.get(&format!("{LIST}{bad}")).told_off(400, "validation_error");
    }
    let stranger = Stack::get().shop("Refund Stranger");
    let theirs = format!("{LIST}{}/", first["refund_id"].as_str().unwrap());
    for path in [theirs.as_str(), "/api/refunds/RF1/"] {
        stranger.get(path).told_off(404, "refund_not_found");
    }
    refund(&stranger, &one, &part("1.00")).told_off(404, "transaction_not_found");
    shop.post(LIST, &json!({})).told_off(405, "method_not_allowed");
}

#[test]
fn what_cannot_be_refunded_is_said_by_name() {
    let shop = Stack::get().shop("Refusing Refunds");
    let (id, uuid) = paid(&shop);
    for (body, field) in [
        (json!({}), "reason"),
        (json!({"reason": ""}), "reason"),
        (json!({"reason": "x".repeat(501)}), "reason"),
        (json!({"reason": "a\u{0}b"}), "reason"),
        (part("0.00"), "amount"),
        (part("-1.00"), "amount"),
        (part("1.001"), "amount"),
        (part("1,00"), "amount"),
        (with(&part("1.00"), "currency", json!("USD")), "currency"),
    ] {
        let told = refund(&shop, &id, &body).told_off(400, "validation_error");
        assert!(told[field].is_array(), "{field}: {told}");
    }
    let open = shop.start(&uuid, &Shop::buyer()).shown(201)["transaction_id"].clone();
    refund(&shop, open.as_str().unwrap(), &part("1.00")).told_off(409, "not_refundable");
    for unknown in ["TX1", &format!("TX{}", &NOBODY[..26]), "x"] {
        refund(&shop, unknown, &json!({})).told_off(404, "transaction_not_found");
    }
    assert_eq!(seen(&shop, &id)["refundable_amount"], "120.00", "nothing went back");
}

/// A form's one key, clicked twice, is one refund; another amount under it is refused by name; two
/// members who refund the whole at once do so once.
#[test]
fn hard_case_37_a_refund_clicked_twice_is_one_refund() {
    let shop = Stack::get().shop("Twice Refunded");
    let (id, _) = paid(&shop);
    let path = format!("/api/transactions/{id}/refund/");
    let click = |amount: &str| {
        let call = shop.call("POST", &path).header("idempotency-key", "form-1");
        call.json(&part(amount)).send()
    };
    let first = click("20.00").shown(200);
    let again = click("20.0");
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.shown(200), first);
    let other = click("30.00").told_off(409, "idempotency_key_reused");
    assert!(other["detail"].as_str().unwrap().contains("amount"), "{other}");
    assert_eq!(seen(&shop, &id)["refundable_amount"], "100.00");
    let admin = shop.member("admin");
    let whole = |shop: &Shop| refund(shop, &id, &json!({"reason": "All of it"}));
    let answers = thread::scope(|scope| {
        let both = [&shop, &admin].map(|member| scope.spawn(move || whole(member)));
        both.map(|one| one.join().unwrap())
    });
    let mut statuses = answers.each_ref().map(|answer| answer.status);
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let refused = answers.iter().find(|answer| answer.status == 409).unwrap();
    let told = refused.told_off(409, "refund_exceeds_rest");
    assert!(told["detail"].as_str().unwrap().starts_with("0.00"), "{told}");
}

#[test]
fn hard_case_40_roles_and_keys_refund_as_far_as_they_may() {
    let shop = Stack::get().shop("Limited Refunds");
    let limit = json!({"staff_refund_limit": {"USD": "10.00"}});
    shop.call("PATCH", "/api/organization/").json(&limit).send().shown(200);
    let (id, _) = paid(&shop);
    let (staff, viewer) = (shop.member("staff"), shop.member("viewer"));
    refund(&viewer, &id, &part("1.00")).told_off(403, "permission_denied");
    let told = refund(&staff, &id, &part("10.01")).told_off(403, "permission_denied");
    assert!(told["detail"].as_str().unwrap().contains("10.00 USD"), "{told}");
    refund(&staff, &id, &json!({"reason": "All"})).told_off(403, "permission_denied");
    refund(&staff, &id, &part("10.00")).shown(200);
    // Parts are refunds of their own: each stands in the list, with who asked.
    refund(&staff, &id, &part("10.00")).shown(200);
    let by = |member: &Shop| member.session["member"]["id"].clone();
    eventually("both parts", 20, || {
        let listed = shop.get(&format!("{LIST}?transaction_id={id}")).shown(200);
        let listed = listed["results"].as_array().unwrap().clone();
        let theirs = listed.iter().filter(|one| one["requested_by"] == by(&staff)).count();
        (theirs == 2).then_some(())
    });
    // Viewers read refunds, and buyers masked.
    assert_eq!(seen(&viewer, &id)["payer_email"], "a***@example.com");
    viewer.get(LIST).shown(200);
    let key = |scope: &str| {
        let body = json!({"name": "Server", "scopes": [scope]});
        let made = shop.post("/api/organization/api-keys/", &body).shown(201);
        made["raw_key"].as_str().unwrap().to_owned()
    };
    let ask = |method: &str, path: &str, key: &str, body: Option<&Value>| {
        let call = Stack::get().anonymous(method, path).header("api-key", key);
        body.into_iter().fold(call, |call, body| call.json(body)).send()
    };
    let path = format!("/api/transactions/{id}/refund/");
    for scope in ["refunds:write", "payments:write"] {
        let key = key(scope);
        ask("POST", &path, &key, Some(&part("1.00"))).shown(200);
        ask("GET", LIST, &key, None).shown(200);
    }
    for scope in ["refunds:read", "payments:read"] {
        let key = key(scope);
        ask("POST", &path, &key, Some(&part("1.00"))).told_off(403, "scope_missing");
        ask("GET", LIST, &key, None).shown(200);
    }
    let checkout = key("checkout:create");
    ask("GET", LIST, &checkout, None).told_off(403, "scope_missing");
    assert_eq!(seen(&shop, &id)["refunded_amount"], "22.00");
}

/// A tenant that every surface knows.
struct Everywhere {
    shop: Shop,
    seller: Seller,
    tenant: Tenant,
}

impl Everywhere {
    fn new() -> Self {
        let stack = Stack::get();
        let (shop, made) = stack.shop_of_all_surfaces("Everywhere Shop");
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        let (client, secret) = (text("client_id"), text("client_secret"));
        let tenant = Tenant::signed_in(stack, shop.tenant.clone(), client, secret);
        let seller = stack.seller_with(&shop.tenant, &text("api_key"));
        Self { shop, seller, tenant }
    }

    /// A payment that was made through a surface and paid: its id as the platform surface writes it.
    fn paid(&self, surface: &str) -> String {
        match surface {
            "platform" => {
                let link = self.tenant.new_link();
                link.pay("4242424242424242");
                link.id
            }
            "payments" => {
                let body = json!({"amount": 12_000, "currency": "usd", "description": "Report"});
                let payment = self.seller.post("/payments", &body).made();
                self.seller.page(&payment).pay_as("ada@example.com", "4242424242424242");
                let digits = payment["id"].as_str().unwrap().trim_start_matches("pay_").to_owned();
                PaymentIntentId::from_payments_form(&format!("pay_{digits}")).unwrap().to_string()
            }
            _ => uuid_of(&paid(&self.shop).0),
        }
    }

    /// Refunds a little of a payment through a surface.
    fn refund(&self, surface: &str, id: &str) {
        match surface {
            "platform" => {
                let path = format!("/v1/platform/payments/{id}/refund");
                let told = self.tenant.post(&path, &json!({"amount": "1.00"}));
                assert!([200, 201].contains(&told.status), "{}", told.body);
            }
            "payments" => {
                let payment = format!("pay_{}", id.replace('-', ""));
                let seen = self.seller.get(&format!("/payments/{payment}")).told();
                let transaction = seen["transactionId"].as_str().unwrap();
                let path = format!("/transactions/{transaction}/refund");
                let told = self.seller.post(&path, &json!({"amount": 100}));
                assert!([200, 201, 202].contains(&told.status), "{}", told.body);
            }
            _ => {
                refund(&self.shop, &links_form(id), &part("1.00")).shown(200);
            }
        }
    }
}

fn uuid_of(transaction: &str) -> String {
    let id = PaymentIntentId::from_links_form(transaction).unwrap();
    id.to_string()
}

fn links_form(id: &str) -> String {
    let id: PaymentIntentId = id.parse().unwrap();
    id.links_form()
}

#[test]
fn payments_of_each_surface_are_read_and_refunded_through_all_three() {
    let all = Everywhere::new();
    for made in ["platform", "payments", "links"] {
        let id = all.paid(made);
        for through in ["platform", "payments", "links"] {
            all.refund(through, &id);
        }
        let seen = seen(&all.shop, &links_form(&id));
        assert_eq!((&seen["origin"], &seen["status"]), (&json!(made), &json!("paid")), "{seen}");
        assert_eq!(seen["refunded_amount"], "3.00", "{made}: {seen}");
    }
}

/// Only the payments surface makes invoices; what it was paid says so here, too.
#[test]
fn a_payment_of_the_payments_surface_shows_its_invoice_and_a_sale_through_a_link_has_none() {
    let all = Everywhere::new();
    let id = all.paid("payments");
    let told = eventually("its invoice has a number", 120, || {
        let told = seen(&all.shop, &links_form(&id));
        told["invoice_number"].is_string().then_some(told)
    });
    assert_eq!(told["payer_email"], "ada@example.com");
    let sold = all.paid("links");
    assert_eq!(seen(&all.shop, &links_form(&sold))["invoice_number"], Value::Null);
}
