//! Many new customers at once, each on its own.

use super::customer::{self, CreateCustomer, sentence};
use crate::{
    http::{
        body::{Body, Fields},
        field::Field,
        payments::livemode,
        reply,
        surface::UnknownFields,
        view::Described,
    },
    model::{Invalid, Mode, Scope, customer::Customer, id::CustomerId},
    operations::Problem,
};
use derive::{Body, View};
use serde_json::{Value, json, value::RawValue};

/// Most customers of a batch.
const MAX_ITEMS: usize = 100;

/// New customers.
#[derive(Body)]
pub struct CreateCustomers {
    /// 1 to 100 objects like the body that makes one.
    pub customers: Items,
}

/// The items of a batch as they were sent: each is read on its own.
#[derive(Debug, Clone)]
pub struct Items(pub Vec<Box<RawValue>>);

/// What became of a batch.
#[derive(View)]
pub struct BatchView {
    /// Customers that were made, or known under their own id.
    pub successful: Vec<BatchCustomerView>,
    /// The items that were refused, each with its place in the request.
    pub failed: Vec<BatchFailureView>,
    /// The kind of object: always `customer`.
    pub object: &'static str,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
}

/// A customer of a batch.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct BatchCustomerView {
    /// The customer's id, `cus_...`.
    pub id: String,
    /// Your own id of the customer, which works in paths too; null for none.
    pub external_id: Option<String>,
    /// The e-mail address, in lower case.
    pub email: String,
}

/// An item that was refused.
#[derive(View)]
pub struct BatchFailureView {
    /// Its place in the list, from 0.
    pub index: u64,
    /// Why it was refused, in one sentence.
    pub error: String,
    /// The item as it was sent.
    pub data: AnyJson,
}

/// JSON of any kind.
#[derive(serde::Serialize)]
pub struct AnyJson(pub Box<RawValue>);

impl Described for AnyJson {
    fn schema() -> Value {
        json!({})
    }
}

impl Field for Items {
    fn read(json: &str) -> Result<Self, Invalid> {
        let items: Vec<Box<RawValue>> =
            serde_json::from_str(json).map_err(|_| Invalid::new("must be a list of objects"))?;
        if items.is_empty() || items.len() > MAX_ITEMS {
            return Err(Invalid::new(format!("must have 1 to {MAX_ITEMS} entries")));
        }
        Ok(Self(items))
    }

    fn schema() -> Value {
        json!({"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": MAX_ITEMS})
    }

    fn meaning(&self) -> String {
        let items = self.0.iter().map(|item| canonical(item.get()));
        reply::json(&items.collect::<Vec<_>>())
    }
}

/// What an item means, however it was written: as its fields mean it, or as it stands where it is
/// no customer.
fn canonical(json: &str) -> String {
    let fields = Fields::from_json(json).map(|fields| fields.with_unknown(UnknownFields::Ignored));
    let read = fields.and_then(|mut fields| fields.read::<CreateCustomer>());
    read.map_or_else(|_| json.to_owned(), |body| body.meaning().to_json())
}

/// The customers that the items ask for, each on its own. `key` is the idempotency key of the call.
pub fn read(
    items: &Items,
    scope: Scope,
    key: Option<&str>,
    id: impl Fn() -> CustomerId,
) -> Vec<Result<Customer, Problem>> {
    items.0.iter().map(|item| customer::item(item.get(), id(), scope, key)).collect()
}

/// The answer to a batch. The same customer twice is told twice.
pub fn view(done: Vec<Result<Customer, Problem>>, items: &Items, mode: Mode) -> BatchView {
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for ((index, item), done) in (0_u64..).zip(&items.0).zip(done) {
        match done {
            Ok(customer) => successful.push(BatchCustomerView {
                id: customer.id.payments_form(),
                external_id: customer.profile.own_id,
                email: customer.email,
            }),
            Err(problem) => failed.push(BatchFailureView {
                index,
                error: sentence(&problem),
                data: AnyJson(item.clone()),
            }),
        }
    }
    BatchView { successful, failed, object: "customer", livemode: livemode(mode) }
}
