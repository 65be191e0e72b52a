//! A wallet SDK that lives in memory, for the example host: accounts of one process pay each other.
//!
//! Limits: HISTORY payments a wallet, CLOSED_ACCOUNTS that nobody has open.
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

const HISTORY: usize = 1000;
const CLOSED_ACCOUNTS: usize = 256;
pub const FEE_SATS: i64 = 1;

#[derive(Debug)]
pub enum WalletError {
    Funds,
    Input,
    Network,
}

/// Bytes that are kept for good at each connect, listener, payment or sync: what a soak should find.
#[derive(Default)]
pub struct Leaks {
    pub sizes: HashMap<String, usize>,
    kept: Vec<Vec<u8>>,
}

impl Leaks {
    fn keep(&mut self, name: &str) {
        if let Some(size) = self.sizes.get(name).filter(|size| **size > 0) {
            self.kept.push(vec![0xa5; *size]);
        }
    }
}

#[derive(Clone)]
pub struct Payment {
    pub id: String,
    pub direction: &'static str,
    pub method: String,
    pub amount_sats: i64,
    pub fee_sats: i64,
    pub timestamp: i64,
}

pub type Listener = Arc<dyn Fn(&str, &str, Option<&Payment>) + Send + Sync>; // event, listener, payment

struct Account {
    balance: i64,
    payments: VecDeque<Payment>, // newest first
    by_key: VecDeque<(String, Payment)>,
    wallets: Vec<(u64, Vec<(String, Listener)>)>, // number and listeners of each that is connected
}

pub struct State {
    initial: i64,
    leaks: Leaks,
    accounts: HashMap<String, Account>,
    closed: VecDeque<String>, // oldest first
    number: u64,
    reachable: bool,
}

pub type Network = Arc<Mutex<State>>;

pub fn network(initial: i64, leaks: Leaks) -> Network {
    Arc::new(Mutex::new(State { initial, leaks, accounts: HashMap::new(), closed: VecDeque::new(), number: 0, reachable: true }))
}

/// One on which nothing arrives.
pub fn unreachable_network() -> Network {
    let network = network(0, Leaks::default());
    network.lock().unwrap().reachable = false;
    network
}

pub fn listeners(network: &Network) -> usize {
    let state = network.lock().unwrap();
    state.accounts.values().flat_map(|a| &a.wallets).map(|(_, listeners)| listeners.len()).sum()
}

impl State {
    fn next(&mut self, prefix: &str) -> String {
        self.number += 1;
        format!("{}{}", prefix, self.number)
    }

    fn close(&mut self, identity: &str) {
        self.closed.push_back(identity.to_string());
        if self.closed.len() > CLOSED_ACCOUNTS {
            if let Some(oldest) = self.closed.pop_front() {
                self.accounts.remove(&oldest);
            }
        }
    }

    fn book(&mut self, identity: &str, direction: &'static str, to: &Destination, change: i64, fee_sats: i64, heard: &mut Vec<(String, Listener, Payment)>) -> Payment {
        let timestamp = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_secs() as i64);
        let payment = Payment { id: self.next("pay-"), direction, method: to.kind.clone(), amount_sats: to.amount_sats, fee_sats, timestamp };
        let account = self.accounts.get_mut(identity).expect("an open account");
        account.balance += change;
        account.payments.push_front(payment.clone());
        account.payments.truncate(HISTORY);
        for (id, listener) in account.wallets.iter().flat_map(|(_, listeners)| listeners) {
            heard.push((id.clone(), listener.clone(), payment.clone()));
        }
        payment
    }
}

#[derive(Clone)]
pub struct Destination {
    pub kind: String,
    identity: String,
    pub amount_sats: i64,
}

pub fn parse(text: &str) -> Result<Destination, WalletError> {
    let parts: Vec<&str> = text.split(':').collect();
    if parts.len() < 2 || !["spark", "invoice", "bolt11", "onchain"].contains(&parts[0]) || !parts[1].starts_with("02") {
        return Err(WalletError::Input);
    }
    let amount_sats = parts.get(2).and_then(|amount| amount.parse().ok()).unwrap_or(0);
    Ok(Destination { kind: parts[0].to_string(), identity: parts[1].to_string(), amount_sats })
}

/// Leaves the network with disconnect; dropping it alone keeps it there.
pub struct Wallet {
    pub identity: String,
    number: u64,
    network: Network,
}

impl Wallet {
    pub fn connect(network: Network, secret: &str) -> Arc<Wallet> {
        let identity = format!("02{:016x}{:016x}", fingerprint(secret, 1), fingerprint(secret, 2));
        let mut state = network.lock().unwrap();
        state.number += 1;
        let (number, initial) = (state.number, state.initial);
        state.closed.retain(|closed| *closed != identity);
        let fresh = || Account { balance: initial, payments: VecDeque::new(), by_key: VecDeque::new(), wallets: Vec::new() };
        state.accounts.entry(identity.clone()).or_insert_with(fresh).wallets.push((number, Vec::new()));
        state.leaks.keep("lifecycle");
        drop(state);
        Arc::new(Wallet { identity, number, network })
    }

    fn with<T>(&self, run: impl FnOnce(&mut State) -> T) -> T {
        run(&mut self.network.lock().unwrap())
    }

    fn with_listeners<T>(&self, run: impl FnOnce(&mut State, &mut Vec<(String, Listener)>) -> T, otherwise: T) -> T {
        self.with(|state| {
            let find = |s: &mut State| s.accounts.get_mut(&self.identity).and_then(|a| a.wallets.iter_mut().find(|(n, _)| *n == self.number)).map(|(_, l)| std::mem::take(l));
            let mut listeners = match find(state) {
                Some(listeners) => listeners,
                None => return otherwise,
            };
            let result = run(state, &mut listeners);
            let account = state.accounts.get_mut(&self.identity).expect("it was just there");
            account.wallets.iter_mut().find(|(n, _)| *n == self.number).expect("it was just there").1 = listeners;
            result
        })
    }

    pub fn disconnect(&self) {
        self.with(|state| {
            if let Some(account) = state.accounts.get_mut(&self.identity) {
                account.wallets.retain(|(number, _)| *number != self.number);
                if account.wallets.is_empty() {
                    state.close(&self.identity);
                }
            }
        })
    }

    pub fn add_listener(&self, listener: Listener) -> String {
        self.with_listeners(
            |state, listeners| {
                let id = state.next("l-");
                listeners.push((id.clone(), listener));
                state.leaks.keep("listener");
                id
            },
            String::new(),
        )
    }

    pub fn remove_listener(&self, id: &str) -> bool {
        self.with_listeners(
            |_, listeners| {
                let before = listeners.len();
                listeners.retain(|(known, _)| known != id);
                listeners.len() < before
            },
            false,
        )
    }

    /// (balance, listeners)
    pub fn info(&self) -> (i64, i64) {
        let listeners = self.with_listeners(|_, listeners| listeners.len() as i64, 0);
        (self.with(|state| state.accounts.get(&self.identity).map_or(0, |a| a.balance)), listeners)
    }

    pub fn receive(&self, method: &str, amount: i64) -> String {
        match method {
            "spark_address" => format!("spark:{}", self.identity),
            "bitcoin_address" => format!("onchain:{}", self.identity),
            _ => {
                let kind = if method == "spark_invoice" { "invoice" } else { "bolt11" };
                format!("{}:{}:{}:{}", kind, self.identity, amount, self.with(|state| state.next("")))
            }
        }
    }

    pub fn prepare(&self, destination: &str, amount: Option<i64>, fees_included: bool) -> Result<Destination, WalletError> {
        let mut to = parse(destination)?;
        to.amount_sats = amount.unwrap_or(to.amount_sats) - if fees_included { FEE_SATS } else { 0 };
        match to.amount_sats > 0 && to.identity != self.identity {
            true => Ok(to),
            false => Err(WalletError::Input),
        }
    }

    pub fn send(&self, to: &Destination, key: Option<&str>) -> Result<Payment, WalletError> {
        let mut heard = Vec::new();
        let sent = self.with(|state| {
            let account = state.accounts.get(&self.identity).ok_or(WalletError::Network)?;
            if let Some((_, first)) = account.by_key.iter().find(|(known, _)| Some(known.as_str()) == key) {
                return Ok(first.clone());
            }
            let needed = to.amount_sats + FEE_SATS;
            if account.balance < needed {
                return Err(WalletError::Funds);
            }
            if state.accounts.get(&to.identity).map_or(true, |other| other.wallets.is_empty()) {
                return Err(WalletError::Network);
            }
            let sent = state.book(&self.identity, "send", to, -needed, FEE_SATS, &mut heard);
            state.book(&to.identity, "receive", to, to.amount_sats, 0, &mut heard);
            if let (Some(key), Some(account)) = (key, state.accounts.get_mut(&self.identity)) {
                account.by_key.push_front((key.to_string(), sent.clone()));
                account.by_key.truncate(HISTORY);
            }
            state.leaks.keep("payment");
            Ok(sent)
        })?;
        // Without the lock: a listener may call back.
        heard.iter().for_each(|(id, listener, payment)| listener("payment_succeeded", id, Some(payment)));
        Ok(sent)
    }

    pub fn list(&self, limit: usize, offset: usize) -> Vec<Payment> {
        let most = if limit == 0 { usize::MAX } else { limit };
        self.with(|state| state.accounts.get(&self.identity).map_or_else(Vec::new, |a| a.payments.iter().skip(offset).take(most).cloned().collect()))
    }

    pub fn sync(&self) -> Result<(), WalletError> {
        if !self.with(|state| state.reachable) {
            return Err(WalletError::Network);
        }
        let heard = self.with_listeners(
            |state, listeners| {
                state.leaks.keep("sync");
                listeners.clone()
            },
            Vec::new(),
        );
        heard.iter().for_each(|(id, listener)| listener("synced", id, None));
        Ok(())
    }
}

/// FNV-1a: a name for a wallet of an example, not a key.
fn fingerprint(text: &str, seed: u64) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed, |hash, byte| (hash ^ byte as u64).wrapping_mul(0x0000_0100_0000_01b3))
}
