//! Where a webhook may be sent: what a URL may look like, and which addresses are public.
//!
//! The same rules hold when an endpoint is registered and each time something is sent to it. A
//! name can be made to point anywhere, so the address is what counts: [`super::sender`] checks
//! every address a name resolves to and connects to one that was checked.

use crate::model::Invalid;
use crate::url::UrlParts;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// Longest URL, in characters.
pub const MAX_URL: usize = 2048;

/// Ports a receiver may listen on.
const PORTS: [u16; 2] = [443, 8443];

/// What this deployment permits beyond the public internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy {
    /// Plain http, any port and loopback are fine too. For the local stack only.
    pub allow_local: bool,
    /// Networks of the operator's own that receivers may stand in.
    pub networks: &'static [Network],
}

/// A network of the operator's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(IpNet);

impl Network {
    fn holds(self, ip: IpAddr) -> bool {
        self.0.contains(&ip.to_canonical())
    }
}

impl FromStr for Network {
    type Err = Invalid;

    /// Reads `10.20.0.0/16` or `fd00:1::/32`; refuses a prefix of fewer than 8 bits.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let network: Option<IpNet> = text.parse().ok();
        // All of the internet is no network of the operator's own.
        let network = network.filter(|network| network.prefix_len() >= 8);
        network
            .map(Self)
            .ok_or_else(|| Invalid::new(format!("{text:?} is not a network such as 10.20.0.0/16")))
    }
}

const LINK_LOCAL_V6: Ipv6Net = v6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10);

/// Addresses that belong to the machine itself, where a function's own credentials can be asked
/// for. No network of the operator's own holds them.
fn is_own(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            ip.is_loopback() || ip.is_link_local() || ip.is_unspecified() || ip.is_multicast()
        }
        IpAddr::V6(ip) => {
            ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_multicast()
                || LINK_LOCAL_V6.contains(&ip)
                || ip == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)
        }
    }
}

impl Policy {
    /// Whether something may be sent to this address.
    pub fn allows(self, ip: IpAddr) -> bool {
        is_public(ip)
            || (self.allow_local && ip.to_canonical().is_loopback())
            || (!is_own(ip) && self.networks.iter().any(|network| network.holds(ip)))
    }
}

/// A URL that may be posted to, as far as the URL itself can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// TLS or, on the local stack, plain http.
    pub https: bool,
    /// The name in lower case or the address; an IPv6 address without its brackets.
    pub host: String,
    /// The port, stated or implied.
    pub port: u16,
    /// The path with the query; starts with a slash.
    pub path: String,
    /// The address, when the URL states one instead of a name.
    pub ip: Option<IpAddr>,
}

impl Target {
    /// Reads and judges a URL. What could be read in two ways is refused, not repaired.
    ///
    /// # Errors
    ///
    /// Says in one sentence what is wrong with the URL.
    pub fn parse(url: &str, policy: Policy) -> Result<Self, Invalid> {
        if !(1..=MAX_URL).contains(&url.chars().count()) {
            return refuse("must have 1 to 2048 characters");
        }
        let (https, UrlParts { authority, rest, .. }) = scheme(url, policy)?;
        if authority.contains('@') {
            return refuse("must not hold a user name or password");
        }
        let path = path(rest)?;
        let (host, port) = host_and_port(authority)?;
        let port = port.unwrap_or(if https { 443 } else { 80 });
        if !policy.allow_local && !PORTS.contains(&port) {
            return refuse("must use port 443 or 8443");
        }
        let ip = literal(&host)?;
        match ip {
            None => check_name(&host, policy)?,
            Some(ip) if !policy.allows(ip) => {
                return refuse("must not point at a private, local or reserved address");
            }
            Some(_) => (),
        }
        let host = ip.map_or(host, |ip| ip.to_string());
        Ok(Self { https, host, port, path, ip })
    }

    /// The value of the `Host` header.
    pub fn authority(&self) -> String {
        let host = match self.ip {
            Some(IpAddr::V6(ip)) => format!("[{ip}]"),
            Some(IpAddr::V4(_)) | None => self.host.clone(),
        };
        match (self.https, self.port) {
            (true, 443) | (false, 80) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }
}

fn refuse<T>(sentence: &str) -> Result<T, Invalid> {
    Err(Invalid::new(sentence))
}

/// Whether the scheme is https, and the URL's parts.
fn scheme(url: &str, policy: Policy) -> Result<(bool, UrlParts<'_>), Invalid> {
    let sentence = if policy.allow_local {
        "must start with https:// or http://"
    } else {
        "must start with https://"
    };
    let Some(parts) = UrlParts::of(url) else {
        return refuse(sentence);
    };
    match parts.scheme.to_ascii_lowercase().as_str() {
        "https" => Ok((true, parts)),
        "http" if policy.allow_local => Ok((false, parts)),
        _ => refuse(sentence),
    }
}

/// The path and query as they are sent.
fn path(rest: &str) -> Result<String, Invalid> {
    if rest.contains('#') {
        return refuse("must not have a fragment (#)");
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(&b);
    if !rest.bytes().all(plain) {
        return refuse(
            "must percent-encode spaces, control characters, backslashes and whatever is not ASCII",
        );
    }
    Ok(if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") })
}

/// The host in lower case, an IPv6 address still in its brackets, and the port if one is stated.
fn host_and_port(authority: &str) -> Result<(String, Option<u16>), Invalid> {
    let after_brackets = authority.find(']').map_or(0, |at| at.saturating_add(1));
    let colon = authority.get(after_brackets..).and_then(|rest| rest.find(':'));
    let (host, port) = match colon.map(|at| authority.split_at(at.saturating_add(after_brackets))) {
        Some((host, port)) => (host, port.get(1..)),
        None => (authority, None),
    };
    if host.is_empty() {
        return refuse("must name a host");
    }
    let port = match port {
        None => None,
        Some(digits) => {
            let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
            match digits.parse() {
                Ok(port) if plain => Some(port),
                Ok(_) | Err(_) => return refuse("must have a port from 1 to 65535 or none"),
            }
        }
    };
    Ok((host.to_ascii_lowercase(), port))
}

/// The address, when the host is one. Only the usual form counts: an address that is written
/// short, as one number, in octal or in hexadecimal reads differently in different programs.
fn literal(host: &str) -> Result<Option<IpAddr>, Invalid> {
    if let Some(inner) = host.strip_prefix('[') {
        return match inner.strip_suffix(']').map(str::parse::<Ipv6Addr>) {
            Some(Ok(ip)) => Ok(Some(ip.into())),
            Some(Err(_)) | None => refuse("must hold a valid IPv6 address in its brackets"),
        };
    }
    // No top-level domain starts with a digit, so this is meant as an address.
    let last = host.trim_end_matches('.').rsplit('.').next();
    if last.is_some_and(|label| label.starts_with(|c: char| c.is_ascii_digit())) {
        return match host.parse::<Ipv4Addr>() {
            Ok(ip) => Ok(Some(ip.into())),
            Err(_) => refuse("must write an IPv4 address as four decimal numbers"),
        };
    }
    Ok(None)
}

/// Top-level domains that only answer inside somebody's own network, or nowhere.
const PRIVATE_TOPS: [&str; 14] = [
    "alt",
    "arpa",
    "corp",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "private",
    "test",
];

/// Judges a host name in lower case.
fn check_name(host: &str, policy: Policy) -> Result<(), Invalid> {
    if !host.is_ascii() {
        return refuse("must write an international host name in its ASCII form (xn--...)");
    }
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if host.len() > 253 || !host.split('.').all(label_ok) {
        return refuse("must name a host of letters, digits, hyphens and single dots");
    }
    let (below, top) = match host.rsplit_once('.') {
        Some((below, top)) => (Some(below), top),
        None => (None, host),
    };
    if policy.allow_local && top == "localhost" {
        return Ok(());
    }
    // Networks of the operator's own have names of their own; their addresses are checked all the
    // same.
    if !policy.networks.is_empty() && top != "localhost" {
        return Ok(());
    }
    if PRIVATE_TOPS.contains(&top) {
        return refuse("must name a host on the public internet, not a local or reserved name");
    }
    match below {
        Some(_) => Ok(()),
        None => refuse("must name a host with its full domain, such as hooks.example.com"),
    }
}

/// IPv4 ranges that are not public unicast: the IANA special-purpose registry, multicast and the
/// reserved rest.
const SPECIAL_V4: [Ipv4Net; 19] = [
    v4(Ipv4Addr::new(0, 0, 0, 0), 8),        // this network
    v4(Ipv4Addr::new(10, 0, 0, 0), 8),       // private
    v4(Ipv4Addr::new(100, 64, 0, 0), 10),    // carrier-grade NAT
    v4(Ipv4Addr::new(127, 0, 0, 0), 8),      // loopback
    v4(Ipv4Addr::new(168, 63, 129, 16), 32), // Azure's own services, inside each virtual machine
    v4(Ipv4Addr::new(169, 254, 0, 0), 16),   // link-local, where clouds keep metadata
    v4(Ipv4Addr::new(172, 16, 0, 0), 12),    // private
    v4(Ipv4Addr::new(192, 0, 0, 0), 24),     // protocol assignments
    v4(Ipv4Addr::new(192, 0, 2, 0), 24),     // documentation
    v4(Ipv4Addr::new(192, 31, 196, 0), 24),  // AS112
    v4(Ipv4Addr::new(192, 52, 193, 0), 24),  // AMT relays
    v4(Ipv4Addr::new(192, 88, 99, 0), 24),   // 6to4 relays
    v4(Ipv4Addr::new(192, 168, 0, 0), 16),   // private
    v4(Ipv4Addr::new(192, 175, 48, 0), 24),  // AS112
    v4(Ipv4Addr::new(198, 18, 0, 0), 15),    // benchmarks
    v4(Ipv4Addr::new(198, 51, 100, 0), 24),  // documentation
    v4(Ipv4Addr::new(203, 0, 113, 0), 24),   // documentation
    v4(Ipv4Addr::new(224, 0, 0, 0), 4),      // multicast
    v4(Ipv4Addr::new(240, 0, 0, 0), 4),      // reserved, broadcast
];

/// What IANA hands out for public unicast.
const GLOBAL_V6: Ipv6Net = v6(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Ranges within [`GLOBAL_V6`] that are something else.
const SPECIAL_V6: [Ipv6Net; 6] = [
    v6(Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocols: Teredo, ORCHID, benchmarks
    v6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    v6(Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4: carries an IPv4 address
    v6(Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48), // AS112
    v6(Ipv6Addr::new(0x3ffe, 0, 0, 0, 0, 0, 0, 0), 16), // 6bone, given back
    v6(Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

/// The well-known prefix of NAT64, in front of an IPv4 address.
const NAT64: Ipv6Net = v6(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

/// Whether the address is public unicast. What is not known to be is not.
///
/// An IPv4 address that is mapped into IPv6 or behind NAT64 is judged as the IPv4 address it is:
/// a network with IPv6 only reaches IPv4 receivers that way. The other wrappings, 6to4 and Teredo,
/// are refused whatever they carry.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !SPECIAL_V4.iter().any(|range| range.contains(&ip)),
        IpAddr::V6(ip) => match embedded(ip) {
            Some(ip) => is_public(ip.into()),
            None => GLOBAL_V6.contains(&ip) && !SPECIAL_V6.iter().any(|range| range.contains(&ip)),
        },
    }
}

/// The IPv4 address in a mapped or NAT64 address.
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    if NAT64.contains(&ip) {
        let [.., a, b, c, d] = ip.octets();
        return Some(Ipv4Addr::new(a, b, c, d));
    }
    ip.to_ipv4_mapped()
}

const fn v4(base: Ipv4Addr, bits: u8) -> Ipv4Net {
    Ipv4Net::new_assert(base, bits)
}

const fn v6(base: Ipv6Addr, bits: u8) -> Ipv6Net {
    Ipv6Net::new_assert(base, bits)
}

#[cfg(test)]
mod tests;
