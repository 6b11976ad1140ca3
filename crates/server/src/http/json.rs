//! JSON as it arrives: no duplicate members, no NUL, and numbers that fit.

use std::fmt;

use dream_domain::error::{Code, Error, Result};
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Deeper nesting than this is refused, far below what would exhaust the stack.
const DEPTH_MAX: usize = 32;

/// Parses a body. 400 for what is not JSON, 422 for JSON that says something impossible.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth: 0 }
        .deserialize(&mut deserializer)
        .map_err(|e| refused(&e))?;
    deserializer.end().map_err(|e| refused(&e))?;
    Ok(value)
}

fn refused(error: &serde_json::Error) -> Error {
    let text = error.to_string();
    if text.contains("number out of range") {
        return Code::InvalidValue.error("A number in the body is out of range; whole numbers up to 2^53 are understood everywhere");
    }
    if text.contains("NUL") {
        return Code::InvalidValue.error("The body contains a NUL character; remove it");
    }
    Code::InvalidJson.error(format!("The body is not valid JSON: {text}"))
}

#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if self.depth > DEPTH_MAX {
            return Err(de::Error::custom("nested too deeply"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        if text.contains('\0') {
            return Err(E::custom("NUL in a string"));
        }
        Ok(Value::String(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Self {
            depth: self.depth + 1,
        })? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if name.contains('\0') {
                return Err(de::Error::custom("NUL in a name"));
            }
            let value = members.next_value_seed(Self {
                depth: self.depth + 1,
            })?;
            if map.insert(name.clone(), value).is_some() {
                return Err(de::Error::custom(format!(
                    "the member {name} appears twice"
                )));
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &[u8]) -> &'static str {
        parse(text).unwrap_err().code().as_str()
    }

    #[test]
    fn odd_json_is_refused_by_kind() {
        assert_eq!(code(b"{\"a\":1,\"a\":2}"), "invalid_json");
        assert_eq!(code(b"{\"a\":1e400}"), "invalid_value");
        assert_eq!(code(b"{\"a\":\"\\u0000\"}"), "invalid_value");
        assert_eq!(code(b"\xef\xbb\xbf{}"), "invalid_json");
        assert_eq!(code(b"{\"a\":\"\\ud800\"}"), "invalid_json");
        assert_eq!(code(b"{\"a\":\"\xff\"}"), "invalid_json");
        assert_eq!(code("[".repeat(10_000).as_bytes()), "invalid_json");
        assert_eq!(code(b"{} x"), "invalid_json");
    }

    #[test]
    fn text_comes_back_as_it_was_sent() {
        let value = parse("{\"a\":\"👩‍🚀 \\u202e\"}".as_bytes()).unwrap();
        assert_eq!(value["a"], "👩‍🚀 \u{202e}");
    }
}
