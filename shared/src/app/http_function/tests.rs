use super::*;
use crate::{
    http::{
        hosted::{Hosted, HostedPages},
        links::Links,
        payments::Payments,
        platform::Platform,
        surface::Surface,
    },
    operations::{Problem, Resource},
};
use lambda_http::request::from_str;
use serde_json::{Value, json};
use std::{future::pending, time::Duration};

fn shim<S: Surface>(
    handler: impl Fn(Request) -> BoxFuture<Result> + Send + Sync + 'static,
) -> Shim {
    Shim {
        voice: |_| Voice::of::<S>(),
        success: SuccessStatus { done: 201, otherwise: Some(202) },
        docs_url: None,
        handler: Box::new(handler),
        usage: Box::new(Usage::default),
        cold: AtomicBool::new(true),
    }
}

/// Calls a function whose invocation has this much time.
fn call(shim: &Shim, method: &str, time_ms: i64) -> Response<Body> {
    let event = json!({
        "httpMethod": method,
        "requestContext": {"httpMethod": method, "requestId": "r-1", "resourcePath": "/things"},
    });
    let mut context = lambda_runtime::Context::default();
    context.deadline = u64::try_from(clock::now().ms() + time_ms).unwrap();
    let request = from_str(&event.to_string()).unwrap().with_lambda_context(context);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(shim.answer(request)).unwrap()
}

fn json_of(response: &Response<Body>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

fn header<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    response.headers().get(name).unwrap().to_str().unwrap()
}

fn data() -> Reply {
    Reply::data(&json!({"id": "7"}))
}

/// What Lambda gives, less what is kept to answer and to log.
#[test]
fn an_invocation_keeps_half_a_second_to_answer() {
    let mut context = lambda_runtime::Context::default();
    context.deadline = u64::try_from(clock::now().ms() + 60_000).unwrap();
    let left = runtime::begin(&context).time_left();
    assert!(left <= Duration::from_millis(59_500), "{left:?}");
}

#[test]
fn a_handler_that_never_ends_is_answered_before_lambda_ends_the_process() {
    let never = |_| -> BoxFuture<Result> { Box::pin(pending()) };
    let answer = call(&shim::<Platform>(never), "POST", 540);
    assert_eq!(answer.status(), 503);
    assert_eq!(json_of(&answer)["data"]["code"], "temporarily_unavailable");
    assert_eq!(json_of(&answer)["data"]["request_id"], "r-1");
    assert_eq!(header(&answer, "retry-after"), "1");
    assert_eq!(header(&answer, "x-request-id"), "r-1");
}

#[test]
fn handlers_are_told_how_much_time_is_left() {
    let told = |_| -> BoxFuture<Result> {
        Box::pin(async {
            let left = Deadline::current().unwrap().time_left();
            assert!(left <= Duration::from_millis(599_500), "{left:?}");
            assert!(left > Duration::from_secs(500), "{left:?}");
            assert_eq!(Deadline::limit(Duration::from_secs(2)), Duration::from_secs(2));
            Ok(data())
        })
    };
    assert_eq!(call(&shim::<Platform>(told), "GET", 600_000).status(), 201);
}

#[test]
fn each_surface_has_its_envelope() {
    let fine = |_| -> BoxFuture<Result> { Box::pin(async { Ok(data()) }) };
    let answer = call(&shim::<Platform>(fine), "GET", 10_000);
    assert_eq!(json_of(&answer)["data"], json!({"id": "7"}));
    assert_eq!(header(&answer, "content-type"), "application/json");
    assert_eq!(json_of(&call(&shim::<Hosted>(fine), "GET", 10_000)), json!({"id": "7"}));
    let gone =
        |_| -> BoxFuture<Result> { Box::pin(async { Err(Problem::NotFound(Resource::Link)) }) };
    let page = call(&shim::<HostedPages>(gone), "GET", 10_000);
    assert_eq!(
        (page.status().as_u16(), header(&page, "content-type")),
        (404, "text/html; charset=utf-8")
    );
    assert_eq!(header(&page, "x-robots-tag"), "noindex, nofollow");
    let payment = call(&shim::<Payments>(fine), "GET", 10_000);
    assert_eq!(json_of(&payment), json!({"success": true, "data": {"id": "7"}}));
    assert_eq!(header(&payment, "paylink-version"), "2026-07-11");
    let link = call(&shim::<Links>(gone), "GET", 10_000);
    assert_eq!(
        (link.status().as_u16(), json_of(&link)["code"].clone()),
        (404, json!("link_not_found"))
    );
}

#[test]
fn what_is_done_is_answered_with_the_status_that_the_route_states() {
    let done = |_| -> BoxFuture<Result> { Box::pin(async { Ok(data()) }) };
    let answer = call(&shim::<Platform>(done), "POST", 10_000);
    assert_eq!((answer.status().as_u16(), &json_of(&answer)["status_code"]), (201, &json!(201)));
    let later = |_| -> BoxFuture<Result> { Box::pin(async { Ok(data().otherwise()) }) };
    assert_eq!(call(&shim::<Links>(later), "POST", 10_000).status(), 202);
    let known = |_| -> BoxFuture<Result> { Box::pin(async { Ok(data().instead(304)) }) };
    assert_eq!(call(&shim::<Links>(known), "GET", 10_000).status(), 304);
}

#[test]
fn a_page_answers_head_without_a_body_and_options_without_its_handler() {
    let html = |_| -> BoxFuture<Result> {
        Box::pin(async { Ok(Reply::html("<p>".to_owned(), "default-src 'none'".to_owned())) })
    };
    let head = call(&shim::<HostedPages>(html), "HEAD", 10_000);
    assert_eq!((head.status().as_u16(), head.body().len()), (201, 0));
    let never = |_| -> BoxFuture<Result> { panic!("called") };
    let options = call(&shim::<HostedPages>(never), "OPTIONS", 10_000);
    assert_eq!((options.status().as_u16(), header(&options, "allow")), (204, "GET, HEAD, OPTIONS"));
}
