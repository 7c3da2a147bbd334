//! The webhook endpoint, and what becomes of events.
#![expect(missing_docs, reason = "each route says itself what it is")]

use crate::{
    http::{
        platform::{Platform, delivery, replay, webhook_endpoint},
        route::{Json, JsonIfAny, List, Method, One, Route},
    },
    operations::{ProblemKind, Resource, StateRefusal},
};
use ProblemKind::{Conflict, Invalid, NotFound, Repeated, State};

pub struct PutWebhookEndpoint;

impl Route for PutWebhookEndpoint {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/platform/webhooks";
    const OPERATION: &'static str = "put_webhook_endpoint";
    const SUMMARY: &'static str = "where your events are posted; replaces what there was.";
    const SCOPE: Option<&'static str> = Some("webhooks:write");
    type Surface = Platform;
    type Body = Json<webhook_endpoint::PutWebhookEndpoint>;
    type Query = ();
    type Answer = One<webhook_endpoint::WebhookEndpointView>;
    const PROBLEMS: &'static [ProblemKind] = &[Invalid, Repeated, Conflict];
}

pub struct GetWebhookEndpoint;

impl Route for GetWebhookEndpoint {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/platform/webhooks";
    const OPERATION: &'static str = "get_webhook_endpoint";
    const SUMMARY: &'static str = "where your events are posted, and how that goes.";
    const SCOPE: Option<&'static str> = Some("webhooks:read");
    type Surface = Platform;
    type Body = ();
    type Query = ();
    type Answer = One<webhook_endpoint::WebhookEndpointView>;
    const PROBLEMS: &'static [ProblemKind] = &[NotFound(Resource::Endpoint)];
}

pub struct DeleteWebhookEndpoint;

impl Route for DeleteWebhookEndpoint {
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v1/platform/webhooks";
    const OPERATION: &'static str = "delete_webhook_endpoint";
    const SUMMARY: &'static str = "no events are posted any more.";
    const SCOPE: Option<&'static str> = Some("webhooks:write");
    type Surface = Platform;
    type Body = ();
    type Query = ();
    type Answer = One<webhook_endpoint::DeletedView>;
    const PROBLEMS: &'static [ProblemKind] = &[NotFound(Resource::Endpoint), Conflict];
}

pub struct SendTestEvent;

impl Route for SendTestEvent {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/platform/webhooks/test";
    const OPERATION: &'static str = "send_test_event";
    const SUMMARY: &'static str = "sends a `webhook.test` event the way all events go.";
    const SCOPE: Option<&'static str> = Some("webhooks:write");
    type Surface = Platform;
    type Body = JsonIfAny<webhook_endpoint::SendTestEvent>;
    type Query = ();
    type Answer = One<webhook_endpoint::TestEventView>;
    const PROBLEMS: &'static [ProblemKind] =
        &[Invalid, NotFound(Resource::Endpoint), State(StateRefusal::EndpointDisabled), Conflict];
}

pub struct RotateWebhookSecret;

impl Route for RotateWebhookSecret {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/platform/webhooks/rotate-secret";
    const OPERATION: &'static str = "rotate_webhook_secret";
    const SUMMARY: &'static str = "a new secret; the old ones sign on for a while.";
    const SCOPE: Option<&'static str> = Some("webhooks:write");
    type Surface = Platform;
    type Body = JsonIfAny<webhook_endpoint::RotateWebhookSecret>;
    type Query = ();
    type Answer = One<webhook_endpoint::WebhookEndpointView>;
    const PROBLEMS: &'static [ProblemKind] =
        &[Invalid, Repeated, NotFound(Resource::Endpoint), Conflict];
}

pub struct ListDeliveries;

impl Route for ListDeliveries {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/platform/webhooks/deliveries";
    const OPERATION: &'static str = "list_deliveries";
    const SUMMARY: &'static str = "what became of your events, newest first.";
    const SCOPE: Option<&'static str> = Some("webhooks:read");
    type Surface = Platform;
    type Body = ();
    type Query = delivery::ListDeliveries;
    type Answer = List<delivery::DeliveryView>;
    const PROBLEMS: &'static [ProblemKind] = &[Invalid];
}

pub struct GetDelivery;

impl Route for GetDelivery {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/platform/webhooks/deliveries/{delivery_id}";
    const OPERATION: &'static str = "get_delivery";
    const SUMMARY: &'static str = "one delivery with all that is known of it.";
    const SCOPE: Option<&'static str> = Some("webhooks:read");
    type Surface = Platform;
    type Body = ();
    type Query = ();
    type Answer = One<delivery::DeliveryView>;
    const PROBLEMS: &'static [ProblemKind] = &[NotFound(Resource::Delivery)];
}

pub struct RetryDelivery;

impl Route for RetryDelivery {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/platform/webhooks/deliveries/{delivery_id}/retry";
    const OPERATION: &'static str = "retry_delivery";
    const SUMMARY: &'static str = "sends one event again, now.";
    const SCOPE: Option<&'static str> = Some("webhooks:write");
    type Surface = Platform;
    type Body = JsonIfAny<delivery::RetryDelivery>;
    type Query = ();
    type Answer = One<delivery::DeliveryView>;
    const PROBLEMS: &'static [ProblemKind] = &[
        Invalid,
        Repeated,
        NotFound(Resource::Delivery),
        NotFound(Resource::Endpoint),
        State(StateRefusal::EndpointDisabled),
        Conflict,
    ];
}

pub struct ReplayEvents;

impl Route for ReplayEvents {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/platform/webhooks/replay";
    const OPERATION: &'static str = "replay_events";
    const SUMMARY: &'static str = "sends the events of some time again, or counts them.";
    const SCOPE: Option<&'static str> = Some("webhooks:write");
    type Surface = Platform;
    type Body = Json<replay::ReplayEvents>;
    type Query = ();
    type Answer = One<replay::ReplayView>;
    const PROBLEMS: &'static [ProblemKind] = &[
        Invalid,
        Repeated,
        NotFound(Resource::Endpoint),
        State(StateRefusal::EndpointDisabled),
        Conflict,
    ];
}
