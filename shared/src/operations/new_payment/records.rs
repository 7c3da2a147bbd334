//! The records that a new payment names: read in one trip, and told where one is missing.

use super::{
    super::{Problem, Resource, Result, Unauthenticated},
    NewPayment,
};
use crate::{
    model::{
        Scope,
        customer::Customer,
        destination::Destination,
        id::{PaymentIntentId, WalletId},
        ledger::{Account, AccountId},
        payment_intent::wallet::PayeeAccount,
        payment_method::PaymentMethod,
        route::Route,
        tenant::Tenant,
    },
    store::{self, Consistency, Item, Key, Table, key},
};
use std::collections::BTreeMap;

/// Records that were read for a request, as far as they are there.
pub(super) struct PaymentRecords {
    pub(super) tenant: Tenant,
    pub(super) customer: Customer,
    pub(super) accounts: BTreeMap<AccountId, Account>,
    pub(super) method: Option<PaymentMethod>,
    pub(super) destination: Option<Destination>,
    pub(super) payee_method: Option<PaymentMethod>,
}

impl NewPayment {
    fn wallets(&self) -> impl Iterator<Item = WalletId> {
        [Some(self.wallet), self.destination_wallet].into_iter().flatten()
    }

    fn destination_key(&self, scope: Scope) -> Option<Key> {
        match self.payee {
            Some(PayeeAccount::Destination(id)) => Some(key::destination(scope, self.customer, id)),
            Some(PayeeAccount::Method(_)) | None => None,
        }
    }

    pub(super) fn keys(&self, scope: Scope, id: PaymentIntentId) -> Vec<Key> {
        let mut keys =
            vec![key::intent(scope, id), key::tenant(scope), key::customer(scope, self.customer)];
        keys.extend(self.wallets().map(|id| key::account(scope, AccountId::Wallet(id))));
        keys.extend(self.method.map(|id| key::payment_method(scope, self.customer, id)));
        keys.extend(self.destination_key(scope));
        keys.extend(self.route.map(|_| key::routes(scope)));
        keys
    }

    /// The records behind the ids of a request. Which is missing first is told first.
    pub(super) async fn records(
        &self,
        store: &Table,
        scope: Scope,
        items: &Items,
    ) -> Result<(PaymentRecords, Option<Route>)> {
        let tenant = items.parse(
            &key::tenant(scope),
            Problem::Unauthenticated(Unauthenticated::NoTenant),
            |item| store::tenant::from_item(scope, item),
        )?;
        let customer = key::customer(scope, self.customer);
        let customer = items.parse(&customer, Problem::NotFound(Resource::Customer), |item| {
            store::customer::from_item(scope, item)
        })?;
        let mut accounts = BTreeMap::new();
        for id in self.wallets().map(AccountId::Wallet) {
            let account = items.parse(
                &key::account(scope, id),
                Problem::NotFound(Resource::Wallet),
                |item| store::account::from_item(scope, item),
            )?;
            accounts.insert(id, account);
        }
        let method = self.method.map(|id| {
            let key = key::payment_method(scope, self.customer, id);
            items.parse(&key, Problem::NotFound(Resource::PaymentMethod), |item| {
                store::payment_method::from_item(scope, item)
            })
        });
        let destination = self.destination_key(scope).map(|key| {
            items.parse(&key, Problem::NotFound(Resource::Destination), |item| {
                store::destination::from_item(scope, self.customer, item)
            })
        });
        let payee_method = match self.payee {
            Some(PayeeAccount::Method(id)) => {
                let found = store.bank_method(scope, id).await?;
                Some(found.ok_or(Problem::NotFound(Resource::PaymentMethod)))
            }
            Some(PayeeAccount::Destination(_)) | None => None,
        };
        let owned = accounts.get(&AccountId::Wallet(self.wallet));
        if owned.and_then(|account| account.owner) != Some(customer.id) {
            return Err(Problem::NotFound(Resource::Wallet));
        }
        let routes = store::route::from_item(items.get(&key::routes(scope)))?;
        let route = self.route.map(|id| routes.into_iter().find(|route| route.id == id));
        let route = route.map(|route| route.ok_or(Problem::NotFound(Resource::Route)));
        let route = route.transpose()?;
        let records = PaymentRecords {
            method: method.transpose()?,
            destination: destination.transpose()?,
            payee_method: payee_method.transpose()?,
            tenant,
            customer,
            accounts,
        };
        Ok((records, route))
    }
}

/// Items that were read together, by key.
pub(super) struct Items(BTreeMap<Key, Item>);

impl Items {
    pub(super) async fn read(store: &Table, mut keys: Vec<Key>) -> Result<Self> {
        // The same wallet or account may be named twice; DynamoDB takes each key once.
        keys.sort_unstable();
        keys.dedup();
        let items = store.get_many(&keys, Consistency::Strong).await?;
        let found = keys.into_iter().zip(items).filter_map(|(key, item)| Some((key, item?)));
        Ok(Self(found.collect()))
    }

    pub(super) fn take(&mut self, key: &Key) -> Option<Item> {
        self.0.remove(key)
    }

    fn get(&self, key: &Key) -> Option<&Item> {
        self.0.get(key)
    }

    fn parse<T>(
        &self,
        key: &Key,
        missing: Problem,
        read: impl Fn(&Item) -> std::result::Result<T, store::Corrupt>,
    ) -> Result<T> {
        let item = self.0.get(key).ok_or(missing)?;
        Ok(read(item)?)
    }
}
