//! `GET /v1/platform/card-processing/users/{user_id}`: the merchant accounts of a user.
//!
//! Refuses: `user_not_found`.

use shared::app::{App, Bearer, ExitCode, platform};
use shared::http::platform::merchant_account::views;
use shared::http::platform::routes;
use shared::http::{Reply, Request, Result};
use shared::model::customer::MAX_MERCHANT_ACCOUNTS;
use shared::operations::{Resource, customers};

fn main() -> ExitCode {
    platform::serve(routes::users::ListMerchantAccounts, list_merchant_accounts)
}

async fn list_merchant_accounts(app: &'static App<Bearer>, req: Request) -> Result {
    let caller = app.call::<routes::users::ListMerchantAccounts>(&req).await?.caller;
    let id = req.id_in_path("user_id", Resource::Customer)?;
    let customer = customers::find(&app.store, caller.scope, id).await?;
    Ok(Reply::list(&views(&customer), MAX_MERCHANT_ACCOUNTS.try_into().unwrap_or(u32::MAX), None))
}
