//! `GET /v1/platform/users/{user_id}`: one of your users.
//!
//! Refuses: `user_not_found`.

use shared::app::{App, Bearer, ExitCode, platform};
use shared::http::platform::routes;
use shared::http::platform::user::view;
use shared::http::{Reply, Request, Result};
use shared::operations::{Resource, customers};

fn main() -> ExitCode {
    platform::serve(routes::users::GetUser, get_user)
}

async fn get_user(app: &'static App<Bearer>, req: Request) -> Result {
    let caller = app.call::<routes::users::GetUser>(&req).await?.caller;
    let id = req.id_in_path("user_id", Resource::Customer)?;
    let customer = customers::find(&app.store, caller.scope, id).await?;
    Ok(Reply::data(&view(&customer)))
}
