//! Who did what in an organisation: entries come by themselves, say what changed, and hold no secret.

use super::with;
use crate::stack::{Answer, Receiver, Shop, Stack, eventually, shop::PASSWORD, time_of};
use serde_json::{Value, json};
use shared::{app::clock, model::Time};

const ACTIVITY: &str = "/api/organization/activity/";

fn entries(shop: &Shop, query: &str) -> Vec<Value> {
    let page = shop.get(&format!("{ACTIVITY}{query}")).shown(200);
    page["results"].as_array().unwrap().clone()
}

/// The one entry of an action, once it is there.
fn told(shop: &Shop, action: &str) -> Value {
    eventually(&format!("an entry of {action}"), 120, || {
        entries(shop, &format!("?action={action}")).into_iter().next()
    })
}

fn change<'a>(entry: &'a Value, field: &str) -> (&'a Value, &'a Value) {
    let changes = entry["changes"].as_array().unwrap();
    let found = changes.iter().find(|change| change["field"] == field);
    let found = found.unwrap_or_else(|| panic!("no change of {field}: {entry}"));
    (&found["before"], &found["after"])
}

/// A transaction over 120.00 that a buyer has paid through a link.
fn paid(shop: &Shop) -> String {
    let checkout = shop.start(&shop.link(None), &Shop::buyer()).shown(201);
    shop.page(&checkout).pay("4242424242424242");
    checkout["transaction_id"].as_str().unwrap().to_owned()
}

fn refund(shop: &Shop, id: &str, amount: &str) -> Answer {
    let body = json!({"reason": "One seat less", "amount": amount});
    shop.post(&format!("/api/transactions/{id}/refund/"), &body)
}

/// A server makes a checkout, and calls it off.
fn call_off(shop: &Shop, key: &Value) {
    let post = |path: &str, body: &Value| {
        let call = Stack::get().anonymous("POST", path);
        call.header("api-key", key["raw_key"].as_str().unwrap()).json(body).send()
    };
    let lines = json!([{"id": shop.product(), "quantity": 1}]);
    let made = post("/api/checkout/create/", &with(&Shop::buyer(), "products", lines)).shown(201);
    let id = made["transaction_id"].as_str().unwrap();
    post(&format!("/api/transactions/{id}/cancel/"), &json!({})).shown(200);
}

#[test]
fn what_members_keys_and_operators_do_is_listed_newest_first_with_what_changed() {
    let shop = Stack::get().shop("Watched Shop");
    let me = shop.get("/api/auth/me/").shown(200)["id"].clone();
    let product = shop.product();
    let path = format!("/api/products/{product}/");
    shop.call("PATCH", &path).json(&json!({"name": "Front seat"})).send().shown(200);
    let uuid = shop.link(Some(4));
    let link = format!("/api/payment-links/{uuid}/");
    let off = json!({"is_active": false, "metadata": {"note": "quiet"}});
    shop.call("PATCH", &link).json(&off).send().shown(200);
    let deleted = shop.call("DELETE", &link).send();
    assert_eq!(deleted.status, 204, "{}", deleted.body);
    let settings = json!({"branding": {"panel_color": "#112233"}});
    shop.call("PATCH", "/api/organization/").json(&settings).send().shown(200);

    let changed = told(&shop, "product.updated");
    assert_eq!(changed["object"], json!({"type": "product", "id": product}));
    let grace = json!({"type": "member", "id": me, "name": "Grace Hopper"});
    assert_eq!(changed["actor"], grace);
    assert_eq!(change(&changed, "name"), (&json!("Workshop seat"), &json!("Front seat")));
    let switched = told(&shop, "payment_link.updated");
    assert_eq!(switched["object"], json!({"type": "payment_link", "id": uuid}));
    assert_eq!(change(&switched, "is_active"), (&json!("true"), &json!("false")));
    assert_eq!(change(&switched, "metadata"), (&Value::Null, &Value::Null));
    for action in ["payment_link.created", "payment_link.deleted"] {
        told(&shop, action);
    }
    let coloured = told(&shop, "organization.updated");
    assert_eq!(change(&coloured, "branding.panel_color").1, "#112233");
    let set_up = told(&shop, "organization.created");
    assert_eq!(set_up["actor"], json!({"type": "operator", "id": null, "name": null}));
    told(&shop, "merchant_accounts.updated");
    assert_eq!(told(&shop, "member.joined")["actor"], grace);

    // Pages go on where the one before ended, and filters narrow them.
    let all = entries(&shop, "?limit=100");
    let times: Vec<Time> = all.iter().map(|one| time_of(&one["at"])).collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older), "{times:?}");
    let (mut walked, mut query) = (Vec::new(), "?limit=2".to_owned());
    loop {
        let page = shop.get(&format!("{ACTIVITY}{query}")).shown(200);
        walked.extend(page["results"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else { break };
        query = format!("?limit=2&cursor={next}");
    }
    assert!(all.iter().all(|one| walked.contains(one)));
    let by = |query: &str| entries(&shop, query);
    assert!(by("?actor=operator").iter().all(|one| one["actor"]["type"] == "operator"));
    let mine = format!("?actor={}&action=payment_link", me.as_str().unwrap());
    assert!(by(&mine).iter().all(|one| one["object"]["type"] == "payment_link"));
    assert_eq!((by(&mine).len(), by("?actor=mem_0").len()), (3, 0));
    assert_eq!(by("?to=2020-01-01T00:00:00Z").len(), 0);
    let from = clock::now().plus_days(-1).rfc3339();
    let lately = by(&format!("?limit=100&from={from}"));
    assert!(all.iter().all(|one| lately.contains(one)));
}

#[test]
fn hard_case_40_refunds_that_are_split_stand_under_each_other_with_who_made_them() {
    let stack = Stack::get();
    let shop = stack.shop("Splitting Shop");
    let limit = json!({"staff_refund_limit": {"USD": "40.00"}});
    shop.call("PATCH", "/api/organization/").json(&limit).send().shown(200);
    let staff = shop.member("staff");
    let id = paid(&shop);
    let refused = refund(&staff, &id, "80.00").told_off(403, "permission_denied");
    assert!(refused["detail"].as_str().unwrap().contains("40.00"), "{refused}");
    for amount in ["40.00", "40.00", "40.00"] {
        refund(&staff, &id, amount).shown(200);
    }
    let who = staff.get("/api/auth/me/").shown(200)["id"].clone();
    let query = format!("?action=refund.created&actor={}", who.as_str().unwrap());
    let parts = eventually("each part is told of", 120, || {
        let parts = entries(&shop, &query);
        (parts.len() == 3).then_some(parts)
    });
    for part in &parts {
        assert_eq!(change(part, "amount").1, "40.00");
        assert_eq!(change(part, "transaction_id").1, &json!(id));
        assert!(part["object"]["id"].as_str().unwrap().starts_with("RF"), "{part}");
    }
    staff.get(ACTIVITY).told_off(403, "permission_denied");
}

#[test]
fn only_owners_and_admins_see_the_list_and_only_their_own() {
    let stack = Stack::get();
    let (shop, other) = (stack.shop("Seen Shop"), stack.shop("Unseen Shop"));
    let product = other.product();
    told(&other, "product.created");
    shop.member("admin").get(ACTIVITY).shown(200);
    for role in ["staff", "viewer"] {
        shop.member(role).get(ACTIVITY).told_off(403, "permission_denied");
    }
    stack.anonymous("GET", ACTIVITY).send().told_off(401, "token_required");
    assert!(!shop.get(&format!("{ACTIVITY}?limit=100")).body.contains(&product));
    let theirs = other.get("/api/auth/me/").shown(200)["id"].clone();
    assert_eq!(entries(&shop, &format!("?actor={}", theirs.as_str().unwrap())).len(), 0);
    let page = other.get(&format!("{ACTIVITY}?limit=1")).shown(200);
    if let Some(cursor) = page["next_cursor"].as_str() {
        let foreign = format!("{ACTIVITY}?limit=1&cursor={cursor}");
        shop.get(&foreign).told_off(400, "validation_error");
    }
    for wrong in ["?action=everything", "?from=yesterday", "?limit=0", "?color=red", "?cursor=x"] {
        shop.get(&format!("{ACTIVITY}{wrong}")).told_off(400, "validation_error");
    }
}

#[test]
fn team_keys_and_webhooks_are_told_of_without_a_secret() {
    let stack = Stack::get();
    let shop = stack.shop("Secretive Shop");
    let key = json!({"name": "Server", "scopes": []});
    let key = shop.post("/api/organization/api-keys/", &key).shown(201);
    let hooks = "/api/organization/webhooks/";
    let receiver = Receiver::start();
    let url = format!("{}?token=hush-7f3a", receiver.url);
    let hook = json!({"url": url, "description": "hush-7f3a"});
    let hook = shop.post(hooks, &hook).shown(201);
    let path = format!("{hooks}{}/", hook["id"].as_str().unwrap());
    shop.post(&format!("{path}rotate-secret/"), &json!({})).shown(200);
    shop.call("DELETE", &path).send();
    let email = format!("invited-{}", shop.email);
    let invited = json!({"email": email, "role": "viewer"});
    let invited = shop.post("/api/organization/invitations/", &invited).shown(201);
    let other = "umbrellas-for-the-winter";
    let password = json!({"current_password": PASSWORD, "new_password": other});
    let changed = shop.post("/api/auth/password/", &password);
    assert_eq!(changed.status, 204, "{}", changed.body);
    call_off(&shop, &key);
    let raw = key["raw_key"].as_str().unwrap();

    for action in [
        "api_key.created",
        "webhook.created",
        "webhook.secret_rotated",
        "webhook.deleted",
        "invitation.created",
        "member.password_changed",
        "transaction.canceled",
    ] {
        told(&shop, action);
    }
    let address = told(&shop, "webhook.created");
    let host = receiver.url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    assert_eq!(change(&address, "url").1, &json!(host));
    let server = told(&shop, "transaction.canceled")["actor"].clone();
    assert_eq!(server, json!({"type": "api_key", "id": key["id"], "name": "Server"}));
    let all = shop.get(&format!("{ACTIVITY}?limit=100")).body;
    let secret = |value: &Value| value.as_str().unwrap().to_owned();
    let token = secret(&invited["invite_url"]);
    let token = token.rsplit('/').next().unwrap();
    for hidden in ["hush-7f3a", raw, &secret(&hook["secret"]), token, PASSWORD, other, "argon2"] {
        assert!(!all.contains(hidden), "{hidden} is told: {all}");
    }
    assert!(!all.contains(Shop::buyer()["billing_email"].as_str().unwrap()), "a buyer is told of");
}

#[test]
fn sign_ins_test_events_resends_and_exports_are_told_of() {
    let stack = Stack::get();
    let shop = stack.shop("Audited Shop");
    let me = shop.get("/api/auth/me/").shown(200)["id"].clone();
    let body = json!({"email": shop.email, "password": PASSWORD});
    stack.anonymous("POST", "/api/auth/login/").json(&body).send().shown(200);
    let signed_in = told(&shop, "session.created");
    assert_eq!(signed_in["actor"]["id"], me);
    let hooks = "/api/organization/webhooks/";
    let receiver = Receiver::start();
    let hook = shop.post(hooks, &json!({"url": receiver.url})).shown(201)["id"].clone();
    let path = format!("{hooks}{}/", hook.as_str().unwrap());
    let test = shop.call("POST", &format!("{path}test/")).send().shown(202);
    assert_eq!(told(&shop, "webhook.tested")["object"], json!({"type": "webhook", "id": hook}));
    let sent = format!("{path}deliveries/{}/", test["delivery_id"].as_str().unwrap());
    eventually("the test event has arrived", 120, || {
        let seen = shop.get(&sent);
        (seen.status == 200 && seen.json()["status"] == "succeeded").then_some(())
    });
    shop.call("POST", &format!("{sent}retry/")).send().shown(202);
    let resent = told(&shop, "webhook.event_resent");
    assert_eq!(change(&resent, "delivery_id").1, &test["delivery_id"]);
    assert_eq!(change(&resent, "event").1, "webhook.test");
    let link = shop.link(None);
    let paths = [
        ("transactions", "/api/transactions/export/".to_owned()),
        ("payment-links", "/api/payment-links/export/".to_owned()),
        ("payments", format!("/api/payment-links/{link}/payments/export/")),
    ];
    for (list, path) in paths {
        assert_eq!(shop.get(&path).status, 200, "{path}");
        let query = "?action=export.created&limit=100";
        let taken = eventually(&format!("the export of {list}"), 120, || {
            let all = entries(&shop, query);
            all.into_iter().find(|one| change(one, "list").1 == list)
        });
        assert_eq!(taken["actor"]["id"], me);
        if list == "payments" {
            assert_eq!(change(&taken, "payment_link").1, &json!(link));
        }
    }
}

/// As after an outage of the stream's consumer that lasted longer than the stream's records.
#[test]
fn entries_that_were_lost_come_back_by_the_command_that_republishes() {
    let stack = Stack::get();
    let shop = stack.shop("Forgetful Shop");
    let from = clock::now().plus_days(-1).rfc3339();
    let id = paid(&shop);
    refund(&shop, &id, "5.00").shown(200);
    let key = json!({"name": "Server", "scopes": []});
    call_off(&shop, &shop.post("/api/organization/api-keys/", &key).shown(201));
    let actions = ["refund.created", "transaction.canceled", "member.joined", "product.created"];
    let before: Vec<Value> = actions.iter().map(|action| told(&shop, action)).collect();
    stack.quiet_items_about(&shop.tenant);
    stack.forget_activity(&shop.tenant);
    let wish = json!({"tenant_id": shop.tenant, "mode": "test", "from": from});
    let done = stack.invoke("operators-republish-events", &wish);
    assert!(done["activity"].as_u64().unwrap() >= 4, "{done}");
    for (action, before) in actions.iter().zip(before) {
        let again = entries(&shop, &format!("?action={action}"));
        let known = again.iter().any(|one| one["object"] == before["object"]);
        assert!(known, "{action}: {again:?}, before {before}");
    }
    let twice = stack.invoke("operators-republish-events", &wish);
    assert_eq!(twice["activity"], 0, "once");
}

/// An operator erases a buyer: the owner reads of it, and nobody reads of the buyer any more.
#[test]
fn an_erased_buyer_is_in_no_list_no_search_and_no_webhook_and_the_act_is_told() {
    let stack = Stack::get();
    let (shop, made) = stack.shop_of_all_surfaces("Forgetful Shop");
    let seller = stack.seller_with(&shop.tenant, made["api_key"].as_str().unwrap());
    let receiver = shop.listen(&["transaction.status_changed", "refund.status_changed"]);
    let id = paid(&shop);
    receiver.hear_status(&json!(id), "paid", 60);
    let of_one = format!("/api/transactions/{id}/");
    let lists = || {
        let ours = shop.get("/api/transactions/").shown(200);
        [shop.get(&of_one).shown(200), ours, seller.get("/transactions").json()]
    };
    let found = || shop.get("/api/transactions/?search=ada@example.com").shown(200);
    eventually("the buyer is found", 60, || (found()["results"][0]["id"] == id).then_some(()));
    let names = |text: &Value| {
        let text = text.to_string();
        text.contains("ada@example.com") || text.contains("Ada")
    };
    eventually("every list names the buyer", 60, || lists().iter().all(names).then_some(()));

    let whom = json!({"tenant_id": shop.tenant, "mode": "test", "email": "Ada@Example.com"});
    let erased = eventually("the buyer is erased", 60, || {
        let done = stack.invoke("operators-erase-payer", &whom);
        (done["left"] == 0).then_some(done)
    });
    assert_eq!((&erased["payments"], &erased["more"]), (&json!(1), &json!(false)));
    let entry = told(&shop, "payer.erased");
    assert_eq!(entry["actor"]["type"], "operator");
    assert_eq!(change(&entry, "payments").1, "1");
    assert!(!names(&entry), "{entry}");
    eventually("no list names the buyer", 60, || (!lists().iter().any(names)).then_some(()));
    eventually("no search finds the buyer", 60, || (found()["results"] == json!([])).then_some(()));
    let table = shop.get("/api/transactions/export/");
    assert!(table.body.contains(&id) && !table.body.contains("Ada"), "{}", table.body);

    // What happens afterwards is told as ever, without the buyer.
    refund(&shop, &id, "120.00").shown(200);
    let refunded = receiver.hear_status(&json!(id), "refunded", 60);
    assert!(!names(&refunded), "{refunded}");
    assert_eq!(stack.invoke("operators-erase-payer", &whom)["payments"], 0);
}
