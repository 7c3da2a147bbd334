use super::*;
use crate::{
    model::{
        Money,
        dispute::DisputeReading,
        event::{EventType, History},
        id::Id,
        invoice::InvoiceRef,
    },
    store::tests::{id, now, scope, size},
};

fn dispute() -> Dispute {
    Dispute {
        id: Id::derive(now(), [9; 10]),
        scope: scope(),
        surface: Surface::Payments,
        payment: id(4),
        transaction: id(8),
        link: Some("6f0c2f9e-2d0b-4f7e-9d5e-0a4b1c8e7a21".parse().unwrap()),
        by_link: true,
        customer: Some(id(2)),
        customer_own_id: Some("user 1".into()),
        invoice: Some(InvoiceRef { id: id(5), number: "INV-000044".into() }),
        amount: Money::from_minor(1_250, Currency::USD),
        reference: "du_1@acct_2".into(),
        processor: "stripe".into(),
        reason: Some("fraudulent".into()),
        status: DisputeStatus::Open,
        history: History::starting(EventType::DisputeOpened, now()),
        opened_at: now(),
        updated_at: now(),
        version: 1,
    }
}

#[test]
fn disputes_read_back_and_stay_below_a_kilobyte() {
    let open = dispute();
    let reading = DisputeReading {
        reference: open.reference.clone(),
        amount: None,
        reason: None,
        status: DisputeStatus::Lost,
        opened_at: now(),
    };
    let lost = open.read_again(&reading, now().plus_days(40)).unwrap();
    for one in [open, lost] {
        let item = to_item(&one);
        assert_eq!(item.text("pk").unwrap().split('#').next(), Some("dispute"));
        assert!(size(&item) < 1_100, "{}", size(&item));
        assert_eq!(from_item(scope(), &item), Ok(one));
    }
}

#[test]
fn one_reference_heard_of_at_two_moments_is_one_item() {
    let later = Id::derive(now().plus_days(40), [9; 10]);
    assert_eq!(key::dispute(scope(), later), key::dispute(scope(), dispute().id));
}
