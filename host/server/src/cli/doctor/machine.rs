//! What the machine offers: folders, kernel, memory, port.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use super::Finding;
use crate::config::Config;

/// The first kernel that can tell which pages of an instance are dirty; before it, resetting one costs three times as much.
const PAGEMAP_SCAN: (u32, u32) = (6, 7);

/// Looks at everything that needs no server; `served` says that one answers, so that a taken port is no surprise.
pub(super) fn check(config: &Config, served: bool) -> Vec<Finding> {
    let mut findings = vec![data(&config.data), kernel(), overcommit(), address_space()];
    findings.extend(config.plugins.as_deref().map(plugins));
    findings.push(port(config, served));
    findings
}

fn data(folder: &Path) -> Finding {
    const CHECK: &str = "data folder";
    let shown = folder.display();
    if !folder.exists() {
        return Finding::ok(CHECK, format!("{shown} does not exist yet; `serve` creates it"));
    }
    let probe = folder.join(".doctor");
    let outcome = fs::write(&probe, b"x").and_then(|()| fs::remove_file(&probe));
    match outcome {
        Ok(()) => Finding::ok(CHECK, format!("{shown} can be written")),
        Err(error) => Finding::broken(CHECK, format!("{shown} cannot be written: {error}")),
    }
}

fn kernel() -> Finding {
    const CHECK: &str = "kernel";
    let release = read("/proc/sys/kernel/osrelease");
    match version(&release) {
        Some(found) if found >= PAGEMAP_SCAN => Finding::ok(CHECK, format!("{release} has PAGEMAP_SCAN")),
        _ => Finding::warning(
            CHECK,
            format!("{release} is older than 6.7 and lacks PAGEMAP_SCAN: a call of a plugin costs three times as much"),
        ),
    }
}

fn version(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn overcommit() -> Finding {
    const CHECK: &str = "memory";
    match read("/proc/sys/vm/overcommit_memory").as_str() {
        "2" => Finding::warning(
            CHECK,
            "vm.overcommit_memory is 2, so instances cannot be pooled and cost more; set it to 0 or 1",
        ),
        mode => Finding::ok(CHECK, format!("vm.overcommit_memory is {mode}")),
    }
}

fn address_space() -> Finding {
    const CHECK: &str = "address space";
    let limits = read("/proc/self/limits");
    let line = limits.lines().find(|line| line.starts_with("Max address space")).unwrap_or_default();
    if line.split_whitespace().nth(3).is_none_or(|soft| soft == "unlimited") {
        Finding::ok(CHECK, "unlimited")
    } else {
        Finding::warning(CHECK, "limited (`ulimit -v`), so instances cannot be pooled and cost more")
    }
}

fn plugins(folder: &Path) -> Finding {
    const CHECK: &str = "plugin folder";
    let shown = folder.display();
    match fs::read_dir(folder) {
        Ok(entries) => {
            let found =
                entries.flatten().filter(|entry| entry.path().extension().is_some_and(|end| end == "wasm")).count();
            Finding::ok(CHECK, format!("{shown} has {found} components"))
        }
        Err(error) => Finding::broken(CHECK, format!("{shown} cannot be read: {error}")),
    }
}

fn port(config: &Config, served: bool) -> Finding {
    const CHECK: &str = "port";
    match TcpListener::bind(config.listen) {
        Ok(_) => Finding::ok(CHECK, format!("{} is free", config.listen)),
        Err(_) if served => {
            Finding::ok(CHECK, format!("{} is taken, most likely by the server that answers", config.listen))
        }
        Err(error) => Finding::broken(CHECK, format!("{} cannot be listened on: {error}", config.listen)),
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernel_releases_are_compared_as_numbers() {
        assert!(version("6.12.3-generic").unwrap() >= PAGEMAP_SCAN);
        assert!(version("6.6.99").unwrap() < PAGEMAP_SCAN);
        assert!(version("5.15").unwrap() < PAGEMAP_SCAN);
        assert_eq!(version("rolling"), None);
    }
}
