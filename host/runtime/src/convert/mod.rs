//! Where the contract's types meet the domain's: one file a noun, both ways, and nowhere else. Everything is destructured,
//! so that a new field is a compile error here. What plugins say is parsed and bounded on the way in.

pub(crate) mod account;
pub(crate) mod call;
pub(crate) mod event;
pub(crate) mod failure;
pub(crate) mod finding;
pub(crate) mod hook;
pub(crate) mod http;
pub(crate) mod meta;
pub(crate) mod poll;
pub(crate) mod problem;
pub(crate) mod progress;
pub(crate) mod question;
pub(crate) mod reply;
pub(crate) mod request;
pub(crate) mod turn;
pub(crate) mod verdict;
