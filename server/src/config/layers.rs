//! Puts the configuration together from its sources, and remembers where each setting is from.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Map, Value, json};

use super::Config;
use super::flags::Flags;
use super::nearest::nearest;

/// The variable that names the configuration file, unless a flag does.
pub const FILE: &str = "PARALLAX_CONFIG";

/// What the names of this program's environment variables begin with.
const PREFIX: &str = "PARALLAX_";

/// What comes after it in variables that are not settings: those of the project's own tests, and
/// those that Kubernetes and Docker set for a service called parallax.
const NOT_SETTINGS: [&str; 5] = ["TEST_", "CRASH_", "URL", "SERVICE_", "PORT"];

/// The section whose environment variables do not name it.
const PLAIN: &str = "server";

/// Where a setting is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The configuration file.
    File,
    /// An environment variable.
    Environment,
    /// A flag on the command line.
    Flag,
}

/// The settings that were given, later ones in place of earlier ones.
#[derive(Debug)]
pub struct Layers {
    /// All settings by section, with their defaults.
    known: Map<String, Value>,
    given: Map<String, Value>,
    sources: Sources,
}

/// Where each setting that was given is from, by section and name.
pub type Sources = HashMap<(String, String), Source>;

impl Layers {
    /// Nothing but the defaults.
    pub fn new() -> Result<Self> {
        let defaults = serde_json::to_value(Config::default()).context("the defaults")?;
        Ok(Self {
            known: members(defaults),
            given: Map::new(),
            sources: HashMap::new(),
        })
    }

    /// Adds the settings of a file.
    pub fn file(&mut self, file: &Path, text: &str) -> Result<()> {
        let place = || format!("the configuration file {}", file.display());
        let table: toml::Table = toml::from_str(text).with_context(place)?;
        for (section, settings) in table {
            let Some(known) = self.known.get(&section) else {
                let names = self.known.keys().map(String::as_str);
                bail!(
                    "{}: there is no section {}",
                    place(),
                    among(&section, names)
                );
            };
            let toml::Value::Table(settings) = settings else {
                bail!("{}: `{section}` must be a section, [{section}]", place());
            };
            let known = members(known.clone());
            for (name, value) in settings {
                if !known.contains_key(&name) {
                    let names = known.keys().map(String::as_str);
                    let among = among(&name, names);
                    bail!("{}: [{section}] has no setting {among}", place());
                }
                let value = serde_json::to_value(value).with_context(place)?;
                self.set(&section, &name, value, Source::File)
                    .with_context(|| format!("{}: `{section}.{name}`", place()))?;
            }
        }
        Ok(())
    }

    /// Adds the settings of environment variables.
    pub fn environment(&mut self, given: &BTreeMap<String, String>) -> Result<()> {
        let variables: BTreeMap<String, (String, String)> = self
            .known
            .iter()
            .flat_map(|(section, settings)| {
                let names = members(settings.clone()).into_iter().map(|(name, _)| name);
                names.map(move |name| (variable(section, &name), (section.clone(), name)))
            })
            .collect();
        for (given, text) in given.iter().filter(|(given, _)| *given != FILE) {
            let Some((section, name)) = variables.get(given) else {
                let known = variables.keys().map(String::as_str).chain([FILE]);
                let among = among(given, known);
                bail!("there is no setting for the environment variable {among}");
            };
            self.set_text(section, name, text)
                .with_context(|| format!("the environment variable {given}"))?;
        }
        Ok(())
    }

    /// Adds the settings of flags.
    pub fn flags(&mut self, flags: &Flags) -> Result<()> {
        let given = serde_json::to_value(flags).context("the flags")?;
        for (section, settings) in members(given) {
            for (name, value) in members(settings) {
                self.set(&section, &name, value, Source::Flag)
                    .with_context(|| flag(&section, &name))?;
            }
        }
        Ok(())
    }

    /// The configuration, and where its settings are from.
    pub fn finish(self) -> Result<(Config, Sources)> {
        let config = serde_json::from_value(Value::Object(self.given));
        Ok((config.context("the configuration")?, self.sources))
    }

    /// Gives a setting a value from a text. What its type accepts decides how the text is read: as
    /// it is, as a number or a truth value, or as a list with commas.
    fn set_text(&mut self, section: &str, name: &str, text: &str) -> Result<()> {
        let whole = self.set(section, name, json!(text), Source::Environment);
        let Err(refused) = whole else {
            return Ok(());
        };
        if let Ok(value @ (Value::Number(_) | Value::Bool(_))) = serde_json::from_str(text) {
            return self.set(section, name, value, Source::Environment);
        }
        let list: Vec<&str> = text.split(',').map(str::trim).collect();
        self.set(section, name, json!(list), Source::Environment)
            .map_err(|_| refused)
    }

    /// Gives a setting a value, if its type accepts that.
    fn set(&mut self, section: &str, name: &str, value: Value, source: Source) -> Result<()> {
        let alone = json!({ section: { name: value } });
        serde_path_to_error::deserialize::<_, Config>(alone.clone()).map_err(|error| {
            // The caller names the setting; only the place inside it is missing.
            let path = error.path().to_string();
            match path.strip_prefix(&format!("{section}.{name}")) {
                None | Some("") => anyhow!("{}", error.inner()),
                Some(inside) => anyhow!("{inside}: {}", error.inner()),
            }
        })?;
        for (section, settings) in members(alone) {
            let all = self.given.entry(section).or_insert_with(|| json!({}));
            if let Value::Object(all) = all {
                all.extend(members(settings));
            }
        }
        let place = (section.to_owned(), name.to_owned());
        self.sources.insert(place, source);
        Ok(())
    }
}

/// The environment variables of this program that are not empty.
pub fn ours(
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> Result<BTreeMap<String, String>> {
    let mut ours = BTreeMap::new();
    for (name, text) in environment {
        let Some(name) = name.to_str().filter(|name| is_setting(name)) else {
            continue;
        };
        let Some(text) = text.to_str() else {
            bail!("the environment variable {name} is not UTF-8");
        };
        if !text.is_empty() {
            ours.insert(name.to_owned(), text.to_owned());
        }
    }
    Ok(ours)
}

fn is_setting(name: &str) -> bool {
    let ours = name.strip_prefix(PREFIX);
    ours.is_some_and(|rest| !NOT_SETTINGS.iter().any(|other| rest.starts_with(other)))
}

/// The flag of a setting.
pub fn flag(section: &str, name: &str) -> String {
    let name = name.replace('_', "-");
    if section == PLAIN {
        format!("--{name}")
    } else {
        format!("--{section}-{name}")
    }
}

/// The environment variable of a setting.
pub fn variable(section: &str, name: &str) -> String {
    let name = name.to_uppercase();
    if section == PLAIN {
        format!("{PREFIX}{name}")
    } else {
        format!("{PREFIX}{}_{name}", section.to_uppercase())
    }
}

/// The members of a section, of which there are none in what is no object.
pub fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// An unknown name, and what it may be instead.
fn among<'a>(given: &str, names: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(given, names.clone()) {
        Some(near) => format!("`{given}`; did you mean `{near}`?"),
        None => {
            let names: Vec<&str> = names.collect();
            format!("`{given}`; there are: {}", names.join(", "))
        }
    }
}
