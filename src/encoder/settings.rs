//! How a model turns a text into a vector, apart from its network: prefixes, length and pooling.
//!
//! In the format of sentence-transformers, several small files of the folder define this:
//! `modules.json` lists the steps, `1_Pooling/config.json` says how token vectors are combined,
//! `sentence_bert_config.json` how many tokens are read, and `config_sentence_transformers.json`
//! which prefixes the model was trained with. [`Settings::of`] reads them. Vectors are always
//! scaled to unit length, whether or not the folder has a step for it, because their dot product
//! must be a cosine; this does not change any ranking by cosine.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::EncoderError;
use super::network::Network;
use super::published::json;

/// How many tokens of a text are read, including special ones, if the model's folder does not say.
pub const MAX_TOKENS: usize = 256;

/// The maximum number of tokens that are read, whatever the model's folder says: the memory that
/// attention takes grows with its square.
pub(super) const LONGEST: usize = 8_192;

/// The names that sentence-transformers uses for the prompt of texts that are searched. The first
/// one that a model has counts.
const OF_PASSAGES: [&str; 3] = ["document", "passage", "corpus"];

/// How a text becomes a vector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// How the vectors of a text's tokens are combined.
    pub pooling: Pooling,
    /// The maximum number of tokens that are read, including special ones and those of the prefix.
    pub max_tokens: usize,
    /// What is put before a query.
    pub query_prefix: String,
    /// What is put before each text that is searched.
    pub passage_prefix: String,
    /// Whether texts are converted to lower case, whatever the tokenizer does.
    pub lower_case: bool,
    /// Whether a folder says how to pool. If it does not, the mean is assumed and tested.
    pub says_pooling: bool,
}

/// How the vectors of a text's tokens become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pooling {
    /// Their mean.
    Mean,
    /// The vector of the first token, `[CLS]`.
    First,
    /// The largest value of each component.
    Max,
}

impl Default for Settings {
    /// The settings of all-MiniLM-L6-v2.
    fn default() -> Self {
        Self {
            pooling: Pooling::Mean,
            max_tokens: MAX_TOKENS,
            query_prefix: String::new(),
            passage_prefix: String::new(),
            lower_case: false,
            says_pooling: false,
        }
    }
}

impl Settings {
    /// What the files of a folder say; the defaults if there are none.
    ///
    /// # Errors
    /// [`EncoderError::Unsupported`] for a model with steps or a pooling that are not supported;
    /// [`EncoderError::Io`].
    pub(super) fn of(dir: &Path) -> Result<Self, EncoderError> {
        let unsupported = |why: String| EncoderError::Unsupported {
            dir: dir.to_owned(),
            why,
        };
        let mut settings = Self::default();
        let modules: Option<Vec<Module>> = json(&dir.join("modules.json"))?;
        for module in modules.iter().flatten() {
            // The class at the end of a path such as sentence_transformers.models.Pooling.
            match module.kind.rsplit('.').next().unwrap_or_default() {
                "Transformer" if module.path.is_empty() => {}
                "Normalize" => {}
                "Pooling" => {
                    let path = dir.join(&module.path).join("config.json");
                    let config: Option<Map<String, Value>> = json(&path)?;
                    settings.pooling = pooling(&config.unwrap_or_default()).map_err(unsupported)?;
                    settings.says_pooling = true;
                }
                other => {
                    return Err(unsupported(format!(
                        "modules.json has a step {other}, and only a transformer in the folder \
                         itself, pooling and normalisation are supported"
                    )));
                }
            }
        }
        settings.read_prompts(dir)?;
        settings.read_length(dir)?;
        Ok(settings)
    }

    fn read_prompts(&mut self, dir: &Path) -> Result<(), EncoderError> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Config {
            prompts: Option<Map<String, Value>>,
            default_prompt_name: Option<String>,
        }
        let config: Option<Config> = json(&dir.join("config_sentence_transformers.json"))?;
        let config = config.unwrap_or_default();
        let prompts = config.prompts.unwrap_or_default();
        let prompt = |name: &str| prompts.get(name)?.as_str().map(str::to_owned);
        let default = config.default_prompt_name.as_deref().and_then(prompt);
        let passages = OF_PASSAGES.into_iter().find_map(prompt);
        let passages = passages.or_else(|| default.clone());
        self.query_prefix = prompt("query").or(default).unwrap_or_default();
        self.passage_prefix = passages.unwrap_or_default();
        Ok(())
    }

    fn read_length(&mut self, dir: &Path) -> Result<(), EncoderError> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Config {
            max_seq_length: Option<usize>,
            do_lower_case: bool,
        }
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct TokenizerConfig {
            // Some files have 1e30 here, which means that there is no limit.
            model_max_length: Option<f64>,
        }
        let network = Network::of(dir)?;
        let config: Option<Config> = json(&dir.join("sentence_bert_config.json"))?;
        let config = config.unwrap_or_default();
        self.lower_case = config.do_lower_case;
        let of_tokenizer: Option<TokenizerConfig> = json(&dir.join("tokenizer_config.json"))?;
        let of_tokenizer = of_tokenizer.and_then(|config| config.model_max_length);
        let of_tokenizer = of_tokenizer.map(|length| length as usize);
        let positions = network.and_then(|network| network.positions);
        let length = config.max_seq_length.or(of_tokenizer);
        let length = length.or(positions).unwrap_or(MAX_TOKENS);
        let length = positions.map_or(length, |positions| length.min(positions));
        self.max_tokens = length.min(LONGEST);
        Ok(())
    }
}

/// A step in modules.json.
#[derive(Deserialize)]
struct Module {
    #[serde(default)]
    path: String,
    #[serde(rename = "type")]
    kind: String,
}

/// The pooling that a configuration asks for: by name or, in older files, by one flag for each
/// kind.
fn pooling(config: &Map<String, Value>) -> Result<Pooling, String> {
    let mut asked: Vec<&str> = match config.get("pooling_mode") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => {
            let flags = config.iter().filter(|(_, set)| **set == Value::Bool(true));
            let names = flags.filter_map(|(name, _)| name.strip_prefix("pooling_mode_"));
            names.collect()
        }
    };
    if config.get("include_prompt") == Some(&Value::Bool(false)) {
        return Err("its pooling leaves the prompt out, which is not supported".into());
    }
    if asked.is_empty() {
        asked.push("mean");
    }
    match asked.as_slice() {
        // This is the mean divided by another number, which has the same direction.
        ["mean" | "mean_tokens" | "mean_sqrt_len_tokens"] => Ok(Pooling::Mean),
        ["cls" | "cls_token"] => Ok(Pooling::First),
        ["max" | "max_tokens"] => Ok(Pooling::Max),
        others => Err(format!(
            "its pooling is {}, and only one of mean, cls and max is supported",
            others.join(" and ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A folder with these files.
    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    const STEPS: &str = r#"[{"path": "", "type": "sentence_transformers.models.Transformer"},
        {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]"#;

    #[test]
    fn a_folder_without_these_files_has_the_defaults() {
        let settings = Settings::of(folder(&[]).path()).unwrap();
        assert_eq!(settings, Settings::default());
    }

    #[test]
    fn pooling_is_what_the_folder_says_in_old_and_new_files() {
        for (config, expected) in [
            (r#"{"pooling_mode_mean_tokens": true}"#, Pooling::Mean),
            (
                r#"{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}"#,
                Pooling::First,
            ),
            (r#"{"pooling_mode": "cls"}"#, Pooling::First),
            (r#"{"pooling_mode": ["max"]}"#, Pooling::Max),
            (
                r#"{"pooling_mode_mean_sqrt_len_tokens": true}"#,
                Pooling::Mean,
            ),
            (r#"{"word_embedding_dimension": 8}"#, Pooling::Mean),
        ] {
            let folder = folder(&[("modules.json", STEPS), ("1_Pooling/config.json", config)]);
            let settings = Settings::of(folder.path()).unwrap();
            assert_eq!((settings.pooling, settings.says_pooling), (expected, true));
        }
        for config in [
            r#"{"pooling_mode_cls_token": true, "pooling_mode_max_tokens": true}"#,
            r#"{"pooling_mode": "lasttoken"}"#,
            r#"{"pooling_mode": "mean", "include_prompt": false}"#,
        ] {
            let folder = folder(&[("modules.json", STEPS), ("1_Pooling/config.json", config)]);
            let error = Settings::of(folder.path()).unwrap_err().to_string();
            assert!(error.contains("its pooling"), "{error}");
        }
    }

    #[test]
    fn an_unknown_step_is_named() {
        let steps = STEPS.replace("Pooling\"}", "Pooling\"}, {\"type\": \"a.models.Dense\"}");
        let folder = folder(&[("modules.json", &steps)]);
        let error = Settings::of(folder.path()).unwrap_err().to_string();
        assert!(error.contains("Dense"), "{error}");
    }

    #[test]
    fn prefixes_are_found_by_the_names_of_sentence_transformers() {
        let prefixes = |config: &str| {
            let folder = folder(&[("config_sentence_transformers.json", config)]);
            let settings = Settings::of(folder.path()).unwrap();
            (settings.query_prefix, settings.passage_prefix)
        };
        let both = r#"{"prompts": {"query": "query: ", "passage": "passage: "}}"#;
        assert_eq!(prefixes(both), ("query: ".into(), "passage: ".into()));
        let one = r#"{"prompts": {"query": "ask: ", "other": "x"}, "default_prompt_name": null}"#;
        assert_eq!(prefixes(one), ("ask: ".into(), String::new()));
        let default = r#"{"prompts": {"any": "text: "}, "default_prompt_name": "any"}"#;
        assert_eq!(prefixes(default), ("text: ".into(), "text: ".into()));
    }

    #[test]
    fn the_length_is_the_smallest_of_what_is_asked_and_possible() {
        let config = r#"{"model_type": "xlm-roberta", "num_attention_heads": 2, "pad_token_id": 1,
            "max_position_embeddings": 514}"#;
        let tokenizer = ("tokenizer_config.json", r#"{"model_max_length": 1e30}"#);
        let length =
            |files: &[(&str, &str)]| Settings::of(folder(files).path()).unwrap().max_tokens;
        assert_eq!(length(&[tokenizer]), LONGEST);
        assert_eq!(length(&[("config.json", config)]), 512);
        assert_eq!(length(&[("config.json", config), tokenizer]), 512);
        let own = ("sentence_bert_config.json", r#"{"max_seq_length": 128}"#);
        assert_eq!(length(&[("config.json", config), tokenizer, own]), 128);
        let own = ("sentence_bert_config.json", r#"{"max_seq_length": 8192}"#);
        assert_eq!(length(&[("config.json", config), own]), 512);
    }
}
