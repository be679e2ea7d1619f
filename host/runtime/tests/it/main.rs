//! Real components against the runtime: what they can do, and what they cannot do to anybody else.

mod bed;
mod caching;
mod calls;
mod crowds;
mod hostile;
mod install;
