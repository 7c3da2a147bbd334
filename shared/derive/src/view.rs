//! `#[derive(View)]`.

use crate::declaration::{Declaration, Field, camel_case};
use proc_macro2::TokenStream;
use quote::quote;

/// The impls of a view.
pub fn expand(declaration: &Declaration<'_>) -> TokenStream {
    let ident = &declaration.input.ident;
    let name = ident.to_string();
    let title = name.trim_end_matches("View");
    let (generics, arguments, bounds) = declaration.input.generics.split_for_impl();
    let counts = declaration.fields.iter().map(|field| {
        let ty = field.ty;
        if field.flatten {
            quote! { <#ty as crate::http::view::ViewFields>::COUNT }
        } else {
            quote! { 1 }
        }
    });
    let written = declaration.fields.iter().map(|field| {
        let (ident, name) = (field.ident, name_of(declaration, field));
        if field.flatten {
            quote! { crate::http::view::ViewFields::write(&self.#ident, object)?; }
        } else {
            quote! { object.serialize_field(#name, &self.#ident)?; }
        }
    });
    let described = declaration.fields.iter().map(|field| {
        let (name, doc, ty) = (name_of(declaration, field), &field.doc, field.ty);
        if field.flatten {
            quote! { <#ty as crate::http::view::ViewFields>::describe(object); }
        } else {
            quote! {
                object.add(#name, #doc, <#ty as crate::http::view::Described>::schema(), true);
            }
        }
    });
    let debug = declaration.debug();
    quote! {
        #debug

        impl #generics crate::http::view::ViewFields for #ident #arguments #bounds {
            const COUNT: usize = 0 #(+ #counts)*;

            fn write<O: ::serde::ser::SerializeStruct>(
                &self,
                object: &mut O,
            ) -> ::core::result::Result<(), O::Error> {
                #(#written)*
                Ok(())
            }

            fn describe(object: &mut crate::http::view::Object) {
                #(#described)*
            }
        }

        impl #generics ::serde::Serialize for #ident #arguments #bounds {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                let count = <Self as crate::http::view::ViewFields>::COUNT;
                let mut object = serializer.serialize_struct(#name, count)?;
                crate::http::view::ViewFields::write(self, &mut object)?;
                ::serde::ser::SerializeStruct::end(object)
            }
        }

        impl #generics crate::http::view::Described for #ident #arguments #bounds {
            fn schema() -> ::serde_json::Value {
                let mut object = crate::http::view::Object::default();
                <Self as crate::http::view::ViewFields>::describe(&mut object);
                object.titled(#title)
            }
        }
    }
}

/// A field's name on the wire: one of two where a type decides.
fn name_of(declaration: &Declaration<'_>, field: &Field<'_>) -> TokenStream {
    let name = &field.name;
    let Some(style) = &declaration.named_by else { return quote! { #name } };
    let camel = camel_case(name);
    quote! {
        if <#style as crate::http::view::Naming>::CAMEL_CASE { #camel } else { #name }
    }
}
