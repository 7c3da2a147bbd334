//! `GET /api/payment-links/{uuid}/payments`: the payments of a link for which a card was submitted.
//!
//! Refuses, in this order: `link_not_found`, `validation_error`.

use shared::app::context::PasswordPepper;
use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{routes, transaction, transaction_list};
use shared::http::{Request, Result};
use shared::model::member::Permission;
use shared::operations::search::{self, Search};
use shared::operations::{Resource, transactions};

fn main() -> ExitCode {
    links::serve(routes::ListLinkPayments, list_link_payments)
}

async fn list_link_payments(app: &'static App<Session, PasswordPepper>, req: Request) -> Result {
    let opened = app.open::<routes::ListLinkPayments>(&req).await?;
    let (base, scope, now) = (app.base_url(&req)?, opened.caller.scope(), app.now());
    let link = req.id_in_path("uuid", Resource::Link)?;
    transactions::check_link(&app.store, scope, link).await?;
    let Call { caller, query, .. } = app.fields::<routes::ListLinkPayments>(&req, opened)?;
    let asked = query.command(scope, link, now)?;
    let (filter, slice) = (&asked.filter, &asked.slice);
    let found = match &filter.search {
        Some(text) => {
            let keys = app.capability.search_keys(&app.store).await?;
            search::find(&app.store, Search { keys: &keys, text }, scope, filter, slice, now)
                .await?
        }
        None => transactions::list(&app.store, scope, filter, slice, now).await?,
    };
    let buyers = caller.member.role.may(Permission::SeeBuyers);
    Ok(transaction_list::list(&found, &asked, transaction::Shown { buyers, now }, &req, &base))
}
