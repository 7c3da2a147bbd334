//! `POST /api/organization/members/{id}/reset`: an address where a member sets a new password,
//! shown once.
//!
//! Refuses, in this order: `permission_denied`, `reauthentication_required`, `member_not_found`,
//! `permission_denied` for admins and owners, `validation_error`, `idempotency_key_reused`.

use shared::app::identity::RecentSession;
use shared::app::{App, Call, ExitCode, clock, links};
use shared::http::links::{routes, team};
use shared::http::{Request, Result};
use shared::model::{reset::PasswordReset, token::SingleUse};
use shared::operations::resets::{self, MemberReset};
use shared::operations::team as members;

fn main() -> ExitCode {
    links::serve(routes::ResetMember, reset_member)
}

async fn reset_member(app: &'static App<RecentSession>, req: Request) -> Result {
    let opened = app.open::<routes::ResetMember>(&req).await?;
    let (by, id) = (opened.caller.member.clone(), team::member_in_path(&req)?);
    let found = members::managed(&app.store, &by, id);
    let Call { body, idempotency, .. } =
        app.fields_after::<routes::ResetMember, _>(&req, opened, found).await?;
    let (base, secret) = (app.base_url(&req)?, clock::random());
    let token = SingleUse::Reset.encode(by.tenant, id, secret);
    let of = MemberReset { member: id, removes_totp: body.totp == Some(true) };
    let shown = |reset: &PasswordReset| team::remembered_reset(reset);
    let remember = idempotency.remember(&shown);
    let answer = resets::begin_for(&app.store, &by, of, secret, &remember, app.now()).await?;
    team::shown_reset(&answer, &token, &base)
}
