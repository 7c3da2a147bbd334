//! Events that Stripe has on its list, whether or not it ever sends them.

use super::{Reply, StandIn, State, refuse};
use serde_json::{Value, json};
use std::cmp::Reverse;

/// The most types that one request may name, and the most events that a page has.
const MAX_TYPES: usize = 20;
const MAX_PAGE: usize = 100;

impl StandIn {
    /// Something happens to an object at a moment, and the list of the account that has it shows an event
    /// of it; the event as it would be sent. Whether it is sent is up to the test.
    pub fn happens(&self, kind: &str, thing: &str, object: &str, at_s: i64) -> String {
        let mut event: Value = serde_json::from_str(&self.event(kind, thing, object)).unwrap();
        event["created"] = json!(at_s);
        let mut state = self.state();
        let owner = state.owned.get(object).cloned().flatten();
        state.owned.insert(event["id"].as_str().unwrap().to_owned(), owner);
        state.events.push(event.clone());
        event.to_string()
    }

    /// Events from before a moment are on the list no more.
    pub fn forgets_events(&self, before_s: i64) {
        self.state().events.retain(|event| event["created"].as_i64() >= Some(before_s));
    }

    /// A connected account is one no more.
    pub fn leaves(&self, account: &str) {
        self.state().left.push(account.to_owned());
    }
}

impl State {
    pub(super) fn list_events(&self, query: &str) -> Reply {
        let pairs: Vec<(&str, &str)> =
            query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let all = |name: &str| -> Vec<&str> {
            pairs.iter().filter(|(other, _)| *other == name).map(|(_, value)| *value).collect()
        };
        let number = |name: &str| all(name).first().map(|text| text.parse::<i64>().unwrap());
        let (types, from) = (all("types[]"), number("created[gte]").unwrap_or_default());
        let limit = usize::try_from(number("limit").unwrap_or(10)).unwrap();
        assert!((1..=MAX_TYPES).contains(&types.len()) && (1..=MAX_PAGE).contains(&limit));
        let id = |event: &Value| event["id"].as_str().unwrap().to_owned();
        let created = |event: &Value| event["created"].as_i64().unwrap();
        let asked_for = |event: &&Value| {
            self.owned[&id(event)] == self.account
                && types.contains(&event["type"].as_str().unwrap())
                && created(event) >= from
        };
        let mut found: Vec<&Value> = self.events.iter().rev().filter(asked_for).collect();
        found.sort_by_key(|event| Reverse(created(event)));
        let place = |after: &&str| found.iter().position(|event| id(event) == *after);
        let start = match all("starting_after").first().map(place) {
            None => 0,
            Some(Some(at)) => at + 1,
            Some(None) => return refuse(400, "invalid_request_error", "resource_missing"),
        };
        let data: Vec<&Value> = found.iter().copied().skip(start).take(limit).collect();
        let has_more = found.len() > start + data.len();
        let list = json!({
            "object": "list", "url": "/v1/events", "has_more": has_more, "data": data,
        });
        Reply::Told(200, list)
    }
}
