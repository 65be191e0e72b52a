//! The host's process: descriptors, signals, its end (SPEC, section 3).
use crate::dispatch::Dispatcher;
use crate::lines::{Line, LineReader};
use crate::output::Output;
use crate::sdk::Sdk;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::unix::io::FromRawFd;
use std::sync::Arc;
use std::time::Duration;

const CLOSE_LIMIT: Duration = Duration::from_secs(3);
const FLUSH_LIMIT: Duration = Duration::from_secs(1);
const SIGINT: i32 = 2;
const SIGTERM: i32 = 15;
const SIG_IGN: usize = 1;
const F_DUPFD_CLOEXEC: i32 = 1030;

extern "C" {
    fn fcntl(fd: i32, command: i32, argument: i32) -> i32;
    fn dup2(from: i32, to: i32) -> i32;
    fn signal(number: i32, handler: usize) -> usize;
    fn _exit(code: i32) -> !;
}

extern "C" fn leave(_signal: i32) {
    unsafe { _exit(0) } // what is open is not worth a second of waiting
}

/// (input, output) of the protocol, moved out of the SDK's way: what prints to standard output, native code included,
/// prints to standard error from now on.
fn take_descriptors() -> (File, File) {
    let null = File::open("/dev/null").expect("/dev/null opens");
    unsafe {
        let input = fcntl(0, F_DUPFD_CLOEXEC, 3);
        let output = fcntl(1, F_DUPFD_CLOEXEC, 3);
        dup2(std::os::unix::io::AsRawFd::as_raw_fd(&null), 0);
        dup2(2, 1);
        (File::from_raw_fd(input), File::from_raw_fd(output))
    }
}

/// Speaks the protocol until shutdown, the end of input or SIGTERM, and then ends the process.
pub fn serve(sdk: impl Sdk + 'static) -> ! {
    unsafe {
        signal(SIGTERM, leave as extern "C" fn(i32) as usize);
        signal(SIGINT, SIG_IGN); // a terminal's Ctrl-C reaches us too; the agent decides when we end
    }
    let (mut input, output) = take_descriptors();
    let output = Output::new(output);
    let mut dispatcher = Dispatcher::new(Arc::new(sdk), output.clone());
    let mut lines = LineReader::default();
    let mut chunk = vec![0; 64 << 10];
    loop {
        let count = match input.read(&mut chunk) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Ok(count) if count > 0 => count,
            _ => unsafe { _exit(0) },
        };
        let going_on = lines.feed(&chunk[..count], |line| match line {
            Line::Text(text) => dispatcher.receive(text),
            Line::TooLong => {
                dispatcher.too_long();
                true
            }
        });
        if !going_on {
            dispatcher.close(CLOSE_LIMIT);
            output.flush(FLUSH_LIMIT);
            unsafe { _exit(0) } // the SDK's threads may still run; nobody waits for them
        }
    }
}
