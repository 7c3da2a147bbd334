//! What a declaration says: names on the wire, descriptions, kinds of fields, attributes.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, Fields, GenericArgument, Ident, Lit, LitStr, Meta,
    Path, PathArguments, Result, Token, Type, ext::IdentExt, meta::ParseNestedMeta, parenthesized,
    punctuated::Punctuated,
};

const NO_DOC: &str = "must have a doc comment, which callers read";

/// A struct with named fields.
pub struct Declaration<'a> {
    pub input: &'a DeriveInput,
    pub fields: Vec<Field<'a>>,
    pub checks: Vec<Check>,
    /// The type that says whether names are in camelCase.
    pub named_by: Option<Path>,
}

/// One of its fields.
pub struct Field<'a> {
    pub ident: &'a Ident,
    /// The name on the wire.
    pub name: String,
    /// The doc comment.
    pub doc: String,
    pub ty: &'a Type,
    pub kind: Kind<'a>,
    /// What an absent field means.
    pub default: Option<Expr>,
    /// What says what a value means, where its kind does not know.
    pub meaning: Option<Path>,
    /// The name of the field that this one is another name of.
    pub means: Option<LitStr>,
    /// Whether it is the idempotency key.
    pub key: bool,
    /// Whether null is refused, where it may be absent.
    pub not_null: bool,
    /// Whether its own fields stand in its place.
    pub flatten: bool,
}

/// How a field is read, with the type of its value.
#[derive(Clone, Copy)]
pub enum Kind<'a> {
    Required(&'a Type),
    Optional(&'a Type),
    RequiredList(&'a Type),
    OptionalList(&'a Type),
    /// May be absent, or null to make it empty.
    Change(&'a Type),
}

/// A function that judges fields together.
pub struct Check {
    pub function: Path,
    pub fields: Vec<Ident>,
}

#[derive(Default)]
struct OfStruct {
    camel_case: bool,
    checks: Vec<Check>,
    named_by: Option<Path>,
}

impl<'a> Declaration<'a> {
    /// Reads a struct with its attributes `#[body(..)]` or `#[view(..)]`.
    pub fn read(input: &'a DeriveInput, attribute: &str) -> Result<Self> {
        let Data::Struct(data) = &input.data else {
            return Err(Error::new_spanned(&input.ident, "must be a struct"));
        };
        let Fields::Named(named) = &data.fields else {
            return Err(Error::new_spanned(&input.ident, "must have named fields"));
        };
        let of_struct = of_struct(&input.attrs, attribute)?;
        let written = named.named.iter().filter(|field| !is_phantom(&field.ty));
        let fields = written.map(|field| {
            let ident = field.ident.as_ref();
            let ident = ident.ok_or_else(|| Error::new_spanned(field, "must have a name"))?;
            let plain = ident.unraw().to_string();
            let name = if of_struct.camel_case { camel_case(&plain) } else { plain };
            let mut read = Field {
                ident,
                name,
                doc: doc(&field.attrs).ok_or_else(|| Error::new_spanned(ident, NO_DOC))?,
                ty: &field.ty,
                kind: kind(&field.ty),
                default: None,
                meaning: None,
                means: None,
                key: false,
                not_null: false,
                flatten: false,
            };
            of_field(&mut read, &field.attrs, attribute)?;
            Ok(read)
        });
        let fields: Vec<Field<'_>> = fields.collect::<Result<_>>()?;
        let OfStruct { checks, named_by, .. } = of_struct;
        let declaration = Self { input, fields, checks, named_by };
        for ident in declaration.checks.iter().flat_map(|check| &check.fields) {
            declaration.field(ident)?;
        }
        Ok(declaration)
    }

    /// A field by its name in Rust.
    pub fn field(&self, ident: &Ident) -> Result<&Field<'a>> {
        let found = self.fields.iter().find(|field| field.ident == ident);
        found.ok_or_else(|| Error::new_spanned(ident, "is not a field of this struct"))
    }

    /// `Debug` that prints the struct's name only.
    pub fn debug(&self) -> TokenStream {
        let ident = &self.input.ident;
        let (generics, arguments, bounds) = self.input.generics.split_for_impl();
        let name = ident.to_string();
        quote! {
            impl #generics ::core::fmt::Debug for #ident #arguments #bounds {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.write_str(#name)
                }
            }
        }
    }
}

fn of_struct(attributes: &[Attribute], name: &str) -> Result<OfStruct> {
    let mut read = OfStruct::default();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename_all") {
                let style: LitStr = meta.value()?.parse()?;
                if style.value() != "camelCase" {
                    return Err(Error::new_spanned(style, "must be camelCase"));
                }
                read.camel_case = true;
                Ok(())
            } else if meta.path.is_ident("named_by") && name == "view" {
                read.named_by = Some(meta.value()?.parse()?);
                Ok(())
            } else if meta.path.is_ident("check") && name == "body" {
                read.checks.push(check(&meta)?);
                Ok(())
            } else {
                Err(meta.error("is not an attribute of the struct"))
            }
        })?;
    }
    Ok(read)
}

fn check(meta: &ParseNestedMeta<'_>) -> Result<Check> {
    let value = meta.value()?;
    let function = value.parse()?;
    let arguments;
    parenthesized!(arguments in value);
    let fields = Punctuated::<Ident, Token![,]>::parse_terminated(&arguments)?;
    if fields.is_empty() {
        return Err(arguments.error("must name the fields it judges"));
    }
    Ok(Check { function, fields: fields.into_iter().collect() })
}

fn of_field(field: &mut Field<'_>, attributes: &[Attribute], name: &str) -> Result<()> {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("default") && name == "body" {
                if !matches!(field.kind, Kind::Optional(_) | Kind::OptionalList(_)) {
                    return Err(meta.error("is for fields that may be absent"));
                }
                field.default = Some(meta.value()?.parse()?);
                Ok(())
            } else if meta.path.is_ident("means") && name == "body" {
                field.means = Some(meta.value()?.parse()?);
                Ok(())
            } else if meta.path.is_ident("meaning") && name == "body" {
                field.meaning = Some(meta.value()?.parse()?);
                Ok(())
            } else if meta.path.is_ident("not_null") && name == "body" {
                if !matches!(field.kind, Kind::Optional(_)) {
                    return Err(meta.error("is for fields that may be absent"));
                }
                field.not_null = true;
                Ok(())
            } else if meta.path.is_ident("flatten") {
                if !matches!(field.kind, Kind::Required(_)) {
                    return Err(meta.error("is for fields that must be there"));
                }
                field.flatten = true;
                Ok(())
            } else if meta.path.is_ident("key") && name == "body" {
                field.key = true;
                Ok(())
            } else {
                Err(meta.error("is not an attribute of a field"))
            }
        })?;
    }
    Ok(())
}

fn doc(attributes: &[Attribute]) -> Option<String> {
    let mut doc = String::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        if let Meta::NameValue(pair) = &attribute.meta
            && let Expr::Lit(expression) = &pair.value
            && let Lit::Str(text) = &expression.lit
        {
            doc.push_str(&text.value());
        }
    }
    let doc = doc.trim();
    (!doc.is_empty()).then(|| doc.to_owned())
}

fn kind(ty: &Type) -> Kind<'_> {
    if let Some(inner) = argument(ty, "Change") {
        return Kind::Change(inner);
    }
    match (argument(ty, "Option"), argument(ty, "Vec")) {
        (Some(inner), _) => match argument(inner, "Vec") {
            Some(element) => Kind::OptionalList(element),
            None => Kind::Optional(inner),
        },
        (None, Some(element)) => Kind::RequiredList(element),
        (None, None) => Kind::Required(ty),
    }
}

/// `T` of `Name<T>`.
fn argument<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let GenericArgument::Type(inner) = arguments.args.first()? else { return None };
    Some(inner)
}

/// Whether a field only ties its struct to a type.
fn is_phantom(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == "PhantomData")
}

/// A name of several words as JavaScript writes it.
pub fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_camel_case() {
        for (name, camel) in [
            ("amount", "amount"),
            ("tax_exempt", "taxExempt"),
            ("line_1", "line1"),
            ("a_b_c", "aBC"),
        ] {
            assert_eq!(camel_case(name), camel);
        }
    }

    #[test]
    fn the_type_is_the_kind() {
        let kind_of = |text: &str| match kind(&syn::parse_str(text).unwrap()) {
            Kind::Required(_) => "required",
            Kind::Optional(_) => "optional",
            Kind::RequiredList(_) => "list",
            Kind::OptionalList(_) => "optional list",
            Kind::Change(_) => "change",
        };
        assert_eq!(kind_of("Text<1, 100>"), "required");
        assert_eq!(kind_of("Option<Currency>"), "optional");
        assert_eq!(kind_of("Vec<Line>"), "list");
        assert_eq!(kind_of("Option<Vec<Line>>"), "optional list");
        assert_eq!(kind_of("Change<Text<1, 100>>"), "change");
    }

    #[test]
    fn mistakes_in_a_declaration_are_named() {
        let error = |text: &str| {
            let input: DeriveInput = syn::parse_str(text).unwrap();
            Declaration::read(&input, "body").map(|_| ()).unwrap_err().to_string()
        };
        assert_eq!(error("enum A { B }"), "must be a struct");
        assert_eq!(error("struct A(u8);"), "must have named fields");
        assert_eq!(error("struct A { b: u8 }"), "must have a doc comment, which callers read");
        assert_eq!(
            error("#[body(check = fits(c))] struct A { #[doc = \"B.\"] b: u8 }"),
            "is not a field of this struct"
        );
        assert_eq!(error("#[body(rename_all = \"kebab-case\")] struct A {}"), "must be camelCase");
        assert_eq!(
            error("struct A { #[doc = \"B.\"] #[body(default = 1)] b: u8 }"),
            "is for fields that may be absent"
        );
        assert_eq!(
            error("struct A { #[doc = \"B.\"] #[body(flatten)] b: Option<C> }"),
            "is for fields that must be there"
        );
        assert_eq!(
            error("struct A { #[doc = \"B.\"] #[body(keys)] b: u8 }"),
            "is not an attribute of a field"
        );
    }
}
