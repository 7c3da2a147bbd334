//! Every route of the platform surface, stated once.
#![expect(missing_docs, reason = "each route says itself what it is")]

pub mod payments;
pub mod users;
pub mod wallets;
pub mod webhooks;

use crate::{
    http::{
        platform::{access_token, jwks},
        route::{Credentials, Method, One, Plain, Route, RouteDoc},
    },
    operations::ProblemKind,
};
use ProblemKind::{Invalid, InvalidClient, RateLimited};
use serde_json::value::RawValue;

/// Every route, as tools read it.
#[must_use]
pub fn all() -> Vec<RouteDoc> {
    vec![
        RouteDoc::of::<CreateAccessToken>(),
        RouteDoc::of::<users::CreateUser>(),
        RouteDoc::of::<users::ListUsers>(),
        RouteDoc::of::<users::GetUser>(),
        RouteDoc::of::<users::ListMerchantAccounts>(),
        RouteDoc::of::<payments::CreateCardPaymentLink>(),
        RouteDoc::of::<payments::ListPayments>(),
        RouteDoc::of::<payments::GetPayment>(),
        RouteDoc::of::<payments::CreatePayment>(),
        RouteDoc::of::<payments::ReleasePayment>(),
        RouteDoc::of::<payments::CancelPayment>(),
        RouteDoc::of::<payments::ReviewPayment>(),
        RouteDoc::of::<payments::ListProducts>(),
        RouteDoc::of::<wallets::CreateBankPaymentMethod>(),
        RouteDoc::of::<wallets::ListPaymentMethods>(),
        RouteDoc::of::<wallets::DeletePaymentMethod>(),
        RouteDoc::of::<wallets::CreateDestination>(),
        RouteDoc::of::<wallets::CreateWallet>(),
        RouteDoc::of::<wallets::ListWallets>(),
        RouteDoc::of::<wallets::GetWallet>(),
        RouteDoc::of::<wallets::UpdateWallet>(),
        RouteDoc::of::<wallets::ListWalletEntries>(),
        RouteDoc::of::<wallets::ListDestinations>(),
        RouteDoc::of::<webhooks::PutWebhookEndpoint>(),
        RouteDoc::of::<webhooks::GetWebhookEndpoint>(),
        RouteDoc::of::<webhooks::DeleteWebhookEndpoint>(),
        RouteDoc::of::<webhooks::SendTestEvent>(),
        RouteDoc::of::<webhooks::RotateWebhookSecret>(),
        RouteDoc::of::<webhooks::ListDeliveries>(),
        RouteDoc::of::<webhooks::GetDelivery>(),
        RouteDoc::of::<webhooks::RetryDelivery>(),
        RouteDoc::of::<webhooks::ReplayEvents>(),
        RouteDoc::of::<GetJwks>(),
        RouteDoc::of::<GetOpenapi>(),
    ]
}

pub struct GetJwks;

impl Route for GetJwks {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/.well-known/jwks.json";
    const OPERATION: &'static str = "get_jwks";
    const SUMMARY: &'static str = "the keys that verify our access tokens (RFC 7517).";
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
    type Body = Credentials<access_token::AccessTokenRequest>;
    type Query = ();
    type Answer = One<access_token::AccessTokenView>;
    const PROBLEMS: &'static [ProblemKind] = &[InvalidClient, Invalid, RateLimited];
}
