//! People who pay or are paid, and the merchant accounts that can charge them.

mod profile;

pub use profile::Profile;

use super::{
    Invalid, Scope, Surface, Time,
    event::History,
    id::{CustomerId, MerchantAccountId},
    processor_account,
};
use strum::{EnumString, IntoStaticStr};

/// A person who pays or is paid: `user_id` on the platform surface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// `user_id` on the platform surface, `cus_...` on the payments surface.
    pub id: CustomerId,
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// Through which API it was made.
    pub surface: Surface,
    /// Full name; empty where nobody has said it.
    pub name: String,
    /// In lower case; unique among those of the platform surface.
    pub email: String,
    /// What else callers keep of it.
    pub profile: Profile,
    /// The idempotency key of the request that made it, which receivers of events are told.
    pub idempotency_key: Option<String>,
    /// At most [`MAX_MERCHANT_ACCOUNTS`]; part of this record, so that making a link reads one.
    pub merchant_accounts: Vec<MerchantAccount>,
    /// When it was created.
    pub created_at: Time,
    /// When callers last changed it.
    pub updated_at: Time,
    /// What happened to it, as receivers are told; the platform surface tells nothing.
    pub history: History,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

/// Most merchant accounts of one customer.
pub const MAX_MERCHANT_ACCOUNTS: usize = 20;

/// An account at a processor: `card_processing_id` on the platform surface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerchantAccount {
    /// Made when an operator adds the account; naming it again changes the account.
    pub id: MerchantAccountId,
    /// Only approved ones charge.
    pub status: MerchantAccountStatus,
    /// What stands on the buyer's statement.
    pub descriptor: String,
    /// Which adapter charges; never shown to callers or buyers.
    pub processor: String,
    /// The account at the processor that charges, where it is not the tenant's own.
    pub connected: Option<String>,
    /// When it was created.
    pub created_at: Time,
}

/// Where an application for a merchant account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString)]
#[strum(serialize_all = "snake_case", parse_err_ty = Invalid, parse_err_fn = MerchantAccountStatus::unknown)]
pub enum MerchantAccountStatus {
    /// Nobody has decided yet, so it cannot charge.
    Pending,
    /// It may charge; the oldest approved one does where none is named.
    Approved,
    /// The application was turned down, so it cannot charge.
    Rejected,
}

impl MerchantAccountStatus {
    /// The name on the wire and in the table.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn unknown(_: &str) -> Invalid {
        Invalid::new("must be pending, approved or rejected")
    }
}

/// Why no merchant account can charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoMerchantAccount {
    /// The pinned one is not this customer's.
    Unknown,
    /// The pinned one is pending or rejected.
    NotApproved,
    /// None was pinned and none is approved.
    NoneApproved,
}

impl Customer {
    /// A customer of the platform surface without merchant accounts. `email` is in lower case.
    pub fn new(id: CustomerId, scope: Scope, name: String, email: String) -> Self {
        let created_at = id.minted_at();
        Self {
            id,
            scope,
            surface: Surface::Platform,
            name,
            email,
            profile: Profile::default(),
            idempotency_key: None,
            merchant_accounts: Vec::new(),
            created_at,
            updated_at: created_at,
            history: History::default(),
            version: 1,
        }
    }

    /// The customer with an account added, or changed where it has one with this id. The age of an
    /// account stays.
    ///
    /// # Errors
    /// There are [`MAX_MERCHANT_ACCOUNTS`] already.
    pub fn with_account(&self, account: MerchantAccount) -> Result<Self, Invalid> {
        let merchant_accounts = processor_account::with_account(&self.merchant_accounts, account)?;
        let version = self.version.saturating_add(1);
        Ok(Self { merchant_accounts, version, ..self.clone() })
    }

    /// The account that charges: the pinned one, or else the default.
    ///
    /// # Errors
    /// See [`NoMerchantAccount`].
    pub fn charging_account(
        &self,
        pinned: Option<MerchantAccountId>,
    ) -> Result<&MerchantAccount, NoMerchantAccount> {
        processor_account::charging_account(&self.merchant_accounts, pinned)
    }

    /// The oldest approved account, ties broken by id.
    pub fn default_account(&self) -> Option<&MerchantAccount> {
        processor_account::default_account(&self.merchant_accounts)
    }
}

/// Longest e-mail address (RFC 5321, 4.5.3.1.3 less the brackets).
pub const MAX_EMAIL: usize = 254;

/// Checks and lower-cases an e-mail address: one, as senders write it (the dot-atom of RFC 5322,
/// letters of any script included), at a domain with a dot. No quoted names, no lists, no comments.
///
/// # Errors
/// Anything else, or too long.
pub fn parse_email(text: &str) -> Result<String, Invalid> {
    let atom = |atom: &str| {
        !atom.is_empty()
            && atom.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c))
    };
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let fine = text.len() <= MAX_EMAIL
        && text.split_once('@').is_some_and(|(local, domain)| {
            local.len() <= 64
                && local.split('.').all(atom)
                && domain.contains('.')
                && domain.split('.').all(label)
        });
    if fine { Ok(text.to_lowercase()) } else { Err(Invalid::new("must be an e-mail address")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Mode, id::TenantId};
    use MerchantAccountStatus::{Approved, Pending, Rejected};

    fn account(n: u8, status: MerchantAccountStatus, created_ms: i64) -> MerchantAccount {
        MerchantAccount {
            id: MerchantAccountId::mint(Time::from_ms(0), [n; 10]),
            status,
            descriptor: "SHOP".into(),
            processor: "simulator".into(),
            connected: None,
            created_at: Time::from_ms(created_ms),
        }
    }

    fn customer(merchant_accounts: Vec<MerchantAccount>) -> Customer {
        let id = CustomerId::mint(Time::from_ms(0), [9; 10]);
        let tenant = TenantId::mint(Time::from_ms(0), [1; 10]);
        let scope = Scope { tenant, mode: Mode::Test };
        let new = Customer::new(id, scope, "Ada".into(), "ada@example.com".into());
        Customer { merchant_accounts, ..new }
    }

    #[test]
    fn the_default_is_the_oldest_approved_account_then_the_lowest_id() {
        let c = customer(vec![
            account(5, Approved, 20),
            account(4, Approved, 10),
            account(3, Approved, 10),
            account(1, Rejected, 1),
            account(2, Pending, 2),
        ]);
        assert_eq!(c.charging_account(None), Ok(&account(3, Approved, 10)));
    }

    #[test]
    fn a_pinned_account_must_be_known_and_approved() {
        let c = customer(vec![account(1, Pending, 1), account(2, Rejected, 1)]);
        let pin = |n| c.charging_account(Some(account(n, Pending, 1).id)).unwrap_err();
        assert_eq!(pin(1), NoMerchantAccount::NotApproved);
        assert_eq!(pin(2), NoMerchantAccount::NotApproved);
        assert_eq!(pin(3), NoMerchantAccount::Unknown);
        assert_eq!(c.charging_account(None).unwrap_err(), NoMerchantAccount::NoneApproved);
    }

    #[test]
    fn e_mail_addresses_are_checked_and_lower_cased() {
        assert_eq!(parse_email("Ada@Example.COM").unwrap(), "ada@example.com");
        for fine in ["o'neil+shop@example.co.uk", "a.b-c_d@x-y.example", "zoë@bücher.example"] {
            assert_eq!(parse_email(fine).unwrap(), fine);
        }
        for text in ["", "ada", "@b.c", "a@", "a b@c.d", "a@b", "a@.b.c", "a@b.c\n", "a@b.c."] {
            assert!(parse_email(text).is_err(), "{text}");
        }
        for text in [
            "a@example.com,b@example.com",
            "a@@example.com",
            "a@b@example.com",
            "a..b@example.com",
            ".a@example.com",
            "a.@example.com",
            "a@example..com",
            "a@-example.com",
            "a@exa_mple.com",
            "Ada <ada@example.com>",
            "\"a b\"@example.com",
            "a;b@example.com",
            "a(b)@example.com",
            "a@[127.0.0.1]",
            "a\u{200B}@example.com",
        ] {
            assert!(parse_email(text).is_err(), "{text}");
        }
        assert!(parse_email(&format!("{}@b.c", "a".repeat(65))).is_err());
        assert!(parse_email(&format!("a@{}.c", "b".repeat(254))).is_err());
    }
}
