//! `POST /v1/platform/users`: a new user.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `email_taken`.

use shared::app::context::Api;
use shared::app::{Exit, clock, serve};
use shared::http::body::Body;
use shared::http::once::Once;
use shared::http::platform::user::{CreateUser, view};
use shared::http::{Request, Result, reply};
use shared::model::customer::Customer;
use shared::operations::{Problem, Unique};
use shared::store::customer;

fn main() -> Exit {
    serve::serve(serve::Surface::Platform, create_user)
}

async fn create_user(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "users:write").await?;
    let mut fields = req.fields()?;
    let body: CreateUser = fields.read()?;
    let once = Once::of(&req, &body.meaning(), caller.scope, "create-user", body.key())?;
    if let Some(answer) = once.earlier(&app.store).await? {
        return Ok(answer.reply());
    }
    let customer = Customer::new(clock::new_id(), caller.scope, body.name.0, body.email.0);
    let writes = customer::insert(&customer).into();
    let data = reply::json(&view(&customer));
    Ok(once
        .commit(&app.store, writes, data, app.now(), Problem::Taken(Unique::Email))
        .await?
        .reply())
}
