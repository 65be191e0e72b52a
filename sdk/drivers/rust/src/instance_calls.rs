//! The protocol's methods on one instance; the lane's thread alone uses it.
use crate::errors::{CallError, Kind};
use crate::json::Json;
use crate::params::{refuse, Params};
use crate::sdk::{ConnectOptions, Event, Instance, Payment, Sdk};
use crate::test_operations::{self, TEST_OPERATIONS};
use std::any::Any;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

const MAX_PREPARED: usize = 64;
const CONNECT_DEADLINE: Duration = Duration::from_secs(60);
const RECEIVE_METHODS: [&str; 4] = ["spark_address", "spark_invoice", "bolt11_invoice", "bitcoin_address"];

pub type Notifier = Arc<dyn Fn(&str, Json) + Send + Sync>; // method, params

pub struct InstanceCalls {
    name: String,
    sdk: Arc<dyn Sdk>,
    notifier: Notifier,
    instance: Option<Box<dyn Instance>>,
    open: Arc<AtomicBool>, // the events' way out; closed by destroy
    connected: bool,
    prepared: VecDeque<(String, Box<dyn Any + Send>)>, // oldest first
    tokens: u64,
}

type Outcome = Result<Json, CallError>;

fn nothing() -> Json {
    Json::Object(Vec::new())
}

pub fn payment_json(payment: &Payment) -> Json {
    Json::object(vec![
        ("id", Json::from(payment.id.as_str())),
        ("status", Json::from(payment.status)),
        ("direction", Json::from(payment.direction)),
        ("method", Json::from(payment.method.as_str())),
        ("amount_sats", Json::Int(payment.amount_sats)),
        ("fee_sats", Json::Int(payment.fee_sats)),
        ("timestamp", Json::Int(payment.timestamp)),
    ])
}

fn event_json(instance: &str, event: &Event) -> Json {
    let mut params = vec![("instance", Json::from(instance)), ("type", Json::from(event.kind.as_str()))];
    if let Some(listener) = &event.listener {
        params.push(("listener", Json::from(listener.as_str())));
    }
    if let Some(payment) = &event.payment {
        params.push(("payment", payment_json(payment)));
    }
    if let Some(detail) = &event.detail {
        params.push(("detail", Json::from(detail.as_str())));
    }
    Json::object(params)
}

impl InstanceCalls {
    pub fn new(name: &str, sdk: Arc<dyn Sdk>, notifier: Notifier) -> Self {
        let open = Arc::new(AtomicBool::new(false));
        InstanceCalls { name: name.to_string(), sdk, notifier, instance: None, open, connected: false, prepared: VecDeque::new(), tokens: 0 }
    }

    pub fn exists(&self) -> bool {
        self.instance.is_some()
    }

    pub fn call(&mut self, method: &str, params: &Params) -> Outcome {
        if method == "connect" {
            return self.connect(params);
        }
        let instance = match &mut self.instance {
            Some(instance) => instance,
            None => return Err(CallError::host(Kind::UnknownInstance, format!("no instance is called {}", self.name))),
        };
        match method {
            "disconnect" => return self.disconnect(),
            "destroy" => return Ok(self.destroy()),
            "remove_listener" => {
                let removed = instance.remove_listener(&params.text("listener")?)?;
                return Ok(Json::object(vec![("removed", Json::Bool(removed))]));
            }
            _ => {}
        }
        if !self.connected {
            return Err(CallError::host(Kind::NotConnected, format!("instance {} is disconnected", self.name)));
        }
        match method {
            "prepare_send" => self.prepare_send(params),
            "send" => self.send(params),
            _ => operate(instance.as_mut(), method, params),
        }
    }

    fn connect(&mut self, params: &Params) -> Outcome {
        if self.exists() {
            return Err(CallError::host(Kind::InstanceExists, format!("an instance called {} exists", self.name)));
        }
        let open = Arc::new(AtomicBool::new(true));
        let (seed_hex, mnemonic) = params.secret()?;
        let (still_open, notifier, name) = (open.clone(), self.notifier.clone(), self.name.clone());
        let options = ConnectOptions {
            instance: self.name.clone(),
            network: params.word("network", &["regtest", "mainnet", "local"])?,
            storage_dir: params.directory("storage_dir")?,
            seed_hex,
            mnemonic,
            settings: params.object("settings")?,
            context: params.context()?,
            network_down: params.flag("network_down", false)?,
            notify: Arc::new(move |event| {
                if still_open.load(Ordering::Acquire) {
                    notifier("event", event_json(&name, &event));
                }
            }),
        };
        let limit = params.integer("deadline_ms", 1)?.map_or(CONNECT_DEADLINE, |ms| Duration::from_millis(ms as u64));
        let began = Instant::now();
        let mut instance = self.sdk.connect(options)?;
        //
        if began.elapsed() > limit {
            open.store(false, Ordering::Release);
            let _ = instance.disconnect();
            return Err(CallError::host(Kind::DeadlineExceeded, "connect ended after its deadline; the instance was taken down"));
        }
        let identity = instance.identity();
        self.instance = Some(instance);
        self.open = open;
        self.connected = true;
        Ok(identity.map_or_else(nothing, |text| Json::object(vec![("identity", Json::from(text.as_str()))])))
    }

    fn disconnect(&mut self) -> Outcome {
        if let (true, Some(instance)) = (self.connected, &mut self.instance) {
            instance.disconnect()?;
            self.connected = false;
            self.prepared.clear();
        }
        Ok(nothing())
    }

    fn destroy(&mut self) -> Json {
        self.open.store(false, Ordering::Release);
        self.connected = false;
        self.prepared = VecDeque::new();
        self.instance = None;
        nothing()
    }

    /// At shutdown: as far as it goes.
    pub fn close(&mut self) {
        let _ = self.disconnect();
        self.destroy();
    }

    fn prepare_send(&mut self, params: &Params) -> Outcome {
        let included = match params.0.get("fee_policy") {
            None => false,
            Some(_) => params.word("fee_policy", &["fees_excluded", "fees_included"])? == "fees_included",
        };
        let (destination, amount) = (params.text("destination")?, params.integer("amount_sats", 0)?);
        let instance = self.instance.as_mut().expect("a connected instance is there");
        let prepared = instance.prepare_send(&destination, amount, included)?;
        if self.prepared.len() == MAX_PREPARED {
            self.prepared.pop_front();
        }
        self.tokens += 1;
        let token = format!("p-{}", self.tokens);
        let result = Json::object(vec![
            ("prepared", Json::from(token.as_str())),
            ("amount_sats", Json::Int(prepared.amount_sats)),
            ("fee_sats", Json::Int(prepared.fee_sats)),
        ]);
        self.prepared.push_back((token, prepared.payment));
        Ok(result)
    }

    fn send(&mut self, params: &Params) -> Outcome {
        let (token, key) = (params.text("prepared")?, params.optional_text("idempotency_key")?);
        let at = match self.prepared.iter().position(|(name, _)| *name == token) {
            Some(at) => at,
            None => return refuse("prepared", "is no token of this instance, or was used, or was dropped as the oldest of 64"),
        };
        let (_, prepared) = self.prepared.remove(at).expect("it was just found");
        let instance = self.instance.as_mut().expect("a connected instance is there");
        let payment = instance.send(prepared, key.as_deref().filter(|k| !k.is_empty()))?;
        Ok(Json::object(vec![("payment", payment_json(&payment))]))
    }
}

fn operate(instance: &mut dyn Instance, method: &str, params: &Params) -> Outcome {
    match method {
        "add_listener" => {
            let id = instance.add_listener(params.flag("capture_instance", false)?)?;
            Ok(Json::object(vec![("listener", Json::from(id.as_str()))]))
        }
        "receive" => {
            let kind = params.word("method", &RECEIVE_METHODS)?;
            let (amount, description) = (params.integer("amount_sats", 0)?, params.optional_text("description")?);
            let (request, fee) = instance.receive(&kind, amount, &description.unwrap_or_default())?;
            Ok(Json::object(vec![("payment_request", Json::from(request.as_str())), ("fee_sats", Json::Int(fee))]))
        }
        "list_payments" => list_payments(instance, params),
        "sync" => instance.sync().map(|_| nothing()),
        "get_info" => {
            let info = instance.get_info(params.flag("ensure_synced", false)?)?;
            let mut result = vec![("balance_sats", Json::Int(info.balance_sats))];
            if let Some(identity) = &info.identity {
                result.push(("identity", Json::from(identity.as_str())));
            }
            if let Some(listeners) = info.listeners {
                result.push(("listeners", Json::Int(listeners)));
            }
            Ok(Json::object(result))
        }
        "parse" => instance.parse(&params.text("input")?).map(|kind| Json::object(vec![("type", Json::from(kind.as_str()))])),
        _ => {
            let (operation, arguments) = (params.text("operation")?, params.object("arguments")?);
            let result = match TEST_OPERATIONS.contains(&operation.as_str()) {
                true => test_operations::run(&operation, &arguments)?,
                false => instance.invoke(&operation, &arguments)?,
            };
            Ok(Json::object(vec![("result", result)]))
        }
    }
}

fn list_payments(instance: &mut dyn Instance, params: &Params) -> Outcome {
    let (limit, offset) = (params.integer("limit", 0)?.unwrap_or(0), params.integer("offset", 0)?.unwrap_or(0));
    let (destroy, include) = (params.flag("destroy_response", true)?, params.flag("include", false)?);
    let payments = instance.list_payments(limit, offset, destroy)?;
    let mut result = vec![("count", Json::Int(payments.len() as i64))];
    if include {
        result.push(("payments", Json::Array(payments.iter().map(payment_json).collect())));
    }
    Ok(Json::object(result))
}
