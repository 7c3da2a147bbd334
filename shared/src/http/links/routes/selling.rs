//! Routes by which servers sell, and by which everybody sees what was sold; and the keys for them.

use crate::{
    http::{
        links::{
            Links, api_key, checkout, public_link, refund, transaction, transaction_csv,
            transaction_list,
        },
        route::{Action, File, Json, JsonIfAny, NoFields, Plain, routes},
    },
    operations::{ProblemKind, Resource, StateRefusal},
};
use ProblemKind::{Invalid, NotFound, Repeated, State};

routes! {
    Links;

    /// a checkout that a server makes for one buyer.
    CreateCheckout = Post "/api/checkout/create" as "create_checkout" {
        scope: "checkout:create",
        body: Json<checkout::CreateCheckout>,
        answer: Plain<public_link::CheckoutView>,
        success: 201,
        problems: [
            ProblemKind::Forbidden, Invalid, Repeated, State(StateRefusal::NoMerchantAccount),
        ],
    }

    /// the organisation's card payments, newest first.
    ListTransactions = Get "/api/transactions" as "list_transactions" {
        scope: "payments:read",
        query: transaction_list::ListTransactions,
        answer: Plain<transaction_list::TransactionList>,
        problems: [ProblemKind::Forbidden, Invalid],
    }

    /// one card payment, as it is now.
    GetTransaction = Get "/api/transactions/{id}" as "get_transaction" {
        scope: "payments:read",
        answer: Plain<transaction::TransactionView>,
        problems: [ProblemKind::Forbidden, NotFound(Resource::Payment)],
    }

    /// calls a card payment off while no card is being charged.
    CancelTransaction = Post "/api/transactions/{id}/cancel" as "cancel_transaction" {
        scope: "payments:write",
        body: Action<NoFields>,
        answer: Plain<transaction::TransactionView>,
        problems: [
            ProblemKind::Forbidden, NotFound(Resource::Payment), Invalid, Repeated,
            State(StateRefusal::PaymentNotCancelable),
        ],
    }

    /// money goes back to the buyer, all of it or a part.
    RefundTransaction = Post "/api/transactions/{id}/refund" as "refund_transaction" {
        scope: "refunds:write",
        body: Json<refund::RefundTransaction>,
        answer: Plain<refund::RequestedRefundView>,
        problems: [
            ProblemKind::Forbidden, State(StateRefusal::NotReauthenticated),
            NotFound(Resource::Payment), Invalid, Repeated, ProblemKind::InProgress,
            State(StateRefusal::NotRefundable), ProblemKind::RefundExceedsRest,
            ProblemKind::RefundAboveLimit,
        ],
    }

    /// the organisation's refunds, newest first.
    ListRefunds = Get "/api/refunds" as "list_refunds" {
        scope: "refunds:read",
        query: refund::ListRefunds,
        answer: Plain<refund::RefundList>,
        problems: [ProblemKind::Forbidden, Invalid],
    }

    /// one refund, as it is now.
    GetRefund = Get "/api/refunds/{id}" as "get_refund" {
        scope: "refunds:read",
        answer: Plain<refund::RefundView>,
        problems: [ProblemKind::Forbidden, NotFound(Resource::Refund)],
    }

    /// the payments of a link for which a card was submitted.
    ListLinkPayments = Get "/api/payment-links/{uuid}/payments" as "list_link_payments" {
        query: transaction_list::ListLinkPayments,
        answer: Plain<transaction_list::TransactionList>,
        problems: [ProblemKind::Unauthenticated, NotFound(Resource::Link), Invalid],
    }

    /// the organisation's API keys, newest first.
    ListApiKeys = Get "/api/organization/api-keys" as "list_api_keys" {
        scope: "manage_organization",
        query: api_key::ListApiKeys,
        answer: Plain<api_key::ApiKeyList>,
        problems: [Invalid],
    }

    /// a key for the organisation's servers; its text is shown once.
    CreateApiKey = Post "/api/organization/api-keys" as "create_api_key" {
        scope: "manage_organization",
        body: Json<api_key::CreateApiKey>,
        answer: Plain<api_key::NewApiKeyView>,
        success: 201,
        problems: [
            State(StateRefusal::NotReauthenticated), Invalid, Repeated,
            State(StateRefusal::TooManyApiKeys),
        ],
    }

    /// a key in place of another, with its name and scopes.
    RotateApiKey = Post "/api/organization/api-keys/rotate" as "rotate_api_key" {
        scope: "manage_organization",
        body: JsonIfAny<api_key::RotateApiKey>,
        answer: Plain<api_key::NewApiKeyView>,
        success: 201,
        problems: [
            State(StateRefusal::NotReauthenticated), NotFound(Resource::ApiKey), Invalid, Repeated,
            State(StateRefusal::TooManyApiKeys),
        ],
    }

    /// ends a key with its next request.
    RevokeApiKey = Post "/api/organization/api-keys/{id}/revoke" as "revoke_api_key" {
        scope: "manage_organization",
        body: Action<NoFields>,
        answer: Plain<api_key::ApiKeyView>,
        problems: [State(StateRefusal::NotReauthenticated), NotFound(Resource::ApiKey), Invalid],
    }

    /// card payments as a table for spreadsheets; `Link` says where it goes on.
    ExportTransactions = Get "/api/transactions/export" as "export_transactions" {
        scope: "manage_links",
        query: transaction_csv::ExportTransactions,
        answer: File,
        problems: [Invalid],
    }

    /// a link's payments as a table for spreadsheets; `Link` says where it goes on.
    ExportLinkPayments = Get "/api/payment-links/{uuid}/payments/export" as "export_link_payments" {
        scope: "manage_links",
        query: transaction_csv::ExportLinkPayments,
        answer: File,
        problems: [NotFound(Resource::Link), Invalid],
    }
}
