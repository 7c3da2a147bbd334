//! `GET /refunds/{id}`: one of your refunds.
//!
//! Refuses: `refund_not_found`.

use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::refund::{asked_refund, view};
use shared::http::payments::routes::GetRefund;
use shared::http::{Reply, Request, Result};
use shared::operations::refunds;

fn main() -> ExitCode {
    payments::serve(GetRefund, get_refund)
}

async fn get_refund(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, .. } = app.call::<GetRefund>(&req).await?;
    let refund = refunds::find(&app.store, caller.scope, asked_refund(&req)?).await?;
    Ok(Reply::data(&view(&refund)))
}
