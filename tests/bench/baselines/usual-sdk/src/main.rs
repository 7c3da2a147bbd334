//! The set-up that the SDK's guide shows: `aws-config`, default features, one read per call.

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

fn main() -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
        let client = Client::new(&config);
        run(service_fn(|_: LambdaEvent<Value>| read(&client))).await
    })
}

async fn read(client: &Client) -> Result<Value, Error> {
    let key = |text: &str| AttributeValue::S(text.to_owned());
    let request = client.get_item().table_name("paylink").key("pk", key("keyring#public"));
    let found = request.key("sk", key("keys")).send().await?.item;
    Ok(json!({"found": found.is_some()}))
}
