//! Puts a Rust SDK behind Seep's driver protocol (sdk/driver_protocol/SPEC.md). The standard library only: implement
//! [`Sdk`] and [`Instance`], call [`serve`].
pub mod allocator;
mod dispatch;
mod errors;
mod instance_calls;
mod introduction;
pub mod json;
mod lines;
mod output;
mod params;
mod process;
mod request;
mod sdk;
mod test_operations;

pub use errors::{CallError, Kind};
pub use json::Json;
pub use lines::{Line, LineReader, MAX_LINE_BYTES};
pub use process::serve;
pub use sdk::{ConnectOptions, Description, Event, Gauge, Info, Instance, Log, Notify, Payment, Prepared, Sdk};
