use super::*;
use crate::{
    model::route::{Limits, Rail, Route, Spendable},
    store::tests::{golden, id, now, put, scope},
};

fn tenant() -> Tenant {
    Tenant {
        scope: scope(),
        name: "Corner Shop".into(),
        allowed_origins: vec!["https://shop.example".parse().unwrap()],
        limits: [(Currency::USD, Money::from_minor(1_000_000, Currency::USD))].into(),
        review: [(Currency::USD, Money::from_minor(500_000, Currency::USD))].into(),
        created_at: now(),
        version: 3,
    }
}

fn setup() -> Setup {
    let route = Route {
        id: id(5),
        name: "Card to bank account".into(),
        pull: Some(Rail::Card),
        push: Some(Rail::Ach),
        processor: "simulator".into(),
        limits: [(Currency::USD, Limits { minimum: 50, maximum: 100_000 })].into(),
        spendable: Spendable::AtSucceeded,
    };
    Setup { tenant: tenant(), routes: vec![route] }
}

#[test]
fn a_tenant_is_kept_like_this() {
    golden(
        put(&insert(&setup())[0]),
        r#"
crt=1795255200250
limits.USD=1000000
name="Corner Shop"
org[0]="https://shop.example"
pk="tenant#01a1fd8c-69fa-7101-8101-010101010101#test"
review.USD=500000
sk="tenant"
v=3
8 attributes"#,
    );
    assert_eq!(from_item(scope(), put(&insert(&setup())[0])), Ok(tenant()));
}

#[test]
fn a_tenant_without_origins_and_limits_is_kept_like_this() {
    let bare = Tenant { allowed_origins: vec![], limits: [].into(), review: [].into(), ..tenant() };
    let [settings, routes] = replace(&Setup { tenant: bare.clone(), routes: vec![] });
    golden(
        put(&settings),
        r#"
crt=1795255200250
limits={}
name="Corner Shop"
pk="tenant#01a1fd8c-69fa-7101-8101-010101010101#test"
sk="tenant"
v=3
6 attributes"#,
    );
    assert_eq!(from_item(scope(), put(&settings)), Ok(bare));
    assert_eq!(route::from_item(Some(put(&routes))), Ok(vec![]));
    assert_eq!(route::from_item(None), Ok(vec![]));
}

#[test]
fn routes_are_kept_like_this() {
    golden(
        put(&insert(&setup())[1]),
        r#"
pk="tenant#01a1fd8c-69fa-7101-8101-010101010101#test"
routes[0].id="01a1fd8c-69fa-7505-8505-050505050505"
routes[0].limits.USD.max=100000
routes[0].limits.USD.min=50
routes[0].name="Card to bank account"
routes[0].proc="simulator"
routes[0].pull="card"
routes[0].push="ach"
routes[0].spend="succeeded"
sk="routes"
v=3
4 attributes"#,
    );
    assert_eq!(route::from_item(Some(put(&insert(&setup())[1]))), Ok(setup().routes));
}

#[test]
fn a_change_replaces_both_halves_or_neither() {
    for write in replace(&setup()) {
        let Write::Replace { version, item } = write else { panic!("{write:?}") };
        assert_eq!((version, item.number::<u64>("v")), (2, Ok(3)));
    }
}
