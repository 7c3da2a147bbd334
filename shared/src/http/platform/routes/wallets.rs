//! Wallets, and where their money comes from and goes to.
#![expect(missing_docs, reason = "each route says itself what it is")]

use crate::{
    http::{
        platform::{Platform, destination, payment_method, wallet},
        route::{Json, List, Method, One, Route},
    },
    operations::{ProblemKind, Resource, Unique},
};
use ProblemKind::{Conflict, Invalid, NotFound, Repeated, Taken};

pub struct CreateBankPaymentMethod;

impl Route for CreateBankPaymentMethod {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/platform/payment-methods/bank";
    const OPERATION: &'static str = "create_bank_payment_method";
    const SUMMARY: &'static str = "saves a user's bank account; the same one only once.";
    const SCOPE: Option<&'static str> = Some("wallets:write");
    type Surface = Platform;
    type Body = Json<payment_method::CreateBankPaymentMethod>;
    type Query = ();
    type Answer = One<payment_method::PaymentMethodView>;
    const PROBLEMS: &'static [ProblemKind] =
        &[Invalid, Repeated, NotFound(Resource::Customer), Conflict];
}

pub struct ListPaymentMethods;

impl Route for ListPaymentMethods {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/platform/payment-methods";
    const OPERATION: &'static str = "list_payment_methods";
    const SUMMARY: &'static str = "the cards and bank accounts a user saved, newest first.";
    const SCOPE: Option<&'static str> = Some("wallets:read");
    type Surface = Platform;
    type Body = ();
    type Query = payment_method::ListPaymentMethods;
    type Answer = List<payment_method::PaymentMethodView>;
    const PROBLEMS: &'static [ProblemKind] = &[Invalid, NotFound(Resource::Customer)];
}

pub struct DeletePaymentMethod;

impl Route for DeletePaymentMethod {
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v1/platform/payment-methods/{payment_method_id}";
    const OPERATION: &'static str = "delete_payment_method";
    const SUMMARY: &'static str = "forgets a card or bank account.";
    const SCOPE: Option<&'static str> = Some("wallets:write");
    type Surface = Platform;
    type Body = ();
    type Query = payment_method::DeletePaymentMethod;
    type Answer = One<payment_method::DeletedPaymentMethodView>;
    const PROBLEMS: &'static [ProblemKind] =
        &[Invalid, NotFound(Resource::PaymentMethod), Conflict];
}

pub struct CreateDestination;

impl Route for CreateDestination {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/platform/payees/{payee_id}/destinations";
    const OPERATION: &'static str = "create_destination";
    const SUMMARY: &'static str = "a place where a user's payee takes money.";
    const SCOPE: Option<&'static str> = Some("wallets:write");
    type Surface = Platform;
    type Body = Json<destination::CreateDestination>;
    type Query = destination::PayeeOf;
    type Answer = One<destination::DestinationView>;
    const PROBLEMS: &'static [ProblemKind] =
        &[Invalid, Repeated, NotFound(Resource::Customer), Conflict];
}

pub struct CreateWallet;

impl Route for CreateWallet {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/platform/wallets";
    const OPERATION: &'static str = "create_wallet";
    const SUMMARY: &'static str = "a new wallet of a user.";
    const SCOPE: Option<&'static str> = Some("wallets:write");
    type Surface = Platform;
    type Body = Json<wallet::CreateWallet>;
    type Query = ();
    type Answer = One<wallet::WalletView>;
    const PROBLEMS: &'static [ProblemKind] =
        &[Invalid, Repeated, NotFound(Resource::Customer), Taken(Unique::WalletName), Conflict];
}

pub struct ListWallets;

impl Route for ListWallets {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/platform/wallets";
    const OPERATION: &'static str = "list_wallets";
    const SUMMARY: &'static str = "a user's wallets with their balances, newest first.";
    const SCOPE: Option<&'static str> = Some("wallets:read");
    type Surface = Platform;
    type Body = ();
    type Query = wallet::ListWallets;
    type Answer = List<wallet::WalletView>;
    const PROBLEMS: &'static [ProblemKind] = &[Invalid, NotFound(Resource::Customer)];
}

pub struct GetWallet;

impl Route for GetWallet {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/platform/wallets/{wallet_id}";
    const OPERATION: &'static str = "get_wallet";
    const SUMMARY: &'static str = "one wallet with its balances.";
    const SCOPE: Option<&'static str> = Some("wallets:read");
    type Surface = Platform;
    type Body = ();
    type Query = ();
    type Answer = One<wallet::WalletView>;
    const PROBLEMS: &'static [ProblemKind] = &[NotFound(Resource::Wallet)];
}

pub struct UpdateWallet;

impl Route for UpdateWallet {
    const METHOD: Method = Method::Patch;
    const PATH: &'static str = "/v1/platform/wallets/{wallet_id}";
    const OPERATION: &'static str = "update_wallet";
    const SUMMARY: &'static str = "renames a wallet, or makes it the primary one.";
    const SCOPE: Option<&'static str> = Some("wallets:write");
    type Surface = Platform;
    type Body = Json<wallet::UpdateWallet>;
    type Query = ();
    type Answer = One<wallet::WalletView>;
    const PROBLEMS: &'static [ProblemKind] =
        &[Invalid, NotFound(Resource::Wallet), Taken(Unique::WalletName), Conflict];
}

pub struct ListWalletEntries;

impl Route for ListWalletEntries {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/platform/wallets/{wallet_id}/entries";
    const OPERATION: &'static str = "list_wallet_entries";
    const SUMMARY: &'static str = "a wallet's journal, newest first.";
    const SCOPE: Option<&'static str> = Some("wallets:read");
    type Surface = Platform;
    type Body = ();
    type Query = wallet::ListWalletEntries;
    type Answer = List<wallet::WalletEntryView>;
    const PROBLEMS: &'static [ProblemKind] = &[Invalid, NotFound(Resource::Wallet)];
}

pub struct ListDestinations;

impl Route for ListDestinations {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/platform/payees/{payee_id}/destinations";
    const OPERATION: &'static str = "list_destinations";
    const SUMMARY: &'static str = "where a payee takes money, newest first.";
    const SCOPE: Option<&'static str> = Some("wallets:read");
    type Surface = Platform;
    type Body = ();
    type Query = destination::ListDestinations;
    type Answer = List<destination::DestinationView>;
    const PROBLEMS: &'static [ProblemKind] = &[Invalid, NotFound(Resource::Customer)];
}
