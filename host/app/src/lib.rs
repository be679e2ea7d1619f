//! Use cases: authorise, load, decide, commit.
