//! Nouns, states, validation and guards. Pure.
