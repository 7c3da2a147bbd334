//! Sales through links whose organisation wants invoices, and those whose does not.

use super::{
    link_world::{Crash, GOOD, World},
    tax_world::german,
};
use crate::store::on_own_tables;
use shared::{
    app::clock::AMBIENT,
    model::{
        event::EventType,
        id::{PaymentIntentId, RefundId},
        invoice::{Invoice, InvoiceSettings, InvoiceStatus},
        organization::Organization,
        payment_intent::PaymentIntent,
        tax::settings::Settings,
    },
    operations::{
        numbering::{credit_refund, invoice_payment},
        rendering::{credit_note_document, invoice_document},
    },
    store::{Consistency, Table, organization, tax},
    webhook::{message::Aggregate, payload},
};
use std::sync::Arc;

on_own_tables!(
    a_sale_gets_an_invoice_where_its_organisation_wants_one_and_else_none,
    the_setting_counts_from_the_start_of_a_checkout_on,
    a_refund_of_such_a_sale_gets_a_credit_note_and_the_others_none,
    receivers_of_the_links_surface_count_on_without_a_gap_and_others_hear_nothing,
);

async fn world(table: Arc<Table>) -> World {
    World::set_clock("2026-11-26T10:00:00Z", 58);
    let mut world = World::over(table, "UTC").await;
    world.country = "DE";
    let mut settings = Settings::default().changed(german(), world.now()).unwrap();
    settings.seller.as_mut().unwrap().tax_id = Some("DE136695976".to_owned());
    world.table.commit(vec![tax::put(world.scope, &settings)]).await.unwrap();
    world
}

async fn want(world: &World, invoice: bool) {
    let now = world.now();
    let known = world.table.organization(world.scope, now).await.unwrap();
    let next = Organization { invoice, version: known.version + 1, ..known };
    world.table.commit(vec![organization::put(&next)]).await.unwrap();
}

/// A buyer's payment of a new link, which this seed names.
async fn sold(world: &mut World, seed: u64) -> PaymentIntentId {
    let mut random = crate::random::Random(seed);
    let link = world.create(None, None, &mut random).await;
    let visit = world.start(link).await.unwrap();
    pay(world, visit).await;
    visit
}

async fn pay(world: &mut World, visit: PaymentIntentId) {
    let card = world.card(visit, GOOD);
    world.submit(visit, &card, Crash::Never).await.unwrap();
    invoice_payment(&world.table, world.scope, visit, AMBIENT).await.unwrap();
}

async fn payment(world: &World, id: PaymentIntentId) -> PaymentIntent {
    world.table.intent(world.scope, id, Consistency::Strong).await.unwrap().unwrap()
}

async fn invoice(world: &World, id: PaymentIntentId) -> Option<Invoice> {
    world.table.invoice_of_payment(world.scope, id).await.unwrap()
}

async fn a_sale_gets_an_invoice_where_its_organisation_wants_one_and_else_none(table: Arc<Table>) {
    let mut world = world(table).await;
    let without = sold(&mut world, 5).await;
    assert_eq!(invoice(&world, without).await, None);
    assert!(!payment(&world, without).await.gets_invoice());
    want(&world, true).await;
    let with = sold(&mut world, 7).await;
    let made = invoice(&world, with).await.unwrap();
    let paid = payment(&world, with).await;
    assert_eq!(paid.invoice(), Some(&made.named()));
    assert_eq!((paid.due(), made.status), (None, InvoiceStatus::Paid));
    let terms = &made.terms;
    let prefix = InvoiceSettings::default().prefix;
    assert_eq!(terms.number, format!("{}000001", prefix.as_str()));
    assert_eq!((terms.subtotal, terms.tax(), terms.total()), (2_000, 380, 2_380));
    assert_eq!(terms.total(), paid.amount().minor());
    let [line] = terms.lines.as_slice() else { panic!("{:?}", terms.lines) };
    assert_eq!(line.description, "Workshop seat");
    assert_eq!((line.quantity, line.unit_amount, line.amount), (10, 200, 2_000));
    assert_eq!(terms.buyer.name.as_deref(), Some("Ada Example"));
    assert!(terms.buyer.email.as_deref().is_some_and(|email| email.ends_with("@example.com")));
    let address = terms.buyer.address.as_ref().unwrap();
    assert_eq!(
        (address.country.as_deref(), address.postal_code.as_deref()),
        (Some("DE"), Some("10001"))
    );
    let document = invoice_document(&made).unwrap();
    assert_eq!(document.check(), Ok(()));
    assert!(
        documents::xml(&document).is_some_and(|xml| xml.contains(">10</cbc:InvoicedQuantity>"))
    );
}

async fn the_setting_counts_from_the_start_of_a_checkout_on(table: Arc<Table>) {
    let mut world = world(table).await;
    let mut random = crate::random::Random(6);
    let link = world.create(None, None, &mut random).await;
    let before = world.start(link).await.unwrap();
    want(&world, true).await;
    let meanwhile = world.start(link).await.unwrap();
    want(&world, false).await;
    pay(&mut world, before).await;
    pay(&mut world, meanwhile).await;
    assert_eq!(invoice(&world, before).await, None);
    assert!(invoice(&world, meanwhile).await.is_some());
}

async fn refunded(world: &mut World, sale: PaymentIntentId, minor: i64) -> RefundId {
    let refund = world.refund(sale, minor).await.unwrap();
    credit_refund(&world.table, world.scope, refund, AMBIENT).await.unwrap();
    refund
}

async fn a_refund_of_such_a_sale_gets_a_credit_note_and_the_others_none(table: Arc<Table>) {
    let mut world = world(table).await;
    let without = sold(&mut world, 5).await;
    let plain = refunded(&mut world, without, 500).await;
    let kept = world.table.refund(world.scope, plain).await.unwrap().unwrap();
    assert_eq!(kept.credit_note, None);
    want(&world, true).await;
    let with = sold(&mut world, 7).await;
    for minor in [1_000, 1_380] {
        let refund = refunded(&mut world, with, minor).await;
        let kept = world.table.refund(world.scope, refund).await.unwrap().unwrap();
        let note = kept.credit_note.unwrap();
        let found = world.table.credit_note(world.scope, note.id, Consistency::Strong).await;
        let found = found.unwrap().unwrap();
        assert_eq!((found.terms.total(), found.terms.lines.len()), (minor, 0));
        assert_eq!(credit_note_document(&found).unwrap().check(), Ok(()));
    }
    let made = invoice(&world, with).await.unwrap();
    assert_eq!((made.credited.refunded, made.credited.tax.as_slice()), (2_380, &[380][..]));
    assert_eq!(made.credited.notes.len(), 2);
}

async fn receivers_of_the_links_surface_count_on_without_a_gap_and_others_hear_nothing(
    table: Arc<Table>,
) {
    let mut world = world(table).await;
    want(&world, true).await;
    let sale = sold(&mut world, 5).await;
    let refund = refunded(&mut world, sale, 500).await;
    let paid = payment(&world, sale).await;
    let told = |aggregate: Aggregate| {
        let messages = aggregate.events_after(0);
        let events = messages.iter().map(|message| payload::events(message).unwrap());
        events.map(|events| events.first().map(|event| event.name)).collect::<Vec<_>>()
    };
    let kinds: Vec<EventType> = paid.history.entries.iter().map(|entry| entry.kind).collect();
    assert!(!kinds.contains(&EventType::PaymentIntentInvoiced), "{kinds:?}");
    let changed = Some("transaction.status_changed");
    let heard = told(Aggregate::Intent(Box::new(paid)));
    assert_eq!(heard, [None, changed, changed, changed, changed], "all but the start");
    let made = invoice(&world, sale).await.unwrap();
    let note = made.credited.notes[0].id;
    assert_eq!(told(Aggregate::Invoice(Box::new(made))), [None], "only the bus hears of it");
    let note = world.table.credit_note(world.scope, note, Consistency::Strong).await.unwrap();
    assert_eq!(told(Aggregate::CreditNote(Box::new(note.unwrap()))), [None]);
    let kept = world.table.refund(world.scope, refund).await.unwrap().unwrap();
    let heard = told(Aggregate::Refund(Box::new(kept)));
    assert_eq!(heard, [Some("refund.status_changed"); 2]);
}
