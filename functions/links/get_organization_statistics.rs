//! `GET /api/organization/statistics`: what came of all links and payments, by day.
//!
//! Refuses with: `validation_error`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{routes, statistics as view};
use shared::http::{Reply, Request, Result};
use shared::operations::statistics;

fn main() -> ExitCode {
    links::serve(routes::GetOrganizationStatistics, get_organization_statistics)
}

async fn get_organization_statistics(app: &'static App<Session>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<routes::GetOrganizationStatistics>(&req).await?;
    let (scope, now) = (caller.scope(), app.now());
    let organization = app.store.organization(scope, now).await?;
    let report = statistics::report(&app.store, &organization, None, query.days(), now).await?;
    let currency = query.currency.map(|currency| currency.0);
    Ok(Reply::json(&view::view(&report, &organization.timezone, currency)))
}
