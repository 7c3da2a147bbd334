//! Writes as DynamoDB expressions. Every name and value is a placeholder, so nothing needs
//! escaping and no reserved word gets in the way.

use super::wire::{Ask, TransactItem};
use crate::store::{Guard, Result, Update, Value, Write};
use std::collections::BTreeMap;

/// A condition, and for updates the change, with their placeholders.
#[derive(Default)]
pub struct Expression {
    /// The change.
    pub update: Option<String>,
    conditions: Vec<String>,
    /// What the name placeholders stand for.
    pub names: BTreeMap<String, String>,
    /// What the value placeholders stand for.
    pub values: BTreeMap<String, Value>,
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
        self.values.insert(placeholder.clone(), new.clone());
        placeholder
    }
}

/// One write of a transaction.
pub fn transact_item<'a>(write: &'a Write, table: &'a str) -> Result<TransactItem<'a>> {
    let ask = Ask::of(table);
    let put = |item| Ask { item: Some(item), ..Ask::of(table) };
    Ok(match write {
        Write::Insert(new) => TransactItem::Put(put(new).with(Expression::absent())),
        Write::Replace { item, version } => {
            TransactItem::Put(put(item).with(Expression::at_version(*version)))
        }
        Write::Update(update) => {
            let ask = Ask { key: Some(write.key()?.item()), ..ask };
            TransactItem::Update(ask.with(Expression::update(update)))
        }
        Write::Check { key, guards } => {
            let ask = Ask { key: Some(key.item()), ..ask };
            TransactItem::ConditionCheck(ask.with(Expression::guards(guards)))
        }
        Write::Remove { key, version } => {
            let ask = Ask { key: Some(key.item()), ..ask };
            TransactItem::Delete(ask.with(Expression::at_version(*version)))
        }
    })
}
