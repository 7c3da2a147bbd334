//! `GET /api/transactions`: the organisation's card payments, newest first.
//!
//! Refuses, in this order: `scope_missing`, `validation_error`.

use shared::app::identity::{MemberOrKey, Principal};
use shared::app::{App, Call, ExitCode, links};
use shared::http::links::{routes, transaction, transaction_list};
use shared::http::{Request, Result};
use shared::operations::search::{self, Search};
use shared::operations::transactions;

fn main() -> ExitCode {
    links::serve(routes::ListTransactions, list_transactions)
}

async fn list_transactions(app: &'static App<MemberOrKey>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<routes::ListTransactions>(&req).await?;
    let (base, scope, now) = (app.base_url(&req)?, caller.scope(), app.now());
    let asked = query.command(scope, now)?;
    let (filter, slice) = (&asked.filter, &asked.slice);
    let found = match &filter.search {
        Some(text) => {
            let keys = app.identity.search_keys(&app.store).await?;
            search::find(&app.store, Search { keys: &keys, text }, scope, filter, slice, now)
                .await?
        }
        None => transactions::list(&app.store, scope, filter, slice, now).await?,
    };
    let shown = transaction::Shown { buyers: caller.sees_buyers(), now };
    Ok(transaction_list::list(&found, &asked, shown, &req, &base))
}
