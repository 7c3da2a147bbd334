//! What a field means that is left out, and that a request which says so is the same one.

use super::{json_request, routes, sample};
use serde_json::{Value, json};

/// Bodies with a field left out, each beside the one in which its default is spelled out.
fn spelled_out(schema: &Value, body: &Value, found: &mut Vec<(String, Value, Value)>) {
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    for (name, property) in properties {
        if let Some(default) = property.get("default") {
            let (mut without, mut with) = (body.clone(), body.clone());
            without.as_object_mut().unwrap().remove(&name);
            with[&name] = default.clone();
            found.push((name.clone(), without, with));
        }
        let required = property["required"].as_array().is_none_or(Vec::is_empty);
        let inner = match (body.get(&name), &property["items"]) {
            (Some(Value::Array(list)), items)
                if items.is_object() && list.first().is_some_and(Value::is_object) =>
            {
                Some((items.clone(), list[0].clone(), true))
            }
            (Some(object @ Value::Object(_)), _) => Some((property.clone(), object.clone(), false)),
            (None, _) if property["properties"].is_object() && required => {
                Some((property.clone(), json!({}), false))
            }
            _ => None,
        };
        let Some((inner_schema, inner_body, listed)) = inner else { continue };
        let mut more = Vec::new();
        spelled_out(&inner_schema, &inner_body, &mut more);
        found.extend(more.into_iter().map(|(inner, without, with)| {
            let outside = |value: Value| {
                let mut outside = body.clone();
                outside[&name] = if listed { json!([value]) } else { value };
                outside
            };
            (format!("{name}.{inner}"), outside(without), outside(with))
        }));
    }
}

#[test]
fn a_default_spelled_out_is_no_other_request_on_any_route() {
    let mut tried = 0;
    for (surface, route) in routes() {
        let Some(body) = sample(surface, route.operation) else { continue };
        let mut cases = Vec::new();
        spelled_out(&route.body.as_ref().unwrap().schema, &body, &mut cases);
        for (field, without, with) in cases {
            let at = format!("{surface} {}: {field}", route.operation);
            // What needs other fields beside it is refused alike.
            let meaning = |body: &Value| (route.meaning)(&json_request(&body.to_string()));
            assert_eq!(meaning(&with), meaning(&without), "{at}: {with}");
            tried += usize::from(meaning(&with).is_ok());
        }
    }
    assert!(tried > 35, "only {tried} defaults were found");
}

/// Fields whose default only the operation knows, since it is a setting or lies in a record: what
/// they mean is kept with the first answer (`Idempotency::by_default`), or compared by the operation.
const KNOWN_LATER: [(&str, &str, &str); 15] = [
    ("platform", "create_card_payment_link", "card_processing_id"),
    ("platform", "release_payment", "amount"),
    ("platform", "refund_payment", "amount"),
    ("payments", "create_payment", "taxCode"),
    ("payments", "create_charge", "paymentMethodId"),
    ("payments", "create_charge", "taxCode"),
    ("payments", "refund_transaction", "amount"),
    ("payments", "create_api_key", "scopes"),
    ("payments", "create_invoice", "currency"),
    ("links", "create_payment_link", "currency"),
    ("links", "create_payment_link", "pricing_mode"),
    ("links", "start_checkout", "currency"),
    ("links", "create_checkout", "pricing_mode"),
    ("links", "refund_transaction", "amount"),
    ("links", "rotate_api_key", "id"),
];

/// Fields that speak of being left out, whose absence is a value of its own (nothing, for ever, now,
/// what is left, what was before) or of requests that no key repeats.
const NO_DEFAULTS: [(&str, &str, &str); 23] = [
    ("platform", "create_access_token", "scope"),
    ("platform", "put_webhook_endpoint", "ed25519"),
    ("platform", "put_webhook_endpoint", "ordered"),
    ("platform", "put_webhook_endpoint", "retry_schedule"),
    ("platform", "put_webhook_endpoint", "timeout_seconds"),
    ("platform", "replay_events", "to"),
    ("payments", "create_payment", "expiresAt"),
    ("payments", "create_api_key", "expiresInDays"),
    ("payments", "update_tax_settings", "customerFields"),
    ("payments", "update_tax_settings", "invoice"),
    ("payments", "update_tax_settings", "overrides.*"),
    ("payments", "update_tax_settings", "registrations.*"),
    ("payments", "preview_tax", "at"),
    ("payments", "preview_tax", "taxCode"),
    ("payments", "replay_events", "to"),
    ("links", "refresh_session", "refresh_token"),
    ("links", "create_product", "tax_code"),
    ("links", "update_product", "tax_code"),
    ("links", "update_organization_tax", "overrides.*"),
    ("links", "update_organization_tax", "registrations.*"),
    ("links", "create_api_key", "expires_at"),
    ("links", "replay_events", "to"),
    ("hosted", "submit_payment", "shown"),
];

#[test]
fn a_field_that_means_something_when_it_is_left_out_says_what() {
    let words = ["absent", "default", "your usual", "left out"];
    let mut silent = Vec::new();
    for (surface, route) in routes() {
        let schema = &route.body.as_ref().unwrap().schema;
        silent_fields(schema, &words, &mut |field| {
            let known = KNOWN_LATER.into_iter().chain(NO_DEFAULTS);
            let mut known =
                known.filter(|(of, operation, _)| *of == surface && *operation == route.operation);
            let is = |known: &str| {
                known == field || known.strip_suffix('*').is_some_and(|all| field.starts_with(all))
            };
            if !known.any(|(_, _, known)| is(known)) {
                silent.push(format!("(\"{surface}\", \"{}\", \"{field}\"),", route.operation));
            }
        });
    }
    assert!(
        silent.is_empty(),
        "give these fields a default (#[body(default = ...)]), or say where it is known:\n{}",
        silent.join("\n")
    );
}

/// Fields that may be left out, speak of that, and have no default.
fn silent_fields(schema: &Value, words: &[&str], report: &mut dyn FnMut(&str)) {
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    for (name, property) in properties {
        let required = schema["required"].as_array().is_some_and(|all| all.contains(&json!(name)));
        let doc = property["description"].as_str().unwrap_or_default();
        let speaks = words.iter().any(|word| doc.contains(word));
        if !required && speaks && property.get("default").is_none() {
            report(&name);
        }
        for inner in [&property, &property["items"]] {
            silent_fields(inner, words, &mut |field| report(&format!("{name}.{field}")));
        }
    }
}
