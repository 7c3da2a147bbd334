//! What DynamoDB is asked and answers, as JSON. One form serves all operations: what an operation
//! does not know is left out.

use super::expression::Expression;
use crate::store::{Item, Value};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashMap};

/// A question, or one write of a transaction.
#[derive(Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct Ask<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Item>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<&'a Item>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consistent_read: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_expression: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition_expression: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub expression_attribute_names: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub expression_attribute_values: BTreeMap<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_values: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_values_on_condition_check_failure: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_consumed_capacity: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_condition_expression: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scan_index_forward: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclusive_start_key: Option<Item>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_request_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transact_items: Option<Vec<TransactItem<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_items: Option<HashMap<&'a str, Keys>>,
}

/// One write of a transaction.
#[derive(Serialize)]
pub enum TransactItem<'a> {
    Put(Ask<'a>),
    Update(Ask<'a>),
    Delete(Ask<'a>),
    ConditionCheck(Ask<'a>),
}

/// Which items to read at once, and those that were not read.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Keys {
    pub keys: Vec<Item>,
    #[serde(default)]
    pub consistent_read: bool,
}

/// An answer.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Answer {
    pub item: Option<Item>,
    pub items: Vec<Item>,
    pub attributes: Item,
    pub last_evaluated_key: Option<Item>,
    pub responses: HashMap<String, Vec<Item>>,
    pub unprocessed_keys: HashMap<String, Keys>,
    consumed_capacity: Option<Box<RawValue>>,
}

/// A refusal, as far as it is looked at.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Refusal {
    pub item: Option<Item>,
    pub cancellation_reasons: Vec<Reason>,
}

/// Why one write of a transaction stood in its way, or did not.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Reason {
    pub code: Option<String>,
    pub item: Option<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Consumed {
    capacity_units: Option<Box<RawValue>>,
}

impl<'a> Ask<'a> {
    /// A question about one table.
    pub fn of(table: &'a str) -> Self {
        Self { table_name: Some(table), ..Self::default() }
    }

    /// Under a condition, or changing what an expression says. A refusal tells the item as it is.
    pub fn with(self, expression: Expression) -> Self {
        Self {
            update_expression: expression.update.clone(),
            condition_expression: expression.condition(),
            return_values_on_condition_check_failure: Some("ALL_OLD"),
            expression_attribute_names: expression.names,
            expression_attribute_values: expression.values,
            ..self
        }
    }
}

impl Answer {
    /// What it cost, in half units.
    pub fn half_units(&self) -> u64 {
        let text = self.consumed_capacity.as_ref().map_or("null", |consumed| consumed.get());
        let several: Result<Vec<Consumed>, _> = match text.starts_with('[') {
            true => serde_json::from_str(text),
            false => serde_json::from_str(text).map(|one| vec![one]),
        };
        let several = several.unwrap_or_default();
        several.iter().filter_map(|one| Some(half_units(one.capacity_units.as_ref()?.get()))).sum()
    }
}

/// Doubled capacity units, read from the decimal text so that no float is computed with.
fn half_units(text: &str) -> u64 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    whole.parse().unwrap_or(0_u64) * 2 + u64::from(fraction.starts_with('5'))
}
