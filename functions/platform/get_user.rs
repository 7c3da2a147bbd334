//! `GET /v1/platform/users/{user_id}`: one of your users.
//!
//! Refuses: `user_not_found`.

use shared::app::context::Api;
use shared::app::{ExitCode, http_function};
use shared::http::platform::user::view;
use shared::http::{Reply, Request, Result};
use shared::operations::{Resource, customers};

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, get_user)
}

async fn get_user(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "users:read").await?;
    let id = req.id_in_path("user_id", Resource::Customer)?;
    let customer = customers::find(&app.store, caller.scope, id).await?;
    Ok(Reply::data(&view(&customer)))
}
