//! Sign-ins: what members send, and how sessions, members and invitations are shown.

use super::field::{Line, Typed};
use crate::{
    http::{Reply, Request, Result},
    model::{
        Mode, Time,
        invitation::Invitation,
        member::{Member, Permission},
        tenant::Tenant,
    },
    operations::{
        Problem, StateRefusal, Unauthenticated,
        sign_in::{SignInOrigin, SignedIn},
    },
};
use derive::{Body, View};

/// Address and password.
#[derive(Body)]
pub struct LoginBody {
    /// The member's address, in any case.
    pub email: Line<1, 256>,
    /// The member's password.
    pub password: Typed<1, 256>,
    /// A code of the second factor, where it is on.
    pub mfa_code: Option<Typed<1, 64>>,
    /// `device_token` of an earlier sign-in in this browser.
    pub device_token: Option<Typed<1, 256>>,
    /// The mode to work in.
    #[body(default = Mode::Test)]
    pub mode: Option<Mode>,
    /// Whether the refresh token goes into a cookie.
    #[body(default = false)]
    pub cookie: Option<bool>,
}

/// A refresh token for the next pair.
#[derive(Body)]
pub struct RefreshBody {
    /// The newest one; the cookie's where absent.
    pub refresh_token: Option<Typed<1, 256>>,
    /// Changes between test and live.
    pub mode: Option<Mode>,
}

/// The session to end; the access token's or the cookie's where nothing is said.
#[derive(Body)]
pub struct LogoutBody {
    /// Its refresh token.
    pub refresh_token: Option<Typed<1, 256>>,
}

/// An invitation to look at.
#[derive(Body)]
pub struct PreviewInvitationBody {
    /// What stands behind the `#` of the invitation's address.
    pub token: Typed<1, 256>,
}

/// Whoever accepts an invitation.
#[derive(Body)]
pub struct AcceptInvitationBody {
    /// What stands behind the `#` of the invitation's address.
    pub token: Typed<1, 256>,
    /// Full name.
    pub name: Line<1, 100>,
    /// 12 to 128 characters.
    pub password: Typed<1, 256>,
    /// Whether the refresh token goes into a cookie.
    #[body(default = false)]
    pub cookie: Option<bool>,
}

/// A session with its tokens.
#[derive(View)]
pub struct SessionView {
    /// `ok`.
    pub status: &'static str,
    /// For `Authorization: Token ...`.
    pub access_token: String,
    /// `Token`.
    pub token_type: &'static str,
    /// Seconds until the access token is over.
    pub expires_in: i64,
    /// Gets the next pair; null where it lies in the cookie.
    pub refresh_token: Option<String>,
    /// When the session ends unless it is refreshed.
    pub refresh_expires_at: String,
    /// Proves this browser at its next sign-in; null where it did not sign in just now.
    pub device_token: Option<String>,
    /// The mode of the access token.
    pub mode: &'static str,
    /// The organisation's modes.
    pub modes: Vec<&'static str>,
    /// Who is signed in.
    pub member: MemberView,
}

/// A member.
#[derive(View)]
pub struct MemberView {
    /// `mem_...`.
    pub id: String,
    /// In lower case.
    pub email: String,
    /// Full name.
    pub name: String,
    /// `owner`, `admin`, `staff` or `viewer`.
    pub role: &'static str,
    /// Whether a second factor is on.
    pub totp_enabled: bool,
    /// Language of the dashboard.
    pub locale: String,
    /// `system`, `light` or `dark`.
    pub theme: &'static str,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub last_login_at: Option<String>,
}

/// Whoever asks, with what they may do.
#[derive(View)]
pub struct MeView {
    /// `mem_...`.
    pub id: String,
    /// In lower case.
    pub email: String,
    /// Full name.
    pub name: String,
    /// `owner`, `admin`, `staff` or `viewer`.
    pub role: &'static str,
    /// Whether a second factor is on.
    pub totp_enabled: bool,
    /// Language of the dashboard.
    pub locale: String,
    /// `system`, `light` or `dark`.
    pub theme: &'static str,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub last_login_at: Option<String>,
    /// What the role may do.
    pub permissions: Vec<&'static str>,
    /// When a password or code was last given, RFC 3339.
    pub authenticated_at: String,
    /// When an old refresh token was used, which ended its session; RFC 3339.
    pub security_notice: Option<String>,
    /// The organisation.
    pub organization: OrganizationName,
    /// The mode of the access token.
    pub mode: &'static str,
    /// The organisation's modes.
    pub modes: Vec<&'static str>,
    /// Whether nothing works before a second factor is on.
    pub must_enroll_totp: bool,
}

/// An organisation by its name.
#[derive(View)]
pub struct OrganizationName {
    /// Its id.
    pub id: String,
    /// What buyers read.
    pub name: String,
}

/// An invitation as its holder sees it.
#[derive(View)]
pub struct InvitationPreview {
    /// The organisation's name.
    pub organization: String,
    /// Whose address it is for.
    pub email: String,
    /// As what.
    pub role: &'static str,
    /// RFC 3339.
    pub expires_at: String,
}

/// The tokens of an answer, once written.
#[derive(Debug)]
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The refresh token.
    pub refresh: String,
    /// The device's token, at a sign-in.
    pub device: Option<String>,
}

/// A session as this surface shows it.
#[must_use]
pub fn view(signed_in: &SignedIn, tokens: Tokens) -> SessionView {
    let SignedIn { session, member, organization } = signed_in;
    SessionView {
        status: "ok",
        access_token: tokens.access,
        token_type: "Token",
        expires_in: crate::model::token::ACCESS_S,
        refresh_token: (!session.by_cookie).then_some(tokens.refresh),
        refresh_expires_at: session.ends_at().rfc3339(),
        device_token: tokens.device,
        mode: session.mode.as_str(),
        modes: modes(organization),
        member: member_view(member),
    }
}

/// A member as this surface shows it.
#[must_use]
pub fn member_view(member: &Member) -> MemberView {
    MemberView {
        id: member.id.links_form(),
        email: member.email.clone(),
        name: member.name.clone(),
        role: member.role.as_str(),
        totp_enabled: member.totp_enabled,
        locale: member.locale.clone(),
        theme: member.theme.as_str(),
        created_at: member.created_at.rfc3339(),
        last_login_at: member.last_login_at.map(|at| at.rfc3339()),
    }
}

/// Whoever asks, in the mode of the access token.
#[must_use]
pub fn me(signed_in: &SignedIn, mode: Mode) -> MeView {
    let SignedIn { session, member, organization } = signed_in;
    let MemberView {
        id,
        email,
        name,
        role,
        totp_enabled,
        locale,
        theme,
        created_at,
        last_login_at,
    } = member_view(member);
    let named = organization.first().map(|tenant| tenant.name.clone()).unwrap_or_default();
    MeView {
        id,
        email,
        name,
        role,
        totp_enabled,
        locale,
        theme,
        created_at,
        last_login_at,
        permissions: member.role.permissions().map(Permission::as_str).collect(),
        authenticated_at: session.authenticated_at.rfc3339(),
        security_notice: member.security_notice.map(|at| at.rfc3339()),
        organization: OrganizationName { id: member.tenant.to_string(), name: named },
        mode: mode.as_str(),
        modes: modes(organization),
        must_enroll_totp: false,
    }
}

/// An invitation as its holder sees it.
#[must_use]
pub fn invitation_view(invitation: &Invitation, organization: &[Tenant]) -> InvitationPreview {
    let named = organization.first().map(|tenant| tenant.name.clone());
    InvitationPreview {
        organization: named.unwrap_or_default(),
        email: invitation.email.clone(),
        role: invitation.role.as_str(),
        expires_at: invitation.expires_at.rfc3339(),
    }
}

fn modes(organization: &[Tenant]) -> Vec<&'static str> {
    organization.iter().map(|tenant| tenant.scope.mode.as_str()).collect()
}

/// The browser that a request came from, as people recognise it: `Firefox on Windows`.
#[must_use]
pub fn browser(user_agent: Option<&str>) -> String {
    let agent = user_agent.unwrap_or_default();
    // The order matters: each of these also names those that come after it.
    let browsers = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    let systems = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let named = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    match (named(&browsers), named(&systems)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Unknown".to_owned(),
    }
}

/// Where the refresh token lies for a browser: the page's scripts cannot read it.
pub const COOKIE: &str = "__Host-paylink_refresh";

/// The header that puts a refresh token into the cookie; an empty one takes it out.
#[must_use]
pub fn set_cookie(token: &str, seconds: i64) -> String {
    let age = if token.is_empty() { 0 } else { seconds };
    format!("{COOKIE}={token}; Max-Age={age}; Path=/; Secure; HttpOnly; SameSite=Strict")
}

/// The refresh token in the cookie, where there is one.
#[must_use]
pub fn cookie(header: Option<&str>) -> Option<&str> {
    let pairs = header?.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs
        .filter(|(name, _)| *name == COOKIE)
        .map(|(_, token)| token)
        .find(|token| !token.is_empty())
}

/// Where a sign-in comes from.
#[must_use]
pub fn origin(req: &Request, by_cookie: Option<bool>) -> SignInOrigin {
    SignInOrigin {
        network: req.network(),
        browser: browser(req.header("user-agent")),
        by_cookie: by_cookie == Some(true),
    }
}

/// The refresh token of a request: in the body, or else in the cookie, which counts only where the
/// request comes from a page of ours.
///
/// # Errors
/// 401: there is none. 403: the cookie comes from another web site.
pub fn refresh_token<'a>(
    req: &'a Request,
    in_body: Option<&'a str>,
    base: Option<&str>,
) -> Result<&'a str> {
    if let Some(token) = in_body {
        return Ok(token);
    }
    let none = || Problem::Unauthenticated(Unauthenticated::NoToken);
    let token = cookie(req.header("cookie")).ok_or_else(none)?;
    let same_site = req.header("sec-fetch-site") == Some("same-origin");
    let ours = base.is_some() && req.header("origin") == base;
    if same_site || ours { Ok(token) } else { Err(Problem::State(StateRefusal::ForeignOrigin)) }
}

/// The answer that shows a session.
#[must_use]
pub fn reply(status: u16, signed_in: &SignedIn, tokens: Tokens, now: Time) -> Reply {
    let session = &signed_in.session;
    let seconds = session.ends_at().ms_since(now) / 1000;
    let in_cookie = session.by_cookie.then(|| set_cookie(&tokens.refresh, seconds));
    let reply = Reply { status, ..Reply::json(&view(signed_in, tokens)) };
    match in_cookie {
        Some(cookie) => reply.header("set-cookie", cookie),
        None => reply,
    }
}

/// 204, without the cookie.
#[must_use]
pub fn logged_out() -> Reply {
    let reply = Reply { status: 204, ..Reply::json_text(String::new()) };
    reply.header("set-cookie", set_cookie("", 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_named_as_people_know_them() {
        let windows = "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0";
        assert_eq!(browser(Some(windows)), "Firefox on Windows");
        let edge = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Chrome/128 Safari/537 Edg/128";
        assert_eq!(browser(Some(edge)), "Edge on macOS");
        assert_eq!(browser(Some("curl/8.5.0")), "curl");
        assert_eq!(browser(None), "Unknown");
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let header = format!("a=b; {COOKIE}=plr_x; c=d");
        assert_eq!(cookie(Some(&header)), Some("plr_x"));
        assert_eq!(cookie(Some(&format!("x{COOKIE}=plr_x; {COOKIE}="))), None);
        assert!(set_cookie("plr_x", 60).starts_with("__Host-paylink_refresh=plr_x; Max-Age=60;"));
        assert!(set_cookie("", 60).contains("Max-Age=0"));
    }
}
