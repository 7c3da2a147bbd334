//! Users: the platform surface's word for customers.

use crate::{
    http::{
        Result,
        field::{Email, PageLimit, Text},
        platform::page::Page,
    },
    model::{Scope, Time, customer::Customer, id::CustomerId},
};
use derive::{Body, View};

/// A new user.
#[derive(Body)]
pub struct CreateUser {
    /// The person's full name, 1 to 100 characters.
    pub name: Text<1, 100>,
    /// Unique among your users, in any case.
    pub email: Email,
    /// Makes repeating the request harmless, as the header `Idempotency-Key` does: the two must
    /// agree.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

/// Which users to list.
#[derive(Body)]
pub struct ListUsers {
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
    /// The `next_cursor` that the page before answered, with the same filters.
    pub cursor: Option<Text<1, 200>>,
}

impl ListUsers {
    /// The page that is asked for.
    ///
    /// # Errors
    /// 422 for a cursor of another list.
    pub fn page(&self, scope: Scope, now: Time) -> Result<Page> {
        Page::of_all(scope, "users".to_owned(), self.limit, self.cursor.as_ref(), now)
    }
}

impl CreateUser {
    /// The customer that is asked for.
    pub fn command(self, id: CustomerId, scope: Scope) -> Customer {
        Customer::new(id, scope, self.name.0, self.email.0)
    }
}

/// A user.
#[derive(View)]
pub struct UserView {
    /// The user's id, a UUID.
    pub user_id: CustomerId,
    /// The person's full name, as it was given.
    pub name: String,
    /// The e-mail address, in lower case.
    pub email: String,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
}

/// A customer as this surface shows it.
pub fn view(customer: &Customer) -> UserView {
    UserView {
        user_id: customer.id,
        // Whom a link made may have no name.
        name: Some(&customer.name)
            .filter(|name| !name.is_empty())
            .unwrap_or(&customer.email)
            .clone(),
        email: customer.email.clone(),
        created_at: customer.created_at.rfc3339(),
    }
}
