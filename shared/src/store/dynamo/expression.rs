//! Writes as DynamoDB expressions. Every name and value is a placeholder, so nothing needs
//! escaping and no reserved word gets in the way.

use super::{attributes, unavailable, value};
use crate::store::{Guard, Result, Update, Value, Write};
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure as OnFailure,
    TransactWriteItem, Update as SdkUpdate,
};
use std::collections::HashMap;

/// A condition, and for updates the change, with their placeholders.
#[derive(Default)]
pub struct Expression {
    /// The change.
    pub update: Option<String>,
    conditions: Vec<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Expression {
    /// Nothing has this key yet.
    pub fn absent() -> Self {
        let mut expression = Self::default();
        let pk = expression.name("pk");
        expression.conditions.push(format!("attribute_not_exists({pk})"));
        expression
    }

    /// The item is at this version.
    pub fn at_version(version: u64) -> Self {
        Self::guards(&[Guard::Is("v", Value::from(version))])
    }

    /// The item exists and all guards hold.
    pub fn guards(guards: &[Guard]) -> Self {
        let mut expression = Self::default();
        expression.add_guards(guards);
        expression
    }

    /// A change under its guards.
    pub fn update(update: &Update) -> Self {
        let mut expression = Self::default();
        let mut set = Vec::new();
        for (name, new) in &update.set {
            set.push(format!("{} = {}", expression.name(name), expression.value(new)));
        }
        for (name, new) in &update.append {
            let (list, new) = (expression.name(name), expression.value(&Value::L(new.clone())));
            set.push(format!("{list} = list_append({list}, {new})"));
        }
        let mut parts = Vec::new();
        if !set.is_empty() {
            parts.push(format!("SET {}", set.join(", ")));
        }
        let added = update.add.iter().copied().chain([("v", 1)]).map(|(name, delta)| {
            format!("{} {}", expression.name(name), expression.value(&Value::N(delta)))
        });
        let added: Vec<String> = added.collect();
        parts.push(format!("ADD {}", added.join(", ")));
        if !update.remove.is_empty() {
            let names: Vec<String> = update.remove.iter().map(|n| expression.name(n)).collect();
            parts.push(format!("REMOVE {}", names.join(", ")));
        }
        expression.update = Some(parts.join(" "));
        expression.add_guards(&update.guards);
        expression
    }

    /// The condition, if there is one.
    pub fn condition(&self) -> Option<String> {
        (!self.conditions.is_empty()).then(|| self.conditions.join(" AND "))
    }

    /// What the name placeholders stand for.
    pub fn names(&self) -> Option<HashMap<String, String>> {
        (!self.names.is_empty()).then(|| self.names.clone())
    }

    /// What the value placeholders stand for.
    pub fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }

    fn add_guards(&mut self, guards: &[Guard]) {
        let pk = self.name("pk");
        self.conditions.push(format!("attribute_exists({pk})"));
        for guard in guards {
            let condition = match guard {
                Guard::Is(name, value) => format!("{} = {}", self.name(name), self.value(value)),
                Guard::Above(name, bound) => {
                    format!("{} > {}", self.name(name), self.value(&Value::N(*bound)))
                }
                Guard::AtLeast(name, bound) => {
                    format!("{} >= {}", self.name(name), self.value(&Value::N(*bound)))
                }
                Guard::AbsentOrAtMost(name, bound) => {
                    let (name, bound) = (self.name(name), self.value(&Value::N(*bound)));
                    format!("(attribute_not_exists({name}) OR {name} <= {bound})")
                }
                Guard::Absent(name) => format!("attribute_not_exists({})", self.name(name)),
            };
            self.conditions.push(condition);
        }
    }

    fn name(&mut self, name: &str) -> String {
        let placeholder = format!("#{name}");
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    fn value(&mut self, new: &Value) -> String {
        let placeholder = format!(":{}", self.values.len());
        self.values.insert(placeholder.clone(), value::to_attribute(new));
        placeholder
    }
}

/// One write of a transaction.
pub fn transact_item(write: &Write, table: &str) -> Result<TransactWriteItem> {
    let item = TransactWriteItem::builder();
    let item = match write {
        Write::Insert(new) => item.put(put(new, &Expression::absent(), table)?),
        Write::Replace { item: new, version } => {
            item.put(put(new, &Expression::at_version(*version), table)?)
        }
        Write::Update(update) => {
            let expression = Expression::update(update);
            let update = SdkUpdate::builder()
                .table_name(table)
                .set_key(Some(attributes(&write.key()?)))
                .set_update_expression(expression.update.clone())
                .set_condition_expression(expression.condition())
                .set_expression_attribute_names(expression.names())
                .set_expression_attribute_values(expression.values())
                .return_values_on_condition_check_failure(OnFailure::AllOld);
            item.update(update.build().map_err(unavailable)?)
        }
        Write::Check { key, guards } => {
            let expression = Expression::guards(guards);
            let check = ConditionCheck::builder()
                .table_name(table)
                .set_key(Some(attributes(key)))
                .set_condition_expression(expression.condition())
                .set_expression_attribute_names(expression.names())
                .set_expression_attribute_values(expression.values())
                .return_values_on_condition_check_failure(OnFailure::AllOld);
            item.condition_check(check.build().map_err(unavailable)?)
        }
        Write::Remove { key, version } => {
            let expression = Expression::at_version(*version);
            let delete = Delete::builder()
                .table_name(table)
                .set_key(Some(attributes(key)))
                .set_condition_expression(expression.condition())
                .set_expression_attribute_names(expression.names())
                .set_expression_attribute_values(expression.values())
                .return_values_on_condition_check_failure(OnFailure::AllOld);
            item.delete(delete.build().map_err(unavailable)?)
        }
    };
    Ok(item.build())
}

fn put(new: &crate::store::Item, condition: &Expression, table: &str) -> Result<Put> {
    Put::builder()
        .table_name(table)
        .set_item(Some(value::to_attributes(new)))
        .set_condition_expression(condition.condition())
        .set_expression_attribute_names(condition.names())
        .set_expression_attribute_values(condition.values())
        .return_values_on_condition_check_failure(OnFailure::AllOld)
        .build()
        .map_err(unavailable)
}
