//! A tenant of the payments surface with a customer, whose cards are saved and charged.

use super::shop::{Shop, Token};
use crate::clock;
use shared::{
    model::{
        Amounts, Currency, Mode, Money, Surface, Time,
        customer::{Customer, MerchantAccount, MerchantAccountStatus},
        id::{AttemptId, Id, PaymentIntentId, PaymentMethodId, TransactionId},
        payment_intent::{Buyer, LinkRequest, PaymentIntent, PaymentRef},
        payment_link::Limit,
        payment_method::PaymentMethod,
        processor_account::TenantAccounts,
        secret::LinkToken,
        tax::{BuiltIn, Calculator, settings::TaxChange},
        tenant::{Setup, Tenant},
    },
    operations::{
        Idempotency, Problem,
        charges::{self, ChargeRetry, ChargeServices, Charged, ChosenCard, NewCharge},
        checkout::{self, Submit},
        customers::keeping::{self, CustomerRef},
        sales::Typed,
        tenant_links::LinkCustomer,
        vault,
    },
    processor::Processors,
    store::{self, Consistency, Table, customer, key, processor_account, tenant},
};
use std::{collections::BTreeMap, sync::Arc};

/// Pays, and is saved.
pub const GOOD: &str = "4242424242424242";
/// Pays; saved, it is declined.
pub const DECLINED_LATER: &str = "4000000000000341";
/// Pays; saved, it was stolen.
pub const STOLEN_LATER: &str = "4000000000009656";
/// Pays; saved, a charge of it never arrives.
pub const LOST_LATER: &str = "4000000000003337";
/// Pays; the answer comes some seconds later.
pub const LATE: &str = "4000000000001109";
/// Pays after a challenge; saved, the issuer wants one more.
pub const ASKS_ALWAYS: &str = "4000002760003184";

/// The tenant and its customer.
pub struct Saver {
    /// The table, the simulator, the workers.
    pub shop: Shop,
    /// The customer, as it was made.
    pub customer: Customer,
}

impl Saver {
    /// A tenant that charges by the simulator, and a customer with an own id.
    pub async fn new(table: Arc<Table>) -> Self {
        let shop = Shop::new(table);
        let now = clock::now();
        let tenant = Tenant {
            scope: shop.scope,
            name: "Corner Shop".into(),
            allowed_origins: vec![],
            limits: [(Currency::USD, Money::from_minor(1_000_000, Currency::USD))].into(),
            review: BTreeMap::new(),
            created_at: now,
            version: 1,
        };
        let account = MerchantAccount {
            id: clock::new_id(),
            status: MerchantAccountStatus::Approved,
            descriptor: "SHOP".into(),
            processor: "simulator".into(),
            connected: None,
            created_at: now,
        };
        let accounts = TenantAccounts::none(shop.scope).with_account(account).unwrap();
        let id = Id::mint(now, clock::random());
        let new = Customer::new(id, shop.scope, "Ada".into(), "ada@example.com".into());
        let mut customer = Customer { surface: Surface::Payments, ..new }.announced();
        customer.profile.own_id = Some("user 1".into());
        let mut writes = tenant::insert(&Setup { tenant, routes: vec![] }).to_vec();
        writes.push(processor_account::put(&accounts));
        writes.extend(customer::insert_kept(&customer, None));
        shop.table.commit(writes).await.unwrap();
        assert_eq!(shop.scope.mode, Mode::Test);
        Self { shop, customer }
    }

    /// Changes the tenant's settings.
    pub async fn set(&self, change: TaxChange) {
        let table = &self.shop.table;
        let known = table.tax_settings(self.shop.scope, Consistency::Strong).await.unwrap();
        let next = known.changed(change, clock::now()).unwrap();
        table.commit(vec![store::tax::put(self.shop.scope, &next)]).await.unwrap();
    }

    /// A link for the customer, or for nobody.
    pub async fn link(&self, for_customer: bool) -> PaymentIntent {
        let now = clock::now();
        let mut link = self.shop.unsaved_link(now, 600, Limit::UNLIMITED);
        link.id = Id::derive(now, clock::random());
        link.surface = Surface::Payments;
        let customer = for_customer.then_some(self.customer.id);
        link.customer = customer;
        link.customer_own_id = self.customer.profile.own_id.clone().filter(|_| for_customer);
        link.amounts = Amounts::untaxed(Money::from_minor(1_000, Currency::USD));
        link.link_terms_mut().unwrap().request = Some(LinkRequest {
            idempotency_key: None,
            customer,
            tax_code: None,
            payment_link: None,
            estimate: None,
            invoiced: false,
        });
        self.shop.put(&link).await;
        link
    }

    /// Submits a card on a link, where that has to work.
    pub async fn pay(&self, link: &PaymentIntent, token: &Token, mail: &str) -> PaymentIntent {
        self.try_pay(link, token, mail).await.unwrap()
    }

    /// Submits a card on a link, as the page does.
    pub async fn try_pay(
        &self,
        link: &PaymentIntent,
        token: &Token,
        mail: &str,
    ) -> Result<PaymentIntent, Problem> {
        let buyer = Buyer { email: mail.to_owned(), name: Some("Ada".to_owned()) };
        let text = LinkToken::new(link.id.to_string());
        let submit = Submit {
            link_token: &text,
            card_token: token.text.clone(),
            save_card: token.save,
            buyer: link.customer.is_none().then_some(buyer),
            typed: Typed::default(),
            shown: None,
            network: None,
        };
        let (processors, place) =
            (self.shop.processors(), PaymentRef { scope: self.shop.scope, id: link.id });
        let table = &self.shop.table;
        checkout::submit(table, &processors, &BuiltIn, place, submit, &clock::now).await
    }

    /// Has a card of the customer saved by a payment; answers its id.
    pub async fn save(&self, number: &str) -> PaymentMethodId {
        let link = self.link(true).await;
        let paid = self.pay(&link, &self.shop.token(link.id, number, true), "").await;
        if paid.status.open().is_some() {
            if matches!(paid.status, shared::model::payment_intent::Status::RequiresAction { .. }) {
                self.shop.answer_challenge(paid, true).await;
            } else {
                self.shop.reconcile_at(link.id, clock::now().plus_seconds(60)).await;
            }
        }
        self.shop.intent(link.id).await.status.saved_method().expect("the card was saved")
    }

    /// Chooses the default card.
    pub async fn choose(&self, id: PaymentMethodId) {
        let none = Idempotency::new(self.shop.scope, "default", None, std::iter::empty());
        let render = |_: &PaymentMethod| String::new();
        keeping::make_default(
            &self.shop.table,
            self.shop.scope,
            &CustomerRef::Known(self.customer.id),
            Some(id),
            none.remember(&render),
            clock::now(),
        )
        .await
        .unwrap();
    }

    /// Takes a card away.
    pub async fn detach(&self, id: PaymentMethodId) -> Result<PaymentMethodId, Problem> {
        let named = CustomerRef::Known(self.customer.id);
        vault::detach(&self.shop.table, self.shop.scope, &named, Some(id), clock::now()).await
    }

    /// The customer's cards, in no order.
    pub async fn cards(&self) -> Vec<PaymentMethod> {
        let Self { shop, customer } = self;
        shop.table.saved_methods(shop.scope, customer.id).await.unwrap()
    }

    /// The customer as it is now.
    pub async fn known(&self) -> Customer {
        let Self { shop, customer } = self;
        let strong = Consistency::Strong;
        shop.table.customer(shop.scope, customer.id, strong).await.unwrap().unwrap()
    }

    /// A charge of USD 25.00, of a card or the default one.
    pub fn wish(&self, key: Option<&str>, card: ChosenCard) -> NewCharge {
        let now = clock::now();
        NewCharge {
            id: charges::id(self.shop.scope, key, clock::random(), now),
            idempotency_key: key.map(str::to_owned),
            amount: Money::from_minor(2_500, Currency::USD),
            description: "Tokens".into(),
            customer: LinkCustomer::Known(self.customer.id),
            card,
            metadata: None,
            tax_code: None,
        }
    }

    /// Asks for a charge, with these processors and this calculator.
    pub async fn ask(
        &self,
        processors: &Processors<'_>,
        calculator: &dyn Calculator,
        wish: &NewCharge,
    ) -> Result<Charged, Problem> {
        let Self { shop, .. } = self;
        let keys = wish.keys(shop.scope);
        let found = shop.table.get_many(&keys, Consistency::Strong).await.unwrap();
        let services = ChargeServices { processors, calculator };
        charges::create(&shop.table, services, shop.scope, wish, &found, &clock::now).await
    }

    /// Charges a card, or the default one.
    pub async fn charge(&self, key: Option<&str>, card: ChosenCard) -> Result<Charged, Problem> {
        self.ask(&self.shop.processors(), &BuiltIn, &self.wish(key, card)).await
    }

    /// Charges the default card without a key.
    pub async fn charge_default(&self) -> Result<Charged, Problem> {
        self.charge(None, ChosenCard::Default).await
    }

    /// The same at a moment.
    pub async fn charge_at(&self, at: Time) -> Result<Charged, Problem> {
        let Self { shop, .. } = self;
        let wish = self.wish(None, ChosenCard::Default);
        let keys = wish.keys(shop.scope);
        let found = shop.table.get_many(&keys, Consistency::Strong).await.unwrap();
        let processors = shop.processors();
        let services = ChargeServices { processors: &processors, calculator: &BuiltIn };
        charges::create(&shop.table, services, shop.scope, &wish, &found, &move || at).await
    }

    /// Tries an attempt again.
    pub async fn retry(
        &self,
        transaction: TransactionId,
        key: Option<&str>,
    ) -> Result<Charged, Problem> {
        self.retry_with(&self.shop.processors(), transaction, key).await
    }

    /// Tries an attempt again, with these processors.
    pub async fn retry_with(
        &self,
        processors: &Processors<'_>,
        transaction: TransactionId,
        key: Option<&str>,
    ) -> Result<Charged, Problem> {
        let Self { shop, .. } = self;
        let operation = format!("retry#{transaction}");
        let once = Idempotency::new(shop.scope, &operation, key, std::iter::empty());
        let services = ChargeServices { processors, calculator: &BuiltIn };
        let retry = ChargeRetry {
            scope: shop.scope,
            transaction,
            idempotency: &once,
            new_id: clock::new_id(),
        };
        charges::retry(&shop.table, services, retry, &clock::now).await
    }

    /// The reconciler for one charge, some time later.
    pub async fn reconcile(&self, id: PaymentIntentId) {
        self.shop.reconcile_at(id, later()).await;
    }

    /// The workers that delete tokens, some time later.
    pub async fn erase(&self) {
        let (table, processors) = (&self.shop.table, self.shop.processors());
        let (_, troubles) = vault::erase(table, &processors, &later).await.unwrap();
        assert_eq!(troubles, Vec::<String>::new());
    }

    /// What a charge says in the simulator's books.
    pub async fn book(&self, attempt: AttemptId) -> Option<store::Item> {
        let key = key::simulator_charge(attempt);
        self.shop.table.get(&key, Consistency::Strong).await.unwrap()
    }
}

/// When whatever is open is looked after.
pub fn later() -> Time {
    clock::now().plus_seconds(120)
}

/// The payment and the attempt behind a decline, and its reason.
pub fn declined(told: Result<Charged, Problem>) -> (PaymentIntentId, TransactionId, &'static str) {
    match told {
        Err(Problem::ChargeFailed { payment, transaction, reason, .. }) => {
            (payment, transaction, reason.as_str())
        }
        other => panic!("{other:?}"),
    }
}
