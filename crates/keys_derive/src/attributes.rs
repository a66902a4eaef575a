//! What attributes and documentation say.

use proc_macro2::Ident;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Expr, ExprPath, Lit, LitFloat, LitInt, LitStr, Meta, Result};

/// Where serde takes a value that is missing.
#[derive(Default)]
pub(crate) enum Default {
    /// From nowhere.
    #[default]
    None,
    /// The type's own.
    OfType,
    /// From a function.
    Path(ExprPath),
}

/// What serde's attributes say.
#[derive(Default)]
pub(crate) struct SerdeAttributes {
    /// Of a field.
    pub(crate) default: Default,
    /// Of a container: whether its fields have a default.
    pub(crate) has_default: bool,
    is_snake_case: bool,
}

impl SerdeAttributes {
    pub(crate) fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self::default();
        each("serde", attributes, |meta| {
            if meta.path.is_ident("default") {
                found.has_default = true;
                found.default = match meta.value() {
                    Ok(value) => Default::Path(value.parse::<LitStr>()?.parse()?),
                    Err(_) => Default::OfType,
                };
            } else if let Ok(value) = meta.value() {
                let text = value.parse::<LitStr>()?.value();
                found.is_snake_case |= meta.path.is_ident("rename_all") && text == "snake_case";
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// The name of a variant as serde reads it.
    pub(crate) fn renamed(&self, variant: &Ident) -> String {
        let name = variant.to_string();
        if !self.is_snake_case {
            return name;
        }
        let mut snake = String::new();
        for letter in name.chars() {
            if letter.is_uppercase() && !snake.is_empty() {
                snake.push('_');
            }
            snake.extend(letter.to_lowercase());
        }
        snake
    }
}

/// What `#[key(…)]` says.
#[derive(Default)]
pub(crate) struct KeyAttributes {
    pub(crate) unit: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) placeholder: Option<String>,
    pub(crate) example: Option<String>,
    pub(crate) only: Option<String>,
    pub(crate) least: usize,
    /// `min`, `above`, `max`, `below`.
    pub(crate) bounds: [Option<Expr>; 4],
}

impl KeyAttributes {
    pub(crate) fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self::default();
        each("key", attributes, |meta| {
            let bounds = ["min", "above", "max", "below"];
            if let Some(place) = bounds.iter().position(|bound| meta.path.is_ident(bound)) {
                found.bounds[place] = Some(with_point(meta.value()?.parse()?));
                return Ok(());
            }
            if meta.path.is_ident("least") {
                found.least = meta.value()?.parse::<LitInt>()?.base10_parse()?;
                return Ok(());
            }
            let texts = [
                ("unit", &mut found.unit),
                ("source", &mut found.source),
                ("name", &mut found.placeholder),
                ("example", &mut found.example),
                ("only", &mut found.only),
            ];
            let known = texts.into_iter().find(|(name, _)| meta.path.is_ident(name));
            let (_, text) =
                known.ok_or_else(|| meta.error("unknown: see the crate's documentation"))?;
            *text = Some(meta.value()?.parse::<LitStr>()?.value());
            Ok(())
        })?;
        Ok(found)
    }
}

/// `1` as `1.0`.
fn with_point(mut number: Expr) -> Expr {
    if let Expr::Lit(literal) = &mut number
        && let Lit::Int(whole) = &literal.lit
    {
        literal.lit = Lit::Float(LitFloat::new(&format!("{whole}.0"), whole.span()));
    }
    number
}

fn each(
    name: &str,
    attributes: &[Attribute],
    mut read: impl FnMut(ParseNestedMeta<'_>) -> Result<()>,
) -> Result<()> {
    for attribute in attributes {
        if attribute.path().is_ident(name) {
            attribute.parse_nested_meta(&mut read)?;
        }
    }
    Ok(())
}

/// The documentation, with the lines of a paragraph joined.
pub(crate) fn documentation(attributes: &[Attribute]) -> String {
    let mut text = String::new();
    for attribute in attributes {
        let Meta::NameValue(meta) = &attribute.meta else {
            continue;
        };
        let Expr::Lit(value) = &meta.value else {
            continue;
        };
        let (true, Lit::Str(line)) = (meta.path.is_ident("doc"), &value.lit) else {
            continue;
        };
        let line = line.value();
        let line = line.trim();
        if line.is_empty() {
            text.push_str("\n\n");
        } else {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push(' ');
            }
            text.push_str(line);
        }
    }
    text.trim().to_owned()
}
