use super::*;
use crate::store::tests::{golden, id, now, put, scope};

#[test]
fn a_replay_is_kept_like_this() {
    let range = ReplayRange {
        from: now().plus_days(-1),
        to: now(),
        kinds: vec![EventType::CardAdded],
        names: vec![],
        only_undelivered: true,
    };
    let replay = Replay {
        id: id(7),
        scope: scope(),
        endpoint: id(6),
        range,
        asked_at: now(),
        reached: Some(id(5)),
        version: 1,
    };
    let item = put(&insert(&replay)).clone();
    golden(
        &item,
        r#"
asked=1795255200250
at="01a1fd8c-69fa-7505-8505-050505050505"
from=1795168800250
id="01a1fd8c-69fa-7707-8707-070707070707"
mode="test"
open=true
pk="timer#replay#3"
sk="001795255200250#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7707-8707-070707070707"
tenant="01a1fd8c-69fa-7101-8101-010101010101"
to="01a1fd8c-69fa-7606-8606-060606060606"
types[0]="card.added"
until=1795255200250
v=1
13 attributes"#,
    );
    assert_eq!(from_item(&item), Ok(replay));
}
