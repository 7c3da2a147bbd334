pub mod service;

use super::*;
use crate::{aws_error::describe, digest::hex};
use aws_sdk_kms::{
    error::SdkError,
    operation::decrypt::{DecryptError, DecryptOutput},
    primitives::Blob,
};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::HttpRequest,
    result::ConnectorError,
};
use ring::{
    digest::{SHA256, digest},
    hmac,
};
use serde_json::{Value, json};
use service::{PATIENT, Say, Seen, Service, aws, clients};
use std::{
    process::Command,
    sync::{Arc, Mutex},
};

pub fn good() -> Value {
    json!({"Plaintext": "eA=="})
}

pub async fn decrypt(
    client: &aws_sdk_kms::Client,
) -> Result<DecryptOutput, SdkError<DecryptError>> {
    client.decrypt().key_id("key").ciphertext_blob(Blob::new("wrapped")).send().await
}

async fn fails(client: &aws_sdk_kms::Client) -> String {
    describe("Decrypt", &decrypt(client).await.unwrap_err())
}

fn header<'a>(seen: &'a Seen, name: &str) -> Option<&'a str> {
    let lines = seen.head.lines().filter_map(|line| line.split_once(": "));
    lines.into_iter().find(|(listed, _)| *listed == name).map(|(_, value)| value)
}

/// Signature version 4, computed from the request as it arrived.
fn signature(seen: &Seen, signed: &str, scope: &str) -> String {
    let sha = |bytes: &[u8]| hex(digest(&SHA256, bytes).as_ref());
    let headers: String = signed
        .split(';')
        .map(|name| format!("{name}:{}\n", header(seen, name).unwrap_or_default()))
        .collect();
    let request = format!("POST\n/\n\n{headers}\n{signed}\n{}", sha(&seen.body));
    let date = header(seen, "x-amz-date").unwrap();
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", sha(request.as_bytes()));
    let mut key = b"AWS4secret".to_vec();
    for part in scope.split('/').chain([text.as_str()]) {
        let signer = hmac::Key::new(hmac::HMAC_SHA256, &key);
        key = hmac::sign(&signer, part.as_bytes()).as_ref().to_vec();
    }
    hex(&key)
}

#[tokio::test]
async fn a_call_is_a_signed_post_that_names_its_operation() {
    let service = Service::saying(vec![Say::Answer(200, good())]);
    let client = clients(&service.url, PATIENT, None).kms().unwrap();
    let answer = decrypt(&client).await.unwrap();
    assert_eq!(answer.plaintext.unwrap().into_inner(), b"x");
    let [seen] = &service.seen()[..] else { panic!("one request") };
    let body: Value = serde_json::from_slice(&seen.body).unwrap();
    assert_eq!(body, json!({"KeyId": "key", "CiphertextBlob": "d3JhcHBlZA=="}));
    assert!(seen.head.starts_with("POST / HTTP/1.1\r\n"), "{}", seen.head);
    let is = |name: &str, value: &str| assert_eq!(header(seen, name), Some(value), "{name}");
    is("host", service.url.strip_prefix("http://").unwrap());
    is("content-type", "application/x-amz-json-1.1");
    is("x-amz-target", "TrentService.Decrypt");
    is("x-amz-security-token", "session");
    assert_eq!(header(seen, "user-agent"), None);
    assert_eq!(header(seen, "x-amz-user-agent"), None);
    let trace = std::env::var_os("_X_AMZN_TRACE_ID").map(|trace| trace.into_string().unwrap());
    assert_eq!(header(seen, "x-amzn-trace-id"), trace.as_deref());

    let authorization = header(seen, "authorization").unwrap();
    let parts = authorization.strip_prefix("AWS4-HMAC-SHA256 Credential=AKID/").unwrap();
    let (scope, rest) = parts.split_once(", SignedHeaders=").unwrap();
    let (signed, signature_sent) = rest.split_once(", Signature=").unwrap();
    assert!(scope.ends_with("/eu-central-1/kms/aws4_request"), "{scope}");
    for name in ["host", "x-amz-date", "x-amz-security-token", "x-amz-target"] {
        assert!(signed.split(';').any(|listed| listed == name), "{name} is not in {signed}");
    }
    assert_eq!(signature_sent, signature(seen, signed, scope));
}

/// Lambda's trace is in the environment, which only another process can be given.
#[test]
fn the_trace_of_the_invocation_goes_along() {
    let test = "app::aws::tests::a_call_is_a_signed_post_that_names_its_operation";
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test])
        .env("AWS_LAMBDA_FUNCTION_NAME", "a-function")
        .env("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && text.contains("1 passed"), "{text}");
}

#[tokio::test]
async fn faults_and_throttling_are_tried_again_and_the_third_is_the_answer() {
    let slow = json!({"__type": "com.amazonaws#ThrottlingException", "message": "slowly"});
    let slow = Say::Answer(400, slow);
    let says = vec![Say::Answer(500, json!({})), slow.clone(), Say::Answer(200, good())];
    let service = Service::saying(says);
    decrypt(&clients(&service.url, PATIENT, None).kms().unwrap()).await.unwrap();
    let attempts: Vec<_> = service
        .seen()
        .iter()
        .map(|seen| header(seen, "amz-sdk-request").unwrap().to_owned())
        .collect();
    assert_eq!(attempts, ["attempt=1; max=3", "attempt=2; max=3", "attempt=3; max=3"]);

    let service = Service::saying(vec![slow.clone(), slow.clone(), slow]);
    let error = fails(&clients(&service.url, PATIENT, None).kms().unwrap()).await;
    assert_eq!(error, "Decrypt: 400 ThrottlingException: slowly");
    assert_eq!(service.seen().len(), 3);
}

#[tokio::test]
async fn a_refusal_is_an_answer_and_tells_its_code() {
    let refusal = json!({
        "__type": "com.amazonaws.kms#DisabledException:http://x/",
        "message": "no",
    });
    let service = Service::saying(vec![Say::Answer(400, refusal)]);
    let error = fails(&clients(&service.url, PATIENT, None).kms().unwrap()).await;
    assert_eq!(error, "Decrypt: 400 DisabledException: no");
    assert_eq!(service.seen().len(), 1, "asked once");
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again() {
    let service = Service::saying(vec![Say::HangUp, Say::Answer(200, good())]);
    decrypt(&clients(&service.url, PATIENT, None).kms().unwrap()).await.unwrap();
    assert_eq!(service.seen().len(), 2);
}

#[tokio::test]
async fn an_answer_that_comes_after_the_limit_of_its_attempt_is_asked_for_again() {
    // The second attempt has time enough on a busy machine, and a third stands behind it.
    let late = Say::Late(Duration::from_secs(30), good());
    let service = Service::saying(vec![late, Say::Answer(200, good()), Say::Answer(200, good())]);
    let limits = CallLimits { attempt: Duration::from_secs(1), ..PATIENT };
    decrypt(&clients(&service.url, limits, None).kms().unwrap()).await.unwrap();
    let seen = service.seen();
    assert_eq!(header(&seen[1], "amz-sdk-request"), Some("attempt=2; max=3"));
}

#[tokio::test]
async fn a_service_that_keeps_silent_is_given_up_in_time() {
    let short = Duration::from_millis(20);
    for limits in [
        CallLimits { attempts: 2, attempt: short, ..PATIENT },
        CallLimits { attempts: 2, operation: short, ..PATIENT },
    ] {
        let service = Service::saying(Vec::new());
        let error = fails(&clients(&service.url, limits, None).kms().unwrap()).await;
        assert!(error.contains("timeout"), "{error}");
    }
}

/// Each call has its own limit, and all of an invocation's calls have one together.
#[tokio::test]
async fn calls_share_the_deadline_of_the_invocation() {
    let service = Service::saying(Vec::new());
    let client = clients(&service.url, PATIENT, None).kms().unwrap();
    let error = Deadline::after(Duration::from_millis(50)).scope(fails(&client)).await;
    assert!(error.contains("timeout"), "{error}");
    // The time is over: the next call does not begin to wait.
    let error = Deadline::after(Duration::ZERO).scope(fails(&client)).await;
    assert!(error.contains("timeout"), "{error}");
    let service = Service::saying(vec![Say::Answer(200, good())]);
    let client = clients(&service.url, PATIENT, None).kms().unwrap();
    Deadline::after(Duration::from_secs(60)).scope(decrypt(&client)).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_is_not_understood_is_not_quoted() {
    let service = Service::saying(vec![Say::Answer(200, json!({"Plaintext": "a secret"}))]);
    let error = fails(&clients(&service.url, PATIENT, None).kms().unwrap()).await;
    assert!(error.starts_with("Decrypt: ") && !error.contains("secret"), "{error}");
}

/// Notes where requests go, and lets none through.
#[derive(Debug, Clone, Default)]
struct Nowhere(Arc<Mutex<Vec<String>>>);

impl HttpConnector for Nowhere {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.0.lock().unwrap().push(request.uri().to_owned());
        HttpConnectorFuture::ready(Err(ConnectorError::user("nowhere".into())))
    }
}

/// Where the four services are called.
async fn places(aws: Aws) -> Vec<String> {
    let nowhere = Nowhere::default();
    let connector = SharedHttpConnector::new(nowhere.clone());
    let http = http_client_fn(move |_, _| connector.clone());
    let clients = Clients { aws, http, limits: PATIENT };
    let _ = clients.dynamodb().unwrap().list_tables().send().await;
    let _ = clients.eventbridge().unwrap().list_event_buses().send().await;
    let _ = clients.kms().unwrap().list_keys().send().await;
    let _ = clients.sqs().unwrap().list_queues().send().await;
    nowhere.0.lock().unwrap().clone()
}

fn everywhere(pattern: &str) -> Vec<String> {
    ["dynamodb", "events", "kms", "sqs"].map(|name| pattern.replace('*', name)).to_vec()
}

#[tokio::test]
async fn services_are_called_where_their_partition_has_them() {
    let plain = aws(None);
    assert_eq!(places(plain.clone()).await, everywhere("https://*.eu-central-1.amazonaws.com/"));
    let china = Aws { region: "cn-north-1".to_owned(), ..plain.clone() };
    assert_eq!(places(china).await, everywhere("https://*.cn-north-1.amazonaws.com.cn/"));
    let american = Aws { region: "us-east-1".to_owned(), ..plain };
    let fips = Aws { fips: true, ..american.clone() };
    assert_eq!(places(fips).await, everywhere("https://*-fips.us-east-1.amazonaws.com/"));
    let dual_stack = Aws { dual_stack: true, ..american };
    assert_eq!(places(dual_stack).await, everywhere("https://*.us-east-1.api.aws/"));
}

#[tokio::test]
async fn an_endpoint_of_all_gives_way_to_a_services_own() {
    let mut aws = aws(Some("http://127.0.0.1:4566"));
    aws.endpoints.kms = Some("https://vpce.example:8443".to_owned());
    let local = "http://127.0.0.1:4566/";
    assert_eq!(places(aws).await, [local, local, "https://vpce.example:8443/", local]);
}

#[test]
fn an_endpoint_that_is_no_url_is_refused_at_the_start() {
    let http = connections::http_client(None).unwrap();
    for url in ["", "dynamodb", "ftp://host", "http://", "/path", "http://host:x"] {
        let clients = Clients { aws: aws(Some(url)), http: http.clone(), limits: PATIENT };
        assert_eq!(clients.sqs().err(), Some(format!("{url} is no endpoint")));
    }
    for url in ["http://127.0.0.1:4566/", "https://[::1]:8000", "https://vpce.example"] {
        let clients = Clients { aws: aws(Some(url)), http: http.clone(), limits: PATIENT };
        clients.sqs().unwrap();
    }
}
