//! `#[derive(Described)]`: what a specification's type says of its keys, read from the type itself.
//!
//! Names, words and defaults are those that serde reads; meanings are the documentation. What neither
//! knows stands in `#[key(…)]` on a field: `unit = "ms"`, `source = "…"`, the bounds `min`, `above`,
//! `max` and `below` of its numbers, `least` for the fewest values of a list, `name = "TASK"` for what
//! stands for the names of a table's entries, `example = "…"` and `only = "…"` for a text that may be
//! one thing alone.

mod attributes;

use proc_macro::TokenStream;
use proc_macro2::{Ident, TokenStream as Code};
use quote::quote;
use syn::{Data, DataEnum, DeriveInput, Error, Field, Fields, FieldsNamed, Result};

use crate::attributes::{Default, KeyAttributes, SerdeAttributes, documentation};

/// See the crate's documentation.
#[proc_macro_derive(Described, attributes(key))]
pub fn derive_described(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    described(&input)
        .unwrap_or_else(Error::into_compile_error)
        .into()
}

fn described(input: &DeriveInput) -> Result<Code> {
    let serde = SerdeAttributes::of(&input.attrs)?;
    let meaning = documentation(&input.attrs);
    let shape = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => {
                let keys = keys(fields, &serde, true)?;
                quote!(::apical_keys::Shape::Table(::apical_keys::Table { meaning: #meaning, keys: #keys }))
            }
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                let inner = &fields.unnamed[0].ty;
                let name = &input.ident;
                return Ok(implement(
                    name,
                    &quote!(<#inner as ::apical_keys::Described>::SHAPE),
                ));
            }
            _ => {
                return Err(Error::new_spanned(
                    &input.ident,
                    "its shape is to be written out",
                ));
            }
        },
        Data::Enum(data) => choices(data, &serde, &meaning)?,
        Data::Union(_) => return Err(Error::new_spanned(&input.ident, "a union has no keys")),
    };
    Ok(implement(&input.ident, &quote!(&#shape)))
}

fn implement(name: &Ident, shape: &Code) -> Code {
    quote! {
        impl ::apical_keys::Described for #name {
            const SHAPE: &'static ::apical_keys::Shape = #shape;
        }
    }
}

/// A word or a table of one key for each variant.
fn choices(data: &DataEnum, serde: &SerdeAttributes, meaning: &str) -> Result<Code> {
    let mut choices = Vec::new();
    for variant in &data.variants {
        let name = serde.renamed(&variant.ident);
        let of_choice = documentation(&variant.attrs);
        let shape = match &variant.fields {
            Fields::Unit => quote!(::core::option::Option::None),
            Fields::Named(fields) => {
                let keys = keys(fields, &SerdeAttributes::default(), false)?;
                quote!(::core::option::Option::Some(&::apical_keys::Shape::Table(
                    ::apical_keys::Table { meaning: #of_choice, keys: #keys }
                )))
            }
            Fields::Unnamed(fields) => {
                let inner = &fields.unnamed[0].ty;
                quote!(::core::option::Option::Some(<#inner as ::apical_keys::Described>::SHAPE))
            }
        };
        choices.push(quote! {
            ::apical_keys::Choice { name: #name, meaning: #of_choice, shape: #shape }
        });
    }
    Ok(quote!(::apical_keys::Shape::Choice(::apical_keys::Choices {
        meaning: #meaning,
        all: || vec![#(#choices),*],
    })))
}

/// The keys of a table.
fn keys(fields: &FieldsNamed, serde: &SerdeAttributes, is_struct: bool) -> Result<Code> {
    let keys: Vec<Code> = fields
        .named
        .iter()
        .map(|field| key(field, serde, is_struct))
        .collect::<Result<_>>()?;
    Ok(quote!(&[#(#keys),*]))
}

fn key(field: &Field, container: &SerdeAttributes, is_struct: bool) -> Result<Code> {
    let ident = field.ident.as_ref().expect("a named field");
    let ty = &field.ty;
    let serde = SerdeAttributes::of(&field.attrs)?;
    let own = KeyAttributes::of(&field.attrs)?;
    let name = ident.to_string();
    let meaning = documentation(&field.attrs);
    let boxed = |value: Code| {
        quote!(::core::option::Option::Some(|| {
            let value: #ty = #value;
            ::std::boxed::Box::new(value)
        }))
    };
    let default = match (&serde.default, container.has_default && is_struct) {
        (Default::OfType, _) => boxed(quote!(::core::default::Default::default())),
        (Default::Path(path), _) => boxed(quote!(#path())),
        (Default::None, true) => boxed(quote!({
            let all: Self = ::core::default::Default::default();
            all.#ident
        })),
        (Default::None, false) => quote!(::core::option::Option::None),
    };
    let KeyAttributes {
        unit,
        source,
        placeholder,
        example,
        only,
        least,
        bounds,
    } = own;
    let bounds = bounds.map(|bound| match bound {
        Some(bound) => quote!(::core::option::Option::Some(#bound)),
        None => quote!(::core::option::Option::None),
    });
    let [min, above, max, below] = bounds;
    let text = |text: Option<String>| text.unwrap_or_default();
    let (unit, source, placeholder) = (text(unit), text(source), text(placeholder));
    let (example, only) = (text(example), text(only));
    Ok(quote! {
        ::apical_keys::Key {
            name: #name,
            meaning: #meaning,
            unit: #unit,
            source: #source,
            placeholder: #placeholder,
            example: #example,
            only: #only,
            least: #least,
            bounds: ::apical_keys::Bounds { min: #min, above: #above, max: #max, below: #below },
            default: #default,
            shape: <#ty as ::apical_keys::Described>::SHAPE,
        }
    })
}
