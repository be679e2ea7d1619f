//! The simulator: one seed decides everything that happens to the real engine on the real store.
//!
//! What is real: use cases, engine, scheduler, the store's rules on a real SQLite file, the logic of the stages. What the seed decides:
//! whose turn it is ([`executor`]), what time it is ([`environment`]), what documents say ([`documents`]), what people do ([`people`]),
//! what providers answer ([`outside`]), when the process dies ([`play`]). After every commit the database is held against what was
//! promised ([`invariants`]). Mistakes are planted where the world meets the host, never in the host ([`planted`]).
//! Why so: docs/decisions/0801-the-real-engine-is-simulated.md.

pub mod control;
pub mod documents;
pub mod environment;
pub mod executor;
pub mod installation;
pub mod invariants;
pub mod logic;
pub mod many;
pub mod outside;
pub mod people;
pub mod planted;
pub mod play;
pub mod trace;
pub mod witness;
pub mod world;

pub use planted::Mistake;
pub use play::{Played, play};
