//! `GET /payments`: which are asked for.

use super::{
    customer::by_name,
    field::CustomerName,
    page::{Asked, MAX_CURSOR, Page},
};
use crate::{
    http::{
        Result,
        field::{PageLimit, Text},
    },
    model::{Scope, Time},
    operations::customers::keeping::CustomerRef,
};
use derive::Body;
use ring::hmac;

/// Which payments to list.
#[derive(Body)]
#[body(rename_all = "camelCase")]
pub struct ListPayments {
    /// Only those of this customer, by `cus_...` or your own id.
    pub customer_id: Option<CustomerName>,
    /// `nextCursor` of the page before, or a time: payments made before it. A payment is listed at
    /// the latest 60 seconds after its `createdAt`; one of a checkout of the links surface when a card
    /// was submitted, at the latest a day and a minute after it. Whoever reads down to so far below
    /// the newest one known misses none.
    pub cursor: Option<Text<1, MAX_CURSOR>>,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
}

impl ListPayments {
    /// Whose payments are asked for; everybody's without one.
    pub fn customer(&self) -> Option<CustomerRef> {
        self.customer_id.clone().map(by_name)
    }

    /// The page that is asked for.
    ///
    /// # Errors
    /// 400 for a cursor of another list.
    pub fn page(&self, key: hmac::Key, scope: Scope, now: Time) -> Result<Page> {
        let list = format!("payments#{:?}", self.customer_id);
        let cursor = self.cursor.as_ref().map(|text| text.0.as_str());
        Page::by_time(key, scope, Asked { list, limit: self.limit, cursor }, now)
    }
}
