//! Payments: `GET /v1/platform/payments` and one of them.

use crate::{
    http::{
        Result,
        field::{Field, PageLimit, Text},
        platform::page::{Asked, Page},
    },
    model::{
        Invalid, Money, Scope, Time,
        card::FailureReason,
        id::{
            CustomerId, DestinationId, MerchantAccountId, PaymentIntentId, PaymentMethodId,
            RouteId, WalletId,
        },
        payment_intent::{
            ChargeTerms, LinkTerms, PaymentIntent, StatusName, Terms, WalletTerms,
            wallet::{Hold, PayeeAccount},
        },
        route::IntentType,
    },
    store::intent::IntentFilter,
};
use derive::{Body, View};
use serde_json::{Value, json, value::RawValue};

/// The one type of payment that links make.
const CARD_LINK: &str = "card_link";

/// Which payments to list.
#[derive(Body)]
pub struct ListPayments {
    /// Only payments of this user.
    pub user_id: Option<CustomerId>,
    /// From or into this wallet only, as the payment's own `wallet_id` says.
    pub wallet_id: Option<WalletId>,
    /// Only payments in this status.
    pub status: Option<PaymentStatus>,
    /// Only payments of this type.
    pub intent_type: Option<PaymentType>,
    /// Made at or after. A payment is listed at the latest 60 seconds after its `created_at`: whoever
    /// asks again from the newest one goes back 60 seconds from it, and misses none.
    pub created_from: Option<Time>,
    /// Only what was made at this moment or earlier, in RFC 3339.
    pub created_to: Option<Time>,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
    /// The `next_cursor` that the page before answered, with the same filters.
    pub cursor: Option<Text<1, 200>>,
}

/// A status in this surface's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentStatus(StatusName);

/// A type of payment; none for payments through links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentType(Option<IntentType>);

impl Field for PaymentStatus {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let text = Text::<1, 20>::read(json)?.0;
        let found = shown().find(|status| status.as_str() == text);
        found
            .map(Self)
            .ok_or_else(|| Invalid::new(format!("must be a status of a payment, not {text:?}")))
    }

    fn schema() -> Value {
        let names: Vec<&str> = shown().map(StatusName::as_str).collect();
        json!({"type": "string", "enum": names})
    }

    fn meaning(&self) -> String {
        self.0.as_str().to_owned()
    }
}

/// The statuses this surface shows.
fn shown() -> impl Iterator<Item = StatusName> {
    StatusName::ALL.iter().copied().filter(|status| *status != StatusName::RequiresAction)
}

impl Field for PaymentType {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let text = Text::<1, 50>::read(json)?.0;
        let names = type_names();
        let kind = text.parse().ok();
        if names.contains(&text.as_str()) {
            return Ok(Self(kind));
        }
        Err(Invalid::new(format!("must be one of {}", names.join(", "))))
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": type_names()})
    }

    fn meaning(&self) -> String {
        self.0.map_or(CARD_LINK, IntentType::as_str).to_owned()
    }
}

fn type_names() -> Vec<&'static str> {
    IntentType::ALL.iter().map(|kind| kind.as_str()).chain([CARD_LINK]).collect()
}

impl ListPayments {
    /// The page that is asked for.
    ///
    /// # Errors
    /// 422 for a cursor of another list.
    pub fn page(&self, scope: Scope, now: Time) -> Result<Page> {
        let asked = Asked {
            list: format!(
                "payments {:?} {:?} {:?} {:?} {:?} {:?}",
                self.user_id,
                self.wallet_id,
                self.status,
                self.intent_type,
                self.created_from,
                self.created_to
            ),
            limit: self.limit,
            cursor: self.cursor.as_ref().map(|cursor| cursor.0.as_str()),
            from: self.created_from,
            until: self.created_to,
        };
        Page::of(scope, asked, now)
    }

    /// Which payments are asked for.
    pub fn filter(&self) -> IntentFilter {
        let statuses: Option<&'static [StatusName]> = self.status.map(|status| match status.0 {
            StatusName::Pending => &[StatusName::Pending][..],
            StatusName::PendingReview => &[StatusName::PendingReview],
            StatusName::Processing | StatusName::RequiresAction => {
                &[StatusName::Processing, StatusName::RequiresAction]
            }
            StatusName::Held => &[StatusName::Held],
            StatusName::Succeeded => &[StatusName::Succeeded],
            StatusName::Settled => &[StatusName::Settled],
            StatusName::Failed => &[StatusName::Failed],
            StatusName::Expired => &[StatusName::Expired],
            StatusName::Canceled => &[StatusName::Canceled],
        });
        IntentFilter {
            customer: self.user_id,
            wallet: self.wallet_id,
            statuses,
            kind: self.intent_type.map(|kind| kind.0),
        }
    }
}

/// The card of a payment.
#[derive(View)]
pub struct CardView {
    /// The card's scheme, such as `visa`.
    pub brand: String,
    /// The last four digits of the number.
    pub last4: String,
    /// The month in which the card expires, 1 to 12.
    pub exp_month: u8,
    /// The year in which the card expires, in four digits.
    pub exp_year: u16,
}

/// Money in escrow.
#[derive(View)]
pub struct HoldView {
    /// From then on it reads as back with the sender: RFC 3339.
    pub expires_at: String,
    /// Still in escrow, in major units.
    pub held_amount: String,
    /// Went to the receiver so far.
    pub released_amount: String,
    /// What went back to the sender, in major units.
    pub returned_amount: String,
}

/// A payment.
#[derive(View)]
pub struct PaymentView {
    /// The payment's id, a UUID.
    pub payment_intent_id: PaymentIntentId,
    /// The status that it has now.
    pub status: &'static str,
    /// `funding`, `payout`, `transfer`, `relay`; `card_link` for payments through links.
    pub intent_type: &'static str,
    /// The user who pays, or started it.
    pub user_id: Option<CustomerId>,
    /// The wallet that pays, or is filled. Null for payments through links.
    pub wallet_id: Option<WalletId>,
    /// Major units, with the currency's decimals.
    pub amount: String,
    /// The currency's code, as in ISO 4217.
    pub currency: String,
    /// The product, for money that comes from or goes to outside.
    pub product_id: Option<RouteId>,
    /// The wallet that receives a transfer.
    pub destination_wallet_id: Option<WalletId>,
    /// The payer's card or bank account; for a link the card that was saved.
    pub payment_method_id: Option<PaymentMethodId>,
    /// Where the payee takes the money, as it was named.
    pub payee_payment_method_id: Option<PaymentMethodId>,
    /// Where the payee takes the money, as it was named.
    pub payee_destination_id: Option<DestinationId>,
    /// The merchant account that charges, for payments through links.
    pub card_processing_id: Option<MerchantAccountId>,
    /// The card that was submitted on a link's page.
    pub card: Option<CardView>,
    /// Why it failed, in a code; null unless it did.
    pub failure_reason: Option<&'static str>,
    /// Where the money is, when a relay could not pass it on.
    pub money_in_wallet_id: Option<WalletId>,
    /// Whether the money waits in escrow until it is released.
    pub hold: bool,
    /// What is in escrow, and until when; null for payments without one.
    pub hold_details: Option<HoldView>,
    /// Your own data, returned as you sent it.
    pub metadata: Option<Box<RawValue>>,
    /// Where the buyer of a link may go afterwards.
    pub return_url: Option<String>,
    /// When the link stops working, or the hold ends: RFC 3339.
    pub expires_at: Option<String>,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// When it last changed, as an RFC 3339 time.
    pub updated_at: String,
}

/// An intent as this surface shows it at `now`.
pub fn view(intent: &PaymentIntent, now: Time) -> PaymentView {
    let standing = Standing {
        status: intent.status_at(now),
        failure: intent.status.failure(),
        updated_at: intent.updated_at(now),
    };
    match &intent.terms {
        Terms::Link(terms) => link_view(intent, terms, &standing),
        Terms::Charge(terms) => charge_view(intent, terms, &standing),
        Terms::Wallet(terms) => wallet_view(intent, terms, terms.hold, &standing),
    }
}

/// A payment between wallets as the request for it was first answered: for a request that comes
/// again. `None` while the first one has no answer yet.
pub fn first_view(intent: &PaymentIntent) -> Option<PaymentView> {
    let terms = intent.wallet_terms()?;
    let first = terms.first?;
    let hold = terms.hold.map(|hold| Hold { released: 0, given_back: 0, ..hold });
    let standing = Standing { status: first.status, failure: first.failure, updated_at: first.at };
    Some(wallet_view(intent, terms, hold, &standing))
}

/// What changes about a payment.
struct Standing {
    status: StatusName,
    failure: Option<FailureReason>,
    updated_at: Time,
}

/// A charge of a saved card, made on another surface: by card, like a link, without a page.
fn charge_view(intent: &PaymentIntent, terms: &ChargeTerms, standing: &Standing) -> PaymentView {
    PaymentView {
        payment_method_id: Some(terms.method),
        card_processing_id: Some(terms.account.id),
        card: card_view(intent),
        ..bare_view(intent, CARD_LINK, standing)
    }
}

fn card_view(intent: &PaymentIntent) -> Option<CardView> {
    intent.status.attempt().map(|attempt| CardView {
        brand: attempt.card.brand.clone(),
        last4: attempt.card.last4.clone(),
        exp_month: attempt.card.exp_month,
        exp_year: attempt.card.exp_year,
    })
}

fn link_view(intent: &PaymentIntent, terms: &LinkTerms, standing: &Standing) -> PaymentView {
    PaymentView {
        payment_method_id: intent.status.saved_method(),
        card_processing_id: Some(terms.link.account.id),
        card: card_view(intent),
        return_url: terms.link.return_url.clone(),
        expires_at: terms.link.expires_at.map(Time::rfc3339),
        ..bare_view(intent, CARD_LINK, standing)
    }
}

fn wallet_view(
    intent: &PaymentIntent,
    terms: &WalletTerms,
    hold: Option<Hold>,
    standing: &Standing,
) -> PaymentView {
    let payee = terms.push().map(|push| push.payee);
    let (payee_payment_method_id, payee_destination_id) = match payee {
        Some(PayeeAccount::Method(id)) => (Some(id), None),
        Some(PayeeAccount::Destination(id)) => (None, Some(id)),
        None => (None, None),
    };
    let stuck = standing.failure == Some(FailureReason::PayoutLegFailed);
    PaymentView {
        wallet_id: Some(terms.wallet),
        product_id: terms.way.as_ref().map(|way| way.route),
        destination_wallet_id: terms.destination_wallet,
        payment_method_id: terms.pull().map(|pull| pull.method),
        payee_payment_method_id,
        payee_destination_id,
        money_in_wallet_id: stuck.then_some(terms.wallet),
        hold: hold.is_some(),
        hold_details: hold.map(|hold| hold_view(intent, &hold, standing)),
        expires_at: hold.map(|hold| hold.expires_at.rfc3339()),
        ..bare_view(intent, terms.kind.as_str(), standing)
    }
}

/// A hold past its time reads as given back, whether or not anybody has written that down.
fn hold_view(intent: &PaymentIntent, hold: &Hold, standing: &Standing) -> HoldView {
    let amount = intent.amount().minor();
    let held = standing.status == StatusName::Held;
    let left = if held { hold.left(amount) } else { 0 };
    let expired = standing.status == StatusName::Expired;
    let given_back = if expired { amount - hold.released } else { hold.given_back };
    let major = |minor| Money::from_minor(minor, intent.amount().currency()).major();
    HoldView {
        expires_at: hold.expires_at.rfc3339(),
        held_amount: major(left),
        released_amount: major(hold.released),
        returned_amount: major(given_back),
    }
}

fn bare_view(intent: &PaymentIntent, kind: &'static str, standing: &Standing) -> PaymentView {
    PaymentView {
        payment_intent_id: intent.id,
        status: status_text(standing.status),
        intent_type: kind,
        user_id: intent.customer,
        wallet_id: None,
        amount: intent.amount().major(),
        currency: intent.amount().currency().code().to_owned(),
        product_id: None,
        destination_wallet_id: None,
        payment_method_id: None,
        payee_payment_method_id: None,
        payee_destination_id: None,
        card_processing_id: None,
        card: None,
        failure_reason: standing.failure.map(FailureReason::as_str),
        money_in_wallet_id: None,
        hold: false,
        hold_details: None,
        metadata: intent.metadata.as_ref().and_then(|m| m.raw().map(ToOwned::to_owned)),
        return_url: None,
        expires_at: None,
        created_at: intent.created_at.rfc3339(),
        updated_at: standing.updated_at.rfc3339(),
    }
}

/// A status in this surface's words: a challenge is a matter between the buyer and the bank.
fn status_text(status: StatusName) -> &'static str {
    match status {
        StatusName::RequiresAction => StatusName::Processing.as_str(),
        StatusName::Pending
        | StatusName::PendingReview
        | StatusName::Processing
        | StatusName::Held
        | StatusName::Succeeded
        | StatusName::Settled
        | StatusName::Failed
        | StatusName::Expired
        | StatusName::Canceled => status.as_str(),
    }
}
