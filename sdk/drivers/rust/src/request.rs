//! From a line to a request.
use crate::errors::{CallError, Kind};
use crate::json::Json;
use crate::params::{Params, MAX_INTEGER};

pub struct Request {
    pub id: i64,
    pub method: String,
    pub params: Params,
}

/// The capability that a method needs, "" for those that are always there; None: no such method.
pub fn capability_of(method: &str) -> Option<&'static str> {
    Some(match method {
        "initialize" | "connect" | "disconnect" | "destroy" | "metrics" | "shutdown" => "",
        "add_listener" | "remove_listener" => "listeners",
        "prepare_send" | "send" => "payments",
        "list_payments" => "history",
        "receive" => "receive",
        "sync" => "sync",
        "get_info" => "get_info",
        "parse" => "parse",
        "collect_garbage" => "collect_garbage",
        "heap_profile" => "heap_profile",
        "invoke" => "invoke",
        _ => return None,
    })
}

/// A request, or nothing for a notification, or what is wrong with the line and the id it was sent under.
pub fn decode(line: &[u8]) -> Result<Option<Request>, (Option<i64>, CallError)> {
    let bad = |kind, message: &str| CallError::host(kind, message);
    let text = std::str::from_utf8(line).map_err(|_| (None, bad(Kind::ParseError, "the line is not UTF-8")))?;
    let message = Json::parse(text).map_err(|what| (None, bad(Kind::ParseError, &format!("the line is not JSON: {}", what))))?;
    if !matches!(message, Json::Object(_)) {
        return Err((None, bad(Kind::InvalidRequest, "a request is an object; batches are not used")));
    }
    let id = match message.get("id") {
        None => None,
        Some(Json::Int(id)) if id.abs() <= MAX_INTEGER => Some(*id),
        _ => return Err((None, bad(Kind::InvalidRequest, "`id` is not an integer within 2^53-1"))),
    };
    if message.get("jsonrpc").and_then(Json::as_text) != Some("2.0") {
        return Err((id, bad(Kind::InvalidRequest, "`jsonrpc` is not \"2.0\"")));
    }
    let method = match message.get("method").and_then(Json::as_text) {
        Some(method) if !method.is_empty() => method.to_string(),
        _ => return Err((id, bad(Kind::InvalidRequest, "`method` is missing or not a text"))),
    };
    let id = match id {
        Some(id) => id,
        None => return Ok(None),
    };
    let params = message.get("params").cloned().unwrap_or(Json::Object(Vec::new()));
    if !matches!(params, Json::Object(_)) {
        return Err((Some(id), bad(Kind::InvalidParams, "`params` is not an object")));
    }
    Ok(Some(Request { id, method, params: Params(params) }))
}
