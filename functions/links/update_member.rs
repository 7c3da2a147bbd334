//! `PATCH /api/organization/members/{id}`: another role for a member; ends the member's sign-ins.
//!
//! Refuses, in this order: `permission_denied`, `reauthentication_required`, `member_not_found`,
//! `permission_denied` for admins and owners, `validation_error`, `last_owner`.

use shared::app::identity::RecentSession;
use shared::app::{App, Call, ExitCode, links};
use shared::http::links::{routes, session, team};
use shared::http::{Reply, Request, Result};
use shared::operations::team as members;

fn main() -> ExitCode {
    links::serve(routes::UpdateMember, update_member)
}

async fn update_member(app: &'static App<RecentSession>, req: Request) -> Result {
    let opened = app.open::<routes::UpdateMember>(&req).await?;
    let id = team::member_in_path(&req)?;
    members::managed(&app.store, &opened.caller.member, id).await?;
    let Call { caller, body, .. } = app.fields::<routes::UpdateMember>(&req, opened)?;
    let (id, role) = (id, body.role.0);
    let changed = members::change_role(&app.store, &caller.member, id, role, app.now()).await?;
    Ok(Reply::json(&session::member_view(&changed)))
}
