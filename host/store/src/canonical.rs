//! Canonical JSON in one pass: byte by byte what [`model::canonical_json`] makes, without a tree of values in between. A trace is long, and
//! one is written for every decision.

use std::borrow::Cow;

use serde::ser::{self, Serialize};
use serde_json::{Error, Value};

/// What a usual trace takes.
const EXPECTED_BYTES: usize = 8 * 1_024;

/// JSON with sorted keys and no white space.
///
/// # Errors
/// When the value cannot be written as JSON.
pub(crate) fn canonical<T: Serialize + ?Sized>(value: &T) -> Result<String, Error> {
    let mut writer = Writer { out: Vec::with_capacity(EXPECTED_BYTES), entries: Vec::new() };
    value.serialize(&mut writer)?;
    String::from_utf8(writer.out).map_err(ser::Error::custom)
}

struct Writer {
    out: Vec<u8>,
    /// Of the objects that are being written, the outermost first.
    entries: Vec<Entry>,
}

/// A key and where it was written, with its quotes; its value stands behind it.
struct Entry {
    key: Cow<'static, str>,
    start: usize,
}

/// An object or list that is being written; `closing` is what remains to be written after it.
struct Open<'a> {
    writer: &'a mut Writer,
    first_entry: usize,
    empty: bool,
    closing: &'static str,
}

impl Writer {
    fn open(&mut self, opening: u8, closing: &'static str) -> Open<'_> {
        self.out.push(opening);
        Open { first_entry: self.entries.len(), empty: true, closing, writer: self }
    }

    fn variant(&mut self, name: &'static str) -> Result<(), Error> {
        self.out.push(b'{');
        self.plain(name)?;
        self.out.push(b':');
        Ok(())
    }

    /// What serde writes as this does, too.
    fn plain<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        serde_json::to_writer(&mut self.out, value)
    }

    /// Sorts what was written of an object, unless it came sorted, which is usual for maps.
    fn sort(&mut self, first_entry: usize) {
        let Some(entries) = self.entries.get(first_entry..) else { return };
        if entries.is_sorted_by(|one, next| one.key < next.key) {
            return;
        }
        let Some(begin) = entries.first().map(|entry| entry.start) else { return };
        let ends = entries.iter().skip(1).map(|next| next.start - 1).chain([self.out.len()]);
        let mut spans: Vec<_> = entries.iter().zip(ends).collect();
        // Stable: of a key that comes twice the last is kept, as in a map.
        spans.sort_by(|(one, _), (other, _)| one.key.cmp(&other.key));
        let mut sorted = Vec::with_capacity(self.out.len() - begin);
        for (at, (entry, end)) in spans.iter().enumerate() {
            if spans.get(at + 1).is_some_and(|(next, _)| next.key == entry.key) {
                continue;
            }
            if !sorted.is_empty() {
                sorted.push(b',');
            }
            sorted.extend_from_slice(self.out.get(entry.start..*end).unwrap_or_default());
        }
        self.out.truncate(begin);
        self.out.append(&mut sorted);
    }
}

impl Open<'_> {
    fn separate(&mut self) {
        if !std::mem::take(&mut self.empty) {
            self.writer.out.push(b',');
        }
    }

    fn key(&mut self, key: Cow<'static, str>) -> Result<(), Error> {
        self.separate();
        let start = self.writer.out.len();
        self.writer.plain(&*key)?;
        self.writer.out.push(b':');
        self.writer.entries.push(Entry { key, start });
        Ok(())
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.separate();
        value.serialize(&mut *self.writer)
    }

    fn close(self) {
        self.writer.sort(self.first_entry);
        self.writer.entries.truncate(self.first_entry);
        self.writer.out.extend_from_slice(self.closing.as_bytes());
    }
}

macro_rules! as_serde_does {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, value: $type) -> Result<(), Error> {
            self.plain(&value)
        })*
    };
}

impl<'a> ser::Serializer for &'a mut Writer {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Open<'a>;
    type SerializeTuple = Open<'a>;
    type SerializeTupleStruct = Open<'a>;
    type SerializeTupleVariant = Open<'a>;
    type SerializeMap = Open<'a>;
    type SerializeStruct = Open<'a>;
    type SerializeStructVariant = Open<'a>;

    as_serde_does!(serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_u8: u8,
        serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_f64: f64, serialize_char: char, serialize_str: &str);

    /// A tree of values knows no smaller numbers.
    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        self.plain(value)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _name: &'static str, _index: u32, variant: &'static str) -> Result<(), Error> {
        self.plain(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _name: &'static str, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.variant(variant)?;
        value.serialize(&mut *self)?;
        self.out.push(b'}');
        Ok(())
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<Open<'a>, Error> {
        Ok(self.open(b'[', "]"))
    }

    fn serialize_tuple(self, _length: usize) -> Result<Open<'a>, Error> {
        Ok(self.open(b'[', "]"))
    }

    fn serialize_tuple_struct(self, _name: &'static str, _length: usize) -> Result<Open<'a>, Error> {
        Ok(self.open(b'[', "]"))
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Open<'a>, Error> {
        self.variant(variant)?;
        Ok(self.open(b'[', "]}"))
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Open<'a>, Error> {
        Ok(self.open(b'{', "}"))
    }

    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Open<'a>, Error> {
        Ok(self.open(b'{', "}"))
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Open<'a>, Error> {
        self.variant(variant)?;
        Ok(self.open(b'{', "}}"))
    }
}

macro_rules! elements {
    ($($trait:ident::$method:ident),*) => {
        $(impl ser::$trait for Open<'_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.element(value)
            }

            fn end(self) -> Result<(), Error> {
                self.close();
                Ok(())
            }
        })*
    };
}

elements!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! fields {
    ($($trait:ident),*) => {
        $(impl ser::$trait for Open<'_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Error> {
                self.key(Cow::Borrowed(key))?;
                value.serialize(&mut *self.writer)
            }

            fn end(self) -> Result<(), Error> {
                self.close();
                Ok(())
            }
        })*
    };
}

fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Open<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        let key = match serde_json::to_value(key)? {
            Value::String(key) => key,
            key @ (Value::Bool(_) | Value::Number(_)) => key.to_string(),
            _ => return Err(ser::Error::custom("a key must be a string")),
        };
        self.key(Cow::Owned(key))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<(), Error> {
        self.close();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};

    use model::{Fault, FaultKind, canonical_json};
    use proptest::prelude::*;
    use serde::Serialize;

    use super::*;

    #[derive(Serialize)]
    enum Shape {
        Unit,
        New(f32),
        Pair(u8, Option<char>),
        Fields { zulu: f64, alpha: Vec<Shape>, fault: Fault },
    }

    #[derive(Serialize)]
    struct Whole<'a> {
        text: &'a str,
        shapes: Vec<Shape>,
        map: HashMap<String, i64>,
        numbers: BTreeMap<i32, (f32, f64, u64)>,
        json: Value,
        #[serde(flatten)]
        more: BTreeMap<String, bool>,
        none: Option<()>,
        bytes: [u8; 3],
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".*".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::btree_map(".*", inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_is_the_canonical_form(
            text in ".*",
            small in any::<f32>(),
            large in any::<f64>(),
            map in proptest::collection::hash_map(".*", any::<i64>(), 0..8),
            numbers in proptest::collection::btree_map(any::<i32>(), (any::<f32>(), any::<f64>(), any::<u64>()), 0..8),
            json in json(),
        ) {
            let trap = || Fault { plugin: text.clone(), kind: FaultKind::Trap(text.clone()) };
            let stack = Fault { plugin: String::new(), kind: FaultKind::Stack };
            let inner = vec![Shape::Unit, Shape::Fields { zulu: -0.0, alpha: vec![], fault: stack }];
            let shapes = vec![
                Shape::New(small),
                Shape::Pair(7, Some('é')),
                Shape::Pair(0, None),
                Shape::Fields { zulu: large, alpha: inner, fault: trap() },
            ];
            let more = BTreeMap::from([("more".to_owned(), true), (text.clone(), false), ("json".to_owned(), false)]);
            let whole = Whole { text: &text, shapes, map, numbers, json, more, none: None, bytes: [0, 1, 255] };
            prop_assert_eq!(canonical(&whole).unwrap(), canonical_json(&whole).unwrap());
        }
    }
}
