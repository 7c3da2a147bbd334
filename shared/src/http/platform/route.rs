//! Routes as operators send and see them.

use crate::{
    http::{
        Result,
        field::{Field, Text},
        reply,
    },
    model::{
        Currency, Invalid, Mode, Money,
        id::RouteId,
        route::{Limits, MAX_ROUTES, Rail, Route, Spendable, check},
    },
    operations::{FieldError, Problem},
    processor::registry,
};
use derive::Body;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Longest name of a route.
const MAX_NAME: usize = 60;

/// A way into or out of wallets, or through them.
#[derive(Body)]
pub struct RouteInput {
    /// Keeps the route's id; a new one when absent.
    pub id: Option<RouteId>,
    /// The name that callers see.
    pub name: Text<1, MAX_NAME>,
    /// How money comes in: `card` or `ach`; nothing for payouts.
    pub pull: Option<Rail>,
    /// How money goes out: `ach` or `email`; nothing for fundings.
    pub push: Option<Rail>,
    /// Who runs it: `simulator`, in test mode only.
    pub processor: ProcessorName,
    /// Least and most of one payment per currency, in major units.
    pub limits: RouteLimits,
    /// When pulled money can be spent: `succeeded` or `settled`, which is what is taken when
    /// nothing is said.
    pub spendable: Option<Spendable>,
}

/// The name of a processor that is there.
#[derive(Debug)]
pub struct ProcessorName(pub String);

/// `{"USD": {"minimum": "1.00", "maximum": "500.00"}}`.
#[derive(Debug)]
pub struct RouteLimits(pub BTreeMap<Currency, Limits>);

impl Field for Rail {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        Text::<1, 20>::read(json)?.0.parse()
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": Self::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>()})
    }

    fn meaning(&self) -> String {
        self.as_str().to_owned()
    }
}

impl Field for Spendable {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        Text::<1, 20>::read(json)?.0.parse()
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": Self::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>()})
    }

    fn meaning(&self) -> String {
        self.as_str().to_owned()
    }
}

impl Field for ProcessorName {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let name = Text::<1, 20>::read(json)?.0;
        registry::check_wallet_name(&name).map(|()| Self(name))
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": registry::WALLET_NAMES})
    }

    fn meaning(&self) -> String {
        self.0.clone()
    }
}

impl Field for RouteLimits {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let example =
            "must be an object such as {\"USD\": {\"minimum\": \"1.00\", \"maximum\": \"500.00\"}}";
        let texts: BTreeMap<String, BTreeMap<String, String>> =
            serde_json::from_str(json).map_err(|_| Invalid::new(example))?;
        let limits = texts.iter().map(|(code, bounds)| {
            let currency: Currency = code.parse()?;
            let bound = |name: &str| {
                let text = bounds.get(name).ok_or_else(|| Invalid::new(example))?;
                Money::parse_major(text, currency).map(|money| money.minor())
            };
            let (minimum, maximum) = (bound("minimum")?, bound("maximum")?);
            if bounds.len() > 2 {
                return Err(Invalid::new(example));
            }
            Ok((currency, Limits { minimum, maximum }))
        });
        limits.collect::<std::result::Result<_, Invalid>>().map(Self)
    }

    fn schema() -> Value {
        let amount = json!({"type": "string"});
        json!({"type": "object", "additionalProperties": {
            "type": "object",
            "properties": {"minimum": amount, "maximum": amount},
            "required": ["minimum", "maximum"],
            "additionalProperties": false,
        }})
    }

    fn meaning(&self) -> String {
        let limits = self
            .0
            .iter()
            .map(|(currency, limits)| (currency.code(), [limits.minimum, limits.maximum]));
        reply::json(&limits.collect::<BTreeMap<_, _>>())
    }
}

/// The routes that an operator asks for; `mint` makes the ids of new ones.
///
/// # Errors
/// 422 naming every field that breaks a rule as `routes[0].field`.
pub fn routes(
    inputs: Vec<RouteInput>,
    mode: Mode,
    mut mint: impl FnMut() -> RouteId,
) -> Result<Vec<Route>> {
    if inputs.len() > MAX_ROUTES {
        return Err(Problem::field("routes", format!("must have at most {MAX_ROUTES} entries")));
    }
    let routes = inputs.into_iter().map(|input| Route {
        id: input.id.unwrap_or_else(&mut mint),
        name: input.name.0,
        pull: input.pull,
        push: input.push,
        processor: input.processor.0,
        limits: input.limits.0,
        spendable: input.spendable.unwrap_or(Spendable::AtSettled),
    });
    let routes: Vec<Route> = routes.collect();
    let on = |at: usize, field: &str, message: String| FieldError {
        field: format!("routes[{at}].{field}"),
        message,
    };
    let broken = check(&routes).into_iter().map(|rule| on(rule.at, rule.field, rule.why.0));
    let elsewhere = routes.iter().enumerate().filter_map(|(at, route)| {
        let Invalid(why) = registry::check_mode(&route.processor, mode).err()?;
        Some(on(at, "processor", why))
    });
    let problems: Vec<FieldError> = broken.chain(elsewhere).collect();
    if problems.is_empty() { Ok(routes) } else { Err(Problem::Invalid(problems)) }
}

/// A route as operators see it: what they would send to keep it as it is.
pub fn operator_view(route: &Route) -> Value {
    let limits: BTreeMap<String, Value> = route
        .limits
        .iter()
        .map(|(currency, limits)| {
            let major = |minor| Money::from_minor(minor, *currency).major();
            let bounds =
                json!({"minimum": major(limits.minimum), "maximum": major(limits.maximum)});
            (currency.to_string(), bounds)
        })
        .collect();
    json!({
        "id": route.id,
        "name": route.name,
        "pull": route.pull.map(Rail::as_str),
        "push": route.push.map(Rail::as_str),
        "processor": route.processor,
        "limits": limits,
        "spendable": route.spendable.as_str(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::platform::problems;
    use crate::{
        http::{body::Fields, operators::bodies::UpdateTenant},
        model::{
            Scope, Time,
            tenant::{Setup, Tenant},
        },
        operations::Ambient,
    };
    use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

    fn setup(mode: Mode) -> Setup {
        let id = RouteId::mint(Time::from_ms(0), [1; 10]);
        let tenant = Tenant {
            scope: Scope { tenant: id.to_string().parse().unwrap(), mode },
            name: "Shop".into(),
            allowed_origins: vec![],
            limits: BTreeMap::new(),
            review: BTreeMap::new(),
            created_at: Time::from_ms(0),
            version: 1,
        };
        Setup { tenant, routes: registry::first_routes(Mode::Test, || id) }
    }

    /// Sends `routes` to `update-tenant`.
    fn update(mode: Mode, routes: &Value) -> Result<Setup> {
        let known = setup(mode);
        let body = json!({
            "tenant_id": known.tenant.scope.tenant,
            "mode": mode.as_str(),
            "routes": routes,
            "review_thresholds": {"USD": "1000.00"},
        });
        let body: UpdateTenant = Fields::from_json(&body.to_string())?.read()?;
        body.command(Ambient { now: || Time::from_ms(0), random: other_every_time })?
            .applied(&known)
    }

    fn other_every_time() -> [u8; 10] {
        static LAST: AtomicU8 = AtomicU8::new(10);
        [LAST.fetch_add(1, Relaxed); 10]
    }

    fn broken(mode: Mode, routes: &Value) -> Vec<String> {
        let problem = update(mode, routes).unwrap_err();
        problems::fields(&problem).into_iter().map(|problem| problem.field).collect()
    }

    fn good() -> Value {
        json!({
            "name": "Wire in",
            "pull": "ach",
            "processor": "simulator",
            "limits": {"USD": {"minimum": "1.00", "maximum": "500.00"}},
        })
    }

    #[test]
    fn routes_replace_the_ones_there_are_and_what_is_shown_can_be_sent_back() {
        let made = update(Mode::Test, &json!([good()])).unwrap();
        assert_eq!(made.routes.len(), 1);
        assert_eq!(made.routes[0].spendable, Spendable::AtSettled);
        assert_eq!(made.tenant.review[&Currency::USD].minor(), 100_000);
        let shown: Vec<Value> = setup(Mode::Test).routes[..1].iter().map(operator_view).collect();
        let same = update(Mode::Test, &json!(shown)).unwrap();
        assert_eq!(same.routes, setup(Mode::Test).routes[..1]);
        assert_eq!(update(Mode::Test, &json!([])).unwrap().routes, []);
        let kept = update(Mode::Test, &Value::Null).unwrap();
        assert_eq!(kept.routes, setup(Mode::Test).routes);
    }

    #[test]
    fn every_broken_field_of_every_route_is_named() {
        let with = |name: &str, value: Value| {
            let mut route = good();
            route[name] = value;
            route
        };
        let two = json!([with("pull", json!("cash")), with("phone", json!(1))]);
        assert_eq!(broken(Mode::Test, &two), ["routes[0].pull", "routes[1].phone"]);
        let empty = json!([{}]);
        let missing = ["routes[0].name", "routes[0].processor", "routes[0].limits"];
        assert_eq!(broken(Mode::Test, &empty), missing);
        let limits = |json: Value| broken(Mode::Test, &json!([with("limits", json)]));
        for bad in [
            json!({"USD": {"minimum": "1.00"}}),
            json!({"USD": {"minimum": "1.00", "maximum": "2.00", "usual": "1.50"}}),
            json!({"USD": {"minimum": "0.00", "maximum": "2.00"}}),
            json!({"USD": {"minimum": "2.00", "maximum": "1.00"}}),
            json!({"XXX": {"minimum": "1.00", "maximum": "2.00"}}),
            json!({"EUR": {"minimum": "1.00", "maximum": "2.00"}}),
            json!({"USD": {"minimum": 1, "maximum": 2}}),
            json!({}),
            json!([]),
        ] {
            assert_eq!(limits(bad.clone()), ["routes[0].limits"], "{bad}");
        }
        let nowhere = with("pull", Value::Null);
        assert_eq!(broken(Mode::Test, &json!([nowhere])), ["routes[0].pull"]);
        let stranger = with("processor", json!("acme"));
        assert_eq!(broken(Mode::Test, &json!([stranger])), ["routes[0].processor"]);
        assert_eq!(broken(Mode::Live, &json!([good()])), ["routes[0].processor"]);
        let id = json!(RouteId::mint(Time::from_ms(0), [1; 10]));
        let duplicates = json!([with("id", id.clone()), with("id", id)]);
        assert_eq!(broken(Mode::Test, &duplicates), ["routes[1].id"]);
        for bad in [json!(vec![good(); 21]), json!({}), json!(["x"]), json!("x"), json!([[]])] {
            assert_eq!(broken(Mode::Test, &bad), ["routes"], "{bad}");
        }
        assert!(update(Mode::Test, &json!(vec![good(); 20])).is_ok());
    }
}
