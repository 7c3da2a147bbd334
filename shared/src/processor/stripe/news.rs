//! Stripe's events. They say that there is something to read, and nothing else of them is believed: they
//! come late, twice and out of order. What they name is read at Stripe, as it is now.
//!
//! Accounts may serve other systems, too. What is not ours is known by what is noted with its payment.

use super::{
    Stripe, amounts,
    api::{Api, Refusal, StripeFault},
    objects::{PaymentMarks, StripeDispute, StripePayment, StripeStatus, ToldRefund},
    out_of_reach,
    places::{Placed, is_id},
};
use crate::{
    model::{
        Mode, Scope, Time,
        dispute::{DisputeReading, DisputeStatus},
        id::{AttemptId, PaymentIntentId, RefundId},
        refund::RefundReading,
    },
    processor::Unreachable,
};
use serde::{Deserialize, de::DeserializeOwned};
use strum::{EnumString, IntoStaticStr};

/// Events that are read, by type. An account sends more of them where its owner asks for more: those
/// are passed over.
pub const EVENTS: [&str; 11] = [
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
];

/// What kind of object an event names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum StripeThing {
    /// A payment, `pi_...`.
    PaymentIntent,
    /// A refund, `re_...`.
    Refund,
    /// A dispute, `du_...` or `dp_...`.
    Dispute,
}

/// What is taken from an event: names, and nothing that it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeNotice {
    /// The event's own id, `evt_...`.
    pub event: String,
    /// What kind of object it names.
    pub thing: StripeThing,
    /// The id of the object, whose prefix says what it is.
    pub object: String,
    /// The connected account in which it is; none for the tenant's own.
    pub account: Option<String>,
}

/// An event, as it is sent and listed.
#[derive(Deserialize)]
pub(super) struct EventBody {
    /// `evt_...`.
    pub(super) id: String,
    #[serde(rename = "type")]
    kind: String,
    livemode: Option<bool>,
    /// The connected account that it is of, where it came by Connect.
    pub(super) account: Option<String>,
    data: EventData,
}

#[derive(Deserialize)]
struct EventData {
    object: EventObject,
}

#[derive(Deserialize)]
struct EventObject {
    id: Option<String>,
    object: Option<String>,
}

impl StripeNotice {
    /// Reads an event of this mode; `None` for one that there is nothing to do about. Connect sends the
    /// events of test mode to addresses of live mode, too.
    pub fn parse(body: &[u8], mode: Mode) -> Option<Self> {
        Self::of(serde_json::from_slice(body).ok()?, mode)
    }

    /// The same of an event that was read already.
    pub(super) fn of(event: EventBody, mode: Mode) -> Option<Self> {
        if event.livemode.is_some_and(|live| live != (mode == Mode::Live)) {
            return None;
        }
        let object = event.data.object;
        let thing = object.object?.parse().ok()?;
        let read = EVENTS.contains(&event.kind.as_str());
        let notice = Self { event: event.id, thing, object: object.id?, account: event.account };
        (read && notice.is_well_formed()).then_some(notice)
    }

    /// Whether its names are names of Stripe's: they become part of addresses there.
    pub fn is_well_formed(&self) -> bool {
        let object = |prefix| is_id(prefix, &self.object);
        let named = match self.thing {
            StripeThing::PaymentIntent => object("pi_"),
            StripeThing::Refund => object("re_") || object("pyr_"),
            StripeThing::Dispute => object("du_") || object("dp_"),
        };
        let connected = self.account.as_deref().is_none_or(|account| is_id("acct_", account));
        named && connected && is_id("evt_", &self.event)
    }
}

/// Something that Stripe says of a payment of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeNews {
    /// Our id of the payment that it is about.
    pub payment: PaymentIntentId,
    /// The submit that was charged with it.
    pub attempt: AttemptId,
    /// The reference under which the charge is kept.
    pub charge: String,
    /// What there is to say.
    pub fact: StripeFact,
}

/// What there is to say of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StripeFact {
    /// Its charge is over, or nothing more comes of it without us.
    ChargeOver {
        /// Whether money was taken.
        taken: bool,
    },
    /// A refund that we have asked for: whoever asks is told what became of it.
    OurRefund {
        /// Our id of it.
        id: RefundId,
        /// Whether it has failed.
        failed: bool,
    },
    /// A refund that was made without us, and has succeeded.
    OtherRefund(RefundReading),
    /// A refund that was made without us, and has failed: perhaps after it had succeeded.
    OtherRefundFailed(RefundReading),
    /// A dispute.
    Dispute(DisputeReading),
}

impl Stripe<'_> {
    /// Reads at Stripe what an event names; `None` where that is nothing of ours, or says nothing yet, and
    /// for a tenant without an account.
    ///
    /// # Errors
    /// Stripe, or the tenant's account, cannot be reached: it can be asked again.
    pub async fn read_notice(
        &self,
        scope: Scope,
        notice: &StripeNotice,
    ) -> Result<Option<StripeNews>, Unreachable> {
        let Some(account) = self.accounts.account(self.store, scope).await? else {
            return Ok(None);
        };
        let (connected, id) = (notice.account.as_deref(), notice.object.as_str());
        let asking = Asking { api: self.api(&account, connected), scope, connected };
        match notice.thing {
            StripeThing::PaymentIntent => asking.about_payment(id).await,
            StripeThing::Refund => asking.about_refund(id).await,
            StripeThing::Dispute => asking.about_dispute(id).await,
        }
    }
}

/// Who asks, and in which account.
struct Asking<'a> {
    api: Api<'a>,
    scope: Scope,
    connected: Option<&'a str>,
}

impl Asking<'_> {
    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, Unreachable> {
        match self.api.get(path).await {
            Ok(found) => Ok(Some(found)),
            Err(StripeFault::Refused(Refusal::Missing, _)) => Ok(None),
            Err(fault) => Err(out_of_reach(self.scope, &fault)),
        }
    }

    async fn payment(&self, id: &str) -> Result<Option<StripePayment>, Unreachable> {
        if !is_id("pi_", id) {
            return Ok(None);
        }
        self.get(&format!("/v1/payment_intents/{id}")).await
    }

    /// One that waits for its buyer, or for whoever is about to confirm it, is left alone.
    async fn about_payment(&self, id: &str) -> Result<Option<StripeNews>, Unreachable> {
        let Some(payment) = self.payment(id).await? else { return Ok(None) };
        let declined = payment.last_payment_error.is_some();
        let over = match payment.status {
            StripeStatus::Succeeded => Some(true),
            StripeStatus::Canceled => Some(false),
            StripeStatus::RequiresPaymentMethod => declined.then_some(false),
            StripeStatus::RequiresConfirmation
            | StripeStatus::RequiresAction
            | StripeStatus::RequiresCapture
            | StripeStatus::Processing => None,
        };
        Ok(over.and_then(|taken| self.news(&payment, StripeFact::ChargeOver { taken })))
    }

    async fn about_refund(&self, id: &str) -> Result<Option<StripeNews>, Unreachable> {
        let told: Option<ToldRefund> = self.get(&format!("/v1/refunds/{id}")).await?;
        let Some(refund) = told else { return Ok(None) };
        let named = refund.payment_intent.as_deref().unwrap_or_default();
        let Some(payment) = self.payment(named).await? else { return Ok(None) };
        let status = refund.status.as_deref();
        let ours = refund.metadata.paylink_refund.as_deref().and_then(|id| id.parse().ok());
        let fact = match ours {
            Some(id) => {
                let failed = matches!(status, Some("failed" | "canceled"));
                Some(StripeFact::OurRefund { id, failed })
            }
            None => match status {
                Some("succeeded") => Some(StripeFact::OtherRefund(self.made_elsewhere(&refund)?)),
                Some("failed" | "canceled") => {
                    Some(StripeFact::OtherRefundFailed(self.made_elsewhere(&refund)?))
                }
                _ => None,
            },
        };
        Ok(fact.and_then(|fact| self.news(&payment, fact)))
    }

    fn made_elsewhere(&self, refund: &ToldRefund) -> Result<RefundReading, Unreachable> {
        let amount = amounts::from_stripe(refund.amount, &refund.currency).ok_or_else(|| {
            let Scope { tenant, mode } = self.scope;
            let (id, currency) = (&refund.id, &refund.currency);
            Unreachable(format!("{tenant} {mode}: {id} is of {} {currency}", refund.amount))
        })?;
        Ok(RefundReading {
            reference: self.placed(&refund.id),
            amount,
            reason: refund.reason.clone(),
            made_at: Time::from_ms(refund.created.saturating_mul(1_000)),
        })
    }

    async fn about_dispute(&self, id: &str) -> Result<Option<StripeNews>, Unreachable> {
        let told: Option<StripeDispute> = self.get(&format!("/v1/disputes/{id}")).await?;
        let Some(dispute) = told else { return Ok(None) };
        let Some(status) = dispute_status(&dispute.status) else { return Ok(None) };
        let named = dispute.payment_intent.as_deref().unwrap_or_default();
        let Some(payment) = self.payment(named).await? else { return Ok(None) };
        let reading = DisputeReading {
            reference: self.placed(&dispute.id),
            amount: amounts::from_stripe(dispute.amount, &dispute.currency),
            reason: dispute.reason,
            status,
            opened_at: Time::from_ms(dispute.created.saturating_mul(1_000)),
        };
        Ok(self.news(&payment, StripeFact::Dispute(reading)))
    }

    fn placed(&self, id: &str) -> String {
        Placed { id, connected: self.connected }.to_string()
    }

    /// News of a payment of this tenant's; `None` for a payment of somebody else's.
    fn news(&self, payment: &StripePayment, fact: StripeFact) -> Option<StripeNews> {
        let PaymentMarks { paylink_payment, paylink_attempt, paylink_tenant } = &payment.metadata;
        let tenant = self.scope.tenant.to_string();
        paylink_tenant.as_deref().filter(|named| *named == tenant)?;
        Some(StripeNews {
            payment: paylink_payment.as_deref()?.parse().ok()?,
            attempt: paylink_attempt.as_deref()?.parse().ok()?,
            charge: self.placed(&payment.id),
            fact,
        })
    }
}

/// Where a dispute stands. An inquiry (`warning_...`) takes no money, and neither does what was
/// prevented: for us there is no dispute then. A status of tomorrow says nothing yet.
fn dispute_status(name: &str) -> Option<DisputeStatus> {
    match name {
        "needs_response" | "under_review" => Some(DisputeStatus::Open),
        "won" => Some(DisputeStatus::Won),
        "lost" => Some(DisputeStatus::Lost),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An event as Stripe publishes it: github.com/stripe/openapi, `openapi/fixtures3.json`.
    const EVENT: &str = include_str!("shapes/event.json");

    fn body(kind: &str, object: &str, id: &str, account: &str) -> String {
        format!(
            r#"{{"id": "evt_1", "object": "event", "type": "{kind}", "livemode": false{account},
            "data": {{"object": {{"id": "{id}", "object": "{object}", "amount": 1}}}}}}"#
        )
    }

    fn parsed(kind: &str, object: &str, id: &str) -> Option<StripeNotice> {
        StripeNotice::parse(body(kind, object, id, "").as_bytes(), Mode::Test)
    }

    #[test]
    fn only_names_are_taken_from_an_event() {
        let body = body("refund.updated", "refund", "re_1", r#", "account": "acct_2""#);
        let notice = StripeNotice::parse(body.as_bytes(), Mode::Test).unwrap();
        let expected = StripeNotice {
            event: "evt_1".into(),
            thing: StripeThing::Refund,
            object: "re_1".into(),
            account: Some("acct_2".into()),
        };
        assert_eq!(notice, expected);
        let dispute = parsed("charge.dispute.created", "dispute", "du_1").unwrap();
        assert_eq!((dispute.thing, dispute.account), (StripeThing::Dispute, None));
    }

    #[test]
    fn what_there_is_nothing_to_do_about_is_passed_over() {
        assert_eq!(
            StripeNotice::parse(EVENT.as_bytes(), Mode::Test),
            None,
            "plans are nothing of ours"
        );
        assert_eq!(parsed("payment_intent.created", "payment_intent", "pi_1"), None);
        assert_eq!(parsed("charge.refunded", "charge", "ch_1"), None);
        assert_eq!(StripeNotice::parse(b"{}", Mode::Test), None);
        assert_eq!(StripeNotice::parse(b"\xff", Mode::Test), None);
    }

    #[test]
    fn an_event_of_the_other_mode_is_passed_over() {
        let body = body("refund.updated", "refund", "re_1", "");
        let live = body.replace("\"livemode\": false", "\"livemode\": true");
        assert_ne!(live, body);
        for (text, mode, read) in [
            (&body, Mode::Test, true),
            (&body, Mode::Live, false),
            (&live, Mode::Live, true),
            (&live, Mode::Test, false),
        ] {
            assert_eq!(StripeNotice::parse(text.as_bytes(), mode).is_some(), read, "{mode} {text}");
        }
    }

    #[test]
    fn no_name_changes_an_address_at_stripe() {
        for id in ["re_1/../x", "re_", "pi_1", "", "re_1?x=1"] {
            assert_eq!(parsed("refund.updated", "refund", id), None, "{id}");
        }
        let body = body("refund.updated", "refund", "re_1", r#", "account": "acct_1/x""#);
        assert_eq!(StripeNotice::parse(body.as_bytes(), Mode::Test), None);
    }

    #[test]
    fn an_inquiry_is_no_dispute() {
        for name in ["warning_needs_response", "warning_under_review", "warning_closed"] {
            assert_eq!(dispute_status(name), None, "{name}");
        }
        assert_eq!(dispute_status("prevented"), None);
        assert_eq!(dispute_status("under_review"), Some(DisputeStatus::Open));
    }
}
