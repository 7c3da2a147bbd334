//! Invoices of what was sold through links: only where the organisation wants them.

use super::with;
use crate::stack::{Shop, Stack, eventually};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A buyer in Germany pays a new link; answers the transaction's id and what the submit said.
fn sold(shop: &Shop) -> (String, Value) {
    let uuid = shop.link(None);
    let mut buyer = with(&Shop::buyer(), "billing_country", json!("DE"));
    buyer.as_object_mut().unwrap().remove("billing_region");
    let checkout = shop.start(&uuid, &buyer).shown(201);
    let paid = shop.page(&checkout).pay("4242424242424242");
    (checkout["transaction_id"].as_str().unwrap().to_owned(), paid)
}

fn seen(shop: &Shop, id: &str) -> Value {
    shop.get(&format!("/api/transactions/{id}/")).shown(200)
}

fn want(shop: &Shop, invoice: bool) {
    let changed = shop.call("PATCH", "/api/organization/").json(&json!({"invoice": invoice}));
    assert_eq!(changed.send().shown(200)["invoice"], invoice);
    assert_eq!(shop.get("/api/organization/").shown(200)["invoice"], invoice);
}

#[test]
fn sales_through_links_get_invoices_where_the_organisation_wants_them() {
    let stack = Stack::get();
    let (shop, made) = stack.shop_of_all_surfaces("Invoicing Shop");
    let seller = stack.seller_with(&shop.tenant, made["api_key"].as_str().unwrap());
    let receiver = shop.listen(&[]);
    assert_eq!(shop.get("/api/organization/").shown(200)["invoice"], false, "none unless wanted");
    let (without, paid) = sold(&shop);
    assert_eq!((&paid["status"], &paid["receipt"]), (&json!("succeeded"), &Value::Null));
    let broken = shop.call("PATCH", "/api/organization/").json(&json!({"invoice": null})).send();
    assert!(broken.told_off(400, "validation_error")["invoice"].is_array());
    want(&shop, true);
    let (with, paid) = sold(&shop);
    assert!(paid["receipt"].is_string(), "the page may ask for the invoice: {paid}");
    let numbered = eventually("the sale has its invoice", 60, || {
        let seen = seen(&shop, &with);
        seen["invoice_number"].is_string().then_some(seen)
    });
    assert_eq!(numbered["invoice_number"], "INV-000001");
    assert_eq!(seen(&shop, &without)["invoice_number"], Value::Null);
    let [invoice]: [Value; 1] =
        seller.get("/invoices").told().as_array().unwrap().clone().try_into().unwrap();
    assert_eq!(invoice["invoiceNumber"], "INV-000001");
    assert_eq!((&invoice["status"], &invoice["total"]), (&json!("paid"), &json!(12_000)));
    let line = &invoice["lineItems"][0];
    assert_eq!((&line["description"], &line["quantity"]), (&json!("Workshop seat"), &json!(1)));
    let buyer = &invoice["buyer"];
    assert_eq!(
        (&buyer["name"], &buyer["email"]),
        (&json!("Ada Example"), &json!("ada@example.com"))
    );
    assert_eq!(buyer["address"]["country"], "DE");
    let body = json!({"reason": "One seat less", "amount": "40.00"});
    shop.post(&format!("/api/transactions/{with}/refund/"), &body).shown(200);
    let note = eventually("its refund has a credit note", 60, || {
        let listed = seller.get("/credit-notes").told();
        listed.as_array().unwrap().first().cloned()
    });
    assert_eq!((&note["number"], &note["total"]), (&json!("CN-000001"), &json!(4_000)));
    // Receivers of this surface count on without a gap.
    let told = eventually("the events of both sales", 60, || {
        let bodies: Vec<Value> =
            receiver.received().into_iter().map(|got| got.attested(&receiver.secret)).collect();
        let of_it: BTreeSet<u64> = bodies
            .iter()
            .filter(|body| body["transaction_id"] == *with)
            .filter(|body| body["event"] == "transaction.status_changed")
            .filter_map(|body| body["sequence"].as_u64())
            .collect();
        (of_it.len() >= 4).then_some(of_it)
    });
    let first = *told.first().unwrap();
    assert_eq!(told, (first..first + 4).collect());
    want(&shop, false);
}
