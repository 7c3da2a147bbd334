//! `GET /api/payment-links/{uuid}/statistics`: what came of a link, by day.
//!
//! Refuses, in this order: `link_not_found`, `validation_error`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{routes, statistics as view};
use shared::http::{Reply, Request, Result};
use shared::operations::{Resource, statistics, transactions};

fn main() -> ExitCode {
    links::serve(routes::GetLinkStatistics, get_link_statistics)
}

async fn get_link_statistics(app: &'static App<Session>, req: Request) -> Result {
    let opened = app.open::<routes::GetLinkStatistics>(&req).await?;
    let (scope, now) = (opened.caller.scope(), app.now());
    let link = req.id_in_path("uuid", Resource::Link)?;
    transactions::check_link(&app.store, scope, link).await?;
    let Call { query, .. } = app.fields::<routes::GetLinkStatistics>(&req, opened)?;
    let organization = app.store.organization(scope, now).await?;
    let days = query.days();
    let report = statistics::report(&app.store, &organization, Some(link), days, now).await?;
    Ok(Reply::json(&view::view(&report, &organization.timezone, None)))
}
