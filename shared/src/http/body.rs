//! JSON objects from outside, read field by field, so that all broken fields are named at once.

mod entries;
mod member;

pub use member::{BodyMember, meaning_of_list, schema_of_objects};

use super::{Result, field::Field, meaning::Meaning, surface::UnknownFields, view::Object};
use crate::{
    model::Invalid,
    operations::{FieldError, Problem},
};
use entries::{Entries, check_names, check_value};
use serde_json::value::RawValue;

/// Longest list of objects in a body.
pub const MAX_OBJECTS: usize = 100;

/// The fields of a request and what is wrong with them so far.
pub struct Fields {
    entries: Vec<(String, Box<RawValue>)>,
    known: Vec<&'static str>,
    repeated: Vec<String>,
    problems: Vec<FieldError>,
    unknown: UnknownFields,
}

/// What a request to change something says of one of its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Change<T> {
    /// Nothing: it stays.
    #[default]
    Keep,
    /// `null`: it becomes empty.
    Clear,
    /// It becomes this.
    Set(T),
}

impl<T> Change<T> {
    /// What the field is afterwards.
    pub fn apply(self, known: Option<T>) -> Option<T> {
        match self {
            Self::Keep => known,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// The change, where there is one: another value, or none.
    pub fn changed(self) -> Option<Option<T>> {
        match self {
            Self::Keep => None,
            Self::Clear => Some(None),
            Self::Set(value) => Some(Some(value)),
        }
    }

    /// The same by reference.
    pub const fn as_ref(&self) -> Change<&T> {
        match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::Set(value) => Change::Set(value),
        }
    }

    /// The same of another type.
    pub fn map<U>(self, to: impl FnOnce(T) -> U) -> Change<U> {
        match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::Set(value) => Change::Set(to(value)),
        }
    }
}

/// A request body: reads its fields, describes itself, says what it means. Usually derived.
pub trait Body: Sized {
    /// Reads every field, noting what is wrong; `None` when a required one is unusable.
    fn read(fields: &mut Fields) -> Option<Self>;

    /// Adds its fields to the schema of an object.
    fn describe(object: &mut Object);

    /// Its JSON schema.
    fn schema() -> serde_json::Value {
        let mut object = Object::default();
        Self::describe(&mut object);
        object.closed()
    }

    /// What it means, however it was written. The idempotency key is no part of it.
    fn meaning(&self) -> Meaning;

    /// The idempotency key, where the body has one.
    fn idempotency_key(&self) -> Option<&str> {
        None
    }
}

impl Fields {
    /// The members of a JSON object.
    ///
    /// # Errors
    /// 400: not JSON, not an object, a name twice at any depth, or nested too deep.
    pub fn from_json(text: &str) -> Result<Self> {
        let invalid = |message: String| Problem::InvalidJson(message.into());
        let entries: Entries = serde_json::from_str(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            invalid(if error.is_data() {
                "the body must be a JSON object".to_owned()
            } else {
                format!("the body is not JSON: see line {line}, column {column}")
            })
        })?;
        for (name, value) in &entries.0 {
            check_value(value.get(), name, 1).map_err(invalid)?;
        }
        check_names(&entries, "").map_err(invalid)?;
        Ok(Self::of(entries.0, UnknownFields::Refused))
    }

    /// Names and texts of a query or a form.
    pub fn from_texts<'a>(pairs: impl Iterator<Item = (&'a String, &'a String)>) -> Self {
        let entries = pairs.filter_map(|(name, value)| {
            Some((name.clone(), serde_json::value::to_raw_value(value).ok()?))
        });
        Self::of(entries.collect(), UnknownFields::Refused)
    }

    const fn of(entries: Vec<(String, Box<RawValue>)>, unknown: UnknownFields) -> Self {
        Self { entries, known: Vec::new(), repeated: Vec::new(), problems: Vec::new(), unknown }
    }

    /// The same, with what becomes of fields that the body does not know, at any depth. They are
    /// refused where nothing is said.
    pub fn with_unknown(mut self, unknown: UnknownFields) -> Self {
        self.unknown = unknown;
        self
    }

    /// The same with names that are there more than once, as queries can have them: what knows
    /// them refuses them.
    pub fn with_repeated(mut self, names: Vec<String>) -> Self {
        self.repeated = names;
        self
    }

    /// Reads the whole body.
    ///
    /// # Errors
    /// 422 naming every broken, missing or unknown field.
    pub fn read<B: Body>(&mut self) -> Result<B> {
        let body = B::read(self);
        let repeated = self.repeated.iter().filter(|name| self.known.contains(&name.as_str()));
        let message = || "is there more than once".to_owned();
        self.problems
            .extend(repeated.map(|name| FieldError { field: name.clone(), message: message() }));
        match self.unknown {
            UnknownFields::Refused => self.refuse_unknown(),
            UnknownFields::Ignored => (),
        }
        match body {
            Some(body) if self.problems.is_empty() => Ok(body),
            Some(_) | None => Err(Problem::Invalid(std::mem::take(&mut self.problems))),
        }
    }

    fn refuse_unknown(&mut self) {
        for (name, _) in &self.entries {
            if !self.known.contains(&name.as_str()) {
                let message = "is not a field of this request".to_owned();
                self.problems.push(FieldError { field: name.clone(), message });
            }
        }
    }

    /// A field that must be there.
    pub fn required<T: BodyMember>(&mut self, name: &'static str) -> Option<T> {
        if self.knows(name) {
            return T::take(self, name);
        }
        self.problem(name, "is required");
        None
    }

    /// A field that may be absent or null.
    pub fn optional<T: BodyMember>(&mut self, name: &'static str) -> Option<T> {
        if self.knows(name) { T::take(self, name) } else { None }
    }

    /// A field that may be absent, and is never null.
    pub fn optional_not_null<T: BodyMember>(&mut self, name: &'static str) -> Option<T> {
        if self.knows(name) {
            return T::take(self, name);
        }
        if self.raw(name).is_some() {
            self.problem(name, "must not be null");
        }
        None
    }

    /// A field of a change: absent, null, or with a value.
    pub fn change<T: BodyMember>(&mut self, name: &'static str) -> Change<T> {
        if self.knows(name) {
            return T::take(self, name).map_or(Change::Keep, Change::Set);
        }
        if self.raw(name).is_some() { Change::Clear } else { Change::Keep }
    }

    /// A list that must be there.
    pub fn required_list<T: BodyMember>(&mut self, name: &'static str) -> Option<Vec<T>> {
        if self.knows(name) {
            return T::take_list(self, name);
        }
        self.problem(name, "is required");
        None
    }

    /// A list that may be absent or null.
    pub fn optional_list<T: BodyMember>(&mut self, name: &'static str) -> Option<Vec<T>> {
        if self.knows(name) { T::take_list(self, name) } else { None }
    }

    /// Reads a field that has a value.
    pub fn take_value<T: Field>(&mut self, name: &'static str) -> Option<T> {
        match T::read(self.raw(name)?) {
            Ok(value) => Some(value),
            Err(invalid) => {
                self.problem(name, &invalid.0);
                None
            }
        }
    }

    /// Reads a field that holds an object, field by field; its broken fields are named
    /// `object.field`.
    pub fn take_object<B: Body>(&mut self, name: &'static str) -> Option<B> {
        let Ok(entries) = serde_json::from_str(self.raw(name)?) else {
            self.problem(name, "must be a JSON object");
            return None;
        };
        self.take_inner(entries, name)
    }

    /// Reads a field that holds a list of objects, each field by field; their broken fields are
    /// named `list[0].field`.
    pub fn take_objects<B: Body>(&mut self, name: &'static str) -> Option<Vec<B>> {
        self.take_objects_up_to(MAX_OBJECTS, name)
    }

    /// The same for a list that may be longer or shorter than others.
    pub fn take_objects_up_to<B: Body>(
        &mut self,
        most: usize,
        name: &'static str,
    ) -> Option<Vec<B>> {
        let objects: Option<Vec<Entries>> = serde_json::from_str(self.raw(name)?).ok();
        let Some(objects) = objects.filter(|objects| objects.len() <= most) else {
            self.problem(name, &format!("must be a list of at most {most} objects"));
            return None;
        };
        let objects = objects.into_iter().enumerate();
        let read = objects.map(|(at, entries)| self.take_inner(entries, &format!("{name}[{at}]")));
        // One that is broken must not hide what is wrong with the others.
        Some(read.collect::<Vec<_>>().into_iter().flatten().collect())
    }

    fn take_inner<B: Body>(&mut self, entries: Entries, path: &str) -> Option<B> {
        match Self::of(entries.0, self.unknown).read::<B>() {
            Ok(body) => Some(body),
            Err(problem) => {
                self.problems.extend(inner_problems(path, problem));
                None
            }
        }
    }

    /// Whether a field has a value, good or bad.
    pub fn has(&self, name: &str) -> bool {
        self.raw(name).is_some_and(|raw| raw != "null")
    }

    /// A field's value, where it is a text.
    pub fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.raw(name)?).ok()
    }

    /// Whether a field is `true`.
    pub fn is_true(&self, name: &str) -> bool {
        self.raw(name) == Some("true")
    }

    /// Sets a field that came another way, such as in a header.
    pub fn put(&mut self, name: &str, text: &str) {
        self.entries.retain(|(known, _)| known != name);
        if let Ok(raw) = serde_json::value::to_raw_value(text) {
            self.entries.push((name.to_owned(), raw));
        }
    }

    /// Notes that a field is not acceptable.
    pub fn problem(&mut self, name: &str, message: &str) {
        let (field, message) = (name.to_owned(), message.to_owned());
        self.problems.push(FieldError { field, message });
    }

    /// Where the next problem goes: for [`Fields::problem_at`].
    pub fn mark(&self) -> usize {
        self.problems.len()
    }

    /// Notes that a field is not acceptable, in front of the problems that came after the mark.
    pub fn problem_at(&mut self, mark: usize, name: &str, Invalid(message): Invalid) {
        let at = mark.min(self.problems.len());
        self.problems.insert(at, FieldError { field: name.to_owned(), message });
    }

    /// Whether nothing is wrong with these fields so far.
    pub fn are_fine(&self, names: &[&str]) -> bool {
        self.problems.iter().all(|problem| !names.contains(&problem.field.as_str()))
    }

    /// Whether a field, which the request knows from now on, has a value.
    fn knows(&mut self, name: &'static str) -> bool {
        self.known.push(name);
        self.has(name)
    }

    fn raw(&self, name: &str) -> Option<&str> {
        let found = self.entries.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.get())
    }
}

/// The broken fields of an object within an object, named from outside.
fn inner_problems(path: &str, problem: Problem) -> Vec<FieldError> {
    let Problem::Invalid(fields) = problem else { return Vec::new() };
    let named = fields.into_iter().map(|inner| {
        let field = format!("{path}.{}", inner.field);
        FieldError { field, ..inner }
    });
    named.collect()
}

#[cfg(test)]
mod derived_tests;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::platform::user::CreateUser;

    fn error(json: &str) -> String {
        let problem = Fields::from_json(json).map(|_| ()).unwrap_err();
        let Problem::InvalidJson(why) = problem else { panic!("{problem:?}") };
        why.into_owned()
    }

    #[test]
    fn bodies_that_are_not_one_object_are_refused() {
        assert_eq!(error("[]"), "the body must be a JSON object");
        assert_eq!(error("{\"a\":1"), "the body is not JSON: see line 1, column 6");
        assert!(error("").starts_with("the body is not JSON"));
        assert!(error("{\"a\":NaN}").starts_with("the body is not JSON"));
        assert!(error("{} {}").starts_with("the body is not JSON"));
    }

    #[test]
    fn a_name_twice_is_refused_at_any_depth() {
        assert_eq!(error(r#"{"a":1,"a":1}"#), "a is there twice");
        assert_eq!(error(r#"{"a":1,"\u0061":1}"#), "a is there twice");
        assert_eq!(error(r#"{"m":{"x":[{"b":1,"b":2}]}}"#), "m.x.b is there twice");
    }

    #[test]
    fn unknown_fields_are_refused_or_passed_over_at_any_depth() {
        let json = r#"{"name": "A", "email": "a@example.com", "x": 1}"#;
        let read = |unknown| {
            let mut fields = Fields::from_json(json).unwrap().with_unknown(unknown);
            fields.read::<CreateUser>().map(|user| user.name.0)
        };
        let Err(Problem::Invalid(refused)) = read(UnknownFields::Refused) else { panic!() };
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].field, "x");
        assert_eq!(read(UnknownFields::Ignored).unwrap(), "A");
    }

    #[test]
    fn deep_nesting_is_refused_without_a_crash() {
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(30_000), "]".repeat(30_000));
        assert_eq!(error(&deep), "the body is nested more than 32 deep");
    }

    #[test]
    fn numbers_of_any_size_are_well_formed() {
        assert!(Fields::from_json(r#"{"a":1e400,"b":0.1e-999}"#).is_ok());
    }
}
