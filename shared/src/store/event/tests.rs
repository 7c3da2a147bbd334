use crate::store::tests::{golden, id, kept, now, scope};

#[test]
fn an_event_is_kept_like_this() {
    let item = kept(|table| table.keep_event(scope(), id(5), r#"{"id":"x"}"#, now()));
    golden(
        &item,
        r#"
msg="{\"id\":\"x\"}"
pk="event#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
sk="01a1fd8c-69fa-7505-8505-050505050505"
ttl=1797847200
v=1
5 attributes"#,
    );
}
