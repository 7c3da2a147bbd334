use super::*;
use crate::{
    model::{
        Currency, Mode, Money, Scope, id::Id, payment_intent::wallet::Leg, progress::Progress,
        route::Rail, secret::ProcessorToken,
    },
    store::memory::Memory,
};

fn now() -> Time {
    Time::from_ms(1_795_255_200_000)
}

/// Would end the test's process too, if it ended any.
#[tokio::test]
async fn b5_in_workers_nothing_ends_the_process() {
    let store = Table::Memory(Memory::default());
    let key = hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]);
    let simulator = Simulator { store: &store, key, may_die: false };
    for (n, address) in [(1, "dies-before@example.com"), (2, "dies-after@example.com")] {
        let order = Task {
            id: Id::mint(now(), [n; 10]),
            intent: Id::mint(now(), [n; 10]),
            scope: Scope { tenant: Id::mint(now(), [9; 10]), mode: Mode::Test },
            processor: NAME.to_owned(),
            amount: Money::from_minor(100, Currency::USD),
            now: now(),
            work: TaskWork::Order {
                leg: Leg::Push,
                rail: Rail::Email,
                token: ProcessorToken::new(address.to_owned()),
            },
        };
        let said = simulator.start(&order).await.unwrap();
        assert_eq!(said, Progress::Unknown, "{address}: the answer is lost");
        let later = Task { now: now().plus_seconds(60), ..order };
        let found = simulator.look_up(&later).await.unwrap();
        let done = found == Progress::Settled;
        assert_eq!(done, address.starts_with("dies-after"), "{address}: {found:?}");
    }
}
