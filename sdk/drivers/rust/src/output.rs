//! The protocol's way out: whole lines, one writing thread, bounded. Answers wait for room, which stops the reading of
//! requests; notifications that are too many, or find the reader behind, are dropped.
use std::fs::File;
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

const MAX_QUEUED_BYTES: usize = 4 << 20;
const NOTIFICATIONS_A_SECOND: u32 = 1000;

struct State {
    queue: Vec<u8>,
    writing: bool,
    closed: bool,
    window: Instant,
    in_window: u32,
}

#[derive(Clone)]
pub struct Output(Arc<(Mutex<State>, Condvar)>);

impl Output {
    pub fn new(to: File) -> Output {
        let state = State { queue: Vec::new(), writing: false, closed: false, window: Instant::now(), in_window: 0 };
        let output = Output(Arc::new((Mutex::new(state), Condvar::new())));
        let writer = output.clone();
        std::thread::spawn(move || writer.write(to));
        output
    }

    pub fn send(&self, line: &str) {
        let (mutex, changed) = &*self.0;
        let state = mutex.lock().unwrap();
        let mut state = changed.wait_while(state, |s| s.queue.len() >= MAX_QUEUED_BYTES && !s.closed).unwrap();
        self.put(&mut state, line);
    }

    pub fn notify(&self, line: &str) {
        let mut state = self.0 .0.lock().unwrap();
        if state.window.elapsed() >= Duration::from_secs(1) {
            state.window = Instant::now();
            state.in_window = 0;
        }
        if state.in_window < NOTIFICATIONS_A_SECOND && state.queue.len() < MAX_QUEUED_BYTES {
            state.in_window += 1;
            self.put(&mut state, line);
        }
    }

    fn put(&self, state: &mut State, line: &str) {
        if !state.closed {
            state.queue.extend_from_slice(line.as_bytes());
            state.queue.push(b'\n');
            self.0 .1.notify_all();
        }
    }

    /// Until all is written, nobody reads any more, or the limit has passed.
    pub fn flush(&self, limit: Duration) {
        let (mutex, changed) = &*self.0;
        let state = mutex.lock().unwrap();
        let _ = changed.wait_timeout_while(state, limit, |s| !s.closed && (s.writing || !s.queue.is_empty())).unwrap();
    }

    fn write(&self, mut to: File) {
        let (mutex, changed) = &*self.0;
        let mut state = mutex.lock().unwrap();
        let mut data = Vec::new();
        loop {
            state = changed.wait_while(state, |s| s.queue.is_empty()).unwrap();
            std::mem::swap(&mut data, &mut state.queue);
            state.writing = true;
            drop(state);
            let gone = to.write_all(&data).is_err();
            data.clear();
            state = mutex.lock().unwrap();
            state.writing = false;
            state.closed |= gone; // the end of our input will end us
            if state.closed {
                state.queue = Vec::new();
            }
            changed.notify_all();
        }
    }
}
