//! A new payment between wallets, or between a wallet and the outside, and how it is put together.
//!
//! Broken fields have the names that callers of the platform surface use: no other has wallets.

mod records;
mod repeat;

use super::{FieldError, Now, Problem, Result, engine};
use crate::{
    digest::sha256,
    model::{
        Amounts, Invalid, Money, Scope, Surface, Time,
        destination::DestinationKind,
        id::{CustomerId, Id, PaymentIntentId, PaymentMethodId, RouteId, WalletId},
        ledger::{Account, AccountId},
        metadata::Metadata,
        payment_intent::{
            PaymentIntent, Status, Terms, WalletTerms,
            wallet::{self, Hold, PayeeAccount, Pull, Push, Way},
        },
        payment_method::{MethodDetail, PaymentMethod},
        route::{IntentType, Rail, Route},
        secret::ProcessorToken,
    },
    store::{self, Consistency, Table, key},
};
use records::{Items, PaymentRecords};
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

    /// Puts the payment together, if all of it fits.
    fn fit(
        &self,
        id: PaymentIntentId,
        route: Option<&Route>,
        records: PaymentRecords,
    ) -> Result<Draft> {
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
    fn way(
        &self,
        route: &Route,
        records: &PaymentRecords,
        note: &mut impl FnMut(&str, String),
    ) -> Way {
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
    fn push(&self, records: &PaymentRecords) -> Option<(&'static str, Push, Option<String>)> {
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
