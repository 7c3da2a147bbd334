//! Sign-ins: what members send, and how sessions, members and invitations are shown.

use super::{
    browser::set_cookie,
    field::{Line, Typed},
};
use crate::{
    http::{Reply, revealed::Revealed},
    model::{
        Mode, Time,
        invitation::Invitation,
        member::{Member, Permission},
        secret::{AccessTokenText, DeviceTokenText, RefreshTokenText, kind},
        tenant::Tenant,
    },
    operations::sign_in::SignedIn,
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

/// Where the page that accepts invitations is; its token stands behind the `#`, which no server
/// sees.
pub const INVITATION_PATH: &str = "/dashboard/#/invite/";

/// Where the page that sets a new password is; its token stands behind the `#` as well.
pub const RESET_PATH: &str = "/dashboard/#/reset/";

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
