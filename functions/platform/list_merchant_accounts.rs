//! `GET /v1/platform/card-processing/users/{user_id}`: the merchant accounts of a user.
//!
//! Refuses: `user_not_found`.

use shared::app::context::Api;
use shared::app::{ExitCode, http_function};
use shared::http::platform::merchant_account::views;
use shared::http::{Reply, Request, Result};
use shared::model::customer::MOST_MERCHANT_ACCOUNTS;
use shared::operations::{Resource, customers};

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, list_merchant_accounts)
}

async fn list_merchant_accounts(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "users:read").await?;
    let id = req.id_in_path("user_id", Resource::Customer)?;
    let customer = customers::find(&app.store, caller.scope, id).await?;
    Ok(Reply::list(&views(&customer), MOST_MERCHANT_ACCOUNTS.try_into().unwrap_or(u32::MAX), None))
}
