//! Operator: trusts an outside issuer of access tokens, changes what it may do, or forgets it.

use serde_json::Value;
use shared::app::context::Records;
use shared::app::{ExitCode, operator_function};
use shared::http::Result;
use shared::http::body::Fields;
use shared::http::operators::{answers, issuer::PutIssuer};
use shared::operations::issuers;

fn main() -> ExitCode {
    operator_function::serve(put_issuer)
}

async fn put_issuer(app: &'static Records, input: String) -> Result<Value> {
    let body: PutIssuer = Fields::from_json(&input)?.read()?;
    let known = match body.command()? {
        Ok(issuer) => issuers::put(&app.store, &issuer).await?,
        Err(removed) => issuers::remove(&app.store, &removed).await?,
    };
    Ok(answers::issuers(&known))
}
