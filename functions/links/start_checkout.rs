//! `POST /api/payment-links/public/{uuid}/start`: a checkout of a link; reserves nothing.
//!
//! Refuses, in this order: `throttled` (by network), `validation_error` of single fields,
//! `link_not_found`, `link_deleted`, `link_inactive`, `link_expired`, `link_exhausted`,
//! `link_in_use`, `validation_error` of the choice, `payments_not_enabled`, `throttled` (by link).

use shared::app::context::LinkKeys;
use shared::app::{Anonymous, App, ExitCode, clock::AMBIENT, links};
use shared::http::links::{public_link, routes};
use shared::http::{Request, Result};
use shared::operations::{Resource, merchant_checkouts};

fn main() -> ExitCode {
    links::serve_public(start_checkout)
}

async fn start_checkout(app: &'static App<Anonymous, LinkKeys>, req: Request) -> Result {
    merchant_checkouts::admit(&app.store, &req.network(), app.now()).await?;
    let id = req.id_in_path("uuid", Resource::Link)?;
    let body = req.body_of::<routes::StartCheckout>()?;
    let repeat = public_link::repeat(&req, &body);
    let wish = body.command(req.network())?;
    let started = merchant_checkouts::start(&app.store, id, wish, &repeat, AMBIENT).await?;
    let session = &started.session;
    let url = app.pay_url(&req, session.scope, session.payment()).await?;
    Ok(public_link::started(session, url).replayed(started.replayed))
}
