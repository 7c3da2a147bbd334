//! What callers write differently and mean alike, or cannot mean at all, on each of the three
//! surfaces: the rule is one, so the answer is.

mod defaults;
mod texts;

use crate::store::fixture;
use serde_json::{Value, json};
use shared::{
    http::{
        Request, Result, gateway,
        links::routes::{CreatePaymentLink, ListTransactions},
        payments::routes::{CreatePayment, ListPayments},
        platform::routes::payments::{CreateCardPaymentLink, ListPayments as ListPlatformPayments},
        route::{HttpRoute, Method, RequestBody, RouteDoc},
    },
    model::{
        Surface,
        metadata::Metadata,
        payment_intent::{LinkRequest, PaymentIntent, StatusName},
    },
    operations::Problem,
    store::{Write, intent},
    webhook::{
        message::{Aggregate, Message},
        payload,
    },
};

const USER: &str = "0190a6e4-7b3c-7cc1-8f00-2b5a3f1d9e01";

/// The three creations, each with a body that is fine.
const PLATFORM: &str = r#"{"user_id": "0190a6e4-7b3c-7cc1-8f00-2b5a3f1d9e01", "amount": 10}"#;
const PAYMENTS: &str = r#"{"amount": 10, "currency": "eur", "description": "Report"}"#;
const LINKS: &str =
    r#"{"name": "Autumn", "products": [{"product_id": "prod_01KA3N7XV8E0P3ZC5Q4M9D2B7F"}]}"#;

fn request(headers: &Value, body: &str) -> Request {
    gateway::request(json!({"httpMethod": "POST", "headers": headers, "body": body})).unwrap()
}

fn json_request(body: &str) -> Request {
    request(&json!({"content-type": "application/json"}), body)
}

fn query(name: &str, values: &[&str]) -> Request {
    let event = json!({
        "httpMethod": "GET",
        "queryStringParameters": {name: values.last()},
        "multiValueQueryStringParameters": {name: values},
    });
    gateway::request(event).unwrap()
}

fn meaning<R: HttpRoute>(body: &str) -> String {
    let read = json_request(body).body_of::<R>();
    let read = read.unwrap_or_else(|problem| panic!("{body}: {problem:?}"));
    R::Body::meaning(&read).to_json()
}

/// Why a member of a body that is fine otherwise is refused, by each surface.
fn refusals(names: [&str; 3], value: &str) -> [Problem; 3] {
    let with = |body: &str, name: &str| {
        let rest = body.strip_suffix('}').unwrap();
        json_request(&format!("{rest}, \"{name}\": {value}}}"))
    };
    [
        with(PLATFORM, names[0]).body_of::<CreateCardPaymentLink>().map(|_| ()).unwrap_err(),
        with(PAYMENTS, names[1]).body_of::<CreatePayment>().map(|_| ()).unwrap_err(),
        with(LINKS, names[2]).body_of::<CreatePaymentLink>().map(|_| ()).unwrap_err(),
    ]
}

#[test]
fn every_surface_takes_a_byte_order_mark_and_names_a_compressed_body() {
    let marked = |body: &str| json_request(&format!("\u{FEFF}{body}"));
    assert!(marked(PLATFORM).body_of::<CreateCardPaymentLink>().is_ok());
    assert!(marked(PAYMENTS).body_of::<CreatePayment>().is_ok());
    assert!(marked(LINKS).body_of::<CreatePaymentLink>().is_ok());
    let headers = json!({"content-type": "application/json", "content-encoding": "gzip"});
    let told: [Problem; 3] = [
        request(&headers, PLATFORM).body_of::<CreateCardPaymentLink>().map(|_| ()).unwrap_err(),
        request(&headers, PAYMENTS).body_of::<CreatePayment>().map(|_| ()).unwrap_err(),
        request(&headers, LINKS).body_of::<CreatePaymentLink>().map(|_| ()).unwrap_err(),
    ];
    for problem in told {
        let Problem::InvalidJson(why) = problem else { panic!("{problem:?}") };
        assert!(why.contains("compressed"), "{why}");
    }
}

#[test]
fn every_surface_knows_a_request_again_however_it_is_written() {
    let platform = meaning::<CreateCardPaymentLink>(PLATFORM);
    for same in [
        r#"{"amount": "10.00", "user_id": "0190A6E4-7B3C-7CC1-8F00-2B5A3F1D9E01"}"#,
        r#"{ "amount":1E+1,"currency":"usd", "user_id": "0190a6e4-7b3c-7cc1-8f00-2b5a3f1d9e01" }"#,
    ] {
        assert_eq!(meaning::<CreateCardPaymentLink>(same), platform, "{same}");
    }
    let payments = meaning::<CreatePayment>(PAYMENTS);
    for same in [
        r#"{"description": "Report", "currency": "EUR", "amount": 1E+1}"#,
        r#"{"amount": 10.0, "currency": "Eur", "description": "Report", "metadata": null}"#,
        r#"{"amount": 1e1, "currency": "eur", "description": "\u0052eport"}"#,
    ] {
        assert_eq!(meaning::<CreatePayment>(same), payments, "{same}");
    }
    let links = meaning::<CreatePaymentLink>(LINKS);
    let product = "prod_01KA3N7XV8E0P3ZC5Q4M9D2B7F";
    for same in [
        format!(
            r#"{{"products": [{{"quantity": 1.0, "product_id": "{product}"}}], "name": "Autumn"}}"#
        ),
        format!(
            r#"{{"name": "Autumn", "max_uses": null, "products": [{{"product_id": "{product}"}}]}}"#
        ),
    ] {
        assert_eq!(meaning::<CreatePaymentLink>(&same), links, "{same}");
    }
    // And what means another thing is another request.
    assert_ne!(meaning::<CreatePayment>(&PAYMENTS.replace("10", "11")), payments);
    assert_ne!(meaning::<CreatePaymentLink>(&LINKS.replace("Autumn", "autumn")), links);
}

#[test]
fn members_of_metadata_mean_the_same_in_any_order() {
    let with = |body: &str, metadata: &str| {
        format!("{}, \"metadata\": {metadata}}}", body.strip_suffix('}').unwrap())
    };
    let (one, other) = (r#"{"a": 1, "b": {"c": 2, "d": 3}}"#, r#"{"b":{"d":3,"c":2},"a":1}"#);
    assert_eq!(
        meaning::<CreateCardPaymentLink>(&with(PLATFORM, one)),
        meaning::<CreateCardPaymentLink>(&with(PLATFORM, other))
    );
    assert_eq!(
        meaning::<CreatePayment>(&with(PAYMENTS, one)),
        meaning::<CreatePayment>(&with(PAYMENTS, other))
    );
    assert_eq!(
        meaning::<CreatePaymentLink>(&with(LINKS, one)),
        meaning::<CreatePaymentLink>(&with(LINKS, other))
    );
}

#[test]
fn every_surface_refuses_metadata_that_receivers_could_not_read() {
    for (metadata, why) in [
        (r#"{"a":"\ud83d"}"#, "surrogate"),
        (r#"{"a":["\ude00 x"]}"#, "surrogate"),
        (r#"{"a":"\u0000"}"#, "NUL"),
    ] {
        for problem in refusals(["metadata"; 3], metadata) {
            let Problem::Invalid(fields) = problem else { panic!("{metadata}: {problem:?}") };
            assert_eq!(fields[0].field, "metadata", "{metadata}");
            assert!(fields[0].message.contains(why), "{metadata}: {fields:?}");
        }
    }
}

#[test]
fn every_surface_with_ends_refuses_offsets_that_no_clock_has() {
    for when in
        ["2030-01-01T00:00:00+99:99", "2030-01-01T00:00:00+24:00", "2030-01-01T00:00:00-00:60"]
    {
        let [_, payments, links] =
            refusals(["no", "expiresAt", "expires_at"], &format!("\"{when}\""));
        for (problem, name) in [(payments, "expiresAt"), (links, "expires_at")] {
            let Problem::Invalid(fields) = problem else { panic!("{when}: {problem:?}") };
            assert_eq!(fields[0].field, name, "{when}");
        }
    }
}

#[test]
fn every_surface_refuses_a_parameter_that_is_there_twice_and_names_a_lost_plus() {
    let twice = ["5", "6"];
    let told: [Result<()>; 3] = [
        query("limit", &twice).query_of::<ListPlatformPayments>().map(|_| ()),
        query("limit", &twice).query_of::<ListPayments>().map(|_| ()),
        query("limit", &twice).query_of::<ListTransactions>().map(|_| ()),
    ];
    for answer in told {
        assert_eq!(answer, Err(Problem::field("limit", "is there more than once")));
    }
    let lost = "2026-11-21T10:00:00 02:00";
    let told = [
        query("created_from", &[lost]).query_of::<ListPlatformPayments>().map(|_| ()),
        query("from", &[lost]).query_of::<ListTransactions>().map(|_| ()),
    ];
    for answer in told {
        let Err(Problem::Invalid(fields)) = answer else { panic!("{answer:?}") };
        assert!(fields[0].message.contains("%2B"), "{fields:?}");
    }
}

/// The bodies of the webhooks of a paid payment with this metadata.
fn webhooks(surface: Surface, metadata: &str) -> Vec<String> {
    let made = fixture::intent(fixture::scope(), USER.parse().unwrap(), fixture::someday());
    let mut made = PaymentIntent { surface, ..made };
    made.metadata = Some(Metadata::new(metadata).unwrap());
    if surface != Surface::Platform {
        made.link_terms_mut().unwrap().request = Some(LinkRequest {
            idempotency_key: None,
            customer: None,
            tax_code: None,
            payment_link: None,
            estimate: None,
            invoiced: false,
        });
    }
    let made = fixture::in_status(made, StatusName::Pending);
    let Write::Insert(image) = intent::insert(&made) else { panic!("an intent is inserted") };
    let aggregate = Aggregate::read(&image).unwrap().unwrap();
    let message = aggregate.events_after(0).pop().unwrap();
    // The bus parses an entry and writes it anew; the event's record is what the fan-out read.
    let entry: Value = serde_json::from_str(&serde_json::to_string(&message).unwrap()).unwrap();
    let read: Message = serde_json::from_str(&entry.to_string()).unwrap();
    let kept: Message = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
    let events = payload::events(&kept).unwrap();
    events.iter().map(|event| payload::body(&kept, event).unwrap()).collect()
}

#[test]
fn metadata_reaches_the_webhooks_of_the_newer_surfaces_byte_for_byte() {
    for metadata in [
        r#"{"n":0.1000,"m":1e400}"#,
        r#"{ "z" : [-0.0, 1E+5],  "a":"é \u00e9 \ud83d\ude00 \/" }"#,
        r#"{"n":12345678901234567890.123456789012345678901}"#,
    ] {
        for surface in [Surface::Payments, Surface::Platform] {
            let bodies = webhooks(surface, metadata);
            assert!(!bodies.is_empty(), "{surface:?}");
            for body in bodies {
                assert!(
                    body.contains(&format!(r#""metadata":{metadata}"#)),
                    "{metadata} in {body}"
                );
            }
        }
    }
}

/// Every route of every surface.
fn routes() -> Vec<(&'static str, RouteDoc)> {
    let surfaces = [
        ("platform", shared::http::platform::routes::all()),
        ("payments", shared::http::payments::routes::all()),
        ("links", shared::http::links::routes::all()),
        ("hosted", shared::http::hosted::routes::all()),
    ];
    let routes = surfaces
        .into_iter()
        .flat_map(|(surface, routes)| routes.into_iter().map(move |route| (surface, route)));
    routes.filter(|(_, route)| route.method != Method::Get && route.body.is_some()).collect()
}

/// The body of the event that a function is invoked with by hand: one that is fine.
fn sample(surface: &str, operation: &str) -> Option<Value> {
    let name = format!("../events/{surface}-{}.json", operation.replace('_', "-"));
    let event = std::fs::read_to_string(name).ok()?;
    let event: Value = serde_json::from_str(&event).unwrap();
    let body = event["body"].as_str().unwrap_or("{}");
    serde_json::from_str(body).ok()
}

#[test]
fn empty_texts_other_names_and_lines_of_one_product_are_no_other_request() {
    use shared::http::payments::routes::{CreateCustomer, CreateWebhook};
    let customer = meaning::<CreateCustomer>(r#"{"email": "a@example.com", "id": "user 1"}"#);
    for same in [
        r#"{"email": "A@Example.com", "externalId": "user 1"}"#,
        r#"{"email": "a@example.com", "id": "user 1", "externalId": "user 1"}"#,
        r#"{"email": "a@example.com", "id": "user 1", "taxExempt": "none", "fullName": null}"#,
    ] {
        assert_eq!(meaning::<CreateCustomer>(same), customer, "{same}");
    }
    let at = |address: &str| {
        meaning::<CreateCustomer>(&format!(
            r#"{{"email": "a@example.com", "address": {{"line1": "1 Main St", "city": "Albany",
                "postalCode": "12207", {address}}}}}"#
        ))
    };
    let albany = at(r#""country": "US", "region": "NY""#);
    for same in [
        r#""country": "us", "region": "US-NY""#,
        r#""country": "US", "region": "ny", "line2": "", "state": """#,
    ] {
        assert_eq!(at(same), albany, "{same}");
    }
    assert_ne!(at(r#""country": "US", "region": "NJ""#), albany);
    let webhook = r#"{"url": "https://example.com/hook", "events": []"#;
    assert_eq!(
        meaning::<CreateWebhook>(&format!(r#"{webhook}, "description": ""}}"#)),
        meaning::<CreateWebhook>(&format!("{webhook}}}"))
    );
    let product = "prod_01KA3N7XV8E0P3ZC5Q4M9D2B7F";
    let link = |lines: &str| {
        meaning::<CreatePaymentLink>(&format!(r#"{{"name": "Autumn", "products": [{lines}]}}"#))
    };
    let five = link(&format!(r#"{{"product_id": "{product}", "quantity": 5}}"#));
    for same in [
        format!(
            r#"{{"product_id": "{product}", "quantity": 2}}, {{"quantity": 3, "product_id": "{}"}}"#,
            product.to_lowercase()
        ),
        format!(r#"{{"product_id": "{product}"}}, {{"product_id": "{product}", "quantity": 4}}"#),
    ] {
        assert_eq!(link(&same), five, "{same}");
    }
    assert_ne!(link(&format!(r#"{{"product_id": "{product}", "quantity": 6}}"#)), five);
}

#[test]
fn no_route_swallows_what_stands_in_a_body_that_it_has_no_use_for() {
    use shared::http::{dashboard, hosted, links, payments, platform};
    let surfaces = [
        platform::routes::all(),
        payments::routes::all(),
        links::routes::all(),
        hosted::routes::all(),
        dashboard::routes::all(),
    ];
    let routes = surfaces.into_iter().flatten();
    let silent = routes.filter(|route| {
        let writes = !matches!(route.method, Method::Get | Method::Delete);
        // A processor signs the bytes of what it tells; the route reads them itself.
        let told = route.path.starts_with("/processors/");
        writes && !told && route.body.is_none()
    });
    let silent: Vec<_> = silent.map(|route| format!("{:?} {}", route.method, route.path)).collect();
    assert!(silent.is_empty(), "state `body: Action<NoFields>`: {silent:?}");
}

#[test]
fn actions_without_fields_name_what_they_do_not_know_where_their_surface_does() {
    for (surface, route) in routes() {
        let schema = &route.body.as_ref().unwrap().schema;
        if schema["properties"].as_object().is_some_and(|fields| !fields.is_empty()) {
            continue;
        }
        let at = format!("{surface} {}", route.operation);
        for nothing in ["", "{}", " "] {
            assert!((route.meaning)(&json_request(nothing)).is_ok(), "{at} {nothing:?}");
        }
        let told = (route.meaning)(&json_request(r#"{"amount": 1}"#));
        match surface {
            "payments" => assert!(told.is_ok(), "{at}"),
            _ => assert_eq!(
                told,
                Err(Problem::field("amount", "is not a field of this request")),
                "{at}"
            ),
        }
        assert!((route.meaning)(&json_request("{\"a\":1,\"a\":2}")).is_err(), "{at}");
    }
}

#[test]
fn what_is_wrong_is_said_in_words_that_lead_on() {
    let told = |problem: Problem, field: &str| {
        let Problem::Invalid(fields) = problem else { panic!("{problem:?}") };
        fields.into_iter().find(|error| error.field == field).unwrap().message
    };
    let [_, payments, links] =
        refusals(["no", "expiresAt", "expires_at"], "\"2030-12-31T23:59:60Z\"");
    for (problem, field) in [(payments, "expiresAt"), (links, "expires_at")] {
        assert!(told(problem, field).contains("leap second"));
    }
    for amount in ["1152921504606846976", "9007199254740992", "1e30", "99999999999999999999999"] {
        let body = PAYMENTS.replace("10", amount);
        let problem = json_request(&body).body_of::<CreatePayment>().map(|_| ()).unwrap_err();
        assert_eq!(told(problem, "amount"), "must be at most 9007199254740991", "{amount}");
    }
    for amount in ["0", "-1", "0.5", "\"100\"", "1e-3"] {
        let body = PAYMENTS.replace("10", amount);
        let problem = json_request(&body).body_of::<CreatePayment>().map(|_| ()).unwrap_err();
        assert_eq!(told(problem, "amount"), "must be an integer of at least 1", "{amount}");
    }
    use shared::http::links::routes::UpdateOrganization;
    let website = r#"{"website": "https://user:secret@example.com/"}"#;
    let problem = json_request(website).body_of::<UpdateOrganization>().map(|_| ()).unwrap_err();
    assert!(told(problem, "website").contains("user name"));
    use shared::http::payments::routes::CreateWebhook;
    for version in ["\"latest\"", "\"2026-7-11\"", "7", "\"\""] {
        let body = format!(
            r#"{{"url": "https://example.com/hook", "events": [], "apiVersion": {version}}}"#
        );
        let problem = json_request(&body).body_of::<CreateWebhook>().map(|_| ()).unwrap_err();
        assert!(told(problem, "apiVersion").contains("2026-07-11"), "{version}");
    }
}

#[test]
fn a_region_without_its_country_is_refused_wherever_there_is_one() {
    use shared::http::{
        links::routes::PreviewPaymentLink,
        payments::routes::{ListTaxRates, PreviewTax, UpdateTaxSettings},
    };
    let problem = query("region", &["CA"]).query_of::<PreviewPaymentLink>().map(|_| ());
    let alone = problem.map(|()| query("region", &["CA"]));
    let wish = alone.unwrap().query_of::<PreviewPaymentLink>().unwrap();
    assert_eq!(wish.buyer().map(|_| ()), Err(Problem::field("region", "needs a country")));
    let told = query("region", &["CA"]).query_of::<ListTaxRates>().map(|_| ());
    assert_eq!(told, Err(Problem::field("region", "needs a country")));
    let body = r#"{"amount": 100, "currency": "usd", "region": "CA"}"#;
    let preview = json_request(body).body_of::<PreviewTax>().unwrap();
    let told = preview.command(fixture::someday()).map(|_| ());
    assert_eq!(told, Err(Problem::field("region", "needs a country")));
    let body = r#"{"overrides": [{"taxCode": "digital", "region": "CA", "rate": "5"}]}"#;
    let told = json_request(body).body_of::<UpdateTaxSettings>().map(|_| ());
    assert_eq!(told, Err(Problem::field("overrides[0].region", "needs a country")));
}
