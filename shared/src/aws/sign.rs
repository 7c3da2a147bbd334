//! Signature version 4 for one form of request: a POST of JSON to `/`, without a query.
//!
//! The form fixes which headers are signed and in which order, so nothing has to be sorted or
//! escaped. The day's key is kept: it is four hashes that change at midnight.

use crate::{digest::hex, model::Time};
use ring::{
    digest::{SHA256, digest},
    hmac,
};
use std::sync::{Mutex, PoisonError};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Who calls.
#[derive(Clone)]
pub struct Credentials {
    /// Public half.
    pub access_key_id: String,
    /// Secret half.
    pub secret_access_key: String,
    /// Present where the credentials are a role's.
    pub session_token: Option<String>,
}

/// Signs requests to one service in one region.
pub struct Signer {
    credentials: Credentials,
    region: String,
    service: &'static str,
    days_key: Mutex<Option<(String, hmac::Key)>>,
}

/// What a signed request carries.
#[derive(Debug, PartialEq, Eq)]
pub struct Signed {
    /// `x-amz-date`.
    pub date: String,
    /// `authorization`.
    pub authorization: String,
}

impl Clone for Signer {
    fn clone(&self) -> Self {
        Self::new(self.credentials.clone(), &self.region, self.service)
    }
}

impl Signer {
    /// Signs in the name of these credentials.
    #[must_use]
    pub fn new(credentials: Credentials, region: &str, service: &'static str) -> Self {
        Self { credentials, region: region.to_owned(), service, days_key: Mutex::default() }
    }

    /// Goes along as `x-amz-security-token`.
    #[must_use]
    pub fn session_token(&self) -> Option<&str> {
        self.credentials.session_token.as_deref()
    }

    /// Signs a body of this content type for this target.
    #[must_use]
    pub fn sign(
        &self,
        now: Time,
        host: &str,
        (content_type, target): (&str, &str),
        body: &[u8],
    ) -> Signed {
        let date = basic_format(now);
        let day = date.get(..8).unwrap_or_default();
        let (token_name, token) = match self.session_token() {
            Some(token) => ("\nx-amz-security-token:", token),
            None => ("", ""),
        };
        let names = match token {
            "" => "content-type;host;x-amz-date;x-amz-target",
            _ => "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
        };
        // Joined and not formatted: this happens on every request.
        let headers = ["content-type:", content_type, "\nhost:", host, "\nx-amz-date:", &date];
        let request = [
            "POST\n/\n\n",
            &headers.concat(),
            token_name,
            token,
            "\nx-amz-target:",
            target,
            "\n\n",
            names,
            "\n",
            &sha256(body),
        ];
        let scope = [day, "/", &self.region, "/", self.service, "/aws4_request"].concat();
        let hashed = sha256(request.concat().as_bytes());
        let text = [ALGORITHM, "\n", &date, "\n", &scope, "\n", &hashed].concat();
        let signature = hex(hmac::sign(&self.key_of(day), text.as_bytes()).as_ref());
        let key_id = self.credentials.access_key_id.as_str();
        let authorization = [
            ALGORITHM,
            " Credential=",
            key_id,
            "/",
            &scope,
            ", SignedHeaders=",
            names,
            ", Signature=",
            &signature,
        ]
        .concat();
        Signed { date, authorization }
    }

    fn key_of(&self, day: &str) -> hmac::Key {
        let mut kept = self.days_key.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((of, key)) if of == day => key.clone(),
            Some(_) | None => {
                let secret = format!("AWS4{}", self.credentials.secret_access_key);
                let parts = [day, &self.region, self.service, "aws4_request"];
                let key = parts.iter().fold(hmac_key(secret.as_bytes()), |key, part| {
                    hmac_key(hmac::sign(&key, part.as_bytes()).as_ref())
                });
                *kept = Some((day.to_owned(), key.clone()));
                key
            }
        }
    }
}

fn hmac_key(bytes: &[u8]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, bytes)
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

/// `20261121T101530Z`: the date without its dashes, colons and fraction.
fn basic_format(time: Time) -> String {
    let text = time.rfc3339();
    let whole = text.split('.').next().unwrap_or_default().trim_end_matches('Z');
    let mut date = String::with_capacity(16);
    whole.split(['-', ':']).for_each(|part| date.push_str(part));
    date.push('Z');
    date
}

#[cfg(test)]
mod tests;
