//! Routes of webhooks and of what became of deliveries. All ask for a sign-in of a moment ago.

use crate::{
    http::{
        links::{Links, delivery, webhook},
        route::{Action, Json, JsonIfAny, NoFields, Plain, routes},
    },
    operations::{ProblemKind, Resource, StateRefusal, Unique},
};
use ProblemKind::{Contended, Invalid, NotFound, Repeated, State, Taken};
use serde_json::value::RawValue;

routes! {
    Links;

    /// your webhooks, newest first.
    ListWebhooks = Get "/api/organization/webhooks" as "list_webhooks" {
        scope: "manage_organization",
        query: webhook::ListWebhooks,
        answer: Plain<webhook::WebhookList>,
        problems: [State(StateRefusal::NotReauthenticated), Invalid],
    }

    /// one webhook, without its secret.
    GetWebhook = Get "/api/organization/webhooks/{id}" as "get_webhook" {
        scope: "manage_organization",
        answer: Plain<webhook::WebhookView>,
        problems: [State(StateRefusal::NotReauthenticated), NotFound(Resource::Endpoint)],
    }

    /// changes what the body names.
    UpdateWebhook = Patch "/api/organization/webhooks/{id}" as "update_webhook" {
        scope: "manage_organization",
        body: Json<webhook::UpdateWebhook>,
        answer: Plain<webhook::WebhookView>,
        problems: [
            State(StateRefusal::NotReauthenticated), NotFound(Resource::Endpoint), Invalid,
            Repeated, State(StateRefusal::ChangedMeanwhile), Taken(Unique::EndpointUrl), Contended,
        ],
    }

    /// removes a webhook; what is on its way to it ends.
    DeleteWebhook = Delete "/api/organization/webhooks/{id}" as "delete_webhook" {
        scope: "manage_organization",
        answer: Plain<Box<RawValue>>,
        success: 204,
        problems: [
            State(StateRefusal::NotReauthenticated), NotFound(Resource::Endpoint), Contended,
        ],
    }

    /// a new secret, shown once; the old ones sign on for a while.
    RotateWebhookSecret = Post
        "/api/organization/webhooks/{id}/rotate-secret"
        as "rotate_webhook_secret" {
        scope: "manage_organization",
        body: JsonIfAny<webhook::RotateWebhookSecret>,
        answer: Plain<webhook::WebhookView>,
        problems: [
            State(StateRefusal::NotReauthenticated), NotFound(Resource::Endpoint), Invalid,
            Repeated, Contended,
        ],
    }

    /// sends a `webhook.test` event the way all events go.
    SendTestEvent = Post "/api/organization/webhooks/{id}/test" as "send_test_event" {
        scope: "manage_organization",
        body: Action<NoFields>,
        answer: Plain<webhook::TestEventView>,
        success: 202,
        problems: [
            State(StateRefusal::NotReauthenticated), NotFound(Resource::Endpoint), Invalid,
            Repeated, State(StateRefusal::EndpointDisabled), Contended,
        ],
    }

    /// what became of events at a webhook, newest first.
    ListDeliveries = Get "/api/organization/webhooks/{id}/deliveries" as "list_deliveries" {
        scope: "manage_organization",
        query: delivery::ListDeliveries,
        answer: Plain<delivery::DeliveryList>,
        problems: [State(StateRefusal::NotReauthenticated), NotFound(Resource::Endpoint), Invalid],
    }

    /// one delivery with all that is known of it.
    GetDelivery = Get "/api/organization/webhooks/{id}/deliveries/{delivery_id}" as "get_delivery" {
        scope: "manage_organization",
        answer: Plain<delivery::DeliveryView>,
        problems: [
            State(StateRefusal::NotReauthenticated), NotFound(Resource::Endpoint),
            NotFound(Resource::Delivery),
        ],
    }

    /// sends one event again, now; once even to a webhook that is disabled.
    RetryDelivery = Post
        "/api/organization/webhooks/{id}/deliveries/{delivery_id}/retry"
        as "retry_delivery" {
        scope: "manage_organization",
        body: Action<NoFields>,
        answer: Plain<delivery::DeliveryView>,
        success: 202,
        problems: [
            State(StateRefusal::NotReauthenticated), NotFound(Resource::Endpoint),
            NotFound(Resource::Delivery), Invalid, Repeated, Contended,
        ],
    }

    /// sends the events of some time again, or counts them.
    ReplayEvents = Post "/api/organization/webhooks/{id}/replay" as "replay_events" {
        scope: "manage_organization",
        body: Json<delivery::ReplayEvents>,
        answer: Plain<delivery::ReplayView>,
        success: 202,
        problems: [
            State(StateRefusal::NotReauthenticated), NotFound(Resource::Endpoint), Invalid,
            Repeated, State(StateRefusal::EndpointDisabled),
        ],
    }
}
