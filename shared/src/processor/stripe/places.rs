//! Names of Stripe's objects as they are kept: with the connected account in which they are.

use std::fmt;

/// An object of Stripe's, `pi_1` or `pi_1@acct_2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed<'a> {
    /// The id that Stripe gave the object.
    pub id: &'a str,
    /// The connected account in which it is; the tenant's own where there is none.
    pub connected: Option<&'a str>,
}

/// A card that is kept for a customer of Stripe's: `cus_1:pm_2` or `cus_1:pm_2@acct_3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SavedCard<'a> {
    /// The customer, made for this card alone.
    pub customer: &'a str,
    /// The card's id as a payment method, `pm_...`.
    pub method: &'a str,
    /// The connected account in which they are.
    pub connected: Option<&'a str>,
}

impl<'a> Placed<'a> {
    /// A name that begins with this prefix.
    pub fn parse(prefix: &str, text: &'a str) -> Option<Self> {
        let (id, connected) = split(text)?;
        is_id(prefix, id).then_some(Self { id, connected })
    }
}

impl<'a> SavedCard<'a> {
    /// Reads back what [`fmt::Display`] wrote.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (names, connected) = split(text)?;
        let (customer, method) = names.split_once(':')?;
        (is_id("cus_", customer) && is_id("pm_", method)).then_some(Self {
            customer,
            method,
            connected,
        })
    }
}

impl fmt::Display for Placed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)?;
        self.connected.map_or(Ok(()), |account| write!(f, "@{account}"))
    }
}

impl fmt::Display for SavedCard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.customer, self.method)?;
        self.connected.map_or(Ok(()), |account| write!(f, "@{account}"))
    }
}

fn split(text: &str) -> Option<(&str, Option<&str>)> {
    match text.split_once('@') {
        None => Some((text, None)),
        Some((names, account)) => is_id("acct_", account).then_some((names, Some(account))),
    }
}

/// Nothing else may become part of an address at Stripe.
pub(super) fn is_id(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        (1..=255).contains(&rest.len())
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for text in ["pi_1", "pi_1@acct_2"] {
            assert_eq!(Placed::parse("pi_", text).unwrap().to_string(), text);
        }
        for text in ["cus_1:pm_2", "cus_1:pm_2@acct_3"] {
            assert_eq!(SavedCard::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn nothing_that_came_from_a_browser_changes_an_address() {
        for text in ["", "pm_", "pm_1/../x", "pm_1?x", "pm_1@", "pm_1@acct_", "pi_1", "pm_1@acct_/"]
        {
            assert_eq!(Placed::parse("pm_", text), None, "{text}");
        }
        for text in ["pm_1", "cus_1", "cus_1:", ":pm_1", "cus_1:pm_1:pm_2"] {
            assert_eq!(SavedCard::parse(text), None, "{text}");
        }
    }
}
