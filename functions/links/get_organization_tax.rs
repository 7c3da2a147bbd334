//! `GET /api/organization/tax`: how the organisation collects tax.
//!
//! Refuses with: `token_required`, `token_expired`, `session_revoked`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{routes, tax};
use shared::http::{Reply, Request, Result};
use shared::store::Consistency;

fn main() -> ExitCode {
    links::serve(routes::GetOrganizationTax, get_organization_tax)
}

async fn get_organization_tax(app: &'static App<Session>, req: Request) -> Result {
    let Call { caller, .. } = app.call::<routes::GetOrganizationTax>(&req).await?;
    let settings = app.store.tax_settings(caller.scope(), Consistency::Strong).await?;
    Ok(Reply::json(&tax::view(&settings)))
}
