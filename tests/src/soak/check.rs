//! What must hold after a run, judged by the outside record: nothing lost, nothing stuck, no effect under a second key, and no key twice
//! except where a kill lies between the two calls.

use std::collections::{BTreeMap, BTreeSet};

use super::documents::EFFECTS;
use crate::sink::Call;

/// How one execution ended, as the API tells it.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its id.
    pub execution: String,
    /// Ids of the executions it started.
    pub children: Vec<String>,
    /// Its status at the end of the run.
    pub status: String,
}

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Effects that should have happened and did not: `execution path`.
    pub lost: Vec<String>,
    /// Executions that did not succeed: `execution status`.
    pub stuck: Vec<String>,
    /// Effects that happened under two keys, or under none.
    pub second_keys: Vec<String>,
    /// Keys that were called again although no kill lies between, or although the call before was answered long before the kill.
    pub repeated: Vec<String>,
    /// Calls beyond the first of each key, each with a kill between.
    pub extra: usize,
    /// Keys called at all.
    pub keys: usize,
}

impl Findings {
    /// Whether the promise holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.lost.is_empty() && self.stuck.is_empty() && self.second_keys.is_empty() && self.repeated.is_empty()
    }
}

/// Holds `calls` against the executions that were acknowledged.
#[must_use]
pub fn check(executions: &[Ended], calls: &[Call]) -> Findings {
    let mut findings = Findings::default();
    let mut keys: BTreeMap<&str, Vec<&Call>> = BTreeMap::new();
    let mut effects: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for call in calls {
        keys.entry(&call.key).or_default().push(call);
        let execution = call.key.split('/').next().unwrap_or_default();
        effects.entry((execution, &call.path)).or_default().insert(&call.key);
    }
    findings.keys = keys.len();
    for (key, calls) in &keys {
        findings.extra += calls.len() - 1;
        if calls.windows(2).any(|pair| pair[0].epoch == pair[1].epoch || pair[0].settled) {
            findings.repeated.push((*key).to_owned());
        }
    }
    for ((execution, path), keys) in &effects {
        if keys.len() > 1 || keys.contains("") {
            findings.second_keys.push(format!("{execution} {path}: {keys:?}"));
        }
    }
    for ended in executions {
        if ended.status != "SUCCEEDED" {
            findings.stuck.push(format!("{} {}", ended.execution, ended.status));
        }
        for path in EFFECTS {
            let own = std::iter::once(&ended.execution).chain(&ended.children);
            let happened: Vec<&String> = own.filter(|id| effects.contains_key(&(id.as_str(), path))).collect();
            match happened.len() {
                1 => {}
                0 => findings.lost.push(format!("{} {path}", ended.execution)),
                _ => findings.second_keys.push(format!("{} {path} in {happened:?}", ended.execution)),
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(epoch: u32, path: &str, key: &str) -> Call {
        Call { epoch, path: path.into(), key: key.into(), headers: Vec::new(), body: Vec::new(), settled: false }
    }

    fn whole() -> (Vec<Ended>, Vec<Call>) {
        let ended = Ended { execution: "E".into(), children: vec!["C".into()], status: "SUCCEEDED".into() };
        let of = |path: &str| if path == "/verify" { "C" } else { "E" };
        let calls = EFFECTS.iter().map(|path| call(0, path, &format!("{}/stage{path}/1/create", of(path)))).collect();
        (vec![ended], calls)
    }

    #[test]
    fn a_run_without_fault_holds() {
        let (executions, calls) = whole();
        let findings = check(&executions, &calls);
        assert!(findings.holds(), "{findings:?}");
        assert_eq!((findings.keys, findings.extra), (7, 0));
    }

    #[test]
    fn a_second_call_needs_a_kill_between() {
        let (executions, mut calls) = whole();
        calls.push(call(1, "/a", "E/stage/a/1/create"));
        assert!(check(&executions, &calls).holds());
        assert_eq!(check(&executions, &calls).extra, 1);
        calls.push(call(1, "/a", "E/stage/a/1/create"));
        assert_eq!(check(&executions, &calls).repeated, ["E/stage/a/1/create"]);
    }

    #[test]
    fn what_was_answered_long_before_a_kill_must_not_come_again() {
        let (executions, mut calls) = whole();
        calls[0].settled = true;
        assert!(check(&executions, &calls).holds());
        calls.push(Call { epoch: 1, settled: false, ..calls[0].clone() });
        assert_eq!(check(&executions, &calls).repeated.len(), 1);
    }

    #[test]
    fn what_is_lost_stuck_or_under_a_second_key_is_found() {
        let (mut executions, mut calls) = whole();
        calls.retain(|call| call.path != "/deploy");
        calls.push(call(1, "/a", "E/stage/a/2/create"));
        calls.push(call(1, "/verify", "C2/stage/verify/1/create"));
        executions[0].children.push("C2".into());
        executions[0].status = "RUNNING".into();
        let findings = check(&executions, &calls);
        assert_eq!(findings.lost, ["E /deploy"]);
        assert_eq!(findings.stuck, ["E RUNNING"]);
        assert_eq!(findings.second_keys.len(), 2, "{findings:?}");
    }
}
