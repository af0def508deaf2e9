//! The names of a type's fields, asked of the type itself: a description that lacks one can be found out.

use serde::de::value::Error;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;
use std::cell::Cell;

type Names = &'static [&'static str];

struct Probe<'a>(&'a Cell<Names>);

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("no struct"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: Names,
        _: V,
    ) -> Result<V::Value, Error> {
        self.0.set(fields);
        Err(Error::custom("its fields are known"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The fields that a struct reads; none of what is no struct, or has flattened fields.
pub fn fields_of<T: DeserializeOwned>() -> Names {
    let found = Cell::new(Names::default());
    let _ = T::deserialize(Probe(&found)).err();
    found.get()
}

/// The first field that has to be given, if any.
#[cfg(test)]
pub fn first_needed<T: DeserializeOwned>() -> Option<String> {
    let nothing = serde::de::value::MapDeserializer::<_, Error>::new(std::iter::empty::<(
        &'static str,
        &'static str,
    )>());
    let error = T::deserialize(nothing).err()?.to_string();
    let name = error.strip_prefix("missing field `")?.strip_suffix('`')?;
    Some(name.to_owned())
}

/// The fields of the content of a tagged enum's variant.
#[cfg(test)]
pub mod variant {
    use super::*;
    use serde::de::value::StrDeserializer;
    use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess};

    struct Tagged<'a>(&'static str, &'a Cell<Names>);

    struct Entries<'a> {
        tag: Option<&'static str>,
        keys: std::slice::Iter<'static, &'static str>,
        found: &'a Cell<Names>,
    }

    impl<'de> Deserializer<'de> for Tagged<'_> {
        type Error = Error;

        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
            Err(Error::custom("no tagged enum"))
        }

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            keys: Names,
            visitor: V,
        ) -> Result<V::Value, Error> {
            visitor.visit_map(Entries {
                tag: Some(self.0),
                keys: keys.iter(),
                found: self.1,
            })
        }

        forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
            unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }

    impl<'de> MapAccess<'de> for Entries<'_> {
        type Error = Error;

        fn next_key_seed<K: DeserializeSeed<'de>>(
            &mut self,
            seed: K,
        ) -> Result<Option<K::Value>, Error> {
            let Some(key) = self.keys.next() else {
                return Ok(None);
            };
            let key: StrDeserializer<'_, Error> = (*key).into_deserializer();
            seed.deserialize(key).map(Some)
        }

        fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
            match self.tag.take() {
                Some(tag) => {
                    let tag: StrDeserializer<'_, Error> = tag.into_deserializer();
                    seed.deserialize(tag)
                }
                None => seed.deserialize(Probe(self.found)),
            }
        }
    }

    /// The fields of the variant of this name.
    pub fn fields_of<T: DeserializeOwned>(name: &'static str) -> Names {
        let found = Cell::new(Names::default());
        let _ = T::deserialize(Tagged(name, &found)).err();
        found.get()
    }
}
