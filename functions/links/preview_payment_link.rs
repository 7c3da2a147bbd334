//! `GET /api/payment-links/public/{uuid}`: a link as buyers see it. Looking changes nothing.
//!
//! Refuses, in this order: `link_not_found`, `link_deleted`, `link_inactive`, `link_expired`,
//! `link_exhausted`, `validation_error`.

use shared::app::{Anonymous, App, ExitCode, links};
use shared::http::links::{public_link, routes};
use shared::http::{Request, Result};
use shared::model::tax::BuiltIn;
use shared::operations::{Resource, merchant_checkouts, merchant_links};

fn main() -> ExitCode {
    links::serve_public(routes::PreviewPaymentLink, preview_payment_link)
}

async fn preview_payment_link(app: &'static App<Anonymous>, req: Request) -> Result {
    let id = req.id_in_path("uuid", Resource::Link)?;
    let opened = merchant_links::open(&app.store, id).await?;
    let (now, base) = (app.now(), app.base_url(&req)?);
    if let Some(over) = public_link::over(&opened, now, &base) {
        return Ok(over);
    }
    let wish = req.query_of::<routes::PreviewPaymentLink>()?;
    let (currency, buyer) = (wish.currency(), wish.buyer()?);
    let price = merchant_checkouts::preview(&BuiltIn, &opened, currency, &buyer, now).await?;
    public_link::preview(&opened, &wish, price.as_ref(), now, &base)
}
