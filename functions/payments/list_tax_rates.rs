//! `GET /tax-rates`: the rates in force, your own rules first.

use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::routes::ListTaxRates;
use shared::http::payments::tax_rate::rate_view;
use shared::http::{Reply, Request, Result};
use shared::operations::tax;
use shared::store::Consistency;

fn main() -> ExitCode {
    payments::serve(ListTaxRates, list_tax_rates)
}

async fn list_tax_rates(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<ListTaxRates>(&req).await?;
    let settings = app.store.tax_settings(caller.scope, Consistency::Strong).await?;
    let (country, region) = query.place();
    let at = query.at.unwrap_or_else(|| app.now());
    let rates = tax::rates(&settings, country, region.as_deref(), at);
    let mode = caller.scope.mode;
    let views: Vec<_> = rates.iter().map(|rate| rate_view(rate, mode)).collect();
    Ok(Reply::list(&views, 0, None))
}
