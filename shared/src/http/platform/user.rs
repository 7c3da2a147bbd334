//! Users: the platform surface's word for customers.

use crate::{
    http::{
        Result,
        field::{Email, PageLimit, Text},
        platform::page::{Asked, Page},
    },
    model::{Scope, Time, customer::Customer, id::CustomerId},
    request, view,
};

request! {
    /// A new user.
    CreateUser {
        /// Full name.
        name: required Text<1, 100>,
        /// Unique among your users, in any case.
        email: required Email,
        /// Makes repeating the request harmless.
        idempotency_key: optional Text<1, 120>,
    }
}

request! {
    /// Which users to list.
    ListUsers {
        /// Page size.
        limit: optional PageLimit,
        /// `next_cursor` of the page before.
        cursor: optional Text<1, 200>,
    }
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

    /// The idempotency key in the body.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.idempotency_key.as_ref().map(|key| key.0.as_str())
    }
}

view! {
    /// A user.
    UserView {
        /// Its id.
        user_id: CustomerId,
        /// Full name.
        name: String,
        /// In lower case.
        email: String,
        /// RFC 3339.
        created_at: String,
    }
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
