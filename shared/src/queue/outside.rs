//! A bus and queues for tests: they keep what is put on them, and can be out of reach.

use super::{bus::Bus, sqs::Queue};
use aws_credential_types::Credentials;
use aws_smithy_runtime_api::{
    client::{
        behavior_version::BehaviorVersion,
        http::{
            HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
            http_client_fn,
        },
        orchestrator::{HttpRequest, HttpResponse},
        stalled_stream_protection::StalledStreamProtectionConfig,
    },
    http::StatusCode,
};
use aws_smithy_types::{body::SdkBody, retry::RetryConfig, timeout::TimeoutConfig};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};

/// Stands in for the bus and the queues, and keeps every call that is made.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    calls: Arc<Mutex<Vec<(String, Value)>>>,
}

macro_rules! client {
    ($self:ident, $sdk:ident) => {
        $sdk::Client::from_conf(
            $sdk::Config::builder()
                .behavior_version(BehaviorVersion::v2026_01_12())
                .region($sdk::config::Region::new("us-east-1"))
                .credentials_provider(Credentials::new("a", "b", None, None, "test"))
                .endpoint_url("http://127.0.0.1:1")
                .http_client($self.http())
                .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
                .retry_config(RetryConfig::disabled())
                .timeout_config(TimeoutConfig::disabled())
                .build(),
        )
    };
}

impl Outside {
    /// A queue whose messages are kept here.
    pub fn queue(&self) -> Queue {
        Queue::new(client!(self, aws_sdk_sqs), "http://127.0.0.1:1/queue".to_owned())
    }

    /// A bus whose events are kept here.
    pub fn bus(&self) -> Bus {
        Bus::new(client!(self, aws_sdk_eventbridge), "bus".to_owned())
    }

    /// The messages put on queues since the last look, each with its delay in seconds.
    pub fn queued(&self) -> Vec<(Value, i64)> {
        let mut found = Vec::new();
        for (operation, body) in self.take("SQS") {
            let entries = match operation.as_str() {
                "SendMessageBatch" => body["Entries"].as_array().cloned().unwrap_or_default(),
                _ => vec![body],
            };
            for entry in entries {
                let text = entry["MessageBody"].as_str().unwrap_or_default();
                let message = serde_json::from_str(text).unwrap_or_default();
                found.push((message, entry["DelaySeconds"].as_i64().unwrap_or_default()));
            }
        }
        found
    }

    /// The events put on the bus since the last look.
    pub fn published<E: DeserializeOwned>(&self) -> Vec<E> {
        let mut found = Vec::new();
        for (_, body) in self.take("Events") {
            for entry in body["Entries"].as_array().cloned().unwrap_or_default() {
                found.push(serde_json::from_str(entry["Detail"].as_str().unwrap()).unwrap());
            }
        }
        found
    }

    fn take(&self, service: &str) -> Vec<(String, Value)> {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let (taken, left) = calls.drain(..).partition(|(target, _)| target.contains(service));
        *calls = left;
        let taken: Vec<(String, Value)> = taken;
        let name = |target: &str| target.split('.').next_back().unwrap_or_default().to_owned();
        taken.into_iter().map(|(target, body)| (name(&target), body)).collect()
    }

    fn http(&self) -> SharedHttpClient {
        let outside = self.clone();
        http_client_fn(move |_, _| SharedHttpConnector::new(outside.clone()))
    }
}

impl HttpConnector for Outside {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let body: Value =
            serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or_default();
        let count = body["Entries"].as_array().map_or(0, Vec::len);
        let answer = if target.ends_with("SendMessageBatch") {
            let taken = (0..count)
                .map(|at| json!({"Id": at.to_string(), "MessageId": "1", "MD5OfMessageBody": ""}));
            json!({"Successful": taken.collect::<Vec<_>>(), "Failed": []})
        } else if target.ends_with("PutEvents") {
            let taken: Vec<Value> = (0..count).map(|_| json!({"EventId": "1"})).collect();
            json!({"FailedEntryCount": 0, "Entries": taken})
        } else {
            json!({"MessageId": "1", "MD5OfMessageBody": ""})
        };
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push((target, body));
        let ok = StatusCode::try_from(200_u16).unwrap();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(ok, SdkBody::from(answer.to_string()))))
    }
}
