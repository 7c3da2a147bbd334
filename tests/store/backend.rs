//! The tables that every case runs on.

use serde_json::json;
use shared::{
    app::{
        aws::{CallLimits, Clients, connections::http_client_within},
        config::{Aws, Endpoints},
    },
    store::{Table, dynamo::Dynamo, memory::Memory},
};
use std::{collections::HashMap, net::TcpStream, path::Path, sync::Arc, time::Duration};

/// Said when there is nothing to talk to.
const START_IT: &str = "The local stack is not running: start it with `make start`.";

/// A map in this process.
pub fn memory() -> Arc<Table> {
    Arc::new(Table::Memory(Memory::default()))
}

fn index(name: &str, projection: &str) -> serde_json::Value {
    json!({
        "IndexName": name,
        "KeySchema": [
            {"AttributeName": format!("{name}pk"), "KeyType": "HASH"},
            {"AttributeName": format!("{name}sk"), "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": projection},
    })
}

/// An embedded DynamoDB of its own for each test, behind its real protocol on a loopback port.
pub async fn dynoxide() -> Arc<Table> {
    let database = dynoxide::Database::memory().unwrap();
    let layout = json!({
        "TableName": "paylink",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
            {"AttributeName": "gsi1pk", "AttributeType": "S"},
            {"AttributeName": "gsi1sk", "AttributeType": "S"},
            {"AttributeName": "gsi2pk", "AttributeType": "S"},
            {"AttributeName": "gsi2sk", "AttributeType": "S"},
            {"AttributeName": "gsi3pk", "AttributeType": "S"},
            {"AttributeName": "gsi3sk", "AttributeType": "S"},
            {"AttributeName": "gsi4pk", "AttributeType": "S"},
            {"AttributeName": "gsi4sk", "AttributeType": "S"},
        ],
        "KeySchema": [
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        "GlobalSecondaryIndexes": [
            index("gsi1", "ALL"),
            index("gsi2", "ALL"),
            index("gsi3", "KEYS_ONLY"),
            index("gsi4", "KEYS_ONLY"),
        ],
    });
    database.create_table(serde_json::from_value(layout).unwrap()).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    let client = client(&endpoint, "us-east-1", "local", "local");
    Arc::new(Table::Dynamo(Dynamo::new(client, "paylink".to_owned())))
}

/// The table that the template made on the local stack. Tests use tenants of their own there.
pub fn local_stack() -> Arc<Table> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/local/env");
    let text = std::fs::read_to_string(file).unwrap_or_else(|_| panic!("{START_IT}"));
    let settings: HashMap<&str, &str> =
        text.lines().filter_map(|line| line.split_once('=')).collect();
    let setting = |name: &str| *settings.get(name).expect(START_IT);
    let endpoint = setting("AWS_ENDPOINT_URL");
    let address = endpoint.strip_prefix("http://").expect("the local stack speaks plain HTTP");
    assert!(TcpStream::connect(address).is_ok(), "{START_IT}");
    let (id, secret) = (setting("AWS_ACCESS_KEY_ID"), setting("AWS_SECRET_ACCESS_KEY"));
    let client = client(endpoint, setting("AWS_REGION"), id, secret);
    Arc::new(Table::Dynamo(Dynamo::new(client, setting("TABLE_NAME").to_owned())))
}

/// Without second tries, so that nothing is hidden by them, and with so much time that a busy
/// machine fails nothing. Connections belong to the test that opens them.
fn client(endpoint: &str, region: &str, key_id: &str, secret: &str) -> aws_sdk_dynamodb::Client {
    let aws = Aws {
        region: region.to_owned(),
        credentials: aws_sdk_dynamodb::config::Credentials::new(key_id, secret, None, None, "test"),
        ca_bundle: None,
        fips: false,
        dual_stack: false,
        endpoints: Endpoints { all: Some(endpoint.to_owned()), ..Endpoints::default() },
    };
    let long = Duration::from_secs(300);
    let limits =
        CallLimits { attempts: 1, initial_backoff: Duration::ZERO, attempt: long, operation: long };
    let clients = Clients { aws, http: http_client_within(long, None).unwrap(), limits };
    clients.dynamodb().unwrap()
}
