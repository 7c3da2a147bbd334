//! `GET /pay/{token}`: the page a buyer pays on. Looking changes nothing.
//!
//! Refuses: `link_not_found`.

use shared::app::context::LinkKeys;
use shared::app::{Anonymous, App, ExitCode, hosted};
use shared::http::hosted::routes;
use shared::http::hosted::{Around, due, pay_page};
use shared::http::{Request, Result};
use shared::model::tax::BuiltIn;
use shared::operations::{checkout, sales};

fn main() -> ExitCode {
    hosted::serve_page(routes::ShowPaymentPage, show_payment_page)
}

async fn show_payment_page(app: &'static App<Anonymous, LinkKeys>, req: Request) -> Result {
    let link = app.link(req.path("token")).await?;
    let now = app.now();
    let sale = sales::look(&app.store, link, now).await?;
    let out = checkout::ways_out(&app.store, &sale.payment).await?;
    let price = sale.first_price(&BuiltIn, now).await?;
    let fields = app.card_fields(&sale.payment, due(&sale.payment, price.as_ref())).await?;
    let around = Around { out: &out, fields: fields.as_ref() };
    Ok(pay_page(&sale, price.as_ref(), &around, &req, now))
}
