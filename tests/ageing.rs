//! What ends without anybody looking: cards whose answer is late or lost, and links nobody pays.
//! One test, because all of it waits for the clock.

use crate::stack::{Stack, Tenant, bank::Person, eventually, text_of};
use serde_json::{Value, json};

/// Money in escrow that nobody releases.
struct Held<'a> {
    sender: Person<'a>,
    id: String,
}

impl<'a> Held<'a> {
    fn new(tenant: &'a Tenant) -> Self {
        let (sender, receiver) = (Person::with(tenant, 30), Person::new(tenant));
        let mut wish = sender.wish("transfer", "30");
        wish["destination_wallet_id"] = json!(receiver.wallet);
        wish["hold"] = json!(true);
        wish["hold_expires_in"] = json!(60);
        let held = tenant.post("/v1/platform/payments", &wish).ok();
        assert_eq!(sender.balance()[3], "0.00");
        Self { sender, id: held["payment_intent_id"].as_str().unwrap().to_owned() }
    }

    /// Status and balance say so together, whether or not the sweep has been there.
    fn reads_as_expired(&self) {
        let payment = self.sender.wait_for(&json!(self.id), "expired");
        assert_eq!(payment["hold_details"]["returned_amount"], "30.00");
        assert_eq!(self.sender.balance()[3], "30.00");
        let late = self.sender.step(&json!(self.id), "release", &json!({}));
        late.refused(410, "hold_expired");
    }
}

#[test]
fn late_and_lost_charges_end_right_and_unpaid_links_expire_without_anybody_looking() {
    let stack = Stack::get();
    let tenant = stack.tenant("Patient Shop");
    let receiver = tenant.listen(&[]);
    // The process that charges the last two dies: before the processor has the charge, and right after.
    let [late, lost, before, after] = [(); 4].map(|()| tenant.new_link());
    let user = tenant.payer().user;
    let unpaid = tenant.link(&json!({"user_id": user, "amount": 5, "expires_in": 60}));
    let held = Held::new(&tenant);
    // Each is looked at before half a minute is over, when somebody looks after it. The charge that is
    // late did arrive, only its answer did not; the lost one never arrived.
    for (link, number, charges) in [(&late, "4000000000001109", 1), (&lost, "4000000000003303", 0)]
    {
        assert_eq!(link.pay(number)["status"], "processing", "{number}");
        assert_eq!(tenant.payment(link)["status"], "processing", "{number}");
        assert_eq!(stack.charges(&link.id).len(), charges, "{number}");
        let other = link.submit(&link.card_token("4242424242424242"), false);
        other.refused_plainly(409, "link_used");
    }
    for (link, number, charges) in
        [(&before, "4000000000004400", 0), (&after, "4000000000005506", 1)]
    {
        let answer = link.submit(&link.card_token(number), false);
        assert!(answer.status >= 500, "the function that dies answers {}", answer.status);
        assert_eq!(tenant.payment(link)["status"], "processing", "{number}");
        assert_eq!(stack.charges(&link.id).len(), charges, "{number}");
    }
    held.reads_as_expired();
    let ended = eventually("all have ended", 200, || {
        let now = [&late, &lost, &before, &after, &unpaid]
            .map(|link| text_of(&stack.item(&tenant.intent_key(link)).unwrap(), "st"));
        (!now.iter().any(|status| matches!(status.as_str(), "processing" | "pending")))
            .then_some(now)
    });
    assert_eq!(ended, ["succeeded", "failed", "failed", "succeeded", "expired"]);
    assert_eq!(tenant.payment(&lost)["failure_reason"], "processor_unavailable");
    assert_eq!(stack.charges(&late.id).len(), 1, "the late charge was charged again");
    assert_eq!(stack.charges(&after.id).len(), 1, "the charge was made again");
    let outcomes = [
        (&late, "succeeded"),
        (&lost, "failed"),
        (&before, "failed"),
        (&after, "succeeded"),
        (&unpaid, "expired"),
    ];
    for (link, last) in outcomes {
        let kind = format!("payment_intent.{last}");
        let event = receiver.wait_for(&kind, &link.id, 30);
        assert_eq!(event["data"]["status"], last);
    }
    let expired = receiver.wait_for("payment_intent.expired", &held.id, 90);
    assert_eq!(expired["data"]["hold"]["returned_amount"], "30.00");
    stack.quiet_items_about(&tenant.id);
    // They arrive in any order, and one may arrive twice; no other one ever does.
    let kinds = |id: &str| {
        let mut events = receiver.events_of(id);
        events.sort_by_key(|event| event["data"]["sequence"].as_u64());
        events.dedup_by_key(|event| event["data"]["sequence"].as_u64());
        events.iter().map(|event| event["event"].clone()).collect::<Vec<Value>>()
    };
    for (link, names) in [
        (&late, &["created", "processing", "succeeded"][..]),
        (&lost, &["created", "processing", "failed"]),
        (&before, &["created", "processing", "failed"]),
        (&after, &["created", "processing", "succeeded"]),
        (&unpaid, &["created", "expired"]),
    ] {
        let expected: Vec<Value> =
            names.iter().map(|name| json!(format!("payment_intent.{name}"))).collect();
        let kinds = eventually(&format!("the events of {}", link.id), 30, || {
            Some(kinds(&link.id)).filter(|kinds| kinds.len() >= expected.len())
        });
        assert_eq!(kinds, expected);
    }
}
