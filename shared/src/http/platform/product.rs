//! Products: this surface's word for routes.

use crate::model::{
    Money,
    id::RouteId,
    route::{IntentType, Route},
};
use derive::View;
use std::collections::BTreeMap;

/// Least and most of one payment.
#[derive(View)]
pub struct LimitsView {
    /// At least this, in major units.
    pub minimum: String,
    /// At most this, in major units.
    pub maximum: String,
}

/// A way into or out of wallets, or through them.
#[derive(View)]
pub struct ProductView {
    /// The product's id, a UUID.
    pub product_id: RouteId,
    /// The product's name, as people call it.
    pub name: String,
    /// How money travels: `card`, `ach`, `email`, or in and out as in `card_to_ach`.
    pub rail: String,
    /// Types of payments that may name it.
    pub intent_types: Vec<&'static str>,
    /// The currencies that it can move, ISO 4217 in upper case.
    pub currencies: Vec<String>,
    /// The least and the most that one payment may be, by currency.
    pub limits: BTreeMap<String, LimitsView>,
    /// For fundings: from which status on the money can be spent, `succeeded` or `settled`.
    pub spendable: Option<&'static str>,
}

/// A tenant's routes as this surface shows them. Who runs one is nobody's business.
pub fn views(routes: &[Route]) -> Vec<ProductView> {
    routes.iter().map(view).collect()
}

fn view(route: &Route) -> ProductView {
    let limits = route.limits.iter().map(|(currency, limits)| {
        let major = |minor| Money::from_minor(minor, *currency).major();
        let view = LimitsView { minimum: major(limits.minimum), maximum: major(limits.maximum) };
        (currency.to_string(), view)
    });
    let funding = route.serves() == Some(IntentType::Funding);
    ProductView {
        product_id: route.id,
        name: route.name.clone(),
        rail: route.rail(),
        intent_types: route.serves().into_iter().map(IntentType::as_str).collect(),
        currencies: route.limits.keys().map(ToString::to_string).collect(),
        limits: limits.collect(),
        spendable: funding.then(|| route.spendable.as_str()),
    }
}
