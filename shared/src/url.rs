//! Where the parts of an address are. What each of them may be is for whoever asks to judge.

/// An address in its parts: `https://shop.example:8443/a?b#c`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UrlParts<'a> {
    /// `https`, as it was written.
    pub scheme: &'a str,
    /// `shop.example:8443`.
    pub authority: &'a str,
    /// `https://shop.example:8443`.
    pub origin: &'a str,
    /// `/a?b#c`: all that comes after the authority.
    pub rest: &'a str,
}

impl<'a> UrlParts<'a> {
    /// The parts of an address; `None` for a text without `://`.
    pub fn of(url: &'a str) -> Option<Self> {
        let (scheme, after) = url.split_once("://")?;
        let end = after.find(['/', '?', '#']).unwrap_or(after.len());
        let (authority, rest) = after.split_at(end);
        let (origin, _) = url.split_at_checked(url.len() - rest.len())?;
        Some(Self { scheme, authority, origin, rest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_ends_where_path_query_or_fragment_begins() {
        let parts =
            |url| UrlParts::of(url).map(|parts| (parts.scheme, parts.authority, parts.rest));
        assert_eq!(parts("https://a.b:1/c?d"), Some(("https", "a.b:1", "/c?d")));
        assert_eq!(parts("http://a?b/c"), Some(("http", "a", "?b/c")));
        assert_eq!(parts("http://a#b"), Some(("http", "a", "#b")));
        assert_eq!(parts("HTTP://"), Some(("HTTP", "", "")));
        assert_eq!(parts("a.b/c"), None);
        assert_eq!(UrlParts::of("https://a.b/c").map(|parts| parts.origin), Some("https://a.b"));
    }
}
