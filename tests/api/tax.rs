//! Tax of both surfaces for tenants: settings, rates in force, previews.

use crate::stack::{Seller, Shop, Stack};
use serde_json::{Value, json};

/// Settings of a German shop that uses the one-stop shop.
fn german() -> Value {
    json!({
        "seller": {
            "legalName": "Shop GmbH",
            "address":
                {"line1": "Street 1", "city": "Berlin", "postalCode": "10115", "country": "de"},
            "taxId": "de 136.695.976",
        },
        "collect": "registered",
        "registrations": [{"country": "DE"}, {"country": "DE", "scheme": "oss"}],
    })
}

fn patch(seller: &Seller, body: &Value) -> crate::stack::Answer {
    seller.call("PATCH", "/tax-settings").json(body).send()
}

fn preview(seller: &Seller, body: &Value) -> Value {
    let mut asked = json!({"amount": 25000, "currency": "EUR"});
    for (name, value) in body.as_object().unwrap() {
        asked[name] = value.clone();
    }
    seller.post("/tax/preview", &asked).told()
}

#[test]
fn settings_begin_empty_and_members_are_replaced_as_a_whole() {
    let seller = Stack::get().seller_without_account("Taxed Seller");
    let unset = seller.get("/tax-settings").told();
    for (member, value) in [
        ("version", json!(0)),
        ("seller", Value::Null),
        ("collect", json!("never")),
        ("registrations", json!([])),
        ("defaultTaxCode", json!("digital")),
        ("overrides", json!([])),
        ("businessIds", json!("trust")),
        ("customerFields", json!({"address": "auto", "taxId": "optional"})),
        ("saveCard", json!("always")),
        ("updatedAt", Value::Null),
        ("object", json!("tax_settings")),
        ("livemode", json!(false)),
    ] {
        assert_eq!(unset[member], value, "{member}");
    }
    assert_eq!(unset["invoice"]["prefix"], "INV-");
    let set = patch(&seller, &german()).told();
    assert_eq!((&set["version"], &set["seller"]["taxId"]), (&json!(1), &json!("DE136695976")));
    assert_eq!(set["seller"]["address"]["country"], "DE");
    assert_eq!(set["registrations"][0]["scheme"], "standard");
    // PUT and PATCH are one route: what is left out stays.
    let more = json!({"invoice": {"prefix": "R{YYYY}-", "language": "de"}, "saveCard": "ask"});
    let set = seller.call("PUT", "/tax-settings").json(&more).send().told();
    assert_eq!((&set["version"], &set["collect"]), (&json!(2), &json!("registered")));
    assert_eq!(set["invoice"]["prefix"], "R{YYYY}-");
    assert_eq!(set["invoice"]["creditNotePrefix"], "CN-");
    assert_eq!(seller.get("/tax-settings").told(), set);
    // Nothing changes, and nothing is written.
    assert_eq!(patch(&seller, &json!({})).told(), set);
    let cleared = patch(&seller, &json!({"seller": null, "collect": "never"})).told();
    assert_eq!(cleared["seller"], Value::Null);
}

/// Hard case 65.
#[test]
fn hard_case_65_a_version_that_is_not_current_and_a_wrong_tax_id_are_refused() {
    let seller = Stack::get().seller_without_account("Versioned Seller");
    let with = |version: i64| {
        let mut body = german();
        body["version"] = version.into();
        body
    };
    patch(&seller, &with(0)).told();
    let refused = seller.call("PUT", "/tax-settings").json(&with(0)).send();
    refused.denied(409, "conflict_error", "version_conflict");
    let mut wrong = german();
    wrong["seller"]["taxId"] = "DE136695977".into();
    let refused = patch(&seller, &wrong);
    assert_eq!(refused.denied(400, "validation_error", "validation_error"), ["seller.taxId"]);
    assert_eq!(seller.get("/tax-settings").told()["version"], 1);
}

#[test]
fn every_broken_member_is_named() {
    let seller = Stack::get().seller_without_account("Broken Seller");
    let denied =
        |body: Value| patch(&seller, &body).denied(400, "validation_error", "validation_error");
    assert_eq!(denied(json!({"collect": "everywhere"})), ["seller"]);
    let shape = json!({
        "seller": {"legalName": "", "address": {"line1": "a", "country": "XX", "region": "??"}},
        "collect": "sometimes",
        "registrations": [{"country": "DE", "rate": "19,0"}, {"scheme": "none"}],
        "overrides": [{"taxCode": "Books", "rate": "5", "class": "standard"}],
        "saveCard": null,
        "invoice": {"digits": 3, "language": "la"},
    });
    let names = denied(shape);
    for name in [
        "seller.legalName",
        "seller.address.city",
        "seller.address.postalCode",
        "seller.address.country",
        "collect",
        "registrations[0].rate",
        "registrations[1].country",
        "registrations[1].scheme",
        "overrides[0].taxCode",
        "saveCard",
        "invoice.digits",
        "invoice.language",
    ] {
        assert!(names.contains(&name.to_owned()), "{name} of {names:?}");
    }
    let mut rules = german();
    rules["registrations"] = json!([{"country": "US"}, {"country": "DE"}, {"country": "DE"}]);
    rules["defaultTaxCode"] = "books".into();
    rules["invoice"] = json!({"prefix": "CN-", "timezone": "Berlin time"});
    assert_eq!(
        denied(rules),
        [
            "registrations[0].region",
            "registrations[0].rate",
            "registrations[2].country",
            "defaultTaxCode",
            "invoice.creditNotePrefix",
            "invoice.timezone",
        ]
    );
}

#[test]
fn rates_in_force_are_listed_with_own_rules_first() {
    let seller = Stack::get().seller_without_account("Rated Seller");
    let mut settings = german();
    settings["overrides"] =
        json!([{"taxCode": "books", "country": "DE", "rate": "5", "name": "Books"}]);
    patch(&seller, &settings).told();
    let listed = seller.get("/tax-rates?country=de").told();
    let shown: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|rate| (rate["rate"].as_str().unwrap(), rate["override"].as_bool().unwrap()))
        .collect();
    assert_eq!(shown, [("5", true), ("19", false), ("7", false)]);
    let estonian = |at: &str| {
        let listed = seller.get(&format!("/tax-rates?country=EE&at={at}")).told();
        listed[0]["rate"].as_str().unwrap().to_owned()
    };
    assert_eq!(estonian("2025-06-30T23:59:59%2B03:00"), "22");
    assert_eq!(estonian("2025-07-01T00:00:00%2B03:00"), "24");
    let refused = seller.get("/tax-rates?region=NY&at=2025-07-01");
    let names = refused.denied(400, "validation_error", "validation_error");
    assert_eq!(names, ["region", "at"]);
    let all = seller.get("/tax-rates");
    assert_eq!(all.json()["hasMore"], false);
    assert!(all.told().as_array().unwrap().len() > 100);
}

#[test]
fn a_preview_says_what_a_submit_would_freeze_and_writes_nothing() {
    let seller = Stack::get().seller_without_account("Previewing Seller");
    let nothing = preview(&seller, &json!({}));
    assert_eq!((&nothing["total"], &nothing["needs"]), (&json!(25000), &json!([])));
    assert_eq!(nothing["tax"]["reason"], "not_configured");
    patch(&seller, &german()).told();
    assert_eq!(preview(&seller, &json!({}))["needs"], json!(["country"]));
    let french = preview(&seller, &json!({"country": "fr"}));
    assert_eq!((&french["taxAmount"], &french["total"]), (&json!(5000), &json!(30000)));
    assert_eq!(french["tax"]["status"], "estimated");
    assert_eq!(
        french["tax"]["lines"],
        json!([{"jurisdiction": "FR", "name": "VAT", "rate": "20", "taxableAmount": 25000,
            "taxAmount": 5000, "category": "S"}])
    );
    assert_eq!(french["tax"]["settingsVersion"], 1);
    let business = preview(&seller, &json!({"country": "FR", "taxId": "FR40303265045"}));
    assert_eq!(
        (&business["taxAmount"], &business["tax"]["treatment"]),
        (&json!(0), &json!("reverse_charge"))
    );
    assert_eq!(business["tax"]["taxIdStatus"], "format_valid");
    let typo = preview(&seller, &json!({"country": "FR", "taxId": "FR41303265045"}));
    assert_eq!(
        (&typo["taxAmount"], &typo["tax"]["taxIdStatus"]),
        (&json!(5000), &json!("format_invalid"))
    );
    let earlier = preview(&seller, &json!({"country": "EE", "at": "2025-06-30T23:59:59+03:00"}));
    assert_eq!(earlier["taxAmount"], 5500);
    let unknown = json!({"amount": 1, "currency": "eur", "taxCode": "books", "country": "DE"});
    let refused = seller.post("/tax/preview", &unknown);
    assert_eq!(refused.denied(400, "validation_error", "validation_error"), ["taxCode"]);
    let nobody = json!({"amount": 1, "currency": "eur", "customerId": "cus_1"});
    seller.post("/tax/preview", &nobody).denied(404, "not_found_error", "customer_not_found");
    let both = json!({"amount": 1, "currency": "eur", "customerId": "cus_1", "country": "DE"});
    let refused = seller.post("/tax/preview", &both);
    assert_eq!(refused.denied(400, "validation_error", "validation_error"), ["customerId"]);
    assert_eq!(seller.get("/tax-settings").told()["version"], 1);
}

#[test]
fn payments_sell_by_an_own_code_once_a_rule_names_it() {
    let seller = Stack::get().seller("Coded Seller");
    let body = json!({"amount": 100, "currency": "eur", "description": "Book", "taxCode": "books"});
    let refused = seller.post("/payments", &body);
    assert_eq!(refused.denied(400, "validation_error", "validation_error"), ["taxCode"]);
    patch(&seller, &json!({"overrides": [{"taxCode": "books", "class": "reduced_1"}]})).told();
    seller.post("/payments", &body).made();
}

#[test]
fn tax_is_estimated_where_the_customers_country_is_known_when_the_link_is_made() {
    let seller = Stack::get().seller("Estimating Seller");
    patch(&seller, &german()).told();
    let address = json!({"line1": "Street 1", "city": "Town", "postalCode": "10115",
        "country": "de"});
    let body = json!({"email": "ada@example.com", "externalId": "user 1", "address": address});
    let customer = seller.post("/customers", &body).made();
    for named in [customer["id"].clone(), json!("user 1")] {
        let body = json!({"amount": 25000, "currency": "eur", "description": "Annual report",
            "customerId": named});
        let made = seller.post("/payments", &body).made();
        assert_eq!((&made["taxAmount"], &made["amountTotal"]), (&json!(4750), &json!(29750)));
        let tax = &made["tax"];
        assert_eq!((&tax["status"], &tax["country"]), (&json!("estimated"), &json!("DE")));
        assert_eq!(tax["lines"][0]["rate"], "19");
        assert_eq!(seller.read(&made), made);
    }
    // Of somebody else nothing is known before the submit.
    let unknown = seller.payment();
    assert_eq!(
        (&unknown["tax"], &unknown["taxAmount"]),
        (&json!({"status": "unknown"}), &json!(0))
    );
}

/// Hard cases 25, 26 and 31 on the page: it asks, shows, and charges what it has shown.
#[test]
fn a_page_charges_the_tax_that_it_has_shown_and_no_other_amount() {
    let seller = Stack::get().seller("Page Seller");
    patch(&seller, &german()).told();
    let payment = seller.payment();
    let page = seller.page(&payment);
    let html = page.open().body;
    assert!(html.contains("id=\"country\"") && html.contains("plus tax, if any"));
    let quote = |body: Value| page.call("POST", "/tax").json(&body).send().json();
    let german = quote(json!({"country": "DE"}));
    assert_eq!((&german["tax"], &german["total"]), (&json!(4750), &json!(29750)));
    assert_eq!(german["lines"][0]["name"], "VAT 19 % (DE)");
    assert_eq!(german["display"]["total"], "297.50");
    assert_eq!(quote(json!({}))["needs"], json!(["country"]));
    let typo = json!({"country": "FR", "business": true, "taxId": "FR41303265045"});
    assert_eq!(quote(typo)["taxIdStatus"], "format_invalid");
    let business = json!({"country": "FR", "business": true, "taxId": "FR40303265045"});
    assert_eq!(quote(business)["treatment"], "reverse_charge");
    let french = quote(json!({"country": "FR"}));
    let token = page.card_token("4242424242424242");
    let submit = |country: &str, shown: Value| {
        let body = json!({"card_token": token, "email": "ada@example.com", "name": "Ada",
            "country": country, "shown": shown});
        page.call("POST", "/submit").json(&body).send()
    };
    let shown = json!({"tax": german["tax"], "total": german["total"]});
    let refused = submit("FR", shown);
    assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("amount_changed")));
    assert_eq!(refused.json()["quote"], french);
    let cheaper = submit("FR", json!({"tax": 0, "total": 1}));
    assert_eq!((cheaper.status, &cheaper.json()["code"]), (409, &json!("amount_changed")));
    let open = seller.read(&payment);
    assert_eq!((&open["status"], &open["attempts"]), (&json!("pending"), &json!(0)));
    let paid = submit("FR", json!({"tax": french["tax"], "total": french["total"]}));
    assert_eq!(paid.json()["status"], "succeeded", "{}", paid.body);
    let paid = seller.read(&payment);
    assert_eq!((&paid["taxAmount"], &paid["amountTotal"]), (&json!(5000), &json!(30000)));
    assert_eq!((&paid["tax"]["status"], &paid["tax"]["country"]), (&json!("final"), &json!("FR")));
    assert_eq!(paid["tax"]["lines"][0]["taxAmount"], 5000);
    assert_eq!(paid["tax"]["evidenceConflict"], true, "the card is an American one");
    patch(&seller, &json!({"collect": "never"})).told();
    // Its invoice may have come meanwhile; what was charged stays.
    let later = seller.read(&payment);
    for field in ["status", "taxAmount", "amountTotal", "tax", "paidAt", "transactionId"] {
        assert_eq!(later[field], paid[field], "{field}");
    }
}

fn change(shop: &Shop, body: &Value) -> crate::stack::Answer {
    shop.call("PATCH", "/api/organization/tax/").json(body).send()
}

#[test]
fn an_organization_has_the_same_settings_in_snake_case() {
    let shop = Stack::get().shop("Taxed Shop");
    let unset = shop.get("/api/organization/tax/").shown(200);
    assert_eq!((&unset["version"], &unset["collect"]), (&json!(0), &json!("never")));
    let seller = json!({
        "legal_name": "Shop A/S",
        "address": {"line1": "Gade 1", "city": "Aarhus", "postal_code": "8000", "country": "DK"},
        "tax_id": "DK13585628",
    });
    let body = json!({"seller": seller, "collect": "registered", "version": 0,
        "registrations": [{"country": "DK"}, {"country": "LU"}]});
    let set = change(&shop, &body).shown(200);
    assert_eq!((&set["version"], &set["seller"]["address"]["line2"]), (&json!(1), &Value::Null));
    assert_eq!(shop.get("/api/organization/tax").shown(200), set);
    change(&shop, &body).told_off(412, "changed_meanwhile");
    let wrong = json!({"seller": null, "save_card": "ask", "default_tax_code": "books"});
    let told = change(&shop, &wrong).told_off(400, "validation_error");
    assert_eq!(told["save_card"], json!(["Is not a field of this request."]), "{told}");
    let told = change(&shop, &json!({"seller": null, "default_tax_code": "books"}));
    let told = told.told_off(400, "validation_error");
    assert!(told["seller"].is_array() && told["default_tax_code"].is_array(), "{told}");
    let product = json!({"name": "Book", "prices": {"USD": "5.00"}, "tax_code": "books"});
    shop.post("/api/products/", &product).told_off(400, "validation_error");
    let books = json!({"overrides": [{"tax_code": "books", "country": "DK", "treatment": "zero"}]});
    change(&shop, &books).shown(200);
    shop.post("/api/products/", &product).shown(201);
}

/// Hard cases 22 and 24 of the links surface.
#[test]
fn a_checkout_is_taxed_where_the_buyer_is_and_asks_again_when_that_changes() {
    let shop = Stack::get().shop("Danish Shop");
    let seller = json!({
        "legal_name": "Shop A/S",
        "address": {"line1": "Gade 1", "city": "Aarhus", "postal_code": "8000", "country": "DK"},
    });
    let body = json!({"seller": seller, "collect": "registered",
        "registrations": [{"country": "DK"}, {"country": "LU"}]});
    change(&shop, &body).shown(200);
    let line = json!({"product_id": shop.product()});
    let link = json!({"name": "Autumn", "products": [line], "pricing_mode": "TAX_INCLUSIVE"});
    let made = shop.post("/api/payment-links/", &link).shown(201);
    let uuid = made["uuid"].as_str().unwrap();
    let path = format!("/api/payment-links/public/{uuid}/?country=LU");
    let seen = shop.get(&path).shown(200);
    assert_eq!((&seen["tax"], &seen["total"]), (&json!("17.44"), &json!("120.00")));
    let from = |country: &str, id: Value| {
        let mut buyer = Shop::buyer();
        buyer["billing_country"] = country.into();
        buyer["billing_region"] = Value::Null;
        buyer["billing_tax_id"] = id;
        shop.start(uuid, &buyer)
    };
    let danish = from("DK", Value::Null).shown(201);
    assert_eq!((&danish["tax"], &danish["total"]), (&json!("24.00"), &json!("120.00")));
    let business = from("LU", json!("LU15027442")).shown(201);
    assert_eq!((&business["tax"], &business["total"]), (&json!("0.00"), &json!("102.56")));
    from("LU", json!("LU15027443")).told_off(400, "validation_error");
    let checkout = from("LU", Value::Null).shown(201);
    let page = shop.page(&checkout);
    assert!(page.open().body.contains("VAT 17 % (LU)"));
    change(&shop, &json!({"registrations": [{"country": "DK"}]})).shown(200);
    let token = page.card_token("4242424242424242");
    let refused = page.submit(&token, false);
    let told = refused.json();
    assert_eq!((refused.status, &told["code"]), (409, &json!("amount_changed")), "{told}");
    let shown = json!({"tax": told["quote"]["tax"], "total": told["quote"]["total"]});
    let agreed = json!({"card_token": token, "shown": shown});
    let paid = page.call("POST", "/submit").json(&agreed).send();
    assert_eq!(paid.json()["status"], "succeeded", "{}", paid.body);
}
