//! Drives executions: decide, step, commit, perform; recovery, triggers, retention.
