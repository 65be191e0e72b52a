//! The protocol's errors (SPEC, section 6).
use crate::json::Json;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    ParseError,
    InvalidRequest,
    MethodNotFound,
    InvalidParams,
    InternalError,
    SdkError,
    InsufficientFunds,
    InvalidInput,
    NetworkError,
    StorageError,
    SignerError,
    NotSupported,
    UnknownInstance,
    InstanceExists,
    NotConnected,
    DeadlineExceeded,
    LimitExceeded,
    NotInitialized,
    Fatal,
}

impl Kind {
    fn code_and_name(self) -> (i64, &'static str) {
        match self {
            Kind::ParseError => (-32700, "parse_error"),
            Kind::InvalidRequest => (-32600, "invalid_request"),
            Kind::MethodNotFound => (-32601, "method_not_found"),
            Kind::InvalidParams => (-32602, "invalid_params"),
            Kind::InternalError => (-32603, "internal_error"),
            Kind::SdkError => (1, "sdk_error"),
            Kind::InsufficientFunds => (2, "insufficient_funds"),
            Kind::InvalidInput => (3, "invalid_input"),
            Kind::NetworkError => (4, "network_error"),
            Kind::StorageError => (5, "storage_error"),
            Kind::SignerError => (6, "signer_error"),
            Kind::NotSupported => (7, "not_supported"),
            Kind::UnknownInstance => (9, "unknown_instance"),
            Kind::InstanceExists => (10, "instance_exists"),
            Kind::NotConnected => (11, "not_connected"),
            Kind::DeadlineExceeded => (12, "deadline_exceeded"),
            Kind::LimitExceeded => (13, "limit_exceeded"),
            Kind::NotInitialized => (14, "not_initialized"),
            Kind::Fatal => (15, "fatal"),
        }
    }
}

/// How an SDK says what kind of failure it is, in its own words.
#[derive(Clone, Debug)]
pub struct CallError {
    pub kind: Kind,
    pub message: String,
    pub sdk_error: Option<String>,
}

const MAX_TEXT_BYTES: usize = 4096;

impl CallError {
    /// An error of the SDK's: `words` are its own.
    pub fn new(kind: Kind, words: impl Into<String>) -> Self {
        let words = words.into();
        CallError { kind, message: words.clone(), sdk_error: Some(words) }
    }

    /// An error of the host's.
    pub(crate) fn host(kind: Kind, message: impl Into<String>) -> Self {
        CallError { kind, message: message.into(), sdk_error: None }
    }

    pub(crate) fn to_json(&self) -> Json {
        let (code, name) = self.kind.code_and_name();
        let retryable = matches!(self.kind, Kind::NetworkError | Kind::DeadlineExceeded);
        let mut data = vec![("kind", Json::from(name)), ("retryable", Json::Bool(retryable))];
        if let Some(words) = &self.sdk_error {
            data.push(("sdk_error", Json::from(clip(words))));
        }
        Json::object(vec![("code", Json::Int(code)), ("message", Json::from(clip(&self.message))), ("data", Json::object(data))])
    }
}

/// Cuts on a character's boundary.
pub(crate) fn clip(text: &str) -> &str {
    let mut end = text.len().min(MAX_TEXT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
