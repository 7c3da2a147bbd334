//! A sender of webhooks as one writes it in an afternoon: one message per invocation, a connection
//! of its own for each. It reads the endpoint, claims the delivery, signs, sends, and records what
//! came back, with the same writes as the real one; its clients are made once.
//!
//! Its secret comes from the environment: opening a sealed one is left out in its favour.

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use base64::{Engine, engine::general_purpose::STANDARD};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use ring::hmac;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    env, fs,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

const TABLE: &str = "paylink";

struct Sender {
    table: Client,
    web: reqwest::Client,
    secret: String,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let mut web = reqwest::Client::builder()
        .timeout(Duration::from_secs(15))
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(0);
    if let Ok(path) = env::var("WEBHOOK_CA_BUNDLE") {
        web = web.add_root_certificate(reqwest::Certificate::from_pem(&fs::read(path)?)?);
    }
    let sender = Sender {
        table: Client::new(&config),
        web: web.build()?,
        secret: env::var("WEBHOOK_SECRET")?,
    };
    run(service_fn(|event: LambdaEvent<Value>| deliver(&sender, event.payload))).await
}

async fn deliver(sender: &Sender, event: Value) -> Result<Value, Error> {
    let record = &event["Records"][0];
    let message: Value = serde_json::from_str(record["body"].as_str().unwrap_or_default())?;
    let (endpoint, delivery) = (key(&message["endpoint"]), key(&message["delivery"]));
    let found = sender.table.get_item().table_name(TABLE).set_key(Some(endpoint)).send().await?;
    let url = text(found.item.as_ref(), "url")?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let claimed = sender
        .table
        .update_item()
        .table_name(TABLE)
        .set_key(Some(delivery.clone()))
        .update_expression("SET lease = :until")
        .condition_expression("st = :pending AND (attribute_not_exists(lease) OR lease <= :now)")
        .expression_attribute_values(":pending", AttributeValue::S("pending".into()))
        .expression_attribute_values(":now", number(now.as_millis()))
        .expression_attribute_values(":until", number(now.as_millis() + 25_000))
        .return_values(aws_sdk_dynamodb::types::ReturnValue::AllNew)
        .send()
        .await?;
    let body = text(claimed.attributes.as_ref(), "body")?;
    let id = message["id"].as_str().unwrap_or_default();
    let answer = sender
        .web
        .post(url)
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", now.as_secs())
        .header("webhook-signature", signature(&sender.secret, id, now.as_secs(), &body)?)
        .body(body)
        .send()
        .await?;
    let (status, said) = (answer.status(), answer.text().await?);
    sender
        .table
        .update_item()
        .table_name(TABLE)
        .set_key(Some(delivery))
        .update_expression("SET st = :st, code = :code, ans = :ans REMOVE lease")
        .condition_expression("st = :pending")
        .expression_attribute_values(":pending", AttributeValue::S("pending".into()))
        .expression_attribute_values(":st", AttributeValue::S(outcome(status).into()))
        .expression_attribute_values(":code", number(u128::from(status.as_u16())))
        .expression_attribute_values(":ans", AttributeValue::S(said))
        .send()
        .await?;
    Ok(json!({"batchItemFailures": []}))
}

fn outcome(status: reqwest::StatusCode) -> &'static str {
    if status.is_success() { "succeeded" } else { "failed" }
}

fn signature(secret: &str, id: &str, stamp: u64, body: &str) -> Result<String, Error> {
    let key = STANDARD.decode(secret.trim_start_matches("whsec_"))?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let mac = hmac::sign(&key, format!("{id}.{stamp}.{body}").as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(mac)))
}

fn key(of: &Value) -> HashMap<String, AttributeValue> {
    let part = |name: &str| AttributeValue::S(of[name].as_str().unwrap_or_default().to_owned());
    HashMap::from(["pk", "sk"].map(|name| (name.to_owned(), part(name))))
}

fn text(item: Option<&HashMap<String, AttributeValue>>, name: &str) -> Result<String, Error> {
    let value = item.and_then(|item| item.get(name)?.as_s().ok());
    Ok(value.ok_or_else(|| format!("no {name}"))?.clone())
}

fn number(value: u128) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
