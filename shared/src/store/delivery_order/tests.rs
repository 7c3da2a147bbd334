use super::*;
use crate::store::tests::{golden, id, kept, now, scope};

#[test]
fn an_order_is_kept_like_this() {
    let order = DeliveryOrder::unknown(scope(), id(6), "object".into());
    let order = order.starting_at(4).opened(5, id(5)).settled(6);
    let item = kept(|table| {
        let order = order.clone();
        async move {
            table.move_order(scope(), id(6), "object", now(), |_| order.clone()).await.map(drop)
        }
    });
    golden(
        &item,
        r#"
ahead[0].id="01a1fd8c-69fa-7505-8505-050505050505"
ahead[0].n=5
ahead[1].n=6
done=3
pk="order#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7606-8606-060606060606"
sk="object"
ttl=1798711200
v=1
6 attributes"#,
    );
    assert_eq!(from_item(scope(), id(6), &item), Ok(DeliveryOrder { version: 1, ..order }));
}
