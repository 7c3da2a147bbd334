//! Every route of the links surface, stated once. Paths end without the slash that callers send:
//! the gateway routes both.

mod figures;
mod management;
mod selling;
mod team;
mod webhooks;

pub use figures::*;
pub use management::*;
pub use selling::*;
pub use team::*;
pub use webhooks::*;

use crate::{
    http::{
        links::{
            Links, PublicLinks, payment_link, product, public_link, second_factor, session, tax,
            webhook,
        },
        route::{Json, JsonIfAny, Plain, catalogue, routes},
    },
    operations::{ProblemKind, Resource, StateRefusal, Unique},
};
use ProblemKind::{
    Contended, Invalid, InvalidClient, NotFound, RateLimited, Repeated, State, Taken,
};
use serde_json::value::RawValue;

catalogue![
    Login,
    RefreshSession,
    Logout,
    GetMe,
    PreviewInvitation,
    AcceptInvitation,
    UpdateMe,
    Reauthenticate,
    ChangePassword,
    ResetPassword,
    ListSessions,
    EndSession,
    EndOtherSessions,
    VerifySignIn,
    BeginTotp,
    ConfirmTotp,
    RenewRecoveryCodes,
    RemoveTotp,
    ListMembers,
    UpdateMember,
    RemoveMember,
    ResetMember,
    ListActivity,
    ListInvitations,
    CreateInvitation,
    RenewInvitation,
    WithdrawInvitation,
    GetOrganization,
    UpdateOrganization,
    UploadLogo,
    RemoveLogo,
    CreateProduct,
    ListProducts,
    GetProduct,
    UpdateProduct,
    DeleteProduct,
    RestoreProduct,
    UploadProductImage,
    RemoveProductImage,
    GetImage,
    CreatePaymentLink,
    ListPaymentLinks,
    ExportPaymentLinks,
    GetPaymentLink,
    GetPaymentLinkQr,
    UpdatePaymentLink,
    DeletePaymentLink,
    RestorePaymentLink,
    ClonePaymentLink,
    PreviewPaymentLink,
    StartCheckout,
    GetOrganizationTax,
    UpdateOrganizationTax,
    CreateCheckout,
    ListTransactions,
    GetTransaction,
    CancelTransaction,
    RefundTransaction,
    ListRefunds,
    GetRefund,
    ExportTransactions,
    ListLinkPayments,
    ExportLinkPayments,
    GetLinkStatistics,
    GetOrganizationStatistics,
    GetDashboard,
    ListApiKeys,
    CreateApiKey,
    RotateApiKey,
    RevokeApiKey,
    CreateWebhook,
    ListWebhooks,
    GetWebhook,
    UpdateWebhook,
    DeleteWebhook,
    RotateWebhookSecret,
    SendTestEvent,
    ListDeliveries,
    GetDelivery,
    RetryDelivery,
    ReplayEvents,
    GetOpenapi,
];

routes! {
    Links;

    /// a session for a member's address and password.
    Login = Post "/api/auth/login" as "login" {
        body: Json<session::LoginBody>,
        answer: Plain<second_factor::LoginAnswer>,
        problems: [RateLimited, Invalid, InvalidClient],
    }

    /// the next pair of tokens for a refresh token.
    RefreshSession = Post "/api/auth/refresh" as "refresh_session" {
        body: JsonIfAny<session::RefreshBody>,
        answer: Plain<session::SessionView>,
        problems: [
            Invalid, ProblemKind::Unauthenticated, State(StateRefusal::ForeignOrigin),
        ],
    }

    /// ends a session.
    Logout = Post "/api/auth/logout" as "logout" {
        body: JsonIfAny<session::LogoutBody>,
        answer: Plain<Box<RawValue>>,
        success: 204,
        problems: [Invalid, ProblemKind::Unauthenticated],
    }

    /// who is signed in, and what they may do.
    GetMe = Get "/api/auth/me" as "get_me" {
        answer: Plain<session::MeView>,
        problems: [ProblemKind::Unauthenticated],
    }

    /// who invites whom; nothing changes.
    PreviewInvitation = Post "/api/auth/invitations/preview" as "preview_invitation" {
        body: Json<session::PreviewInvitationBody>,
        answer: Plain<session::InvitationPreview>,
        problems: [Invalid, State(StateRefusal::InvitationOver)],
    }

    /// a new member, signed in.
    AcceptInvitation = Post "/api/auth/invitations/accept" as "accept_invitation" {
        body: Json<session::AcceptInvitationBody>,
        answer: Plain<session::SessionView>,
        success: 201,
        problems: [
            Invalid, State(StateRefusal::InvitationOver), Taken(Unique::MemberEmail),
        ],
    }

    /// something to sell.
    CreateProduct = Post "/api/products" as "create_product" {
        scope: "manage_links",
        body: Json<product::CreateProduct>,
        answer: Plain<product::ProductView>,
        success: 201,
        problems: [Invalid, Repeated, State(StateRefusal::TooManyProducts)],
    }

    /// a link that sells products as they are today.
    CreatePaymentLink = Post "/api/payment-links" as "create_payment_link" {
        scope: "manage_links",
        body: Json<payment_link::CreatePaymentLink>,
        answer: Plain<payment_link::PaymentLinkView>,
        success: 201,
        problems: [Invalid, Repeated, State(StateRefusal::TooManyLinks)],
    }
}

routes! {
    PublicLinks;

    /// a link as buyers see it. Looking changes nothing.
    PreviewPaymentLink = Get "/api/payment-links/public/{uuid}" as "preview_payment_link" {
        query: public_link::PreviewPaymentLink,
        answer: Plain<public_link::PublicLinkView>,
        problems: [
            NotFound(Resource::Link), State(StateRefusal::LinkDeleted),
            State(StateRefusal::LinkInactive), State(StateRefusal::LinkExpired),
            State(StateRefusal::LinkExhausted), Invalid,
        ],
    }

    /// a checkout of a link; reserves nothing.
    StartCheckout = Post "/api/payment-links/public/{uuid}/start" as "start_checkout" {
        body: Json<public_link::StartCheckoutBody>,
        answer: Plain<public_link::CheckoutView>,
        success: 201,
        problems: [
            RateLimited, NotFound(Resource::Link), State(StateRefusal::LinkDeleted),
            State(StateRefusal::LinkInactive), State(StateRefusal::LinkExpired),
            State(StateRefusal::LinkExhausted), Invalid, Repeated,
            State(StateRefusal::NoMerchantAccount), State(StateRefusal::LinkInUse),
        ],
    }
}

routes! {
    Links;

    /// how the organisation collects tax.
    GetOrganizationTax = Get "/api/organization/tax" as "get_organization_tax" {
        answer: Plain<tax::OrganizationTaxView>,
        problems: [ProblemKind::Unauthenticated],
    }

    /// changes what the body names; acts on submits after it.
    UpdateOrganizationTax = Patch "/api/organization/tax" as "update_organization_tax" {
        scope: "manage_organization",
        body: Json<tax::UpdateOrganizationTax>,
        answer: Plain<tax::OrganizationTaxView>,
        problems: [
            State(StateRefusal::NotReauthenticated), Invalid, Repeated,
            State(StateRefusal::ChangedMeanwhile), Contended,
        ],
    }

    /// a place where events are posted; its secret is shown once.
    CreateWebhook = Post "/api/organization/webhooks" as "create_webhook" {
        scope: "manage_organization",
        body: Json<webhook::CreateWebhook>,
        answer: Plain<webhook::WebhookView>,
        success: 201,
        problems: [
            State(StateRefusal::NotReauthenticated), Invalid, Repeated, Taken(Unique::EndpointUrl),
            State(StateRefusal::TooManyEndpoints),
        ],
    }

    /// the description of this API (OpenAPI 3.1).
    GetOpenapi = Get "/api/openapi.json" as "get_openapi" {
        answer: Plain<Box<RawValue>>,
        problems: [],
    }
}
