//! What no text may be, on any route: invisible, or no address where one is asked for.

use super::{json_request, routes, sample};
use serde_json::{Value, json};
use shared::operations::Problem;

/// Every text that must have something in it.
fn required_texts(schema: &Value, body: &Value, found: &mut Vec<(String, Value)>) {
    for (name, property) in schema["properties"].as_object().cloned().unwrap_or_default() {
        let text = property["type"] == "string" || property["type"][0] == "string";
        let free = property.get("enum").or(property.get("pattern")).or(property.get("format"));
        if text && free.is_none() && property["minLength"].as_u64().is_some_and(|least| least > 0) {
            let mut blank = body.clone();
            blank[&name] = "\u{200B}\u{200B}\u{200B}".into();
            found.push((name, blank));
        }
    }
}

#[test]
fn no_text_that_says_something_consists_of_what_nobody_sees() {
    // What is compared byte for byte: secrets, tokens, and ids that find nothing.
    let exact = [
        "password",
        "current_password",
        "new_password",
        "code",
        "challenge_token",
        "token",
        "mfa_code",
        "device_token",
        "refresh_token",
        "client_id",
        "client_secret",
        "idempotency_key",
        "card_token",
        "id",
        "externalId",
        "paymentMethodId",
    ];
    let mut tried = 0;
    for (surface, route) in routes() {
        let Some(body) = sample(surface, route.operation) else { continue };
        let mut blank = Vec::new();
        required_texts(&route.body.as_ref().unwrap().schema, &body, &mut blank);
        for (field, body) in blank.into_iter().filter(|(f, _)| !exact.contains(&f.as_str())) {
            let told = (route.meaning)(&json_request(&body.to_string()));
            let Err(Problem::Invalid(errors)) = told else {
                panic!("{surface} {}: {field} may be invisible", route.operation)
            };
            assert!(errors.iter().any(|error| error.field == field), "{field}: {errors:?}");
            tried += 1;
        }
    }
    assert!(tried > 30, "only {tried} texts were found");
}

/// Bodies with something else at each place that holds an address, by name or by format.
fn addressed(schema: &Value, body: &Value, address: &str, found: &mut Vec<(String, Value)>) {
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    for (name, property) in properties {
        let named = name.to_lowercase().contains("email") && !name.to_lowercase().contains("mode");
        let texts = property["type"] == "string" || property["type"] == json!(["string", "null"]);
        if texts && named || property["format"] == "email" {
            let mut body = body.clone();
            body[&name] = address.into();
            found.push((name.clone(), body));
        }
        if property["properties"].is_object() {
            let inner = body.get(&name).filter(|inner| inner.is_object());
            let inner = inner.cloned().unwrap_or_else(|| json!({}));
            let mut more = Vec::new();
            addressed(&property, &inner, address, &mut more);
            found.extend(more.into_iter().map(|(field, inner)| {
                let mut body = body.clone();
                body[&name] = inner;
                (field, body)
            }));
        }
    }
}

/// What reads like an address, and is none or several.
const NO_ADDRESSES: [&str; 16] = [
    "a@example.com,b@example.com",
    "a@example.com b@example.com",
    "a@example.com;b@example.com",
    "a@@example.com",
    "a@b@example.com",
    "@example.com",
    "a@",
    "example.com",
    "a@-example.com",
    "a@example..com",
    "a..b@example.com",
    ".a@example.com",
    "Ada <a@example.com>",
    "a@exam ple.com",
    "a\u{0}@example.com",
    "a@example.com\r\nBcc: b@example.com",
];

#[test]
fn c3_a_field_that_holds_an_address_takes_one_address_and_nothing_else_on_any_route() {
    let (mut tried, mut taken) = (0, Vec::new());
    for (surface, route) in routes() {
        // Signing in looks an address up, and an unknown one is answered as a wrong password is.
        if (surface, route.operation) == ("links", "login") {
            continue;
        }
        let sample = sample(surface, route.operation).unwrap_or_else(|| json!({}));
        let bodies = |address: &str| {
            let mut found = Vec::new();
            addressed(&route.body.as_ref().unwrap().schema, &sample, address, &mut found);
            found
        };
        let named =
            |field: &str, body: &Value| match (route.meaning)(&json_request(&body.to_string())) {
                Err(Problem::Invalid(errors)) => {
                    errors.iter().any(|error| error.field.ends_with(field))
                }
                Err(other) => panic!("{surface} {}: {other:?}", route.operation),
                Ok(_) => false,
            };
        for address in NO_ADDRESSES {
            for (field, body) in bodies(address) {
                if !named(&field, &body) {
                    taken.push(format!("{surface} {}: {field} takes {address:?}", route.operation));
                }
            }
        }
        let good = bodies("Ada.Example+1@mail.example.com");
        tried += good.iter().filter(|(field, body)| !named(field, body)).count();
    }
    assert!(taken.is_empty(), "{}", taken.join("\n"));
    assert!(tried >= 8, "only {tried} fields take an address");
}
