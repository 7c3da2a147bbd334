use super::*;
use crate::store::Guard;
use aws_sdk_dynamodb::{
    Config,
    config::{BehaviorVersion, Credentials, Region, http::HttpResponse, retry::RetryConfig},
};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::HttpRequest,
};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value as Json, json};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

/// A service that gives these answers, one after the other, and keeps what it was asked.
#[derive(Debug, Clone, Default)]
struct Scripted {
    answers: Arc<Mutex<VecDeque<(u16, Json)>>>,
    asked: Arc<Mutex<Vec<Json>>>,
}

impl HttpConnector for Scripted {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = request.body().bytes().unwrap();
        self.asked.lock().unwrap().push(serde_json::from_slice(body).unwrap());
        let (status, answer) = self.answers.lock().unwrap().pop_front().unwrap();
        let body = SdkBody::from(answer.to_string());
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), body)))
    }
}

/// A table that answers as told; what it is asked is sent once.
fn table(answers: Vec<(u16, Json)>) -> (Dynamo, Scripted) {
    let scripted =
        Scripted { answers: Arc::new(Mutex::new(answers.into())), ..Scripted::default() };
    let connector = SharedHttpConnector::new(scripted.clone());
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("AKID", "secret", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .http_client(http_client_fn(move |_, _| connector.clone()));
    (Dynamo::new(Client::from_conf(config.build()), "paylink".to_owned()), scripted)
}

fn error(code: &str) -> (u16, Json) {
    (400, json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "why"}))
}

fn canceled(codes: &[&str]) -> (u16, Json) {
    let reasons: Vec<Json> = codes.iter().map(|code| json!({"Code": code})).collect();
    let (status, mut body) = error("TransactionCanceledException");
    body["CancellationReasons"] = json!(reasons);
    (status, body)
}

fn key(n: u8) -> Key {
    Key { pk: format!("p{n}"), sk: "s".to_owned() }
}

fn two_writes() -> Vec<Write> {
    vec![
        Write::Check { key: key(1), guards: vec![Guard::Is("v", 1_i64.into())] },
        Write::Insert(key(2).item().with("v", 1_i64)),
    ]
}

/// How a commit of two writes ends, and how often it was tried.
async fn commit(answers: Vec<(u16, Json)>) -> (Result<()>, usize) {
    let (dynamo, scripted) = table(answers);
    let result = dynamo.commit(&two_writes()).await;
    assert!(scripted.answers.lock().unwrap().is_empty(), "fewer tries than expected");
    let tries = scripted.asked.lock().unwrap().len();
    (result, tries)
}

#[tokio::test]
async fn a_transaction_that_met_another_or_was_throttled_is_tried_again_under_its_token() {
    for first in [
        canceled(&["TransactionConflict", "None"]),
        canceled(&["None", "ThrottlingError"]),
        canceled(&["ProvisionedThroughputExceeded", "TransactionConflict"]),
        error("TransactionInProgressException"),
        error("ThrottlingException"),
    ] {
        let (dynamo, scripted) = table(vec![first.clone(), (200, json!({}))]);
        dynamo.commit(&two_writes()).await.unwrap();
        let asked = scripted.asked.lock().unwrap();
        assert_eq!(asked.len(), 2, "{first:?}");
        assert_eq!(asked[0], asked[1]);
        assert!(asked[0]["ClientRequestToken"].is_string());
    }
}

#[tokio::test]
async fn tries_end() {
    let (result, _) = commit(vec![canceled(&["TransactionConflict", "None"]); 4]).await;
    assert!(matches!(result, Err(Error::Contended)), "{result:?}");
    let (result, _) = commit(vec![canceled(&["ThrottlingError", "None"]); 4]).await;
    let Err(Error::Unavailable(cause)) = result else { panic!("{result:?}") };
    assert!(cause.contains("ThrottlingError"), "{cause}");
}

#[test]
fn throttled_tries_wait_longer_than_those_that_met_another_writer() {
    assert_eq!([1, 2, 3].map(|tried| longest_pause_ms(tried, 1)), [20, 40, 80]);
    assert_eq!([1, 2, 3].map(|tried| longest_pause_ms(tried, THROTTLED)), [160, 320, 640]);
}

#[tokio::test]
async fn a_condition_that_did_not_hold_tells_which_and_the_item_as_it_was() {
    let old = json!({"pk": {"S": "p2"}, "v": {"N": "7"}});
    let (status, mut body) = canceled(&["TransactionConflict", "ConditionalCheckFailed"]);
    body["CancellationReasons"][1]["Item"] = old.clone();
    let (result, _) = commit(vec![(status, body)]).await;
    let Err(Error::Refused { index: 1, old: Some(item) }) = result else { panic!("{result:?}") };
    assert_eq!(*item, from_stream(&old).unwrap());

    let (status, mut body) = error("ConditionalCheckFailedException");
    body["Item"] = old;
    for (write, answer) in [
        (Write::Insert(key(1).item()), (status, body.clone())),
        (Write::Replace { item: key(1).item(), version: 3 }, (status, body.clone())),
        (Write::Remove { key: key(1), version: 3 }, (status, body.clone())),
    ] {
        let (dynamo, _) = table(vec![answer]);
        let result = dynamo.commit(&[write]).await;
        let Err(Error::Refused { index: 0, old: Some(old) }) = result else { panic!("{result:?}") };
        assert_eq!(*old, *item);
    }
    let (dynamo, _) = table(vec![error("ConditionalCheckFailedException")]);
    let result = dynamo.commit(&[Write::Insert(key(1).item())]).await;
    assert!(matches!(result, Err(Error::Refused { index: 0, old: None })), "{result:?}");
}

#[tokio::test]
async fn what_will_fail_again_is_not_called_unavailable() {
    for code in ["AccessDeniedException", "ValidationException", "ResourceNotFoundException"] {
        let (result, tries) = commit(vec![error(code)]).await;
        assert!(matches!(result, Err(Error::Rejected(_))), "{code}: {result:?}");
        assert_eq!(tries, 1);
        let (dynamo, _) = table(vec![error(code)]);
        let result = dynamo.get(&key(1), Consistency::Strong).await;
        assert!(matches!(result, Err(Error::Rejected(_))), "{code}: {result:?}");
    }
    for reason in ["ValidationError", "ItemCollectionSizeLimitExceeded"] {
        let (result, _) = commit(vec![canceled(&[reason, "TransactionConflict"])]).await;
        assert!(matches!(result, Err(Error::Rejected(_))), "{reason}: {result:?}");
    }
    let (dynamo, _) = table(vec![(500, json!({}))]);
    let result = dynamo.get(&key(1), Consistency::Strong).await;
    assert!(matches!(result, Err(Error::Unavailable(_))), "{result:?}");
}

#[tokio::test]
async fn a_record_of_a_kind_that_is_never_written_is_corrupt() {
    let (dynamo, _) = table(vec![(200, json!({"Item": {"pk": {"NULL": true}}}))]);
    let result = dynamo.get(&key(1), Consistency::Strong).await;
    assert!(matches!(result, Err(Error::Corrupt(_))), "{result:?}");
}

#[tokio::test]
async fn every_answer_is_metered() {
    let cost = |units: Json| json!({"TableName": "paylink", "CapacityUnits": units});
    let (dynamo, _) = table(vec![
        (200, json!({"ConsumedCapacity": cost(json!(0.5))})),
        (200, json!({"ConsumedCapacity": [cost(json!(2.0)), cost(json!(4))]})),
        error("AccessDeniedException"),
    ]);
    dynamo.get(&key(1), Consistency::Eventual).await.unwrap();
    dynamo.commit(&two_writes()).await.unwrap();
    let _ = dynamo.get(&key(1), Consistency::Eventual).await;
    let usage = dynamo.meter.take();
    assert_eq!((usage.calls, usage.half_read_units, usage.half_write_units), (3, 1, 12));
}
