//! From JSON to a type, with little code for each type. serde writes a reader of each type for each format; this one asks
//! less of them than serde_json's own: a structure is an object only, and an error has no words. It is the largest part of
//! what the page's program weighs less by.

use serde::de::{self, DeserializeOwned, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde_json::{Map, Value};

/// The text isn't JSON, or not of the type's form.
#[derive(Debug)]
pub struct Unfit;

/// Reads a value of `T`.
///
/// # Errors
/// The text isn't JSON, or not of the type's form.
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, Unfit> {
    T::deserialize(Node(parse(text)?))
}

/// The one place where text becomes a tree.
#[inline(never)]
fn parse(text: &str) -> Result<Value, Unfit> {
    serde_json::from_str(text).map_err(|_| Unfit)
}

/// A tree to be read.
struct Node(Value);

macro_rules! as_any {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> { self.deserialize_any(visitor) })*
    };
}
macro_rules! as_number {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> { self.number(visitor) })*
    };
}
macro_rules! as_text {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> { self.text(visitor) })*
    };
}

impl Node {
    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        let Value::Number(number) = self.0 else { return Err(Unfit) };
        match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(whole), ..) => visitor.visit_i64(whole),
            (_, Some(whole), _) => visitor.visit_u64(whole),
            (.., Some(real)) => visitor.visit_f64(real),
            _ => Err(Unfit),
        }
    }

    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        let Value::String(text) = self.0 else { return Err(Unfit) };
        visitor.visit_string(text)
    }
}

impl<'de> Deserializer<'de> for Node {
    type Error = Unfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(truth) => visitor.visit_bool(truth),
            Value::Number(_) => self.number(visitor),
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            Value::Object(fields) => visitor.visit_map(Fields::new(fields)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        let Value::Bool(truth) = self.0 else { return Err(Unfit) };
        visitor.visit_bool(truth)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        let Value::Array(items) = self.0 else { return Err(Unfit) };
        visitor.visit_seq(Items(items.into_iter()))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        let Value::Object(fields) = self.0 else { return Err(Unfit) };
        visitor.visit_map(Fields::new(fields))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(Variant { name, content: Value::Null }),
            Value::Object(fields) => {
                let (name, content) = fields.into_iter().next().ok_or(Unfit)?;
                visitor.visit_enum(Variant { name, content })
            }
            _ => Err(Unfit),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_any(visitor)
    }

    as_any! { deserialize_unit deserialize_ignored_any deserialize_bytes deserialize_byte_buf }
    as_number! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32
        deserialize_u64 deserialize_f32 deserialize_f64
    }
    as_text! { deserialize_char deserialize_str deserialize_string deserialize_identifier }
}

struct Items(std::vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Unfit;

    fn next_element_seed<T: de::DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unfit> {
        self.0.next().map(|item| seed.deserialize(Node(item))).transpose()
    }
}

struct Fields {
    rest: serde_json::map::IntoIter,
    value: Value,
}

impl Fields {
    fn new(fields: Map<String, Value>) -> Fields {
        Fields { rest: fields.into_iter(), value: Value::Null }
    }
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Unfit;

    fn next_key_seed<K: de::DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unfit> {
        let Some((name, value)) = self.rest.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(Node(Value::String(name))).map(Some)
    }

    fn next_value_seed<V: de::DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unfit> {
        seed.deserialize(Node(self.value.take()))
    }
}

struct Variant {
    name: String,
    content: Value,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Unfit;
    type Variant = Node;

    fn variant_seed<V: de::DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Node), Unfit> {
        Ok((seed.deserialize(Node(Value::String(self.name)))?, Node(self.content)))
    }
}

impl<'de> VariantAccess<'de> for Node {
    type Error = Unfit;

    fn unit_variant(self) -> Result<(), Unfit> {
        Ok(())
    }

    fn newtype_variant_seed<T: de::DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Unfit> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_map(visitor)
    }
}

impl std::fmt::Display for Unfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not of the expected form")
    }
}

impl std::error::Error for Unfit {}

/// Words would only be dropped: what isn't asked for isn't compiled.
impl de::Error for Unfit {
    fn custom<T: std::fmt::Display>(_: T) -> Unfit {
        Unfit
    }

    fn invalid_type(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Unfit {
        Unfit
    }

    fn invalid_value(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Unfit {
        Unfit
    }

    fn invalid_length(_: usize, _: &dyn de::Expected) -> Unfit {
        Unfit
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Unfit {
        Unfit
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Unfit {
        Unfit
    }

    fn missing_field(_: &'static str) -> Unfit {
        Unfit
    }

    fn duplicate_field(_: &'static str) -> Unfit {
        Unfit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jukeline_app::{
        api::{Change, DeclineReason, Delta, FoundSong, Playing, Problem, RoomMessage, SongBrief, WalletEvent},
        id::{PlayId, SongId},
        ledger::Origin,
        rules::SongRefusal,
        time::Timestamp,
        version::Version,
    };

    /// What serde_json writes is read back the same.
    fn same<T: serde::Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
        let text = serde_json::to_string(value).expect("it can be written");
        assert_eq!(&from_str::<T>(&text).expect(&text), value);
        assert_eq!(&serde_json::from_str::<T>(&text).expect(&text), value);
    }

    fn song() -> SongBrief {
        let id = SongId(uuid::Uuid::from_u128(9));
        SongBrief {
            id, title: "“Ölwechsel”\n".into(), artist: "野".into(), duration_ms: 192_400, has_cover: true
        }
    }

    #[test]
    fn every_form_is_read() {
        let play = PlayId(uuid::Uuid::from_u128(7));
        let playing =
            Playing { play, song: song(), for_name: None, anchor_at: Timestamp(-5), paused_at_ms: Some(1 << 50) };
        for change in [
            Change::Nothing,
            Change::Finished { play },
            Change::Playing { playing: Box::new(playing.clone()) },
            Change::Floor { paused: true, volume: 80, player: Default::default(), playing: Some(Box::new(playing)) },
        ] {
            let version = Version { epoch: 1, n: 2 };
            same(&RoomMessage::Delta(Delta { version, server_now: Timestamp(3), change }));
        }
        let refusal = SongRefusal::Cooldown { minutes: 9 };
        same(&FoundSong { song: song(), album: None, refusal: Some(refusal) });
        same(&DeclineReason::Song { refusal });
        same(&DeclineReason::QueueFull);
        same(&WalletEvent::Received { origin: Origin::Grant });
        same(&(1.5_f64, -2_i64, u64::MAX, true, Some("a".to_string()), None::<u32>, vec![1_u8, 2]));
        same(&Problem::with(
            jukeline_app::api::Code::NotEnoughCredits,
            serde_json::json!({ "need": 2, "have": [1.5] }),
        ));
    }

    #[test]
    fn unknown_fields_are_ignored_and_missing_ones_refused() {
        let whole = r#"{"epoch": 1, "n": 2, "newer": {"than": ["this"]}}"#;
        assert_eq!(from_str::<Version>(whole).ok(), Some(Version { epoch: 1, n: 2 }));
        for text in [r#"{"epoch": 1}"#, r#"{"epoch": "1", "n": 2}"#, "[1, 2]", "7", "{", ""] {
            assert!(from_str::<Version>(text).is_err(), "{text}");
        }
        assert!(from_str::<Change>(r#"{"teleported": {}}"#).is_err());
        assert!(from_str::<u8>("300").is_err());
    }
}
