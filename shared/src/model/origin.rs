//! Web origins that may embed the payment page.

use super::Invalid;
use crate::url::UrlParts;
use std::{fmt, str::FromStr};

/// At most this many origins may embed a tenant's pages.
pub const MAX_ORIGINS: usize = 10;

/// An exact web origin: scheme, host and port, nothing else. Safe to print into a CSP header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// The origin as browsers write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = Invalid;

    /// `https://shop.example` or `https://shop.example:8443`; plain http only on loopback.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = || {
            Invalid::new(
                "must be an exact origin such as https://shop.example, without path or wildcard",
            )
        };
        let text = text.to_ascii_lowercase();
        let parts = UrlParts::of(&text).filter(|parts| parts.rest.is_empty());
        let UrlParts { scheme, authority, .. } = parts.ok_or_else(invalid)?;
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        let host_ok = !host.is_empty()
            && host.len() <= 253
            && host.split('.').all(|label| {
                !label.is_empty()
                    && label.len() <= 63
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            });
        let port_ok = match port {
            None => true,
            Some(port) => !port.starts_with('0') && port.parse::<u16>().is_ok_and(|p| p > 0),
        };
        let scheme_ok = match scheme {
            "https" => true,
            "http" => matches!(host, "localhost" | "127.0.0.1"),
            _ => false,
        };
        let default_port = matches!((scheme, port), ("https", Some("443")) | ("http", Some("80")));
        if !(host_ok && port_ok && scheme_ok) {
            return Err(invalid());
        }
        Ok(Self(if default_port { format!("{scheme}://{host}") } else { text }))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_origins_are_accepted() {
        for (text, expected) in [
            ("https://shop.example", "https://shop.example"),
            ("HTTPS://Shop.Example:8443", "https://shop.example:8443"),
            ("https://shop.example:443", "https://shop.example"),
            ("http://127.0.0.1:4580", "http://127.0.0.1:4580"),
        ] {
            assert_eq!(text.parse::<Origin>().unwrap().as_str(), expected);
        }
        for text in [
            "https://*.example",
            "https://shop.example/",
            "https://shop.example; script-src *",
            "http://shop.example",
            "https://",
            "https://shop..example",
            "https://shop.example:0",
            "https://shop.example:70000",
            "https://user@shop.example",
            "'self'",
            "*",
            "",
        ] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }
}
