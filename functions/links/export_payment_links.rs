//! `GET /api/payment-links/export`: links as a table for spreadsheets; `Link` says where it goes on.
//!
//! Refuses, in this order: `permission_denied`, `validation_error`.

use shared::app::clock::AMBIENT;
use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::csv::TableRequest;
use shared::http::links::routes;
use shared::http::{Request, Result};
use shared::operations::activity::ExportedList;
use shared::operations::{link_list::list, organizations};

fn main() -> ExitCode {
    links::serve(routes::ExportPaymentLinks, export_payment_links)
}

async fn export_payment_links(app: &'static App<Session>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<routes::ExportPaymentLinks>(&req).await?;
    let (base, scope, now) = (app.base_url(&req)?, caller.scope(), app.now());
    let (page, wanted) = query.command(scope)?;
    let zone = organizations::zone(&app.store, scope, now).await?;
    let found = list(&app.store, scope, &wanted, now).await?;
    if page.after.is_none() {
        let (rows, more) = (found.rows.len(), found.next.is_some());
        let what = ExportedList { list: "payment-links", link: None, rows, more };
        links::note_export(&app.store, scope, &caller.member, what, AMBIENT).await;
    }
    let table = TableRequest { req: &req, base: &base, zone: &zone };
    Ok(query.reply(&found, &wanted, &page, table, now))
}
