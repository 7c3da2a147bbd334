//! Payments, and the links and products they are made with.

use crate::{
    http::{
        platform::{
            Platform, card_payment_link, new_payment, payment, payment_step, product, refund,
        },
        route::{Json, JsonIfAny, List, One, routes},
    },
    operations::{ProblemKind, Resource, StateRefusal},
};
use ProblemKind::{InProgress, Invalid, NotFound, Repeated, State};

routes! {
    Platform;

    /// a page that one user pays a fixed amount on, by card.
    CreateCardPaymentLink = Post "/v1/platform/card/payment-link" as "create_card_payment_link" {
        scope: "links:write",
        body: Json<card_payment_link::CreateCardPaymentLink>,
        answer: One<card_payment_link::CardPaymentLinkView>,
        problems: [
            Invalid, Repeated, NotFound(Resource::Customer), NotFound(Resource::MerchantAccount),
            State(StateRefusal::MerchantAccountNotApproved), State(StateRefusal::NoMerchantAccount),
        ],
    }

    /// your payments, newest first; those through links are among them.
    ListPayments = Get "/v1/platform/payments" as "list_payments" {
        scope: "payments:read",
        query: payment::ListPayments,
        answer: List<payment::PaymentView>,
        problems: [Invalid],
    }

    /// one of your payments.
    GetPayment = Get "/v1/platform/payments/{payment_intent_id}" as "get_payment" {
        scope: "payments:read",
        answer: One<payment::PaymentView>,
        problems: [NotFound(Resource::Payment)],
    }

    /// money into, out of, through and between wallets.
    CreatePayment = Post "/v1/platform/payments" as "create_payment" {
        scope: "payments:write",
        body: new_payment::CreatePaymentBody,
        answer: One<payment::PaymentView>,
        problems: [
            Invalid, Repeated, InProgress, NotFound(Resource::Customer), NotFound(Resource::Wallet),
            NotFound(Resource::Route), NotFound(Resource::PaymentMethod),
            NotFound(Resource::Destination), State(StateRefusal::InsufficientFunds),
        ],
    }

    /// money in escrow goes to the receiver.
    ReleasePayment = Post "/v1/platform/payments/{payment_intent_id}/release" as "release_payment" {
        scope: "payments:write",
        body: JsonIfAny<payment_step::ReleasePayment>,
        answer: One<payment::PaymentView>,
        problems: [
            Invalid, Repeated, NotFound(Resource::Payment), State(StateRefusal::PaymentNotHeld),
            State(StateRefusal::HoldExpired),
        ],
    }

    /// calls off a payment that waits (for its buyer or for a review), or gives money in escrow
    /// back.
    CancelPayment = Post "/v1/platform/payments/{payment_intent_id}/cancel" as "cancel_payment" {
        scope: "payments:write",
        body: JsonIfAny<payment_step::CancelPayment>,
        answer: One<payment::PaymentView>,
        problems: [
            Invalid, Repeated, NotFound(Resource::Payment),
            State(StateRefusal::PaymentNotCancelable),
        ],
    }

    /// gives the money of a card payment back, all of it or a part.
    RefundPayment = Post "/v1/platform/payments/{payment_intent_id}/refund" as "refund_payment" {
        scope: "payments:write",
        body: JsonIfAny<refund::RefundPayment>,
        answer: One<refund::RefundView>,
        problems: [
            Invalid, Repeated, InProgress, NotFound(Resource::Payment),
            State(StateRefusal::NotRefundable), State(StateRefusal::AlreadyRefunded),
            State(StateRefusal::RefundInProgress), State(StateRefusal::TooManyRefunds),
            ProblemKind::RefundExceedsRest,
        ],
    }

    /// approves a payment that waits for a review, which carries it out, or rejects it.
    ReviewPayment = Post "/v1/platform/payments/{payment_intent_id}/review" as "review_payment" {
        scope: "payments:review",
        body: Json<payment_step::ReviewPayment>,
        answer: One<payment::PaymentView>,
        problems: [
            Invalid, Repeated, NotFound(Resource::Payment), State(StateRefusal::PaymentNotInReview),
            State(StateRefusal::InsufficientFunds),
        ],
    }

    /// the ways you may move money into and out of wallets.
    ListProducts = Get "/v1/platform/products" as "list_products" {
        scope: "payments:read",
        answer: List<product::ProductView>,
        problems: [],
    }
}
