//! Requests to Stripe: forms in, JSON out, each change under an idempotency key.
//!
//! They go over the connections that a function has for AWS, with public authorities instead of
//! Amazon's; no client library comes with them (`shared/DECISIONS.md`).

use super::objects::{ApiError, ErrorBody};
use crate::{
    deadline::Deadline,
    digest::hex,
    model::secret::{Secret, kind},
};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::body::SdkBody;
use http_body_util::{BodyExt, Limited};
use hyper::{Method, Request, header};
use serde::de::DeserializeOwned;
use std::{fmt, time::Duration};

/// The version of Stripe's API whose shapes `objects` reads. Stripe serves it whatever the account's
/// own version is.
pub const API_VERSION: &str = "2026-06-24.dahlia";

/// Where Stripe's own API is; tests ask a stand-in.
pub const API_BASE: &str = "https://api.stripe.com";

/// Proves to Stripe which account asks: `sk_...`, or `rk_...` with fewer rights.
pub type StripeKey = Secret<kind::Stripe>;

/// How long one request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(8);

/// What is kept of the invocation's time to write down what Stripe said.
const WRITE_RESERVE: Duration = Duration::from_secs(3);

/// Tries of one request, the first included, where Stripe is too busy to look at it or a connection
/// broke. Its key makes it one request.
const MAX_TRIES: u32 = 3;

/// The pause before the second try; doubled before the third.
const PAUSE: Duration = Duration::from_millis(150);

/// The longest answer that is read: fifty events of disputes, each with all the evidence that fits.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// Why a request has no answer that could be read.
#[derive(Debug)]
pub enum StripeFault {
    /// Stripe said no: it did nothing.
    Refused(Refusal, Box<ApiError>),
    /// Nobody knows whether Stripe did it: no answer in time, an error of Stripe's own, or an answer
    /// that makes no sense.
    Silent(String),
}

/// How Stripe says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// 402: the card cannot be charged.
    Declined,
    /// 429, or 409 where another request is in the way, such as this one: it may be sent again.
    Busy,
    /// 401: the key is wrong, expired or revoked.
    Key,
    /// 403: the key, or the account, may not do this.
    Permission,
    /// 404, or a name of nothing.
    Missing,
    /// The idempotency key stands for another request.
    KeyReused,
    /// The object is in a state that does not allow it.
    State,
    /// 400: the request itself.
    Invalid,
}

/// Failures that ring for an account: a key that is refused is so each time, silence may be chance.
pub const RING_FROM: u64 = 3;

impl StripeFault {
    /// What is wrong, in a word of a closed set: each is a series of its own in the metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Silent(_) => "no_answer",
            Self::Refused(how, _) => match how {
                Refusal::Busy => "too_busy",
                Refusal::Key => "key_refused",
                Refusal::Permission => "not_permitted",
                Refusal::Declined
                | Refusal::Missing
                | Refusal::KeyReused
                | Refusal::State
                | Refusal::Invalid => "request_refused",
            },
        }
    }

    /// How much it counts for the alarm of an account.
    pub const fn failures(&self) -> u64 {
        match self {
            Self::Refused(Refusal::Key | Refusal::Permission, _) => RING_FROM,
            Self::Refused(..) | Self::Silent(_) => 1,
        }
    }
}

impl fmt::Display for StripeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent(why) => write!(f, "Stripe: {why}"),
            Self::Refused(how, error) => {
                let code = error.code.as_deref().unwrap_or(&error.kind);
                write!(f, "Stripe: {how:?}, {code}: {}", error.message)
            }
        }
    }
}

/// The fields of a request, in Stripe's own order of names.
#[derive(Debug, Default, Clone)]
pub struct StripeForm(String);

impl StripeForm {
    /// Adds a field, with all but plain letters, digits and a few marks percent-encoded.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        // Brackets of nested names stay readable: Stripe takes them as they are.
        encode(&mut self.0, name, b"-._~[]");
        self.0.push('=');
        encode(&mut self.0, value, b"-._~");
        self
    }

    /// Adds a field that has a value.
    pub fn with_some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }
}

fn encode(out: &mut String, text: &str, plain: &[u8]) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&hex(&[byte]).to_ascii_uppercase());
        }
    }
}

/// Who asks Stripe, and how.
#[derive(Clone, Copy)]
pub struct Api<'a> {
    /// Makes the connections to Stripe.
    pub connector: &'a SharedHttpConnector,
    /// Where Stripe is: [`API_BASE`], or a stand-in.
    pub base: &'a str,
    /// Proves whose account asks.
    pub key: &'a StripeKey,
    /// The connected account in whose name it asks, `acct_...`.
    pub connected: Option<&'a str>,
}

/// One request, as often as it is sent.
struct Ask<'a> {
    method: Method,
    path: &'a str,
    form: &'a StripeForm,
    idempotency: Option<&'a str>,
}

impl Api<'_> {
    /// Changes something. The same key is the same change, for a day.
    ///
    /// # Errors
    /// See [`StripeFault`].
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        form: &StripeForm,
        key: &str,
    ) -> Result<T, StripeFault> {
        let ask = Ask { method: Method::POST, path, form, idempotency: Some(key) };
        parsed(&self.ask(ask).await?)
    }

    /// Reads something.
    ///
    /// # Errors
    /// See [`StripeFault`].
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, StripeFault> {
        let form = &StripeForm::default();
        parsed(&self.ask(Ask { method: Method::GET, path, form, idempotency: None }).await?)
    }

    /// Deletes something.
    ///
    /// # Errors
    /// See [`StripeFault`].
    pub async fn delete(&self, path: &str) -> Result<(), StripeFault> {
        let form = &StripeForm::default();
        let ask = Ask { method: Method::DELETE, path, form, idempotency: None };
        self.ask(ask).await.map(|_| ())
    }

    async fn ask(&self, ask: Ask<'_>) -> Result<Vec<u8>, StripeFault> {
        let mut pause = PAUSE;
        for _ in 1..MAX_TRIES {
            match self.send(&ask).await {
                Err(Sent::Broke(_) | Sent::Fault(StripeFault::Refused(Refusal::Busy, _))) => {}
                Err(Sent::Fault(fault)) => return Err(fault),
                Ok(answer) => return Ok(answer),
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        self.send(&ask).await.map_err(|sent| match sent {
            Sent::Broke(why) => StripeFault::Silent(why),
            Sent::Fault(fault) => fault,
        })
    }

    async fn send(&self, ask: &Ask<'_>) -> Result<Vec<u8>, Sent> {
        let request = self.request(ask).map_err(|why| {
            // It never left; to the caller that is the same as a request that Stripe did not take.
            let error = ApiError { message: why, ..ApiError::default() };
            StripeFault::Refused(Refusal::Invalid, Box::new(error))
        })?;
        let limit = Deadline::limit_before(WRITE_RESERVE, REQUEST_TIMEOUT);
        let answered = tokio::time::timeout(limit, answer(self.connector, request)).await;
        let (status, body) = match answered {
            Ok(Ok(answer)) => answer,
            Ok(Err(why)) => return Err(Sent::Broke(why)),
            Err(_) => return Err(StripeFault::Silent("no answer in time".to_owned()).into()),
        };
        if (200..300).contains(&status) {
            return Ok(body);
        }
        Err(refused(status, &body).into())
    }

    fn request(&self, ask: &Ask<'_>) -> Result<HttpRequest, String> {
        let mut request = Request::builder()
            .method(ask.method.clone())
            .uri(format!("{}{}", self.base, ask.path))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key.reveal()))
            .header("stripe-version", API_VERSION);
        if let Some(key) = ask.idempotency {
            request = request
                .header("idempotency-key", key)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        if let Some(connected) = self.connected {
            request = request.header("stripe-account", connected);
        }
        let request = request.body(SdkBody::from(ask.form.0.as_str()));
        // An error may quote a header: it is not told.
        let request = request.map_err(|_| "the request cannot be written".to_owned())?;
        HttpRequest::try_from(request).map_err(|_| "the request cannot be written".to_owned())
    }
}

/// What came of one try.
enum Sent {
    /// The connection broke, or there was none.
    Broke(String),
    Fault(StripeFault),
}

impl From<StripeFault> for Sent {
    fn from(fault: StripeFault) -> Self {
        Self::Fault(fault)
    }
}

async fn answer(
    connector: &SharedHttpConnector,
    request: HttpRequest,
) -> Result<(u16, Vec<u8>), String> {
    let answer: HttpResponse =
        connector.call(request).await.map_err(|_| "the connection broke".to_owned())?;
    let status = answer.status().as_u16();
    let body = Limited::new(answer.into_body(), MAX_ANSWER).collect().await;
    let body = body.map_err(|_| "the answer broke off".to_owned())?;
    Ok((status, body.to_bytes().to_vec()))
}

/// An answer that was promised in this shape. Stripe has done what was asked, so that another shape
/// leaves it in doubt.
fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, StripeFault> {
    serde_json::from_slice(body)
        .map_err(|error| StripeFault::Silent(format!("an answer in another shape: {error}")))
}

/// What an answer means that is not a yes.
fn refused(status: u16, body: &[u8]) -> StripeFault {
    let error = serde_json::from_slice::<ErrorBody>(body).unwrap_or_default().error;
    let code = error.code.as_deref().unwrap_or_default();
    let how = match (status, code) {
        (402, _) => Refusal::Declined,
        (429 | 409, _) => Refusal::Busy,
        (401, _) => Refusal::Key,
        (403, _) => Refusal::Permission,
        (404, _) | (400, "resource_missing") => Refusal::Missing,
        _ if error.kind == "idempotency_error" => Refusal::KeyReused,
        (400, "payment_intent_unexpected_state" | "charge_already_refunded") => Refusal::State,
        // What Stripe refuses has a kind. Without one somebody on the way says no, of a request that may
        // have been served before.
        (400..=499, _) if !error.kind.is_empty() => Refusal::Invalid,
        _ => return StripeFault::Silent(format!("status {status}")),
    };
    StripeFault::Refused(how, Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn how(status: u16, body: &str) -> Option<Refusal> {
        match refused(status, body.as_bytes()) {
            StripeFault::Refused(how, _) => Some(how),
            StripeFault::Silent(_) => None,
        }
    }

    #[test]
    fn fields_are_written_as_forms_are() {
        let form = StripeForm::default()
            .with("amount", "1250")
            .with("metadata[paylink_payment]", "a b&c=ü")
            .with_some("customer", None);
        assert_eq!(form.0, "amount=1250&metadata[paylink_payment]=a%20b%26c%3D%C3%BC");
    }

    #[test]
    fn every_refusal_has_its_meaning() {
        let error = |kind: &str, code: &str| {
            format!(r#"{{"error": {{"type": "{kind}", "code": "{code}", "message": "No."}}}}"#)
        };
        for (status, kind, code, means) in [
            (402, "card_error", "card_declined", Refusal::Declined),
            (429, "invalid_request_error", "rate_limit", Refusal::Busy),
            (409, "idempotency_error", "idempotency_key_in_use", Refusal::Busy),
            (409, "api_error", "", Refusal::Busy),
            (429, "invalid_request_error", "lock_timeout", Refusal::Busy),
            (400, "idempotency_error", "", Refusal::KeyReused),
            (401, "invalid_request_error", "api_key_expired", Refusal::Key),
            (403, "invalid_request_error", "", Refusal::Permission),
            (404, "invalid_request_error", "resource_missing", Refusal::Missing),
            (400, "invalid_request_error", "resource_missing", Refusal::Missing),
            (400, "invalid_request_error", "payment_intent_unexpected_state", Refusal::State),
            (400, "invalid_request_error", "amount_too_small", Refusal::Invalid),
        ] {
            assert_eq!(how(status, &error(kind, code)), Some(means), "{status} {kind} {code}");
        }
        assert_eq!(how(401, "<html>"), Some(Refusal::Key));
        for status in [400, 408, 413, 500, 502, 503, 504, 301] {
            assert_eq!(how(status, ""), None, "{status} leaves it in doubt");
        }
    }

    #[test]
    fn a_refused_key_rings_at_once_and_silence_when_it_lasts() {
        let refused = |how| StripeFault::Refused(how, Box::default());
        for how in [Refusal::Key, Refusal::Permission] {
            assert_eq!(refused(how).failures(), 3, "{how:?}");
        }
        for how in [Refusal::Busy, Refusal::Missing, Refusal::Invalid] {
            assert_eq!(refused(how).failures(), 1, "{how:?}");
        }
        assert_eq!(StripeFault::Silent(String::new()).failures(), 1);
        assert_eq!(refused(Refusal::Key).name(), "key_refused");
    }

    #[test]
    fn neither_a_key_nor_a_form_of_it_is_told() {
        let connector = SharedHttpConnector::new(Nobody);
        let key = StripeKey::new("sk_live_\nx".to_owned());
        let api = Api { connector: &connector, base: API_BASE, key: &key, connected: None };
        let form = &StripeForm::default();
        let ask = Ask { method: Method::GET, path: "/v1/balance", form, idempotency: None };
        assert_eq!(api.request(&ask).unwrap_err(), "the request cannot be written");
    }

    #[derive(Debug)]
    struct Nobody;

    impl HttpConnector for Nobody {
        fn call(
            &self,
            _: HttpRequest,
        ) -> aws_smithy_runtime_api::client::http::HttpConnectorFuture {
            panic!("nobody is called")
        }
    }
}
