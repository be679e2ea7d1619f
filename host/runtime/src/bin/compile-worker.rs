//! The compile worker as a program of its own, for tests and tools; the server is its own compile worker.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::compile_worker_main()
}
