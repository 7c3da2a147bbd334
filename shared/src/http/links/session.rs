//! Sign-ins: what members send, and how sessions, members and invitations are shown.

use super::field::{Line, Typed};
use crate::{
    http::{Reply, Request, Result, revealed::Revealed, trusted_proxies::TrustedProxies},
    model::{
        Mode, Time,
        invitation::Invitation,
        member::{Member, Permission},
        secret::{AccessTokenText, DeviceTokenText, RefreshTokenText, kind},
        tenant::Tenant,
    },
    operations::{
        Problem, StateRefusal, Unauthenticated,
        sign_in::{SignInOrigin, SignedIn},
    },
    url::UrlParts,
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
    /// The mode to work in; a session can see one of them.
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
    /// The mode to go on in, `test` or `live`: a session changes between them so.
    pub mode: Option<Mode>,
}

/// The session to end; the access token's or the cookie's where nothing is said.
#[derive(Body)]
pub struct LogoutBody {
    /// The session's refresh token, where it is not in the cookie.
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
    /// The person's full name, 1 to 100 characters.
    pub name: Line<1, 100>,
    /// The new member's password, 12 to 128 characters.
    pub password: Typed<1, 256>,
    /// Whether the refresh token goes into a cookie.
    #[body(default = false)]
    pub cookie: Option<bool>,
}

/// A session with its tokens.
#[derive(View)]
pub struct SessionView {
    /// Always `ok`: nothing else is asked for.
    pub status: &'static str,
    /// The access token, for the header `Authorization: Token ...`.
    pub access_token: Revealed<kind::Access>,
    /// Always `Token`.
    pub token_type: &'static str,
    /// Seconds until the access token is over.
    pub expires_in: i64,
    /// Gets the next pair; null where it lies in the cookie.
    pub refresh_token: Option<Revealed<kind::Refresh>>,
    /// When the session ends unless it is refreshed.
    pub refresh_expires_at: String,
    /// Proves this browser at its next sign-in; null where it did not sign in just now.
    pub device_token: Option<Revealed<kind::Device>>,
    /// The mode of the access token.
    pub mode: &'static str,
    /// The modes that the organisation has: `test`, `live` or both.
    pub modes: Vec<&'static str>,
    /// The member who is signed in.
    pub member: MemberView,
}

/// A member.
#[derive(View)]
pub struct MemberView {
    /// The member's id, `mem_...`.
    pub id: String,
    /// The e-mail address, in lower case.
    pub email: String,
    /// The person's full name, as it was given.
    pub name: String,
    /// What the member may do: `owner`, `admin`, `staff` or `viewer`.
    pub role: &'static str,
    /// Whether a second factor is on.
    pub totp_enabled: bool,
    /// The language that the dashboard speaks to this member: a code such as `de` or `pt`.
    pub locale: String,
    /// The dashboard's colours for this member: `system`, `light` or `dark`.
    pub theme: &'static str,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// When the member last signed in, in RFC 3339; null for never.
    pub last_login_at: Option<String>,
}

/// Whoever asks, with what they may do.
#[derive(View)]
pub struct MeView {
    /// The member's id, `mem_...`.
    pub id: String,
    /// The e-mail address, in lower case.
    pub email: String,
    /// The person's full name, as it was given.
    pub name: String,
    /// What the member may do: `owner`, `admin`, `staff` or `viewer`.
    pub role: &'static str,
    /// Whether a second factor is on.
    pub totp_enabled: bool,
    /// The language that the dashboard speaks to this member: a code such as `de` or `pt`.
    pub locale: String,
    /// The dashboard's colours for this member: `system`, `light` or `dark`.
    pub theme: &'static str,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// When the member last signed in, in RFC 3339; null for never.
    pub last_login_at: Option<String>,
    /// The permissions of the member's role, by name.
    pub permissions: Vec<&'static str>,
    /// When a password or code was last given, RFC 3339.
    pub authenticated_at: String,
    /// When an old refresh token was used, which ended its session; RFC 3339.
    pub security_notice: Option<String>,
    /// The organisation that the member works for.
    pub organization: OrganizationName,
    /// The mode of the access token.
    pub mode: &'static str,
    /// The modes that the organisation has: `test`, `live` or both.
    pub modes: Vec<&'static str>,
    /// Whether nothing works before a second factor is on.
    pub must_enroll_totp: bool,
}

/// An organisation by its name.
#[derive(View)]
pub struct OrganizationName {
    /// The organisation's id, a UUID.
    pub id: String,
    /// The name that buyers read.
    pub name: String,
}

/// An invitation as its holder sees it.
#[derive(View)]
pub struct InvitationPreview {
    /// The name of the organisation that invites.
    pub organization: String,
    /// The e-mail address that was invited.
    pub email: String,
    /// The role that the member works in.
    pub role: &'static str,
    /// When it expires, as an RFC 3339 time.
    pub expires_at: String,
}

/// The tokens of an answer, once written.
#[derive(Debug)]
pub struct Tokens {
    /// The access token.
    pub access: AccessTokenText,
    /// The refresh token.
    pub refresh: RefreshTokenText,
    /// The device's token, at a sign-in.
    pub device: Option<DeviceTokenText>,
}

/// A session as this surface shows it.
pub fn view(signed_in: &SignedIn, tokens: &Tokens) -> SessionView {
    let SignedIn { session, member, organization } = signed_in;
    SessionView {
        status: "ok",
        access_token: Revealed::once(&tokens.access),
        token_type: "Token",
        expires_in: crate::model::token::ACCESS_S,
        refresh_token: (!session.by_cookie).then(|| Revealed::once(&tokens.refresh)),
        refresh_expires_at: session.ends_at().rfc3339(),
        device_token: tokens.device.as_ref().map(Revealed::once),
        mode: session.mode.as_str(),
        modes: modes(organization),
        member: member_view(member),
    }
}

/// A member as this surface shows it.
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
        must_enroll_totp: session.enrolling,
    }
}

/// An invitation as its holder sees it.
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

/// Where the page that accepts invitations is; its token stands behind the `#`, which no server
/// sees.
pub const INVITATION_PATH: &str = "/dashboard/#/invite/";

/// Where the page that sets a new password is; its token stands behind the `#` as well.
pub const RESET_PATH: &str = "/dashboard/#/reset/";

/// Where the refresh token lies for a browser: the page's scripts cannot read it.
pub const COOKIE: &str = "__Host-paylink_refresh";

/// The header that puts a refresh token into the cookie; an empty one takes it out.
pub fn set_cookie(token: &str, seconds: i64) -> String {
    let age = if token.is_empty() { 0 } else { seconds };
    format!("{COOKIE}={token}; Max-Age={age}; Path=/; Secure; HttpOnly; SameSite=Strict")
}

/// The refresh token in the cookie, where there is one.
pub fn cookie(header: Option<&str>) -> Option<&str> {
    let pairs = header?.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs
        .filter(|(name, _)| *name == COOKIE)
        .map(|(_, token)| token)
        .find(|token| !token.is_empty())
}

/// Where a sign-in comes from.
pub fn origin(req: &Request, proxies: &TrustedProxies, by_cookie: Option<bool>) -> SignInOrigin {
    SignInOrigin {
        network: req.network(proxies),
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
    let ours = base.is_some_and(|base| req.header("origin") == Some(origin_of(base)));
    if same_site || ours { Ok(token) } else { Err(Problem::State(StateRefusal::ForeignOrigin)) }
}

/// The origin of an address, which browsers send without any path.
fn origin_of(url: &str) -> &str {
    UrlParts::of(url).map_or(url, |parts| parts.origin)
}

/// The answer that shows a session.
pub fn reply(signed_in: &SignedIn, tokens: &Tokens, now: Time) -> Reply {
    let session = &signed_in.session;
    let seconds = session.ends_at().ms_since(now) / 1000;
    let in_cookie = session.by_cookie.then(|| set_cookie(tokens.refresh.reveal(), seconds));
    let reply = Reply::json(&view(signed_in, tokens));
    match in_cookie {
        Some(cookie) => reply.header("set-cookie", cookie),
        None => reply,
    }
}

/// The answer to who has signed out: the cookie goes.
pub fn logged_out() -> Reply {
    Reply::nothing().header("set-cookie", set_cookie("", 0))
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
    fn a_pages_origin_is_ours_whatever_path_the_deployments_addresses_begin_with() {
        for base in ["https://pay.example", "https://pay.example/", "https://pay.example/live"] {
            assert_eq!(origin_of(base), "https://pay.example");
        }
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
