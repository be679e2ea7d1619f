//! A reply as it comes in: JSON text is parsed, sizes are bounded, names are there.

use domain::Params;
use domain::id::Label;

/// Bytes of one value, and of all values of a reply (`types@1`, `json`).
const VALUE: usize = 1 << 20;
const TOTAL: usize = 4 << 20;

/// What is wrong with a reply, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) String);

/// The bounds of one reply while it is read.
pub(crate) struct Reply {
    left: usize,
}

impl Reply {
    pub(crate) fn new() -> Reply {
        Reply { left: TOTAL }
    }

    /// A JSON document.
    ///
    /// # Errors
    /// It does not parse, or is too large.
    pub(crate) fn json(&mut self, place: &str, text: &str) -> Result<Params, Malformed> {
        self.weigh(place, text.len())?;
        Params::parse(text).map_err(|error| Malformed(format!("`{place}` is not JSON: {error}")))
    }

    /// A JSON document, where there is one.
    ///
    /// # Errors
    /// As [`Reply::json`].
    pub(crate) fn optional(&mut self, place: &str, text: Option<String>) -> Result<Option<Params>, Malformed> {
        text.map(|text| self.json(place, &text)).transpose()
    }

    /// Bytes that are kept as they are.
    ///
    /// # Errors
    /// They are too many.
    pub(crate) fn bytes(&mut self, place: &str, bytes: Vec<u8>) -> Result<Vec<u8>, Malformed> {
        self.weigh(place, bytes.len())?;
        Ok(bytes)
    }

    /// Text that is kept as it is.
    ///
    /// # Errors
    /// It is too long.
    pub(crate) fn text(&mut self, place: &str, text: String) -> Result<String, Malformed> {
        self.weigh(place, text.len())?;
        Ok(text)
    }

    /// Texts that are kept as they are.
    ///
    /// # Errors
    /// They are too long.
    pub(crate) fn texts(&mut self, place: &str, texts: Vec<String>) -> Result<Vec<String>, Malformed> {
        texts.into_iter().map(|text| self.text(place, text)).collect()
    }

    /// Names and values, such as headers.
    ///
    /// # Errors
    /// They are too long.
    pub(crate) fn pairs(
        &mut self,
        place: &str,
        pairs: Vec<(String, String)>,
    ) -> Result<Vec<(String, String)>, Malformed> {
        for (name, value) in &pairs {
            self.weigh(place, name.len().saturating_add(value.len()))?;
        }
        Ok(pairs)
    }

    /// A name that must be there.
    ///
    /// # Errors
    /// It is empty.
    pub(crate) fn name(&mut self, place: &str, name: String) -> Result<String, Malformed> {
        if name.is_empty() {
            return Err(Malformed(format!("`{place}` is empty")));
        }
        self.text(place, name)
    }

    /// A label.
    ///
    /// # Errors
    /// It is empty.
    pub(crate) fn label(&mut self, place: &str, label: String) -> Result<Label, Malformed> {
        self.name(place, label).map(Label::from)
    }

    fn weigh(&mut self, place: &str, size: usize) -> Result<(), Malformed> {
        if size > VALUE {
            return Err(Malformed(format!("`{place}` has {size} bytes, a value has at most {VALUE}")));
        }
        self.left = self
            .left
            .checked_sub(size)
            .ok_or_else(|| Malformed(format!("the reply has more than {TOTAL} bytes altogether, at `{place}`")))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_says_where() {
        let mut reply = Reply::new();
        assert_eq!(
            reply.json("patch.context", "{"),
            Err(Malformed("`patch.context` is not JSON: EOF while parsing an object at line 1 column 1".to_owned()))
        );
        assert_eq!(reply.label("label", String::new()), Err(Malformed("`label` is empty".to_owned())));
        let value = "x".repeat(VALUE + 1);
        assert_eq!(
            reply.text("progress", value),
            Err(Malformed("`progress` has 1048577 bytes, a value has at most 1048576".to_owned()))
        );
    }

    #[test]
    fn values_together_are_bounded_too() {
        let mut reply = Reply::new();
        for _ in 0..4 {
            assert!(reply.bytes("state", vec![0; VALUE]).is_ok());
        }
        assert!(reply.bytes("state", vec![0]).is_err());
    }
}
