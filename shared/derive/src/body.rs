//! `#[derive(Body)]`.

use crate::declaration::{Check, Declaration, Field, Kind};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Ident, LitStr};

/// The impls of a body.
pub fn expand(declaration: &Declaration<'_>) -> TokenStream {
    let ident = &declaration.input.ident;
    let debug = declaration.debug();
    let read = read(declaration);
    let schema = declaration.fields.iter().map(schema);
    let meaning = declaration.fields.iter().filter(|field| !field.key).map(meaning);
    let key = declaration.fields.iter().find(|field| field.key).map(key);
    quote! {
        #debug

        impl crate::http::body::Body for #ident {
            #read

            fn describe(object: &mut crate::http::view::Object) {
                #(#schema)*
            }

            fn meaning(&self) -> crate::http::meaning::Meaning {
                #[allow(unused_mut, reason = "a body may have no fields")]
                let mut meaning = crate::http::meaning::Meaning::default();
                #(#meaning)*
                meaning
            }

            #key
        }

        impl crate::http::body::BodyMember for #ident {
            fn take(fields: &mut crate::http::body::Fields, name: &'static str) -> Option<Self> {
                fields.take_object(name)
            }

            fn take_list(
                fields: &mut crate::http::body::Fields,
                name: &'static str,
            ) -> Option<Vec<Self>> {
                fields.take_objects(name)
            }

            fn member_schema() -> ::serde_json::Value {
                <Self as crate::http::body::Body>::schema()
            }

            fn list_schema() -> ::serde_json::Value {
                crate::http::body::schema_of_objects::<Self>()
            }

            fn member_meaning(&self) -> String {
                crate::http::body::Body::meaning(self).to_json()
            }
        }
    }
}

/// `Body::read`: every field, then what judges fields together, then the struct.
fn read(declaration: &Declaration<'_>) -> TokenStream {
    // Fields of the body are variables of their own names; this one must not be one of them.
    let input = Ident::new("input", Span::mixed_site());
    let reads = declaration.fields.iter().map(|field| {
        let (ident, name) = (field.ident, &field.name);
        let read = match field.kind {
            Kind::Required(ty) if field.flatten => {
                quote! { <#ty as crate::http::body::Body>::read(#input) }
            }
            Kind::Required(ty) => quote! { #input.required::<#ty>(#name) },
            Kind::Optional(ty) if field.not_null => {
                quote! { #input.optional_not_null::<#ty>(#name) }
            }
            Kind::Optional(ty) => quote! { #input.optional::<#ty>(#name) },
            Kind::Change(ty) => quote! { #input.change::<#ty>(#name) },
            Kind::RequiredList(ty) => quote! { #input.required_list::<#ty>(#name) },
            Kind::OptionalList(ty) => quote! { #input.optional_list::<#ty>(#name) },
        };
        let blamed = declaration.checks.iter().any(|check| check.fields.first() == Some(ident));
        let mark = blamed.then(|| {
            let mark = mark(ident);
            quote! { let #mark = #input.mark(); }
        });
        quote! { let #ident = #read; #mark }
    });
    let checks = declaration.checks.iter().map(|check| judge(declaration, check, &input));
    let values = declaration.fields.iter().map(|field| {
        let ident = field.ident;
        match field.kind {
            Kind::Required(_) | Kind::RequiredList(_) => quote! { #ident: #ident? },
            Kind::Optional(_) | Kind::OptionalList(_) | Kind::Change(_) => quote! { #ident },
        }
    });
    quote! {
        fn read(#input: &mut crate::http::body::Fields) -> Option<Self> {
            #(#reads)*
            #(#checks)*
            Some(Self { #(#values,)* })
        }
    }
}

/// Where the first field of a check would report its own error.
fn mark(ident: &Ident) -> Ident {
    format_ident!("mark_of_{}", ident, span = Span::mixed_site())
}

fn judge(declaration: &Declaration<'_>, check: &Check, input: &Ident) -> TokenStream {
    let function = &check.function;
    let fields: Vec<_> =
        check.fields.iter().filter_map(|ident| declaration.field(ident).ok()).collect();
    let names = fields.iter().map(|field| &field.name);
    let arguments = fields.iter().map(|field| {
        let ident = field.ident;
        match field.kind {
            Kind::Required(_) | Kind::RequiredList(_) => quote! { #ident.as_ref()? },
            Kind::Optional(_) | Kind::OptionalList(_) => quote! { #ident.as_ref() },
            Kind::Change(_) => quote! { &#ident },
        }
    });
    let mark = fields.first().map(|field| mark(field.ident));
    let name = fields.first().map(|field| &field.name);
    quote! {
        if #input.are_fine(&[#(#names),*]) {
            let judge = || Some(#function(#(#arguments),*));
            if let Some(Err(invalid)) = judge() {
                #input.problem_at(#mark, #name, invalid);
            }
        }
    }
}

fn schema(field: &Field<'_>) -> TokenStream {
    if field.flatten {
        let ty = field.ty;
        return quote! { <#ty as crate::http::body::Body>::describe(object); };
    }
    let (name, doc) = (&field.name, &field.doc);
    let member = quote! { crate::http::body::BodyMember };
    let (schema, required) = match field.kind {
        Kind::Required(ty) => (quote! { <#ty as #member>::member_schema() }, true),
        Kind::Optional(ty) | Kind::Change(ty) => {
            (quote! { <#ty as #member>::member_schema() }, false)
        }
        Kind::RequiredList(ty) => (quote! { <#ty as #member>::list_schema() }, true),
        Kind::OptionalList(ty) => (quote! { <#ty as #member>::list_schema() }, false),
    };
    let added = if field.not_null {
        quote! { object.add_not_null(#name, #doc, #schema); }
    } else {
        quote! { object.add(#name, #doc, #schema, #required); }
    };
    let default = match (field.kind, &field.default) {
        (Kind::Optional(ty), Some(default)) => quote! {{
            let default: #ty = #default;
            object.default_of(#name, &<#ty as #member>::member_meaning(&default));
        }},
        (Kind::OptionalList(ty), Some(default)) => quote! {{
            let default: Vec<#ty> = #default;
            object.default_of(#name, &crate::http::body::meaning_of_list(&default));
        }},
        _ => quote! {},
    };
    quote! { #added #default }
}

fn meaning(field: &Field<'_>) -> TokenStream {
    let ident = field.ident;
    if field.flatten {
        return quote! { meaning.extend(crate::http::body::Body::meaning(&self.#ident)); };
    }
    let name = field.means.as_ref().map_or_else(|| field.name.clone(), LitStr::value);
    let text = match (&field.meaning, field.kind) {
        (Some(function), _) => quote! { #function(value) },
        (None, Kind::Required(_) | Kind::Optional(_) | Kind::Change(_)) => {
            quote! { crate::http::body::BodyMember::member_meaning(value) }
        }
        (None, Kind::RequiredList(_) | Kind::OptionalList(_)) => {
            quote! { crate::http::body::meaning_of_list(value) }
        }
    };
    let add = quote! { meaning.add(#name, #text); };
    match (field.kind, &field.default) {
        (Kind::Required(_) | Kind::RequiredList(_), _) => {
            quote! { let value = &self.#ident; #add }
        }
        (Kind::Optional(ty), Some(default)) => quote! {
            let default: #ty;
            let value = match &self.#ident {
                Some(value) => value,
                None => { default = #default; &default }
            };
            #add
        },
        (Kind::OptionalList(ty), Some(default)) => quote! {
            let default: Vec<#ty>;
            let value = match &self.#ident {
                Some(value) => value,
                None => { default = #default; &default }
            };
            #add
        },
        (Kind::Change(_), _) => quote! {
            match &self.#ident {
                crate::http::body::Change::Keep => {}
                crate::http::body::Change::Clear => meaning.add(#name, "\u{0}null".to_owned()),
                crate::http::body::Change::Set(value) => { #add }
            }
        },
        // A text of nothing says as much as none.
        (Kind::Optional(_), None) => quote! {
            if let Some(value) = &self.#ident {
                let text: String = #text;
                if !text.trim().is_empty() {
                    meaning.add(#name, text);
                }
            }
        },
        (Kind::OptionalList(_), None) => {
            quote! { if let Some(value) = &self.#ident { #add } }
        }
    }
}

fn key(field: &Field<'_>) -> TokenStream {
    let ident = field.ident;
    let text = match field.kind {
        Kind::Required(_) | Kind::RequiredList(_) => quote! { Some(&self.#ident) },
        Kind::Optional(_) | Kind::OptionalList(_) | Kind::Change(_) => {
            quote! { self.#ident.as_ref() }
        }
    };
    quote! {
        fn idempotency_key(&self) -> Option<&str> {
            #text.map(|key| key.0.as_str())
        }
    }
}
