//! Every route of the buyer's page, stated once.
#![expect(missing_docs, reason = "each route says itself what it is")]

use crate::{
    http::{
        hosted::{Hosted, call},
        route::{Json, Method, Page, Plain, Route, catalogue},
    },
    operations::{ProblemKind, Resource, StateRefusal},
};
use ProblemKind::{Invalid, NotFound, State};

catalogue![
    ShowPaymentPage,
    GetPaymentStatus,
    TokenizeCard,
    SubmitPayment,
    ShowChallenge,
    CompleteChallenge,
];

pub struct ShowPaymentPage;

impl Route for ShowPaymentPage {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/pay/{token}";
    const OPERATION: &'static str = "show_payment_page";
    const SUMMARY: &'static str = "the page a buyer pays on. Looking changes nothing.";
    type Surface = Hosted;
    type Body = ();
    type Query = ();
    type Answer = Page;
    const PROBLEMS: &'static [ProblemKind] = &[
        NotFound(Resource::Link),
        State(StateRefusal::LinkExpired),
        State(StateRefusal::LinkCanceled),
    ];
}

pub struct GetPaymentStatus;

impl Route for GetPaymentStatus {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/pay/{token}/status";
    const OPERATION: &'static str = "get_payment_status";
    const SUMMARY: &'static str = "where the payment stands, for the page that waits for it.";
    type Surface = Hosted;
    type Body = ();
    type Query = ();
    type Answer = Plain<call::PaymentStatusView>;
    const PROBLEMS: &'static [ProblemKind] = &[NotFound(Resource::Link)];
}

pub struct TokenizeCard;

impl Route for TokenizeCard {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/pay/{token}/card";
    const OPERATION: &'static str = "tokenize_card";
    const SUMMARY: &'static str =
        "the simulator's tokeniser: a test card in, a token out, nothing kept.";
    type Surface = Hosted;
    type Body = Json<call::TokenizeCard>;
    type Query = ();
    type Answer = Plain<call::CardTokenView>;
    const PROBLEMS: &'static [ProblemKind] = &[NotFound(Resource::Link), Invalid];
}

pub struct SubmitPayment;

impl Route for SubmitPayment {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/pay/{token}/submit";
    const OPERATION: &'static str = "submit_payment";
    const SUMMARY: &'static str = "takes the link, charges the card, answers the outcome.";
    type Surface = Hosted;
    type Body = Json<call::SubmitPayment>;
    type Query = ();
    type Answer = Plain<call::PaymentStatusView>;
    const PROBLEMS: &'static [ProblemKind] = &[
        NotFound(Resource::Link),
        Invalid,
        State(StateRefusal::CardNotAccepted),
        State(StateRefusal::LinkCanceled),
        State(StateRefusal::LinkUsed),
        State(StateRefusal::LinkExpired),
    ];
}

pub struct ShowChallenge;

impl Route for ShowChallenge {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/pay/{token}/challenge";
    const OPERATION: &'static str = "show_challenge";
    const SUMMARY: &'static str = "the simulated bank asks the buyer.";
    type Surface = Hosted;
    type Body = ();
    type Query = ();
    type Answer = Page;
    const PROBLEMS: &'static [ProblemKind] =
        &[NotFound(Resource::Link), State(StateRefusal::ChallengeOver)];
}

pub struct CompleteChallenge;

impl Route for CompleteChallenge {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/pay/{token}/challenge";
    const OPERATION: &'static str = "complete_challenge";
    const SUMMARY: &'static str = "the buyer's answer to the simulated bank.";
    type Surface = Hosted;
    type Body = Json<call::CompleteChallenge>;
    type Query = ();
    type Answer = Plain<call::PaymentStatusView>;
    const PROBLEMS: &'static [ProblemKind] =
        &[NotFound(Resource::Link), Invalid, State(StateRefusal::ChallengeOver)];
}
