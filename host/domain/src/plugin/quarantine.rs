//! Components that are not called for a while because they are broken, whoever's input they get.
//!
//! ```text
//! (in force) --faults in several executions of several applications--> quarantined --an operator releases it--> (in force)
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::code::code;
use crate::failure::{Failure, FailureClass};
use crate::id::{ApplicationName, Digest, ExecutionId, PluginName};
use crate::time::Timestamp;

/// Most releases that are followed from a digest: each makes at most one link.
const LINKS: usize = 32;

/// One component in quarantine, and by what it came there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quarantined {
    /// The plugin that it is, or was, a version of.
    pub plugin: PluginName,
    /// Since when.
    pub since: Timestamp,
    /// Executions that it faulted in.
    pub executions: Vec<ExecutionId>,
    /// Applications that these belong to.
    pub applications: Vec<ApplicationName>,
    /// Code of the last fault.
    pub code: String,
    /// What the last fault was.
    pub message: String,
}

/// All components in quarantine, and what became of those that were released.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quarantine {
    /// Those that are not called.
    pub held: BTreeMap<Digest, Quarantined>,
    /// The component that executions go on with in place of the one they are pinned to.
    #[serde(default)]
    pub instead: BTreeMap<Digest, Digest>,
}

impl Quarantine {
    /// The component that counts for executions pinned to `digest`.
    #[must_use]
    pub fn in_force<'q>(&'q self, digest: &'q Digest) -> &'q Digest {
        let mut current = digest;
        for _ in 0..LINKS {
            match self.instead.get(current) {
                Some(next) => current = next,
                None => break,
            }
        }
        current
    }

    /// Why `digest` is not called, as what waits for it is told.
    #[must_use]
    pub fn reason(&self, digest: &Digest) -> Option<Failure> {
        let Quarantined { plugin, executions, applications, message, .. } = self.held.get(digest)?;
        let message = format!(
            "The plugin `{plugin}` is in quarantine: it failed in {} executions of {} applications, last with: {message} \
             Install a fixed version or roll back, then release it with `mainsheet plugin release {plugin}`.",
            executions.len(),
            applications.len()
        );
        Some(Failure::new(FailureClass::Unavailable, code("plugin.quarantined"), message))
    }

    /// Releases every component of `plugin`. What waits goes on with `current`, the version in force, where that is another one and
    /// not in quarantine itself; else with the component it is pinned to. Returns what was released.
    pub fn release(&mut self, plugin: &PluginName, current: Option<&Digest>) -> Vec<Digest> {
        let released: Vec<Digest> =
            self.held.iter().filter(|(_, held)| held.plugin == *plugin).map(|(digest, _)| digest.clone()).collect();
        self.held.retain(|_, held| held.plugin != *plugin);
        if let Some(current) = current {
            // In force again, after a rollback to it, it stands for itself: so no chain leads on from it, and none in a circle.
            self.instead.remove(current);
            let others = released.iter().filter(|digest| *digest != current);
            self.instead.extend(others.map(|digest| (digest.clone(), current.clone())));
        }
        released
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quarantine(digests: &[&str]) -> Quarantine {
        let held = |digest: &&str| {
            let held = Quarantined {
                plugin: "broken".into(),
                since: Timestamp(0),
                executions: vec!["1".into(), "2".into(), "3".into()],
                applications: vec!["a".into(), "b".into()],
                code: "plugin.trap".into(),
                message: "It trapped.".into(),
            };
            (Digest::from(*digest), held)
        };
        Quarantine { held: digests.iter().map(held).collect(), instead: BTreeMap::new() }
    }

    #[test]
    fn what_waits_goes_on_with_the_version_in_force() {
        let mut quarantine = quarantine(&["bad"]);
        assert!(
            quarantine.reason(&"bad".into()).is_some_and(|reason| reason.message.contains("plugin release broken"))
        );
        assert_eq!(quarantine.release(&"other".into(), None), Vec::<Digest>::new());
        assert_eq!(quarantine.release(&"broken".into(), Some(&"fixed".into())), [Digest::from("bad")]);
        assert_eq!(quarantine.reason(&"bad".into()), None);
        assert_eq!(quarantine.in_force(&"bad".into()), &Digest::from("fixed"));
    }

    #[test]
    fn without_another_version_it_goes_on_with_its_own() {
        for current in [None, Some(Digest::from("bad"))] {
            let mut quarantine = quarantine(&["bad"]);
            quarantine.release(&"broken".into(), current.as_ref());
            assert_eq!(quarantine.in_force(&"bad".into()), &Digest::from("bad"));
        }
    }

    #[test]
    fn releases_never_lead_in_a_circle() {
        let mut first = quarantine(&["one"]);
        first.release(&"broken".into(), Some(&"two".into()));
        let mut second = Quarantine { held: quarantine(&["two"]).held, instead: first.instead };
        second.release(&"broken".into(), Some(&"one".into()));
        assert_eq!(second.in_force(&"one".into()), &Digest::from("one"), "it is the version in force again");
        assert_eq!(second.in_force(&"two".into()), &Digest::from("one"));
    }
}
