//! Lists by keyset pages.

/// Where a page begins: after the row with this key. Opaque to clients (base64 at the API).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub String);

/// One page.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins; absent on the last.
    pub next: Option<Cursor>,
}
