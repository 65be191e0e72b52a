//! The operations by which `seep driver check` makes a host slow, fatal or talkative (SPEC, section 7).
use crate::errors::{CallError, Kind};
use crate::json::Json;
use crate::params::refuse;
use std::time::Duration;

pub const TEST_OPERATIONS: [&str; 3] = ["test_delay", "test_fatal", "test_print"];

pub fn run(operation: &str, arguments: &Json) -> Result<Json, CallError> {
    match operation {
        "test_fatal" => Err(CallError::host(Kind::Fatal, "the SDK is beyond use, as asked")),
        "test_print" => {
            println!("a library prints to standard output");
            Ok(Json::Null)
        }
        _ => match arguments.get("milliseconds") {
            Some(Json::Int(milliseconds)) if (0..=3_600_000).contains(milliseconds) => {
                std::thread::sleep(Duration::from_millis(*milliseconds as u64));
                Ok(Json::Null)
            }
            _ => refuse("arguments.milliseconds", "is not an integer from 0 to 3600000"),
        },
    }
}
