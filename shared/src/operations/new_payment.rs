//! A new payment between wallets, or between a wallet and the outside: what is looked up for it, and
//! how it is put together.
//!
//! Broken fields have the names that callers of the platform surface use: no other has wallets.

use super::{FieldError, Now, Problem, Resource, Result, Unauthenticated, engine};
use crate::{
    digest::sha256,
    model::{
        Amounts, Invalid, Money, Scope, Surface, Time,
        customer::Customer,
        destination::{Destination, DestinationKind},
        id::{CustomerId, DestinationId, Id, PaymentIntentId, PaymentMethodId, RouteId, WalletId},
        ledger::{Account, AccountId},
        metadata::Metadata,
        payment_intent::{
            Due, PaymentIntent, Status, Terms, WalletTerms,
            wallet::{self, Hold, PayeeAccount, Pull, Push, Way},
        },
        payment_method::{MethodDetail, PaymentMethod},
        route::{IntentType, Rail, Route},
        secret::ProcessorToken,
        tenant::Tenant,
    },
    store::{self, Consistency, Item, Key, Table, key},
};
use std::collections::BTreeMap;

/// A payment to be made and carried out. What its type does not use is absent.
#[derive(Debug, Clone)]
pub struct NewPayment {
    /// Makes repeating the request harmless; decides the payment's id.
    pub idempotency_key: String,
    /// Funding, payout, transfer or relay; decides which of the fields below are used.
    pub kind: IntentType,
    /// The customer who starts it.
    pub customer: CustomerId,
    /// The customer's wallet that pays; for a funding, the one that is filled.
    pub wallet: WalletId,
    /// In the currency of every wallet it touches.
    pub amount: Money,
    /// The way in or out.
    pub route: Option<RouteId>,
    /// The wallet that receives a transfer.
    pub destination_wallet: Option<WalletId>,
    /// The payer's card or bank account.
    pub method: Option<PaymentMethodId>,
    /// Where the payee takes the money.
    pub payee: Option<PayeeAccount>,
    /// How long a transfer stays in escrow, in seconds; `None` for no escrow.
    pub hold_s: Option<i64>,
    /// What the caller attaches: answered and told as it came.
    pub metadata: Option<Metadata>,
}

/// The id of a new payment: its idempotency key decides where it is kept, so that a second payment
/// with the same key cannot be written.
pub fn id(scope: Scope, key: &str, now: Time) -> PaymentIntentId {
    Id::derive(now, sha256(&format!("{}#{}#create-payment#{key}", scope.tenant, scope.mode)))
}

/// A payment that a request made, now or before.
#[derive(Debug)]
pub enum OpenedPayment {
    /// It is written down with its first step.
    New(Box<PaymentIntent>),
    /// The same request made it before, and has an answer.
    Earlier(Box<PaymentIntent>),
}

/// What a new payment starts from.
enum Start {
    /// The request came before: the payment it made.
    Earlier(Box<PaymentIntent>),
    /// No payment has this key yet: what is to be written.
    New(Box<Draft>),
}

/// A payment of which nothing is written yet.
struct Draft {
    intent: PaymentIntent,
    for_review: bool,
    /// Accounts that were read on the way.
    accounts: BTreeMap<AccountId, Account>,
}

/// Writes a new payment down with its first step, unless the same request came before.
///
/// # Errors
/// In this order: what it names is missing (customer, wallet, route, payment method, destination);
/// fields that do not fit one another; [`Problem::Repeated`] and [`Problem::InProgress`] for a key
/// that came before; what [`engine::open`] refuses.
pub async fn open(
    store: &Table,
    scope: Scope,
    new: &NewPayment,
    clock: Now<'_>,
) -> Result<OpenedPayment> {
    let id = self::id(scope, &new.idempotency_key, clock());
    match new.open(store, scope, id, clock).await {
        // What refuses may be the work of the same request that was faster: then its answer counts.
        Err(problem) if !problem.is_ours() && !matches!(problem, Problem::Repeated { .. }) => {
            match store.intent(scope, id, Consistency::Strong).await? {
                Some(earlier) => new.again(Box::new(earlier), clock()),
                None => Err(problem),
            }
        }
        opened => opened,
    }
}

/// Whether a payment that was not carried out yet could be made today: what it names is there, and
/// its route, limits and currencies allow it.
///
/// # Errors
/// As [`open`], for what is missing and what does not fit.
pub async fn check_again(store: &Table, payment: &PaymentIntent) -> Result<()> {
    let Some(new) = NewPayment::of(payment) else { return Ok(()) };
    let items = Items::read(store, new.keys(payment.scope, payment.id)).await?;
    let (records, route) = new.records(store, payment.scope, &items).await?;
    new.fit(payment.id, route.as_ref(), records).map(|_| ())
}

/// Whole seconds until somebody else takes over a payment whose first request has not answered.
fn left_s(due: Option<Due>, now: Time) -> i64 {
    match due {
        Some(Due::Reconcile(at)) => at.ms_since(now).saturating_add(999).div_euclid(1000).max(1),
        Some(Due::Expire(_) | Due::TellWithoutInvoice(_)) | None => 1,
    }
}

/// Records that were read for a request, as far as they are there.
struct Records {
    tenant: Tenant,
    customer: Customer,
    accounts: BTreeMap<AccountId, Account>,
    method: Option<PaymentMethod>,
    destination: Option<Destination>,
    payee_method: Option<PaymentMethod>,
}

impl NewPayment {
    /// The request that made a payment between wallets and the outside.
    fn of(payment: &PaymentIntent) -> Option<Self> {
        let terms = payment.wallet_terms()?;
        Some(Self {
            idempotency_key: String::new(),
            kind: terms.kind,
            customer: payment.customer?,
            wallet: terms.wallet,
            amount: payment.amount(),
            route: terms.way.as_ref().map(|way| way.route),
            destination_wallet: terms.destination_wallet,
            method: terms.pull().map(|pull| pull.method),
            payee: terms.push().map(|push| push.payee),
            hold_s: terms.hold.map(|hold| hold.lasts_s),
            metadata: None,
        })
    }

    /// As [`open`], without a second look.
    async fn open(
        &self,
        store: &Table,
        scope: Scope,
        id: PaymentIntentId,
        clock: Now<'_>,
    ) -> Result<OpenedPayment> {
        let draft = match self.start(store, scope, id).await? {
            Start::Earlier(earlier) => return self.again(earlier, clock()),
            Start::New(draft) => draft,
        };
        let Draft { intent, for_review, accounts } = *draft;
        let opened = engine::open(store, &intent, for_review, accounts, clock).await;
        Ok(OpenedPayment::New(Box::new(opened?)))
    }

    /// Reads what the payment needs in one trip, and an earlier payment with the same key.
    async fn start(&self, store: &Table, scope: Scope, id: PaymentIntentId) -> Result<Start> {
        let mut items = Items::read(store, self.keys(scope, id)).await?;
        if let Some(item) = items.take(&key::intent(scope, id)) {
            let earlier = store::intent::from_item(scope, &item)?;
            return Ok(Start::Earlier(Box::new(earlier)));
        }
        let (records, route) = self.records(store, scope, &items).await?;
        self.fit(id, route.as_ref(), records).map(|draft| Start::New(Box::new(draft)))
    }

    fn wallets(&self) -> impl Iterator<Item = WalletId> {
        [Some(self.wallet), self.destination_wallet].into_iter().flatten()
    }

    fn destination_key(&self, scope: Scope) -> Option<Key> {
        match self.payee {
            Some(PayeeAccount::Destination(id)) => Some(key::destination(scope, self.customer, id)),
            Some(PayeeAccount::Method(_)) | None => None,
        }
    }

    fn keys(&self, scope: Scope, id: PaymentIntentId) -> Vec<Key> {
        let mut keys =
            vec![key::intent(scope, id), key::tenant(scope), key::customer(scope, self.customer)];
        keys.extend(self.wallets().map(|id| key::account(scope, AccountId::Wallet(id))));
        keys.extend(self.method.map(|id| key::payment_method(scope, self.customer, id)));
        keys.extend(self.destination_key(scope));
        keys.extend(self.route.map(|_| key::routes(scope)));
        keys
    }

    /// The records behind the ids of a request. Which is missing first is told first.
    async fn records(
        &self,
        store: &Table,
        scope: Scope,
        items: &Items,
    ) -> Result<(Records, Option<Route>)> {
        let tenant = items.parse(
            &key::tenant(scope),
            Problem::Unauthenticated(Unauthenticated::NoTenant),
            |item| store::tenant::from_item(scope, item),
        )?;
        let customer = key::customer(scope, self.customer);
        let customer = items.parse(&customer, Problem::NotFound(Resource::Customer), |item| {
            store::customer::from_item(scope, item)
        })?;
        let mut accounts = BTreeMap::new();
        for id in self.wallets().map(AccountId::Wallet) {
            let account = items.parse(
                &key::account(scope, id),
                Problem::NotFound(Resource::Wallet),
                |item| store::account::from_item(scope, item),
            )?;
            accounts.insert(id, account);
        }
        let method = self.method.map(|id| {
            let key = key::payment_method(scope, self.customer, id);
            items.parse(&key, Problem::NotFound(Resource::PaymentMethod), |item| {
                store::payment_method::from_item(scope, item)
            })
        });
        let destination = self.destination_key(scope).map(|key| {
            items.parse(&key, Problem::NotFound(Resource::Destination), |item| {
                store::destination::from_item(scope, self.customer, item)
            })
        });
        let payee_method = match self.payee {
            Some(PayeeAccount::Method(id)) => {
                let found = store.bank_method(scope, id).await?;
                Some(found.ok_or(Problem::NotFound(Resource::PaymentMethod)))
            }
            Some(PayeeAccount::Destination(_)) | None => None,
        };
        let owned = accounts.get(&AccountId::Wallet(self.wallet));
        if owned.and_then(|account| account.owner) != Some(customer.id) {
            return Err(Problem::NotFound(Resource::Wallet));
        }
        let routes = store::route::from_item(items.get(&key::routes(scope)))?;
        let route = self.route.map(|id| routes.into_iter().find(|route| route.id == id));
        let route = route.map(|route| route.ok_or(Problem::NotFound(Resource::Route)));
        let route = route.transpose()?;
        let records = Records {
            method: method.transpose()?,
            destination: destination.transpose()?,
            payee_method: payee_method.transpose()?,
            tenant,
            customer,
            accounts,
        };
        Ok((records, route))
    }

    /// Puts the payment together, if all of it fits.
    fn fit(&self, id: PaymentIntentId, route: Option<&Route>, records: Records) -> Result<Draft> {
        let mut problems: Vec<FieldError> = Vec::new();
        // One reason a field is enough.
        let mut note = |field: &str, message: String| {
            if problems.iter().all(|known| known.field != field) {
                problems.push(FieldError { field: field.to_owned(), message });
            }
        };
        let currency = self.amount.currency();
        for (field, wallet) in
            [("wallet_id", Some(self.wallet)), ("destination_wallet_id", self.destination_wallet)]
        {
            let account = wallet.and_then(|id| records.accounts.get(&AccountId::Wallet(id)));
            if let Some(account) = account.filter(|account| account.currency != currency) {
                note(field, format!("is in {}, and the payment in {currency}", account.currency));
            }
        }
        if self.destination_wallet == Some(self.wallet) {
            note("destination_wallet_id", "must differ from wallet_id".to_owned());
        }
        if let Err(Invalid(why)) = records.tenant.allows(self.amount) {
            note("amount", why);
        }
        let way = route.map(|route| self.way(route, &records, &mut note));
        if !problems.is_empty() {
            return Err(Problem::Invalid(problems));
        }
        let now = id.minted_at();
        let terms = WalletTerms {
            kind: self.kind,
            wallet: self.wallet,
            destination_wallet: self.destination_wallet,
            way,
            hold: self.hold_s.map(|lasts_s| Hold::lasting(lasts_s, now)),
            first: None,
        };
        let intent = PaymentIntent {
            id,
            scope: records.tenant.scope,
            surface: Surface::Platform,
            customer: Some(records.customer.id),
            customer_own_id: None,
            amounts: Amounts::untaxed(self.amount),
            description: String::new(),
            terms: Terms::Wallet(terms),
            metadata: self.metadata.clone(),
            status: Status::Pending,
            history: wallet::history(now),
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let for_review = records.tenant.reviews(self.amount);
        Ok(Draft { intent, for_review, accounts: records.accounts })
    }

    /// The way in and out; notes what does not fit the route.
    fn way(&self, route: &Route, records: &Records, note: &mut impl FnMut(&str, String)) -> Way {
        if route.serves() != Some(self.kind) {
            let serves = route.serves().map_or("nothing", IntentType::as_str);
            note("product_id", format!("serves {serves}, not {}", self.kind.as_str()));
        } else if !route.limits.contains_key(&self.amount.currency()) {
            note("product_id", format!("does not serve {}", self.amount.currency()));
        } else if let Err(Invalid(why)) = route.allows(self.amount) {
            note("amount", why);
        }
        let pull = records.method.as_ref().map(|method| {
            let rail = rail_of(method);
            let fits = route.pull.is_none_or(|wanted| wanted == rail);
            if !fits || method.processor != route.processor {
                note(
                    "payment_method_id",
                    format!("is not of the product's rail: it is a {}", noun(rail)),
                );
            }
            Pull { rail, method: method.id, token: method.token.clone() }
        });
        let push = self.push(records);
        if let Some((field, push, processor)) = &push {
            let fits = route.push.is_none_or(|wanted| wanted == push.rail);
            if !fits || processor.as_ref().is_some_and(|name| *name != route.processor) {
                let message = format!("is not of the product's rail: it is a {}", noun(push.rail));
                note(field, message);
            }
        }
        Way {
            route: route.id,
            processor: route.processor.clone(),
            pull,
            push: push.map(|(_, push, _)| push),
            spendable: route.spendable,
        }
    }

    /// Where the payee takes the money: as which field, how, and at which processor.
    fn push(&self, records: &Records) -> Option<(&'static str, Push, Option<String>)> {
        let payee = self.payee?;
        if let Some(method) = &records.payee_method {
            let push = Push { rail: rail_of(method), payee, token: method.token.clone() };
            return Some(("payee_payment_method_id", push, Some(method.processor.clone())));
        }
        let (rail, token, processor) = match &records.destination.as_ref()?.kind {
            DestinationKind::Bank { token, processor, .. } => {
                (Rail::Ach, token.clone(), Some(processor.clone()))
            }
            DestinationKind::Email { address } => {
                (Rail::Email, ProcessorToken::new(address.clone()), None)
            }
        };
        Some(("payee_destination_id", Push { rail, payee, token }, processor))
    }

    /// The payment that the same request made before.
    fn again(&self, earlier: Box<PaymentIntent>, now: Time) -> Result<OpenedPayment> {
        let differing = self.differing(&earlier);
        if !differing.is_empty() {
            return Err(Problem::Repeated { differing });
        }
        if earlier.wallet_terms().is_none_or(|terms| terms.first.is_none()) {
            return Err(Problem::InProgress { retry_after_s: left_s(earlier.due(), now) });
        }
        Ok(OpenedPayment::Earlier(earlier))
    }

    /// The fields in which this request differs from the one that made a payment. Fields that its
    /// type does not use never count.
    fn differing(&self, earlier: &PaymentIntent) -> Vec<String> {
        let Some(terms) = earlier.wallet_terms() else { return Vec::new() };
        let payee = terms.push().map(|push| push.payee);
        let (destination, method) = split(payee);
        let (asked_destination, asked_method) = split(self.payee);
        let held = terms.hold.map(|hold| hold.lasts_s);
        let meaning = |metadata: Option<&Metadata>| metadata.map(Metadata::canonical);
        let same = [
            ("user_id", Some(self.customer) == earlier.customer),
            ("wallet_id", self.wallet == terms.wallet),
            ("amount", self.amount.minor() == earlier.amount().minor()),
            ("currency", self.amount.currency() == earlier.amount().currency()),
            ("intent_type", self.kind == terms.kind),
            ("product_id", self.route == terms.way.as_ref().map(|way| way.route)),
            ("destination_wallet_id", self.destination_wallet == terms.destination_wallet),
            ("payment_method_id", self.method == terms.pull().map(|pull| pull.method)),
            ("payee_destination_id", asked_destination == destination),
            ("payee_payment_method_id", asked_method == method),
            ("hold", self.hold_s.is_some() == held.is_some()),
            ("hold_expires_in", self.hold_s == held || self.hold_s.is_some() != held.is_some()),
            ("metadata", meaning(self.metadata.as_ref()) == meaning(earlier.metadata.as_ref())),
        ];
        let differing = same.into_iter().filter(|(_, same)| !same);
        differing.map(|(field, _)| field.to_owned()).collect()
    }
}

fn split(payee: Option<PayeeAccount>) -> (Option<DestinationId>, Option<PaymentMethodId>) {
    match payee {
        Some(PayeeAccount::Destination(id)) => (Some(id), None),
        Some(PayeeAccount::Method(id)) => (None, Some(id)),
        None => (None, None),
    }
}

fn rail_of(method: &PaymentMethod) -> Rail {
    match method.detail {
        MethodDetail::Card(_) => Rail::Card,
        MethodDetail::Bank(_) => Rail::Ach,
    }
}

const fn noun(rail: Rail) -> &'static str {
    match rail {
        Rail::Card => "card",
        Rail::Ach => "bank account",
        Rail::Email => "payee's e-mail address",
    }
}

/// Items that were read together, by key.
struct Items(BTreeMap<Key, Item>);

impl Items {
    async fn read(store: &Table, mut keys: Vec<Key>) -> Result<Self> {
        // The same wallet or account may be named twice; DynamoDB takes each key once.
        keys.sort_unstable();
        keys.dedup();
        let items = store.get_many(&keys, Consistency::Strong).await?;
        let found = keys.into_iter().zip(items).filter_map(|(key, item)| Some((key, item?)));
        Ok(Self(found.collect()))
    }

    fn take(&mut self, key: &Key) -> Option<Item> {
        self.0.remove(key)
    }

    fn get(&self, key: &Key) -> Option<&Item> {
        self.0.get(key)
    }

    fn parse<T>(
        &self,
        key: &Key,
        missing: Problem,
        read: impl Fn(&Item) -> std::result::Result<T, store::Corrupt>,
    ) -> Result<T> {
        let item = self.0.get(key).ok_or(missing)?;
        Ok(read(item)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_again_is_told_the_time_that_is_left() {
        let now = Time::from_ms(1_000_000);
        let left = |ms| left_s(Some(Due::Reconcile(now.plus_ms(ms))), now);
        assert_eq!([left(29_500), left(30_000), left(1), left(0), left(-5_000)], [30, 30, 1, 1, 1]);
        assert_eq!(left_s(None, now), 1);
    }
}
