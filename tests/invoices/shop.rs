//! A tenant that sells through the payments surface, and what became of its payments.

use crate::{checkout::shop::Shop, store::fixture};
use shared::{
    app::clock,
    model::{
        Scope, Surface, Time,
        event::{EventDetail, EventType, PaymentReceipt},
        id::{Id, PaymentIntentId},
        invoice::Invoice,
        payment_intent::{Buyer, LinkRequest, PaymentIntent, StatusName},
        payment_link::Limit,
    },
    store::{Table, intent, key, submit},
};
use std::sync::Arc;

/// A tenant with its payments.
pub struct Seller {
    /// Everything that is stored.
    pub table: Arc<Table>,
    /// Whose.
    pub scope: Scope,
    shop: Shop,
}

impl Seller {
    /// A tenant over a table.
    pub fn new(table: Arc<Table>) -> Self {
        let shop = Shop::new(Arc::clone(&table));
        Self { table, scope: shop.scope, shop }
    }

    /// A payment that a card has just paid.
    pub async fn paid(&self) -> PaymentIntent {
        self.paid_at(clock::now()).await
    }

    /// A payment that a card paid at a moment.
    pub async fn paid_at(&self, at: Time) -> PaymentIntent {
        let payment = self.unsaved(at);
        self.table.commit(vec![intent::insert(&payment)]).await.unwrap();
        payment
    }

    /// So many payments that were paid from a moment on, a millisecond after the other, listed as
    /// submits are.
    pub async fn waiting(&self, began: Time, payments: usize) -> Vec<PaymentIntentId> {
        let mut ids = Vec::new();
        for at in (0..i64::try_from(payments).unwrap()).map(|n| began.plus_ms(n)) {
            let payment = self.unsaved(at);
            self.table.commit(vec![intent::insert(&payment)]).await.unwrap();
            self.list(&payment, at).await;
            ids.push(payment.id);
        }
        ids
    }

    /// Lists the submit that paid a payment.
    pub async fn list(&self, payment: &PaymentIntent, at: Time) {
        let attempt = payment.status.attempt().unwrap().id;
        let listed = submit::list(self.scope, payment.id, attempt, at).unwrap();
        self.table.commit(vec![listed]).await.unwrap();
    }

    /// The same, not in the table yet.
    pub fn unsaved(&self, at: Time) -> PaymentIntent {
        let mut link = self.shop.unsaved_link(at, 600, Limit::UNLIMITED);
        link.id = Id::derive(at, clock::random());
        link.surface = Surface::Payments;
        link.customer = None;
        "Annual report".clone_into(&mut link.description);
        link.link_terms_mut().unwrap().request = Some(LinkRequest {
            idempotency_key: None,
            customer: None,
            tax_code: None,
            payment_link: None,
            estimate: None,
            invoiced: false,
        });
        let mut attempt = fixture::attempt(at);
        attempt.buyer = Some(Buyer { email: "ada@example.com".into(), name: Some("Ada".into()) });
        let mut paid = fixture::in_status(link, StatusName::Succeeded);
        if let shared::model::payment_intent::Status::Succeeded(
            shared::model::payment_intent::Success::Card(charged),
        ) = &mut paid.status
        {
            charged.attempt = attempt;
        }
        paid.history = paid.history.and(EventType::PaymentIntentSucceeded, at);
        paid.updated_at = at;
        paid
    }

    /// The payment as it is kept.
    pub async fn payment(&self, id: PaymentIntentId) -> PaymentIntent {
        self.shop.intent(id).await
    }

    /// Its invoice.
    pub async fn invoice(&self, id: PaymentIntentId) -> Option<Invoice> {
        self.table.invoice_of_payment(self.scope, id).await.unwrap()
    }

    /// What `workers-publish-events` does for timers when it sees the payment's last change.
    pub async fn publish(&self, id: PaymentIntentId) {
        self.shop.publish(id).await;
    }

    /// A payment whose record does not add up, so that no invoice can ever be made of it.
    pub async fn poison(&self) -> PaymentIntentId {
        self.poison_at(clock::now()).await.id
    }

    /// The same, paid at a moment.
    pub async fn poison_at(&self, at: Time) -> PaymentIntent {
        let payment = self.unsaved(at);
        let item = intent::to_item(&payment).with("tax", 1_i64);
        self.table.commit(vec![shared::store::Write::Insert(item)]).await.unwrap();
        payment
    }

    /// Takes the poison out, as an operator would.
    pub async fn heal(&self, id: PaymentIntentId) {
        let heal = shared::store::Update::of(key::intent(self.scope, id)).remove("tax");
        self.table.update(heal).await.unwrap();
    }
}

/// What receivers were told of a complete payment, oldest first.
pub fn told(payment: &PaymentIntent) -> Vec<(EventType, PaymentReceipt)> {
    let entries = payment.history.entries.iter();
    let told = entries.filter_map(|entry| match entry.detail.as_deref() {
        Some(EventDetail::Payment(detail)) => {
            Some((entry.kind, detail.receipt.as_deref()?.clone()))
        }
        Some(EventDetail::Endpoint(_) | EventDetail::Customer(_) | EventDetail::Refunds(_))
        | None => None,
    });
    told.collect()
}
