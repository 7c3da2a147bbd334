use super::*;
use crate::store::tests::{golden, now, put as written};

fn ring(purpose: Purpose, public: Option<&str>) -> KeyRing {
    let key = |number| WrappedKey {
        number,
        wrapped: "d3JhcHBlZA==".into(),
        public: public.map(str::to_owned),
        created_at: now(),
        ends_at: None,
    };
    let first = WrappedKey { ends_at: Some(now().plus_days(1)), ..key(1) };
    KeyRing { purpose, keys: vec![first, key(2)], version: 2 }
}

#[test]
fn a_key_ring_is_kept_like_this() {
    let ring = ring(Purpose::Vault, None);
    let writes = put(&ring);
    assert_eq!(writes.len(), 1);
    golden(
        written(&writes[0]),
        r#"
keys[0].crt=1795255200250
keys[0].end=1795341600250
keys[0].key="d3JhcHBlZA=="
keys[0].n=1
keys[1].crt=1795255200250
keys[1].key="d3JhcHBlZA=="
keys[1].n=2
pk="keyring#vault"
sk="keys"
v=2
4 attributes"#,
    );
    assert_eq!(from_item(Purpose::Vault, written(&writes[0])), Ok(ring));
}

#[test]
fn signing_keys_show_their_public_halves_in_an_item_of_its_own() {
    let ring = ring(Purpose::Signing, Some("BPoint"));
    let writes = put(&ring);
    assert_eq!(writes.len(), 2);
    golden(
        written(&writes[0]),
        r#"
keys[0].crt=1795255200250
keys[0].end=1795341600250
keys[0].key="d3JhcHBlZA=="
keys[0].n=1
keys[0].pub="BPoint"
keys[1].crt=1795255200250
keys[1].key="d3JhcHBlZA=="
keys[1].n=2
keys[1].pub="BPoint"
pk="keyring#signing"
sk="keys"
v=2
4 attributes"#,
    );
    golden(
        written(&writes[1]),
        r#"
keys[0].end=1795341600250
keys[0].kid="k1"
keys[0].pub="BPoint"
keys[1].kid="k2"
keys[1].pub="BPoint"
pk="keyring#public"
sk="keys"
v=2
4 attributes"#,
    );
    assert_eq!(from_item(Purpose::Signing, written(&writes[0])), Ok(ring));
}
