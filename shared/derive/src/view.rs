//! `#[derive(View)]`.

use crate::declaration::Declaration;
use proc_macro2::TokenStream;
use quote::quote;

/// The impls of a view.
pub fn expand(declaration: &Declaration<'_>) -> TokenStream {
    let ident = &declaration.input.ident;
    let name = ident.to_string();
    let (generics, arguments, bounds) = declaration.input.generics.split_for_impl();
    let count = declaration.fields.len();
    let written = declaration.fields.iter().map(|field| {
        let (ident, name) = (field.ident, &field.name);
        quote! { SerializeStruct::serialize_field(&mut object, #name, &self.#ident)?; }
    });
    let described = declaration.fields.iter().map(|field| {
        let (name, doc, ty) = (&field.name, &field.doc, field.ty);
        quote! { object.add(#name, #doc, <#ty as crate::http::view::Described>::schema(), true); }
    });
    let debug = declaration.debug();
    quote! {
        #debug

        impl #generics ::serde::Serialize for #ident #arguments #bounds {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                use ::serde::ser::SerializeStruct;
                let mut object = serializer.serialize_struct(#name, #count)?;
                #(#written)*
                SerializeStruct::end(object)
            }
        }

        impl #generics crate::http::view::Described for #ident #arguments #bounds {
            fn schema() -> ::serde_json::Value {
                let mut object = crate::http::view::Object::default();
                #(#described)*
                object.open()
            }
        }
    }
}
