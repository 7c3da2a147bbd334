//! A stand-in for Stripe with a memory: payments, customers, cards, refunds and idempotency keys, by
//! Stripe's documents; disputes, events and what a person does in Stripe's dashboard. It keeps books of
//! its own, and can lose a request or an answer.
//!
//! | what | rests on |
//! |---|---|
//! | shapes | github.com/stripe/openapi |
//! | states of a payment, what each may become | docs.stripe.com/payments/paymentintents/lifecycle |
//! | keys: same key and fields, same answer; other fields, an error | docs.stripe.com/api/idempotent_requests |
//! | a card that was used without a customer is used up | docs.stripe.com/api/payment_methods/attach |
//! | `off_session` and a challenge: 402 `authentication_required` | docs.stripe.com/payments/save-and-reuse |
//! | events: names, shape, signature | github.com/stripe/openapi, docs.stripe.com/webhooks |
//! | the list of events: newest first, filters, pages | docs.stripe.com/api/events/list |
//! | what a dispute goes through | docs.stripe.com/disputes/how-disputes-work |
//! | which card does what | this file |

mod books;
mod listed;
mod people;
mod requests;
mod shown;

use super::CardKind;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

/// Stripe, as far as it is asked.
#[derive(Debug, Clone)]
pub struct StandIn(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    key: String,
    made: usize,
    keys: BTreeMap<String, (String, u16, Value)>,
    customers: BTreeMap<String, bool>,
    cards: BTreeMap<String, StoredCard>,
    payments: BTreeMap<String, Payment>,
    refunds: Vec<Refund>,
    disputes: Vec<Dispute>,
    /// What becomes of the next requests, the next one last.
    broken: Vec<Cut>,
    /// Requests that came, by method and path.
    log: Vec<String>,
    /// Whose each object is: a connected account's, or the key's own.
    owned: BTreeMap<String, Option<String>>,
    /// In whose name the request that is served was sent.
    account: Option<String>,
    /// What a restricted key may not read.
    lacks: Vec<&'static str>,
    /// Events that are on the list.
    events: Vec<Value>,
    /// Accounts that were connected, and are not any more.
    left: Vec<String>,
}

#[derive(Debug, Clone)]
struct StoredCard {
    kind: CardKind,
    created: i64,
    customer: Option<String>,
    used_up: bool,
}

#[derive(Debug, Clone)]
struct Payment {
    id: String,
    mark: String,
    attempt: String,
    tenant: String,
    amount: i64,
    currency: String,
    status: &'static str,
    customer: Option<String>,
    save: bool,
    card: Option<String>,
    error: Option<(String, String)>,
    reason: Option<String>,
    taken: i64,
}

#[derive(Debug, Clone)]
struct Refund {
    id: String,
    payment: String,
    mark: String,
    amount: i64,
    currency: String,
    status: &'static str,
    /// What a late one becomes.
    later: &'static str,
}

/// A payment that a bank takes back.
#[derive(Debug, Clone)]
struct Dispute {
    id: String,
    payment: String,
    amount: i64,
    currency: String,
    status: &'static str,
}

/// When disputes are opened and refunds made, in seconds: it stays the same however often it is read.
const THEN_S: i64 = 1_795_255_200;

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// It is served.
    No,
    /// The connection breaks before it arrives.
    Before,
    /// The connection breaks before its answer arrives.
    After,
    /// It is answered with this status, and not looked at.
    Status(u16),
    /// Nobody ever answers, and the connection stays.
    Never,
}

/// What becomes of an exchange.
enum Reply {
    Told(u16, Value),
    /// The request never arrives, or its answer does not.
    Lost,
    /// Nobody answers.
    Silent,
}

/// The account of the key, and two that are connected to it.
pub const OWN: &str = "acct_own";
pub const CONNECTED: &str = "acct_connected";
pub const ELSEWHERE: &str = "acct_elsewhere";

/// The amount of a refund that is refused, and of one whose answer gets lost.
pub const REFUSED: i64 = 1_13;
pub const ANSWER_LOST: i64 = 1_17;

impl StandIn {
    pub fn new(key: &str) -> Self {
        Self(Arc::new(Mutex::new(State {
            key: key.to_owned(),
            made: 0,
            keys: BTreeMap::new(),
            customers: BTreeMap::new(),
            cards: BTreeMap::new(),
            payments: BTreeMap::new(),
            refunds: Vec::new(),
            disputes: Vec::new(),
            broken: Vec::new(),
            log: Vec::new(),
            owned: BTreeMap::new(),
            account: None,
            lacks: Vec::new(),
            events: Vec::new(),
            left: Vec::new(),
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// What becomes of the next requests.
    pub fn breaks(&self, cuts: &[Cut]) {
        self.state().broken = cuts.iter().rev().copied().collect();
    }

    /// Another key is good from now on.
    pub fn revokes_key(&self) {
        self.takes_key("another");
    }

    /// This key is good from now on.
    pub fn takes_key(&self, key: &str) {
        key.clone_into(&mut self.state().key);
    }

    /// The key, which may be restricted, lacks permissions for these from now on.
    pub fn lacks(&self, what: &[&'static str]) {
        self.state().lacks = what.to_vec();
    }

    /// What it answers to a request: a status and a body; nothing where the connection breaks.
    pub fn answer(&self, request: &HttpRequest) -> Option<(u16, Value)> {
        match self.state().serve(request) {
            Reply::Told(status, body) => Some((status, body)),
            Reply::Lost | Reply::Silent => None,
        }
    }
}

impl HttpConnector for StandIn {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let stand_in = self.clone();
        HttpConnectorFuture::new(async move {
            // Others may be faster.
            tokio::task::yield_now().await;
            let reply = stand_in.state().serve(&request);
            tokio::task::yield_now().await;
            let broke = || ConnectorError::io("the connection broke".into());
            let (status, body) = match reply {
                Reply::Told(status, body) => (status, body),
                Reply::Lost => return Err(broke()),
                Reply::Silent => std::future::pending().await,
            };
            let status = status.try_into().unwrap();
            Ok(HttpResponse::new(status, SdkBody::from(body.to_string())))
        })
    }
}

impl State {
    fn id(&mut self, prefix: &str) -> String {
        self.made += 1;
        let id = format!("{prefix}_{}", self.made);
        self.owned.insert(id.clone(), self.account.clone());
        id
    }

    /// An id of something that is made in the account of something else.
    fn id_beside(&mut self, other: &str, prefix: &str) -> String {
        self.account = self.owned.get(other).cloned().flatten();
        self.id(prefix)
    }

    fn is_live(&self) -> bool {
        self.key.contains("_live_")
    }

    fn serve(&mut self, request: &HttpRequest) -> Reply {
        let cut = self.broken.pop().unwrap_or(Cut::No);
        match cut {
            Cut::Before => Reply::Lost,
            Cut::Never => Reply::Silent,
            Cut::Status(status) => Reply::Told(status, json!({"error": {"type": "api_error"}})),
            Cut::No => self.served(request),
            Cut::After => {
                self.served(request);
                Reply::Lost
            }
        }
    }

    fn payment_of(&self, mark: &str) -> String {
        let payment = self.payments.values().find(|payment| payment.mark == mark);
        payment.unwrap().id.clone()
    }

    fn served(&mut self, request: &HttpRequest) -> Reply {
        let header = |name: &str| request.headers().get(name).map(str::to_owned);
        let (method, uri) = (request.method().to_owned(), request.uri().to_owned());
        let path = uri.split_once("/v1/").map(|(_, path)| path.to_owned()).unwrap();
        self.log.push(format!("{method} {path}"));
        assert_eq!(header("stripe-version").as_deref(), Some("2026-06-24.dahlia"));
        if header("authorization") != Some(format!("Bearer {}", self.key)) {
            return refuse(401, "invalid_request_error", "api_key_expired");
        }
        let body = String::from_utf8(request.body().bytes().unwrap().to_vec()).unwrap();
        let fields = fields(&body);
        self.account = header("stripe-account");
        let is_let_in = |account: &str| {
            [CONNECTED, ELSEWHERE].contains(&account)
                && !self.left.iter().any(|gone| gone == account)
        };
        if self.account.as_deref().is_some_and(|account| !is_let_in(account)) {
            return refuse(403, "invalid_request_error", "account_invalid");
        }
        if self.is_of_another(&path, &fields) {
            return refuse(404, "invalid_request_error", "resource_missing");
        }
        if method != "POST" {
            return self.look(&method, &path);
        }
        let (key, same) = (header("idempotency-key").unwrap(), format!("{path}?{body}"));
        if let Some((first, status, answer)) = self.keys.get(&key) {
            if *first != same {
                return refuse(400, "idempotency_error", "");
            }
            let told = Reply::Told(*status, answer.clone());
            return if self.answer_is_lost(&path, &fields) { Reply::Lost } else { told };
        }
        if self.request_is_lost(&path, &fields) {
            return Reply::Lost;
        }
        let Reply::Told(status, answer) = self.change(&path, &fields) else { unreachable!() };
        self.keys.insert(key, (same, status, answer.clone()));
        if self.answer_is_lost(&path, &fields) {
            return Reply::Lost;
        }
        Reply::Told(status, answer)
    }

    fn confirmed_kind(&self, path: &str, fields: &BTreeMap<String, String>) -> Option<CardKind> {
        let method = fields.get("payment_method").filter(|_| path.ends_with("/confirm"))?;
        self.cards.get(method).map(|card| card.kind)
    }

    fn request_is_lost(&self, path: &str, fields: &BTreeMap<String, String>) -> bool {
        let off_session = fields.contains_key("off_session");
        let kind = self.confirmed_kind(path, fields);
        kind == Some(CardKind::NeverArrives)
            || (off_session && kind == Some(CardKind::SavedNeverArrives))
    }

    fn answer_is_lost(&self, path: &str, fields: &BTreeMap<String, String>) -> bool {
        let amount = fields.get("amount").map(String::as_str);
        self.confirmed_kind(path, fields) == Some(CardKind::AnswerLost)
            || (path == "refunds" && amount == Some(&*ANSWER_LOST.to_string()))
    }

    /// Whether a request names something of another account.
    fn is_of_another(&self, path: &str, fields: &BTreeMap<String, String>) -> bool {
        let named = path.split(['/', '?', '&', '=']).chain(fields.values().map(String::as_str));
        named.filter_map(|id| self.owned.get(id)).any(|owner| *owner != self.account)
    }
}

fn refuse(status: u16, kind: &str, code: &str) -> Reply {
    Reply::Told(status, json!({"error": {"type": kind, "code": code, "message": "No."}}))
}

fn fields(form: &str) -> BTreeMap<String, String> {
    let pairs = form.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.replace("%20", " "))).collect()
}
