//! Behind the API: the table as it is, keys, logs and queues.

use super::{Stack, eventually};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use shared::{
    app::clock,
    model::Time,
    store::{Item, Key, Value as ItemValue, dynamo::from_stream, key},
    webhook::message::Aggregate,
};
use std::collections::BTreeMap;

/// An item in DynamoDB's own JSON.
pub type Attributes = Map<String, Value>;

/// Items by partition and place.
pub type Snapshot = BTreeMap<(String, String), Attributes>;

/// Looks in a row that must see the same before the table counts as at rest.
const LOOKS: usize = 5;

/// A message that is due within so many seconds is on its way; one that waits longer, as for another
/// attempt to deliver, rests.
const SOON_S: i64 = 5;

/// Classes of items that are made from records, some time after them.
const CACHES: [&str; 4] = ["stat#", "find#", "activity#", "stripe_polls#"];

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

    fn records_about(&'static self, id: &str) -> Snapshot {
        let cached = |pk: &str| CACHES.iter().any(|class| pk.starts_with(class));
        let items = self.items_about(id).into_iter();
        let records = items.filter(|((pk, _), _)| !cached(pk)).map(|(place, mut item)| {
            if place.0.starts_with("api_key#") {
                // That a key was used is noted once an hour, and an hour may begin meanwhile.
                item.remove("used");
            }
            (place, item)
        });
        records.collect()
    }

    /// Every item about a tenant, once nothing moves any more: events travel after the answer, and
    /// on a busy machine long after. So every event that these items committed must have arrived,
    /// and no queue may hold anything about the tenant that is at work or about to be. Statistics,
    /// names to find payments by and the activity list follow up to a minute later, and are left out.
    pub fn quiet_items_about(&'static self, id: &str) -> Snapshot {
        let mut last = self.records_about(id);
        let mut same = 0;
        eventually("the table comes to rest", 120, || {
            let now = self.records_about(id);
            let rests = now == last && told(&now) && !self.is_at_work_for(id);
            same = if rests { same + 1 } else { 0 };
            last = now;
            (same == LOOKS).then(|| last.clone())
        })
    }

    /// Whether a queue holds a message about a tenant that some worker has, or takes soon.
    fn is_at_work_for(&'static self, id: &str) -> bool {
        let soon = clock::now().seconds() + SOON_S;
        let mut messages = self.messages_by_queue().into_iter().filter(|(queue, _)| {
            // What nobody takes out again, and what makes the items that are left out.
            !queue.contains("-dead")
                && !queue.ends_with("-failed")
                && !queue.ends_with("statistics")
        });
        messages.any(|(_, message)| {
            let about = message["Body"].as_str().is_some_and(|body| body.contains(id));
            let taken = message["ReceiveCount"].as_i64() > Some(0);
            about && (taken || message["VisibleAt"].as_i64() <= Some(soon))
        })
    }

    /// Takes away what is kept of who did what in a tenant.
    pub fn forget_activity(&'static self, tenant: &str) {
        for (pk, sk) in self.items_about(tenant).into_keys() {
            if pk.starts_with("activity#") {
                self.remove(&Key { pk, sk });
            }
        }
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

    /// The lines that a surface's functions have written since some moment.
    pub fn lines_since(&'static self, surface: &str, from: Time) -> Vec<Value> {
        let text = self.log_since(&format!("/paylink/paylink/{surface}"), from.ms());
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    fn log(&'static self, group: &str) -> String {
        self.log_since(group, 0)
    }

    fn log_since(&'static self, group: &str, from_ms: i64) -> String {
        let mut text = String::new();
        let mut next = Value::Null;
        loop {
            let mut input = json!({"logGroupName": group, "startTime": from_ms});
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
        let name = format!("paylink-{queue}");
        let all = self.messages_by_queue().into_iter().filter(|(queue, _)| *queue == name);
        all.map(|(_, message)| message["Body"].as_str().unwrap().to_owned()).collect()
    }

    /// Every message with the name of the queue that it is in.
    fn messages_by_queue(&'static self) -> Vec<(String, Value)> {
        let all: Value = serde_json::from_str(&self.queues()).unwrap();
        let accounts = all["messages"].as_object().unwrap().values();
        let queues = accounts.flat_map(|regions| regions.as_object().unwrap().values());
        let queues = queues.flat_map(|queues| queues.as_object().unwrap().iter());
        let named = queues.flat_map(|(url, messages)| {
            let name = url.rsplit('/').next().unwrap_or_default();
            messages.as_array().unwrap().iter().map(move |one| (name.to_owned(), one.clone()))
        });
        named.collect()
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

/// An item of texts and numbers in DynamoDB's own JSON.
pub fn attributes(item: &Item) -> Attributes {
    let typed = item.0.iter().map(|(name, value)| {
        let value = if let ItemValue::S(text) = value {
            json!({"S": text})
        } else if let ItemValue::N(number) = value {
            json!({"N": number.to_string()})
        } else {
            panic!("{name}: {value:?}")
        };
        (name.clone(), value)
    });
    typed.collect()
}

/// Whether every event that these items committed has its own record among them.
fn told(items: &Snapshot) -> bool {
    items.values().all(|item| {
        // A test may have put an item there that nobody can read; it has no events.
        let read = from_stream(&json!(item)).and_then(|image| Aggregate::read(&image));
        let Ok(Some(aggregate)) = read else { return true };
        let mut committed = aggregate.events_after(aggregate.history().dropped).into_iter();
        committed.all(|message| {
            let place = key::event(aggregate.scope(), message.id.parse().unwrap());
            items.contains_key(&(place.pk, place.sk))
        })
    })
}
