//! What an SDK team implements. Only what the declared capabilities promise has to be overridden.
use crate::errors::{CallError, Kind};
use crate::json::Json;
use std::any::Any;
use std::sync::Arc;

pub struct Gauge {
    pub name: &'static str,
    pub unit: &'static str,
    pub kind: &'static str, // gauge or counter
}

pub struct Description {
    pub host: (&'static str, &'static str), // name, version
    pub sdk: (&'static str, &'static str),
    pub capabilities: Vec<&'static str>, // collect_garbage and invoke are the kit's
    pub gauges: Vec<Gauge>,              // beside the runtime's own
    pub operations: Vec<&'static str>,
}

pub type Log = Arc<dyn Fn(&str, &str) + Send + Sync>; // level, message
pub type Notify = Arc<dyn Fn(Event) + Send + Sync>; // silent once the instance is destroyed

pub struct ConnectOptions {
    pub instance: String,
    pub network: String,
    pub storage_dir: String,
    pub seed_hex: Option<String>, // one of seed_hex and mnemonic; both secret
    pub mnemonic: Option<String>,
    pub settings: Json,
    pub context: Option<String>, // instances that name the same one share it (capability shared_context)
    pub network_down: bool,      // (capability network_down)
    pub notify: Notify,
}

pub struct Event {
    pub listener: Option<String>,
    pub kind: String, // synced, payment_succeeded, ...
    pub payment: Option<Payment>,
    pub detail: Option<String>,
}

#[derive(Clone)]
pub struct Payment {
    pub id: String,
    pub status: &'static str,    // pending, completed, failed
    pub direction: &'static str, // send, receive
    pub method: String,
    pub amount_sats: i64,
    pub fee_sats: i64,
    pub timestamp: i64,
}

/// The SDK's own prepared payment; the kit keeps it behind a token.
pub struct Prepared {
    pub payment: Box<dyn Any + Send>,
    pub amount_sats: i64,
    pub fee_sats: i64,
}

pub struct Info {
    pub identity: Option<String>,
    pub balance_sats: i64,
    pub listeners: Option<i64>,
}

type Answer<T> = Result<T, CallError>;

fn lacks<T>(what: &str) -> Answer<T> {
    Err(CallError::new(Kind::NotSupported, format!("this SDK has no {}", what)))
}

/// One connected client; one thread at a time calls it. Dropping it is `destroy`: it frees the handle and nothing else.
#[allow(unused_variables)]
pub trait Instance: Send {
    /// None: not known without another call.
    fn identity(&self) -> Option<String> {
        None
    }
    fn disconnect(&mut self) -> Answer<()>;
    fn add_listener(&mut self, capture_instance: bool) -> Answer<String> {
        lacks("listeners")
    }
    fn remove_listener(&mut self, listener: &str) -> Answer<bool> {
        lacks("listeners")
    }
    /// → (payment request, fee in sats)
    fn receive(&mut self, method: &str, amount_sats: Option<i64>, description: &str) -> Answer<(String, i64)> {
        lacks("receive")
    }
    fn prepare_send(&mut self, destination: &str, amount_sats: Option<i64>, fees_included: bool) -> Answer<Prepared> {
        lacks("payments")
    }
    fn send(&mut self, prepared: Box<dyn Any + Send>, idempotency_key: Option<&str>) -> Answer<Payment> {
        lacks("payments")
    }
    fn list_payments(&mut self, limit: i64, offset: i64, destroy_response: bool) -> Answer<Vec<Payment>> {
        lacks("history")
    }
    fn sync(&mut self) -> Answer<()> {
        lacks("sync")
    }
    fn get_info(&mut self, ensure_synced: bool) -> Answer<Info> {
        lacks("get_info")
    }
    fn parse(&mut self, input: &str) -> Answer<String> {
        lacks("parse")
    }
    fn invoke(&mut self, operation: &str, arguments: &Json) -> Answer<Json> {
        lacks("invoke")
    }
}

/// The process's side. Calls come side by side from several threads; `metrics` from the one that reads requests, so it
/// must return at once. `initialize` comes once, before all others.
#[allow(unused_variables)]
pub trait Sdk: Send + Sync {
    fn describe(&self) -> Description;
    /// Kind::InvalidParams for a setting that is not known.
    fn initialize(&self, settings: &Json, log: Log) -> Answer<()>;
    fn connect(&self, options: ConnectOptions) -> Answer<Box<dyn Instance>>;
    fn metrics(&self) -> Vec<(&'static str, f64)> {
        Vec::new()
    }
    fn parse(&self, input: &str) -> Answer<String> {
        lacks("parse without params.instance")
    }
    fn invoke(&self, operation: &str, arguments: &Json) -> Answer<Json> {
        lacks("invoke without params.instance")
    }
}
