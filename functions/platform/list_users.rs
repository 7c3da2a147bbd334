//! `GET /v1/platform/users`: your users, newest first.

use shared::app::context::Api;
use shared::app::{ExitCode, http_function};
use shared::http::platform::user::{ListUsers, view};
use shared::http::{Request, Result};
use shared::operations::customers;

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, list_users)
}

async fn list_users(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "users:read").await?;
    let query: ListUsers = req.query().read()?;
    let page = query.page(caller.scope, app.now())?;
    let users = customers::list(&app.store, caller.scope, &page.slice).await?;
    Ok(page.reply(&users, view))
}
