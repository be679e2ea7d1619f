//! A complaint about a document, with the place it is about.

use crate::code::Code;

/// One thing wrong with a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// JSON pointer (RFC 6901) into the document; empty for the whole.
    pub pointer: String,
    /// Stable and documented.
    pub code: Code,
    /// A sentence: what is wrong and what to do.
    pub message: String,
}

impl Problem {
    /// A complaint about what stands at `pointer`.
    #[must_use]
    pub fn at(pointer: impl Into<String>, code: Code, message: impl Into<String>) -> Problem {
        Problem { pointer: pointer.into(), code, message: message.into() }
    }
}

/// Up to three of `known` that are close to `given`, nearest first: "did you mean".
#[must_use]
pub fn nearest<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = given.to_lowercase();
    let mut ranked: Vec<(f64, &str)> = known
        .map(|name| (strsim::jaro_winkler(&wanted, &name.to_lowercase()), name))
        .filter(|(score, _)| *score >= 0.75)
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    ranked.into_iter().take(3).map(|(_, name)| name).collect()
}
