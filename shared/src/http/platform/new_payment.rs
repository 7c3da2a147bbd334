//! `POST /v1/platform/payments`: what it takes, and what is looked up for it.

use crate::{
    http::{
        Reply, Request, Result,
        body::Fields,
        field::{Amount, Field, Text, Whole, payable},
        platform::payment,
    },
    model::{
        Currency, Invalid, Money, Scope,
        customer::Customer,
        destination::{Destination, DestinationKind},
        id::{CustomerId, DestinationId, PaymentIntentId, PaymentMethodId, RouteId, WalletId},
        ledger::{Account, AccountId},
        metadata::Metadata,
        payment_intent::{
            PaymentIntent, Status, Terms, WalletTerms,
            wallet::{self, Hold, PayeeAccount, Pull, Push, Way},
        },
        payment_method::{MethodDetail, PaymentMethod},
        route::{IntentType, Rail, Route},
        tenant::Tenant,
    },
    operations::{FieldError, Problem, Resource, Unauthenticated, problem::on},
    store::{self, Consistency, Item, Key, Table, key},
};
use derive::Body;
use std::collections::BTreeMap;

/// How long money stays in escrow when nothing is said, in seconds.
const DEFAULT_HOLD_S: i64 = 7 * 86_400;

/// Longest time in escrow, in seconds.
const LONGEST_HOLD_S: i64 = 90 * 86_400;

/// A new payment: it is made and carried out.
#[derive(Body)]
#[body(check = payable(amount, currency))]
pub struct CreatePayment {
    /// The user who starts it.
    pub user_id: CustomerId,
    /// The user's wallet that pays; for a funding, the one that is filled.
    pub wallet_id: WalletId,
    /// In major units: a number, or a text with a number.
    pub amount: Amount,
    /// Makes repeating the request harmless; kept for good.
    #[body(key)]
    pub idempotency_key: Text<1, 120>,
    /// What it does; `payout` when absent.
    #[body(default = IntentType::Payout)]
    pub intent_type: Option<IntentType>,
    /// ISO 4217, in any case; USD when absent.
    #[body(default = Currency::USD)]
    pub currency: Option<Currency>,
    /// The way in or out; needed for funding, payout and relay.
    pub product_id: Option<RouteId>,
    /// The wallet that receives; needed for a transfer.
    pub destination_wallet_id: Option<WalletId>,
    /// The payer's card or bank account; needed for funding and relay.
    pub payment_method_id: Option<PaymentMethodId>,
    /// Where the payee takes money; for payout and relay, this or `payee_payment_method_id`.
    pub payee_destination_id: Option<DestinationId>,
    /// A bank account that a user of yours has saved.
    pub payee_payment_method_id: Option<PaymentMethodId>,
    /// Whether a transfer goes through escrow.
    #[body(default = false)]
    pub hold: Option<bool>,
    /// Seconds until money in escrow goes back by itself; 7 days when absent.
    #[body(default = Whole(DEFAULT_HOLD_S))]
    pub hold_expires_in: Option<Whole<60, LONGEST_HOLD_S>>,
    /// Any JSON object up to 4 KB; comes back in answers and webhooks.
    pub metadata: Option<Metadata>,
}

impl Field for IntentType {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        Text::<1, 50>::read(json)?.0.parse()
    }

    fn schema() -> serde_json::Value {
        let names: Vec<&str> = Self::ALL.iter().map(|kind| kind.as_str()).collect();
        serde_json::json!({"type": "string", "enum": names, "default": "payout"})
    }

    fn meaning(&self) -> String {
        self.as_str().to_owned()
    }
}

/// Reads the body: everything that is wrong with it at once, what its type needs included.
///
/// # Errors
/// 422 naming every broken field.
pub fn read(req: &Request, fields: &mut Fields) -> Result<CreatePayment> {
    if let Some(header) = req.header("idempotency-key") {
        if !fields.has("idempotency_key") {
            fields.put("idempotency_key", header);
        } else if fields.text("idempotency_key").as_deref() != Some(header) {
            fields.problem("idempotency_key", "differs from the header Idempotency-Key");
        }
    }
    let kind = match fields.text("intent_type") {
        None if !fields.has("intent_type") => Some(IntentType::Payout),
        text => text.and_then(|text| text.parse().ok()),
    };
    if let Some(kind) = kind {
        note_missing(fields, kind);
    }
    fields.read()
}

/// Notes which fields this type of payment needs and does not have.
fn note_missing(fields: &mut Fields, kind: IntentType) {
    let name = kind.as_str();
    let mut need = |field: &str, needed: bool| {
        if needed && !fields.has(field) {
            fields.problem(field, &format!("is required for a {name}"));
        }
    };
    use IntentType::{Funding, Payout, Relay, Transfer};
    need("product_id", matches!(kind, Funding | Payout | Relay));
    need("destination_wallet_id", kind == Transfer);
    need("payment_method_id", matches!(kind, Funding | Relay));
    let payee = fields.has("payee_destination_id") || fields.has("payee_payment_method_id");
    if matches!(kind, Payout | Relay) && !payee {
        let either = format!("is required for a {name}, or payee_payment_method_id");
        fields.problem("payee_destination_id", &either);
    }
    if kind != Transfer && fields.is_true("hold") {
        fields.problem("hold", "is for transfers only");
    }
    let wallets = (fields.text("wallet_id"), fields.text("destination_wallet_id"));
    if kind == Transfer && wallets.0.is_some() && wallets.0 == wallets.1 {
        fields.problem("destination_wallet_id", "must differ from wallet_id");
    }
}

/// What a new payment starts from.
pub enum Found {
    /// The request came before: the payment it made.
    Before(Box<PaymentIntent>),
    /// Everything is there.
    New(Box<New>),
}

/// A payment to be made.
pub struct New {
    /// The payment; nothing has been done yet.
    pub intent: PaymentIntent,
    /// Whether somebody has to look at it first.
    pub for_review: bool,
    /// Accounts that were read on the way.
    pub accounts: BTreeMap<AccountId, Account>,
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

impl CreatePayment {
    /// What it does.
    #[must_use]
    pub fn kind(&self) -> IntentType {
        self.intent_type.unwrap_or(IntentType::Payout)
    }

    /// How much.
    fn money(&self) -> Result<Money> {
        self.amount.money(self.currency).map_err(|invalid| on("amount", invalid))
    }

    fn pulls(&self) -> Option<PaymentMethodId> {
        let pulls = matches!(self.kind(), IntentType::Funding | IntentType::Relay);
        self.payment_method_id.filter(|_| pulls)
    }

    fn pushes(&self) -> Option<PayeeAccount> {
        let destination = self.payee_destination_id.map(PayeeAccount::Destination);
        let named = destination.or(self.payee_payment_method_id.map(PayeeAccount::Method));
        named.filter(|_| matches!(self.kind(), IntentType::Payout | IntentType::Relay))
    }

    fn receiver(&self) -> Option<WalletId> {
        self.destination_wallet_id.filter(|_| self.kind() == IntentType::Transfer)
    }

    fn route(&self) -> Option<RouteId> {
        self.product_id.filter(|_| self.kind() != IntentType::Transfer)
    }

    /// Reads what the payment needs in one trip, and an earlier payment with the same key.
    ///
    /// # Errors
    /// In this order: `user_not_found`, `wallet_not_found`, `product_not_found`,
    /// `payment_method_not_found`, `destination_not_found`; then `validation_error` naming every
    /// field that does not fit another.
    pub async fn find(&self, store: &Table, scope: Scope, id: PaymentIntentId) -> Result<Found> {
        let wallets = [Some(self.wallet_id), self.receiver()];
        let wallets: Vec<_> = wallets.into_iter().flatten().map(AccountId::Wallet).collect();
        let method = self.pulls().map(|id| key::payment_method(scope, self.user_id, id));
        let destination = match self.pushes() {
            Some(PayeeAccount::Destination(id)) => Some(key::destination(scope, self.user_id, id)),
            Some(PayeeAccount::Method(_)) | None => None,
        };
        let mut keys =
            vec![key::intent(scope, id), key::tenant(scope), key::customer(scope, self.user_id)];
        keys.extend(wallets.iter().map(|id| key::account(scope, *id)));
        keys.extend(method.iter().chain(&destination).cloned());
        keys.extend(self.route().map(|_| key::routes(scope)));
        let mut items = Items::read(store, keys).await?;
        if let Some(item) = items.take(&key::intent(scope, id)) {
            let earlier = store::intent::from_item(scope, &item).map_err(corrupt)?;
            return Ok(Found::Before(Box::new(earlier)));
        }
        let tenant = items.parse(
            &key::tenant(scope),
            Problem::Unauthenticated(Unauthenticated::NoTenant),
            |item| store::tenant::from_item(scope, item),
        )?;
        let customer = key::customer(scope, self.user_id);
        let customer = items.parse(&customer, Problem::NotFound(Resource::Customer), |item| {
            store::customer::from_item(scope, item)
        })?;
        let mut accounts = BTreeMap::new();
        for id in wallets {
            let account = items.parse(
                &key::account(scope, id),
                Problem::NotFound(Resource::Wallet),
                |item| store::account::from_item(scope, item),
            )?;
            accounts.insert(id, account);
        }
        let method = method.map(|key| {
            items.parse(&key, Problem::NotFound(Resource::PaymentMethod), |item| {
                store::payment_method::from_item(scope, item)
            })
        });
        let destination = destination.map(|key| {
            items.parse(&key, Problem::NotFound(Resource::Destination), |item| {
                store::destination::from_item(scope, self.user_id, item)
            })
        });
        let payee_method = match self.pushes() {
            Some(PayeeAccount::Method(id)) => {
                let found = store.bank_method(scope, id).await?;
                Some(found.ok_or_else(|| Problem::NotFound(Resource::PaymentMethod)))
            }
            Some(PayeeAccount::Destination(_)) | None => None,
        };
        let owned = accounts.get(&AccountId::Wallet(self.wallet_id));
        if owned.and_then(|account| account.owner) != Some(customer.id) {
            return Err(Problem::NotFound(Resource::Wallet));
        }
        let routes = store::route::from_item(items.take(&key::routes(scope)).as_ref());
        let routes = routes.map_err(corrupt)?;
        let route = self.route().map(|id| routes.iter().find(|route| route.id == id));
        let route = route.map(|route| route.ok_or_else(|| Problem::NotFound(Resource::Route)));
        let route = route.transpose()?;
        let records = Records {
            method: method.transpose()?,
            destination: destination.transpose()?,
            payee_method: payee_method.transpose()?,
            tenant,
            customer,
            accounts,
        };
        self.fit(id, route, records).map(|new| Found::New(Box::new(new)))
    }

    /// Puts the payment together, if all of it fits.
    fn fit(&self, id: PaymentIntentId, route: Option<&Route>, records: Records) -> Result<New> {
        let mut problems: Vec<FieldError> = Vec::new();
        // One reason a field is enough.
        let mut note = |field: &str, message: String| {
            if problems.iter().all(|known| known.field != field) {
                problems.push(FieldError { field: field.to_owned(), message });
            }
        };
        let amount = self.money()?;
        let currency = amount.currency();
        for (field, wallet) in
            [("wallet_id", Some(self.wallet_id)), ("destination_wallet_id", self.receiver())]
        {
            let account = wallet.and_then(|id| records.accounts.get(&AccountId::Wallet(id)));
            if let Some(account) = account.filter(|account| account.currency != currency) {
                note(field, format!("is in {}, and the payment in {currency}", account.currency));
            }
        }
        if self.receiver() == Some(self.wallet_id) {
            note("destination_wallet_id", "must differ from wallet_id".to_owned());
        }
        if let Err(Invalid(why)) = records.tenant.allows(amount) {
            note("amount", why);
        }
        let way = route.map(|route| self.way(route, amount, &records, &mut note));
        if !problems.is_empty() {
            return Err(Problem::Invalid(problems));
        }
        let now = id.minted_at();
        let held = self.hold == Some(true) && self.kind() == IntentType::Transfer;
        let lasts_s = self.hold_expires_in.map_or(DEFAULT_HOLD_S, |seconds| seconds.0);
        let terms = WalletTerms {
            kind: self.kind(),
            wallet: self.wallet_id,
            destination_wallet: self.receiver(),
            way,
            hold: held.then(|| Hold::lasting(lasts_s, now)),
            first: None,
        };
        let intent = PaymentIntent {
            id,
            scope: records.tenant.scope,
            customer: records.customer.id,
            amount,
            terms: Terms::Wallet(terms),
            metadata: self.metadata.clone(),
            status: Status::Pending,
            history: wallet::history(now),
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let for_review = records.tenant.reviews(amount);
        Ok(New { intent, for_review, accounts: records.accounts })
    }

    /// The way in and out; notes what does not fit the route.
    fn way(
        &self,
        route: &Route,
        amount: Money,
        records: &Records,
        note: &mut impl FnMut(&str, String),
    ) -> Way {
        if route.serves() != Some(self.kind()) {
            let serves = route.serves().map_or("nothing", IntentType::as_str);
            note("product_id", format!("serves {serves}, not {}", self.kind().as_str()));
        } else if !route.limits.contains_key(&amount.currency()) {
            note("product_id", format!("does not serve {}", amount.currency()));
        } else if let Err(Invalid(why)) = route.allows(amount) {
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
        let payee = self.pushes()?;
        if let Some(method) = &records.payee_method {
            let push = Push { rail: rail_of(method), payee, token: method.token.clone() };
            return Some(("payee_payment_method_id", push, Some(method.processor.clone())));
        }
        let (rail, token, processor) = match &records.destination.as_ref()?.kind {
            DestinationKind::Bank { token, processor, .. } => {
                (Rail::Ach, token.clone(), Some(processor.clone()))
            }
            DestinationKind::Email { address } => (Rail::Email, address.clone(), None),
        };
        Some(("payee_destination_id", Push { rail, payee, token }, processor))
    }

    /// Answers a request that came before with what was answered first.
    ///
    /// # Errors
    /// 409 naming the fields that differ; 409 with `Retry-After` while the first is being answered.
    pub fn again(&self, earlier: &PaymentIntent) -> Result<Reply> {
        let differing = self.differing(self.money()?, earlier);
        if !differing.is_empty() {
            return Err(Problem::Repeated { differing });
        }
        match payment::first_view(earlier) {
            Some(view) => Ok(Reply::data(&view).header("idempotent-replayed", "true")),
            None => Err(Problem::InProgress { retry_after_s: 1 }),
        }
    }

    /// The fields in which this request differs from the one that made a payment. Fields that its
    /// type does not use never count.
    fn differing(&self, amount: Money, earlier: &PaymentIntent) -> Vec<String> {
        let Some(terms) = earlier.wallet_terms() else { return Vec::new() };
        let payee = terms.push().map(|push| push.payee);
        let (destination, method) = split(payee);
        let (asked_destination, asked_method) = split(self.pushes());
        let held = terms.hold.map(|hold| hold.lasts_s);
        let meaning = |metadata: Option<&Metadata>| metadata.map(Metadata::canonical);
        let asked_held = (self.hold == Some(true) && self.kind() == IntentType::Transfer)
            .then(|| self.hold_expires_in.map_or(DEFAULT_HOLD_S, |seconds| seconds.0));
        let same = [
            ("user_id", self.user_id == earlier.customer),
            ("wallet_id", self.wallet_id == terms.wallet),
            ("amount", amount.minor() == earlier.amount.minor()),
            ("currency", amount.currency() == earlier.amount.currency()),
            ("intent_type", self.kind() == terms.kind),
            ("product_id", self.route() == terms.way.as_ref().map(|way| way.route)),
            ("destination_wallet_id", self.receiver() == terms.destination_wallet),
            ("payment_method_id", self.pulls() == terms.pull().map(|pull| pull.method)),
            ("payee_destination_id", asked_destination == destination),
            ("payee_payment_method_id", asked_method == method),
            ("hold", asked_held.is_some() == held.is_some()),
            ("hold_expires_in", asked_held == held || asked_held.is_some() != held.is_some()),
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

fn corrupt(corrupt: store::Corrupt) -> Problem {
    store::Error::Corrupt(corrupt).into()
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

    fn parse<T>(
        &self,
        key: &Key,
        missing: Problem,
        read: impl Fn(&Item) -> std::result::Result<T, store::Corrupt>,
    ) -> Result<T> {
        let item = self.0.get(key).ok_or(missing)?;
        read(item).map_err(corrupt)
    }
}
