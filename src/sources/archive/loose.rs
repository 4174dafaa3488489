//! Types that accept what platforms write and what damaged or rewritten archives hold: numbers for texts, nulls for lists, one
//! object for a list of one. What has the wrong shape counts as absent; it never costs the record.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A text; numbers and truth values are spelled out, all else is empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl Text<'_> {
    /// The text, or `None` where it is empty.
    pub(crate) fn some(&self) -> Option<&str> {
        Some(&*self.0).filter(|text| !text.is_empty())
    }

    /// The text, or `other` where it is empty.
    pub(crate) fn or<'t>(&'t self, other: &'t Text<'_>) -> &'t str {
        if self.0.is_empty() { &other.0 } else { &self.0 }
    }
}

/// A whole number; texts of digits and floats without a fraction count too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Whole(pub(crate) Option<i64>);

/// A number; texts that spell one count too.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Decimal(pub(crate) Option<f64>);

/// An object, or nothing.
#[derive(Clone, Debug)]
pub(crate) struct Maybe<T>(pub(crate) Option<T>);

/// A list; a single object is a list of one, all else is empty.
#[derive(Clone, Debug)]
pub(crate) struct List<T>(pub(crate) Vec<T>);

/// The fields of an object in their order; all else is empty.
#[derive(Clone, Debug)]
pub(crate) struct Pairs<K, V>(pub(crate) Vec<(K, V)>);

impl<K, V> Default for Pairs<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Drains what has the wrong shape.
macro_rules! absent {
    ($absent:expr; $($method:ident($type:ty)),*) => {
        $(fn $method<E>(self, _: $type) -> Result<Self::Value, E> {
            Ok($absent)
        })*
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($absent)
        }
    };
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for TextVisitor<'a> {
            type Value = Text<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'a>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'a>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Text<'a>, E> {
                Ok(Text(Cow::Owned(number.to_string())))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Text<'a>, E> {
                Ok(Text(Cow::Owned(number.to_string())))
            }

            fn visit_bool<E>(self, truth: bool) -> Result<Text<'a>, E> {
                Ok(Text(Cow::Borrowed(if truth { "true" } else { "false" })))
            }

            absent! { Text::default(); visit_f64(f64) }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Text<'a>, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Text::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text<'a>, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Text::default())
            }
        }
        deserializer.deserialize_any(TextVisitor(PhantomData))
    }
}

/// Any number, or a text that may spell one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number<'a> {
    Whole(i64),
    Float(f64),
    #[serde(borrow)]
    Spelled(Cow<'a, str>),
    Other(IgnoredAny),
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Number::deserialize(deserializer)? {
            Number::Whole(number) => Some(number),
            Number::Float(number) => whole(number),
            Number::Spelled(text) => {
                let text = text.trim();
                text.parse().ok().or_else(|| whole(text.parse().ok()?))
            }
            Number::Other(_) => None,
        }))
    }
}

/// A float that is a whole number, and exact.
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "within the range where floats are exact")]
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[expect(clippy::cast_precision_loss, reason = "only asked for where a float would do")]
        let number = match Number::deserialize(deserializer)? {
            Number::Whole(number) => Some(number as f64),
            Number::Float(number) => Some(number),
            Number::Spelled(text) => text.trim().parse().ok(),
            Number::Other(_) => None,
        };
        Ok(Self(number.filter(|number| number.is_finite())))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MaybeVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for MaybeVisitor<T> {
            type Value = Maybe<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            absent! { Maybe(None); visit_f64(f64), visit_u64(u64), visit_i64(i64), visit_bool(bool), visit_str(&str) }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Maybe<T>, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Maybe(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Maybe<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|value| Maybe(Some(value)))
            }
        }
        deserializer.deserialize_any(MaybeVisitor(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
            type Value = List<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            absent! { List::default(); visit_f64(f64), visit_u64(u64), visit_i64(i64), visit_bool(bool), visit_str(&str) }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<List<T>, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = list.next_element()? {
                    values.push(value);
                }
                Ok(List(values))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<List<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|value| List(vec![value]))
            }
        }
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Pairs<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor<K, V>(PhantomData<(K, V)>);
        impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for PairsVisitor<K, V> {
            type Value = Pairs<K, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            absent! { Pairs::default(); visit_f64(f64), visit_u64(u64), visit_i64(i64), visit_bool(bool), visit_str(&str) }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Pairs<K, V>, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Pairs::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<K, V>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_any(PairsVisitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{Decimal, Whole};

    #[test]
    fn numbers_in_all_spellings() {
        for (json, whole, decimal) in [
            ("7", Some(7), Some(7.0)),
            ("\"7\"", Some(7), Some(7.0)),
            ("7.0", Some(7), Some(7.0)),
            ("7.5", None, Some(7.5)),
            ("\"1.7e3\"", Some(1700), Some(1700.0)),
            ("\"seven\"", None, None),
            ("null", None, None),
            ("[7]", None, None),
            ("{\"a\": 7}", None, None),
            ("1e300", None, Some(1e300)),
            ("18446744073709551615", None, Some(18_446_744_073_709_551_615.0)),
        ] {
            assert_eq!(serde_json::from_str::<Whole>(json).unwrap().0, whole, "{json}");
            assert_eq!(serde_json::from_str::<Decimal>(json).unwrap().0, decimal, "{json}");
        }
    }
}
