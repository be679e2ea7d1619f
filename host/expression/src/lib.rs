//! The expression language: lexer, parser, evaluator, functions. Pure.
//!
//! `${…}` in Spinnaker's dialect of SpEL, over JSON that stays where it is. [`Template`] is a text parsed once;
//! [`evaluate_value`] walks a JSON value. Names come from a [`Root`], time and randomness from [`Options`]; what an
//! expression needs from outside comes back as a [`Need`], and the caller asks again with the answer.
mod asked;
mod ast;
mod beans;
mod calendar;
mod cases;
mod classes;
mod conditional;
mod convert;
mod document;
mod error;
mod eval;
mod execution;
mod format;
mod functions;
mod lexer;
mod nearest;
mod need;
mod options;
mod parser;
mod printer;
mod reference;
mod regex;
mod rewrite;
mod root;
mod setting;
mod summary;
mod template;
mod value;
mod variables;
mod walk;
mod yaml;

pub use asked::{Answer, evaluate_asked};
pub use cases::{Case, Disagreement, MalformedCase};
pub use conditional::{Condition, evaluate_bool, evaluate_stage_enabled};
pub use document::{EvaluatorVersion, evaluate_pipeline};
pub use error::{Code, Problem};
pub use execution::{Context, Execution, Object, Owner, Stage, Status, Tasks};
pub use need::{Answers, Need};
pub use options::{Environment, Limits, Options, UrlRules};
pub use reference::reference;
pub use regex::matches_whole;
pub use root::Root;
pub use setting::{Setting, UnknownStage};
pub use summary::{Entry, Level, Summary};
pub use template::{Evaluated, Template, Templates};
pub use variables::{Variables, evaluate_variables, restore_variables};
pub use walk::{Outcome, Walk, evaluate_value};
