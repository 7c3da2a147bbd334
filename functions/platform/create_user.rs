//! `POST /v1/platform/users`: a new user.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `email_taken`.

use shared::app::{App, Bearer, Call, ExitCode, clock, platform};
use shared::http::platform::routes;
use shared::http::platform::user::view;
use shared::http::{Request, Result, reply::json};
use shared::operations::customers;

fn main() -> ExitCode {
    platform::serve(routes::users::CreateUser, create_user)
}

async fn create_user(app: &'static App<Bearer>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } =
        app.call::<routes::users::CreateUser>(&req).await?;
    let new = body.command(clock::new_id(), caller.scope);
    let shown = |customer: &_| json(&view(customer));
    let remember = idempotency.remember(&shown);
    Ok(customers::create(&app.store, &new, remember, app.now()).await?.reply())
}
