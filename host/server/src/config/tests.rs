//! Layers win in their order, and what is wrong is named with its place.

use std::collections::BTreeMap;

use super::*;

fn lay(file: &str, variables: &[(&str, &str)], flags: &[(&'static str, &str)]) -> Result<Layers, ConfigError> {
    let variables: BTreeMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let values = flags.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
    Layers::lay(Some(("m.toml", file)), &variables, &Flags { file: None, values })
}

fn config(file: &str, variables: &[(&str, &str)], flags: &[(&'static str, &str)]) -> Result<Config, ConfigError> {
    Config::from_layers(&lay(file, variables, flags)?)
}

#[test]
fn the_defaults_are_a_configuration() {
    let config = config("", &[], &[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8084");
    assert_eq!(config.synchronous, Synchronous::Full);
    assert!(config.allow_networks.is_empty(), "plugins reach nothing private unless somebody says so");
    assert!(!config.grant_wanted);
    assert_eq!(config.unrestricted, Unrestricted::Closed);
    assert_eq!(config.plugins, None);
}

#[test]
fn flags_win_over_variables_over_the_file_over_defaults() {
    let file =
        "listen = '127.0.0.1:1'\nsynchronous = 'normal'\nworkers = 3\nallow-networks = ['10.0.0.0/8', '::1/128']\n";
    let variables = [("MAINSHEET_LISTEN", "127.0.0.1:2"), ("MAINSHEET_WORKERS", "4")];
    let config = config(file, &variables, &[("listen", "127.0.0.1:3")]).unwrap();
    assert_eq!(config.listen.port(), 3);
    assert_eq!(config.workers, Some(4));
    assert_eq!(config.synchronous, Synchronous::Normal);
    let networks: Vec<String> = config.allow_networks.iter().map(ToString::to_string).collect();
    assert_eq!(networks, ["10.0.0.0/8", "::1/128"]);
    assert_eq!(config.log_level, "info");
}

#[test]
fn applications_without_permissions_are_opened_by_a_word() {
    let open = config("unrestricted-applications = 'open'", &[], &[]).unwrap();
    assert_eq!(open.unrestricted, Unrestricted::Open);
    let error = config("unrestricted-applications = 'true'", &[], &[]).unwrap_err();
    assert!(error.to_string().contains("closed"), "{error}");
}

#[test]
fn a_wrong_key_is_named_with_the_nearest() {
    let error = config("lisen = '127.0.0.1:1'", &[], &[]).unwrap_err();
    assert_eq!(error.code().as_str(), "config.unknown-key");
    assert_eq!(error.to_string(), "m.toml has the option `lisen`, which does not exist; did you mean `listen`?");
}

#[test]
fn a_wrong_value_is_named_with_its_origin() {
    for (file, variables, flags, message) in [
        ("", &[("MAINSHEET_LISTEN", "8084")][..], &[][..], "from the variable MAINSHEET_LISTEN"),
        ("grant-wanted = 'yes'", &[], &[], "`grant-wanted` is `yes` (from m.toml), but it is one of true, false"),
        ("", &[], &[("synchronous", "off")], "from the flag --synchronous"),
        ("", &[], &[("allow-networks", "10.0.0.0/33")], "not a network"),
        ("workers = 0", &[], &[], "1 to 1024"),
        ("", &[], &[("log-level", "engine=loud")], "log-level"),
    ] {
        let error = config(file, variables, flags).unwrap_err();
        assert_eq!(error.code().as_str(), "config.value-invalid");
        assert!(error.to_string().contains(message), "{error} should say: {message}");
    }
}

#[test]
fn a_file_that_is_no_toml_is_refused() {
    for file in ["listen =", "listen = { port = 1 }", "[listen]\nport = 1"] {
        assert_eq!(config(file, &[], &[]).unwrap_err().code().as_str(), "config.file-malformed", "{file}");
    }
}

#[test]
fn a_mistyped_variable_is_noticed_and_those_of_others_are_not() {
    let variables = [
        ("MAINSHEET_LISTN", "x"),
        ("MAINSHEET_TOKEN", "x"),
        ("MAINSHEET_PORT", "tcp://10.0.0.1:80"),
        ("MAINSHEET_PORT_80_TCP", "x"),
        ("MAINSHEET_SERVICE_HOST", "10.0.0.1"),
        ("MAINSHEET_LISTEN", "127.0.0.1:0"),
    ];
    assert_eq!(lay("", &variables, &[]).unwrap().unknown, ["MAINSHEET_LISTN"]);
}

#[test]
fn every_option_can_be_given_as_a_flag_and_is_read() {
    use clap::{Args, FromArgMatches};
    let command = Flags::augment_args(clap::Command::new("serve"));
    let matches =
        command.get_matches_from(["serve", "--grant-wanted", "--listen", "127.0.0.1:0", "--config", "x.toml"]);
    let flags = Flags::from_arg_matches(&matches).unwrap();
    assert_eq!(flags.values.get("grant-wanted").map(String::as_str), Some("true"));
    assert_eq!(flags.values.get("listen").map(String::as_str), Some("127.0.0.1:0"));
    assert_eq!(flags.file, Some("x.toml".into()));
    assert_eq!(Layers::lay(None, &BTreeMap::new(), &flags).unwrap().given.len(), SETTINGS.len());
}

#[test]
fn the_key_of_secrets_is_a_file_unless_the_environment_gives_it_and_is_never_shown() {
    let plain = config("", &[], &[("data", "d")]).unwrap();
    assert_eq!(plain.secrets_key, KeySource::File("d/secrets.key".into()));
    let named = config("secrets-key-file = '/k'", &[], &[]).unwrap();
    assert_eq!(named.secrets_key, KeySource::File("/k".into()));
    let layers = lay("secrets-key-file = '/k'", &[("MAINSHEET_SECRETS_KEY", "hidden")], &[]).unwrap();
    assert!(layers.unknown.is_empty());
    let given = Config::from_layers(&layers).unwrap();
    assert!(matches!(given.secrets_key, KeySource::Text(..)));
    assert!(!format!("{layers:?} {given:?}").contains("hidden"));
}
