//! What a route answers, and what stands around it.

use crate::http::view::Described;
use serde_json::Value;
use std::marker::PhantomData;

/// What a route answers where it succeeds, as the description tells it.
pub trait Answer {
    /// Its schema, without what the surface puts around it.
    fn schema() -> Value;

    /// The envelope that stands around the view.
    const ENVELOPE: Envelope;
}

/// An object in the surface's envelope.
pub struct One<V>(PhantomData<V>);

/// A page of a list in the surface's envelope.
pub struct List<V>(PhantomData<V>);

/// JSON without an envelope.
pub struct Plain<V>(PhantomData<V>);

/// A page for people; its refusals are pages, too.
pub struct Page;

/// A picture, a document or a table, as it is; its refusals are in the surface's envelope.
pub struct File;

/// What stands around an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Envelope {
    /// The surface's own, around one object.
    One,
    /// The surface's own, around a list.
    List,
    /// Nothing: JSON as it is.
    Plain,
    /// Nothing: HTML.
    Page,
}

impl<V: Described> Answer for One<V> {
    fn schema() -> Value {
        V::schema()
    }

    const ENVELOPE: Envelope = Envelope::One;
}

impl<V: Described> Answer for List<V> {
    fn schema() -> Value {
        Vec::<V>::schema()
    }

    const ENVELOPE: Envelope = Envelope::List;
}

impl<V: Described> Answer for Plain<V> {
    fn schema() -> Value {
        V::schema()
    }

    const ENVELOPE: Envelope = Envelope::Plain;
}

impl Answer for File {
    fn schema() -> Value {
        String::schema()
    }

    const ENVELOPE: Envelope = Envelope::Plain;
}

impl Answer for Page {
    fn schema() -> Value {
        String::schema()
    }

    const ENVELOPE: Envelope = Envelope::Page;
}
