//! A request that comes again: what it may differ in, and when it has an answer.

use super::{
    super::{Problem, Result},
    NewPayment, OpenedPayment,
};
use crate::model::{
    Time,
    id::{DestinationId, PaymentMethodId},
    metadata::Metadata,
    payment_intent::{Due, PaymentIntent, wallet::PayeeAccount},
};

impl NewPayment {
    /// The payment that the same request made before.
    pub(super) fn again(&self, earlier: Box<PaymentIntent>, now: Time) -> Result<OpenedPayment> {
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

/// Whole seconds until somebody else takes over a payment whose first request has not answered.
fn left_s(due: Option<Due>, now: Time) -> i64 {
    match due {
        Some(Due::Reconcile(at)) => at.ms_since(now).saturating_add(999).div_euclid(1000).max(1),
        Some(Due::Expire(_) | Due::TellWithoutInvoice(_)) | None => 1,
    }
}

fn split(payee: Option<PayeeAccount>) -> (Option<DestinationId>, Option<PaymentMethodId>) {
    match payee {
        Some(PayeeAccount::Destination(id)) => (Some(id), None),
        Some(PayeeAccount::Method(id)) => (None, Some(id)),
        None => (None, None),
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
