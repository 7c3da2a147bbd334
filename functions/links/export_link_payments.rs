//! `GET /api/payment-links/{uuid}/payments/export`: a link's payments as a table for spreadsheets;
//! `Link` says where it goes on.
//!
//! Refuses, in this order: `permission_denied`, `link_not_found`, `validation_error`.

use shared::app::clock::AMBIENT;
use shared::app::context::PasswordPepper;
use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{csv::TableRequest, routes, transaction::Shown};
use shared::http::{Request, Result};
use shared::operations::activity::ExportedList;
use shared::operations::{Resource, organizations, transactions};

fn main() -> ExitCode {
    links::serve(routes::ExportLinkPayments, export_link_payments)
}

async fn export_link_payments(app: &'static App<Session, PasswordPepper>, req: Request) -> Result {
    let opened = app.open::<routes::ExportLinkPayments>(&req).await?;
    let (base, scope, now) = (app.base_url(&req)?, opened.caller.scope(), app.now());
    let link = req.id_in_path("uuid", Resource::Link)?;
    transactions::check_link(&app.store, scope, link).await?;
    let Call { caller, query, .. } = app.fields::<routes::ExportLinkPayments>(&req, opened)?;
    let asked = query.command(scope, link, now)?;
    let zone = organizations::zone(&app.store, scope, now).await?;
    let keys = match &asked.filter.search {
        Some(_) => Some(app.capability.search_keys(&app.store).await?),
        None => None,
    };
    let (filter, slice) = (&asked.filter, &asked.slice);
    let found = transactions::export(&app.store, scope, filter, keys.as_ref(), slice, now).await?;
    if asked.page.after.is_none() {
        let (rows, more) = (found.rows.len(), found.next.is_some());
        let what = ExportedList { list: "payments", link: Some(link), rows, more };
        links::note_export(&app.store, scope, &caller.member, what, AMBIENT).await;
    }
    let shown = Shown { buyers: true, now };
    let table = TableRequest { req: &req, base: &base, zone: &zone };
    Ok(query.transactions(&found, &asked, table, shown))
}
