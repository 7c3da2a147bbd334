//! Refunds: what requests say of them, and how they are shown.

use super::{
    field::{Line, Moment},
    list::{Asked, Next, Page},
    payment_link::created_by,
};
use crate::{
    http::{
        Reply, Request, Result,
        body::Body as _,
        field::{Amount, Field, PageLimit},
        meaning,
    },
    model::{
        Currency, Invalid, Money, Scope, Time,
        actor::Actor,
        card::FailureReason,
        id::{CheckoutSessionId, PaymentIntentId, RefundId},
        refund::{Refund, RefundStatus, RefundStatusName},
    },
    operations::{
        Problem, Resource,
        refunds::{AskedAmount, RefundFilter, RefundWish},
    },
    store::list::Listing,
    webhook::payload::links::refund_status,
};
use derive::{Body, View};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Money that is to go back to a buyer.
#[derive(Body)]
pub struct RefundTransaction {
    /// Why, in your own words; buyers do not see it.
    pub reason: Line<1, 500>,
    /// How much; all that is left when absent.
    pub amount: Option<Amount>,
}

/// Which refunds to list.
#[derive(Body)]
pub struct ListRefunds {
    /// `processing`, `completed` or `failed`; `pending` and `rejected` are reserved.
    pub status: Option<RefundState>,
    /// Of one transaction: `TX...` or `ord_...`.
    pub transaction_id: Option<Line<1, 40>>,
    /// The id of a refund, of its transaction or of the order: exactly.
    pub search: Option<Line<1, 254>>,
    /// Asked for at or after this moment.
    pub from: Option<Moment>,
    /// Asked for before or at this moment.
    pub to: Option<Moment>,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
    /// The `next_cursor` that the page before answered, with the same filters.
    pub cursor: Option<Line<1, 1000>>,
}

/// A refund's status as this surface names it. Some are reserved, and found nowhere.
#[derive(Debug, Clone, Copy)]
pub struct RefundState(&'static str);

const STATES: [&str; 5] = ["pending", "processing", "completed", "failed", "rejected"];

/// The answer to a refund that was asked for.
#[derive(View)]
pub struct RequestedRefundView {
    /// Always `processing`: what became of it is told by `refund.status_changed`.
    pub status: &'static str,
    /// The refund's id, `RF...`.
    pub refund_id: String,
    /// The same as `refund_id`.
    pub refund_public_id: String,
    /// The transaction's id, `TX...`.
    pub transaction_id: String,
    /// What goes back in major units, tax included.
    pub amount: String,
    /// What the amount is in, ISO 4217 in upper case.
    pub currency: String,
    /// The amount, where it is in USD.
    pub amount_usd: Option<String>,
    /// What goes back, in minor units of the currency, tax included.
    pub amount_in_cents: i64,
}

/// A refund.
#[derive(View)]
pub struct RefundView {
    /// The refund's id, `RF...`.
    pub id: String,
    /// The transaction's id, `TX...`.
    pub transaction_id: String,
    /// The checkout's id, `ord_...`.
    pub order_id: String,
    /// The id of the link that was paid; null where there was none.
    pub payment_link_id: Option<String>,
    /// `processing` while the processor has not answered, then `completed` or `failed`.
    pub status: &'static str,
    /// What goes back in major units, tax included.
    pub amount: String,
    /// The tax in it; null until it is completed.
    pub tax_part: Option<String>,
    /// What the amounts are in, ISO 4217 in upper case.
    pub currency: String,
    /// The reason as it was given with the request; null for none.
    pub reason: Option<String>,
    /// Why it failed, in a code; null unless it did.
    pub failure_code: Option<&'static str>,
    /// The member, or the API key.
    pub requested_by: String,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// RFC 3339; null unless the money went back.
    pub completed_at: Option<String>,
}

/// A page of refunds.
#[derive(View)]
pub struct RefundList {
    /// The refunds of this page, newest first.
    pub results: Vec<RefundView>,
    /// The address of the next page; null at the end.
    pub next: Option<String>,
    /// The cursor of the next page; null at the end.
    pub next_cursor: Option<String>,
    /// Always null: lists go on, not back.
    pub previous: Option<String>,
    /// How far rows were looked at in vain, RFC 3339.
    pub looked_until: Option<String>,
}

impl Field for RefundState {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let unknown = || Invalid::new(format!("must be one of {}", STATES.join(", ")));
        let text: String = serde_json::from_str(json).map_err(|_| unknown())?;
        let text = text.trim().to_lowercase();
        STATES.into_iter().find(|state| *state == text).map(Self).ok_or_else(unknown)
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": STATES})
    }

    fn meaning(&self) -> String {
        self.0.to_owned()
    }
}

impl RefundTransaction {
    /// The refund that somebody asks for, who may refund so much at once.
    pub fn command(
        self,
        scope: Scope,
        payment: PaymentIntentId,
        requested_by: Actor,
        at_most: BTreeMap<Currency, Money>,
    ) -> RefundWish {
        RefundWish {
            scope,
            payment,
            transaction: None,
            named: Resource::Payment,
            amount: self.amount.map_or(AskedAmount::Rest, |Amount(text)| AskedAmount::Major(text)),
            say: |money| meaning::number(&money.major()),
            reason: Some(self.reason.0),
            metadata: None,
            requested_by,
            at_most,
        }
    }
}

/// Refunds that are asked for; without a filter where none can be meant.
pub type AskedRefunds = Asked<Option<RefundFilter>>;

impl ListRefunds {
    /// What is asked for.
    ///
    /// # Errors
    /// A cursor of another list.
    pub fn command(&self, scope: Scope, now: Time) -> Result<AskedRefunds> {
        let page = Page::of(scope, "refunds", &self.meaning(), self.limit, self.cursor.as_ref())?;
        let slice = page.slice(self.from, self.to, now);
        Ok(AskedRefunds { filter: self.filter(), page, slice })
    }

    /// What is wanted; `None` where nothing can be: an id of no thing, two things, a reserved status.
    fn filter(&self) -> Option<RefundFilter> {
        let mut filter = RefundFilter::default();
        if let Some(Line(text)) = &self.transaction_id {
            filter.payment = Some(payment(text)?);
        }
        if let Some(Line(text)) = &self.search {
            match (RefundId::from_links_form(text), payment(text)) {
                (Some(id), _) => filter.id = Some(id),
                (None, Some(named)) if filter.payment.is_none_or(|known| known == named) => {
                    filter.payment = Some(named);
                }
                (None, _) => return None,
            }
        }
        if let Some(RefundState(name)) = self.status {
            let named = |status: &RefundStatusName| refund_status(*status) == name;
            filter.status = Some(RefundStatusName::ALL.iter().copied().find(named)?);
        }
        Some(filter)
    }
}

/// The payment that a text names, by its own id or its order's.
fn payment(text: &str) -> Option<PaymentIntentId> {
    let order =
        || Some(PaymentIntentId::from_uuid(*CheckoutSessionId::from_links_form(text)?.uuid()));
    PaymentIntentId::from_links_form(text).or_else(order)
}

/// The refund that a request's path names.
pub fn in_path(req: &Request) -> Result<RefundId> {
    RefundId::from_links_form(req.path("id")).ok_or(Problem::NotFound(Resource::Refund))
}

/// A page of refunds, with where the next one is.
pub fn list(found: &Listing<Refund>, asked: &AskedRefunds, req: &Request, base: &str) -> Reply {
    let Next { url, cursor, looked_until } = asked.page.next_by_time(found, req, base);
    Reply::json(&RefundList {
        results: found.entries.iter().map(view).collect(),
        next: url,
        next_cursor: cursor,
        previous: None,
        looked_until,
    })
}

/// The answer to a refund that was asked for, whatever became of it meanwhile.
pub fn requested(refund: &Refund) -> RequestedRefundView {
    let id = refund.id.links_form();
    let (amount, currency) = (refund.amount.major(), refund.amount.currency());
    RequestedRefundView {
        status: refund_status(RefundStatusName::Processing),
        refund_id: id.clone(),
        refund_public_id: id,
        transaction_id: refund.payment.links_form(),
        amount_usd: (currency == Currency::USD).then(|| amount.clone()),
        amount,
        currency: currency.code().to_owned(),
        amount_in_cents: refund.amount.minor(),
    }
}

/// A refund as this surface shows it.
pub fn view(refund: &Refund) -> RefundView {
    let (tax, at, failure) = match &refund.status {
        RefundStatus::Succeeded { tax, at, .. } => (Some(tax.major()), Some(*at), None),
        RefundStatus::Failed { reason } => (None, None, Some(*reason)),
        RefundStatus::Processing { .. } => (None, None, None),
    };
    RefundView {
        id: refund.id.links_form(),
        transaction_id: refund.payment.links_form(),
        order_id: CheckoutSessionId::from_uuid(*refund.payment.uuid()).links_form(),
        payment_link_id: refund.link.map(|link| link.to_string()),
        status: refund_status(refund.status.name()),
        amount: refund.amount.major(),
        tax_part: tax,
        currency: refund.amount.currency().code().to_owned(),
        reason: refund.reason.clone(),
        failure_code: failure.map(FailureReason::as_str),
        requested_by: created_by(refund.requested_by),
        created_at: refund.created_at.rfc3339(),
        completed_at: at.map(Time::rfc3339),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{http::body::Fields, model::Id};

    fn asked(query: &str) -> ListRefunds {
        Fields::from_json(query).unwrap().read().unwrap()
    }

    #[test]
    fn refunds_are_searched_by_the_ids_that_name_them() {
        let id: RefundId = Id::mint(Time::from_ms(5), [3; 10]);
        let payment: PaymentIntentId = Id::mint(Time::from_ms(6), [4; 10]);
        let order = CheckoutSessionId::from_uuid(*payment.uuid()).links_form();
        let search = |text: &str| asked(&json!({"search": text}).to_string()).filter();
        assert_eq!(search(&id.links_form()).unwrap().id, Some(id));
        for text in [payment.links_form(), order.to_lowercase()] {
            assert_eq!(search(&text).unwrap().payment, Some(payment), "{text}");
        }
        assert!(search("ada@example.com").is_none());
        let both = json!({"search": order, "transaction_id": payment.links_form()});
        assert_eq!(asked(&both.to_string()).filter().unwrap().payment, Some(payment));
        let other: PaymentIntentId = Id::mint(Time::from_ms(7), [4; 10]);
        let both = json!({"search": order, "transaction_id": other.links_form()});
        assert!(asked(&both.to_string()).filter().is_none());
    }

    #[test]
    fn reserved_statuses_find_nothing() {
        let by = |status: &str| asked(&json!({"status": status}).to_string()).filter();
        assert_eq!(by("completed").unwrap().status, Some(RefundStatusName::Succeeded));
        assert_eq!(by("failed").unwrap().status, Some(RefundStatusName::Failed));
        assert!(by("pending").is_none() && by("rejected").is_none());
    }
}
