//! Compiling, in a child process: it takes up to 350 MB and 20 s for a component with an interpreter inside, and hostile
//! input may make the compiler panic or run away. The child has bounds, no environment, and says only bytes.

use std::io::{Read, Write};
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

use crate::config::WorkerProgram;
use crate::engine;

/// Bounds of the child: address space, seconds of computing, politeness.
const ADDRESS_SPACE: u64 = 1 << 30;
const COMPUTING: u64 = 180;
const NICE: libc::c_int = 19;
/// After this it is taken for stuck, however busy the machine.
const PATIENCE: Duration = Duration::from_mins(15);
/// Bytes that are taken from the child: compiled code, and words about a failure.
const COMPILED: u64 = 512 << 20;
const WORDS: u64 = 4 << 10;

/// Starts compile workers, few at a time.
pub(crate) struct Compiler {
    worker: WorkerProgram,
    turns: Semaphore,
}

impl Compiler {
    pub(crate) fn new(worker: WorkerProgram) -> Compiler {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Compiler { worker, turns: Semaphore::new(cores.div_ceil(2)) }
    }

    /// Compiles a component to what [`engine::running`] loads.
    ///
    /// # Errors
    /// What the compiler said, or how its process ended.
    pub(crate) async fn compile(&self, component: &[u8]) -> Result<Vec<u8>, String> {
        let _turn = self.turns.acquire().await.map_err(|error| error.to_string())?;
        let mut child = Command::new(&self.worker.program)
            .args(&self.worker.arguments)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("the compile worker {} does not start: {error}", self.worker.program.display()))?;
        tokio::time::timeout(PATIENCE, converse(&mut child, component))
            .await
            .unwrap_or_else(|_| Err(format!("it took longer than {} minutes", PATIENCE.as_secs() / 60)))
    }
}

/// Gives the component and takes what comes, at once: a worker that stops listening must not stop us.
async fn converse(child: &mut Child, component: &[u8]) -> Result<Vec<u8>, String> {
    let (Some(mut input), Some(output), Some(errors)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err("the compile worker has no pipes".to_owned());
    };
    let (mut compiled, mut words) = (Vec::new(), Vec::new());
    let (mut output, mut errors) = (output.take(COMPILED), errors.take(WORDS));
    let give = async move {
        // A worker that ended early says why by its status.
        let _ = input.write_all(component).await;
        drop(input);
    };
    let (_, taken, _) = tokio::join!(give, output.read_to_end(&mut compiled), errors.read_to_end(&mut words));
    let status = child.wait().await.map_err(|error| error.to_string())?;
    taken.map_err(|error| error.to_string())?;
    if status.success() {
        return Ok(compiled);
    }
    let words = String::from_utf8_lossy(&words).trim().to_owned();
    match status.code() {
        Some(_) if !words.is_empty() => Err(words),
        _ => Err(format!("the compiler ran into its bounds (1 GiB, {COMPUTING} s) or broke down: {status} {words}")),
    }
}

/// What the compile worker's process does: a component on standard input becomes compiled code on standard output; any
/// failure is words on standard error and a status that is not 0. The process is bounded from then on.
#[must_use]
pub fn compile_worker_main() -> ExitCode {
    bound();
    match work() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The chain of causes, without backtraces: `{:#}` of this error prints one line.
            let _ = writeln!(std::io::stderr(), "{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn work() -> wasmtime::Result<()> {
    let mut component = Vec::new();
    std::io::stdin().lock().read_to_end(&mut component)?;
    let compiled = engine::compiling()?.precompile_component(&component)?;
    let mut output = std::io::stdout().lock();
    output.write_all(&compiled)?;
    output.flush()?;
    Ok(())
}

#[expect(
    unsafe_code,
    reason = "limits of the own process are set by the C library; it is given valid pointers and constants"
)]
fn bound() {
    let limit = |most: u64| libc::rlimit { rlim_cur: most, rlim_max: most };
    let (space, computing, core) = (limit(ADDRESS_SPACE), limit(COMPUTING), limit(0));
    // What the system refuses is not worth failing for: the bounds are a second line.
    unsafe {
        libc::setrlimit(libc::RLIMIT_AS, &raw const space);
        libc::setrlimit(libc::RLIMIT_CPU, &raw const computing);
        libc::setrlimit(libc::RLIMIT_CORE, &raw const core);
        libc::nice(NICE);
    }
}
