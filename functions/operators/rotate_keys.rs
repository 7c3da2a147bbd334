//! Operator: puts a new key of one purpose in use; old ones go on verifying as long as needed.

use serde_json::{Value, json};
use shared::app::context::Operator;
use shared::app::{Exit, provision, work};
use shared::http::Result;
use shared::http::body::Fields;
use shared::http::platform::operator::RotateKeys;

fn main() -> Exit {
    work::operate(rotate_keys)
}

async fn rotate_keys(app: &'static Operator, input: String) -> Result<Value> {
    let body: RotateKeys = Fields::from_json(&input)?.read()?;
    let ring = provision::rotate(app, body.purpose).await?;
    let numbers: Vec<u8> = ring.keys.iter().map(|key| key.number).collect();
    Ok(json!({"purpose": body.purpose.as_str(), "keys": numbers, "newest": numbers.last()}))
}
