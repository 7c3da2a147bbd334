//! `POST /processors/stripe/{tenant}/{mode}`: takes in what Stripe tells of a tenant's account.
//!
//! Refuses: `not_found`, alike for an unknown tenant and for what Stripe has not signed.

use shared::app::context::StripeDoor;
use shared::app::{Anonymous, App, ExitCode, hosted};
use shared::http::hosted::call::TakenInView;
use shared::http::hosted::routes;
use shared::http::{Reply, Request, Result};

fn main() -> ExitCode {
    hosted::serve(routes::ReceiveStripeEvent, receive_stripe_event)
}

async fn receive_stripe_event(app: &'static App<Anonymous, StripeDoor>, req: Request) -> Result {
    app.take_in(&req).await?;
    Ok(Reply::json(&TakenInView { received: true }))
}
