//! A bed for tests.
