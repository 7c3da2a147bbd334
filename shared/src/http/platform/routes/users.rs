//! Users and their merchant accounts.
#![expect(missing_docs, reason = "each route says itself what it is")]

use crate::{
    http::{
        platform::{Platform, merchant_account, user},
        route::{Json, List, Method, One, Route},
    },
    operations::{ProblemKind, Resource, Unique},
};
use ProblemKind::{Invalid, NotFound, Repeated, Taken};

pub struct CreateUser;

impl Route for CreateUser {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/platform/users";
    const OPERATION: &'static str = "create_user";
    const SUMMARY: &'static str = "a new user.";
    const SCOPE: Option<&'static str> = Some("users:write");
    type Surface = Platform;
    type Body = Json<user::CreateUser>;
    type Query = ();
    type Answer = One<user::UserView>;
    const PROBLEMS: &'static [ProblemKind] = &[Invalid, Repeated, Taken(Unique::Email)];
}

pub struct ListUsers;

impl Route for ListUsers {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/platform/users";
    const OPERATION: &'static str = "list_users";
    const SUMMARY: &'static str = "your users, newest first.";
    const SCOPE: Option<&'static str> = Some("users:read");
    type Surface = Platform;
    type Body = ();
    type Query = user::ListUsers;
    type Answer = List<user::UserView>;
    const PROBLEMS: &'static [ProblemKind] = &[Invalid];
}

pub struct GetUser;

impl Route for GetUser {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/platform/users/{user_id}";
    const OPERATION: &'static str = "get_user";
    const SUMMARY: &'static str = "one of your users.";
    const SCOPE: Option<&'static str> = Some("users:read");
    type Surface = Platform;
    type Body = ();
    type Query = ();
    type Answer = One<user::UserView>;
    const PROBLEMS: &'static [ProblemKind] = &[NotFound(Resource::Customer)];
}

pub struct ListMerchantAccounts;

impl Route for ListMerchantAccounts {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/platform/card-processing/users/{user_id}";
    const OPERATION: &'static str = "list_merchant_accounts";
    const SUMMARY: &'static str = "the merchant accounts of a user.";
    const SCOPE: Option<&'static str> = Some("users:read");
    type Surface = Platform;
    type Body = ();
    type Query = ();
    type Answer = List<merchant_account::MerchantAccountView>;
    const PROBLEMS: &'static [ProblemKind] = &[NotFound(Resource::Customer)];
}
