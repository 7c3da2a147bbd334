//! Derives for what travels over HTTP. A request body or an answer is a plain struct: the names of
//! its fields are the names on the wire, their types say how each is read, and their doc comments
//! are the descriptions that callers find in the OpenAPI document.
//!
//! The generated code names `crate::http`, so the derives work in the crate `shared` only.

mod body;
mod declaration;
mod view;

use declaration::Declaration;
use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Derives `http::body::Body` for a request body or a query.
///
/// The type of a field is its kind: `T` must be there, `Option<T>` may be absent or null, `Vec<T>`
/// is a list; `Change<T>` may be absent, or null to make it empty; `T` is a `Field` (one value) or again a `Body` (an object).
///
/// On the struct:
/// - `#[body(rename_all = "camelCase")]`: names on the wire, where they are not the fields' own.
/// - `#[body(check = fits(amount, currency))]`: calls `fits` when all fields it names could be
///   read; its error is reported for the first of them, together with all others. The function
///   gets `&T` for a field that must be there and `Option<&T>` for any other.
///
/// On a field:
/// - `#[body(default = 600)]`: what an absent field means, for comparing requests; the description
///   says it, too.
/// - `#[body(meaning = merged)]`: the function that says what a value means, where its type knows too
///   little; it gets `&T`, of a list `&[T]`.
/// - `#[body(means = "externalId")]`: on the wire, the name of the field that this is another name of.
/// - `#[body(flatten)]`: the fields of a `Body` stand in its place, among the struct's own.
/// - `#[body(not_null)]`: refuses null in a field that may be absent.
/// - `#[body(key)]`: the idempotency key, which is not part of what a request means.
///
/// `Debug` prints the struct's name only: bodies can hold secrets.
#[proc_macro_derive(Body, attributes(body))]
pub fn derive_body(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(Declaration::read(&input, "body").map(|declaration| body::expand(&declaration)))
}

/// Derives `http::view::Described` and `serde::Serialize` for an answer, or a part of one. Every
/// field is always written; `Option` is null where there is nothing.
///
/// `#[view(rename_all = "camelCase")]` on the struct changes the names on the wire;
/// `#[view(flatten)]` on a field puts the fields of another view in its place.
///
/// `Debug` prints the struct's name only: answers can hold secrets.
#[proc_macro_derive(View, attributes(view))]
pub fn derive_view(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(Declaration::read(&input, "view").map(|declaration| view::expand(&declaration)))
}

fn expand(result: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    result.unwrap_or_else(|error| error.to_compile_error()).into()
}
