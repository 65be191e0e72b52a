//! Typed reads of a request's parameters. A complaint names the parameter and never quotes what was there.
use crate::errors::{CallError, Kind};
use crate::json::Json;

pub const MAX_INTEGER: i64 = (1 << 53) - 1;
const MAX_TEXT: usize = 65536;

pub struct Params(pub Json);

type Read<T> = Result<T, CallError>;

pub fn refuse<T>(name: &str, complaint: &str) -> Read<T> {
    Err(CallError::host(Kind::InvalidParams, format!("params.{} {}", name, complaint)))
}

pub fn is_instance_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

impl Params {
    pub fn optional_text(&self, name: &str) -> Read<Option<String>> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Json::Text(text)) if text.len() <= MAX_TEXT => Ok(Some(text.clone())),
            _ => refuse(name, "is not a text of at most 65536 bytes"),
        }
    }

    pub fn text(&self, name: &str) -> Read<String> {
        match self.optional_text(name)? {
            Some(text) if !text.is_empty() => Ok(text),
            _ => refuse(name, "is missing or empty"),
        }
    }

    pub fn word(&self, name: &str, words: &[&str]) -> Read<String> {
        let text = self.optional_text(name)?.unwrap_or_default();
        match words.contains(&text.as_str()) {
            true => Ok(text),
            false => refuse(name, &format!("is none of {}", words.join(", "))),
        }
    }

    pub fn integer(&self, name: &str, least: i64) -> Read<Option<i64>> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Json::Int(number)) if (least..=MAX_INTEGER).contains(number) => Ok(Some(*number)),
            _ => refuse(name, &format!("is not an integer from {} to {}", least, MAX_INTEGER)),
        }
    }

    pub fn flag(&self, name: &str, otherwise: bool) -> Read<bool> {
        match self.0.get(name) {
            None => Ok(otherwise),
            Some(Json::Bool(flag)) => Ok(*flag),
            _ => refuse(name, "is neither true nor false"),
        }
    }

    pub fn object(&self, name: &str) -> Read<Json> {
        match self.0.get(name) {
            None => Ok(Json::Object(Vec::new())),
            Some(object @ Json::Object(_)) => Ok(object.clone()),
            _ => refuse(name, "is not an object"),
        }
    }

    pub fn directory(&self, name: &str) -> Read<String> {
        let text = self.text(name)?;
        let path = std::path::Path::new(&text);
        match path.is_absolute() && path.is_dir() {
            true => Ok(text),
            false => refuse(name, "is not the absolute path of an existing directory"),
        }
    }

    pub fn instance(&self) -> Read<String> {
        match self.0.get("instance") {
            Some(Json::Text(name)) if is_instance_name(name) => Ok(name.clone()),
            _ => refuse("instance", "is not 1 to 64 characters of [A-Za-z0-9_.-]"),
        }
    }

    pub fn context(&self) -> Read<Option<String>> {
        match self.optional_text("context")? {
            Some(name) if !is_instance_name(&name) => refuse("context", "is not 1 to 64 characters of [A-Za-z0-9_.-]"),
            name => Ok(name),
        }
    }

    /// (seed as hexadecimal text, mnemonic): exactly one of the two.
    pub fn secret(&self) -> Read<(Option<String>, Option<String>)> {
        let filled = |text: Option<String>| text.filter(|t| !t.is_empty());
        let (seed, mnemonic) = (filled(self.optional_text("seed")?), filled(self.optional_text("mnemonic")?));
        if seed.is_some() == mnemonic.is_some() {
            return refuse("seed", "or params.mnemonic: exactly one of the two is needed");
        }
        match &seed {
            Some(hex) if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) => refuse("seed", "is not 64 hexadecimal characters"),
            _ => Ok((seed, mnemonic)),
        }
    }
}
