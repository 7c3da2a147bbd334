//! Every route of the payments surface, stated once.

mod documents;
mod webhooks;

pub use documents::*;
pub use webhooks::*;

use crate::{
    http::{
        payments::{
            Payments, api_key, charge, customer, customer_batch, deleted, new_payment, payment,
            payment_list, payment_method, refund, tax, tax_preview, tax_rate, transaction,
        },
        route::{Action, Json, List, NoFields, One, Plain, catalogue, routes},
    },
    operations::{ProblemKind, Resource, StateRefusal, Unique},
};
use ProblemKind::{
    ChargeFailed, Contended, InProgress, Invalid, NotFound, RateLimited, RefundExceedsRest,
    RefundFailed, Repeated, State, Taken,
};
use serde_json::value::RawValue;

catalogue![
    CreatePayment,
    CreateCharge,
    ListPayments,
    GetPayment,
    CancelPayment,
    ListTransactions,
    GetTransaction,
    RetryTransaction,
    RefundTransaction,
    ListRefunds,
    GetRefund,
    CreateApiKey,
    ListApiKeys,
    DeleteApiKey,
    CreateCustomer,
    CreateCustomers,
    ListCustomers,
    GetCustomer,
    UpdateCustomer,
    ListPaymentMethods,
    DeletePaymentMethod,
    SetDefaultPaymentMethod,
    GetTaxSettings,
    UpdateTaxSettings,
    ListTaxRates,
    PreviewTax,
    ListInvoices,
    GetInvoice,
    CreateInvoice,
    SetInvoiceStatus,
    CreateInvoiceDownloadLinks,
    GetInvoiceDownload,
    ListCreditNotes,
    GetCreditNote,
    CreateCreditNoteLinks,
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
    Payments;

    /// a page on which a buyer pays a fixed amount by card.
    CreatePayment = Post "/payments" as "create_payment" {
        scope: "payments:write",
        body: Json<new_payment::CreatePayment>,
        answer: One<payment::PaymentView>,
        success: 201,
        problems: [
            Invalid, Repeated, NotFound(Resource::Customer), State(StateRefusal::NoMerchantAccount),
        ],
    }

    /// charges a customer's saved card, with nobody there.
    CreateCharge = Post "/payments/charge" as "create_charge" {
        scope: "charges:write",
        body: Json<charge::CreateCharge>,
        answer: One<payment::PaymentView>,
        success: 201,
        problems: [
            Invalid, Repeated, InProgress, NotFound(Resource::Customer),
            State(StateRefusal::NoPaymentMethod), State(StateRefusal::NoMerchantAccount),
            State(StateRefusal::TaxUnknown), RateLimited, ChargeFailed,
        ],
    }

    /// your card payments, newest first, whichever API made them.
    ListPayments = Get "/payments" as "list_payments" {
        scope: "payments:read",
        query: payment_list::ListPayments,
        answer: List<payment::PaymentView>,
        problems: [Invalid],
    }

    /// one of your card payments.
    GetPayment = Get "/payments/{id}" as "get_payment" {
        scope: "payments:read",
        answer: One<payment::PaymentView>,
        problems: [NotFound(Resource::Payment)],
    }

    /// calls a payment off that nobody pays at this moment.
    CancelPayment = Post "/payments/{id}/cancel" as "cancel_payment" {
        scope: "payments:write",
        body: Action<NoFields>,
        answer: One<payment::PaymentView>,
        problems: [
            Repeated, NotFound(Resource::Payment), State(StateRefusal::PaymentNotCancelable),
        ],
    }

    /// submits of cards, newest first, whichever API made the payment.
    ListTransactions = Get "/transactions" as "list_transactions" {
        scope: "payments:read",
        query: transaction::ListTransactions,
        answer: List<transaction::TransactionView>,
        problems: [Invalid],
    }

    /// one submit of a card.
    GetTransaction = Get "/transactions/{id}" as "get_transaction" {
        scope: "payments:read",
        answer: One<transaction::TransactionView>,
        problems: [NotFound(Resource::Transaction)],
    }

    /// tries a declined charge again with the customer's default card.
    RetryTransaction = Post "/transactions/{id}/retry" as "retry_transaction" {
        scope: "charges:write",
        body: Action<NoFields>,
        answer: One<charge::RetriedView>,
        success: 200 or 202,
        problems: [
            InProgress, NotFound(Resource::Transaction), State(StateRefusal::ChargeInProgress),
            State(StateRefusal::NotRetryable), State(StateRefusal::NoPaymentMethod),
            State(StateRefusal::NoMerchantAccount), State(StateRefusal::TaxUnknown), RateLimited,
            ChargeFailed,
        ],
    }

    /// money goes back to the buyer, all of it or a part.
    RefundTransaction = Post "/transactions/{id}/refund" as "refund_transaction" {
        scope: "refunds:write",
        body: Action<refund::RefundTransaction>,
        answer: One<refund::RefundedView>,
        success: 201 or 202,
        problems: [
            Invalid, Repeated, InProgress, NotFound(Resource::Transaction),
            State(StateRefusal::NotRefundable), State(StateRefusal::AlreadyRefunded),
            State(StateRefusal::RefundInProgress), RefundExceedsRest, RefundFailed,
        ],
    }

    /// your refunds, newest first.
    ListRefunds = Get "/refunds" as "list_refunds" {
        scope: "payments:read",
        query: refund::ListRefunds,
        answer: List<refund::RefundView>,
        problems: [Invalid],
    }

    /// one of your refunds.
    GetRefund = Get "/refunds/{id}" as "get_refund" {
        scope: "payments:read",
        answer: One<refund::RefundView>,
        problems: [NotFound(Resource::Refund)],
    }

    /// a new key, whose text is shown this once.
    CreateApiKey = Post "/api-keys" as "create_api_key" {
        scope: "api_keys:write",
        body: Json<api_key::CreateApiKey>,
        answer: One<api_key::NewApiKeyView>,
        success: 201,
        problems: [Invalid, Repeated, State(StateRefusal::TooManyApiKeys)],
    }

    /// your keys, newest first; without those that are over.
    ListApiKeys = Get "/api-keys" as "list_api_keys" {
        scope: "api_keys:read",
        query: api_key::ListApiKeys,
        answer: List<api_key::ApiKeyView>,
        problems: [Invalid],
    }

    /// ends a key with the next request, the calling one too.
    DeleteApiKey = Delete "/api-keys/{id}" as "delete_api_key" {
        scope: "api_keys:write",
        answer: One<deleted::DeletedView>,
        problems: [NotFound(Resource::ApiKey)],
    }

    /// a new customer, or the one that has this own id already, as it is.
    CreateCustomer = Post "/customers" as "create_customer" {
        scope: "customers:write",
        body: Json<customer::CreateCustomer>,
        answer: One<customer::CustomerView>,
        success: 201 or 200,
        problems: [Invalid, Repeated],
    }

    /// many new customers, each on its own.
    CreateCustomers = Post "/customers/batch" as "create_customers" {
        scope: "customers:write",
        body: Json<customer_batch::CreateCustomers>,
        answer: One<customer_batch::BatchView>,
        problems: [Invalid, Repeated],
    }

    /// your customers, newest first; those of one own id or address.
    ListCustomers = Get "/customers" as "list_customers" {
        scope: "customers:read",
        query: customer::ListCustomers,
        answer: List<customer::CustomerView>,
        problems: [Invalid],
    }

    /// one of your customers, by `cus_...` or your own id.
    GetCustomer = Get "/customers/{id}" as "get_customer" {
        scope: "customers:read",
        answer: One<customer::CustomerView>,
        problems: [NotFound(Resource::Customer)],
    }

    /// changes what the body names; `PUT` does the same.
    UpdateCustomer = Patch or Put "/customers/{id}" as "update_customer" {
        scope: "customers:write",
        body: Json<customer::UpdateCustomer>,
        answer: One<customer::CustomerView>,
        problems: [Invalid, Repeated, NotFound(Resource::Customer), Taken(Unique::OwnId)],
    }

    /// a customer's saved cards, newest first.
    ListPaymentMethods = Get "/customers/{id}/payment-methods" as "list_payment_methods" {
        scope: "customers:read",
        answer: List<payment_method::PaymentMethodView>,
        problems: [NotFound(Resource::Customer)],
    }

    /// takes a saved card away: it is charged no more.
    DeletePaymentMethod = Delete "/customers/{id}/payment-methods/{pmId}"
        as "delete_payment_method" {
        scope: "customers:write",
        answer: One<deleted::DeletedView>,
        problems: [NotFound(Resource::Customer), NotFound(Resource::PaymentMethod)],
    }

    /// the card that is charged where none is named.
    SetDefaultPaymentMethod = Post "/customers/{id}/payment-methods/{pmId}/default"
        as "set_default_payment_method" {
        scope: "customers:write",
        body: Action<NoFields>,
        answer: One<payment_method::PaymentMethodView>,
        problems: [Repeated, NotFound(Resource::Customer), NotFound(Resource::PaymentMethod)],
    }

    /// how you collect tax, and what your page and invoices say.
    GetTaxSettings = Get "/tax-settings" as "get_tax_settings" {
        scope: "tax:read",
        answer: One<tax::TaxSettingsView>,
        problems: [],
    }

    /// changes what the body names; acts on submits after it.
    UpdateTaxSettings = Patch or Put "/tax-settings" as "update_tax_settings" {
        scope: "tax:write",
        body: Json<tax::UpdateTaxSettings>,
        answer: One<tax::TaxSettingsView>,
        problems: [Invalid, Repeated, State(StateRefusal::ChangedMeanwhile), Contended],
    }

    /// the rates in force, your own rules first.
    ListTaxRates = Get "/tax-rates" as "list_tax_rates" {
        scope: "tax:read",
        query: tax_rate::ListTaxRates,
        answer: List<tax_rate::TaxRateView>,
        problems: [Invalid],
    }

    /// what a sale would cost; writes nothing.
    PreviewTax = Post "/tax/preview" as "preview_tax" {
        scope: "tax:read",
        body: Json<tax_preview::PreviewTax>,
        answer: One<tax_preview::TaxPreviewView>,
        problems: [Invalid, NotFound(Resource::Customer), State(StateRefusal::TaxUnknown)],
    }

    /// the description of this API (OpenAPI 3.1).
    GetOpenapi = Get "/openapi.json" as "get_openapi" {
        answer: Plain<Box<RawValue>>,
        problems: [],
    }
}
