//! The kill loop: the real server is killed again and again while executions run, and the outside world's record is held against what
//! the server promised.

pub mod check;
pub mod documents;
pub mod drive;
pub mod random;
