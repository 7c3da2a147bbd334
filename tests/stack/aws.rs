//! Behind the API: the table as it is, keys, logs and queues.

use super::{Stack, eventually};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use shared::store::{Key, key};
use std::collections::BTreeMap;

/// An item in DynamoDB's own JSON.
pub type Attributes = Map<String, Value>;

/// Items by partition and place.
pub type Snapshot = BTreeMap<(String, String), Attributes>;

/// Looks in a row that must see the same before the table counts as at rest.
const LOOKS: usize = 5;

impl Stack {
    /// One call of an AWS service.
    pub fn aws(&'static self, target: &str, input: &Value) -> Value {
        let service = match target.split('_').next() {
            Some("DynamoDB" | "DynamoDBStreams") => "dynamodb",
            Some("Logs") => "logs",
            Some(queues) if queues.starts_with("AmazonSQS") => "sqs",
            _ => "kms",
        };
        let scope = format!("local/20260101/us-east-1/{service}/aws4_request");
        let credential = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host");
        let answer = self
            .call("POST", self.fact("AWS_ENDPOINT_URL"))
            .text("application/x-amz-json-1.1", &input.to_string())
            .header("x-amz-target", target)
            .header("authorization", &format!("{credential}, Signature=none"))
            .send();
        assert_eq!(answer.status, 200, "{target}: {}", answer.body);
        answer.json()
    }

    pub fn dynamodb(&'static self, operation: &str, mut input: Value) -> Value {
        input["TableName"] = json!(self.fact("TABLE_NAME"));
        self.aws(&format!("DynamoDB_20120810.{operation}"), &input)
    }

    /// Every item of the table.
    pub fn table(&'static self) -> Snapshot {
        let mut items = Snapshot::new();
        let mut start = Value::Null;
        loop {
            let mut input = json!({"ConsistentRead": true});
            if !start.is_null() {
                input["ExclusiveStartKey"] = start;
            }
            let mut page = self.dynamodb("Scan", input);
            for item in page["Items"].as_array().into_iter().flatten() {
                let item = item.as_object().unwrap().clone();
                items.insert((text_of(&item, "pk"), text_of(&item, "sk")), item);
            }
            start = page["LastEvaluatedKey"].take();
            if start.is_null() {
                return items;
            }
        }
    }

    /// Every item that belongs to a tenant.
    pub fn items_about(&'static self, tenant: &str) -> Snapshot {
        let named = json!({"S": tenant});
        self.items_where(|(pk, sk), item| {
            pk.contains(tenant) || sk.contains(tenant) || item.get("tenant") == Some(&named)
        })
    }

    /// Every item about a tenant, once nothing moves any more: events travel after the answer.
    pub fn quiet_items_about(&'static self, id: &str) -> Snapshot {
        let mut last = self.items_about(id);
        let mut same = 0;
        eventually("the table comes to rest", 30, || {
            let now = self.items_about(id);
            same = if now == last { same + 1 } else { 0 };
            last = now;
            (same == LOOKS).then(|| last.clone())
        })
    }

    /// One item.
    pub fn item(&'static self, key: &Key) -> Option<Attributes> {
        let wanted = json!({"pk": {"S": key.pk}, "sk": {"S": key.sk}});
        let found = self.dynamodb("GetItem", json!({"Key": wanted, "ConsistentRead": true}));
        found["Item"].as_object().cloned()
    }

    /// Puts an item into the table behind everybody's back.
    pub fn put(&'static self, item: &Attributes) {
        self.dynamodb("PutItem", json!({"Item": item}));
    }

    /// Takes an item away behind everybody's back.
    pub fn remove(&'static self, key: &Key) {
        let wanted = json!({"pk": {"S": key.pk}, "sk": {"S": key.sk}});
        self.dynamodb("DeleteItem", json!({"Key": wanted}));
    }

    /// Moves a number of an item behind everybody's back: the end of a link, for example.
    pub fn set_number(&'static self, key: &Key, name: &str, value: i64) {
        self.dynamodb(
            "UpdateItem",
            json!({
                "Key": {"pk": {"S": key.pk}, "sk": {"S": key.sk}},
                "UpdateExpression": "SET #n = :v",
                "ConditionExpression": "attribute_exists(pk)",
                "ExpressionAttributeNames": {"#n": name},
                "ExpressionAttributeValues": {":v": {"N": value.to_string()}},
            }),
        );
    }

    /// What the simulator's books hold about a payment.
    pub fn charges(&'static self, payment_intent_id: &str) -> Vec<Attributes> {
        let id = json!({"S": payment_intent_id});
        let found = self.items_where(|(pk, _), item| {
            pk.starts_with("simulator#") && item.get("intent") == Some(&id)
        });
        found.into_values().collect()
    }

    /// The deployment's signing key in PKCS #8 with its name, unwrapped as the functions do it.
    pub fn signing_key(&'static self) -> (String, Vec<u8>) {
        let ring = self.item(&key::key_ring(shared::model::key_ring::Purpose::Signing)).unwrap();
        let newest = ring["keys"]["L"].as_array().unwrap().last().unwrap()["M"].clone();
        let opened = self.aws(
            "TrentService.Decrypt",
            &json!({
                "CiphertextBlob": newest["key"]["S"],
                "EncryptionContext": {"purpose": "signing"},
            }),
        );
        let secret = STANDARD.decode(opened["Plaintext"].as_str().unwrap()).unwrap();
        (format!("k{}", newest["n"]["N"].as_str().unwrap()), secret)
    }

    /// Everything all functions have logged, by log group.
    pub fn logs(&'static self) -> BTreeMap<String, String> {
        let mut logs = BTreeMap::new();
        let mut input = json!({});
        loop {
            let mut page = self.aws("Logs_20140328.DescribeLogGroups", &input);
            for group in page["logGroups"].as_array().into_iter().flatten() {
                let name = group["logGroupName"].as_str().unwrap();
                logs.insert(name.to_owned(), self.log(name));
            }
            input["nextToken"] = page["nextToken"].take();
            if input["nextToken"].is_null() {
                return logs;
            }
        }
    }

    fn log(&'static self, group: &str) -> String {
        let mut text = String::new();
        let mut next = Value::Null;
        loop {
            let mut input = json!({"logGroupName": group});
            if !next.is_null() {
                input["nextToken"] = next;
            }
            let mut page = self.aws("Logs_20140328.FilterLogEvents", &input);
            for event in page["events"].as_array().into_iter().flatten() {
                text.push_str(event["message"].as_str().unwrap_or_default());
                text.push('\n');
            }
            next = page["nextToken"].take();
            if next.is_null() {
                return text;
            }
        }
    }

    /// How long a queue waits for a function before it hands the same messages out again; answers
    /// what it was before.
    pub fn set_visibility_timeout(&'static self, queue: &str, seconds: i64) -> i64 {
        let url = json!({"QueueName": format!("paylink-{queue}")});
        let url = self.aws("AmazonSQS.GetQueueUrl", &url)["QueueUrl"].take();
        let name = "VisibilityTimeout";
        let asked = json!({"QueueUrl": url, "AttributeNames": [name]});
        let before = self.aws("AmazonSQS.GetQueueAttributes", &asked);
        let value = json!({name: seconds.to_string()});
        self.aws("AmazonSQS.SetQueueAttributes", &json!({"QueueUrl": url, "Attributes": value}));
        before["Attributes"][name].as_str().unwrap().parse().unwrap()
    }

    /// Lets a function's queue or stream wake it, or not.
    pub fn set_woken(&'static self, function: &str, woken: bool) {
        let base = format!("{}/2015-03-31/event-source-mappings", self.fact("AWS_ENDPOINT_URL"));
        let listed = self.call("GET", &format!("{base}/?FunctionName=paylink-{function}")).send();
        for mapping in listed.json()["EventSourceMappings"].as_array().unwrap() {
            let url = format!("{base}/{}", mapping["UUID"].as_str().unwrap());
            let answer = self.call("PUT", &url).json(&json!({"Enabled": woken})).send();
            assert!(matches!(answer.status, 200 | 202), "{}", answer.body);
        }
    }

    /// The bodies of all messages in a queue.
    pub fn messages(&'static self, queue: &str) -> Vec<String> {
        let all: Value = serde_json::from_str(&self.queues()).unwrap();
        let accounts = all["messages"].as_object().unwrap().values();
        let queues = accounts.flat_map(|regions| regions.as_object().unwrap().values());
        let queues = queues.flat_map(|queues| queues.as_object().unwrap().iter());
        let ours = queues.filter(|(url, _)| url.ends_with(&format!("/paylink-{queue}")));
        let messages = ours.flat_map(|(_, messages)| messages.as_array().unwrap());
        messages.map(|message| message["Body"].as_str().unwrap().to_owned()).collect()
    }

    /// Everything in all queues, as text.
    pub fn queues(&'static self) -> String {
        let url = format!("{}/_ministack/sqs/messages", self.fact("AWS_ENDPOINT_URL"));
        let answer = self.call("GET", &url).send();
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }
}

/// A text attribute; empty when there is none.
pub fn text_of(item: &Attributes, name: &str) -> String {
    let text = item.get(name).and_then(|value| value["S"].as_str());
    text.unwrap_or_default().to_owned()
}
