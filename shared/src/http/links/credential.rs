//! How members prove themselves to a route, and what is wrong with other ways.

use crate::{
    http::{Request, Result},
    operations::{Problem, Unauthenticated},
};

/// The access token of a request, which a member signed in for.
///
/// # Errors
/// 401: there is none, there is something else, or there are several credentials.
pub fn access_token(req: &Request) -> Result<&str> {
    let refused = |why| Err(Problem::Unauthenticated(why));
    let key = req.header("api-key").is_some();
    let Some(header) = req.header("authorization") else {
        return refused(if key { Unauthenticated::KeyNotToken } else { Unauthenticated::NoToken });
    };
    let (scheme, token) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
    match scheme.to_ascii_lowercase().as_str() {
        "token" if key => refused(Unauthenticated::Ambiguous),
        "token" if token.trim().is_empty() => refused(Unauthenticated::NoToken),
        "token" => Ok(token.trim()),
        "api-key" if req.header("api-key").is_some_and(|other| other.trim() != token.trim()) => {
            refused(Unauthenticated::Ambiguous)
        }
        "api-key" => refused(Unauthenticated::KeyNotToken),
        _ => refused(Unauthenticated::NoToken),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::gateway;
    use serde_json::{Value, json};

    fn read(headers: Value) -> std::result::Result<String, Unauthenticated> {
        let req = gateway::request(json!({"httpMethod": "GET", "headers": headers})).unwrap();
        match access_token(&req) {
            Ok(token) => Ok(token.to_owned()),
            Err(Problem::Unauthenticated(why)) => Err(why),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_token_is_read_with_any_case_and_spacing_of_its_scheme() {
        for header in ["Token pls_x", "token   pls_x", "TOKEN pls_x "] {
            assert_eq!(read(json!({"Authorization": header})), Ok("pls_x".to_owned()), "{header}");
        }
    }

    #[test]
    fn other_credentials_are_told_apart() {
        use Unauthenticated::{Ambiguous, KeyNotToken, NoToken};
        for (headers, why) in [
            (json!({}), NoToken),
            (json!({"Authorization": "Token"}), NoToken),
            (json!({"Authorization": "Bearer x"}), NoToken),
            (json!({"Authorization": "Basic x"}), NoToken),
            (json!({"Api-Key": "plk_x"}), KeyNotToken),
            (json!({"Authorization": "Api-Key plk_x"}), KeyNotToken),
            (json!({"Authorization": "Api-Key plk_x", "Api-Key": "plk_x"}), KeyNotToken),
            (json!({"Authorization": "Api-Key plk_x", "Api-Key": "plk_y"}), Ambiguous),
            (json!({"Authorization": "Token pls_x", "Api-Key": "plk_x"}), Ambiguous),
        ] {
            assert_eq!(read(headers.clone()), Err(why), "{headers}");
        }
    }
}
