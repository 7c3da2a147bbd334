//! The network that a caller comes from, as counters and lists of sign-ins name it.

use std::net::IpAddr;

/// The network of an address: 256 neighbours of IPv4, 256 subnets of IPv6, as one customer of an
/// internet provider has them. Text that is no address is one network of its own.
pub fn network_of(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V4(v4)) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        Ok(IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
            Some(v4) => network_of(&v4.to_string()),
            None => {
                let bits = v6.to_bits() & (u128::MAX << 72);
                format!("{}/56", std::net::Ipv6Addr::from_bits(bits))
            }
        },
        Err(_) => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::network_of;

    #[test]
    fn neighbours_are_one_network() {
        assert_eq!(network_of("203.0.113.7"), "203.0.113.0/24");
        assert_eq!(network_of("::ffff:203.0.113.7"), "203.0.113.0/24");
        assert_eq!(network_of("2001:db8:1:23ff::1"), "2001:db8:1:2300::/56");
        assert_eq!(network_of("not an address"), "unknown");
    }
}
