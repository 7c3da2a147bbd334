//! Deliveries: what became of events at a webhook; and events sent again.

use super::{
    Links,
    field::{Line, Moment},
    list::{Next, Page},
    webhook::EventNames,
};
use crate::{
    http::{
        Reply, Request, Result,
        body::Body as _,
        deliveries::{self, AskedReplay, EventName, Extent, Form, NamedEvents},
        field::PageLimit,
        view::Naming,
    },
    model::{
        Id, Scope, Time,
        delivery::{Delivery, DeliveryStatusName, KEPT_DAYS},
        id::{DeliveryId, EventId, WebhookEndpointId},
        place::Place,
        replay::ReplayRange,
    },
    operations::{Problem, Resource, replays::Counts},
    store::delivery::{DeliveryKey, EndpointDeliveries},
    webhook::payload::links::NAMES,
};
use derive::{Body, View};

/// Which deliveries to list.
#[derive(Body)]
pub struct ListDeliveries {
    /// `pending`, `succeeded`, `failed`, or `suppressed`: kept back for a replay.
    pub status: Option<DeliveryStatusName>,
    /// Only deliveries of events with this name.
    pub event: Option<EventName<Links>>,
    /// Only events at or after this moment.
    pub from: Option<Moment>,
    /// Only events before or at this moment.
    pub to: Option<Moment>,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
    /// The `next_cursor` that the page before answered, with the same filters.
    pub cursor: Option<Line<1, 1000>>,
}

/// Which events to send again.
#[derive(Body)]
pub struct ReplayEvents {
    /// Events from this moment on: at most 30 days ago.
    pub from: Moment,
    /// Events up to this moment; now when absent.
    pub to: Option<Moment>,
    /// Types or families; all but test events when absent or empty.
    #[body(default = EventNames(Vec::new()))]
    pub types: Option<EventNames>,
    /// Leaves out what the receiver has taken.
    #[body(default = false)]
    pub only_undelivered: Option<bool>,
    /// Whether the events are only counted, and nothing is sent.
    #[body(default = false)]
    pub dry_run: Option<bool>,
}

/// A page of deliveries that is asked for.
pub struct AskedDeliveries {
    page: Page,
    /// The deliveries that are asked for.
    pub wanted: EndpointDeliveries,
    /// Only events from this moment on: older ones are not kept.
    pub from: Time,
}

/// One event on its way to a webhook.
pub type DeliveryView = deliveries::DeliveryView<Links>;

/// A page of deliveries.
#[derive(View)]
pub struct DeliveryList {
    /// The deliveries of this page, the newest event first.
    pub results: Vec<DeliveryView>,
    /// The address of the next page; null at the end.
    pub next: Option<String>,
    /// The cursor of the next page; null at the end.
    pub next_cursor: Option<String>,
    /// Always null: lists go on, not back.
    pub previous: Option<String>,
    /// How far rows were looked at in vain, RFC 3339.
    pub looked_until: Option<String>,
}

/// A replay.
#[derive(View)]
pub struct ReplayView {
    /// How many events are sent again, or would be; counting stops at 2,000.
    pub events: u32,
    /// Whether they are on their way; false for a dry run.
    pub started: bool,
}

impl Naming for Links {
    const CAMEL_CASE: bool = false;
}

impl NamedEvents for Links {
    const NAMES: &'static [&'static str] = &NAMES;
}

impl Form for Links {
    fn time(at: Time) -> String {
        at.rfc3339()
    }

    fn delivery(event: EventId, endpoint: WebhookEndpointId) -> String {
        DeliveryId::of(event, endpoint).links_form()
    }

    fn event(id: EventId) -> String {
        id.to_string()
    }

    fn endpoint(id: WebhookEndpointId) -> String {
        id.links_form()
    }
}

impl ListDeliveries {
    /// The page that is asked for.
    ///
    /// # Errors
    /// A cursor of another list; a range that ends before it starts.
    pub fn command(
        &self,
        scope: Scope,
        endpoint: WebhookEndpointId,
        now: Time,
    ) -> Result<AskedDeliveries> {
        let [from, to] = [self.from, self.to].map(|bound| bound.map(|Moment(at)| at));
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return Err(Problem::field("to", "must not be before from"));
        }
        let list = format!("deliveries of {endpoint}");
        let page = Page::of(scope, &list, &self.meaning(), self.limit, self.cursor.as_ref())?;
        let seen = page.after.as_ref().map(|place| EventId::from_uuid(place.id));
        // Everything of the last moment sorts before what begins with the next millisecond.
        let end = to.map(|to| Id::mint(to.plus_ms(1), [0; 10]));
        let kept = now.plus_days(-KEPT_DAYS - 1).max(scope.tenant.minted_at());
        let wanted = EndpointDeliveries {
            before: seen.into_iter().chain(end).min(),
            status: self.status,
            name: self.event.as_ref().map(|event| event.0.clone()),
            limit: page.limit,
        };
        Ok(AskedDeliveries { page, wanted, from: from.map_or(kept, |from| from.max(kept)) })
    }
}

impl AskedDeliveries {
    /// The answer with this page.
    pub fn reply(
        &self,
        found: &[Delivery],
        next: Option<EventId>,
        req: &Request,
        base: &str,
    ) -> Reply {
        let place = next.map(|id| Place { key: String::new(), id: *id.uuid() });
        let looked = next.filter(|_| found.is_empty()).map(|id| id.minted_at());
        let Next { url, cursor, looked_until } = self.page.next(req, base, place.as_ref(), looked);
        Reply::json(&DeliveryList {
            results: found.iter().map(|found| deliveries::view(found, Extent::InList)).collect(),
            next: url,
            next_cursor: cursor,
            previous: None,
            looked_until,
        })
    }
}

impl ReplayEvents {
    /// Whether events are only counted, and nothing is sent.
    pub fn is_dry(&self) -> bool {
        self.dry_run == Some(true)
    }

    /// The range that is asked for.
    ///
    /// # Errors
    /// One that is inverted, in the future, or older than what is kept.
    pub fn range(&self, now: Time) -> Result<ReplayRange> {
        let names = self.types.as_ref().map(|types| types.0.clone()).unwrap_or_default();
        let (from, to, only_undelivered) =
            (self.from.0, self.to.map(|Moment(to)| to), self.only_undelivered);
        AskedReplay { from, to, kinds: Vec::new(), names, only_undelivered }.range(now)
    }
}

/// The answer to a replay, or to a dry run of one.
pub const fn replayed(counts: Counts, started: bool) -> ReplayView {
    ReplayView { events: counts.matched, started }
}

/// The delivery that a path names, at the endpoint that it names.
pub fn key_in_path(req: &Request, endpoint: WebhookEndpointId) -> Result<DeliveryKey> {
    let id = DeliveryId::from_links_form(req.path("delivery_id"));
    let id = id.ok_or(Problem::NotFound(Resource::Delivery))?;
    Ok(DeliveryKey { event: id.event(endpoint), endpoint })
}

/// A delivery with all that is known of it.
pub fn view(delivery: &Delivery) -> DeliveryView {
    deliveries::view(delivery, Extent::Whole)
}
