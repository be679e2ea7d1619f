//! What an evaluation is given besides the root: bounds, time, randomness, answers.
use jiff::tz::TimeZone;

use crate::need::Answers;

/// Bounds of one expression. The defaults are the reference's (§5.14); what it leaves open is bounded too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Characters of one expression, inside `${}`.
    pub expression_length: usize,
    /// Levels of nesting in one expression.
    pub depth: u32,
    /// Operations in one expression; it fails on this one.
    pub operations: u32,
    /// Characters of a string made by `+`, and of its operands.
    pub concatenation: usize,
    /// Characters of a string made by `text * n`.
    pub repetition: usize,
    /// Characters of the pattern of `matches`.
    pub pattern_length: usize,
    /// Characters that `matches` may read.
    pub pattern_steps: u64,
    /// Characters that any other use of a pattern may read (Java has no bound there).
    pub other_pattern_steps: u64,
    /// Characters that all patterns of one expression may read together (Java has no bound there).
    pub all_pattern_steps: u64,
    /// Elements of `new type[n]`.
    pub array_elements: usize,
    /// Bytes of values that one expression may make (Java has no bound there).
    pub produced_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            expression_length: 10_000,
            depth: 200,
            operations: 10_000,
            concatenation: 100_000,
            repetition: 256,
            pattern_length: 1_000,
            pattern_steps: 1_000_000,
            other_pattern_steps: 5_000_000,
            all_pattern_steps: 20_000_000,
            array_elements: 262_144,
            produced_bytes: 16 << 20,
        }
    }
}

/// The moment and the randomness that an evaluation sees: given, never read.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Now, in milliseconds since 1970 UTC.
    pub now: i64,
    /// Seed of `new Random()`, `Math.random()` and `UUID.randomUUID()`.
    pub seed: u64,
    /// The zone of dates without a zone.
    pub zone: TimeZone,
}

impl Environment {
    /// Dates in UTC.
    pub fn new(now: i64, seed: u64) -> Self {
        Environment { now, seed, zone: TimeZone::UTC }
    }
}

/// Which hosts `#fromUrl` may name (§3). What a name resolves to is checked by whoever fetches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlRules {
    /// Whether addresses may be literal (`10.0.0.1`).
    pub literal_addresses: bool,
    /// Whether `localhost` and names without a dot are fine.
    pub local_names: bool,
    /// Endings of host names that are refused.
    pub refused_endings: Vec<String>,
}

impl Default for UrlRules {
    fn default() -> Self {
        let endings = [".spinnaker", ".local", ".localdomain", ".internal"];
        UrlRules { literal_addresses: false, local_names: false, refused_endings: endings.map(str::to_owned).to_vec() }
    }
}

/// Everything an evaluation is given besides the root.
#[derive(Debug, Clone)]
pub struct Options<'a> {
    /// Whether a missing key reads as null (stage time) or is an error (submit time): §2.4.
    pub allow_unknown_keys: bool,
    /// Whether `#doNotEval` exists.
    pub do_not_eval: bool,
    /// Bounds.
    pub limits: Limits,
    /// Time and randomness.
    pub environment: Environment,
    /// Which URLs may be named.
    pub urls: UrlRules,
    /// Answers to needs of an earlier round.
    pub answers: Option<&'a Answers>,
}

impl Options<'_> {
    /// Stage-time evaluation: missing keys are null.
    pub fn new(environment: Environment) -> Self {
        Options {
            allow_unknown_keys: true,
            do_not_eval: true,
            limits: Limits::default(),
            environment,
            urls: UrlRules::default(),
            answers: None,
        }
    }

    /// Submit-time evaluation: missing keys are errors, so that the text stays for the stage.
    pub fn at_submit(mut self) -> Self {
        self.allow_unknown_keys = false;
        self
    }
}
