//! Lists come in pages: `{items, next}`, `?limit=` and `?after=`.

use app::{Cursor, Page, PageRequest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::code::code;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;

/// Rows of a page, unless the request says otherwise.
const DEFAULT: u32 = 50;
/// Most rows of a page.
const MOST: u32 = 500;

/// The query of a list without filters.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Most rows, 1 to 500; 50 unless given.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl ListQuery {
    /// The page that is asked for.
    pub fn page(&self) -> Result<PageRequest, Problem> {
        request(self.limit, self.after.as_deref())
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listing<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Give it as `after` to get the next page; `null` on the last.
    pub next: Option<String>,
}

/// What `limit` and `after` of a query mean.
pub fn request(limit: Option<u32>, after: Option<&str>) -> Result<PageRequest, Problem> {
    let limit = limit.unwrap_or(DEFAULT);
    if !(1..=MOST).contains(&limit) {
        let detail = format!("`limit` must be from 1 to {MOST}, but is {limit}.");
        return Err(Problem::malformed(code("request.limit-invalid"), detail));
    }
    let after = after.map(|text| {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        bytes.and_then(|bytes| String::from_utf8(bytes).ok()).map(Cursor).ok_or_else(|| {
            let detail = "`after` must be the `next` of the page before, as it was given.";
            Problem::malformed(code("request.cursor-invalid"), detail)
        })
    });
    Ok(PageRequest { limit, after: after.transpose()? })
}

/// A page as it goes out.
pub fn listing<T, W>(page: Page<T>, wire: impl FnMut(T) -> W) -> Listing<W> {
    let Page { items, next } = page;
    let next = next.map(|Cursor(text)| URL_SAFE_NO_PAD.encode(text));
    Listing { items: items.into_iter().map(wire).collect(), next }
}
