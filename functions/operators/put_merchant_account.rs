//! Operator: adds a merchant account to a customer or to the tenant itself, or changes one.

use serde_json::Value;
use shared::app::stripe::setup::ProcessorSetup;
use shared::app::{ExitCode, clock, operator_function};
use shared::http::Result;
use shared::http::body::Fields;
use shared::http::operators::answers;
use shared::http::operators::bodies::PutMerchantAccount;

fn main() -> ExitCode {
    operator_function::serve(put_merchant_account)
}

async fn put_merchant_account(app: &'static ProcessorSetup, input: String) -> Result<Value> {
    let body: PutMerchantAccount = Fields::from_json(&input)?.read()?;
    let (id, now) = (clock::new_id(), clock::now());
    let account = app.put_merchant_account(body.command(), id, now).await?;
    Ok(answers::merchant_account(&account))
}
