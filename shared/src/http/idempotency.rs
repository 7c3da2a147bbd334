//! Where a request carries its idempotency key, and how a repeated answer is marked.

use super::{Reply, Request, Result, body::Fields};
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
        fields: &Fields,
        scope: Scope,
        operation: &str,
        in_body: Option<&str>,
    ) -> Result<Self> {
        let header = req.header("idempotency-key");
        if header.is_some_and(|text| {
            text.is_empty()
                || text.len() > MAX_KEY
                || !text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        }) {
            let message = format!("must have 1 to {MAX_KEY} printable ASCII characters");
            return Err(Problem::field("Idempotency-Key", message));
        }
        let key = match (in_body, header) {
            (Some(field), Some(header)) if field != header => {
                let message = "differs from the header Idempotency-Key";
                return Err(Problem::field("idempotency_key", message));
            }
            (field, header) => field.or(header),
        };
        let texts = fields.texts().into_iter();
        let texts = texts.filter(|(name, _)| name != "idempotency_key");
        Ok(Self::new(scope, operation, key, texts))
    }
}

impl IdempotentAnswer {
    /// The answer as it is.
    #[must_use]
    pub fn reply(self) -> Reply {
        Reply::data_text(self.data).replayed(self.replayed)
    }

    /// Another rendering of the answer, marked when it is an earlier one.
    #[must_use]
    pub fn mark(&self, reply: Reply) -> Reply {
        reply.replayed(self.replayed)
    }
}

impl Reply {
    /// The reply with the mark of an earlier one, if it is one.
    #[must_use]
    pub fn replayed(self, replayed: bool) -> Self {
        if replayed { self.header("idempotent-replayed", "true") } else { self }
    }
}
