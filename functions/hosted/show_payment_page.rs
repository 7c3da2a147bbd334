//! `GET /pay/{token}`: the page a buyer pays on. Looking changes nothing.
//!
//! Refuses: `link_not_found`.

use shared::app::context::Pages;
use shared::app::{Exit, serve};
use shared::http::hosted::pay_page;
use shared::http::{Code, Error, Request, Result};
use shared::model::payment_intent::StatusName;
use shared::store::Consistency;

fn main() -> Exit {
    serve::serve(serve::Surface::Page, show_payment_page)
}

async fn show_payment_page(app: &'static Pages, req: Request) -> Result {
    let (scope, id) = app.link(req.path("token")).await?;
    let intent = app.store.intent(scope, id, Consistency::Eventual).await?;
    let intent = intent.ok_or_else(|| Error::of(Code::LinkNotFound))?;
    let now = app.now();
    if intent.status_at(now) != StatusName::Expired {
        return Ok(pay_page(&intent, now));
    }
    // "You have not been charged" is said from the newest record only: a copy that is a moment old
    // may not know of the charge that came just in time.
    let newest = app.store.intent(scope, id, Consistency::Strong).await?;
    Ok(pay_page(&newest.unwrap_or(intent), now))
}
