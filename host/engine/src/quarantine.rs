//! Components that fault again and again in different places: the plugin is broken, not one project's input.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use domain::id::{ApplicationName, Digest, ExecutionId};
use rustc_hash::FxHashMap;

/// Executions that a component must have faulted in.
const EXECUTIONS: usize = 3;

/// Applications that these must belong to: one project's input must not stop the others.
const APPLICATIONS: usize = 2;

/// Where each component has faulted since this process started, bounded by the two figures above.
#[derive(Default)]
pub(crate) struct Quarantine {
    faulted: Mutex<FxHashMap<Digest, Faulted>>,
}

#[derive(Default)]
struct Faulted {
    executions: BTreeSet<ExecutionId>,
    applications: BTreeSet<ApplicationName>,
    told: bool,
}

impl Quarantine {
    /// Notes a fault; true when it is the one by which the component counts as broken.
    pub(crate) fn note(&self, digest: &Digest, application: &ApplicationName, execution: &ExecutionId) -> bool {
        let mut faulted = self.faulted.lock().unwrap_or_else(PoisonError::into_inner);
        let known = faulted.entry(digest.clone()).or_default();
        if known.told {
            return false;
        }
        known.executions.insert(execution.clone());
        known.applications.insert(application.clone());
        known.told = known.executions.len() >= EXECUTIONS && known.applications.len() >= APPLICATIONS;
        known.told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_project_cannot_put_a_component_in_quarantine() {
        let quarantine = Quarantine::default();
        let digest = Digest::from("d");
        let note = |application: &str, execution: &str| {
            quarantine.note(&digest, &ApplicationName::from(application), &ExecutionId::from(execution))
        };
        for number in 0..10 {
            assert!(!note("loud", &format!("loud-{number}")));
        }
        assert!(note("quiet", "quiet-0"));
        assert!(!note("third", "third-0"), "it is told once");
    }
}
