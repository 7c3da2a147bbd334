//! `PATCH /api/organization/tax`: changes what the body names; acts on submits after it.
//!
//! Refuses, in this order: `permission_denied`, `reauthentication_required`, `validation_error`,
//! `changed_meanwhile`.

use shared::app::identity::RecentSession;
use shared::app::{App, Call, ExitCode, clock, links};
use shared::http::links::{routes, tax as bodies};
use shared::http::{Request, Result, reply::json};
use shared::operations::tax;

fn main() -> ExitCode {
    links::serve(routes::UpdateOrganizationTax, update_organization_tax)
}

async fn update_organization_tax(app: &'static App<RecentSession>, req: Request) -> Result {
    let call = app.call::<routes::UpdateOrganizationTax>(&req).await?;
    let Call { caller, body, idempotency, .. } = call;
    let scope = caller.scope();
    let shown = |settings: &_| json(&bodies::view(settings));
    let remember = idempotency.remember(&shown);
    Ok(tax::change(&app.store, scope, body.command(), remember, &clock::now).await?.reply())
}
