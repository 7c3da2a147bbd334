//! Records to test with.
//!
//! Their times lie far ahead, so that no worker of the local stack finds anything due in them.

use crate::clock;
use shared::{
    model::{
        Amounts, Currency, Mode, Money, Scope, Surface, Time,
        card::{CardSummary, FailureReason},
        customer::{Customer, MerchantAccount, MerchantAccountStatus},
        event::{EventType, History},
        id::{CustomerId, Id, MerchantAccountId, PaymentIntentId},
        metadata::Metadata,
        payment_intent::{
            Attempt, CardSuccess, ChargingAccount, Invoicing, LinkTerms, PaymentIntent, Status,
            StatusName, Success, Terms, Work,
        },
        payment_link::{Limit, LinkAttempts, OneTimeLink},
        refund::Refundable,
        tenant::{Setup, Tenant},
    },
    store::{Item, Key},
};

/// When everything here happens.
pub fn someday() -> Time {
    Time::parse("2090-03-14T10:00:00Z").unwrap()
}

/// A tenant that nobody else has.
pub fn scope() -> Scope {
    Scope { tenant: clock::new_id(), mode: Mode::Test }
}

/// A partition that nobody else has.
pub fn key(sk: &str) -> impl Fn() -> Key + use<> {
    let key = Key { pk: format!("test#{}", clock::new_id::<()>()), sk: sk.to_owned() };
    move || key.clone()
}

/// A new item at version 1.
pub fn item(key: &Key) -> Item {
    key.item().with("v", 1_i64)
}

/// A fresh id made at `at`.
pub fn id_at<K>(at: Time) -> Id<K> {
    Id::mint(at, clock::random())
}

/// A pending intent of size and shape as they are in production.
pub fn intent(scope: Scope, customer: CustomerId, at: Time) -> PaymentIntent {
    let id: PaymentIntentId = id_at(at);
    PaymentIntent {
        id,
        scope,
        surface: Surface::Platform,
        customer: Some(customer),
        customer_own_id: None,
        amounts: Amounts::untaxed(Money::from_minor(12_50, Currency::USD)),
        description: String::new(),
        terms: Terms::Link(LinkTerms {
            link: OneTimeLink {
                account: ChargingAccount {
                    id: id_at(at),
                    processor: "simulator".to_owned(),
                    connected: None,
                    statement: None,
                },
                payee: "Corner Shop".to_owned(),
                attempts: LinkAttempts::none(Limit::ONE),
                expires_at: Some(at.plus_seconds(600)),
                allowed_origins: vec!["https://shop.example".parse().unwrap()],
                return_url: Some("https://shop.example/thanks".to_owned()),
            },
            declined: Vec::new(),
            request: None,
        }),
        metadata: Some(Metadata::new(r#"{"order":"A-1001"}"#).unwrap()),
        status: Status::Pending,
        history: History::starting(EventType::PaymentIntentCreated, at),
        created_at: at,
        updated_at: at,
        version: 1,
    }
}

/// A submit.
pub fn attempt(at: Time) -> Attempt {
    let card = CardSummary {
        brand: "visa".to_owned(),
        last4: "4242".to_owned(),
        exp_month: 12,
        exp_year: 2099,
        fingerprint: "q1w2e3r4t5z6u7i8o9p0aa".to_owned(),
        country: None,
    };
    Attempt { id: id_at(at), card, save_card: false, buyer: None, billing: None, charged: None }
}

/// The statuses a payment through a link can have.
pub const LINK_STATUSES: [StatusName; 7] = [
    StatusName::Pending,
    StatusName::Processing,
    StatusName::RequiresAction,
    StatusName::Succeeded,
    StatusName::Failed,
    StatusName::Expired,
    StatusName::Canceled,
];

/// An intent whose link takes so many submits more.
pub fn with_attempts(mut intent: PaymentIntent, attempts_left: u32) -> PaymentIntent {
    let limit = Limit::at_most(Some(attempts_left.max(1))).unwrap();
    let attempts = LinkAttempts::with_left(limit, attempts_left);
    intent.link_terms_mut().unwrap().link.attempts = attempts;
    intent
}

/// An intent through a link in a status, with what belongs to it.
pub fn in_status(intent: PaymentIntent, status: StatusName) -> PaymentIntent {
    let at = intent.created_at.plus_seconds(10);
    let until = at.plus_seconds(30);
    let attempt = attempt(at);
    let status = match status {
        StatusName::Pending => Status::Pending,
        StatusName::Processing => Status::Processing { work: Work::Card(attempt), until },
        StatusName::RequiresAction => Status::RequiresAction { attempt, until },
        StatusName::Succeeded => {
            let charge = format!("ch_{}", attempt.id);
            let (invoicing, refundable) =
                (Invoicing::default(), Refundable::all_of(intent.amounts));
            Status::Succeeded(Success::Card(CardSuccess {
                attempt,
                charge,
                payment_method: None,
                invoicing,
                refundable,
            }))
        }
        StatusName::Failed => {
            Status::Failed { attempt: Some(attempt), reason: FailureReason::CardDeclined }
        }
        StatusName::Expired => Status::Expired,
        StatusName::Canceled => Status::Canceled,
        StatusName::PendingReview | StatusName::Held | StatusName::Settled => {
            panic!("a payment through a link is never {}", status.as_str())
        }
    };
    PaymentIntent { status, ..intent }
}

/// A tenant without routes.
pub fn setup(scope: Scope) -> Setup {
    let tenant = Tenant {
        scope,
        name: "Corner Shop".to_owned(),
        allowed_origins: vec!["https://shop.example".parse().unwrap()],
        limits: [(Currency::USD, Money::from_minor(1_000_000, Currency::USD))].into(),
        review: [].into(),
        created_at: scope.tenant.minted_at(),
        version: 1,
    };
    Setup { tenant, routes: vec![] }
}

/// A customer with one approved merchant account.
pub fn customer(scope: Scope, at: Time) -> Customer {
    let id: CustomerId = id_at(at);
    let customer = Customer::new(id, scope, "Ada Lovelace".into(), format!("ada-{id}@example.com"));
    let account = MerchantAccount {
        id: MerchantAccountId::mint(at, clock::random()),
        status: MerchantAccountStatus::Approved,
        descriptor: "CORNER SHOP".to_owned(),
        processor: "simulator".to_owned(),
        connected: None,
        created_at: at,
    };
    Customer { merchant_accounts: vec![account], ..customer }
}
