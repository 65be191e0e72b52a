//! From a line to its answer: checks the request, keeps order on an instance, answers each exactly once.
//!
//! Threads: `receive` on the reader's alone; answers come from lanes, one thread for each instance.
use crate::allocator;
use crate::errors::{clip, CallError, Kind};
use crate::instance_calls::{InstanceCalls, Notifier};
use crate::json::Json;
use crate::lines::MAX_LINE_BYTES;
use crate::output::Output;
use crate::introduction::introduction;
use crate::params::{refuse, Params};
use crate::request::{capability_of, decode, Request};
use crate::sdk::{Description, Log, Sdk};
use crate::test_operations::{self, TEST_OPERATIONS};
use std::collections::HashMap;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::mpsc::{channel, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const MAX_IN_FLIGHT: usize = 1024;
const MAX_INSTANCES: usize = 1024;

type Outcome = Result<Json, CallError>;
type Task = Box<dyn FnOnce(&mut InstanceCalls) + Send>;

struct Lane {
    tasks: Sender<Task>,
    pending: usize,
}

#[derive(Default)]
struct Traffic {
    lanes: HashMap<String, Lane>,
    in_flight: usize,
    fatal: Option<CallError>,
}

#[derive(Clone)]
pub struct Dispatcher {
    sdk: Arc<dyn Sdk>,
    output: Output,
    traffic: Arc<Mutex<Traffic>>,
    description: Option<Arc<Description>>,
    host: Option<Sender<Task>>, // calls without an instance
}

/// A panic of the SDK's is an error of one call: the other instances go on.
fn guarded(run: impl FnOnce() -> Outcome) -> Outcome {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panicked| {
        let words = panicked.downcast_ref::<String>().cloned().or_else(|| panicked.downcast_ref::<&str>().map(|s| s.to_string()));
        let words = words.unwrap_or_else(|| "with no words".to_string());
        Err(CallError { kind: Kind::InternalError, message: format!("the SDK panicked: {}", words), sdk_error: Some(words) })
    })
}

impl Dispatcher {
    pub fn new(sdk: Arc<dyn Sdk>, output: Output) -> Self {
        Dispatcher { sdk, output, traffic: Arc::default(), description: None, host: None }
    }

    pub fn too_long(&self) {
        self.conclude(None, Err(CallError::host(Kind::InvalidRequest, format!("the line is longer than {} bytes", MAX_LINE_BYTES))));
    }

    /// False once `shutdown` came.
    pub fn receive(&mut self, line: &[u8]) -> bool {
        let request = match decode(line) {
            Ok(Some(request)) => request,
            Ok(None) => return true,
            Err((id, error)) => {
                self.conclude(id, Err(error));
                return true;
            }
        };
        let id = Some(request.id);
        if let Err(error) = self.admit(&request) {
            self.conclude(id, Err(error));
            return true;
        }
        match request.method.as_str() {
            "shutdown" => {
                self.conclude(id, Ok(Json::Object(Vec::new())));
                return false;
            }
            "initialize" => {
                let outcome = guarded(AssertUnwindSafe(|| self.initialize(&request.params)));
                self.conclude(id, outcome);
            }
            "metrics" => self.conclude(id, guarded(|| Ok(self.metrics()))),
            _ => {
                if let Err(error) = self.enqueue(request) {
                    self.conclude(id, Err(error));
                }
            }
        }
        true
    }

    fn admit(&self, request: &Request) -> Result<(), CallError> {
        let method = request.method.as_str();
        if let (Some(error), true) = (&self.traffic.lock().unwrap().fatal, method != "shutdown") {
            return Err(error.clone());
        }
        if self.description.is_none() && method != "initialize" {
            return Err(CallError::host(Kind::NotInitialized, "`initialize` comes first"));
        }
        let declared = |capability: &str| capability.is_empty() || self.description.as_ref().map_or(false, |d| d.capabilities.contains(&capability));
        if !capability_of(method).map_or(false, declared) {
            let shown: String = method.chars().take(64).collect();
            return Err(CallError::host(Kind::MethodNotFound, format!("no method {}, or its capability was not declared", shown)));
        }
        request.params.integer("deadline_ms", 1)?;
        if method == "invoke" {
            let operation = request.params.text("operation")?;
            if !self.description.as_ref().map_or(false, |d| d.operations.contains(&operation.as_str())) {
                return refuse("operation", "is none that `initialize` listed");
            }
        }
        Ok(())
    }

    fn enqueue(&self, request: Request) -> Result<(), CallError> {
        let method = request.method.as_str();
        let may_do_without = matches!(method, "parse" | "invoke") && request.params.0.get("instance").is_none();
        let this = self.clone();
        if may_do_without || matches!(method, "collect_garbage" | "heap_profile") {
            self.enter(&mut self.traffic.lock().unwrap())?;
            let task: Task = Box::new(move |_| {
                let outcome = guarded(|| this.call_host(&request));
                this.traffic.lock().unwrap().in_flight -= 1;
                this.conclude(Some(request.id), outcome);
            });
            let _ = self.host.as_ref().expect("initialized").send(task);
            return Ok(());
        }
        let name = request.params.instance()?;
        let mut traffic = self.traffic.lock().unwrap();
        if !traffic.lanes.contains_key(&name) {
            if method != "connect" {
                return Err(CallError::host(Kind::UnknownInstance, format!("no instance is called {}", name)));
            }
            if traffic.lanes.len() >= MAX_INSTANCES {
                return Err(CallError::host(Kind::LimitExceeded, format!("more than {} instances", MAX_INSTANCES)));
            }
            let tasks = self.open_lane(&name)?;
            traffic.lanes.insert(name.clone(), Lane { tasks, pending: 0 });
        }
        self.enter(&mut traffic)?;
        let lane = traffic.lanes.get_mut(&name).expect("it was just there");
        lane.pending += 1; // from here the lane stays until `leave`
        let task: Task = Box::new(move |calls| {
            let outcome = guarded(|| calls.call(&request.method, &request.params));
            this.leave(&name, calls.exists()); // before the answer: who got the answer to `destroy` finds the name free
            this.conclude(Some(request.id), outcome);
        });
        let _ = lane.tasks.send(task);
        Ok(())
    }

    fn enter(&self, traffic: &mut Traffic) -> Result<(), CallError> {
        if traffic.in_flight >= MAX_IN_FLIGHT {
            return Err(CallError::host(Kind::LimitExceeded, format!("more than {} requests in flight", MAX_IN_FLIGHT)));
        }
        traffic.in_flight += 1;
        Ok(())
    }

    fn leave(&self, name: &str, exists: bool) {
        let mut traffic = self.traffic.lock().unwrap();
        traffic.in_flight -= 1;
        if let Some(lane) = traffic.lanes.get_mut(name) {
            lane.pending -= 1;
            if lane.pending == 0 && !exists {
                traffic.lanes.remove(name); // its thread ends with the sender
            }
        }
    }

    fn open_lane(&self, name: &str) -> Result<Sender<Task>, CallError> {
        let (sender, tasks) = channel::<Task>();
        let output = self.output.clone();
        let notifier: Notifier = Arc::new(move |method, params| notify(&output, method, params));
        let mut calls = InstanceCalls::new(name, self.sdk.clone(), notifier);
        let spawned = std::thread::Builder::new().spawn(move || tasks.into_iter().for_each(|task| task(&mut calls)));
        match spawned {
            Ok(_) => Ok(sender),
            Err(error) => Err(CallError::host(Kind::LimitExceeded, format!("no thread for another instance: {}", error))),
        }
    }

    fn initialize(&mut self, params: &Params) -> Outcome {
        if self.description.is_some() {
            return Err(CallError::host(Kind::InvalidRequest, "`initialize` comes once"));
        }
        let version = params.object("protocol")?;
        let minor = version.get("minor").and_then(Json::as_int);
        if version.get("major").and_then(Json::as_int) != Some(1) || minor.map_or(true, |m| m < 0) {
            return refuse("protocol", "is not one that this host speaks: 1.0");
        }
        params.object("client")?;
        let output = self.output.clone();
        let log: Log = Arc::new(move |level, message| {
            notify(&output, "log", Json::object(vec![("level", Json::from(level)), ("message", Json::from(clip(message)))]));
        });
        self.sdk.initialize(&params.object("settings")?, log)?;
        let mut description = self.sdk.describe();
        description.capabilities.extend(["collect_garbage", "invoke"]);
        description.operations.extend(TEST_OPERATIONS);
        self.host = Some(self.open_lane("host")?);
        let answer = introduction(&description);
        self.description = Some(Arc::new(description));
        Ok(answer)
    }

    fn metrics(&self) -> Json {
        let mut values: Vec<(&str, Json)> = Vec::new();
        if let Some((bytes, blocks)) = allocator::figures() {
            values.push(("heap_allocated", Json::Int(bytes)));
            values.push(("heap_objects", Json::Int(blocks)));
        }
        for (name, value) in self.sdk.metrics() {
            let whole = value.fract() == 0.0 && value.abs() < 9e15;
            values.push((name, if whole { Json::Int(value as i64) } else { Json::Number(value) }));
        }
        Json::object(vec![("values", Json::object(values))])
    }

    fn call_host(&self, request: &Request) -> Outcome {
        let params = &request.params;
        match request.method.as_str() {
            "collect_garbage" => {
                give_memory_back();
                Ok(Json::object(allocator::figures().map(|(bytes, _)| ("live_bytes", Json::Int(bytes))).into_iter().collect()))
            }
            "parse" => self.sdk.parse(&params.text("input")?).map(|kind| Json::object(vec![("type", Json::from(kind.as_str()))])),
            _ => {
                let (operation, arguments) = (params.text("operation")?, params.object("arguments")?);
                if operation == "test_delay" {
                    return refuse("instance", "is missing: test_delay occupies one");
                }
                let result = match TEST_OPERATIONS.contains(&operation.as_str()) {
                    true => test_operations::run(&operation, &arguments)?,
                    false => self.sdk.invoke(&operation, &arguments)?,
                };
                Ok(Json::object(vec![("result", result)]))
            }
        }
    }

    fn conclude(&self, id: Option<i64>, outcome: Outcome) {
        let id_json = id.map_or(Json::Null, Json::Int);
        let (member, value) = match outcome {
            Ok(result) => ("result", result),
            Err(error) => {
                if error.kind == Kind::Fatal {
                    self.traffic.lock().unwrap().fatal = Some(error.clone());
                }
                ("error", error.to_json())
            }
        };
        let mut line = String::new();
        Json::object(vec![("jsonrpc", Json::from("2.0")), ("id", id_json), (member, value)]).write(&mut line);
        if line.len() + 1 > MAX_LINE_BYTES {
            let error = format!("the answer has {} bytes, more than a line may; ask for less, e.g. with limit", line.len());
            return self.conclude(id, Err(CallError::host(Kind::LimitExceeded, error)));
        }
        self.output.send(&line);
    }

    /// Disconnects what is open, as far as that goes in the time there is.
    pub fn close(&self, limit: Duration) {
        let (done, finished) = channel();
        let traffic = self.traffic.lock().unwrap();
        let open = traffic.lanes.len();
        for lane in traffic.lanes.values() {
            let done = done.clone();
            let _ = lane.tasks.send(Box::new(move |calls| {
                let _ = catch_unwind(AssertUnwindSafe(|| calls.close()));
                let _ = done.send(());
            }));
        }
        drop(traffic);
        let until = Instant::now() + limit;
        for _ in 0..open {
            if finished.recv_timeout(until.saturating_duration_since(Instant::now())).is_err() {
                return;
            }
        }
    }
}

fn notify(output: &Output, method: &str, params: Json) {
    let mut line = String::new();
    Json::object(vec![("jsonrpc", Json::from("2.0")), ("method", Json::from(method)), ("params", params)]).write(&mut line);
    output.notify(&line);
}

/// Rust has no collector; what glibc keeps for later would look like the SDK's.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn give_memory_back() {
    extern "C" {
        fn malloc_trim(pad: usize) -> i32;
    }
    unsafe { malloc_trim(0) };
}
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn give_memory_back() {}
