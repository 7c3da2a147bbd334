//! Wallets as people name them. The money itself is in the ledger, under the wallet's id.

use super::{
    Currency, Scope, Time,
    id::{CustomerId, WalletId},
};

/// Most wallets of one customer; they are kept in one record.
pub const MAX_WALLETS: usize = 50;

/// Longest name of a wallet, in characters.
pub const MAX_NAME: usize = 60;

/// A wallet's name and currency; its balance is in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wallet {
    /// Names the account in the ledger that holds its money, too.
    pub id: WalletId,
    /// Unique among its customer's, in any case.
    pub name: String,
    /// Of all its money.
    pub currency: Currency,
    /// Whether it is the one that is meant when none is named: one per currency.
    pub primary: bool,
    /// When it was made.
    pub created_at: Time,
}

/// A customer's wallets, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wallets {
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// The customer whose wallets these are.
    pub customer: CustomerId,
    /// At most [`MAX_WALLETS`].
    pub list: Vec<Wallet>,
    /// Rises with every write; 0 before the first.
    pub version: u64,
}

/// Why wallets cannot become what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalletRefusal {
    /// Another wallet of the customer has this name.
    NameTaken,
    /// There are [`MAX_WALLETS`] already.
    TooMany,
    /// The customer has no such wallet.
    Unknown,
    /// The primary wallet stays it until another one is made primary.
    StaysPrimary,
}

/// What is to change of a wallet.
#[derive(Debug, Clone, Default)]
pub struct WalletChange {
    /// Its new name; `None` leaves the old one.
    pub name: Option<String>,
    /// Whether it is to be primary.
    pub primary: Option<bool>,
}

impl Wallets {
    /// A customer's wallets before the first one is made.
    pub const fn none(scope: Scope, customer: CustomerId) -> Self {
        Self { scope, customer, list: Vec::new(), version: 0 }
    }

    /// The wallet with this id; `None` when the customer has no such wallet.
    pub fn find(&self, id: WalletId) -> Option<&Wallet> {
        self.list.iter().find(|wallet| wallet.id == id)
    }

    /// With one wallet more. The first of a currency is primary, asked for or not.
    ///
    /// # Errors
    /// Its name is taken, or there are too many.
    pub fn with(&self, new: Wallet) -> Result<Self, WalletRefusal> {
        if self.has_name(&new.name, new.id) {
            return Err(WalletRefusal::NameTaken);
        }
        if self.list.len() >= MAX_WALLETS {
            return Err(WalletRefusal::TooMany);
        }
        let first = self.list.iter().all(|wallet| wallet.currency != new.currency);
        let (id, primary) = (new.id, new.primary || first);
        let mut next = self.next();
        next.list.push(Wallet { primary: false, ..new });
        if primary {
            next.make_primary(id);
        }
        Ok(next)
    }

    /// With one wallet changed; as they are when there is nothing to change.
    ///
    /// # Errors
    /// There is no such wallet, its new name is taken, or the primary one would cease to be it.
    pub fn changed(&self, id: WalletId, change: WalletChange) -> Result<Self, WalletRefusal> {
        let wallet = self.find(id).ok_or(WalletRefusal::Unknown)?;
        if change.name.as_ref().is_some_and(|name| self.has_name(name, id)) {
            return Err(WalletRefusal::NameTaken);
        }
        if wallet.primary && change.primary == Some(false) {
            return Err(WalletRefusal::StaysPrimary);
        }
        let mut next = self.next();
        if let Some(name) = change.name {
            for wallet in next.list.iter_mut().filter(|wallet| wallet.id == id) {
                wallet.name.clone_from(&name);
            }
        }
        if change.primary == Some(true) {
            next.make_primary(id);
        }
        Ok(if next.list == self.list { self.clone() } else { next })
    }

    fn next(&self) -> Self {
        Self { version: self.version.saturating_add(1), ..self.clone() }
    }

    fn has_name(&self, name: &str, except: WalletId) -> bool {
        let same = |other: &Wallet| fold(&other.name) == fold(name) && other.id != except;
        self.list.iter().any(same)
    }

    fn make_primary(&mut self, id: WalletId) {
        let Some(currency) = self.find(id).map(|wallet| wallet.currency) else { return };
        for wallet in self.list.iter_mut().filter(|wallet| wallet.currency == currency) {
            wallet.primary = wallet.id == id;
        }
    }
}

/// What two names have in common that people take for the same.
fn fold(name: &str) -> String {
    name.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Mode, id::TenantId};

    fn wallet(n: u8, name: &str, currency: &str) -> Wallet {
        Wallet {
            id: WalletId::mint(Time::from_ms(0), [n; 10]),
            name: name.into(),
            currency: currency.parse().unwrap(),
            primary: false,
            created_at: Time::from_ms(0),
        }
    }

    fn none() -> Wallets {
        let scope = Scope { tenant: TenantId::mint(Time::from_ms(0), [1; 10]), mode: Mode::Test };
        Wallets::none(scope, CustomerId::mint(Time::from_ms(0), [2; 10]))
    }

    fn primaries(wallets: &Wallets) -> Vec<&str> {
        let primary = wallets.list.iter().filter(|wallet| wallet.primary);
        primary.map(|wallet| wallet.name.as_str()).collect()
    }

    #[test]
    fn the_first_wallet_of_a_currency_is_primary_until_another_is_made_it() {
        let two = none().with(wallet(1, "A", "USD")).unwrap().with(wallet(2, "B", "USD")).unwrap();
        assert_eq!(primaries(&two), ["A"]);
        let three = two.with(wallet(3, "C", "EUR")).unwrap();
        assert_eq!((primaries(&three), three.version), (vec!["A", "C"], 3));
        let asked = Wallet { primary: true, ..wallet(4, "D", "USD") };
        assert_eq!(primaries(&three.with(asked).unwrap()), ["C", "D"]);
        let b = wallet(2, "B", "USD").id;
        let change = |primary| WalletChange { primary: Some(primary), name: None };
        let moved = three.changed(b, change(true)).unwrap();
        assert_eq!(primaries(&moved), ["B", "C"]);
        assert_eq!(moved.changed(b, change(false)), Err(WalletRefusal::StaysPrimary));
        assert_eq!(moved.changed(b, change(true)), Ok(moved.clone()), "nothing to change");
        let a = wallet(1, "A", "USD").id;
        assert_eq!(moved.changed(a, change(false)), Ok(moved.clone()), "it is not");
    }

    #[test]
    fn a_name_is_taken_in_any_case_but_not_by_the_wallet_itself() {
        let two =
            none().with(wallet(1, "Büro", "USD")).unwrap().with(wallet(2, "B", "USD")).unwrap();
        for name in ["Büro", "BÜRO", " büro "] {
            assert_eq!(two.with(wallet(3, name, "EUR")), Err(WalletRefusal::NameTaken), "{name}");
            let change = WalletChange { name: Some(name.into()), primary: None };
            let id = wallet(2, "", "USD").id;
            assert_eq!(two.changed(id, change.clone()), Err(WalletRefusal::NameTaken));
            let renamed = two.changed(wallet(1, "", "USD").id, change).unwrap();
            assert_eq!(renamed.list[0].name, name);
        }
        let nobody = two.changed(wallet(9, "", "USD").id, WalletChange::default());
        assert_eq!(nobody, Err(WalletRefusal::Unknown));
    }

    #[test]
    fn a_customer_has_at_most_fifty_wallets() {
        let mut wallets = none();
        for n in 0..50 {
            wallets = wallets.with(wallet(n, &format!("W{n}"), "USD")).unwrap();
        }
        assert_eq!(wallets.with(wallet(50, "One more", "USD")), Err(WalletRefusal::TooMany));
    }
}
