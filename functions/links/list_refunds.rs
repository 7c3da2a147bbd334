//! `GET /api/refunds`: the organisation's refunds, newest first.
//!
//! Refuses, in this order: `scope_missing`, `validation_error`.

use shared::app::identity::{MemberOrKey, Principal};
use shared::app::{App, Call, ExitCode, links};
use shared::http::links::{refund, routes};
use shared::http::{Request, Result};
use shared::operations::refunds;
use shared::store::list::Listing;

fn main() -> ExitCode {
    links::serve(routes::ListRefunds, list_refunds)
}

async fn list_refunds(app: &'static App<MemberOrKey>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<routes::ListRefunds>(&req).await?;
    let (base, scope) = (app.base_url(&req)?, caller.scope());
    let asked = query.command(scope, app.now())?;
    let found = match asked.filter {
        Some(filter) => refunds::list(&app.store, scope, filter, &asked.slice).await?,
        None => Listing::empty(),
    };
    Ok(refund::list(&found, &asked, &req, &base))
}
