//! Idempotency keys: the same request again changes nothing and answers what was answered first.

use super::{Reply, Request, Result, meaning::Meaning};
use crate::{
    digest::{hex, sha256},
    model::{Scope, Time},
    operations::Problem,
    store::{
        self, Key, Table, Write,
        idempotency::{self, Answered},
        key,
    },
};
use std::collections::BTreeMap;

/// Longest key: in a header as in a field.
const LONGEST_KEY: usize = 255;

/// One request that may have been made before.
pub struct Once {
    key: Option<Key>,
    request: BTreeMap<String, String>,
}

impl Once {
    /// The key of a request: the header `Idempotency-Key`, or the body's own field, which wins.
    ///
    /// # Errors
    /// 422 when header and field differ, or the header is not 1 to 255 printable ASCII characters.
    pub fn of(
        req: &Request,
        meaning: &Meaning,
        scope: Scope,
        operation: &str,
        in_body: Option<&str>,
    ) -> Result<Self> {
        let header = req.header("idempotency-key");
        if header.is_some_and(|text| {
            text.is_empty()
                || text.len() > LONGEST_KEY
                || !text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        }) {
            let message = format!("must have 1 to {LONGEST_KEY} printable ASCII characters");
            return Err(Problem::field("Idempotency-Key", message));
        }
        let key = match (in_body, header) {
            (Some(field), Some(header)) if field != header => {
                let message = "differs from the header Idempotency-Key";
                return Err(Problem::field("idempotency_key", message));
            }
            (field, header) => field.or(header),
        };
        Ok(Self {
            key: key.map(|text| key::idempotency(scope, operation, &sha256_hex(text))),
            request: meaning
                .fields()
                .map(|(name, text)| (name.to_owned(), short_hash(text)))
                .collect(),
        })
    }

    /// Where the first answer would be; `None` when the request has no key.
    #[must_use]
    pub const fn key(&self) -> Option<&Key> {
        self.key.as_ref()
    }

    /// The first answer, if there was one.
    ///
    /// # Errors
    /// 409 when the key came with another request, naming the fields that differ.
    pub async fn earlier(&self, store: &Table) -> Result<Option<Answer>> {
        let Some(key) = &self.key else {
            return Ok(None);
        };
        let answered = store.answered(key).await?;
        answered.map(|answered| self.again(answered)).transpose()
    }

    /// An answer that was read together with something else.
    ///
    /// # Errors
    /// 409 when the key came with another request, naming the fields that differ.
    pub fn again(&self, answered: Answered) -> Result<Answer> {
        let mut differing: Vec<&str> = Vec::new();
        for name in self.request.keys().chain(answered.request.keys()) {
            if self.request.get(name) != answered.request.get(name) {
                differing.push(name);
            }
        }
        differing.sort_unstable();
        differing.dedup();
        if differing.is_empty() {
            return Ok(Answer { data: answered.data, replayed: true });
        }
        Err(Problem::Repeated { differing: differing.into_iter().map(str::to_owned).collect() })
    }

    /// The write that remembers an answer, where the request has a key: for the effect's own commit.
    #[must_use]
    pub fn write(&self, data: &str, now: Time) -> Option<Write> {
        let answered = Answered { request: self.request.clone(), data: data.to_owned() };
        self.key.as_ref().map(|key| idempotency::insert(key, &answered, now))
    }

    /// Commits an effect, which may be none, together with its answer. When a twin was faster, its
    /// answer counts.
    ///
    /// # Errors
    /// `taken` when the effect itself is refused.
    pub async fn commit(
        &self,
        store: &Table,
        mut writes: Vec<Write>,
        data: String,
        now: Time,
        taken: Problem,
    ) -> Result<Answer> {
        writes.extend(self.write(&data, now));
        if writes.is_empty() {
            return Ok(Answer { data, replayed: false });
        }
        match store.commit(writes).await {
            Ok(()) => Ok(Answer { data, replayed: false }),
            Err(store::Error::Refused { .. }) => self.earlier(store).await?.ok_or(taken),
            Err(other) => Err(other.into()),
        }
    }
}

/// The data of an answer, and whether it is an earlier one.
pub struct Answer {
    /// JSON.
    pub data: String,
    /// Whether the request came before.
    pub replayed: bool,
}

impl Answer {
    /// The answer as it is.
    #[must_use]
    pub fn reply(self) -> Reply {
        let reply = Reply::data_text(self.data.clone());
        self.mark(reply)
    }

    /// Another rendering of the answer, marked when it is an earlier one.
    #[must_use]
    pub fn mark(&self, reply: Reply) -> Reply {
        if self.replayed { reply.header("idempotent-replayed", "true") } else { reply }
    }
}

fn sha256_hex(text: &str) -> String {
    hex(&sha256::<32>(text))
}

/// Enough of a hash to tell one field's value from another.
fn short_hash(text: &str) -> String {
    sha256_hex(text).chars().take(16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        http::{body::Body, platform::card_payment_link::CreateCardPaymentLink},
        model::{Mode, id::TenantId},
    };
    use serde_json::json;

    const USER: &str = "0190a6e4-7b3c-7cc1-8f00-2b5a3f1d9e01";

    fn once(members: &str) -> Once {
        let body = format!(r#"{{"idempotency_key": "K", {members}}}"#);
        let event = json!({
            "httpMethod": "POST",
            "headers": {"content-type": "application/json"},
            "body": body,
        });
        let req = Request::new(serde_json::from_value(event).unwrap());
        let body: CreateCardPaymentLink = req.fields().unwrap().read().unwrap();
        let tenant: TenantId = USER.parse().unwrap();
        let scope = Scope { tenant, mode: Mode::Test };
        Once::of(&req, &body.meaning(), scope, "create", body.idempotency_key()).unwrap()
    }

    /// The fields in which a second request differs from the first.
    fn differing(first: &Once, second: &Once) -> Vec<String> {
        let answered = Answered { request: first.request.clone(), data: "{}".to_owned() };
        match second.again(answered) {
            Ok(answer) => {
                assert!(answer.replayed);
                Vec::new()
            }
            Err(Problem::Repeated { differing }) => differing,
            Err(problem) => panic!("{problem:?}"),
        }
    }

    #[test]
    fn the_same_request_may_be_written_in_many_ways() {
        let first = once(&format!(
            r#""user_id": "{USER}", "amount": 12.5, "metadata": {{"a": 1, "b": [{{"y": 2, "x": 3}}]}}"#
        ));
        let members = format!(
            "\"metadata\": {{ \"b\" : [{{\"x\":3,\"y\":2}}],\n \"\\u0061\": 1}}, \
             \"user_id\": \"{}\"",
            USER.to_uppercase()
        );
        for amount in ["12.5", "12.50", "\"12.50\"", "\"12.5\"", "12.500"] {
            for rest in [
                "",
                r#", "currency": "usd""#,
                r#", "currency": "USD", "expires_in": 600"#,
                r#", "currency": null, "return_url": null"#,
            ] {
                let second = once(&format!(r#"{members}, "amount": {amount}{rest}"#));
                assert_eq!(differing(&first, &second), [""; 0], "{amount} {rest}");
            }
        }
    }

    #[test]
    fn another_request_is_told_which_fields_differ() {
        let first =
            once(&format!(r#""user_id": "{USER}", "amount": 12.5, "metadata": {{"n": 0.1}}"#));
        let rest = format!(r#""user_id": "{USER}", "metadata": {{"n": 0.1}}"#);
        for amount in ["12.51", "12.05", "125", "1.25"] {
            let second = once(&format!(r#"{rest}, "amount": {amount}"#));
            assert_eq!(differing(&first, &second), ["amount"], "{amount}");
        }
        let second =
            once(&format!(r#"{rest}, "amount": 12.5, "currency": "eur", "expires_in": 60"#));
        assert_eq!(differing(&first, &second), ["currency", "expires_in"]);
        // Receivers of webhooks get the digits as they were sent.
        let second =
            once(&format!(r#""user_id": "{USER}", "amount": 12.5, "metadata": {{"n": 0.10}}"#));
        assert_eq!(differing(&first, &second), ["metadata"]);
    }
}
