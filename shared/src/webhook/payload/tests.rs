use super::*;
use crate::{
    model::{Mode, Scope, id::TenantId},
    webhook::message::{
        CardFacts, CreditNoteFacts, CreditedRefundFacts, Facts, IntentFacts, InvoiceFacts,
        MethodFacts, ReceiptFacts,
    },
};
use std::collections::BTreeSet;

fn at() -> Time {
    Time::from_ms(1_795_256_222_480)
}

fn message(surface: Surface, kind: EventType) -> Message {
    let scope = Scope { tenant: TenantId::mint(at(), [1; 10]), mode: Mode::Test };
    let failing = kind != EventType::WebhookTest;
    Message {
        id: EventId::mint(at(), [5; 10]).to_string(),
        event: kind.as_str().to_owned(),
        tenant: scope.tenant.to_string(),
        mode: scope.mode.to_string(),
        surface,
        sequence: 4,
        previous_at_ms: None,
        occurred_at_ms: at().ms(),
        data: Facts::WebhookEndpoint(EndpointFacts {
            id: EventId::mint(at(), [6; 10]).to_string(),
            url: "https://shop.example/hooks".to_owned(),
            failing_since_ms: failing.then_some(1_795_000_000_000),
            reason: None,
        }),
    }
}

fn told(surface: Surface, kind: EventType) -> String {
    let message = message(surface, kind);
    let events = events(&message).unwrap();
    let [event] = events.as_slice() else { panic!("{events:?}") };
    body(&message, event).unwrap()
}

#[test]
fn the_payments_surface_wraps_an_event_like_this() {
    assert_eq!(
        told(Surface::Payments, EventType::WebhookTest),
        r#"{"id":"evt_01a1fd9c031083faa9a1a3db508939f9","event":"webhook.test","timestamp":"2026-11-21T10:17:02.480Z","organizationId":"01a1fd9c-0310-7101-8101-010101010101","mode":"sandbox","apiVersion":"2026-07-11","data":{"webhookEndpointId":"wh_01a1fd9c031076068606060606060606","message":"This is a test event. Nothing happened.","sequence":4}}"#
    );
    let live = Message {
        mode: "live".to_owned(),
        ..message(Surface::Payments, EventType::WebhookEndpointFailing)
    };
    let events = events(&live).unwrap();
    let text = body(&live, &events[0]).unwrap();
    assert!(text.contains(r#""mode":"live""#), "{text}");
    let data = r#""data":{"webhookEndpointId":"wh_01a1fd9c031076068606060606060606","url":"https://shop.example/hooks","status":"enabled","reason":null,"failingSince":"2026-11-18T11:06:40Z","disabledFrom":"2026-11-23T11:06:40Z","sequence":4}}"#;
    assert!(text.ends_with(data), "{text}");
}

#[test]
fn the_links_surface_puts_an_events_fields_at_the_top() {
    assert_eq!(
        told(Surface::Links, EventType::WebhookTest),
        r#"{"event":"webhook.test","event_id":"01a1fd9c-0310-85c9-8330-d3404b51d11e","sequence":4,"test_mode":true,"message":"It works.","created_at":"2026-11-21T10:17:02.480Z"}"#
    );
    assert_eq!(
        told(Surface::Links, EventType::WebhookEndpointDisabled),
        r#"{"event":"webhook_endpoint.disabled","event_id":"01a1fd9c-0310-8929-82e3-690ab5cb5463","sequence":4,"test_mode":true,"webhook_endpoint_id":"wh_01M7YSR0RGER38C1G60R30C1G6","url":"https://shop.example/hooks","status":"disabled","reason":null,"failing_since":"2026-11-18T11:06:40Z","disabled_from":"2026-11-21T10:17:02.480Z","created_at":"2026-11-21T10:17:02.480Z"}"#
    );
}

/// A message about a payment through a link of the links surface.
fn transaction(kind: EventType, attempts: u32) -> Message {
    let facts = serde_json::json!({
        "id": EventId::mint(at(), [7; 10]).to_string(),
        "attempts": attempts,
        "attempt": (attempts > 0).then(|| EventId::mint(at(), [8; 10]).to_string()),
        "payment_link": "6f0c2f9e-2d0b-4f7e-9d5e-0a4b1c8e7a21",
        "tax_minor": 0,
        "amount_minor": 24_000,
        "currency": "USD",
        "failure_reason": null,
        "card": {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2030},
        "payment_method": null,
        "metadata": r#"{"n":1.10}"#,
        "created_at_ms": at().ms(),
    });
    let facts = serde_json::from_value(facts).unwrap();
    Message { data: Facts::PaymentIntent(facts), ..message(Surface::Links, kind) }
}

#[test]
fn the_links_surface_tells_of_a_paid_transaction_like_this() {
    let paid = transaction(EventType::PaymentIntentSucceeded, 1);
    let events = events(&paid).unwrap();
    let told = body(&paid, &events[0]).unwrap();
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    for (field, value) in [
        ("event", "transaction.status_changed"),
        ("payment_link_id", "6f0c2f9e-2d0b-4f7e-9d5e-0a4b1c8e7a21"),
        ("status", "paid"),
        ("previous_status", "processing"),
        ("amount", "240.00"),
        ("tax", "0.00"),
        ("currency", "USD"),
    ] {
        assert_eq!(told[field], value, "{field}");
    }
    assert!(told["transaction_id"].as_str().unwrap().starts_with("TX01M7YSR0RG"), "{told}");
    assert_eq!(told["depositAttempts"][0]["status"], "succeeded");
    assert_eq!(told["depositAttempts"][0]["paymentMethod"]["last4"], "4242");
    assert!(body(&paid, &events[0]).unwrap().contains(r#""metadata":{"n":1.10}"#));
}

#[test]
fn the_end_of_a_checkout_that_nobody_tried_to_pay_is_not_told() {
    let untried = transaction(EventType::PaymentIntentExpired, 0);
    assert_eq!(events(&untried).unwrap(), []);
    let tried = transaction(EventType::PaymentIntentExpired, 2);
    let events = events(&tried).unwrap();
    let told = body(&tried, &events[0]).unwrap();
    assert!(told.contains(r#""status":"canceled""#), "{told}");
    assert!(told.contains(r#""failure_code":"expired""#), "{told}");
}

#[test]
fn the_platform_surface_tells_every_event_under_its_own_name_and_id() {
    for kind in EventType::ALL {
        let message = message(Surface::Platform, kind);
        let events = events(&message).unwrap();
        let [event] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!((event.id.to_string(), event.name), (message.id, kind.as_str()));
        assert!(!event.only_when_named);
    }
}

#[test]
fn an_events_id_derives_from_the_domains_and_from_its_name() {
    let id = EventId::mint(at(), [5; 10]);
    let ids: BTreeSet<EventId> = [
        id,
        id_at(id, Surface::Payments, "payment.received"),
        id_at(id, Surface::Payments, "payment_link.completed"),
        id_at(id, Surface::Links, "payment.received"),
        id_at(EventId::mint(at(), [6; 10]), Surface::Payments, "payment.received"),
    ]
    .into();
    assert_eq!(ids.len(), 5);
    assert!(ids.iter().all(|id| id.minted_at() == at()), "found by the same month");
    assert_eq!(
        id_at(id, Surface::Payments, "payment.received"),
        id_at(id, Surface::Payments, "payment.received")
    );
}

#[test]
fn every_name_that_is_sent_can_be_subscribed_to() {
    for kind in EventType::ALL {
        for name in payments::names(kind, &message(Surface::Payments, kind).data) {
            assert!(payments::NAMES.contains(name), "{name}");
        }
        let name = links::name(kind, &message(Surface::Links, kind).data);
        assert!(name.is_none_or(|name| links::NAMES.contains(&name)), "{kind:?}");
    }
    assert!(links::PUBLISHED.iter().all(|name| links::NAMES.contains(name)));
}

#[test]
fn what_a_surface_does_not_render_yet_is_refused_and_not_told_half() {
    for surface in [Surface::Payments, Surface::Links] {
        let finding = Facts::Ledger { id: "x".to_owned(), differences: 1, first: String::new() };
        let message = Message { data: finding, ..message(surface, EventType::PaymentIntentFailed) };
        let events = events(&message).unwrap();
        assert_eq!(events.len(), 1);
        let refused = body(&message, &events[0]).unwrap_err();
        assert_eq!(refused.to_string(), format!("unreadable event {}", message.id));
    }
}

#[test]
fn what_is_no_event_of_ours_is_unreadable() {
    let good = message(Surface::Platform, EventType::WebhookTest);
    assert!(events(&Message { id: "x".to_owned(), ..good.clone() }).is_err());
    assert!(events(&Message { event: "x.y".to_owned(), ..good }).is_err());
}

/// An event of a payment that was made through a link of the payments surface.
fn of_a_link(kind: EventType) -> Message {
    let facts = IntentFacts {
        id: EventId::derive(at(), [7; 10]).to_string(),
        customer: None,
        customer_own_id: None,
        charge: false,
        description: "Annual report".to_owned(),
        idempotency_key: Some("order-A-17".to_owned()),
        attempt: Some(EventId::mint(at(), [8; 10]).to_string()),
        attempts: 1,
        payment_link: None,
        tax_minor: None,
        amount_minor: 25_000,
        currency: "EUR".to_owned(),
        merchant_account: Some(EventId::mint(at(), [9; 10]).to_string()),
        receipt: None,
        refunds: None,
        earlier: Vec::new(),
        paid_at_ms: None,
        between: None,
        failure_reason: None,
        card: None,
        payment_method: None,
        metadata: Some(r#"{"n":1.10}"#.to_owned()),
        created_at_ms: at().ms(),
        expires_at_ms: None,
    };
    let data = Facts::PaymentIntent(Box::new(facts));
    Message { data, ..message(Surface::Payments, kind) }
}

/// What an event of a link is called, and its `data`.
fn link_told(kind: EventType) -> (&'static str, String) {
    let message = of_a_link(kind);
    let events = events(&message).unwrap();
    let [event] = events.as_slice() else { panic!("{events:?}") };
    let body = body(&message, event).unwrap();
    let (_, data) = body.split_once(r#""data":"#).unwrap();
    (event.name, data.strip_suffix('}').unwrap().to_owned())
}

#[test]
fn the_payments_surface_tells_what_becomes_of_a_link() {
    let id = r#"{"paymentId":"pay_01a1fd9c031087078707070707070707""#;
    let what = r#""amount":25000,"currency":"eur","description":"Annual report","customerId":null"#;
    let rest = r#""metadata":{"n":1.10},"sequence":4,"idempotencyKey":"order-A-17"}"#;
    let transaction = r#""paymentTransactionId":"txn_01a1fd9c031078088808080808080808""#;
    for (kind, name, status, own) in [
        (EventType::PaymentIntentCreated, "created", "pending", String::new()),
        (
            EventType::PaymentLinkFailed,
            "failed",
            "failed",
            format!(r#""failureCode":null,"failureMessage":null,{transaction},"#),
        ),
        (
            EventType::PaymentIntentCanceled,
            "canceled",
            "canceled",
            r#""cancellationReason":"requested","#.to_owned(),
        ),
        (
            EventType::PaymentIntentExpired,
            "expired",
            "canceled",
            r#""cancellationReason":"expired","#.to_owned(),
        ),
    ] {
        let data = format!(r#"{id},"status":"{status}",{what},{own}{rest}"#);
        assert_eq!(link_told(kind), (&*format!("payment_link.{name}"), data));
    }
    for kind in [EventType::PaymentIntentProcessing, EventType::PaymentIntentSucceeded] {
        assert_eq!(events(&of_a_link(kind)).unwrap(), [], "only the bus hears of it");
    }
}

/// An event of a link's payment that is complete.
fn complete(kind: EventType, invoice: bool, told: bool) -> Message {
    let mut message = of_a_link(kind);
    let Facts::PaymentIntent(facts) = &mut message.data else { panic!("made above") };
    facts.customer = Some(EventId::mint(at(), [2; 10]).to_string());
    facts.receipt = Some(ReceiptFacts {
        email: Some("ada@example.com".to_owned()),
        customer_own_id: Some("user_123".to_owned()),
        invoice: invoice.then(|| EventId::derive(at(), [6; 10]).to_string()),
        invoice_number: invoice.then(|| "INV-000044".to_owned()),
        told,
        processor: "simulator".to_owned(),
        paid_at_ms: at().ms(),
    });
    message
}

/// What is told of an event, by name.
fn all_told(message: &Message) -> Vec<(&'static str, String)> {
    let events = events(message).unwrap();
    let told = events.iter().map(|event| {
        let body = body(message, event).unwrap();
        let (_, data) = body.split_once(r#""data":"#).unwrap();
        (event.name, data.strip_suffix('}').unwrap().to_owned())
    });
    told.collect()
}

#[test]
fn a_payment_is_complete_with_its_invoice() {
    let invoice =
        r#""invoiceId":"inv_01a1fd9c031086068606060606060606","invoiceNumber":"INV-000044""#;
    let completed = format!(
        r#"{{"paymentId":"pay_01a1fd9c031087078707070707070707","status":"succeeded","amount":25000,"currency":"eur","description":"Annual report","customerId":"user_123",{invoice},"paymentTransactionId":"txn_01a1fd9c031078088808080808080808","metadata":{{"n":1.10}},"sequence":4,"idempotencyKey":"order-A-17"}}"#
    );
    let received = format!(
        r#"{{{invoice},"invoiceTotal":25000,"customerId":"user_123","subscriptionId":null,"paymentTransactionId":"txn_01a1fd9c031078088808080808080808","paymentId":"pay_01a1fd9c031087078707070707070707","provider":"simulator","grossAmount":25000,"taxAmount":0,"currency":"eur","orgNetAmount":null,"customerEmail":"ada@example.com","paidAt":"2026-11-21T10:17:02.480Z","sequence":4,"idempotencyKey":"order-A-17"}}"#
    );
    assert_eq!(
        all_told(&complete(EventType::PaymentIntentInvoiced, true, false)),
        [("payment_link.completed", completed), ("payment.received", received)]
    );
}

#[test]
fn a_payment_whose_invoice_is_late_is_complete_without_it_and_told_once() {
    let late = all_told(&complete(EventType::PaymentIntentInvoiceLate, false, false));
    let names: Vec<&str> = late.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["payment_link.completed", "payment.received"]);
    for (_, data) in late {
        assert!(data.contains(r#""invoiceId":null,"invoiceNumber":null"#), "{data}");
    }
    assert_eq!(all_told(&complete(EventType::PaymentIntentInvoiced, true, true)), []);
}

#[test]
fn invoices_and_refunds_are_told_like_this() {
    let invoice = InvoiceFacts {
        id: EventId::derive(at(), [6; 10]).to_string(),
        number: "INV-000044".to_owned(),
        status: "paid".to_owned(),
        issued_on: "2026-11-21".to_owned(),
        due_on: "2026-11-21".to_owned(),
        currency: "EUR".to_owned(),
        subtotal_minor: 25_000,
        total_minor: 29_750,
        customer: Some(EventId::mint(at(), [2; 10]).to_string()),
        customer_own_id: None,
    };
    let message = |kind, data| Message { data, ..message(Surface::Payments, kind) };
    let created = message(EventType::InvoiceCreated, Facts::Invoice(Box::new(invoice)));
    let data = r#"{"invoiceId":"inv_01a1fd9c031086068606060606060606","invoiceNumber":"INV-000044","invoiceStatus":"paid","periodStart":"2026-11-21T00:00:00.000Z","periodEnd":"2026-11-21T00:00:00.000Z","issueDate":"2026-11-21T00:00:00.000Z","dueDate":"2026-11-21T00:00:00.000Z","currency":"eur","subtotal":25000,"total":29750,"customerId":"cus_01a1fd9c031072028202020202020202","subscriptionId":null,"sequence":4}"#;
    assert_eq!(all_told(&created), [("invoice.created", data.to_owned())]);
    let text = |n: u8| EventId::mint(at(), [n; 10]).to_string();
    let refund = CreditedRefundFacts {
        id: text(9),
        payment: text(4),
        transaction: text(8),
        processor: "simulator".to_owned(),
        reason: Some("duplicate".to_owned()),
        by_link: true,
    };
    let note = CreditNoteFacts {
        id: text(10),
        number: "CN-000001".to_owned(),
        invoice: text(6),
        invoice_number: "INV-000044".to_owned(),
        currency: "EUR".to_owned(),
        total_minor: 100,
        tax_minor: 16,
        customer: None,
        customer_own_id: None,
        refund: Some(refund),
    };
    let void = CreditNoteFacts { refund: None, ..note.clone() };
    let refunded = message(EventType::CreditNoteCreated, Facts::CreditNote(Box::new(note)));
    let data = r#"{"paymentTransactionId":"txn_01a1fd9c031078088808080808080808","paymentId":"pay_01a1fd9c031074048404040404040404","provider":"simulator","paymentLinkId":"pay_01a1fd9c031074048404040404040404","invoiceId":"inv_01a1fd9c031076068606060606060606","invoiceNumber":"INV-000044","customerId":null,"subscriptionId":null,"refundId":"re_01a1fd9c031079098909090909090909","refundReason":"duplicate","refundAmount":100,"refundTaxAmount":16,"currency":"eur","creditNoteId":"cn_01a1fd9c03107a0a8a0a0a0a0a0a0a0a","creditNoteNumber":"CN-000001","sequence":4}"#;
    assert_eq!(all_told(&refunded), [("payment.refunded", data.to_owned())]);
    let void = message(EventType::CreditNoteCreated, Facts::CreditNote(Box::new(void)));
    assert_eq!(all_told(&void), [], "the invoice's own event tells of it");
}

/// What an event of the payments surface is called, and its `data`.
fn data_of(message: &Message) -> (&'static str, String) {
    let events = events(message).unwrap();
    let [event] = events.as_slice() else { panic!("{events:?}") };
    let body = body(message, event).unwrap();
    let (_, data) = body.split_once(r#""data":"#).unwrap();
    (event.name, data.strip_suffix('}').unwrap().to_owned())
}

#[test]
fn the_payments_surface_tells_of_charges_that_took_no_money() {
    let mut message = of_a_link(EventType::PaymentIntentFailed);
    let Facts::PaymentIntent(facts) = &mut message.data else { panic!() };
    facts.charge = true;
    facts.customer = Some(EventId::mint(at(), [9; 10]).to_string());
    facts.customer_own_id = Some("user 1".to_owned());
    facts.failure_reason = Some("insufficient_funds".to_owned());
    let (name, data) = data_of(&message);
    assert_eq!(name, "payment.failed");
    let expected = concat!(
        r#"{"paymentId":"pay_01a1fd9c031087078707070707070707","#,
        r#""paymentTransactionId":"txn_01a1fd9c031078088808080808080808","#,
        r#""invoiceId":null,"invoiceNumber":null,"customerId":"user 1","subscriptionId":null,"#,
        r#""failureCode":"insufficient_funds","#,
        r#""failureMessage":"There is not enough money on the card's account.","#,
        r#""recoveryUrl":null,"sequence":4,"idempotencyKey":"order-A-17"}"#,
    );
    assert_eq!(data, expected);
    for kind in [EventType::PaymentIntentCreated, EventType::PaymentIntentProcessing] {
        let quiet = Message { event: kind.as_str().to_owned(), ..message.clone() };
        assert_eq!(events(&quiet), Ok(vec![]), "{kind:?}: only its end is told");
    }
}

#[test]
fn the_payments_surface_tells_of_saved_cards() {
    let facts = MethodFacts {
        id: EventId::derive(at(), [6; 10]).to_string(),
        customer: EventId::mint(at(), [9; 10]).to_string(),
        customer_own_id: None,
        card: Some(CardFacts {
            brand: "visa".to_owned(),
            last4: "4242".to_owned(),
            exp_month: 12,
            exp_year: 2030,
        }),
    };
    let attached = Message {
        data: Facts::PaymentMethod(facts),
        ..message(Surface::Payments, EventType::CardAdded)
    };
    let (name, data) = data_of(&attached);
    assert_eq!(name, "payment_method.attached");
    let expected = concat!(
        r#"{"subscriptionId":null,"customerId":"cus_01a1fd9c031079098909090909090909","#,
        r#""paymentMethodId":"pm_01a1fd9c031086068606060606060606","#,
        r#""card":{"brand":"visa","last4":"4242","expMonth":12,"expYear":2030},"sequence":4}"#,
    );
    assert_eq!(data, expected);
}

#[test]
fn every_event_of_a_link_names_its_customer_by_the_callers_own_id_where_there_is_one() {
    for kind in [
        EventType::PaymentIntentCreated,
        EventType::PaymentLinkFailed,
        EventType::PaymentIntentCanceled,
        EventType::PaymentIntentExpired,
    ] {
        let mut message = of_a_link(kind);
        let Facts::PaymentIntent(facts) = &mut message.data else { panic!() };
        facts.customer = Some(EventId::mint(at(), [9; 10]).to_string());
        let (_, data) = data_of(&message);
        let ours = r#""customerId":"cus_01a1fd9c031079098909090909090909""#;
        assert!(data.contains(ours), "{kind:?}: {data}");
        let Facts::PaymentIntent(facts) = &mut message.data else { panic!() };
        facts.customer_own_id = Some("user 1".to_owned());
        let (_, data) = data_of(&message);
        assert!(data.contains(r#""customerId":"user 1""#), "{kind:?}: {data}");
    }
}
