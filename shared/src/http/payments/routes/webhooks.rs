//! Routes of webhooks and of what became of deliveries.

use crate::{
    http::{
        payments::{Payments, deleted, delivery, replay, webhook_endpoint},
        route::{Action, Json, List, NoFields, One, routes},
    },
    operations::{ProblemKind, Resource, StateRefusal, Unique},
};
use ProblemKind::{Contended, Invalid, NotFound, Repeated, State, Taken};

routes! {
    Payments;

    /// registers an address to which your events are posted.
    CreateWebhook = Post "/webhooks" as "create_webhook" {
        scope: "webhooks:write",
        body: Json<webhook_endpoint::CreateWebhook>,
        answer: One<webhook_endpoint::NewWebhookView>,
        success: 201,
        problems: [
            Invalid, Repeated, Taken(Unique::EndpointUrl), State(StateRefusal::TooManyEndpoints),
        ],
    }

    /// your webhooks, newest first.
    ListWebhooks = Get "/webhooks" as "list_webhooks" {
        scope: "webhooks:read",
        query: webhook_endpoint::ListWebhooks,
        answer: List<webhook_endpoint::WebhookView>,
        problems: [Invalid],
    }

    /// one of your webhooks.
    GetWebhook = Get "/webhooks/{id}" as "get_webhook" {
        scope: "webhooks:read",
        answer: One<webhook_endpoint::WebhookView>,
        problems: [NotFound(Resource::Endpoint)],
    }

    /// changes what the body names; `PUT` does the same.
    UpdateWebhook = Patch or Put "/webhooks/{id}" as "update_webhook" {
        scope: "webhooks:write",
        body: Json<webhook_endpoint::UpdateWebhook>,
        answer: One<webhook_endpoint::WebhookView>,
        problems: [
            Invalid, Repeated, NotFound(Resource::Endpoint), Taken(Unique::EndpointUrl), Contended,
        ],
    }

    /// removes a webhook; what is on its way to it ends.
    DeleteWebhook = Delete "/webhooks/{id}" as "delete_webhook" {
        scope: "webhooks:write",
        answer: One<deleted::DeletedView>,
        problems: [NotFound(Resource::Endpoint), Contended],
    }

    /// a new secret, shown this once; the old ones sign on for a while.
    RotateWebhookSecret = Post "/webhooks/{id}/rotate-secret" as "rotate_webhook_secret" {
        scope: "webhooks:write",
        body: Action<webhook_endpoint::RotateWebhookSecret>,
        answer: One<webhook_endpoint::RotatedWebhookView>,
        problems: [Invalid, Repeated, NotFound(Resource::Endpoint), Contended],
    }

    /// sends a `webhook.test` now, and says what the receiver answered.
    SendTestEvent = Post "/webhooks/{id}/test" as "send_test_event" {
        scope: "webhooks:write",
        body: Action<NoFields>,
        answer: One<delivery::TestView>,
        problems: [
            Repeated, NotFound(Resource::Endpoint), State(StateRefusal::EndpointDisabled),
            Contended,
        ],
    }

    /// what became of events at a webhook, newest first.
    ListDeliveries = Get "/webhooks/{id}/deliveries" as "list_deliveries" {
        scope: "webhooks:read",
        query: delivery::ListDeliveries,
        answer: List<delivery::DeliveryView>,
        problems: [Invalid, NotFound(Resource::Endpoint)],
    }

    /// one delivery with all that is known of it.
    GetDelivery = Get "/webhooks/{id}/deliveries/{deliveryId}" as "get_delivery" {
        scope: "webhooks:read",
        answer: One<delivery::DeliveryView>,
        problems: [NotFound(Resource::Endpoint), NotFound(Resource::Delivery)],
    }

    /// sends one event again, now.
    RetryDelivery = Post "/webhooks/{id}/deliveries/{deliveryId}/retry" as "retry_delivery" {
        scope: "webhooks:write",
        body: Action<NoFields>,
        answer: One<delivery::DeliveryView>,
        problems: [
            Repeated, NotFound(Resource::Endpoint), State(StateRefusal::EndpointDisabled),
            NotFound(Resource::Delivery), Contended,
        ],
    }

    /// sends the events of some time again, or counts them.
    ReplayEvents = Post "/webhooks/{id}/replay" as "replay_events" {
        scope: "webhooks:write",
        body: Json<replay::ReplayEvents>,
        answer: One<replay::ReplayView>,
        problems: [
            Invalid, Repeated, NotFound(Resource::Endpoint), State(StateRefusal::EndpointDisabled),
        ],
    }
}
