//! Plugins: catalogue, compilation, limits, calls.
