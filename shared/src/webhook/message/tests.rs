use super::*;
use crate::model::{
    Mode, Surface,
    event::{EventType, History},
    id::{TenantId, WebhookEndpointId},
    webhook_endpoint::{DeliverySettings, WebhookEndpoint},
};

fn at() -> Time {
    Time::from_ms(1_795_255_200_250)
}

fn test_event(surface: Surface) -> Message {
    let endpoint = WebhookEndpoint {
        id: WebhookEndpointId::mint(at(), [2; 10]),
        scope: Scope { tenant: TenantId::mint(at(), [1; 10]), mode: Mode::Test },
        surface,
        url: "https://shop.example/hooks".into(),
        events: vec![],
        description: String::new(),
        settings: DeliverySettings::default(),
        secrets: vec![],
        disabled: None,
        fresh_from: at(),
        warned: None,
        created_at: at(),
        updated_at: at(),
        history: History::starting(EventType::WebhookTest, at()),
        version: 1,
    };
    Aggregate::Endpoint(Box::new(endpoint)).events_after(0).remove(0)
}

#[test]
fn an_event_says_through_which_surface_its_object_was_made() {
    for surface in Surface::ALL.iter().copied() {
        let text = serde_json::to_string(&test_event(surface)).unwrap();
        let name = format!(r#""surface":"{}""#, surface.as_str());
        assert!(text.contains(&name), "{text}");
        let read: Message = serde_json::from_str(&text).unwrap();
        assert_eq!(read.surface, surface);
        let silent: Message = serde_json::from_str(&text.replace(&format!("{name},"), "")).unwrap();
        assert_eq!(silent.surface, Surface::Platform, "events from before say nothing");
        let unknown = text.replace(&name, r#""surface":"elsewhere""#);
        assert!(serde_json::from_str::<Message>(&unknown).is_err());
    }
}
