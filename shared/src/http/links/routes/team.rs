//! Routes by which members care for their own account and for the team.

use crate::{
    http::{
        links::{Links, account, activity, second_factor, session, team},
        route::{Action, Json, JsonIfAny, NoFields, Plain, routes},
    },
    operations::{ProblemKind, Resource, StateRefusal, Unique},
};
use ProblemKind::{
    Contended, Invalid, InvalidClient, NotFound, RateLimited, Repeated, State, Taken,
    Unauthenticated,
};
use serde_json::value::RawValue;

routes! {
    Links;

    /// changes your own name, language or colours.
    UpdateMe = Patch "/api/auth/me" as "update_me" {
        body: Json<account::UpdateMe>,
        answer: Plain<session::MeView>,
        problems: [Unauthenticated, Invalid, Contended],
    }

    /// takes your password as given just now, for what asks for that.
    Reauthenticate = Post "/api/auth/reauthenticate" as "reauthenticate" {
        body: Json<account::Reauthenticate>,
        answer: Plain<Box<RawValue>>,
        success: 204,
        problems: [Invalid, RateLimited, InvalidClient],
    }

    /// another password of your own; ends your other sign-ins.
    ChangePassword = Post "/api/auth/password" as "change_password" {
        body: Json<account::ChangePassword>,
        answer: Plain<Box<RawValue>>,
        success: 204,
        problems: [Unauthenticated, State(StateRefusal::NotReauthenticated), Invalid, RateLimited],
    }

    /// a new password with a reset's token; ends all sign-ins.
    ResetPassword = Post "/api/auth/password/reset" as "reset_password" {
        body: Json<account::ResetPassword>,
        answer: Plain<Box<RawValue>>,
        success: 204,
        problems: [State(StateRefusal::ResetOver), Invalid],
    }

    /// where you are signed in.
    ListSessions = Get "/api/auth/sessions" as "list_sessions" {
        query: account::ListSessions,
        answer: Plain<account::SignInList>,
        problems: [Unauthenticated, Invalid],
    }

    /// ends one of your sign-ins.
    EndSession = Delete "/api/auth/sessions/{id}" as "end_session" {
        answer: Plain<Box<RawValue>>,
        success: 204,
        problems: [Unauthenticated, NotFound(Resource::Session)],
    }

    /// ends all of your sign-ins but this one.
    EndOtherSessions = Delete "/api/auth/sessions" as "end_other_sessions" {
        answer: Plain<Box<RawValue>>,
        success: 204,
        problems: [Unauthenticated],
    }

    /// the second step of a sign-in.
    VerifySignIn = Post "/api/auth/mfa" as "verify_sign_in" {
        body: Json<second_factor::VerifySignIn>,
        answer: Plain<session::SessionView>,
        problems: [Invalid, InvalidClient, RateLimited, Contended],
    }

    /// a secret for an authenticator app; it counts once a code has confirmed it.
    BeginTotp = Post "/api/auth/totp" as "begin_totp" {
        body: Action<NoFields>,
        answer: Plain<second_factor::TotpView>,
        problems: [
            Invalid,
            Unauthenticated, State(StateRefusal::NotReauthenticated),
            State(StateRefusal::TotpEnabled), Contended,
        ],
    }

    /// puts the second factor on; answers codes for recovery, once.
    ConfirmTotp = Post "/api/auth/totp/confirm" as "confirm_totp" {
        body: Json<second_factor::ConfirmTotp>,
        answer: Plain<second_factor::RecoveryCodesView>,
        problems: [
            Unauthenticated, Invalid, RateLimited, State(StateRefusal::TotpOff),
            State(StateRefusal::TotpEnabled), Contended,
        ],
    }

    /// other codes for recovery; those before are void.
    RenewRecoveryCodes = Post "/api/auth/totp/recovery-codes" as "renew_recovery_codes" {
        body: Action<NoFields>,
        answer: Plain<second_factor::RecoveryCodesView>,
        problems: [
            Unauthenticated, Invalid,
            State(StateRefusal::NotReauthenticated), State(StateRefusal::TotpOff), Contended,
        ],
    }

    /// takes the second factor away.
    RemoveTotp = Delete "/api/auth/totp" as "remove_totp" {
        answer: Plain<Box<RawValue>>,
        success: 204,
        problems: [
            Unauthenticated, State(StateRefusal::NotReauthenticated),
            State(StateRefusal::TotpRequired), Contended,
        ],
    }

    /// who works for the organisation.
    ListMembers = Get "/api/organization/members" as "list_members" {
        query: team::ListTeam,
        answer: Plain<team::MemberList>,
        problems: [Unauthenticated, Invalid],
    }

    /// another role for a member; ends the member's sign-ins.
    UpdateMember = Patch "/api/organization/members/{id}" as "update_member" {
        scope: "manage_members",
        body: Json<team::UpdateMember>,
        answer: Plain<session::MemberView>,
        problems: [
            State(StateRefusal::NotReauthenticated), NotFound(Resource::Member), Invalid,
            State(StateRefusal::LastOwner), Contended,
        ],
    }

    /// takes a member out of the organisation.
    RemoveMember = Delete "/api/organization/members/{id}" as "remove_member" {
        scope: "manage_members",
        answer: Plain<Box<RawValue>>,
        success: 204,
        problems: [
            State(StateRefusal::NotReauthenticated), NotFound(Resource::Member),
            State(StateRefusal::LastOwner), Contended,
        ],
    }

    /// an address where a member sets a new password, shown once.
    ResetMember = Post "/api/organization/members/{id}/reset" as "reset_member" {
        scope: "manage_members",
        body: JsonIfAny<team::ResetMember>,
        answer: Plain<team::ResetView>,
        success: 201,
        problems: [
            State(StateRefusal::NotReauthenticated), NotFound(Resource::Member), Invalid,
            Repeated, Contended,
        ],
    }

    /// who did what in the organisation, newest first.
    ListActivity = Get "/api/organization/activity" as "list_activity" {
        scope: "manage_members",
        query: activity::ListActivity,
        answer: Plain<activity::ActivityList>,
        problems: [Invalid],
    }

    /// who is invited, and who was.
    ListInvitations = Get "/api/organization/invitations" as "list_invitations" {
        scope: "manage_members",
        query: team::ListTeam,
        answer: Plain<team::InvitationList>,
        problems: [Invalid],
    }

    /// invites somebody by an address that is shown once.
    CreateInvitation = Post "/api/organization/invitations" as "create_invitation" {
        scope: "manage_members",
        body: Json<team::CreateInvitation>,
        answer: Plain<team::NewInvitationView>,
        success: 201,
        problems: [
            State(StateRefusal::NotReauthenticated), Invalid, Repeated,
            Taken(Unique::MemberEmail), State(StateRefusal::TooManyInvitations),
        ],
    }

    /// a new address for an invitation; the one before opens nothing any more.
    RenewInvitation = Post "/api/organization/invitations/{id}/renew" as "renew_invitation" {
        scope: "manage_members",
        body: Action<NoFields>,
        answer: Plain<team::NewInvitationView>,
        problems: [
            Invalid,
            NotFound(Resource::Invitation), Repeated, Taken(Unique::MemberEmail),
            State(StateRefusal::TooManyInvitations),
        ],
    }

    /// takes an invitation back.
    WithdrawInvitation = Delete "/api/organization/invitations/{id}" as "withdraw_invitation" {
        scope: "manage_members",
        answer: Plain<Box<RawValue>>,
        success: 204,
        problems: [NotFound(Resource::Invitation)],
    }
}
