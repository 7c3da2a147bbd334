//! Where a request carries its idempotency key, and how a repeated answer is marked.

use super::{Reply, Request, Result, meaning::Meaning};
use crate::{
    model::Scope,
    operations::{Idempotency, IdempotentAnswer, Problem},
};

/// Longest key: in a header as in a field.
const MAX_KEY: usize = 255;

impl Idempotency {
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
        let header = in_header(req)?;
        let key = match (in_body, header) {
            (Some(field), Some(header)) if field != header => {
                let message = "differs from the header Idempotency-Key";
                return Err(Problem::field("idempotency_key", message));
            }
            (field, header) => field.or(header),
        };
        Ok(Self::new(scope, operation, key, meaning.fields()))
    }
}

/// The key in the header `Idempotency-Key`.
///
/// # Errors
/// It is not 1 to 255 printable ASCII characters.
pub fn in_header(req: &Request) -> Result<Option<&str>> {
    let header = req.header("idempotency-key");
    if header.is_some_and(|text| {
        text.is_empty()
            || text.len() > MAX_KEY
            || !text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
    }) {
        let message = format!("must have 1 to {MAX_KEY} printable ASCII characters");
        return Err(Problem::field("Idempotency-Key", message));
    }
    Ok(header)
}

impl IdempotentAnswer {
    /// The answer as it is.
    pub fn reply(self) -> Reply {
        Reply::data_text(self.data).replayed(self.replayed)
    }

    /// Another rendering of the answer, marked when it is an earlier one.
    pub fn mark(&self, reply: Reply) -> Reply {
        reply.replayed(self.replayed)
    }
}

impl Reply {
    /// The reply with the mark of an earlier one, if it is one.
    pub fn replayed(self, replayed: bool) -> Self {
        if replayed { self.header("idempotent-replayed", "true") } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        http::{body::Body, gateway, platform::card_payment_link::CreateCardPaymentLink},
        model::{Mode, Time, id::TenantId},
        store::{self, Write},
    };
    use serde_json::json;

    const USER: &str = "0190a6e4-7b3c-7cc1-8f00-2b5a3f1d9e01";

    fn request(members: &str) -> Idempotency {
        let body = format!(r#"{{"idempotency_key": "K", {members}}}"#);
        let event = json!({
            "httpMethod": "POST",
            "headers": {"content-type": "application/json"},
            "body": body,
        });
        let req = gateway::request(event).unwrap();
        let body: CreateCardPaymentLink = req.fields().unwrap().read().unwrap();
        let tenant: TenantId = USER.parse().unwrap();
        let scope = Scope { tenant, mode: Mode::Test };
        Idempotency::of(&req, &body.meaning(), scope, "create", body.idempotency_key()).unwrap()
    }

    /// The fields in which a second request differs from the first.
    fn differing(first: &Idempotency, second: &Idempotency) -> Vec<String> {
        let Some(Write::Insert(kept)) = first.write("{}", Time::from_ms(0)) else { panic!() };
        match second.again(store::idempotency::from_item(&kept).unwrap()) {
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
        let first = request(&format!(
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
                let second = request(&format!(r#"{members}, "amount": {amount}{rest}"#));
                assert_eq!(differing(&first, &second), [""; 0], "{amount} {rest}");
            }
        }
    }

    #[test]
    fn another_request_is_told_which_fields_differ() {
        let first =
            request(&format!(r#""user_id": "{USER}", "amount": 12.5, "metadata": {{"n": 0.1}}"#));
        let rest = format!(r#""user_id": "{USER}", "metadata": {{"n": 0.1}}"#);
        for amount in ["12.51", "12.05", "125", "1.25"] {
            let second = request(&format!(r#"{rest}, "amount": {amount}"#));
            assert_eq!(differing(&first, &second), ["amount"], "{amount}");
        }
        let second =
            request(&format!(r#"{rest}, "amount": 12.5, "currency": "eur", "expires_in": 60"#));
        assert_eq!(differing(&first, &second), ["currency", "expires_in"]);
        // Digits do not count, values do.
        for (metadata, differs) in [("0.10", vec![]), ("1e-1", vec![]), ("0.11", vec!["metadata"])]
        {
            let second = request(&format!(
                r#""user_id": "{USER}", "amount": 12.5, "metadata": {{"n": {metadata}}}"#
            ));
            assert_eq!(differing(&first, &second), differs, "{metadata}");
        }
    }
}
