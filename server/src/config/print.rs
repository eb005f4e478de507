//! Prints the configuration as a file that has the same effect.

use std::fmt::Write;

use anyhow::{Context, Result};
use serde_json::Value;

use super::layers::{Source, flag, members, variable};
use super::load::Loaded;

impl Loaded {
    /// The configuration in TOML, with a comment beside each setting that tells where it is from.
    ///
    /// # Errors
    /// If a setting cannot be written, such as a path that is not UTF-8.
    pub fn toml(&self) -> Result<String> {
        let config = serde_json::to_value(&self.config).context("the configuration")?;
        let mut text = String::new();
        for (section, settings) in members(config) {
            let gap = if text.is_empty() { "" } else { "\n" };
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{gap}[{section}]");
            for (name, value) in members(settings) {
                let from = self.origin(&section, &name);
                let _ = match value {
                    Value::Null => writeln!(text, "# {name} is not set"),
                    value => {
                        let value = toml::Value::try_from(value);
                        let value = value.with_context(|| format!("`{section}.{name}`"))?;
                        writeln!(text, "{name} = {value} # {from}")
                    }
                };
            }
        }
        Ok(text)
    }

    fn origin(&self, section: &str, name: &str) -> String {
        let place = (section.to_owned(), name.to_owned());
        match self.sources.get(&place) {
            None => "default".into(),
            Some(Source::File) => match &self.file {
                Some(file) => format!("file {}", file.display()),
                None => "file".into(),
            },
            Some(Source::Environment) => format!("environment {}", variable(section, name)),
            Some(Source::Flag) => format!("flag {}", flag(section, name)),
        }
    }
}
