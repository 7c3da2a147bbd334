use super::*;
use crate::store::tests::{golden, now, put, scope};

#[test]
fn a_client_is_kept_like_this() {
    let client = Client {
        client_id: "client_test_1".into(),
        scope: scope(),
        secret_hash: "ab".repeat(32),
        replaced: None,
        scopes: "links:write payments:read".into(),
        failures: 0,
        blocked_until: None,
    };
    let write = insert(&client);
    golden(
        put(&write),
        r#"
fail=0
hash="abababababababababababababababababababababababababababababababab"
mode="test"
pk="client#client_test_1"
scopes="links:write payments:read"
sk="client"
tenant="01a1fd8c-69fa-7101-8101-010101010101"
v=1
8 attributes"#,
    );
    assert_eq!(from_item(put(&write)), Ok(client.clone()));
    let blocked = put(&write).clone().with("until", now());
    assert_eq!(from_item(&blocked), Ok(Client { blocked_until: Some(now()), ..client.clone() }));
    let replaced = put(&write).clone().with("old", "cd").with("old_end", now());
    let known = Client { replaced: Some(("cd".into(), now())), ..client };
    assert_eq!(from_item(&replaced), Ok(known.clone()));
    assert_eq!(from_item(put(&insert(&known))), Ok(known));
}
