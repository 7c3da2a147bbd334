//! Which hours a change of a record touches, and whose names are to be kept.

use crate::{model::payment_intent::StatusName, queue::sqs::Count, webhook::message::Aggregate};

/// The hours in which something is counted that an object tells, as messages: for a card payment the
/// one it was made in and the one it was paid in, for a refund the one in which it succeeded.
pub fn ask(aggregate: &Aggregate) -> Vec<Count> {
    match aggregate {
        Aggregate::Intent(payment) if payment.link_terms().is_some() => {
            let times = [Some(payment.created_at), payment.succeeded_at()];
            let (scope, link) = (payment.scope, payment.payment_link());
            let hours = times.into_iter().flatten().map(|at| Count::new(scope, link, at));
            // Each card is charged once: that is when its digits become a name of the payment.
            let charging = payment.status.name() == StatusName::Processing;
            let named =
                |count: Count| if charging { count.with_names_of(payment.id) } else { count };
            hours.map(named).collect()
        }
        Aggregate::Refund(refund) => {
            let at = refund.succeeded_at().into_iter();
            at.map(|at| Count::new(refund.scope, refund.link, at)).collect()
        }
        Aggregate::Intent(_)
        // What a dispute takes is no figure of the statistics: only what was given back is.
        | Aggregate::Dispute(_)
        | Aggregate::Method(_)
        | Aggregate::Endpoint(_)
        | Aggregate::Customer(_)
        | Aggregate::Invoice(_)
        | Aggregate::CreditNote(_)
        | Aggregate::Finding(_) => Vec::new(),
    }
}
