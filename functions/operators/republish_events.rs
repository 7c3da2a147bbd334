//! Operator: publishes committed events that were never published.

use serde_json::Value;
use shared::app::context::Republisher;
use shared::app::{Exit, republish, work};
use shared::http::body::Fields;
use shared::http::{Result, platform::operator::RepublishEvents};

fn main() -> Exit {
    work::operate(republish_events)
}

async fn republish_events(app: &'static Republisher, input: String) -> Result<Value> {
    let wish: RepublishEvents = Fields::from_json(&input)?.read()?;
    republish::republish(app, wish).await
}
