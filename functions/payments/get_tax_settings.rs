//! `GET /tax-settings`: how you collect tax, and what your page and invoices say.

use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::routes::GetTaxSettings;
use shared::http::payments::tax::view;
use shared::http::{Reply, Request, Result};
use shared::store::Consistency;

fn main() -> ExitCode {
    payments::serve(GetTaxSettings, get_tax_settings)
}

async fn get_tax_settings(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, .. } = app.call::<GetTaxSettings>(&req).await?;
    let settings = app.store.tax_settings(caller.scope, Consistency::Strong).await?;
    Ok(Reply::data(&view(&settings, caller.scope.mode)))
}
