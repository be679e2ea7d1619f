//! What `serve --sample` shows: an application with a pipeline that runs at once, watched where the server was started.
//!
//! It is a client like every other; the server knows nothing of it.

use serde_json::{Map, json};

use super::apply::{parse, save};
use super::client::Client;
use super::error::{CliError, Exit};
use super::output::{self, Format};
use super::{live, run};

/// Application and pipeline, as a user would write them.
const DOCUMENTS: [(&str, &str); 2] = [
    ("sample/application.json", include_str!("../../sample/application.json")),
    ("sample/release.json", include_str!("../../sample/release.json")),
];
const APPLICATION: &str = "sample";
const PIPELINE: &str = "release";

/// Saves the sample, starts its pipeline and follows it to its end.
///
/// # Errors
/// The server refuses, or was stopped meanwhile.
pub fn show(client: &Client) -> Result<Exit, CliError> {
    for (place, text) in DOCUMENTS {
        for document in parse(place, text)? {
            save(client, &document, false)?;
        }
    }
    let parameters = json!({ "version": "1.2.3" }).as_object().cloned().unwrap_or_else(Map::new);
    let started = run::start(client, APPLICATION, PIPELINE, parameters, None)?;
    let execution = live::read(&started)?;
    output::line(&format!(
        "\nThe pipeline `{PIPELINE}` of the application `{APPLICATION}` has started. It asks before it releases; see README.md.\n"
    ));
    let exit = live::follow(client, &execution.id, Format::Text)?;
    output::line(&format!(
        "\nIt is over. Start it again from another terminal with `mainsheet run {APPLICATION} {PIPELINE} --follow`; end the server with Ctrl-C."
    ));
    Ok(exit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::apply::Kind;

    #[test]
    fn the_sample_is_an_application_and_its_pipeline() {
        let documents: Vec<_> = DOCUMENTS.iter().flat_map(|(place, text)| parse(place, text).unwrap()).collect();
        assert_eq!(documents[0].kind, Kind::Application);
        assert_eq!(documents[0].name, APPLICATION);
        assert_eq!(documents[1].title(), format!("{APPLICATION}/{PIPELINE}"));
    }
}
