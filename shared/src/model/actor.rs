//! Who did something: for `created_by`, `requested_by` and the activity list.

use super::{
    Invalid,
    id::{ApiKeyId, MemberId},
};
use std::{fmt, str::FromStr};

/// Who did something, kept with the record as text such as `operator` or `member#` and the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A member who is signed in to the organisation, by their id.
    Member(MemberId),
    /// A server with an API key.
    ApiKey(ApiKeyId),
    /// A server with a client's access token (platform surface).
    Client,
    /// Somebody with access to the deployment.
    Operator,
    /// The processor told us: a refund made in its own dashboard.
    Processor,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member(id) => write!(f, "member#{id}"),
            Self::ApiKey(id) => write!(f, "api_key#{id}"),
            Self::Client => f.write_str("client"),
            Self::Operator => f.write_str("operator"),
            Self::Processor => f.write_str("processor"),
        }
    }
}

impl FromStr for Actor {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.split_once('#') {
            None if text == "client" => Ok(Self::Client),
            None if text == "operator" => Ok(Self::Operator),
            None if text == "processor" => Ok(Self::Processor),
            Some(("member", id)) => id.parse().map(Self::Member),
            Some(("api_key", id)) => id.parse().map(Self::ApiKey),
            Some(_) | None => Err(Invalid::new("is nobody who can act")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;

    #[test]
    fn actors_read_back() {
        let now = Time::from_ms(1);
        for actor in [
            Actor::Member(MemberId::mint(now, [1; 10])),
            Actor::ApiKey(ApiKeyId::mint(now, [2; 10])),
            Actor::Client,
            Actor::Operator,
            Actor::Processor,
        ] {
            assert_eq!(actor.to_string().parse(), Ok(actor));
        }
        assert!("member#x".parse::<Actor>().is_err() && "root".parse::<Actor>().is_err());
    }
}
