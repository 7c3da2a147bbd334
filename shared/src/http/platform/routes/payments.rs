//! Payments, and the links and products they are made with.
#![expect(missing_docs, reason = "each route says itself what it is")]

use crate::{
    http::{
        platform::{Platform, card_payment_link, new_payment, payment, payment_step, product},
        route::{Json, JsonIfAny, List, Method, One, Route},
    },
    operations::{ProblemKind, Resource, StateRefusal},
};
use ProblemKind::{InProgress, Invalid, NotFound, Repeated, State};

pub struct CreateCardPaymentLink;

impl Route for CreateCardPaymentLink {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/platform/card/payment-link";
    const OPERATION: &'static str = "create_card_payment_link";
    const SUMMARY: &'static str = "a page that one user pays a fixed amount on, by card.";
    const SCOPE: Option<&'static str> = Some("links:write");
    type Surface = Platform;
    type Body = Json<card_payment_link::CreateCardPaymentLink>;
    type Query = ();
    type Answer = One<card_payment_link::CardPaymentLinkView>;
    const PROBLEMS: &'static [ProblemKind] = &[
        Invalid,
        Repeated,
        NotFound(Resource::Customer),
        NotFound(Resource::MerchantAccount),
        State(StateRefusal::MerchantAccountNotApproved),
        State(StateRefusal::NoMerchantAccount),
    ];
}

pub struct ListPayments;

impl Route for ListPayments {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/platform/payments";
    const OPERATION: &'static str = "list_payments";
    const SUMMARY: &'static str =
        "your payments, newest first; those through links are among them.";
    const SCOPE: Option<&'static str> = Some("payments:read");
    type Surface = Platform;
    type Body = ();
    type Query = payment::ListPayments;
    type Answer = List<payment::PaymentView>;
    const PROBLEMS: &'static [ProblemKind] = &[Invalid];
}

pub struct GetPayment;

impl Route for GetPayment {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/platform/payments/{payment_intent_id}";
    const OPERATION: &'static str = "get_payment";
    const SUMMARY: &'static str = "one of your payments.";
    const SCOPE: Option<&'static str> = Some("payments:read");
    type Surface = Platform;
    type Body = ();
    type Query = ();
    type Answer = One<payment::PaymentView>;
    const PROBLEMS: &'static [ProblemKind] = &[NotFound(Resource::Payment)];
}

pub struct CreatePayment;

impl Route for CreatePayment {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/platform/payments";
    const OPERATION: &'static str = "create_payment";
    const SUMMARY: &'static str = "money into, out of, through and between wallets.";
    const SCOPE: Option<&'static str> = Some("payments:write");
    type Surface = Platform;
    type Body = new_payment::CreatePaymentBody;
    type Query = ();
    type Answer = One<payment::PaymentView>;
    const PROBLEMS: &'static [ProblemKind] = &[
        Invalid,
        Repeated,
        InProgress,
        NotFound(Resource::Customer),
        NotFound(Resource::Wallet),
        NotFound(Resource::Route),
        NotFound(Resource::PaymentMethod),
        NotFound(Resource::Destination),
        State(StateRefusal::InsufficientFunds),
    ];
}

pub struct ReleasePayment;

impl Route for ReleasePayment {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/platform/payments/{payment_intent_id}/release";
    const OPERATION: &'static str = "release_payment";
    const SUMMARY: &'static str = "money in escrow goes to the receiver.";
    const SCOPE: Option<&'static str> = Some("payments:write");
    type Surface = Platform;
    type Body = JsonIfAny<payment_step::ReleasePayment>;
    type Query = ();
    type Answer = One<payment::PaymentView>;
    const PROBLEMS: &'static [ProblemKind] = &[
        Invalid,
        Repeated,
        NotFound(Resource::Payment),
        State(StateRefusal::PaymentNotHeld),
        State(StateRefusal::HoldExpired),
    ];
}

pub struct CancelPayment;

impl Route for CancelPayment {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/platform/payments/{payment_intent_id}/cancel";
    const OPERATION: &'static str = "cancel_payment";
    const SUMMARY: &'static str = "calls off a payment that waits (for its buyer or for a review), or gives money in escrow \
         back.";
    const SCOPE: Option<&'static str> = Some("payments:write");
    type Surface = Platform;
    type Body = JsonIfAny<payment_step::CancelPayment>;
    type Query = ();
    type Answer = One<payment::PaymentView>;
    const PROBLEMS: &'static [ProblemKind] = &[
        Invalid,
        Repeated,
        NotFound(Resource::Payment),
        State(StateRefusal::PaymentNotCancelable),
    ];
}

pub struct ReviewPayment;

impl Route for ReviewPayment {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/platform/payments/{payment_intent_id}/review";
    const OPERATION: &'static str = "review_payment";
    const SUMMARY: &'static str =
        "approves a payment that waits for a review, which carries it out, or rejects it.";
    const SCOPE: Option<&'static str> = Some("payments:review");
    type Surface = Platform;
    type Body = Json<payment_step::ReviewPayment>;
    type Query = ();
    type Answer = One<payment::PaymentView>;
    const PROBLEMS: &'static [ProblemKind] = &[
        Invalid,
        Repeated,
        NotFound(Resource::Payment),
        State(StateRefusal::PaymentNotInReview),
        State(StateRefusal::InsufficientFunds),
    ];
}

pub struct ListProducts;

impl Route for ListProducts {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/platform/products";
    const OPERATION: &'static str = "list_products";
    const SUMMARY: &'static str = "the ways you may move money into and out of wallets.";
    const SCOPE: Option<&'static str> = Some("payments:read");
    type Surface = Platform;
    type Body = ();
    type Query = ();
    type Answer = List<product::ProductView>;
    const PROBLEMS: &'static [ProblemKind] = &[];
}
