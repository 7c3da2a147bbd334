//! What members say of their own account, and how their sign-ins are shown.

use super::{
    field::{Line, Locale, ThemeName, Typed},
    list::{Next, Page},
};
use crate::{
    http::{Reply, Request, Result, body::Body as _, field::PageLimit},
    model::{
        Scope,
        id::SessionId,
        place::{Place, page_of, sortable},
        session::Session,
    },
    operations::{Problem, Resource, own_account::ProfileChange},
};
use derive::{Body, View};

/// What changes of your own account. Absent fields stay as they are.
#[derive(Body)]
pub struct UpdateMe {
    /// The person's full name, 1 to 100 characters.
    #[body(not_null)]
    pub name: Option<Line<1, 100>>,
    /// The language that the dashboard speaks to this member: a code such as `de` or `pt`.
    #[body(not_null)]
    pub locale: Option<Locale>,
    /// The dashboard's colours: `system`, `light` or `dark`.
    #[body(not_null)]
    pub theme: Option<ThemeName>,
}

/// What you prove yourself with once more.
#[derive(Body)]
pub struct Reauthenticate {
    /// Your password; where a second factor is on, the code instead.
    pub password: Option<Typed<1, 256>>,
    /// A code of your second factor, or one for recovery.
    pub mfa_code: Option<Typed<1, 64>>,
}

/// What somebody proves itself with.
pub enum Proof {
    /// A password.
    Password(Typed<1, 256>),
    /// A code of the second factor.
    Code(Typed<1, 64>),
}

impl Reauthenticate {
    /// What is to be judged: a code where a second factor is on, else a password.
    ///
    /// # Errors
    /// It is not there, or the other one is as well.
    pub fn proof(self, totp_enabled: bool) -> Result<Proof> {
        match (totp_enabled, self.password, self.mfa_code) {
            (true, None, Some(code)) => Ok(Proof::Code(code)),
            (false, Some(password), None) => Ok(Proof::Password(password)),
            (true, _, None) => {
                Err(Problem::field("mfa_code", "is required: a second factor is on"))
            }
            (true, Some(_), Some(_)) => {
                Err(Problem::field("password", "is not asked for: the code is enough"))
            }
            (false, None, _) => Err(Problem::field("password", "is required")),
            (false, Some(_), Some(_)) => {
                Err(Problem::field("mfa_code", "is not asked for: no second factor is on"))
            }
        }
    }
}

/// Another password.
#[derive(Body)]
pub struct ChangePassword {
    /// The password until now, as a proof that the member asks for it.
    pub current_password: Typed<1, 256>,
    /// The one from now on: 12 to 128 characters.
    pub new_password: Typed<1, 256>,
}

/// A new password in the place of one that was lost.
#[derive(Body)]
pub struct ResetPassword {
    /// What stands behind the `#` of the reset's address.
    pub token: Typed<1, 256>,
    /// The new password, 12 to 128 characters.
    pub password: Typed<1, 256>,
}

/// Which sign-ins to list.
#[derive(Body)]
pub struct ListSessions {
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
    /// The `next_cursor` that the page before answered, with the same filters.
    pub cursor: Option<Line<1, 1000>>,
}

/// A sign-in.
#[derive(View)]
pub struct SignInView {
    /// The session's id, `ses_...`.
    pub id: String,
    /// Whether it is the one that asks.
    pub current: bool,
    /// The browser as people know it, such as `Firefox on Windows`, from its `User-Agent`.
    pub device: String,
    /// The network that it came from: `203.0.113.0/24`.
    pub network: String,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// When its tokens were last renewed, in RFC 3339.
    pub last_refreshed_at: String,
    /// When it ends unless it is refreshed, RFC 3339.
    pub expires_at: String,
}

/// A page of sign-ins.
#[derive(View)]
pub struct SignInList {
    /// The sign-ins that open something, newest first.
    pub results: Vec<SignInView>,
    /// The address of the next page; null at the end.
    pub next: Option<String>,
    /// The cursor of the next page; null at the end.
    pub next_cursor: Option<String>,
    /// Always null: lists go on, not back.
    pub previous: Option<String>,
}

impl UpdateMe {
    /// What is to be changed.
    pub fn command(self) -> ProfileChange {
        ProfileChange {
            name: self.name.map(|name| name.0),
            locale: self.locale.map(|locale| locale.0.to_owned()),
            theme: self.theme.map(|theme| theme.0),
        }
    }
}

impl ListSessions {
    /// The page that is asked for.
    ///
    /// # Errors
    /// A cursor of another list.
    pub fn page(&self, scope: Scope) -> Result<Page> {
        Page::of(scope, "sessions", &self.meaning(), self.limit, self.cursor.as_ref())
    }
}

/// A page of sign-ins, with where the next one is.
pub fn list(
    sessions: Vec<Session>,
    current: SessionId,
    page: &Page,
    req: &Request,
    base: &str,
) -> Reply {
    let place = |one: &Session| Place { key: sortable(one.created_at.ms()), id: *one.id.uuid() };
    let found = page_of(sessions, place, true, page.after.as_ref(), page.limit);
    let Next { url, cursor, .. } = page.next(req, base, found.next.as_ref(), None);
    Reply::json(&SignInList {
        results: found.entries.iter().map(|one| view(one, current)).collect(),
        next: url,
        next_cursor: cursor,
        previous: None,
    })
}

fn view(session: &Session, current: SessionId) -> SignInView {
    SignInView {
        id: session.id.links_form(),
        current: session.id == current,
        device: session.device.clone(),
        network: session.network.clone(),
        created_at: session.created_at.rfc3339(),
        last_refreshed_at: session.refreshed_at.rfc3339(),
        expires_at: session.ends_at().rfc3339(),
    }
}

/// The sign-in that a request's path names.
pub fn in_path(req: &Request) -> Result<SessionId> {
    SessionId::from_links_form(req.path("id")).ok_or(Problem::NotFound(Resource::Session))
}
