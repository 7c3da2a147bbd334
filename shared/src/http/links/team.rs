//! The team: what requests say of members and invitations, and how they are shown.

use super::{
    field::{Line, RoleName},
    list::{Next, Page},
    payment_link::created_by,
    session::{INVITATION_PATH, MemberView, RESET_PATH, member_view},
};
use crate::{
    http::{
        Reply, Request, Result,
        body::Body as _,
        field::{Email, PageLimit},
        reply,
    },
    model::{
        Scope, Time,
        id::{InvitationId, MemberId},
        invitation::Invitation,
        member::Member,
        place::{Place, page_of, sortable},
        reset::PasswordReset,
    },
    operations::{IdempotentAnswer, Problem, Resource},
};
use derive::{Body, View};
use serde_json::{Map, Value};

/// Which members or invitations to list.
#[derive(Body)]
pub struct ListTeam {
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
    /// The `next_cursor` that the page before answered, with the same filters.
    pub cursor: Option<Line<1, 1000>>,
}

/// Another role.
#[derive(Body)]
pub struct UpdateMember {
    /// What the member may do from now on: `owner`, `admin`, `staff` or `viewer`.
    pub role: RoleName,
}

/// A way back in for a member.
#[derive(Body)]
pub struct ResetMember {
    /// Whether the second factor goes as well: both were lost.
    #[body(default = false)]
    pub totp: Option<bool>,
}

/// Somebody to be invited.
#[derive(Body)]
pub struct CreateInvitation {
    /// The address of whoever is invited.
    pub email: Email,
    /// The role that the member works in.
    pub role: RoleName,
}

/// A page of members.
#[derive(View)]
pub struct MemberList {
    /// The members of this page, newest first.
    pub results: Vec<MemberView>,
    /// The address of the next page; null at the end.
    pub next: Option<String>,
    /// The cursor of the next page; null at the end.
    pub next_cursor: Option<String>,
    /// Always null: lists go on, not back.
    pub previous: Option<String>,
}

/// A way back in.
#[derive(View)]
pub struct ResetView {
    /// Where a new password is set; shown once, for you to hand over. Null when the request comes
    /// again.
    pub reset_url: Option<String>,
    /// When it expires, as an RFC 3339 time.
    pub expires_at: String,
}

/// An invitation.
#[derive(View)]
pub struct InvitationView {
    /// The invitation's id, `inv_...`.
    pub id: String,
    /// The address of whoever is invited.
    pub email: String,
    /// The role that the member works in.
    pub role: &'static str,
    /// What became of it: `open`, `accepted`, `withdrawn` or `expired`.
    pub status: &'static str,
    /// The member who invites, `mem_...`.
    pub invited_by: String,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// When it expires, as an RFC 3339 time.
    pub expires_at: String,
}

/// An invitation with the address that accepts it.
#[derive(View)]
pub struct NewInvitationView {
    /// The invitation's id, `inv_...`.
    pub id: String,
    /// The address of whoever is invited.
    pub email: String,
    /// The role that the member works in.
    pub role: &'static str,
    /// Always `open`: it was just made.
    pub status: &'static str,
    /// The member who invites, `mem_...`.
    pub invited_by: String,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// When it expires, as an RFC 3339 time.
    pub expires_at: String,
    /// Where it is accepted; shown once, for you to hand over. Null when the request comes again.
    pub invite_url: Option<String>,
}

/// A page of invitations.
#[derive(View)]
pub struct InvitationList {
    /// The invitations of this page, newest first.
    pub results: Vec<InvitationView>,
    /// The address of the next page; null at the end.
    pub next: Option<String>,
    /// The cursor of the next page; null at the end.
    pub next_cursor: Option<String>,
    /// Always null: lists go on, not back.
    pub previous: Option<String>,
}

impl ListTeam {
    /// The page of this list that is asked for.
    ///
    /// # Errors
    /// A cursor of another list.
    pub fn page(&self, scope: Scope, list: &str) -> Result<Page> {
        Page::of(scope, list, &self.meaning(), self.limit, self.cursor.as_ref())
    }
}

/// A page of members, with where the next one is.
pub fn members(all: Vec<Member>, page: &Page, req: &Request, base: &str) -> Reply {
    let place = |one: &Member| Place { key: sortable(one.created_at.ms()), id: *one.id.uuid() };
    let found = page_of(all, place, true, page.after.as_ref(), page.limit);
    let Next { url, cursor, .. } = page.next(req, base, found.next.as_ref(), None);
    Reply::json(&MemberList {
        results: found.entries.iter().map(member_view).collect(),
        next: url,
        next_cursor: cursor,
        previous: None,
    })
}

/// A page of invitations, with where the next one is.
pub fn invitations(
    all: Vec<Invitation>,
    page: &Page,
    req: &Request,
    base: &str,
    now: Time,
) -> Reply {
    let place = |one: &Invitation| Place { key: sortable(one.created_at.ms()), id: *one.id.uuid() };
    let found = page_of(all, place, true, page.after.as_ref(), page.limit);
    let Next { url, cursor, .. } = page.next(req, base, found.next.as_ref(), None);
    Reply::json(&InvitationList {
        results: found.entries.iter().map(|one| invitation(one, now)).collect(),
        next: url,
        next_cursor: cursor,
        previous: None,
    })
}

fn invitation(one: &Invitation, now: Time) -> InvitationView {
    InvitationView {
        id: one.id.links_form(),
        email: one.email.clone(),
        role: one.role.as_str(),
        status: one.status_at(now).as_str(),
        invited_by: created_by(one.invited_by),
        created_at: one.created_at.rfc3339(),
        expires_at: one.expires_at.rfc3339(),
    }
}

/// A new or renewed invitation as it is remembered: without its address.
pub fn remembered_invitation(one: &Invitation, now: Time) -> String {
    let shown = invitation(one, now);
    reply::json(&NewInvitationView {
        id: shown.id,
        email: shown.email,
        role: shown.role,
        status: shown.status,
        invited_by: shown.invited_by,
        created_at: shown.created_at,
        expires_at: shown.expires_at,
        invite_url: None,
    })
}

/// The answer with the invitation's address, which is shown the first time only.
pub fn shown_invitation(answer: &IdempotentAnswer, token: &str, base: &str) -> Result {
    let mut view: Map<String, Value> =
        serde_json::from_str(&answer.data).map_err(Problem::internal)?;
    if !answer.replayed {
        let url = format!("{base}{INVITATION_PATH}{token}");
        view.insert("invite_url".to_owned(), url.into());
    }
    Ok(answer.mark(Reply::json(&view)))
}

/// A reset as it is remembered: without its address.
pub fn remembered_reset(reset: &PasswordReset) -> String {
    reply::json(&ResetView { reset_url: None, expires_at: reset.expires_at.rfc3339() })
}

/// The answer with the reset's address, which is shown the first time only.
pub fn shown_reset(answer: &IdempotentAnswer, token: &str, base: &str) -> Result {
    let mut view: Map<String, Value> =
        serde_json::from_str(&answer.data).map_err(Problem::internal)?;
    if !answer.replayed {
        view.insert("reset_url".to_owned(), format!("{base}{RESET_PATH}{token}").into());
    }
    Ok(answer.mark(Reply::json(&view)))
}

/// The member that a request's path names.
pub fn member_in_path(req: &Request) -> Result<MemberId> {
    MemberId::from_links_form(req.path("id")).ok_or(Problem::NotFound(Resource::Member))
}

/// The invitation that a request's path names.
pub fn invitation_in_path(req: &Request) -> Result<InvitationId> {
    InvitationId::from_links_form(req.path("id")).ok_or(Problem::NotFound(Resource::Invitation))
}
