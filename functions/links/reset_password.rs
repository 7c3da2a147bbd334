//! `POST /api/auth/password/reset`: a new password with a reset's token; ends all sign-ins.
//!
//! Refuses, in this order: `validation_error` of the form, `reset_over`, `validation_error` of the
//! password.

use shared::app::context::PasswordPepper;
use shared::app::{Anonymous, App, ExitCode, clock::AMBIENT, links};
use shared::http::links::routes;
use shared::http::{Reply, Request, Result};
use shared::model::password::Password;
use shared::operations::resets;

fn main() -> ExitCode {
    links::serve(routes::ResetPassword, reset_password)
}

async fn reset_password(app: &'static App<Anonymous, PasswordPepper>, req: Request) -> Result {
    let body = req.body_of::<routes::ResetPassword>()?;
    let password = Password::new(body.password.0.reveal());
    let pepper = app.capability.open(&app.store).await?;
    let (token, pepper) = (body.token.0.reveal(), pepper.pepper());
    resets::finish(&app.store, token, &password, pepper, AMBIENT).await?;
    Ok(Reply::nothing())
}
