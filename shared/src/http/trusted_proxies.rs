//! Who a caller is behind proxies of the operator's own: the gateway sees the proxy's address.

use crate::model::Invalid;
use ipnet::IpNet;
use std::{
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

/// Proxies before the API, and the header in which they say who called them. By default there are
/// none, and the gateway's word counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies {
    header: String,
    networks: Vec<IpNet>,
}

impl FromStr for TrustedProxies {
    type Err = Invalid;

    /// `x-forwarded-for 192.0.2.0/24,2001:db8::/32`: a header, and the proxies' own networks. Empty
    /// for none.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let invalid =
            || Invalid::new("must be a header and networks: x-forwarded-for 192.0.2.0/24,...");
        let (header, networks) = text.trim().split_once(' ').ok_or_else(invalid)?;
        let plain = header.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let networks: Option<Vec<IpNet>> = networks
            .split(',')
            .map(|one| one.trim().parse().ok().filter(|network: &IpNet| network.prefix_len() > 0))
            .collect();
        match networks {
            Some(networks) if plain && !header.is_empty() => {
                Ok(Self { header: header.to_ascii_lowercase(), networks })
            }
            Some(_) | None => Err(invalid()),
        }
    }
}

impl TrustedProxies {
    /// The header to believe, in lower case; empty for none.
    pub fn header(&self) -> &str {
        &self.header
    }

    /// The caller's address: the one that the gateway saw, unless that is a proxy's. Then it is the
    /// last one in the header that is no proxy: what stands before it anybody can have written.
    pub fn caller(&self, seen: &str, said: &[&str]) -> String {
        if !address(seen).is_some_and(|address| self.trusts(address)) {
            return seen.to_owned();
        }
        let said = said.iter().flat_map(|line| line.split(','));
        for text in said.collect::<Vec<_>>().into_iter().rev() {
            match address(text) {
                Some(address) if self.trusts(address) => {}
                Some(address) => return address.to_string(),
                None => break,
            }
        }
        seen.to_owned()
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }
}

/// An address, with a port or without.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let with_port = || text.parse().ok().map(|place: SocketAddr| place.ip());
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    Some(bare.parse().ok().or_else(with_port)?).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXY: &str = "192.0.2.7";

    fn behind(text: &str) -> TrustedProxies {
        text.parse().unwrap()
    }

    #[test]
    fn without_proxies_the_gateways_word_counts() {
        for nobody in [behind(""), behind("  "), TrustedProxies::default()] {
            assert_eq!(nobody.caller("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        }
    }

    #[test]
    fn a_proxys_word_counts_and_that_of_others_does_not() {
        let proxies = behind("X-Forwarded-For 192.0.2.0/24, 2001:db8::/32");
        assert_eq!(proxies.header(), "x-forwarded-for");
        assert_eq!(proxies.caller(PROXY, &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(proxies.caller("2001:db8::1", &["2001:db9::5"]), "2001:db9::5");
        // Whoever goes round the proxy may write what they like.
        assert_eq!(proxies.caller("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
    }

    #[test]
    fn what_a_caller_wrote_before_the_proxies_is_not_believed() {
        let proxies = behind("x-forwarded-for 192.0.2.0/24");
        for said in [
            vec!["10.0.0.1, 198.51.100.1, 192.0.2.9"],
            vec!["10.0.0.1", "198.51.100.1", "192.0.2.9"],
            vec!["nonsense, 198.51.100.1:4711,192.0.2.9,192.0.2.10"],
            vec!["::ffff:198.51.100.1"],
        ] {
            assert_eq!(proxies.caller(PROXY, &said), "198.51.100.1", "{said:?}");
        }
        for said in [vec![], vec![""], vec!["unknown"], vec!["192.0.2.9"], vec!["1.2.3.4, x"]] {
            assert_eq!(proxies.caller(PROXY, &said), PROXY, "{said:?}");
        }
        assert_eq!(proxies.caller(PROXY, &["[2001:db9::5]:443"]), "2001:db9::5");
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for text in [
            "x-forwarded-for",
            "x-forwarded-for 0.0.0.0/0",
            "x-forwarded-for 192.0.2.7/33",
            "192.0.2.0/24",
            "x forwarded 192.0.2.0/24",
        ] {
            assert!(text.parse::<TrustedProxies>().is_err(), "{text}");
        }
    }
}
