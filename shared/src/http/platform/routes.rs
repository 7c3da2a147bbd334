//! Every route of the platform surface, stated once.

pub mod payments;
pub mod users;
pub mod wallets;
pub mod webhooks;

use crate::{
    http::{
        platform::{Platform, access_token, jwks},
        route::{Credentials, One, Plain, catalogue, routes},
    },
    operations::ProblemKind,
};
use ProblemKind::{Invalid, InvalidClient, RateLimited};
use serde_json::value::RawValue;

catalogue![
    CreateAccessToken,
    users::CreateUser,
    users::ListUsers,
    users::GetUser,
    users::ListMerchantAccounts,
    payments::CreateCardPaymentLink,
    payments::ListPayments,
    payments::GetPayment,
    payments::CreatePayment,
    payments::ReleasePayment,
    payments::CancelPayment,
    payments::RefundPayment,
    payments::ReviewPayment,
    payments::ListProducts,
    wallets::CreateBankPaymentMethod,
    wallets::ListPaymentMethods,
    wallets::DeletePaymentMethod,
    wallets::CreateDestination,
    wallets::CreateWallet,
    wallets::ListWallets,
    wallets::GetWallet,
    wallets::UpdateWallet,
    wallets::ListWalletEntries,
    wallets::ListDestinations,
    webhooks::PutWebhookEndpoint,
    webhooks::GetWebhookEndpoint,
    webhooks::DeleteWebhookEndpoint,
    webhooks::SendTestEvent,
    webhooks::RotateWebhookSecret,
    webhooks::ListDeliveries,
    webhooks::GetDelivery,
    webhooks::RetryDelivery,
    webhooks::ReplayEvents,
    GetJwks,
    GetOpenapi,
];

routes! {
    Platform;

    /// the keys that verify our access tokens (RFC 7517).
    GetJwks = Get "/.well-known/jwks.json" as "get_jwks" {
        answer: Plain<jwks::JwksView>,
        problems: [],
    }

    /// the description of this API (OpenAPI 3.1).
    GetOpenapi = Get "/v1/platform/openapi.json" as "get_openapi" {
        answer: Plain<Box<RawValue>>,
        problems: [],
    }

    /// an access token for a client's id and secret.
    CreateAccessToken = Post "/v1/platform/auth/token" as "create_access_token" {
        body: Credentials<access_token::AccessTokenRequest>,
        answer: One<access_token::AccessTokenView>,
        problems: [InvalidClient, Invalid, RateLimited],
    }
}
