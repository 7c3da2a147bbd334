//! Users: the platform surface's word for customers.

use crate::{
    http::{
        Result,
        field::{Email, PageLimit, Text},
        platform::page::{Asked, Page},
    },
    model::{Scope, Time, customer::Customer, id::CustomerId},
};
use derive::{Body, View};

/// A new user.
#[derive(Body)]
pub struct CreateUser {
    /// Full name.
    pub name: Text<1, 100>,
    /// Unique among your users, in any case.
    pub email: Email,
    /// Makes repeating the request harmless.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

/// Which users to list.
#[derive(Body)]
pub struct ListUsers {
    /// Page size.
    pub limit: Option<PageLimit>,
    /// `next_cursor` of the page before.
    pub cursor: Option<Text<1, 200>>,
}

impl ListUsers {
    /// The page that is asked for.
    ///
    /// # Errors
    /// 422 for a cursor of another list.
    pub fn page(&self, scope: Scope, now: Time) -> Result<Page> {
        let asked = Asked {
            list: "users".to_owned(),
            limit: self.limit,
            cursor: self.cursor.as_ref().map(|cursor| cursor.0.as_str()),
            from: None,
            until: None,
        };
        Page::of(scope, asked, now)
    }
}

impl CreateUser {
    /// The customer that is asked for.
    #[must_use]
    pub fn command(self, id: CustomerId, scope: Scope) -> Customer {
        Customer::new(id, scope, self.name.0, self.email.0)
    }
}

/// A user.
#[derive(View)]
pub struct UserView {
    /// Its id.
    pub user_id: CustomerId,
    /// Full name.
    pub name: String,
    /// In lower case.
    pub email: String,
    /// RFC 3339.
    pub created_at: String,
}

/// A customer as this surface shows it.
#[must_use]
pub fn view(customer: &Customer) -> UserView {
    UserView {
        user_id: customer.id,
        name: customer.name.clone(),
        email: customer.email.clone(),
        created_at: customer.created_at.rfc3339(),
    }
}
