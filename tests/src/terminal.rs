//! A person's machine: a folder of its own, a real server started in it, and the command line used against it.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::Value;
use tempfile::TempDir;

/// How long a server may take to be ready: it compiles every plugin on its first start.
const READY: Duration = Duration::from_mins(2);
/// How long anything else may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder with a server in it.
pub struct Terminal {
    folder: TempDir,
    server: Option<Child>,
    /// `http://127.0.0.1:port`.
    pub address: String,
    /// The administrator's token, as the first start printed it.
    pub token: String,
}

/// What a command said and ended with.
#[derive(Debug)]
pub struct Said {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// The output as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    /// Checks the exit code and hands on what was said.
    #[must_use]
    pub fn expect_code(self, code: i32) -> Said {
        assert_eq!(self.code, code, "unexpected exit code: {self:?}");
        self
    }
}

/// The server's program, which stands beside the folder of the test binaries.
///
/// # Errors
/// It was not built.
pub fn program() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.parent().and_then(Path::parent).context("test binaries stand in target/<profile>/deps")?;
    let program = folder.join("mainsheet");
    ensure!(
        program.is_file(),
        "{} is missing: `cargo build -p server` first (`cargo xtask test` does)",
        program.display()
    );
    Ok(program)
}

/// Modules that an earlier server has compiled, so that the others find every plugin in their cache.
static WARM: OnceLock<Result<PathBuf, String>> = OnceLock::new();

fn warm() -> Result<PathBuf> {
    let kept = root().join("target/warm");
    let terminal = Terminal::empty()?;
    let modules = terminal.folder().join("data/modules");
    copy(&kept, &modules)?;
    let mut started = terminal.started()?;
    started.stop()?;
    copy(&modules, &kept)?;
    Ok(kept)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(from)?;
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()))?;
        } else {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// The folder with the components that are shipped.
///
/// # Errors
/// They were not built.
pub fn plugins() -> Result<PathBuf> {
    let folder = root().join("target/plugins");
    ensure!(folder.is_dir(), "{} is missing: `cargo xtask plugins` first (`cargo xtask test` does)", folder.display());
    Ok(folder)
}

/// The checkout.
#[must_use]
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_owned()
}

impl Terminal {
    /// Starts a server with the shipped plugins on a free port and an empty data folder.
    ///
    /// # Errors
    /// It is not ready in time; what it said is in the message.
    pub fn start() -> Result<Terminal> {
        let warm = WARM
            .get_or_init(|| warm().map_err(|error| format!("{error:#}")))
            .as_ref()
            .map_err(|error| anyhow!("{error}"))?;
        let terminal = Terminal::empty()?;
        copy(warm, &terminal.folder().join("data/modules"))?;
        terminal.started()
    }

    fn empty() -> Result<Terminal> {
        Ok(Terminal { folder: tempfile::tempdir()?, server: None, address: String::new(), token: String::new() })
    }

    fn started(mut self) -> Result<Terminal> {
        self.serve("127.0.0.1:0", &[])?;
        Ok(self)
    }

    /// The folder that commands run in, which is their home as well.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file into the folder.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        Ok(fs::write(self.folder().join(name), text)?)
    }

    /// Runs a command to its end as the administrator.
    #[must_use]
    pub fn run(&self, words: &[&str]) -> Said {
        let mut command = self.command();
        command.args(words);
        finish(&mut command).unwrap_or_else(|error| panic!("`mainsheet {}`: {error:#}", words.join(" ")))
    }

    /// Begins a command that goes on while others run.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn begin(&self, words: &[&str]) -> Result<Running> {
        let mut command = self.command();
        let mut child = command.args(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let lines = lines_of(child.stdout.take());
        let errors = lines_of(child.stderr.take());
        Ok(Running { child, lines, errors })
    }

    /// The command `mainsheet`, pointed at the server and known as the administrator.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = bare(self.folder());
        command.env("MAINSHEET_SERVER", &self.address).env("MAINSHEET_TOKEN", &self.token);
        command
    }

    /// `kill -9`.
    ///
    /// # Errors
    /// There is no server.
    pub fn kill(&mut self) -> Result<()> {
        let mut server = self.server.take().context("there is no server")?;
        server.kill()?;
        server.wait()?;
        Ok(())
    }

    /// Asks the server to stop, as a service manager does, and returns its exit code.
    ///
    /// # Errors
    /// There is no server, or it does not end in time.
    pub fn stop(&mut self) -> Result<Option<i32>> {
        let mut server = self.server.take().context("there is no server")?;
        let killed = Command::new("kill").args(["-TERM", &server.id().to_string()]).status()?;
        ensure!(killed.success(), "the server could not be signalled");
        Ok(wait(&mut server)?.code())
    }

    /// Starts the server again, on the same data and at the same address.
    ///
    /// # Errors
    /// It is not ready in time.
    pub fn restart(&mut self) -> Result<()> {
        let address = self.address.trim_start_matches("http://").to_owned();
        self.serve(&address, &[])
    }

    fn serve(&mut self, listen: &str, more: &[&str]) -> Result<()> {
        let mut command = bare(self.folder());
        command.args([
            "serve",
            "--data",
            "data",
            "--grant-wanted",
            "--allow-networks",
            "127.0.0.0/8",
            "--log-level",
            "warn",
        ]);
        command.args(["--listen", listen, "--plugins"]).arg(plugins()?).args(more);
        let mut server = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let said = lines_of(server.stderr.take());
        let ready = lines_of(server.stdout.take());
        self.server = Some(server);
        let Ok(line) = ready.recv_timeout(READY) else {
            bail!("the server was not ready; it said:\n{}", said.try_iter().collect::<Vec<_>>().join("\n"));
        };
        self.address = line.strip_prefix("listening on ").context("the ready line")?.to_owned();
        if let Some(token) =
            said.try_iter().find_map(|line| line.trim().starts_with("mst_").then(|| line.trim().to_owned()))
        {
            self.token = token;
        }
        std::thread::spawn(move || said.iter().for_each(|line| eprintln!("  server: {line}")));
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            // It may have ended by itself, which is what is wanted.
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// A command under way.
pub struct Running {
    child: Child,
    lines: Receiver<String>,
    errors: Receiver<String>,
}

impl Running {
    /// Reads its output until a line that contains `text`, and returns that line.
    ///
    /// # Errors
    /// It ends, or is silent for too long.
    pub fn until(&self, text: &str) -> Result<String> {
        let mut heard = Vec::new();
        loop {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else {
                bail!(
                    "`{text}` was never said, but:\n{}\n{}",
                    heard.join("\n"),
                    self.errors.try_iter().collect::<Vec<_>>().join("\n")
                );
            };
            if line.contains(text) {
                return Ok(line);
            }
            heard.push(line);
        }
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// It does not end in time.
    pub fn end(mut self) -> Result<Said> {
        let code = wait(&mut self.child)?.code().unwrap_or(-1);
        let all = |lines: &Receiver<String>| lines.iter().collect::<Vec<_>>().join("\n");
        Ok(Said { code, out: all(&self.lines), err: all(&self.errors) })
    }
}

/// The command without server and token, in a home of its own.
#[must_use]
pub fn bare(folder: &Path) -> Command {
    let mut command = Command::new(program().unwrap_or_else(|error| panic!("{error:#}")));
    let inherited = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("MAINSHEET_"));
    for (name, _) in inherited {
        command.env_remove(name);
    }
    command.current_dir(folder).env("HOME", folder).env_remove("XDG_CONFIG_HOME").stdin(Stdio::null());
    command
}

/// Runs `command` to its end.
///
/// # Errors
/// It cannot be started, or does not end in time.
pub fn finish(command: &mut Command) -> Result<Said> {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (out, err) = (text_of(child.stdout.take()), text_of(child.stderr.take()));
    let code = wait(&mut child)?.code().unwrap_or(-1);
    Ok(Said { code, out: out.recv()?, err: err.recv()? })
}

/// Waits for the end of `child` without waiting for ever.
#[expect(clippy::disallowed_methods, reason = "another process is waited for: there is nothing that could wake us")]
fn wait(child: &mut Child) -> Result<std::process::ExitStatus> {
    const STEP: Duration = Duration::from_millis(10);
    let mut waited = Duration::ZERO;
    while waited < PATIENCE {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        std::thread::sleep(STEP);
        waited += STEP;
    }
    child.kill()?;
    bail!("the command did not end within {PATIENCE:?}")
}

fn lines_of(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (send, lines) = channel();
    if let Some(pipe) = pipe {
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
    }
    lines
}

fn text_of(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (send, text) = channel();
    std::thread::spawn(move || {
        let mut read = String::new();
        if let Some(mut pipe) = pipe {
            // What is no UTF-8 is no output of ours; the test that looks at it says so.
            let _ = pipe.read_to_string(&mut read);
        }
        let _ = send.send(read);
    });
    text
}
