//! `GET /v1/platform/users`: your users, newest first.

use shared::app::{App, Bearer, Call, ExitCode, platform};
use shared::http::platform::routes;
use shared::http::platform::user::view;
use shared::http::{Request, Result};
use shared::operations::customers;

fn main() -> ExitCode {
    platform::serve(routes::users::ListUsers, list_users)
}

async fn list_users(app: &'static App<Bearer>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<routes::users::ListUsers>(&req).await?;
    let page = query.page(caller.scope, app.now())?;
    let users = customers::list(&app.store, caller.scope, &page.slice).await?;
    Ok(page.reply(&users, view))
}
