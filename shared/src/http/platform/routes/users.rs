//! Users and their merchant accounts.

use crate::{
    http::{
        platform::{Platform, merchant_account, user},
        route::{Json, List, One, routes},
    },
    operations::{ProblemKind, Resource, Unique},
};
use ProblemKind::{Invalid, NotFound, Repeated, Taken};

routes! {
    Platform;

    /// a new user.
    CreateUser = Post "/v1/platform/users" as "create_user" {
        scope: "users:write",
        body: Json<user::CreateUser>,
        answer: One<user::UserView>,
        problems: [Invalid, Repeated, Taken(Unique::Email)],
    }

    /// your users, newest first.
    ListUsers = Get "/v1/platform/users" as "list_users" {
        scope: "users:read",
        query: user::ListUsers,
        answer: List<user::UserView>,
        problems: [Invalid],
    }

    /// one of your users.
    GetUser = Get "/v1/platform/users/{user_id}" as "get_user" {
        scope: "users:read",
        answer: One<user::UserView>,
        problems: [NotFound(Resource::Customer)],
    }

    /// the merchant accounts of a user.
    ListMerchantAccounts = Get "/v1/platform/card-processing/users/{user_id}"
        as "list_merchant_accounts" {
        scope: "users:read",
        answer: List<merchant_account::MerchantAccountView>,
        problems: [NotFound(Resource::Customer)],
    }
}
