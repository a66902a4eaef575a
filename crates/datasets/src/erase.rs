//! Erasing the type of a deserialiser without losing where in the text its errors are.
//!
//! `erased_serde` turns the errors of a format into text alone, and with them go the line and the
//! column that TOML knows. What stands here lies between both: it keeps the error of the format aside
//! and hands it out again, unaltered, on the other side.

use std::cell::Cell;
use std::fmt;

use erased_serde::Error as Erased;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

/// What `read` makes of `format`, with the errors of `format` as they are.
pub fn with_places<F, E: Error, T>(
    format: F,
    read: impl FnOnce(Keeping<'_, F, E>) -> Result<T, Erased>,
) -> Result<T, E> {
    let kept = Cell::new(None);
    let keeping = Keeping {
        format,
        kept: &kept,
    };
    read(keeping).map_err(|error| kept.take().unwrap_or_else(|| E::custom(error)))
}

/// A part of a format whose errors are kept.
pub struct Keeping<'k, F, E> {
    format: F,
    kept: &'k Cell<Option<E>>,
}

/// Keeps an error and gives one that stands for it.
fn keep<T, E: Error>(kept: &Cell<Option<E>>, result: Result<T, E>) -> Result<T, Erased> {
    result.map_err(|error| {
        let stand_in = Erased::custom(&error);
        kept.set(Some(error));
        stand_in
    })
}

/// A visitor or seed of the erased side.
struct Inner<V>(V);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Keeping<'_, D, D::Error> {
    type Error = Erased;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Erased> {
        keep(self.kept, self.format.deserialize_any(Inner(visitor)))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Erased> {
        keep(self.kept, self.format.deserialize_option(Inner(visitor)))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Erased> {
        keep(
            self.kept,
            self.format.deserialize_newtype_struct(name, Inner(visitor)),
        )
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Erased> {
        keep(
            self.kept,
            self.format.deserialize_struct(name, fields, Inner(visitor)),
        )
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Erased> {
        keep(
            self.kept,
            self.format.deserialize_enum(name, variants, Inner(visitor)),
        )
    }

    fn is_human_readable(&self) -> bool {
        self.format.is_human_readable()
    }

    // Specifications are in formats that say of what type a value is.
    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Inner<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, format: D) -> Result<S::Value, D::Error> {
        with_places(format, |format| self.0.deserialize(format))
    }
}

macro_rules! visit_values {
    ($($visit:ident: $value:ty),* $(,)?) => {
        $(fn $visit<E: Error>(self, value: $value) -> Result<V::Value, E> {
            self.0.$visit(value)
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Inner<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    visit_values! {
        visit_bool: bool, visit_i64: i64, visit_i128: i128, visit_u64: u64, visit_u128: u128,
        visit_f64: f64, visit_char: char, visit_str: &str, visit_borrowed_str: &'de str,
        visit_string: String, visit_bytes: &[u8], visit_borrowed_bytes: &'de [u8],
        visit_byte_buf: Vec<u8>,
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, format: D) -> Result<V::Value, D::Error> {
        with_places(format, |format| self.0.visit_some(format))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, format: D) -> Result<V::Value, D::Error> {
        with_places(format, |format| self.0.visit_newtype_struct(format))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, format: A) -> Result<V::Value, A::Error> {
        with_places(format, |format| self.0.visit_seq(format))
    }

    fn visit_map<A: MapAccess<'de>>(self, format: A) -> Result<V::Value, A::Error> {
        with_places(format, |format| self.0.visit_map(format))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, format: A) -> Result<V::Value, A::Error> {
        with_places(format, |format| self.0.visit_enum(format))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Keeping<'_, A, A::Error> {
    type Error = Erased;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Erased> {
        keep(self.kept, self.format.next_element_seed(Inner(seed)))
    }

    fn size_hint(&self) -> Option<usize> {
        self.format.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Keeping<'_, A, A::Error> {
    type Error = Erased;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Erased> {
        keep(self.kept, self.format.next_key_seed(Inner(seed)))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Erased> {
        keep(self.kept, self.format.next_value_seed(Inner(seed)))
    }

    fn size_hint(&self) -> Option<usize> {
        self.format.size_hint()
    }
}

impl<'k, 'de, A: EnumAccess<'de>> EnumAccess<'de> for Keeping<'k, A, A::Error> {
    type Error = Erased;
    type Variant = Keeping<'k, A::Variant, A::Error>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), Erased> {
        let kept = self.kept;
        let (value, format) = keep(kept, self.format.variant_seed(Inner(seed)))?;
        Ok((value, Keeping { format, kept }))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Keeping<'_, A, A::Error> {
    type Error = Erased;

    fn unit_variant(self) -> Result<(), Erased> {
        keep(self.kept, self.format.unit_variant())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Erased> {
        keep(self.kept, self.format.newtype_variant_seed(Inner(seed)))
    }

    fn tuple_variant<V: Visitor<'de>>(self, n: usize, visitor: V) -> Result<V::Value, Erased> {
        keep(self.kept, self.format.tuple_variant(n, Inner(visitor)))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Erased> {
        keep(
            self.kept,
            self.format.struct_variant(fields, Inner(visitor)),
        )
    }
}
