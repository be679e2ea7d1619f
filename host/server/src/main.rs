//! Entry point of `mainsheet`.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::main()
}
