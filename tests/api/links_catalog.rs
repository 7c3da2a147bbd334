//! The catalog of the links surface: what links sell.

use super::links_management::{LINKS, PRODUCTS, patch};
use crate::stack::Stack;
use serde_json::json;

#[test]
fn a_product_is_read_changed_archived_and_restored() {
    let stack = Stack::get();
    let (shop, other) = (stack.shop("Catalog Owner"), stack.shop("Other Catalog"));
    let body = json!({"name": "Seat", "prices": {"USD": "120.00"}, "sku": "S-1"});
    let made = shop.post(PRODUCTS, &body);
    let tag = made.header("etag").unwrap().to_owned();
    let made = made.shown(201);
    let path = format!("{PRODUCTS}{}/", made["id"].as_str().unwrap());
    assert_eq!(shop.get(&path).shown(200), made);
    assert_eq!(shop.get(path.trim_end_matches('/')).shown(200), made, "without the slash");
    other.get(&path).told_off(404, "product_not_found");
    let wish = json!({"prices": {"EUR": "99.00"}, "sku": null, "tax_rate": 19});
    let changed = shop.call("PATCH", &path).header("if-match", &tag).json(&wish).send().shown(200);
    assert_eq!(changed["prices"], json!({"EUR": "99.00"}), "the whole object");
    assert_eq!((&changed["sku"], &changed["tax_rate"]), (&json!(null), &json!("19")));
    let stale = shop.call("PATCH", &path).header("if-match", &tag).json(&wish).send();
    stale.told_off(412, "changed_meanwhile");
    for broken in [json!({"name": null}), json!({"prices": {}}), json!({"id": "prod_x"})] {
        patch(&shop, &path, &broken).told_off(400, "validation_error");
    }
    // What is not there is told before what is wrong with the fields.
    patch(&other, &path, &json!({"name": null})).told_off(404, "product_not_found");
    for _ in 0..2 {
        let gone = shop.call("DELETE", &path).send();
        assert_eq!((gone.status, &*gone.body), (204, ""));
    }
    assert!(shop.get(&path).shown(200)["archived_at"].is_string());
    let link = json!({"name": "x", "products": [{"product_id": made["id"]}], "currency": "EUR"});
    shop.post(LINKS, &link).told_off(400, "validation_error");
    let back = shop.call("POST", &format!("{path}restore/")).send().shown(200);
    assert_eq!((&back["archived_at"], &back["links_count"]), (&json!(null), &json!(0)));
    let again = shop.call("POST", &format!("{path}restore/")).send();
    again.told_off(409, "not_deleted");
    shop.post(LINKS, &link).shown(201);
    assert_eq!(shop.get(&path).shown(200)["links_count"], 1);
}

#[test]
fn products_are_listed_page_by_page() {
    let shop = Stack::get().shop("Long Catalog");
    for name in ["Café", "Apple", "cafeteria"] {
        let body = json!({"name": name, "prices": {"USD": "5.00"}});
        shop.post(PRODUCTS, &body).shown(201);
    }
    let names = |query: &str| {
        let list = shop.get(&format!("{PRODUCTS}{query}")).shown(200);
        let names = list["results"].as_array().unwrap().iter();
        names.map(|row| row["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(""), ["cafeteria", "Apple", "Café"]);
    assert_eq!(names("?ordering=name"), ["Apple", "Café", "cafeteria"]);
    assert_eq!(names("?search=CAFE&ordering=name"), ["Café", "cafeteria"]);
    assert!(names("?archived=true").is_empty() && names("?currency=EUR").is_empty());
    let first = shop.get(&format!("{PRODUCTS}?limit=2&search=e")).shown(200);
    assert_eq!((&first["previous"], &first["looked_until"]), (&json!(null), &json!(null)));
    assert_eq!(first["tax_codes"], json!(["digital", "service", "exempt", "zero"]));
    let next = first["next"].as_str().unwrap();
    let path = &next[next.find("/api/products").unwrap()..];
    let second = shop.get(path).shown(200);
    assert_eq!((second["results"].as_array().unwrap().len(), &second["next"]), (1, &json!(null)));
    for broken in ["?limit=0", "?limit=101", "?ordering=price", "?color=red", "?archived=maybe"] {
        shop.get(&format!("{PRODUCTS}{broken}")).told_off(400, "validation_error");
    }
}
