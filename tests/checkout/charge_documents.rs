//! The tax, the invoice and the credit note of a charge of a saved card.

use super::{
    charges::{named, state},
    saver::{DECLINED_LATER, GOOD, Saver, declined},
};
use crate::store::on_own_tables;
use shared::{
    app::clock,
    model::{
        id::PaymentIntentId,
        tax::{
            BuiltIn, Calculated, Calculator, TaxAnswer, TaxSale,
            settings::{Collect, Registration, Scheme, SellerDetails, Settings, TaxChange},
        },
    },
    operations::{
        Ambient, Idempotency, Problem, Resource, StateRefusal, numbering,
        refunds::{self, AskedAmount, RefundWish},
    },
    store::{Consistency, Table},
};
use std::sync::Arc;

on_own_tables!(
    hard_case_37_without_a_tax_nothing_is_charged_and_the_key_stays_free,
    a_charge_is_refunded_like_any_payment_and_has_its_invoice_and_credit_note,
);

/// A calculator that nobody reaches.
struct Down;

impl Calculator for Down {
    fn rules(&self) -> &'static str {
        "none"
    }

    fn calculate<'a>(&'a self, _: &'a Settings, _: &'a TaxSale<'a>) -> Calculated<'a> {
        Box::pin(async { TaxAnswer::Unavailable })
    }
}

async fn hard_case_37_without_a_tax_nothing_is_charged_and_the_key_stays_free(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    let card = saver.save(GOOD).await;
    let seller = SellerDetails {
        legal_name: "Shop".into(),
        address: address("DE"),
        tax_id: None,
        registration_number: None,
        tax_number: None,
        email: None,
        website: None,
    };
    let registration = Registration {
        country: "DE".parse().unwrap(),
        region: None,
        scheme: Scheme::Standard,
        tax_id: None,
        from: None,
        until: None,
        rate: None,
        postal_rates: vec![],
    };
    saver
        .set(TaxChange {
            seller: Some(Some(seller)),
            collect: Some(Collect::Registered),
            registrations: Some(vec![registration]),
            ..TaxChange::default()
        })
        .await;
    let wish = saver.wish(Some("k"), named(card));
    let unknown = saver.ask(&saver.shop.processors(), &BuiltIn, &wish).await.unwrap_err();
    let facts = vec![("needs", "address.country".to_owned())];
    assert_eq!(unknown, Problem::StateWith { refusal: StateRefusal::TaxUnknown, facts });
    let down = saver.ask(&saver.shop.processors(), &Down, &wish).await.unwrap_err();
    assert_eq!(down, state(StateRefusal::TaxUnknown));
    let Saver { shop, .. } = &saver;
    let kept = shop.table.intent(shop.scope, wish.id, Consistency::Strong).await.unwrap();
    assert_eq!(kept, None, "nothing recorded");
    let known = saver.known().await;
    let moved = known.changed(|next| next.profile.address = Some(address("DE")), clock::now());
    let moved = shared::store::customer::replace(&moved.unwrap());
    shop.table.commit(vec![moved]).await.unwrap();
    let paid = saver.charge(Some("k"), named(card)).await.unwrap().payment;
    assert_eq!((paid.amounts.tax().minor(), paid.amounts.total().minor()), (475, 2_975));
    let taken = shop.taken(paid.status.attempt().unwrap().id).await;
    assert_eq!(taken, Some(2_975), "with its tax");
}

fn address(country: &str) -> shared::model::address::Address {
    shared::model::address::Address {
        line1: "Street 1".into(),
        line2: None,
        city: "Town".into(),
        state: None,
        postal_code: "1000".into(),
        country: country.parse().unwrap(),
        region: None,
    }
}

const AMBIENT: Ambient = Ambient { now: clock::now, random: clock::random };

/// Gives a payment its invoice's number.
pub async fn numbered(saver: &Saver, id: PaymentIntentId) {
    let Saver { shop, .. } = saver;
    numbering::invoice_payment(&shop.table, shop.scope, id, AMBIENT).await.unwrap();
}

async fn a_charge_is_refunded_like_any_payment_and_has_its_invoice_and_credit_note(
    table: Arc<Table>,
) {
    let saver = Saver::new(table).await;
    saver.save(GOOD).await;
    let charged = saver.charge_default().await.unwrap();
    let (shop, id) = (&saver.shop, charged.payment.id);
    numbered(&saver, id).await;
    let invoice = shop.table.invoice_of_payment(shop.scope, id).await.unwrap().unwrap();
    assert_eq!(invoice.customer, Some(saver.customer.id));
    assert_eq!(invoice.customer_own_id.as_deref(), Some("user 1"));
    assert_eq!(invoice.terms.total(), 2_500);
    let wish = RefundWish {
        scope: shop.scope,
        payment: id,
        transaction: Some(charged.transaction),
        named: Resource::Transaction,
        amount: AskedAmount::Minor(1_000),
        say: |money| money.minor().to_string(),
        reason: None,
        metadata: None,
        requested_by: shared::model::actor::Actor::Operator,
        at_most: std::collections::BTreeMap::new(),
    };
    let none = Idempotency::new(shop.scope, "refund", None, std::iter::empty());
    let processors = shop.processors();
    let ask = async |wish: &RefundWish| {
        let id = clock::new_id();
        refunds::request(&shop.table, &processors, wish, &none, id, &clock::now).await
    };
    let refund = ask(&wish).await.unwrap().refund;
    numbering::credit_refund(&shop.table, shop.scope, refund.id, AMBIENT).await.unwrap();
    let credited = shop.table.refund(shop.scope, refund.id).await.unwrap().unwrap();
    assert!(credited.credit_note.is_some());
    let left = shop.intent(id).await.refundable().unwrap().left;
    assert_eq!(left, 1_500);
    let (payment, transaction, _) =
        declined(saver.charge(None, named(saver.save(DECLINED_LATER).await)).await);
    let failed = RefundWish { payment, transaction: Some(transaction), ..wish };
    assert_eq!(ask(&failed).await.unwrap_err(), state(StateRefusal::NotRefundable));
}
