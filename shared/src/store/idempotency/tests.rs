use super::*;
use crate::store::{
    key,
    tests::{golden, now, put, scope},
};

#[test]
fn an_answer_is_kept_like_this() {
    let answered = Answered {
        request: [("amount".to_owned(), "0123456789abcdef".to_owned())].into(),
        data: r#"{"payment_intent_id":"x"}"#.into(),
    };
    let key = key::idempotency(scope(), "create-user", &"cd".repeat(16));
    let write = insert(&key, &answered, now());
    golden(
        put(&write),
        r#"
data="{\"payment_intent_id\":\"x\"}"
pk="idempotency#01a1fd8c-69fa-7101-8101-010101010101#test#create-user#cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
req.amount="0123456789abcdef"
sk="key"
ttl=1797847200
v=1
6 attributes"#,
    );
    assert_eq!(from_item(put(&write)), Ok(answered));
}
