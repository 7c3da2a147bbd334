//! The webhook endpoint, and what becomes of events.

use crate::{
    http::{
        platform::{Platform, delivery, replay, webhook_endpoint},
        route::{Json, JsonIfAny, List, One, routes},
    },
    operations::{ProblemKind, Resource, StateRefusal},
};
use ProblemKind::{Conflict, Contended, Invalid, NotFound, Repeated, State};

routes! {
    Platform;

    /// where your events are posted; replaces what there was.
    PutWebhookEndpoint = Post "/v1/platform/webhooks" as "put_webhook_endpoint" {
        scope: "webhooks:write",
        body: Json<webhook_endpoint::PutWebhookEndpoint>,
        answer: One<webhook_endpoint::WebhookEndpointView>,
        problems: [Invalid, Repeated, Contended],
    }

    /// where your events are posted, and how that goes.
    GetWebhookEndpoint = Get "/v1/platform/webhooks" as "get_webhook_endpoint" {
        scope: "webhooks:read",
        answer: One<webhook_endpoint::WebhookEndpointView>,
        problems: [NotFound(Resource::Endpoint)],
    }

    /// no events are posted any more.
    DeleteWebhookEndpoint = Delete "/v1/platform/webhooks" as "delete_webhook_endpoint" {
        scope: "webhooks:write",
        answer: One<webhook_endpoint::DeletedView>,
        problems: [NotFound(Resource::Endpoint), Contended],
    }

    /// sends a `webhook.test` event the way all events go.
    SendTestEvent = Post "/v1/platform/webhooks/test" as "send_test_event" {
        scope: "webhooks:write",
        body: JsonIfAny<webhook_endpoint::SendTestEvent>,
        answer: One<webhook_endpoint::TestEventView>,
        problems: [
            Invalid, NotFound(Resource::Endpoint), State(StateRefusal::EndpointDisabled), Contended,
        ],
    }

    /// a new secret; the old ones sign on for a while.
    RotateWebhookSecret = Post "/v1/platform/webhooks/rotate-secret" as "rotate_webhook_secret" {
        scope: "webhooks:write",
        body: JsonIfAny<webhook_endpoint::RotateWebhookSecret>,
        answer: One<webhook_endpoint::WebhookEndpointView>,
        problems: [Invalid, Repeated, NotFound(Resource::Endpoint), Contended],
    }

    /// what became of your events, newest first.
    ListDeliveries = Get "/v1/platform/webhooks/deliveries" as "list_deliveries" {
        scope: "webhooks:read",
        query: delivery::ListDeliveries,
        answer: List<delivery::DeliveryView>,
        problems: [Invalid],
    }

    /// one delivery with all that is known of it.
    GetDelivery = Get "/v1/platform/webhooks/deliveries/{delivery_id}" as "get_delivery" {
        scope: "webhooks:read",
        answer: One<delivery::DeliveryView>,
        problems: [NotFound(Resource::Delivery)],
    }

    /// sends one event again, now.
    RetryDelivery = Post "/v1/platform/webhooks/deliveries/{delivery_id}/retry"
        as "retry_delivery" {
        scope: "webhooks:write",
        body: JsonIfAny<delivery::RetryDelivery>,
        answer: One<delivery::DeliveryView>,
        problems: [
            Invalid, Repeated, NotFound(Resource::Delivery), NotFound(Resource::Endpoint),
            State(StateRefusal::EndpointDisabled), Conflict,
        ],
    }

    /// sends the events of some time again, or counts them.
    ReplayEvents = Post "/v1/platform/webhooks/replay" as "replay_events" {
        scope: "webhooks:write",
        body: Json<replay::ReplayEvents>,
        answer: One<replay::ReplayView>,
        problems: [
            Invalid, Repeated, NotFound(Resource::Endpoint), State(StateRefusal::EndpointDisabled),
            Contended,
        ],
    }
}
