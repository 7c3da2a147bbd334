//! The payments surface: what its requests cost, the read of the API key included, and what is done
//! behind them.

use super::{Budget, backend, fixture, row, slice};
use crate::{
    checkout::{
        saver::{GOOD, Saver},
        tax_world::german,
    },
    clock,
};
use shared::{
    model::{
        Currency, Money, Surface,
        actor::Actor,
        address::Address,
        customer::Customer,
        id::{Id, PaymentIntentId, PaymentMethodId},
        invoice::Invoice,
        payment_intent::{PaymentIntent, PaymentRef, StatusName},
        refund::Refund,
        secret::LinkToken,
        tax::{BuiltIn, Calculator, TaxBuyer, place::Country, settings::Settings},
    },
    operations::{
        Ambient, Idempotency, Resource,
        adjustments::{self, Adjustment},
        cancellations,
        charges::{self, ChargeServices, ChosenCard},
        checkout::{self, Submit},
        customers::keeping::{self, CustomerRef, KeptCustomer},
        invoices, numbering,
        refunds::{self, AskedAmount, RefundFilter, RefundWish},
        sales::{self, Shown, Typed},
        submits,
        tax::{self, Computed},
        tenant_links::{self, LinkCustomer, MadeLink, NewTenantLink},
    },
    processor::Processors,
    store::{Consistency, Key, Table, Write, customer},
};
use std::{collections::BTreeMap, sync::Arc};

const AMBIENT: Ambient = Ambient { now: clock::now, random: clock::random };

/// A German seller who collects tax, and a customer at home.
struct Stall {
    saver: Saver,
    books: Arc<Table>,
    api_key: Key,
}

/// Trips, write units and read units of an operation; units may end in a half.
fn costs(operation: &'static str, trips: u64, write: &str, read: &str) -> Budget {
    let halves = |units: &str| {
        let (whole, rest) = units.split_once('.').unwrap();
        2 * whole.parse::<u64>().unwrap() + u64::from(rest == "5")
    };
    let (half_write_units, half_read_units) = (halves(write), halves(read));
    Budget { operation, trips, half_write_units, half_read_units }
}

pub(super) async fn surface() {
    let stall = Stall::open().await;
    stall.links().await;
    let paid = stall.paying().await;
    stall.numbering(&paid).await;
    stall.refunds(&paid).await;
    stall.charges().await;
    stall.customers().await;
    stall.settings().await;
    stall.lists().await;
}

impl Stall {
    async fn open() -> Self {
        let table = backend::dynoxide().await;
        let mut saver = Saver::new(Arc::clone(&table)).await;
        saver.set(german()).await;
        let id = Id::mint(clock::now(), clock::random());
        let mail = "bert@example.com".to_owned();
        let new = Customer::new(id, saver.shop.scope, "Bert".into(), mail);
        let mut bert = Customer { surface: Surface::Payments, ..new }.announced();
        bert.profile.own_id = Some("user 2".into());
        bert.profile.address = Some(Address {
            line1: "Street 1".into(),
            line2: None,
            city: "Town".into(),
            state: None,
            postal_code: "10115".into(),
            country: "DE".parse().unwrap(),
            region: None,
        });
        table.commit(customer::insert_kept(&bert, None)).await.unwrap();
        saver.customer = bert;
        // Stands for the record of an API key, which every request reads.
        let api_key = fixture::key("key")();
        table.commit(vec![Write::Insert(fixture::item(&api_key))]).await.unwrap();
        table.meter().take();
        Self { saver, books: backend::memory(), api_key }
    }

    fn table(&self) -> &Table {
        &self.saver.shop.table
    }

    fn processors(&self) -> Processors<'_> {
        self.saver.shop.processors_with(&self.books)
    }

    /// What the operation that ended at this moment cost.
    fn said(&self, budget: &Budget) {
        row(budget, self.table().meter().take());
    }

    /// Forgets what was needed to get here.
    fn begin(&self) {
        self.table().meter().take();
    }

    /// The read of the key where nothing else is read with it.
    async fn proven(&self) {
        self.begin();
        self.table().get(&self.api_key, Consistency::Strong).await.unwrap();
    }

    fn once(&self, operation: &str, key: Option<&str>) -> Idempotency {
        Idempotency::new(self.saver.shop.scope, operation, key, std::iter::empty())
    }

    fn known(&self) -> LinkCustomer {
        LinkCustomer::Known(self.saver.customer.id)
    }

    /// As `payments-create-payment` does, the read of the key included.
    async fn link(&self, key: Option<&str>, customer: Option<LinkCustomer>) -> MadeLink {
        let (scope, now) = (self.saver.shop.scope, clock::now());
        let new = NewTenantLink {
            nonce: 1,
            id: tenant_links::id(scope, key, clock::random(), now),
            idempotency_key: key.map(str::to_owned),
            amount: Money::from_minor(25_000, Currency::USD),
            description: "Annual report".into(),
            customer,
            success_url: Some("https://shop.example/thanks".into()),
            metadata: None,
            expires_at: None,
            tax_code: None,
        };
        self.begin();
        let mut keys = new.keys(scope);
        keys.push(self.api_key.clone());
        let mut found = self.table().get_many(&keys, Consistency::Strong).await.unwrap();
        found.pop();
        tenant_links::create(self.table(), &BuiltIn, scope, &new, &found).await.unwrap()
    }

    async fn links(&self) {
        self.link(None, None).await;
        self.said(&costs("create link", 2, "2.0", "4.0"));
        self.link(Some("order-1"), None).await;
        self.said(&costs("create link, idempotency key", 2, "2.0", "4.0"));
        assert!(self.link(Some("order-1"), None).await.replayed);
        self.said(&costs("the same request again", 2, "0.0", "4.0"));
        let made = self.link(None, Some(self.known())).await.payment;
        assert_eq!(made.amounts.tax().minor(), 4_750);
        self.said(&costs("create link, customer and estimated tax", 2, "3.0", "5.0"));
        self.link(None, Some(LinkCustomer::Own("user 2".into()))).await;
        self.said(&costs("the same, customer by own id", 3, "3.0", "5.5"));
        let place = PaymentRef { scope: self.saver.shop.scope, id: made.id };
        self.begin();
        sales::look(self.table(), place, clock::now()).await.unwrap();
        self.said(&costs("open page, link for a customer", 2, "0.0", "2.0"));
        let made = self.link(None, None).await.payment;
        self.begin();
        sales::look(self.table(), PaymentRef { id: made.id, ..place }, clock::now()).await.unwrap();
        self.said(&costs("open page", 1, "0.0", "1.5"));
        self.begin();
        let keys = [tenant_links::place(place.scope, made.id), self.api_key.clone()];
        self.table().get_many(&keys, Consistency::Strong).await.unwrap();
        self.said(&costs("read payment", 1, "0.0", "2.0"));
        self.proven().await;
        let (once, render) = (self.once("cancel", None), |_: &PaymentIntent| String::new());
        let id = Some(made.id);
        cancellations::cancel(self.table(), place.scope, id, once.remember(&render), clock::now())
            .await
            .unwrap();
        self.said(&costs("cancel payment", 3, "2.0", "2.0"));
    }

    /// As `hosted-submit-payment` does.
    async fn pay(&self, link: PaymentIntentId, save: bool) -> PaymentIntent {
        let (shop, country) = (&self.saver.shop, "DE".parse::<Country>().ok());
        let token = shop.token(link, GOOD, save);
        let text = LinkToken::new(link.to_string());
        let submit = Submit {
            link_token: &text,
            card_token: token.text,
            save_card: save,
            buyer: None,
            typed: Typed { buyer: TaxBuyer { country, ..TaxBuyer::default() }, ..Typed::default() },
            shown: Some(Shown { tax: 4_750, total: 29_750 }),
            network: None,
        };
        let (processors, place) = (self.processors(), PaymentRef { scope: shop.scope, id: link });
        self.begin();
        let now = &clock::now;
        checkout::submit(self.table(), &processors, &BuiltIn, place, submit, now).await.unwrap()
    }

    async fn paying(&self) -> PaymentIntent {
        let link = self.link(None, Some(self.known())).await.payment;
        let paid = self.pay(link.id, true).await;
        assert_eq!(paid.status.name(), StatusName::Succeeded);
        self.said(&costs("pay with tax and save the card", 6, "25.0", "6.0"));
        let link = self.link(None, Some(self.known())).await.payment;
        let paid = self.pay(link.id, true).await;
        self.said(&costs("pay with tax, the card is saved already", 6, "26.0", "6.0"));
        paid
    }

    async fn numbering(&self, paid: &PaymentIntent) {
        let scope = self.saver.shop.scope;
        // The series begins with another payment's.
        let link = self.link(None, Some(self.known())).await.payment;
        let first = self.pay(link.id, false).await;
        self.begin();
        numbering::invoice_payment(self.table(), scope, first.id, AMBIENT).await.unwrap();
        self.said(&costs("number an invoice, the first of its series", 4, "16.0", "5.0"));
        numbering::invoice_payment(self.table(), scope, paid.id, AMBIENT).await.unwrap();
        self.said(&costs("number an invoice", 4, "16.0", "5.0"));
        let invoice = self.table().invoice_of_payment(scope, paid.id).await.unwrap().unwrap();
        self.proven().await;
        invoices::find(self.table(), scope, invoice.id).await.unwrap();
        self.said(&costs("read invoice", 2, "0.0", "1.5"));
        let wish = Adjustment {
            id: Id::mint(clock::now(), clock::random()),
            customer: self.known(),
            amount: 5_000,
            description: "Setup".into(),
            metadata: None,
            currency: Some(Currency::USD),
        };
        let (once, render) = (self.once("adjust", None), |_: &Invoice| String::new());
        self.proven().await;
        let calculator: &dyn Calculator = &BuiltIn;
        let remember = once.remember(&render);
        adjustments::adjust(self.table(), scope, calculator, &wish, remember, AMBIENT)
            .await
            .unwrap();
        self.said(&costs("create adjustment", 8, "8.0", "6.5"));
    }

    async fn refunds(&self, paid: &PaymentIntent) {
        let scope = self.saver.shop.scope;
        let transaction = paid.status.attempt().unwrap().transaction();
        self.proven().await;
        let payment = submits::payment(self.table(), scope, transaction).await.unwrap();
        let wish = RefundWish {
            scope,
            payment: payment.id,
            transaction: Some(transaction),
            named: Resource::Transaction,
            amount: AskedAmount::Minor(1_000),
            say: |money| money.minor().to_string(),
            reason: None,
            metadata: None,
            requested_by: Actor::Client,
            at_most: BTreeMap::new(),
        };
        let once = self.once("refund", Some("refund-1"));
        let (processors, id) = (self.processors(), clock::new_id());
        let made = refunds::request(self.table(), &processors, &wish, &once, id, &clock::now);
        let refund: Refund = made.await.unwrap().refund;
        self.said(&costs("refund, idempotency key", 8, "27.0", "5.0"));
        numbering::credit_refund(self.table(), scope, refund.id, AMBIENT).await.unwrap();
        self.said(&costs("number a credit note, the first of its series", 6, "16.0", "4.5"));
    }

    async fn charges(&self) {
        let scope = self.saver.shop.scope;
        let wish = self.saver.wish(Some("november"), ChosenCard::Default);
        self.begin();
        let mut keys = wish.keys(scope);
        keys.push(self.api_key.clone());
        let mut found = self.table().get_many(&keys, Consistency::Strong).await.unwrap();
        found.pop();
        let processors = self.processors();
        let services = ChargeServices { processors: &processors, calculator: &BuiltIn };
        let made = charges::create(self.table(), services, scope, &wish, &found, &clock::now);
        let charged = made.await.unwrap();
        assert_eq!(charged.payment.status.name(), StatusName::Succeeded);
        assert_eq!(charged.allowance.map(|allowance| allowance.left), Some(99));
        self.said(&costs("charge a saved card", 5, "16.0", "9.0"));
        self.proven().await;
        let card = charged.payment.charge_terms().unwrap().method;
        let named = CustomerRef::Known(self.saver.customer.id);
        let none = self.once("default", None);
        let render = |_: &shared::model::payment_method::PaymentMethod| String::new();
        let once = none.remember(&render);
        let card: Option<PaymentMethodId> = Some(card);
        keeping::make_default(self.table(), scope, &named, card, once, clock::now()).await.unwrap();
        self.said(&costs("choose the card that is the default already", 3, "0.0", "3.0"));
    }

    async fn customers(&self) {
        let id = Id::mint(clock::now(), clock::random());
        let mail = "carla@example.com".to_owned();
        let new = Customer::new(id, self.saver.shop.scope, "Carla".into(), mail);
        let mut carla = Customer { surface: Surface::Payments, ..new }.announced();
        carla.profile.own_id = Some("user 3".into());
        let (once, render) = (self.once("customer", None), |_: &KeptCustomer| String::new());
        self.proven().await;
        keeping::create_or_get(self.table(), &carla, &once, render, clock::now()).await.unwrap();
        self.said(&costs("create customer with an own id", 2, "5.0", "1.0"));
        self.proven().await;
        let own = CustomerRef::Own("user 3".into());
        keeping::resolve(self.table(), carla.scope, &own).await.unwrap();
        self.said(&costs("read customer by own id", 3, "0.0", "3.0"));
    }

    async fn settings(&self) {
        let scope = self.saver.shop.scope;
        let (once, render) = (self.once("settings", None), |_: &Settings| String::new());
        let change = shared::model::tax::settings::TaxChange {
            default_tax_code: Some("service".into()),
            ..Default::default()
        };
        self.proven().await;
        let remember = once.remember(&render);
        tax::change(self.table(), scope, change, remember, &clock::now).await.unwrap();
        self.said(&costs("change tax settings", 3, "1.0", "2.0"));
        self.proven().await;
        let asked = tax::Preview {
            line: shared::model::tax::SaleLine {
                tax_code: String::new(),
                own_rate: None,
                amount: 25_000,
            },
            currency: Currency::USD,
            buyer: tax::PreviewBuyer::Customer(self.known()),
            at: clock::now(),
        };
        let shown = tax::preview(self.table(), &BuiltIn, scope, &asked).await.unwrap();
        assert!(matches!(shown, Computed::Known(_)));
        self.said(&costs("preview tax of a customer", 3, "0.0", "3.0"));
    }

    async fn lists(&self) {
        let (scope, table) = (self.saver.shop.scope, self.table());
        self.proven().await;
        tenant_links::card_payments(table, scope, None, &slice(25)).await.unwrap();
        self.said(&costs("list payments, a dozen there", 3, "0.0", "3.0"));
        self.proven().await;
        submits::list(table, scope, &submits::SubmitFilter::default(), &slice(25)).await.unwrap();
        self.said(&costs("list transactions, four there", 5, "0.0", "4.5"));
        self.proven().await;
        refunds::list(table, scope, RefundFilter::default(), &slice(25)).await.unwrap();
        self.said(&costs("list refunds, one there", 2, "0.0", "1.5"));
        self.proven().await;
        let all = invoices::InvoiceFilter { customer: None, status: None };
        invoices::list(table, scope, &all, &slice(25)).await.unwrap();
        self.said(&costs("list invoices, three there", 2, "0.0", "1.5"));
    }
}
