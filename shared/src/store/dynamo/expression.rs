//! Writes as DynamoDB expressions. Every name and value is a placeholder, so nothing needs
//! escaping and no reserved word gets in the way.

use super::value::{Attributes, key_attributes, to_attribute, to_attributes};
use crate::store::{Error, Guard, Item, Key, Result, Update, Value, Write};
use aws_sdk_dynamodb::{
    error::BuildError,
    types::{
        ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure::AllOld,
        TransactWriteItem, Update as SdkUpdate,
    },
};
use std::collections::HashMap;

/// A condition, and for updates the change, with their placeholders.
#[derive(Default)]
pub struct Expression {
    /// The update expression; `None` for writes that are no update.
    pub update: Option<String>,
    conditions: Vec<String>,
    names: HashMap<String, String>,
    values: Attributes,
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
        expression.exists();
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
        let added = update.added().map(|(name, delta)| {
            format!("{} {}", expression.name(name), expression.value(&Value::N(delta)))
        });
        let added: Vec<String> = added.collect();
        if !added.is_empty() {
            parts.push(format!("ADD {}", added.join(", ")));
        }
        if !update.remove.is_empty() {
            let names: Vec<String> = update.remove.iter().map(|n| expression.name(n)).collect();
            parts.push(format!("REMOVE {}", names.join(", ")));
        }
        expression.update = Some(parts.join(" "));
        if !update.makes {
            expression.exists();
        }
        expression.add_guards(&update.guards);
        expression
    }

    /// The condition, if there is one.
    pub fn condition(&self) -> Option<String> {
        (!self.conditions.is_empty()).then(|| self.conditions.join(" AND "))
    }

    /// What the name placeholders stand for, if there are any; taken out.
    pub fn take_names(&mut self) -> Option<HashMap<String, String>> {
        (!self.names.is_empty()).then(|| std::mem::take(&mut self.names))
    }

    /// What the value placeholders stand for, if there are any; taken out.
    pub fn take_values(&mut self) -> Option<Attributes> {
        (!self.values.is_empty()).then(|| std::mem::take(&mut self.values))
    }

    fn exists(&mut self) {
        let pk = self.name("pk");
        self.conditions.push(format!("attribute_exists({pk})"));
    }

    fn add_guards(&mut self, guards: &[Guard]) {
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
                Guard::Lacks(name, text) => {
                    let (name, text) = (self.name(name), self.value(&Value::from(text.as_str())));
                    format!("(NOT contains({name}, {text}))")
                }
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
        self.values.insert(placeholder.clone(), to_attribute(new));
        placeholder
    }
}

/// One write of a transaction. Each tells the item as it is when its condition does not hold.
pub fn transact_item(write: &Write, table: &str) -> Result<TransactWriteItem> {
    let item = TransactWriteItem::builder();
    let item = match write {
        Write::Insert(new) => item.put(put(new, Expression::absent(), table)?),
        Write::Replace { item: new, version } => {
            item.put(put(new, Expression::at_version(*version), table)?)
        }
        Write::Update(change) => item.update(update(&write.key()?, change, table)?),
        Write::Check { key, guards } => item.condition_check(check(key, guards, table)?),
        Write::Remove { key, version } => item.delete(delete(key, *version, table)?),
    };
    Ok(item.build())
}

fn put(new: &Item, mut condition: Expression, table: &str) -> Result<Put> {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(to_attributes(new)))
        .set_condition_expression(condition.condition())
        .set_expression_attribute_names(condition.take_names())
        .set_expression_attribute_values(condition.take_values())
        .return_values_on_condition_check_failure(AllOld);
    put.build().map_err(incomplete)
}

fn update(key: &Key, change: &Update, table: &str) -> Result<SdkUpdate> {
    let mut expression = Expression::update(change);
    let update = SdkUpdate::builder()
        .table_name(table)
        .set_key(Some(key_attributes(key)))
        .set_update_expression(expression.update.take())
        .set_condition_expression(expression.condition())
        .set_expression_attribute_names(expression.take_names())
        .set_expression_attribute_values(expression.take_values())
        .return_values_on_condition_check_failure(AllOld);
    update.build().map_err(incomplete)
}

fn check(key: &Key, guards: &[Guard], table: &str) -> Result<ConditionCheck> {
    let mut condition = Expression::guards(guards);
    let check = ConditionCheck::builder()
        .table_name(table)
        .set_key(Some(key_attributes(key)))
        .set_condition_expression(condition.condition())
        .set_expression_attribute_names(condition.take_names())
        .set_expression_attribute_values(condition.take_values())
        .return_values_on_condition_check_failure(AllOld);
    check.build().map_err(incomplete)
}

fn delete(key: &Key, version: u64, table: &str) -> Result<Delete> {
    let mut condition = Expression::at_version(version);
    let delete = Delete::builder()
        .table_name(table)
        .set_key(Some(key_attributes(key)))
        .set_condition_expression(condition.condition())
        .set_expression_attribute_names(condition.take_names())
        .set_expression_attribute_values(condition.take_values())
        .return_values_on_condition_check_failure(AllOld);
    delete.build().map_err(incomplete)
}

/// A request that lacks something the service requires: a mistake of this code.
pub fn incomplete(error: BuildError) -> Error {
    Error::Rejected(error.to_string())
}
