//! What each role of members may do on the links surface.

use super::links_management::{LINKS, ORGANIZATION, PRODUCTS, link_path};
use crate::stack::Stack;
use serde_json::json;

/// Every route of members, with what each role may do.
#[test]
fn each_role_may_do_what_the_contract_says() {
    let stack = Stack::get();
    let shop = stack.shop("Role Shop");
    let (link, product) = (shop.link(None), shop.product());
    let (link, product) = (link_path(&link), format!("{PRODUCTS}{product}/"));
    let members = ["admin", "staff", "viewer"].map(|role| (role, shop.member(role)));
    let code = format!("{link}qr/");
    let reads = [ORGANIZATION, PRODUCTS, LINKS, &product, &link, &code];
    for (role, member) in &members {
        for path in reads {
            assert_eq!(member.get(path).status, 200, "{role} reads {path}");
        }
        let may_sell = *role != "viewer";
        for (method, path) in [
            ("POST", PRODUCTS.to_owned()),
            ("PATCH", product.clone()),
            ("DELETE", product.clone()),
            ("POST", format!("{product}restore/")),
            ("POST", LINKS.to_owned()),
            ("PATCH", link.clone()),
            ("DELETE", link.clone()),
            ("POST", format!("{link}restore/")),
            ("POST", format!("{link}clone/")),
            ("GET", format!("{LINKS}export/")),
        ] {
            let answer = member.call(method, &path).json(&json!({})).send();
            assert_eq!(answer.status != 403, may_sell, "{role}: {method} {path}");
            if !may_sell {
                let refused = answer.told_off(403, "permission_denied");
                assert!(refused["detail"].as_str().unwrap().contains("staff"), "{refused}");
            }
        }
        let settings = member.call("PATCH", ORGANIZATION).json(&json!({"locale": "de"})).send();
        assert_eq!(settings.status == 200, *role == "admin", "{role}");
        let owners = member.call("PATCH", ORGANIZATION).json(&json!({"require_totp": false}));
        owners.send().told_off(403, "permission_denied");
    }
}
