//! Wallets, and where their money comes from and goes to.

use crate::{
    http::{
        platform::{Platform, destination, payment_method, wallet},
        route::{Json, List, One, routes},
    },
    operations::{ProblemKind, Resource, Unique},
};
use ProblemKind::{Contended, Invalid, NotFound, Repeated, Taken};

routes! {
    Platform;

    /// saves a user's bank account; the same one only once.
    CreateBankPaymentMethod = Post "/v1/platform/payment-methods/bank"
        as "create_bank_payment_method" {
        scope: "wallets:write",
        body: Json<payment_method::CreateBankPaymentMethod>,
        answer: One<payment_method::PaymentMethodView>,
        problems: [Invalid, Repeated, NotFound(Resource::Customer), Contended],
    }

    /// the cards and bank accounts a user saved, newest first.
    ListPaymentMethods = Get "/v1/platform/payment-methods" as "list_payment_methods" {
        scope: "wallets:read",
        query: payment_method::ListPaymentMethods,
        answer: List<payment_method::PaymentMethodView>,
        problems: [Invalid, NotFound(Resource::Customer)],
    }

    /// forgets a card or bank account.
    DeletePaymentMethod = Delete "/v1/platform/payment-methods/{payment_method_id}"
        as "delete_payment_method" {
        scope: "wallets:write",
        query: payment_method::DeletePaymentMethod,
        answer: One<payment_method::DeletedPaymentMethodView>,
        problems: [Invalid, NotFound(Resource::PaymentMethod), Contended],
    }

    /// a place where a user's payee takes money.
    CreateDestination = Post "/v1/platform/payees/{payee_id}/destinations" as "create_destination" {
        scope: "wallets:write",
        body: Json<destination::CreateDestination>,
        query: destination::PayeeOf,
        answer: One<destination::DestinationView>,
        problems: [Invalid, Repeated, NotFound(Resource::Customer), Contended],
    }

    /// a new wallet of a user.
    CreateWallet = Post "/v1/platform/wallets" as "create_wallet" {
        scope: "wallets:write",
        body: Json<wallet::CreateWallet>,
        answer: One<wallet::WalletView>,
        problems: [
            Invalid, Repeated, NotFound(Resource::Customer), Taken(Unique::WalletName), Contended,
        ],
    }

    /// a user's wallets with their balances, newest first.
    ListWallets = Get "/v1/platform/wallets" as "list_wallets" {
        scope: "wallets:read",
        query: wallet::ListWallets,
        answer: List<wallet::WalletView>,
        problems: [Invalid, NotFound(Resource::Customer)],
    }

    /// one wallet with its balances.
    GetWallet = Get "/v1/platform/wallets/{wallet_id}" as "get_wallet" {
        scope: "wallets:read",
        answer: One<wallet::WalletView>,
        problems: [NotFound(Resource::Wallet)],
    }

    /// renames a wallet, or makes it the primary one.
    UpdateWallet = Patch "/v1/platform/wallets/{wallet_id}" as "update_wallet" {
        scope: "wallets:write",
        body: Json<wallet::UpdateWallet>,
        answer: One<wallet::WalletView>,
        problems: [Invalid, NotFound(Resource::Wallet), Taken(Unique::WalletName), Contended],
    }

    /// a wallet's journal, newest first.
    ListWalletEntries = Get "/v1/platform/wallets/{wallet_id}/entries" as "list_wallet_entries" {
        scope: "wallets:read",
        query: wallet::ListWalletEntries,
        answer: List<wallet::WalletEntryView>,
        problems: [Invalid, NotFound(Resource::Wallet)],
    }

    /// where a payee takes money, newest first.
    ListDestinations = Get "/v1/platform/payees/{payee_id}/destinations" as "list_destinations" {
        scope: "wallets:read",
        query: destination::ListDestinations,
        answer: List<destination::DestinationView>,
        problems: [Invalid, NotFound(Resource::Customer)],
    }
}
