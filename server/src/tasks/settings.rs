//! What an operator can limit about imports.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The section `[tasks]`: the limits of imports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The largest upload, in bytes as sent.
    pub max_upload_bytes: u64,
    /// The most bytes that an upload may unpack to, however small it is.
    pub max_unpacked_bytes: u64,
    /// How many imports may be received or wait at the same time.
    pub max_waiting: usize,
    /// How many bytes the uploads of all imports that are not over may have together.
    pub max_spooled_bytes: u64,
    /// After how many seconds without a byte an upload is given up.
    pub abandoned_after_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_upload_bytes: 8 << 30,
            max_unpacked_bytes: 64 << 30,
            max_waiting: 100,
            max_spooled_bytes: 32 << 30,
            abandoned_after_seconds: 24 * 60 * 60,
        }
    }
}

impl Settings {
    /// After which time without a byte an upload is given up.
    pub fn abandoned_after(&self) -> Duration {
        Duration::from_secs(self.abandoned_after_seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_given_is_the_default_and_a_misspelt_name_is_refused() {
        let read = |text: &str| serde_json::from_str::<Settings>(text);
        assert_eq!(read("{}").unwrap(), Settings::default());
        let given = read(r#"{"max_waiting": 3}"#).unwrap();
        assert_eq!(given.max_waiting, 3);
        let defaults = Settings::default();
        assert_eq!(given.max_upload_bytes, defaults.max_upload_bytes);
        assert!(read(r#"{"max_wating": 3}"#).is_err());
    }
}
