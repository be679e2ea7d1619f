//! Addresses out of replies.

use mainsheet_sdk::prelude::*;

/// A header of a reply, whatever the case of its name.
pub fn header(reply: &Value, name: &str) -> Option<String> {
    let headers = reply.get("headers")?.as_object()?;
    let (_, value) = headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    value.as_str().map(str::to_owned)
}

/// A `Location` seen from the address that was called: relative ones are completed, and on the same host the scheme stays that of the call (a proxy that
/// ends TLS tells `http`).
pub fn resolve(base: &str, location: &str) -> String {
    let Some((scheme, rest)) = base.split_once("://") else {
        return location.to_owned();
    };
    let (host, path) = split(rest);
    if let Some((_, told)) = location.split_once("://").filter(|(told, _)| ["http", "https"].contains(told)) {
        return if split(told).0.eq_ignore_ascii_case(host) {
            format!("{scheme}://{told}")
        } else {
            location.to_owned()
        };
    }
    if let Some(told) = location.strip_prefix("//") {
        return format!("{scheme}://{told}");
    }
    if location.starts_with('/') {
        return format!("{scheme}://{host}{location}");
    }
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{scheme}://{host}{folder}/{location}")
}

fn split(rest: &str) -> (&str, &str) {
    rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()))
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn locations_are_completed_from_the_call() {
        let cases = [
            ("https://a.example.com/x/y?z=1", "/s/7", "https://a.example.com/s/7"),
            ("https://a.example.com/x/y?z=1", "7", "https://a.example.com/x/7"),
            ("https://a.example.com", "7", "https://a.example.com/7"),
            ("https://a.example.com/x", "http://a.example.com/s/7", "https://a.example.com/s/7"),
            ("https://a.example.com/x", "http://b.example.com/s/7", "http://b.example.com/s/7"),
            ("https://a.example.com/x", "//b.example.com/s", "https://b.example.com/s"),
        ];
        for (base, location, expected) in cases {
            assert_eq!(resolve(base, location), expected, "{base} {location}");
        }
    }
}
