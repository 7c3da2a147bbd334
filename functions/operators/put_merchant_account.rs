//! Operator: adds a merchant account to a customer, or changes one.

use serde_json::{Value, json};
use shared::app::context::Records;
use shared::app::{Exit, provision, work};
use shared::http::Result;
use shared::http::body::Fields;
use shared::http::platform::operator::PutMerchantAccount;

fn main() -> Exit {
    work::operate(put_merchant_account)
}

async fn put_merchant_account(app: &'static Records, input: String) -> Result<Value> {
    let body: PutMerchantAccount = Fields::from_json(&input)?.read()?;
    let account = provision::merchant_account(&app.store, body).await?;
    Ok(json!({
        "id": account.id.to_string(),
        "status": account.status.as_str(),
        "descriptor": account.descriptor,
        "processor": account.processor,
        "created_at": account.created_at.rfc3339(),
    }))
}
