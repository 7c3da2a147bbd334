use crate::{
    model::payment_intent::{PaymentIntent, Status, Work},
    store::tests::{attempt, golden, kept, now, pending},
};

fn timer(status: Status) -> crate::store::Item {
    let intent = PaymentIntent { status, ..pending() };
    kept(|table| async move { table.set_timer(&intent).await })
}

#[test]
fn the_timer_of_a_pending_intent_is_kept_like_this() {
    golden(
        &timer(Status::Pending),
        r#"
id="01a1fd8c-69fa-7404-8404-040404040404"
mode="test"
pk="timer#expire#0"
sk="001795255800250#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7404-8404-040404040404"
tenant="01a1fd8c-69fa-7101-8101-010101010101"
v=1
6 attributes"#,
    );
}

#[test]
fn the_timer_of_an_open_charge_is_kept_like_this() {
    let open = Status::Processing { work: Work::Card(attempt()), until: now().plus_seconds(30) };
    golden(
        &timer(open),
        r#"
id="01a1fd8c-69fa-7404-8404-040404040404"
mode="test"
pk="timer#reconcile#0"
sk="001795255230250#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7404-8404-040404040404"
tenant="01a1fd8c-69fa-7101-8101-010101010101"
v=1
6 attributes"#,
    );
}
