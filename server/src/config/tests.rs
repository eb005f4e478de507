//! The configuration as an operator gives it.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashSet;
use std::ffi::OsString;

use clap::Parser;

use super::layers::{members, variable};
use super::load::{Loaded, load_with};
use super::{Config, Flags};

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    flags: Flags,
}

/// Loads the configuration with the text of a file, variables and flags.
fn load(file: Option<&str>, variables: &[(&str, &str)], flags: &[&str]) -> Result<Loaded, String> {
    let folder = tempfile::tempdir().unwrap();
    let mut variables: Vec<(OsString, OsString)> = variables
        .iter()
        .map(|&(name, text)| (name.into(), text.into()))
        .collect();
    if let Some(text) = file {
        let path = folder.path().join("parallax.toml");
        std::fs::write(&path, text).unwrap();
        variables.push(("PARALLAX_CONFIG".into(), path.into()));
    }
    let flags = std::iter::once("serve").chain(flags.iter().copied());
    let command = Command::try_parse_from(flags).unwrap();
    load_with(&command.flags, variables.into_iter()).map_err(|error| format!("{error:#}"))
}

/// Checks that the configuration is refused with a message that has all of these parts.
fn refused(file: Option<&str>, variables: &[(&str, &str)], parts: &[&str]) {
    let message = load(file, variables, &[]).unwrap_err();
    for part in parts {
        assert!(message.contains(part), "{part} is missing in: {message}");
    }
}

#[test]
fn a_flag_wins_over_the_environment_which_wins_over_the_file() {
    let file = "[server]\ncollection = 'file'\naddr = '127.0.0.1:1'\nhosts = ['a.example']\n";
    let variables = [
        ("PARALLAX_COLLECTION", "environment"),
        ("PARALLAX_ADDR", "127.0.0.1:2"),
        ("HOME", "/"),
    ];
    let loaded = load(Some(file), &variables, &["--collection", "flag"]).unwrap();
    let server = &loaded.config.server;
    assert_eq!(server.collection.as_deref(), Some("flag"));
    assert_eq!(server.addr, "127.0.0.1:2");
    assert_eq!(server.hosts, ["a.example"]);
    assert!(!server.judgements);
    assert_eq!(load(None, &[], &[]).unwrap().config, Config::default());
}

#[test]
fn the_environment_is_read_as_the_settings_type_needs_it() {
    let variables = [
        ("PARALLAX_HOSTS", "a.example, b.example"),
        ("PARALLAX_JUDGEMENTS", "true"),
        ("PARALLAX_COLLECTION", "7"),
        ("PARALLAX_TIMEOUTS_REQUEST_SECONDS", "7"),
        ("PARALLAX_CORS_ORIGINS", "https://a.example"),
        ("PARALLAX_DATA_DIR", ""),
    ];
    let Config {
        server,
        timeouts,
        cors,
        ..
    } = load(None, &variables, &[]).unwrap().config;
    assert_eq!(server.hosts, ["a.example", "b.example"]);
    assert!(server.judgements);
    assert_eq!(server.collection.as_deref(), Some("7"));
    assert_eq!(timeouts.request_seconds.duration().as_secs(), 7);
    assert_eq!(cors.origins, ["https://a.example"]);
    assert_eq!(server.data_dir, None);
}

#[test]
fn an_unknown_name_is_refused_with_the_nearest_known_one() {
    refused(
        Some("[timeouts]\nreqest_seconds = 3\n"),
        &[],
        &[
            "parallax.toml",
            "[timeouts]",
            "reqest_seconds",
            "`request_seconds`",
        ],
    );
    refused(
        Some("[timeouts]\nxyz = 3\n"),
        &[],
        &["parallax.toml", "xyz", "body_seconds, response_seconds"],
    );
    refused(Some("[timeout]\n"), &[], &["parallax.toml", "`timeouts`"]);
    refused(Some("addr = 'a:1'\n"), &[], &["parallax.toml", "`addr`"]);
    refused(Some("server = 3\n"), &[], &["parallax.toml", "[server]"]);
    refused(Some("[server\n"), &[], &["parallax.toml", "line 1"]);
    refused(
        None,
        &[("PARALLAX_TIMEOUT_REQUEST_SECONDS", "3")],
        &[
            "PARALLAX_TIMEOUT_REQUEST_SECONDS",
            "`PARALLAX_TIMEOUTS_REQUEST_SECONDS`",
        ],
    );
    // These are set by others.
    let others = [
        ("PARALLAX_TEST_MODEL", "x"),
        ("PARALLAX_PORT", "tcp://10.0.0.1:3000"),
        ("PARALLAX_SERVICE_HOST", "10.0.0.1"),
    ];
    assert_eq!(load(None, &others, &[]).unwrap().config, Config::default());
}

#[test]
fn an_invalid_value_is_refused_with_its_place() {
    refused(
        Some("[timeouts]\nrequest_seconds = 'soon'\n"),
        &[],
        &["parallax.toml", "`timeouts.request_seconds`", "soon"],
    );
    refused(
        Some("[timeouts]\nrequest_seconds = 0\n"),
        &[],
        &["`timeouts.request_seconds`", "0"],
    );
    refused(
        Some("[server]\nhosts = ['a', 3]\n"),
        &[],
        &["`server.hosts`", "[1]", "3"],
    );
    refused(
        None,
        &[("PARALLAX_TIMEOUTS_REQUEST_SECONDS", "-1")],
        &["PARALLAX_TIMEOUTS_REQUEST_SECONDS", "-1"],
    );
    refused(
        None,
        &[("PARALLAX_JUDGEMENTS", "maybe")],
        &["PARALLAX_JUDGEMENTS", "maybe"],
    );
    refused(
        None,
        &[("PARALLAX_KEY", "a"), ("PARALLAX_API_KEY_FILE", "b")],
        &["server.key", "server.api_key_file"],
    );
    refused(
        None,
        &[("PARALLAX_CONFIG", "no-such-folder/a.toml")],
        &["no-such-folder/a.toml"],
    );
}

#[test]
fn the_printed_configuration_says_where_each_setting_is_from_and_hides_secrets() {
    let file = "[timeouts]\nrequest_seconds = 7\n";
    let variables = [
        ("PARALLAX_KEY", "very-secret"),
        ("PARALLAX_HOSTS", "a.example"),
    ];
    let loaded = load(Some(file), &variables, &["--addr", "127.0.0.1:8"]).unwrap();
    let printed = loaded.toml().unwrap();
    let line = |name: &str| {
        let mut lines = printed.lines();
        let line = lines.find(|line| line.contains(name));
        line.unwrap_or_else(|| panic!("no {name} in: {printed}"))
    };
    assert!(line("request_seconds").contains("parallax.toml"));
    assert!(line("hosts").ends_with("# environment PARALLAX_HOSTS"));
    assert!(line("addr").ends_with("# flag --addr"));
    assert!(line("judgements").ends_with("# default"));
    assert!(line("collection").contains("not set"));
    assert!(!printed.contains("very-secret"), "{printed}");
    assert!(!format!("{loaded:?}").contains("very-secret"));

    // It can be used as a file.
    let without_key = printed.replace("key = \"(hidden)\"", "");
    let again = load(Some(&without_key), &[], &[]).unwrap();
    assert_eq!(again.config.timeouts, loaded.config.timeouts);
    assert_eq!(again.config.server.addr, "127.0.0.1:8");
}

#[test]
fn every_setting_can_be_given_by_its_own_variable() {
    let defaults = members(serde_json::to_value(Config::default()).unwrap());
    let mut variables = HashSet::new();
    for (section, settings) in defaults {
        for (name, _) in members(settings) {
            let variable = variable(&section, &name);
            assert!(
                variables.insert(variable.clone()),
                "{variable} is ambiguous"
            );
        }
    }
}
