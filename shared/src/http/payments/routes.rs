//! Every route of the payments surface, stated once.
#![expect(missing_docs, reason = "each route says itself what it is")]

use crate::{
    http::{
        payments::{Payments, new_payment, payment, webhook_endpoint},
        route::{Json, Method, One, Plain, Route, catalogue},
    },
    operations::{ProblemKind, Resource, StateRefusal, Unique},
};
use ProblemKind::{Invalid, NotFound, Repeated, State, Taken};
use serde_json::value::RawValue;

catalogue![CreatePayment, GetPayment, CreateWebhook, GetOpenapi];

pub struct CreatePayment;

impl Route for CreatePayment {
    type Surface = Payments;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/payments";
    const OPERATION: &'static str = "create_payment";
    const SUMMARY: &'static str = "a page on which a buyer pays a fixed amount by card.";
    const SCOPE: Option<&'static str> = Some("payments:write");
    type Body = Json<new_payment::CreatePayment>;
    type Query = ();
    type Answer = One<payment::PaymentView>;
    const PROBLEMS: &'static [ProblemKind] =
        &[Invalid, Repeated, NotFound(Resource::Customer), State(StateRefusal::NoMerchantAccount)];
}

pub struct GetPayment;

impl Route for GetPayment {
    type Surface = Payments;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/payments/{id}";
    const OPERATION: &'static str = "get_payment";
    const SUMMARY: &'static str = "one of your card payments.";
    const SCOPE: Option<&'static str> = Some("payments:read");
    type Body = ();
    type Query = ();
    type Answer = One<payment::PaymentView>;
    const PROBLEMS: &'static [ProblemKind] = &[NotFound(Resource::Payment)];
}

pub struct CreateWebhook;

impl Route for CreateWebhook {
    type Surface = Payments;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/webhooks";
    const OPERATION: &'static str = "create_webhook";
    const SUMMARY: &'static str = "registers an address to which your events are posted.";
    const SCOPE: Option<&'static str> = Some("webhooks:write");
    type Body = Json<webhook_endpoint::CreateWebhook>;
    type Query = ();
    type Answer = One<webhook_endpoint::NewWebhookView>;
    const PROBLEMS: &'static [ProblemKind] =
        &[Invalid, Repeated, Taken(Unique::EndpointUrl), State(StateRefusal::TooManyEndpoints)];
}

pub struct GetOpenapi;

impl Route for GetOpenapi {
    type Surface = Payments;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/openapi.json";
    const OPERATION: &'static str = "get_openapi";
    const SUMMARY: &'static str = "the description of this API (OpenAPI 3.1).";
    type Body = ();
    type Query = ();
    type Answer = Plain<Box<RawValue>>;
    const PROBLEMS: &'static [ProblemKind] = &[];
}
