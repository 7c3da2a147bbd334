//! `POST /v1/platform/users`: a new user.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `email_taken`.

use shared::app::context::Api;
use shared::app::{ExitCode, clock, http_function};
use shared::http::body::Body;
use shared::http::platform::user::{CreateUser, view};
use shared::http::{Request, Result, reply::json};
use shared::operations::{Idempotency, customers};

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, create_user)
}

async fn create_user(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "users:write").await?;
    let mut fields = req.fields()?;
    let body: CreateUser = fields.read()?;
    let idempotency =
        Idempotency::of(&req, &body.meaning(), caller.scope, "create-user", body.key())?;
    let new = body.command(clock::new_id(), caller.scope);
    let shown = |customer: &_| json(&view(customer));
    let remember = idempotency.remember(&shown);
    Ok(customers::create(&app.store, &new, remember, app.now()).await?.reply())
}
