use super::*;
use crate::store::tests::{golden, id, now, put, scope};

#[test]
fn a_deliverys_timer_is_kept_like_this() {
    let timer = DeliveryTimer {
        scope: scope(),
        event: id(5),
        endpoint: id(6),
        place: Some(EventPlace { object: "object".into(), sequence: 3 }),
        due: now(),
    };
    let item = put(&insert(&timer)).clone();
    golden(
        &item,
        r#"
due=1795255200250
id="01a1fd8c-69fa-7505-8505-050505050505"
mode="test"
obj="object"
pk="timer#deliver#5"
seq=3
sk="001795255200250#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7505-8505-050505050505#01a1fd8c-69fa-7606-8606-060606060606"
tenant="01a1fd8c-69fa-7101-8101-010101010101"
to="01a1fd8c-69fa-7606-8606-060606060606"
v=1
10 attributes"#,
    );
    assert_eq!(from_item(&item), Ok(timer));
}
