//! `POST /pay/{token}/tax`: what the payment would cost a buyer at a place. Only reads.
//!
//! Refuses, in this order: `link_not_found`, `validation_error`, `temporarily_unavailable`.

use shared::app::context::LinkKeys;
use shared::app::{Anonymous, App, ExitCode, hosted};
use shared::http::hosted::{quote::view, routes};
use shared::http::{Reply, Request, Result};
use shared::model::tax::BuiltIn;
use shared::operations::sales;
use shared::store::Consistency;

fn main() -> ExitCode {
    hosted::serve(routes::QuoteTax, quote_tax)
}

async fn quote_tax(app: &'static App<Anonymous, LinkKeys>, req: Request) -> Result {
    let link = app.link(req.path("token")).await?;
    let typed = req.body_of::<routes::QuoteTax>()?.command()?;
    let sale = sales::find(&app.store, link, Consistency::Eventual).await?;
    let price = sale.price(&BuiltIn, &typed, app.now()).await?;
    Ok(Reply::json(&view(&price, sale.payment.amounts, &sale.buyer(&typed))))
}
