//! Every route of the buyer's page, stated once.

use crate::{
    http::{
        hosted::{Hosted, HostedPages, call, quote},
        route::{Json, Page, Plain, catalogue, routes},
    },
    operations::{ProblemKind, Resource, StateRefusal},
};
use ProblemKind::{Invalid, NotFound, State};

catalogue![
    ShowLinkPage,
    ShowPaymentPage,
    GetPaymentStatus,
    TokenizeCard,
    QuoteTax,
    SubmitPayment,
    ShowChallenge,
    CompleteChallenge,
    DownloadDocument,
    ReceiveStripeEvent,
];

routes! {
    HostedPages;

    /// the page behind a shared link. Looking changes nothing.
    ShowLinkPage = Get "/l/{uuid}" as "show_link_page" {
        answer: Page,
        problems: [
            NotFound(Resource::Link), State(StateRefusal::LinkDeleted),
            State(StateRefusal::LinkInactive), State(StateRefusal::LinkExpired),
            State(StateRefusal::LinkExhausted),
        ],
    }

    /// the page a buyer pays on. Looking changes nothing.
    ShowPaymentPage = Get "/pay/{token}" as "show_payment_page" {
        answer: Page,
        problems: [
            NotFound(Resource::Link), State(StateRefusal::LinkExpired),
            State(StateRefusal::LinkCanceled),
        ],
    }

    /// the bank asks the buyer.
    ShowChallenge = Get "/pay/{token}/challenge" as "show_challenge" {
        answer: Page,
        problems: [NotFound(Resource::Link), State(StateRefusal::ChallengeOver)],
    }

    /// leads to the file of an invoice or a credit note.
    DownloadDocument = Get "/invoice-files/{token}" as "download_document" {
        answer: Page,
        success: 302,
        problems: [NotFound(Resource::Link), State(StateRefusal::LinkExpired)],
    }
}

routes! {
    Hosted;

    /// where the payment stands, for the page that waits for it.
    GetPaymentStatus = Get "/pay/{token}/status" as "get_payment_status" {
        answer: Plain<call::PaymentStatusView>,
        problems: [NotFound(Resource::Link)],
    }

    /// the simulator's tokeniser: a test card in, a token out, nothing kept.
    TokenizeCard = Post "/pay/{token}/card" as "tokenize_card" {
        body: Json<call::TokenizeCard>,
        answer: Plain<call::CardTokenView>,
        problems: [
            NotFound(Resource::Link), State(StateRefusal::CardNotAccepted), Invalid,
        ],
    }

    /// what the payment would cost a buyer at a place. Only reads.
    QuoteTax = Post "/pay/{token}/tax" as "quote_tax" {
        body: Json<quote::QuoteTax>,
        answer: Plain<quote::QuoteView>,
        problems: [NotFound(Resource::Link), Invalid, State(StateRefusal::TaxUnknown)],
    }

    /// takes the link, charges the card, answers the outcome.
    SubmitPayment = Post "/pay/{token}/submit" as "submit_payment" {
        body: Json<call::SubmitPayment>,
        answer: Plain<call::PaymentStatusView>,
        problems: [
            NotFound(Resource::Link), Invalid, State(StateRefusal::CardNotAccepted),
            State(StateRefusal::LinkCanceled), State(StateRefusal::LinkUsed),
            State(StateRefusal::LinkExpired), ProblemKind::AmountChanged,
            State(StateRefusal::TaxUnknown),
        ],
    }

    /// the buyer's answer to the simulated bank.
    CompleteChallenge = Post "/pay/{token}/challenge" as "complete_challenge" {
        body: Json<call::CompleteChallenge>,
        answer: Plain<call::PaymentStatusView>,
        problems: [NotFound(Resource::Link), Invalid, State(StateRefusal::ChallengeOver)],
    }

    /// takes in what Stripe tells of a tenant's account.
    ReceiveStripeEvent = Post "/processors/stripe/{tenant}/{mode}" as "receive_stripe_event" {
        answer: Plain<call::TakenInView>,
        problems: [NotFound(Resource::ProcessorAccount)],
    }
}
