//! The administrator's first token: made when there is none, shown once.

use std::fs;
use std::path::Path;

use app::App;

use super::ServeError;
use crate::cli::client::store;

/// Where a sample keeps it.
const FILE: &str = "admin.token";

/// Makes the first token if there is no token at all, and prints it on standard error, where no log collector looks for it:
/// it is no log line. For a sample it is kept in the data folder instead, so that a second terminal can use it.
/// Returns the token if it is known.
pub(super) async fn announce(app: &App, data: &Path, keep: bool) -> Result<Option<String>, ServeError> {
    let made = app.bootstrap().await?;
    let place = data.join(FILE);
    match (made, keep) {
        (Some(token), true) => {
            store(&place, &token).map_err(|reason| ServeError::Token { place: place.display().to_string(), reason })?;
            eprintln!("The administrator's token is in {}.", place.display());
            Ok(Some(token))
        }
        (Some(token), false) => {
            eprintln!("The administrator's token, shown only now:\n\n  {token}\n\nKeep it with `mainsheet login`.");
            Ok(Some(token))
        }
        (None, true) => Ok(fs::read_to_string(&place).ok().map(|token| token.trim().to_owned())),
        (None, false) => Ok(None),
    }
}
