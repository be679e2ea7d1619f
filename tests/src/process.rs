//! The real server as a process of its own: started, killed, started again on the same data.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use domain::principal::{Principal, Standing};
use domain::{Digest, Timestamp};
use store::{Store, StoreConfig, Write};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};

/// How long a server may take to be ready: it compiles every plugin on its first start.
const READY: Duration = Duration::from_mins(3);

/// How a server is started.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The program.
    pub program: PathBuf,
    /// Its data folder.
    pub data: PathBuf,
    /// Components to install, with what they want granted.
    pub plugins: PathBuf,
    /// The administrator's token.
    pub token: String,
}

/// A running server.
pub struct Process {
    child: Child,
    /// `host:port` of the API.
    pub address: String,
    /// From the start of the process to its ready line.
    pub ready_after: Duration,
}

impl Setup {
    /// Makes a data folder in which `token` is an administrator's, before any server has seen it.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub async fn prepare(&self) -> Result<()> {
        let environment = std::sync::Arc::new(server::environment::Real::start());
        let store = Store::open(StoreConfig::new(&self.data), environment).await?;
        let token = Write::Token {
            hash: Digest::of(self.token.as_bytes()).to_string(),
            name: "bed".into(),
            principal: Principal { name: "bed".into(), standing: Standing::Admin, roles: Vec::new() },
            created: Timestamp(0),
            expires: None,
        };
        store.write(vec![token]).await?;
        store.close().await;
        Ok(())
    }

    /// Starts the server and waits for its ready line.
    ///
    /// # Errors
    /// It ends, or is not ready within three minutes (its first start compiles every plugin); what it wrote to standard error is in the message.
    #[expect(clippy::disallowed_methods, reason = "what is measured is the time of another process")]
    pub async fn start(&self) -> Result<Process> {
        let begun = Instant::now();
        let mut child = Command::new(&self.program)
            .arg("serve")
            .args([
                "--listen",
                "127.0.0.1:0",
                "--allow-networks",
                "127.0.0.0/8",
                "--grant-wanted",
                "--log-level",
                "warn",
            ])
            .arg("--data")
            .arg(&self.data)
            .arg("--plugins")
            .arg(&self.plugins)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        let (lines, mut found) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(read_lines(child.stdout.take(), lines.clone()));
        tokio::spawn(read_lines(child.stderr.take(), lines));
        let mut heard = Vec::new();
        let ready = async {
            while let Some(line) = found.recv().await {
                if let Some(address) = address_in(&line) {
                    return Some(address);
                }
                heard.push(line);
            }
            None
        };
        match tokio::time::timeout(READY, ready).await {
            Ok(Some(address)) => {
                let ready_after = begun.elapsed();
                tokio::spawn(async move {
                    while let Some(line) = found.recv().await {
                        eprintln!("  server: {line}")
                    }
                });
                Ok(Process { child, address, ready_after })
            }
            _ => bail!("the server was not ready; it said:\n{}", heard.join("\n")),
        }
    }
}

impl Process {
    /// SIGKILL: no destructor, no flush, no goodbye.
    ///
    /// # Errors
    /// The process cannot be waited for.
    pub async fn kill(&mut self) -> Result<()> {
        self.child.kill().await?;
        Ok(())
    }

    /// Id of the process.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Memory in use, in bytes, and processor time used so far.
    #[must_use]
    pub fn usage(&self) -> Option<(u64, Duration)> {
        let folder = Path::new("/proc").join(self.child.id()?.to_string());
        let status = std::fs::read_to_string(folder.join("status")).ok()?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kibibytes: u64 = resident.trim().trim_end_matches(" kB").parse().ok()?;
        let stat = std::fs::read_to_string(folder.join("stat")).ok()?;
        // After the name in parentheses: fields 14 and 15 are user and system time, in hundredths of a second.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
        let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        Some((kibibytes * 1024, Duration::from_millis((user + system) * 10)))
    }
}

async fn read_lines(pipe: Option<impl AsyncRead + Unpin>, lines: tokio::sync::mpsc::UnboundedSender<String>) {
    let Some(pipe) = pipe else { return };
    let mut reader = BufReader::new(pipe).lines();
    while let Ok(Some(line)) = reader.next_line().await {
        if lines.send(line).is_err() {
            return;
        }
    }
}

/// The address that a ready line names.
fn address_in(line: &str) -> Option<String> {
    let rest = line.split_once("http://")?.1;
    let end = rest.find(|letter: char| letter.is_whitespace() || letter == '/').unwrap_or(rest.len());
    Some(rest[..end].to_owned())
}
