//! Operator: puts a tenant's account at a processor, or replaces its keys.

use serde_json::Value;
use shared::app::stripe::setup::ProcessorSetup;
use shared::app::{ExitCode, clock, operator_function};
use shared::http::Result;
use shared::http::body::Fields;
use shared::http::operators::processor::{self, PutProcessor};

fn main() -> ExitCode {
    operator_function::serve(put_processor)
}

async fn put_processor(app: &'static ProcessorSetup, input: String) -> Result<Value> {
    let body: PutProcessor = Fields::from_json(&input)?.read()?;
    let account = app.put_stripe(body.command()?, clock::now()).await?;
    Ok(processor::answer(&account))
}
