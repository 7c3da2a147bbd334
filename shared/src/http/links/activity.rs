//! The activity list: what requests say of it, and how its entries are shown.

use super::{
    field::{Line, Moment},
    list::{Asked, Next, Page},
    payment_link::created_by,
};
use crate::{
    http::{
        Reply, Request, Result,
        body::Body as _,
        field::{Field, PageLimit},
    },
    model::{
        Invalid, Scope, Time,
        activity::{Activity, ActivityAction, FieldChange, KEPT_DAYS},
        actor::Actor,
        id::{ApiKeyId, MemberId},
    },
    operations::activity::ActivityFilter,
    store::list::{Listing, Slice},
};
use derive::{Body, View};
use serde_json::{Value, json};

/// Which entries to list.
#[derive(Body)]
pub struct ListActivity {
    /// Who did it: `mem_...`, `key_...` or `operator`.
    pub actor: Option<Line<1, 40>>,
    /// What was done, such as `refund.created`; or to what, such as `refund`.
    pub action: Option<ActionText>,
    /// Done at or after this moment; 400 days are kept.
    pub from: Option<Moment>,
    /// Done before or at this moment.
    pub to: Option<Moment>,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
    /// `next_cursor` of the page before.
    pub cursor: Option<Line<1, 1000>>,
}

/// An action, or what it is done to.
#[derive(Debug, Clone, Copy)]
pub struct ActionText(&'static str);

/// Who did something.
#[derive(View)]
pub struct ActorView {
    /// `member`, `api_key` or `operator`.
    pub r#type: &'static str,
    /// `mem_...` or `key_...`; null of operators.
    pub id: Option<String>,
    /// The name at that time; null of operators.
    pub name: Option<String>,
}

/// What something was done to.
#[derive(View)]
pub struct ObjectView {
    /// Such as `payment_link`; what stands before the point of `action`.
    pub r#type: &'static str,
    /// Its id.
    pub id: String,
}

/// A field that was changed. Both values are null where they are nobody's business, such as metadata.
#[derive(View)]
pub struct ChangeView {
    /// Its name, with points where it lies inside another, such as `prices.USD`.
    pub field: String,
    /// What it was, as a text; null when it had no value.
    pub before: Option<String>,
    /// What it is since, as a text; null when it has no value any more.
    pub after: Option<String>,
}

/// Something that somebody did.
#[derive(View)]
pub struct ActivityView {
    /// When, as an RFC 3339 time.
    pub at: String,
    /// Who did it.
    pub actor: ActorView,
    /// What, such as `payment_link.updated`.
    pub action: &'static str,
    /// What it was done to.
    pub object: ObjectView,
    /// What is different since then.
    pub changes: Vec<ChangeView>,
}

/// A page of entries.
#[derive(View)]
pub struct ActivityList {
    /// The entries, newest first.
    pub results: Vec<ActivityView>,
    /// The address of the next page; null at the end.
    pub next: Option<String>,
    /// The cursor of the next page; null at the end.
    pub next_cursor: Option<String>,
    /// Always null: lists go on, not back.
    pub previous: Option<String>,
    /// How far rows were looked at in vain, RFC 3339.
    pub looked_until: Option<String>,
}

impl ActionText {
    /// What can be asked for: things, then actions.
    fn all() -> Vec<&'static str> {
        let mut names: Vec<&str> = Vec::new();
        for action in ActivityAction::ALL.iter().copied() {
            if !names.contains(&action.object()) {
                names.push(action.object());
            }
        }
        names.extend(ActivityAction::ALL.iter().map(|action| action.as_str()));
        names
    }

    fn actions(self) -> Vec<ActivityAction> {
        let named =
            |action: &ActivityAction| action.as_str() == self.0 || action.object() == self.0;
        ActivityAction::ALL.iter().copied().filter(named).collect()
    }
}

impl Field for ActionText {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let unknown = || Invalid::new("must be an action such as refund.created, or refund");
        let text: String = serde_json::from_str(json).map_err(|_| unknown())?;
        let text = text.trim().to_lowercase();
        Self::all().into_iter().find(|name| *name == text).map(Self).ok_or_else(unknown)
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": Self::all()})
    }

    fn meaning(&self) -> String {
        self.0.to_owned()
    }
}

/// Entries that are asked for; without a filter where none can be meant.
pub type AskedActivity = Asked<Option<ActivityFilter>>;

impl ListActivity {
    /// What is asked for.
    ///
    /// # Errors
    /// A cursor of another list.
    pub fn command(&self, scope: Scope, now: Time) -> Result<AskedActivity> {
        let page = Page::of(scope, "activity", &self.meaning(), self.limit, self.cursor.as_ref())?;
        let slice = page.slice(self.from, self.to, now);
        // What is older may not be swept yet.
        let slice = Slice { from: slice.from.max(now.plus_days(-KEPT_DAYS)), ..slice };
        Ok(AskedActivity { page, slice, filter: self.filter() })
    }

    /// What is wanted; `None` for an id of nobody.
    fn filter(&self) -> Option<ActivityFilter> {
        let actor = match &self.actor {
            Some(Line(text)) => Some(actor(text)?),
            None => None,
        };
        Some(ActivityFilter { actor, actions: self.action.map(ActionText::actions) })
    }
}

fn actor(text: &str) -> Option<Actor> {
    let member = || MemberId::from_links_form(text).map(Actor::Member);
    let key = || ApiKeyId::from_links_form(text).map(Actor::ApiKey);
    let operator = || text.eq_ignore_ascii_case("operator").then_some(Actor::Operator);
    member().or_else(key).or_else(operator)
}

/// A page of entries, with where the next one is.
pub fn list(found: &Listing<Activity>, asked: &AskedActivity, req: &Request, base: &str) -> Reply {
    let Next { url, cursor, looked_until } = asked.page.next_by_time(found, req, base);
    Reply::json(&ActivityList {
        results: found.entries.iter().map(view).collect(),
        next: url,
        next_cursor: cursor,
        previous: None,
        looked_until,
    })
}

fn view(entry: &Activity) -> ActivityView {
    let (kind, id) = match entry.actor {
        Actor::Member(_) => ("member", Some(created_by(entry.actor))),
        Actor::ApiKey(_) => ("api_key", Some(created_by(entry.actor))),
        // Clients and processors make no entries.
        Actor::Operator | Actor::Client | Actor::Processor => ("operator", None),
    };
    ActivityView {
        at: entry.at.rfc3339(),
        actor: ActorView { r#type: kind, id, name: entry.name.clone() },
        action: entry.action.as_str(),
        object: ObjectView { r#type: entry.action.object(), id: entry.object.clone() },
        changes: entry.changes.iter().map(change).collect(),
    }
}

fn change(change: &FieldChange) -> ChangeView {
    let FieldChange { field, before, after } = change.clone();
    ChangeView { field, before, after }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{http::body::Fields, model::Id};

    fn asked(query: &Value) -> Option<ListActivity> {
        Fields::from_json(&query.to_string()).unwrap().read().ok()
    }

    fn filter(query: &Value) -> Option<ActivityFilter> {
        asked(query).unwrap().filter()
    }

    #[test]
    fn entries_are_found_by_who_did_it() {
        let member: MemberId = Id::mint(Time::from_ms(5), [3; 10]);
        let key: ApiKeyId = Id::mint(Time::from_ms(6), [4; 10]);
        let by = |actor: &str| filter(&json!({"actor": actor})).map(|filter| filter.actor);
        assert_eq!(by(&member.links_form()), Some(Some(Actor::Member(member))));
        assert_eq!(by(&key.links_form().to_uppercase()), Some(Some(Actor::ApiKey(key))));
        assert_eq!(by("Operator"), Some(Some(Actor::Operator)));
        assert!(by("mem_0").is_none() && by("nobody").is_none(), "finds nothing");
        assert_eq!(filter(&json!({})).unwrap().actor, None);
    }

    #[test]
    fn entries_are_found_by_what_was_done_or_to_what() {
        let of = |action: &str| filter(&json!({"action": action})).unwrap().actions.unwrap();
        assert_eq!(of("refund.created"), [ActivityAction::RefundCreated]);
        assert_eq!(of("Payment_Link").len(), 4);
        assert!(asked(&json!({"action": "payment_link.paid"})).is_none());
    }
}
