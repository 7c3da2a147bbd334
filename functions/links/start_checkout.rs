//! `POST /api/payment-links/public/{uuid}/start`: a checkout of a link; reserves nothing.
//!
//! Refuses, in this order: `throttled` (by network), `link_not_found`, `link_deleted`,
//! `link_inactive`, `link_expired`, `link_exhausted`, `validation_error` of single fields,
//! `link_in_use`, `validation_error` of the choice, `payments_not_enabled`, `throttled` (by link).

use shared::app::context::LinkKeys;
use shared::app::{Anonymous, App, ExitCode, call::after, clock::AMBIENT, links};
use shared::http::links::{public_link, routes};
use shared::http::{Request, Result};
use shared::model::tax::BuiltIn;
use shared::operations::{Resource, merchant_checkouts};

fn main() -> ExitCode {
    links::serve_public(routes::StartCheckout, start_checkout)
}

async fn start_checkout(app: &'static App<Anonymous, LinkKeys>, req: Request) -> Result {
    merchant_checkouts::admit(&app.store, &req.network(&app.config.trusted_proxies), app.now())
        .await?;
    let id = req.id_in_path("uuid", Resource::Link)?;
    let store = &app.store;
    let read = req.body_of::<routes::StartCheckout>().and_then(|body| {
        let repeat = public_link::repeat(&req, &body);
        Ok((repeat, body.command(req.network(&app.config.trusted_proxies))?))
    });
    let (repeat, wish) = after(read, merchant_checkouts::find_alive(store, id, app.now())).await?;
    let started = merchant_checkouts::start(store, &BuiltIn, id, wish, &repeat, AMBIENT).await?;
    let session = &started.session;
    let url = app.pay_url(&req, session.scope, session.payment()).await?;
    Ok(public_link::started(session, url).replayed(started.replayed))
}
