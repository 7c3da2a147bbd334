//! The routes that a new tenant has in test mode.

use super::NAME;
use crate::model::{
    Currency,
    id::RouteId,
    route::{Limits, Rail, Route, Spendable},
};

/// Limits of one payment: a currency, and the least and the most in its minor units.
type Bounds = (&'static str, i64, i64);

/// What routes that fund a wallet by card take.
const CARDS: [Bounds; 3] = [("USD", 50, 1_000_000), ("EUR", 50, 1_000_000), ("JPY", 50, 1_000_000)];

/// What bank transfers take.
const BANKS: [Bounds; 1] = [("USD", 100, 10_000_000)];

/// What payouts by e-mail take.
const EMAILS: [Bounds; 2] = [("USD", 100, 250_000), ("EUR", 100, 250_000)];

/// What a relay takes that begins with a card and ends at a bank.
const CARD_TO_BANK: [Bounds; 1] = [("USD", 100, 1_000_000)];

/// One route each way on every rail; `mint` makes their ids.
pub fn routes(mut mint: impl FnMut() -> RouteId) -> Vec<Route> {
    use Rail::{Ach, Card, Email};
    let mut route = |name: &str, pull, push, bounds: &[Bounds]| {
        let limits = bounds.iter().filter_map(|&(code, minimum, maximum)| {
            Some((code.parse::<Currency>().ok()?, Limits { minimum, maximum }))
        });
        Route {
            id: mint(),
            name: name.to_owned(),
            pull,
            push,
            processor: NAME.to_owned(),
            limits: limits.collect(),
            spendable: match pull {
                Some(Ach) => Spendable::AtSettled,
                Some(Card | Email) | None => Spendable::AtSucceeded,
            },
        }
    };
    vec![
        route("Fund by card", Some(Card), None, &CARDS),
        route("Fund by bank account", Some(Ach), None, &BANKS),
        route("Pay out to a bank account", None, Some(Ach), &BANKS),
        route("Pay out by e-mail", None, Some(Email), &EMAILS),
        route("Card to bank account", Some(Card), Some(Ach), &CARD_TO_BANK),
        route("Bank account to bank account", Some(Ach), Some(Ach), &BANKS),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Time, route::check};

    #[test]
    fn the_default_routes_keep_every_rule_and_are_complete() {
        let mut n = 0;
        let routes = routes(|| {
            n += 1;
            RouteId::mint(Time::from_ms(0), [n; 10])
        });
        let rails: Vec<String> = routes.iter().map(Route::rail).collect();
        assert_eq!(rails, ["card", "ach", "ach", "email", "card_to_ach", "ach_to_ach"]);
        assert_eq!(check(&routes), []);
        let currencies: Vec<usize> = routes.iter().map(|route| route.limits.len()).collect();
        assert_eq!(currencies, [3, 1, 1, 2, 1, 1]);
    }
}
