//! `GET /api/organization/activity`: who did what in the organisation, newest first.
//!
//! Refuses, in this order: `permission_denied`, `validation_error`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{activity, routes};
use shared::http::{Request, Result};
use shared::operations::activity as activities;
use shared::store::list::Listing;

fn main() -> ExitCode {
    links::serve(routes::ListActivity, list_activity)
}

async fn list_activity(app: &'static App<Session>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<routes::ListActivity>(&req).await?;
    let (base, scope) = (app.base_url(&req)?, caller.scope());
    let asked = query.command(scope, app.now())?;
    let found = match &asked.filter {
        Some(filter) => activities::list(&app.store, scope, filter, &asked.slice).await?,
        None => Listing::empty(),
    };
    Ok(activity::list(&found, &asked, &req, &base))
}
