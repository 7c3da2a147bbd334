//! `DELETE /api/organization/members/{id}`: takes a member out of the organisation.
//!
//! Refuses, in this order: `permission_denied`, `reauthentication_required`, `member_not_found`,
//! `permission_denied` for admins and owners, `last_owner`.

use shared::app::identity::RecentSession;
use shared::app::{App, ExitCode, links};
use shared::http::links::{routes, team};
use shared::http::{Reply, Request, Result};
use shared::operations::team as members;

fn main() -> ExitCode {
    links::serve(routes::RemoveMember, remove_member)
}

async fn remove_member(app: &'static App<RecentSession>, req: Request) -> Result {
    let opened = app.open::<routes::RemoveMember>(&req).await?;
    let (by, id) = (opened.caller.member.clone(), team::member_in_path(&req)?);
    let found = members::managed(&app.store, &by, id);
    app.fields_after::<routes::RemoveMember, _>(&req, opened, found).await?;
    members::remove(&app.store, &by, id, app.now()).await?;
    Ok(Reply::nothing())
}
