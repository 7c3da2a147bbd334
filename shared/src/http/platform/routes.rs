//! Every route of the platform surface, stated once.
#![expect(missing_docs, reason = "each route says itself what it is")]

pub mod payments;
pub mod users;
pub mod wallets;
pub mod webhooks;

use crate::{
    http::{
        platform::{Platform, access_token, jwks},
        route::{Credentials, Method, One, Plain, Route, catalogue},
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

pub struct GetJwks;

impl Route for GetJwks {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/.well-known/jwks.json";
    const OPERATION: &'static str = "get_jwks";
    const SUMMARY: &'static str = "the keys that verify our access tokens (RFC 7517).";
    type Surface = Platform;
    type Body = ();
    type Query = ();
    type Answer = Plain<jwks::JwksView>;
    const PROBLEMS: &'static [ProblemKind] = &[];
}

pub struct GetOpenapi;

impl Route for GetOpenapi {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/platform/openapi.json";
    const OPERATION: &'static str = "get_openapi";
    const SUMMARY: &'static str = "the description of this API (OpenAPI 3.1).";
    type Surface = Platform;
    type Body = ();
    type Query = ();
    type Answer = Plain<Box<RawValue>>;
    const PROBLEMS: &'static [ProblemKind] = &[];
}

pub struct CreateAccessToken;

impl Route for CreateAccessToken {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/platform/auth/token";
    const OPERATION: &'static str = "create_access_token";
    const SUMMARY: &'static str = "an access token for a client's id and secret.";
    type Surface = Platform;
    type Body = Credentials<access_token::AccessTokenRequest>;
    type Query = ();
    type Answer = One<access_token::AccessTokenView>;
    const PROBLEMS: &'static [ProblemKind] = &[InvalidClient, Invalid, RateLimited];
}
