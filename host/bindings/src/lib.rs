//! Host bindings of the plugin contract in wit/, and nothing else.
