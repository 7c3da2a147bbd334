//! Operator: puts a new key of one purpose in use, or ends one at once. Replaced ones go on verifying
//! as long as needed.

use serde_json::Value;
use shared::app::context::Operator;
use shared::app::{ExitCode, operator_function};
use shared::http::Result;
use shared::http::body::Fields;
use shared::http::operators::{answers, bodies::RotateKeys};

fn main() -> ExitCode {
    operator_function::serve(rotate_keys)
}

async fn rotate_keys(app: &'static Operator, input: String) -> Result<Value> {
    let body: RotateKeys = Fields::from_json(&input)?.read()?;
    let ring = app.rotate_key(body.purpose, body.revoked()).await?;
    Ok(answers::keys(body.purpose, &ring))
}
