//! One integration binary, one module per topic.

<<<<<<< HEAD
mod cli;
mod howto;
=======
mod engine;
>>>>>>> engine
mod scenarios;
