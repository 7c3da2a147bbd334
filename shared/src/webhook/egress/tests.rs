use super::*;

const STRICT: Policy = Policy { allow_local: false, networks: &[] };
const LOCAL: Policy = Policy { allow_local: true, networks: &[] };

/// Public unicast: neighbours of every special range, and some well-known servers.
const PUBLIC: &str = "
    1.0.0.0 1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 52.94.236.248 93.184.216.34 100.63.255.255
    100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15 168.63.129.17 169.253.255.255 169.255.0.0
    172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.1.255 192.0.3.0 192.31.195.255
    192.31.197.0 192.52.192.255 192.52.194.0 192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0
    192.175.47.255 192.175.49.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255
    203.0.114.0 223.255.255.255
    2000:: 2001:200:: 2001:4860:4860::8888 2001:db7:ffff::1 2001:db9:: 2003:: 2003::1 2400:cb00::1
    2600:1f18::1 2606:4700:4700::1111 2620:4e:8000::1 2620:4f:7fff:: 2620:4f:8001:: 2a00:1450::1
    2a05:d018::1 3ffd:ffff::1 3fff:1000::
    ::ffff:8.8.8.8 ::ffff:93.184.216.34 64:ff9b::8.8.8.8 64:ff9b::5db8:d822
";

/// Addresses that are not public unicast, in IPv4 and in IPv6 forms.
const NOT_PUBLIC: &str = "
    0.0.0.0 0.0.0.1 0.255.255.255 10.0.0.0 10.0.0.1 10.255.255.255 100.64.0.0 100.100.100.200
    100.127.255.255 127.0.0.0 127.0.0.1 127.0.0.53 127.255.255.255 168.63.129.16 169.254.0.0
    169.254.1.1 169.254.79.129 169.254.100.1 169.254.169.253 169.254.169.254 169.254.170.2
    169.254.255.255 172.16.0.0 172.17.0.1 172.31.255.255 192.0.0.0 192.0.0.1 192.0.0.8 192.0.0.9
    192.0.0.10 192.0.0.170 192.0.0.171 192.0.0.192 192.0.0.255 192.0.2.0 192.0.2.255 192.31.196.1
    192.52.193.1 192.88.99.0 192.88.99.1 192.88.99.255 192.168.0.0 192.168.0.1 192.168.255.255
    192.175.48.1 198.18.0.0 198.19.255.255 198.51.100.0 198.51.100.255 203.0.113.0 203.0.113.255
    224.0.0.0 224.0.0.1 239.255.255.255 240.0.0.0 240.0.0.1 255.255.255.254 255.255.255.255
    :: ::1 ::2 ::127.0.0.1 ::8.8.8.8 ::ffff:0:0:8.8.8.8 ::fffe:8.8.8.8
    ::ffff:0.0.0.0 ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:172.16.0.1
    ::ffff:192.168.0.1 ::ffff:100.64.0.1 ::ffff:224.0.0.1 ::ffff:7f00:1 ::ffff:255.255.255.255
    64:ff9b::10.0.0.1 64:ff9b::127.0.0.1 64:ff9b::169.254.169.254 64:ff9b::192.168.1.1 64:ff9b::
    64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:0:0:0:1:808:808 64:ff9b:1:: 64:ff9b:1::8.8.8.8
    64:ff9b:1:ffff::a00:1 64:ff9a::8.8.8.8 65::1
    100:: 100::1 100:0:0:1::1 200::1 400::1 1000::1 1fff:ffff::1
    2001:: 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:1::1 2001:1::2 2001:2::1 2001:3::1
    2001:4:112::1 2001:10::1 2001:1f:ffff::1 2001:20::1 2001:2f::1 2001:30::1 2001:1ff:ffff::1
    2001:db8:: 2001:db8::1 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff
    2002:: 2002:808:808::1 2002:7f00:1::1 2002:a00:1::1 2002:a9fe:a9fe::1 2002:c0a8:101::1
    2620:4f:8000:: 2620:4f:8000::1 3ffe::1 3ffe:ffff::1 3fff:: 3fff::1 3fff:fff:ffff::1
    4000::1 5f00:: 5f00::1 6000::1 8000::1 c000::1 e000::1 f000::1 fbff::1 fc00::1 fc00::
    fd00::1 fd00:ec2::254 fd00:ec2::253 fdff:ffff::1 fe00::1 fe7f::1 fe80:: fe80::1 fe80::5efe:a00:1
    febf::1 fec0::1 feff::1 ff00:: ff01::1 ff02::1 ff02::fb ff05::2 ff0e::1
    ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
";

#[test]
fn only_public_unicast_is_public() {
    for (text, public) in [(PUBLIC, true), (NOT_PUBLIC, false)] {
        for address in text.split_whitespace() {
            let ip: IpAddr = address.parse().expect(address);
            assert_eq!(is_public(ip), public, "{address}");
            assert_eq!(STRICT.allows(ip), public, "{address}");
            let loopback = ip.to_canonical().is_loopback();
            assert_eq!(LOCAL.allows(ip), public || loopback, "{address} on the local stack");
            // The same verdict when it is written into a URL.
            let url = match ip {
                IpAddr::V4(ip) => format!("https://{ip}/hook"),
                IpAddr::V6(ip) => format!("https://[{ip}]/hook"),
            };
            assert_eq!(Target::parse(&url, STRICT).is_ok(), public, "{url}");
        }
    }
    let table = PUBLIC.split_whitespace().chain(NOT_PUBLIC.split_whitespace());
    assert!(table.count() >= 200);
}

#[test]
fn ranges_end_where_they_say() {
    for range in SPECIAL_V4 {
        let first = range.addr().to_bits();
        let last = first | u32::MAX.checked_shr(range.prefix_len().into()).unwrap_or(0);
        let inside = |ip: u32| range.contains(&Ipv4Addr::from_bits(ip));
        assert!(inside(first) && inside(last), "{range}");
        assert_eq!(range.addr(), range.network(), "{range} starts the range");
        if let Some(before) = first.checked_sub(1) {
            assert!(!inside(before), "before {range}");
        }
        if let Some(after) = last.checked_add(1) {
            assert!(!inside(after), "after {range}");
        }
    }
    for range in SPECIAL_V6.into_iter().chain([GLOBAL_V6, NAT64]) {
        let first = range.addr().to_bits();
        let last = first | u128::MAX >> range.prefix_len();
        assert_eq!(range.addr(), range.network(), "{range} starts the range");
        for (ip, expected) in [(first, true), (last, true), (first - 1, false), (last + 1, false)] {
            assert_eq!(range.contains(&Ipv6Addr::from_bits(ip)), expected, "{range}");
        }
    }
}

/// `expected` is the host, the port and the path.
fn target(https: bool, expected: &str) -> Target {
    let fields: Vec<&str> = expected.split(' ').collect();
    Target {
        https,
        host: fields[0].into(),
        port: fields[1].parse().unwrap(),
        path: fields[2].into(),
        ip: fields[0].parse().ok(),
    }
}

/// A URL, and its host, port and path.
const ACCEPTED: &str = "
    https://hooks.example.com hooks.example.com 443 /
    https://hooks.example.com/ hooks.example.com 443 /
    https://hooks.example.com/a/b hooks.example.com 443 /a/b
    https://hooks.example.com/a?b=c&d hooks.example.com 443 /a?b=c&d
    https://hooks.example.com?b=/c hooks.example.com 443 /?b=/c
    https://hooks.example.com? hooks.example.com 443 /?
    https://hooks.example.com:443/a hooks.example.com 443 /a
    https://hooks.example.com:8443/a hooks.example.com 8443 /a
    HTTPS://Hooks.EXAMPLE.com/Path hooks.example.com 443 /Path
    https://example.com/a@b:c example.com 443 /a@b:c
    https://example.com/?to=http://x.y/ example.com 443 /?to=http://x.y/
    https://example.com/../%2e%2e/a example.com 443 /../%2e%2e/a
    https://example.com//a example.com 443 //a
    https://example.com/?a[]=1 example.com 443 /?a[]=1
    https://xn--bcher-kva.example.com/ xn--bcher-kva.example.com 443 /
    https://xn--80ak6aa92e.com/ xn--80ak6aa92e.com 443 /
    https://a.xn--p1ai/ a.xn--p1ai 443 /
    https://3com.com/ 3com.com 443 /
    https://127.0.0.1.example.com/ 127.0.0.1.example.com 443 /
    https://localhost.example.com/ localhost.example.com 443 /
    https://local.host.com/ local.host.com 443 /
    https://0x7f.com/ 0x7f.com 443 /
    https://8.8.8.8/ 8.8.8.8 443 /
    https://8.8.8.8:8443/ 8.8.8.8 8443 /
    https://[2606:4700::1111]/ 2606:4700::1111 443 /
    https://[2606:4700:0:0::1111]:8443/ 2606:4700::1111 8443 /
    https://[2606:4700::ABCD] 2606:4700::abcd 443 /
";

#[test]
fn acceptable_urls_are_read_as_written() {
    for line in ACCEPTED.trim().lines() {
        let (url, expected) = line.trim().split_once(' ').unwrap();
        for policy in [STRICT, LOCAL] {
            assert_eq!(Target::parse(url, policy), Ok(target(true, expected)), "{url}");
        }
    }
    let long_label = "a".repeat(63);
    assert!(Target::parse(&format!("https://{long_label}.com/"), STRICT).is_ok());
    let url = format!("https://example.com/{}", "a".repeat(MAX_URL - 20));
    assert_eq!(url.len(), MAX_URL);
    assert!(Target::parse(&url, STRICT).is_ok());
    assert!(Target::parse(&format!("{url}a"), STRICT).is_err());
}

/// The word that tells one refusal from the others, then what is refused with it.
const REFUSED: [(&str, &[&str]); 13] = [
    ("2048 characters", &[""]),
    (
        "start with https://",
        &[
            "http:/example.com",
            "https:example.com",
            "https:/example.com",
            "https:\\\\example.com",
            "example.com",
            "//example.com",
            " https://example.com",
            "\thttps://example.com",
            "ftp://example.com",
            "file:///etc/passwd",
            "gopher://example.com",
            "javascript://example.com",
            "ws://example.com",
            "httpss://example.com",
            "://example.com",
        ],
    ),
    (
        "user name",
        &[
            "https://user@example.com",
            "https://user:pass@example.com/",
            "https://@example.com",
            "https://example.com@127.0.0.1/",
            "https://example.com\\@127.0.0.1/",
            "https://example.com:443@127.0.0.1/",
        ],
    ),
    ("fragment", &["https://example.com#a", "https://example.com/#", "https://example.com/a?b#c"]),
    (
        "percent-encode",
        &[
            "https://example.com/a b",
            "https://example.com/a\\b",
            "https://example.com/\u{e9}",
            "https://example.com/?q=\u{1f600}",
            "https://example.com/a\r\nHost: b",
            "https://example.com/\0",
            "https://example.com/\u{7f}",
            "https://example.com/ ",
            "https://example.com/\n",
            "https://example.com/<a>",
            "https://example.com/{a}",
            "https://example.com/\"",
        ],
    ),
    (
        "must name a host",
        &[
            "https://",
            "https:///",
            "https:///example.com",
            "https://:443/",
            "https://?a",
            "https://::1/",
        ],
    ),
    (
        "port from 1 to 65535",
        &[
            "https://example.com:",
            "https://example.com:/",
            "https://example.com:0",
            "https://example.com:00443",
            "https://example.com:0443",
            "https://example.com:65536",
            "https://example.com:99999999999999999999",
            "https://example.com:+443",
            "https://example.com:-1",
            "https://example.com:443a",
            "https://example.com:443:443",
            "https://example.com::443",
            "https://example.com:\u{664}43",
            "https://2606:4700::1111/",
            "https://[2606:4700::1111]:/",
            "https://[::1/",
            "https://[2606:4700::1111]::443/",
        ],
    ),
    (
        "IPv4 address as four",
        &[
            "https://127.1/",
            "https://127.0.1/",
            "https://2130706433/",
            "https://3232235777",
            "https://0177.0.0.1/",
            "https://0x7f.0.0.1/",
            "https://0x7f000001/",
            "https://0X7F000001/",
            "https://017700000001/",
            "https://0/",
            "https://1.2.3/",
            "https://1.2.3.4.5/",
            "https://8.8.8.8./",
            "https://08.8.8.8/",
            "https://8.8.8.08/",
            "https://8.8.8.0x8/",
            "https://256.0.0.1/",
            "https://1.1.1.256/",
            "https://example.0x7f/",
            "https://example.1/",
            "https://\u{ff11}27.0.0.1/",
        ],
    ),
    (
        "IPv6 address in its brackets",
        &[
            "https://[]/",
            "https://[1.1.1.1]/",
            "https://[example.com]/",
            "https://[2606:4700::1111%25eth0]/",
            "https://[2606:4700::1111%eth0]/",
            "https://[2606:4700::1111]a/",
            "https://[[2606:4700::1111]]/",
            "https://[2606:4700::1111].example.com/",
            "https://[2606::4700::1111]/",
            "https://[v1.a]/",
        ],
    ),
    (
        "ASCII form",
        &[
            "https://b\u{fc}cher.example.com/",
            "https://\u{2488}.example.com/",
            "https://example\u{3002}com/",
            "https://ex\u{200b}ample.com/",
            "https://\u{ff4c}ocalhost/",
            "https://\u{2460}27.0.0.\u{2460}/",
        ],
    ),
    (
        "letters, digits, hyphens",
        &[
            "https://example.com./",
            "https://example.com../",
            "https://.example.com/",
            "https://ex..ample.com/",
            "https://-a.example.com/",
            "https://a-.example.com/",
            "https://a_b.example.com/",
            "https://a%2eb.example.com/",
            "https://%6cocalhost/",
            "https://ex ample.com/",
            "https://exa\tmple.com/",
            "https://example.com\r\n.a/",
            "https://example.com\\a/",
            "https://example.com;a/",
            "https://example,com/",
            "https://*.example.com/",
            "https://a]b.com/",
            "https://localhost./",
            "https://./",
        ],
    ),
    (
        "local or reserved name",
        &[
            "https://a.local/",
            "https://printer.LOCAL/",
            "https://metadata.google.internal/",
            "https://ip-10-0-0-1.ec2.internal/",
            "https://abcdefgh.onion/",
            "https://router.home.arpa/",
            "https://1.0.0.127.in-addr.arpa/",
            "https://nas.lan/",
            "https://mail.corp/",
            "https://nas.home/",
            "https://db.private/",
            "https://wiki.intranet/",
            "https://a.localdomain/",
            "https://a.test/",
            "https://a.invalid/",
            "https://a.alt/",
            "https://local/",
            "https://internal/",
        ],
    ),
    (
        "full domain",
        &["https://intranet-server/", "https://ministack/", "https://com/", "https://a-b"],
    ),
];

#[test]
fn everything_else_is_refused_with_its_reason() {
    for (word, urls) in REFUSED {
        for url in urls {
            for policy in [STRICT, LOCAL] {
                let Invalid(sentence) = Target::parse(url, policy).expect_err(url);
                assert!(sentence.contains(word), "{url:?}: {sentence}");
            }
        }
    }
    let long_label = "a".repeat(64);
    assert!(Target::parse(&format!("https://{long_label}.com/"), STRICT).is_err());
    let long_name = "a.".repeat(126);
    assert!(Target::parse(&format!("https://{long_name}c/"), STRICT).is_ok());
    assert!(Target::parse(&format!("https://{long_name}cc/"), STRICT).is_err());
    // Counted in characters, but what has that many is too long or not ASCII.
    assert!(Target::parse(&"\u{e9}".repeat(2049), STRICT).is_err());
}

/// A URL, and its host, port and path; refused elsewhere.
const LOCAL_ONLY: &str = "
    http://example.com/ example.com 80 /
    HTTP://example.com:443/ example.com 443 /
    https://example.com:444/ example.com 444 /
    https://example.com:22/ example.com 22 /
    https://example.com:80/ example.com 80 /
    https://localhost/ localhost 443 /
    https://LOCALHOST/ localhost 443 /
    https://a.localhost/ a.localhost 443 /
    https://127.0.0.1/ 127.0.0.1 443 /
    https://127.9.9.9/ 127.9.9.9 443 /
    https://[::1]:8443/ ::1 8443 /
    http://127.0.0.1:9000/a?b 127.0.0.1 9000 /a?b
    http://[::1]:9000 ::1 9000 /
    http://localhost:9000 localhost 9000 /
";

#[test]
fn plain_http_other_ports_and_loopback_are_for_the_local_stack() {
    for line in LOCAL_ONLY.trim().lines() {
        let (url, expected) = line.trim().split_once(' ').unwrap();
        let expected = target(!url.to_ascii_lowercase().starts_with("http:"), expected);
        assert_eq!(Target::parse(url, LOCAL), Ok(expected.clone()), "{url}");
        let Invalid(sentence) = Target::parse(url, STRICT).expect_err(url);
        let word = if !expected.https {
            "must start with https://"
        } else if expected.ip.is_some() {
            "private, local or reserved address"
        } else if expected.host.ends_with("localhost") {
            "local or reserved name"
        } else {
            "must use port 443 or 8443"
        };
        assert!(sentence.contains(word), "{url}: {sentence}");
    }
    for url in ["http://10.0.0.1/", "http://169.254.169.254/latest", "http://[fd00:ec2::254]/"] {
        assert!(Target::parse(url, LOCAL).is_err(), "{url}");
    }
}

#[test]
fn the_host_header_states_the_port_when_it_is_not_the_usual_one() {
    for (url, authority) in [
        ("https://Example.com/a", "example.com"),
        ("https://example.com:443/a", "example.com"),
        ("https://example.com:8443", "example.com:8443"),
        ("http://example.com", "example.com"),
        ("http://example.com:443", "example.com:443"),
        ("https://example.com:80", "example.com:80"),
        ("https://8.8.8.8", "8.8.8.8"),
        ("https://[2606:4700::1]", "[2606:4700::1]"),
        ("https://[2606:4700::1]:8443", "[2606:4700::1]:8443"),
    ] {
        assert_eq!(Target::parse(url, LOCAL).unwrap().authority(), authority);
    }
}

/// Networks that an operator has allowed.
fn with_networks(list: &[&str]) -> Policy {
    let networks: Vec<Network> = list.iter().map(|text| text.parse().expect(text)).collect();
    Policy { allow_local: false, networks: networks.leak() }
}

#[test]
fn networks_of_the_operators_own_are_allowed_and_nothing_else_with_them() {
    let policy =
        with_networks(&["10.20.0.0/16", "fd12:3456::/32", "127.0.0.0/8", "169.254.0.0/16"]);
    for (address, allowed) in [
        ("10.20.0.1", true),
        ("10.20.255.255", true),
        ("::ffff:10.20.0.1", true),
        ("fd12:3456::1", true),
        ("8.8.8.8", true),
        ("10.21.0.0", false),
        ("10.19.255.255", false),
        ("192.168.0.1", false),
        ("fd12:3457::1", false),
        ("64:ff9b::10.20.0.1", false),
        ("2002:a14:1::", false),
        ("127.0.0.1", false),
        ("169.254.169.254", false),
        ("::1", false),
        ("0.0.0.0", false),
    ] {
        let ip: IpAddr = address.parse().expect(address);
        assert_eq!(policy.allows(ip), allowed, "{address}");
        assert!(!STRICT.allows(ip) || address == "8.8.8.8", "{address} without networks");
    }
    for (url, fine) in [
        ("https://10.20.0.1/hooks", true),
        ("https://hooks.corp.internal/", true),
        ("https://hooks/", true),
        ("https://localhost/", false),
        ("https://hooks.localhost/", false),
        ("http://10.20.0.1/", false),
        ("https://10.20.0.1:9000/", false),
        ("https://10.21.0.1/", false),
    ] {
        assert_eq!(Target::parse(url, policy).is_ok(), fine, "{url}");
    }
}

#[test]
fn a_network_is_an_address_and_a_length() {
    for text in ["10.0.0.0/8", "10.0.0.0/32", "fd00::/8", "::1/128"] {
        assert!(text.parse::<Network>().is_ok(), "{text}");
    }
    for text in [
        "",
        "10.0.0.0",
        "10.0.0.0/",
        "10.0.0.0/33",
        "0.0.0.0/0",
        "10.0.0.0/7",
        "::/0",
        "x/8",
        "a::/129",
    ] {
        assert!(text.parse::<Network>().is_err(), "{text}");
    }
}
