//! What happens next in an execution: a pure function. No clock, no I/O, no async, no stage types.
