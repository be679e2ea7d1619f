//! Configuration, wiring, command line.
