//! Operator: blanks name, address and numbers of a buyer in payments, checkouts and customers.

use serde_json::{Value, json};
use shared::app::clock::AMBIENT;
use shared::app::context::{Capability, Operator, PasswordPepper};
use shared::app::{ExitCode, operator_function};
use shared::http::Result;
use shared::http::body::Fields;
use shared::http::operators::bodies::ErasePayer;
use shared::model::Scope;
use shared::operations::{Problem, erasing};

fn main() -> ExitCode {
    operator_function::serve(erase_payer)
}

async fn erase_payer(app: &'static Operator, input: String) -> Result<Value> {
    let body: ErasePayer = Fields::from_json(&input)?.read()?;
    let scope = Scope { tenant: body.tenant_id, mode: body.mode };
    if app.store.setup(scope).await?.is_none() {
        return Err(Problem::field("tenant_id", "names no tenant of this mode"));
    }
    let pepper = PasswordPepper::ready(&app.config, &app.store).await.map_err(Problem::internal)?;
    let keys = pepper.search_keys(&app.store).await?;
    let email = body.email.0.to_lowercase();
    let erased = erasing::erase(&app.store, &keys, scope, &email, AMBIENT).await?;
    Ok(json!(erased))
}
