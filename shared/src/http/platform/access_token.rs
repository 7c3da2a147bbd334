//! `POST /v1/platform/auth/token`: OAuth 2.0 client credentials, as JSON, form, or HTTP Basic.

use crate::{
    http::{
        Request, Result,
        body::Fields,
        field::{Field, Hidden, Text},
        request::Media,
        revealed::Revealed,
    },
    model::{Invalid, secret::kind},
    operations::{Problem, Unauthenticated},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use derive::{Body, View};
use serde_json::Value;
use std::collections::BTreeMap;

/// What tokens may allow.
pub const SCOPES: [&str; 10] = [
    "links:write",
    "payments:read",
    "payments:write",
    "payments:review",
    "users:read",
    "users:write",
    "wallets:read",
    "wallets:write",
    "webhooks:read",
    "webhooks:write",
];

/// A request for an access token.
#[derive(Body)]
pub struct AccessTokenRequest {
    /// Public half of the credential; may come by HTTP Basic instead.
    pub client_id: Text<5, 120>,
    /// Secret half of the credential; may come by HTTP Basic instead.
    pub client_secret: Hidden<kind::Client, 10, 255>,
    /// How the client proves itself: `client_credentials`, which may be left away.
    pub grant_type: Option<GrantType>,
    /// Scopes separated by spaces; all of the credential's when absent.
    pub scope: Option<Text<0, 500>>,
}

/// The one way to get a token here.
#[derive(Debug)]
pub struct GrantType;

impl Field for GrantType {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        match Text::<1, 60>::read(json)?.0.as_str() {
            "client_credentials" => Ok(Self),
            _ => Err(Invalid::new("must be client_credentials")),
        }
    }

    fn schema() -> Value {
        Text::<1, 60>::schema()
    }

    fn meaning(&self) -> String {
        "client_credentials".to_owned()
    }
}

/// An access token.
#[derive(View)]
pub struct AccessTokenView {
    /// The access token, for the header `Authorization: Bearer ...`.
    pub access_token: Revealed<kind::Access>,
    /// Always `Bearer` (RFC 6750).
    pub token_type: &'static str,
    /// In how many seconds the token ends.
    pub expires_in: i64,
    /// The scopes of the token, with spaces between them.
    pub scope: String,
}

/// The fields of a request in any of its three forms.
///
/// # Errors
/// 415, 413, 400, or 401 for a header that is not HTTP Basic.
pub fn fields(req: &Request) -> Result<Fields> {
    let text = req.text()?;
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    let mut typed = None;
    if !text.trim().is_empty() {
        match req.media()? {
            Media::Form => {
                for pair in text.split('&').filter(|pair| !pair.is_empty()) {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    if fields.insert(form_text(name)?, form_text(value)?).is_some() {
                        let message = format!("{} is there twice", form_text(name)?);
                        return Err(Problem::InvalidJson(message.into()));
                    }
                }
            }
            Media::Json => typed = Some(Fields::from_json(text)?),
        }
    }
    let mut fields = typed.unwrap_or_else(|| Fields::from_texts(fields.iter()));
    if let Some((client_id, client_secret)) = basic(req)? {
        for (name, text) in [("client_id", client_id), ("client_secret", client_secret)] {
            if fields.has(name) && fields.text(name).as_ref() != Some(&text) {
                fields.problem(name, "differs from the header Authorization; send one of them");
            }
            fields.put(name, &text);
        }
    }
    Ok(fields)
}

/// What a token may allow: what was asked for, or all that the credential has.
///
/// # Errors
/// 422 when something is asked for that is no scope, or that the credential does not have.
pub fn granted(asked: Option<&str>, has: &str) -> Result<String> {
    let has: Vec<&str> = has.split_whitespace().collect();
    let Some(asked) = asked else { return Ok(has.join(" ")) };
    let asked: Vec<&str> = asked.split_whitespace().collect();
    if asked.is_empty() {
        let message = "names no scope; leave it out for all that the client has";
        return Err(Problem::field("scope", message));
    }
    match asked.iter().find(|scope| !SCOPES.contains(scope) || !has.contains(scope)) {
        Some(scope) => {
            let message =
                format!("{scope} is not a scope of this client; it has {}", has.join(" "));
            Err(Problem::field("scope", message))
        }
        None => Ok(asked.join(" ")),
    }
}

/// Client id and secret from HTTP Basic (RFC 6749, 2.3.1: both form-encoded).
fn basic(req: &Request) -> Result<Option<(String, String)>> {
    let Some(header) = req.header("authorization") else {
        return Ok(None);
    };
    let malformed = || Problem::Unauthenticated(Unauthenticated::MalformedClient);
    let (scheme, encoded) = header.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(malformed());
    }
    let bytes = STANDARD.decode(encoded.trim()).map_err(|_| malformed())?;
    let text = String::from_utf8(bytes).map_err(|_| malformed())?;
    let (id, secret) = text.split_once(':').ok_or_else(malformed)?;
    Ok(Some((form_text(id)?, form_text(secret)?)))
}

/// Decodes `application/x-www-form-urlencoded` text.
fn form_text(text: &str) -> Result<String> {
    let malformed = || Problem::InvalidJson("the form is not properly encoded".into());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap_or(0), rest.next().unwrap_or(0)];
                let digits = std::str::from_utf8(&digits).map_err(|_| malformed())?;
                u8::from_str_radix(digits, 16).map_err(|_| malformed())?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| malformed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{http::gateway, operations::ProblemKind};

    fn request(authorization: &str, media: &str, body: &str) -> Result<AccessTokenRequest> {
        let event = serde_json::json!({
            "httpMethod": "POST",
            "headers": {"Authorization": authorization, "Content-Type": media},
            "body": body,
        });
        let mut event = event;
        if authorization.is_empty() {
            event["headers"].as_object_mut().unwrap().remove("Authorization");
        }
        fields(&gateway::request(event).unwrap())?.read()
    }

    #[test]
    fn credentials_come_as_json_form_or_basic() {
        let json = r#"{"client_id":"client-1","client_secret":"secret:/+ 12"}"#;
        let form =
            "grant_type=client_credentials&client_id=client-1&client_secret=secret%3A%2F%2B+12";
        let basic = format!("Basic {}", STANDARD.encode("client-1:secret%3A%2F%2B+12"));
        for (authorization, media, body) in [
            ("", "application/json", json),
            ("", "application/x-www-form-urlencoded", form),
            (&basic, "application/x-www-form-urlencoded", "grant_type=client_credentials"),
            (&basic, "", ""),
        ] {
            let read = request(authorization, media, body).unwrap();
            assert_eq!(read.client_id.0, "client-1");
            assert_eq!(read.client_secret.0.reveal(), "secret:/+ 12");
        }
    }

    #[test]
    fn malformed_credentials_are_refused() {
        let code = |authorization: &str, media: &str, body: &str| {
            request(authorization, media, body).unwrap_err().kind()
        };
        assert_eq!(code("Basic !!!", "", ""), ProblemKind::InvalidClient);
        assert_eq!(code("Bearer x", "", ""), ProblemKind::InvalidClient);
        let form = "application/x-www-form-urlencoded";
        assert_eq!(code("", form, "client_id=%zz"), ProblemKind::InvalidJson);
        assert_eq!(code("", form, "client_id=a&client_id=b"), ProblemKind::InvalidJson);
        assert_eq!(code("", form, "grant_type=password"), ProblemKind::Invalid);
        let basic = format!("Basic {}", STANDARD.encode("client-1:secret-123456"));
        let other = "client_id=client-1&client_secret=secret-654321";
        assert_eq!(code(&basic, form, other), ProblemKind::Invalid);
        let same = "client_id=client-1&client_secret=secret-123456";
        assert!(request(&basic, form, same).is_ok());
        assert_eq!(code("", "text/plain", "x"), ProblemKind::UnsupportedMediaType);
    }

    #[test]
    fn only_scopes_of_the_credential_are_granted() {
        assert_eq!(granted(None, "users:read users:write").unwrap(), "users:read users:write");
        assert_eq!(granted(Some("users:read"), "users:read users:write").unwrap(), "users:read");
        assert!(granted(Some("users:read"), "links:write").is_err());
        assert!(granted(Some(""), "links:write").is_err());
        assert!(granted(Some(" "), "links:write").is_err());
        assert!(granted(Some("everything"), "everything").is_err());
    }
}
