use super::*;
use crate::store::tests::{golden, now, put, scope};

fn tenant() -> Tenant {
    Tenant {
        scope: scope(),
        name: "Corner Shop".into(),
        allowed_origins: vec!["https://shop.example".parse().unwrap()],
        limits: [(Currency::USD, Money::from_minor(1_000_000, Currency::USD))].into(),
        created_at: now(),
        version: 3,
    }
}

#[test]
fn a_tenant_is_kept_like_this() {
    golden(
        put(&insert(&tenant())),
        r#"
crt=1795255200250
limits.USD=1000000
name="Corner Shop"
org[0]="https://shop.example"
pk="tenant#01a1fd8c-69fa-7101-8101-010101010101#test"
sk="tenant"
v=3
7 attributes"#,
    );
    assert_eq!(from_item(scope(), put(&insert(&tenant()))), Ok(tenant()));
}

#[test]
fn a_tenant_without_origins_and_limits_is_kept_like_this() {
    let bare = Tenant { allowed_origins: vec![], limits: [].into(), ..tenant() };
    golden(
        put(&replace(&bare)),
        r#"
crt=1795255200250
limits={}
name="Corner Shop"
pk="tenant#01a1fd8c-69fa-7101-8101-010101010101#test"
sk="tenant"
v=3
6 attributes"#,
    );
    assert_eq!(from_item(scope(), put(&replace(&bare))), Ok(bare));
}
