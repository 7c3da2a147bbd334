//! `POST /tax/preview`: what a sale would cost; writes nothing.
//!
//! Refuses, in this order: `validation_error`, `customer_not_found`, `payment_failed`.

use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::routes::PreviewTax;
use shared::http::payments::tax::in_camel_case;
use shared::http::payments::tax_preview::preview_view;
use shared::http::{Reply, Request, Result};
use shared::model::tax::BuiltIn;
use shared::operations::tax;

fn main() -> ExitCode {
    payments::serve(PreviewTax, preview_tax)
}

async fn preview_tax(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, body, .. } = app.call::<PreviewTax>(&req).await?;
    let (scope, asked) = (caller.scope, body.command(app.now())?);
    let computed = tax::preview(&app.store, &BuiltIn, scope, &asked).await;
    let computed = computed.map_err(in_camel_case)?;
    Ok(Reply::data(&preview_view(&computed, &asked, scope.mode)))
}
