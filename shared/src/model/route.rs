//! Routes: the ways money takes into and out of wallets. A tenant has a list of them; the platform
//! surface calls them products.

use super::{Currency, Invalid, Money, id::RouteId};
use std::{collections::BTreeMap, fmt};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// Most routes of one tenant.
pub const MAX_ROUTES: usize = 20;

/// What kind of road it is outside.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    IntoStaticStr,
    EnumString,
    VariantArray,
)]
#[strum(serialize_all = "snake_case", parse_err_ty = Invalid, parse_err_fn = Rail::unknown)]
pub enum Rail {
    /// Card networks: the answer comes at once and is final.
    Card,
    /// Bank transfers (ACH): accepted first, settled or returned days later.
    Ach,
    /// Payouts that a payee collects through an e-mail.
    Email,
}

/// One way in, out, or through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Callers of the platform surface know it as the id of a product.
    pub id: RouteId,
    /// What people call it.
    pub name: String,
    /// How money comes in; none for payouts.
    pub pull: Option<Rail>,
    /// How money goes out; none for fundings.
    pub push: Option<Rail>,
    /// Who runs it: an adapter's name, never shown to callers.
    pub processor: String,
    /// The currencies it serves, with the least and the most of one payment.
    pub limits: BTreeMap<Currency, Limits>,
    /// From when on pulled money can be spent; cards always at once.
    pub spendable: Spendable,
}

/// The least and the most of one payment, both inclusive, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The smallest payment that is allowed.
    pub minimum: i64,
    /// The largest payment that is allowed.
    pub maximum: i64,
}

/// When money that a bank pull brings can be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(parse_err_ty = Invalid, parse_err_fn = Spendable::unknown)]
pub enum Spendable {
    /// As soon as the provider has accepted it: quick, and a return may leave a debt.
    #[strum(serialize = "succeeded")]
    AtSucceeded,
    /// When it has arrived for good.
    #[strum(serialize = "settled")]
    AtSettled,
}

/// What a payment does, named as callers name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case", parse_err_ty = Invalid, parse_err_fn = IntentType::unknown)]
pub enum IntentType {
    /// From outside into a wallet.
    Funding,
    /// From a wallet to the outside.
    Payout,
    /// From wallet to wallet.
    Transfer,
    /// From outside to the outside, through a wallet.
    Relay,
}

impl IntentType {
    /// Every type, in the order in which they are declared.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Its name in snake case; parsing takes the same name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn unknown(_: &str) -> Invalid {
        Invalid::new("must be funding, payout, transfer or relay")
    }
}

impl Rail {
    /// Every rail, in the order in which they are declared.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Its name in snake case; parsing takes the same name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn unknown(_: &str) -> Invalid {
        Invalid::new("must be card, ach or email")
    }
}

impl fmt::Display for Rail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Spendable {
    /// Both moments, the earlier one first.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The status from which on the money can be spent.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn unknown(_: &str) -> Invalid {
        Invalid::new("must be succeeded or settled")
    }
}

impl Route {
    /// The rails by name: `card`, `ach`, `email`, `card_to_ach`.
    pub fn rail(&self) -> String {
        match (self.pull, self.push) {
            (Some(pull), Some(push)) => format!("{pull}_to_{push}"),
            (Some(rail), None) | (None, Some(rail)) => rail.to_string(),
            (None, None) => String::new(),
        }
    }

    /// The one type of payment it serves; none for a route that goes nowhere.
    pub const fn serves(&self) -> Option<IntentType> {
        match (self.pull, self.push) {
            (Some(_), None) => Some(IntentType::Funding),
            (None, Some(_)) => Some(IntentType::Payout),
            (Some(_), Some(_)) => Some(IntentType::Relay),
            (None, None) => None,
        }
    }

    /// Whether a payment of this amount may go this way.
    ///
    /// # Errors
    /// A currency it does not serve, or less or more than its limits.
    pub fn allows(&self, amount: Money) -> Result<(), Invalid> {
        let currency = amount.currency();
        let limits = self.limits.get(&currency).ok_or_else(|| {
            Invalid::new(format!("is in {currency}, which this product does not serve"))
        })?;
        let major = |minor| Money::from_minor(minor, currency).major();
        if amount.minor() < limits.minimum {
            let least = major(limits.minimum);
            return Err(Invalid::new(format!("is below this product's minimum of {least}")));
        }
        if amount.minor() > limits.maximum {
            let most = major(limits.maximum);
            return Err(Invalid::new(format!("is above this product's maximum of {most}")));
        }
        Ok(())
    }
}

/// A rule that a route of a list breaks.
#[derive(Debug, PartialEq, Eq)]
pub struct BrokenRoute {
    /// Its place in the list.
    pub at: usize,
    /// Which of its fields.
    pub field: &'static str,
    /// What the field must be.
    pub why: Invalid,
}

/// Every rule that routes break which are to be one tenant's.
pub fn check(routes: &[Route]) -> Vec<BrokenRoute> {
    let mut broken = Vec::new();
    for (at, route) in routes.iter().enumerate() {
        let mut add =
            |field, why: &str| broken.push(BrokenRoute { at, field, why: Invalid::new(why) });
        if routes.iter().take(at).any(|other| other.id == route.id) {
            add("id", "is the id of another route in this list");
        }
        if route.serves().is_none() {
            add("pull", "or push is required: a route that goes nowhere moves no money");
        }
        if route.pull == Some(Rail::Email) {
            add("pull", "must be card or ach: no money can be pulled from an e-mail address");
        }
        if route.push == Some(Rail::Card) {
            add("push", "must be ach or email: payouts to cards are not served");
        }
        if route.limits.is_empty() {
            add("limits", "must name at least one currency");
        }
        for (currency, limits) in &route.limits {
            if limits.minimum > limits.maximum {
                add("limits", &format!("has a minimum above its maximum in {currency}"));
            }
            if *currency != Currency::USD && [route.pull, route.push].contains(&Some(Rail::Ach)) {
                add("limits", &format!("names {currency}: ach serves USD only"));
            }
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;

    fn route(n: u8, pull: Option<Rail>, push: Option<Rail>) -> Route {
        Route {
            id: RouteId::mint(Time::from_ms(0), [n; 10]),
            name: "A way".into(),
            pull,
            push,
            processor: "simulator".into(),
            limits: [(Currency::USD, Limits { minimum: 100, maximum: 1_000 })].into(),
            spendable: Spendable::AtSettled,
        }
    }

    #[test]
    fn a_route_serves_one_type_of_payment_and_is_named_by_its_rails() {
        let named = |pull, push| {
            let route = route(1, pull, push);
            (route.serves().map(IntentType::as_str), route.rail())
        };
        assert_eq!(named(Some(Rail::Card), None), (Some("funding"), "card".into()));
        assert_eq!(named(None, Some(Rail::Email)), (Some("payout"), "email".into()));
        let relay = named(Some(Rail::Card), Some(Rail::Ach));
        assert_eq!(relay, (Some("relay"), "card_to_ach".into()));
        assert_eq!(named(None, None), (None, String::new()));
    }

    #[test]
    fn limits_are_inclusive_and_per_currency() {
        let route = route(1, Some(Rail::Card), None);
        let allows = |minor, code: &str| {
            route.allows(Money::from_minor(minor, code.parse().unwrap())).is_ok()
        };
        assert!(allows(100, "USD") && allows(1_000, "USD"));
        assert!(!allows(99, "USD") && !allows(1_001, "USD") && !allows(500, "EUR"));
    }

    #[test]
    fn every_broken_rule_of_a_list_is_named() {
        let mut inverted = route(2, Some(Rail::Email), Some(Rail::Card));
        inverted.limits = [(Currency::USD, Limits { minimum: 2, maximum: 1 })].into();
        let mut euro = route(2, None, Some(Rail::Ach));
        euro.limits = [("EUR".parse().unwrap(), Limits { minimum: 1, maximum: 1 })].into();
        let mut nowhere = route(3, None, None);
        nowhere.limits.clear();
        let routes = [route(1, Some(Rail::Ach), None), inverted, euro, nowhere];
        let broken: Vec<_> = check(&routes).iter().map(|b| (b.at, b.field)).collect();
        let expected = [
            (1, "pull"),
            (1, "push"),
            (1, "limits"),
            (2, "id"),
            (2, "limits"),
            (3, "pull"),
            (3, "limits"),
        ];
        assert_eq!(broken, expected);
        assert_eq!(check(&routes[..1]), []);
    }

    #[test]
    fn names_of_rails_types_and_moments_read_back() {
        for rail in Rail::ALL.iter().copied() {
            assert_eq!(rail.as_str().parse(), Ok(rail));
        }
        for kind in IntentType::ALL.iter().copied() {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        for spendable in Spendable::ALL.iter().copied() {
            assert_eq!(spendable.as_str().parse(), Ok(spendable));
        }
    }
}
