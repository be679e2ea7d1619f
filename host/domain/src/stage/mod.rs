//! Stages of an execution: what they are, the state of their run, what they ask for and how they end.

pub mod ancestry;
pub mod kept;
pub mod request;
pub mod roster;
pub mod state;
pub mod stored;
pub mod verdict;

pub use kept::{Edits, Kept, Renewal};
pub use request::{Answer, Demand, Due, Pending, Request};
pub use roster::Roster;
pub use state::{CancelCause, Ended, Ending, Held, Phase, Record, Run, Stage, StageState, StageStatus, Synthetic};
pub use stored::{Planned, StoredStage, StoredState};
pub use verdict::{Finish, FinishStatus, Patch, Verdict, Waiting};
