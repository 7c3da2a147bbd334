//! Problems as the payment page and its own calls answer them: with the statuses, codes and
//! messages of the platform surface, which made the link.

pub use crate::http::platform::problems::{Row, fields, message, retry_after_s, row};
