//! Every route of the links surface, stated once. Paths end without the slash that callers send:
//! the gateway routes both.
#![expect(missing_docs, reason = "each route says itself what it is")]

use crate::{
    http::{
        links::{Links, PublicLinks, payment_link, product, public_link, session, webhook},
        route::{Json, JsonIfAny, Method, Plain, Route, catalogue},
    },
    operations::{ProblemKind, Resource, StateRefusal, Unique},
};
use ProblemKind::{Invalid, InvalidClient, NotFound, RateLimited, Repeated, State, Taken};
use serde_json::value::RawValue;

catalogue![
    Login,
    RefreshSession,
    Logout,
    GetMe,
    PreviewInvitation,
    AcceptInvitation,
    CreateProduct,
    CreatePaymentLink,
    PreviewPaymentLink,
    StartCheckout,
    CreateWebhook,
    GetOpenapi,
];

pub struct Login;

impl Route for Login {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/auth/login";
    const OPERATION: &'static str = "login";
    const SUMMARY: &'static str = "a session for a member's address and password.";
    type Surface = Links;
    type Body = Json<session::LoginBody>;
    type Query = ();
    type Answer = Plain<session::SessionView>;
    const PROBLEMS: &'static [ProblemKind] =
        &[RateLimited, Invalid, InvalidClient, State(StateRefusal::SecondFactorMissing)];
}

pub struct RefreshSession;

impl Route for RefreshSession {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/auth/refresh";
    const OPERATION: &'static str = "refresh_session";
    const SUMMARY: &'static str = "the next pair of tokens for a refresh token.";
    type Surface = Links;
    type Body = JsonIfAny<session::RefreshBody>;
    type Query = ();
    type Answer = Plain<session::SessionView>;
    const PROBLEMS: &'static [ProblemKind] = &[
        Invalid,
        ProblemKind::Unauthenticated,
        State(StateRefusal::ForeignOrigin),
        State(StateRefusal::SecondFactorMissing),
    ];
}

pub struct Logout;

impl Route for Logout {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/auth/logout";
    const OPERATION: &'static str = "logout";
    const SUMMARY: &'static str = "ends a session.";
    type Surface = Links;
    type Body = JsonIfAny<session::LogoutBody>;
    type Query = ();
    type Answer = Plain<Box<RawValue>>;
    const PROBLEMS: &'static [ProblemKind] = &[Invalid, ProblemKind::Unauthenticated];
}

pub struct GetMe;

impl Route for GetMe {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/auth/me";
    const OPERATION: &'static str = "get_me";
    const SUMMARY: &'static str = "who is signed in, and what they may do.";
    type Surface = Links;
    type Body = ();
    type Query = ();
    type Answer = Plain<session::MeView>;
    const PROBLEMS: &'static [ProblemKind] = &[ProblemKind::Unauthenticated];
}

pub struct PreviewInvitation;

impl Route for PreviewInvitation {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/auth/invitations/preview";
    const OPERATION: &'static str = "preview_invitation";
    const SUMMARY: &'static str = "who invites whom; nothing changes.";
    type Surface = Links;
    type Body = Json<session::PreviewInvitationBody>;
    type Query = ();
    type Answer = Plain<session::InvitationPreview>;
    const PROBLEMS: &'static [ProblemKind] = &[Invalid, State(StateRefusal::InvitationOver)];
}

pub struct AcceptInvitation;

impl Route for AcceptInvitation {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/auth/invitations/accept";
    const OPERATION: &'static str = "accept_invitation";
    const SUMMARY: &'static str = "a new member, signed in.";
    type Surface = Links;
    type Body = Json<session::AcceptInvitationBody>;
    type Query = ();
    type Answer = Plain<session::SessionView>;
    const PROBLEMS: &'static [ProblemKind] = &[
        Invalid,
        State(StateRefusal::InvitationOver),
        Taken(Unique::MemberEmail),
        State(StateRefusal::SecondFactorMissing),
    ];
}

pub struct CreateProduct;

impl Route for CreateProduct {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/products";
    const OPERATION: &'static str = "create_product";
    const SUMMARY: &'static str = "something to sell.";
    const SCOPE: Option<&'static str> = Some("manage_links");
    type Surface = Links;
    type Body = Json<product::CreateProduct>;
    type Query = ();
    type Answer = Plain<product::ProductView>;
    const PROBLEMS: &'static [ProblemKind] = &[Invalid, Repeated];
}

pub struct CreatePaymentLink;

impl Route for CreatePaymentLink {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/payment-links";
    const OPERATION: &'static str = "create_payment_link";
    const SUMMARY: &'static str = "a link that sells products as they are today.";
    const SCOPE: Option<&'static str> = Some("manage_links");
    type Surface = Links;
    type Body = Json<payment_link::CreatePaymentLink>;
    type Query = ();
    type Answer = Plain<payment_link::PaymentLinkView>;
    const PROBLEMS: &'static [ProblemKind] = &[Invalid, Repeated];
}

pub struct PreviewPaymentLink;

impl Route for PreviewPaymentLink {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/payment-links/public/{uuid}";
    const OPERATION: &'static str = "preview_payment_link";
    const SUMMARY: &'static str = "a link as buyers see it. Looking changes nothing.";
    type Surface = PublicLinks;
    type Body = ();
    type Query = public_link::PreviewPaymentLink;
    type Answer = Plain<public_link::PublicLinkView>;
    const PROBLEMS: &'static [ProblemKind] = &[
        NotFound(Resource::Link),
        State(StateRefusal::LinkDeleted),
        State(StateRefusal::LinkInactive),
        State(StateRefusal::LinkExpired),
        State(StateRefusal::LinkExhausted),
        Invalid,
    ];
}

pub struct StartCheckout;

impl Route for StartCheckout {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/payment-links/public/{uuid}/start";
    const OPERATION: &'static str = "start_checkout";
    const SUMMARY: &'static str = "a checkout of a link; reserves nothing.";
    type Surface = PublicLinks;
    type Body = Json<public_link::StartCheckoutBody>;
    type Query = ();
    type Answer = Plain<public_link::CheckoutView>;
    const PROBLEMS: &'static [ProblemKind] = &[
        RateLimited,
        NotFound(Resource::Link),
        State(StateRefusal::LinkDeleted),
        State(StateRefusal::LinkInactive),
        State(StateRefusal::LinkExpired),
        State(StateRefusal::LinkExhausted),
        Invalid,
        Repeated,
        State(StateRefusal::NoMerchantAccount),
        State(StateRefusal::LinkInUse),
    ];
}

pub struct CreateWebhook;

impl Route for CreateWebhook {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/organization/webhooks";
    const OPERATION: &'static str = "create_webhook";
    const SUMMARY: &'static str = "a place where events are posted; its secret is shown once.";
    const SCOPE: Option<&'static str> = Some("manage_organization");
    type Surface = Links;
    type Body = Json<webhook::CreateWebhook>;
    type Query = ();
    type Answer = Plain<webhook::WebhookView>;
    const PROBLEMS: &'static [ProblemKind] =
        &[Invalid, Repeated, Taken(Unique::EndpointUrl), State(StateRefusal::TooManyEndpoints)];
}

pub struct GetOpenapi;

impl Route for GetOpenapi {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/openapi.json";
    const OPERATION: &'static str = "get_openapi";
    const SUMMARY: &'static str = "the description of this API (OpenAPI 3.1).";
    type Surface = Links;
    type Body = ();
    type Query = ();
    type Answer = Plain<Box<RawValue>>;
    const PROBLEMS: &'static [ProblemKind] = &[];
}
