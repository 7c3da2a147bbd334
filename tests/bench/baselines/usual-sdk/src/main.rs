//! The set-up that the guides show: `aws-config`, default features everywhere, `#[tokio::main]`,
//! the runtime's own subscriber. It makes the AWS calls of `platform-create-card-payment-link`
//! (in init two reads and a key, per call a batch of three and a conditional put) and does none of
//! its work.

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use aws_sdk_dynamodb::{Client, primitives::Blob};
use lambda_http::{Body, Error, Request, RequestExt, Response, run, service_fn, tracing};
use serde_json::{Value, json};
use std::{collections::HashMap, env};

/// Attributes of the item that a call puts, besides its key.
const ATTRIBUTES: usize = 16;

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let table = Client::new(&config);
    read(&table, "public").await?;
    // A deployment without a key: only the table is asked.
    if let Ok(key) = env::var("KMS_KEY_ID") {
        read(&table, "link").await?;
        open(&aws_sdk_kms::Client::new(&config), &key).await?;
    }
    run(service_fn(|request| create(&table, request))).await
}

async fn create(table: &Client, request: Request) -> Result<Response<Body>, Error> {
    let body: Value = serde_json::from_slice(request.body().as_ref()).unwrap_or_default();
    let keys = ["user", "tenant", "idempotency"].map(key);
    let wanted = KeysAndAttributes::builder().set_keys(Some(keys.to_vec())).build()?;
    let found = table.batch_get_item().request_items("paylink", wanted).send().await?;
    let amount = body.get("amount").and_then(Value::as_str).unwrap_or("1.00");
    let id = request.lambda_context().request_id;
    let mut item = key(&id);
    item.extend((0..ATTRIBUTES).map(|n| (format!("attribute{n}"), text(amount))));
    let put = table.put_item().table_name("paylink").set_item(Some(item));
    put.condition_expression("attribute_not_exists(pk)").send().await?;
    let found = found.responses.map_or(0, |tables| tables.len());
    tracing::info!(id, found, "created");
    let answer = json!({"status_code": 200, "data": {"id": id}});
    let response = Response::builder().header("content-type", "application/json");
    Ok(response.body(answer.to_string().into())?)
}

async fn read(table: &Client, name: &str) -> Result<(), Error> {
    table.get_item().table_name("paylink").set_key(Some(key(name))).send().await?;
    Ok(())
}

/// Opens a key as the bench's services wrap one: its context, and what is in it.
async fn open(kms: &aws_sdk_kms::Client, key: &str) -> Result<(), Error> {
    let wrapped = Blob::new(br#"["{}", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="]"#);
    kms.decrypt().key_id(key).ciphertext_blob(wrapped).send().await?;
    Ok(())
}

fn key(name: &str) -> HashMap<String, AttributeValue> {
    HashMap::from([("pk".to_owned(), text(name)), ("sk".to_owned(), text("1"))])
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}
