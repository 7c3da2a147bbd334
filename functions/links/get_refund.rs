//! `GET /api/refunds/{id}`: one refund, as it is now.
//!
//! Refuses, in this order: `scope_missing`, `refund_not_found`.

use shared::app::identity::{MemberOrKey, Principal};
use shared::app::{App, ExitCode, links};
use shared::http::links::{refund, routes};
use shared::http::{Reply, Request, Result};
use shared::operations::refunds;

fn main() -> ExitCode {
    links::serve(routes::GetRefund, get_refund)
}

async fn get_refund(app: &'static App<MemberOrKey>, req: Request) -> Result {
    let opened = app.open::<routes::GetRefund>(&req).await?;
    let (scope, id) = (opened.caller.scope(), refund::in_path(&req)?);
    let found = refunds::find(&app.store, scope, id).await?;
    app.fields::<routes::GetRefund>(&req, opened)?;
    Ok(Reply::json(&refund::view(&found)))
}
