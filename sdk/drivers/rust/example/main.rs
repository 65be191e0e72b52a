//! The example: the in-memory wallet behind the driver protocol. Settings: leaks {name: bytes}, initial_balance (sats).
//! Everything an SDK team writes is in this file; module `wallet` stands for their SDK.
mod wallet;

use seep_driver::{CallError, ConnectOptions, Description, Event, Gauge, Info, Instance, Json, Kind, Log, Notify, Payment, Prepared, Sdk};
use std::any::Any;
use std::sync::{Arc, Mutex};
use wallet::{Destination, Leaks, Network, Wallet, WalletError};

#[global_allocator]
static ALLOCATOR: seep_driver::allocator::Counting = seep_driver::allocator::Counting;

const MAX_SIZE: i64 = 1 << 30;

struct WalletInstance {
    wallet: Arc<Wallet>,
    notify: Notify,
}

fn translate(error: WalletError) -> CallError {
    match error {
        WalletError::Funds => CallError::new(Kind::InsufficientFunds, "InsufficientFunds: the balance does not cover the amount and the fee"),
        WalletError::Input => CallError::new(Kind::InvalidInput, "InvalidInput: not a destination and amount of this network"),
        WalletError::Network => CallError::new(Kind::NetworkError, "NetworkError: the receiver cannot be reached"),
    }
}

fn to_payment(payment: &wallet::Payment) -> Payment {
    Payment {
        id: payment.id.clone(),
        status: "completed",
        direction: payment.direction,
        method: payment.method.clone(),
        amount_sats: payment.amount_sats,
        fee_sats: payment.fee_sats,
        timestamp: payment.timestamp,
    }
}

impl Instance for WalletInstance {
    fn identity(&self) -> Option<String> {
        Some(self.wallet.identity.clone())
    }

    fn disconnect(&mut self) -> Result<(), CallError> {
        self.wallet.disconnect();
        Ok(())
    }

    fn add_listener(&mut self, capture_instance: bool) -> Result<String, CallError> {
        let notify = self.notify.clone();
        let captured = capture_instance.then(|| self.wallet.clone());
        Ok(self.wallet.add_listener(Arc::new(move |event, listener, payment| {
            let _held = &captured; // by the callback, as careless applications do
            notify(Event { listener: Some(listener.to_string()), kind: event.to_string(), payment: payment.map(to_payment), detail: None });
        })))
    }

    fn remove_listener(&mut self, listener: &str) -> Result<bool, CallError> {
        Ok(self.wallet.remove_listener(listener))
    }

    fn receive(&mut self, method: &str, amount_sats: Option<i64>, _description: &str) -> Result<(String, i64), CallError> {
        Ok((self.wallet.receive(method, amount_sats.unwrap_or(0)), 0))
    }

    fn prepare_send(&mut self, destination: &str, amount_sats: Option<i64>, fees_included: bool) -> Result<Prepared, CallError> {
        let to = self.wallet.prepare(destination, amount_sats, fees_included).map_err(translate)?;
        Ok(Prepared { amount_sats: to.amount_sats, fee_sats: wallet::FEE_SATS, payment: Box::new(to) })
    }

    fn send(&mut self, prepared: Box<dyn Any + Send>, idempotency_key: Option<&str>) -> Result<Payment, CallError> {
        let to = prepared.downcast::<Destination>().expect("what prepare_send gave");
        self.wallet.send(&to, idempotency_key).map(|payment| to_payment(&payment)).map_err(translate)
    }

    fn list_payments(&mut self, limit: i64, offset: i64, _destroy_response: bool) -> Result<Vec<Payment>, CallError> {
        Ok(self.wallet.list(limit as usize, offset as usize).iter().map(to_payment).collect())
    }

    fn sync(&mut self) -> Result<(), CallError> {
        self.wallet.sync().map_err(translate)
    }

    fn get_info(&mut self, _ensure_synced: bool) -> Result<Info, CallError> {
        let (balance_sats, listeners) = self.wallet.info();
        Ok(Info { identity: self.identity(), balance_sats, listeners: Some(listeners) })
    }

    fn parse(&mut self, input: &str) -> Result<String, CallError> {
        wallet::parse(input).map(|to| to.kind).map_err(translate)
    }
}

#[derive(Default)]
struct WalletSdk {
    network: Mutex<Option<Network>>,
}

fn wrong_setting(what: &str) -> CallError {
    CallError::new(Kind::InvalidParams, format!("params.settings.{}", what))
}

fn read_leaks(value: &Json) -> Result<Leaks, CallError> {
    let wrong = || wrong_setting("leaks is not an object of lifecycle, listener, payment, sync and bytes");
    let mut leaks = Leaks::default();
    match value {
        Json::Object(members) => {
            for (name, size) in members {
                let size = size.as_int().filter(|size| (0..=MAX_SIZE).contains(size)).ok_or_else(wrong)?;
                if !["lifecycle", "listener", "payment", "sync"].contains(&name.as_str()) {
                    return Err(wrong());
                }
                leaks.sizes.insert(name.clone(), size as usize);
            }
            Ok(leaks)
        }
        _ => Err(wrong()),
    }
}

impl Sdk for WalletSdk {
    fn describe(&self) -> Description {
        Description {
            host: ("seep-rust-example", "0.1.0"),
            sdk: ("memory-wallet", "1.0.0"),
            capabilities: vec!["listeners", "payments", "receive", "history", "sync", "get_info", "parse", "network_down"],
            gauges: vec![Gauge { name: "listeners", unit: "count", kind: "gauge" }],
            operations: Vec::new(),
        }
    }

    fn initialize(&self, settings: &Json, log: Log) -> Result<(), CallError> {
        let (mut balance, mut leaks) = (1_000_000, Leaks::default());
        if let Json::Object(members) = settings {
            for (name, value) in members {
                match name.as_str() {
                    "leaks" => leaks = read_leaks(value)?,
                    "initial_balance" => balance = value.as_int().filter(|sats| *sats >= 0).ok_or_else(|| wrong_setting("initial_balance is not a number of sats"))?,
                    _ => return Err(wrong_setting("… holds an unknown name; known: leaks, initial_balance")),
                }
            }
        }
        *self.network.lock().unwrap() = Some(wallet::network(balance, leaks));
        log("info", "an in-memory wallet: nothing leaves this process");
        Ok(())
    }

    fn connect(&self, options: ConnectOptions) -> Result<Box<dyn Instance>, CallError> {
        if options.network == "mainnet" {
            return Err(CallError::new(Kind::NotSupported, "the in-memory wallet has no mainnet"));
        }
        let network = match options.network_down {
            true => wallet::unreachable_network(),
            false => self.network.lock().unwrap().clone().expect("initialize came first"),
        };
        let secret = options.seed_hex.or(options.mnemonic).unwrap_or_default();
        Ok(Box::new(WalletInstance { wallet: Wallet::connect(network, &secret), notify: options.notify }))
    }

    fn metrics(&self) -> Vec<(&'static str, f64)> {
        let network = self.network.lock().unwrap();
        vec![("listeners", network.as_ref().map_or(0.0, |n| wallet::listeners(n) as f64))]
    }

    fn parse(&self, input: &str) -> Result<String, CallError> {
        wallet::parse(input).map(|to| to.kind).map_err(translate)
    }
}

fn main() {
    seep_driver::serve(WalletSdk::default())
}
