//! What `config.json` says about a network whose weights are in a safetensors file, as far as it
//! cannot be inferred from the shapes of the tensors.

use std::path::Path;

use serde::Deserialize;

use super::error::EncoderError;
use super::published::json;

/// The file in a source folder.
pub(super) const CONFIG: &str = "config.json";

/// A network of the BERT family.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Network {
    /// Its kind, which determines the names of its tensors. `Err` says why its weights cannot be
    /// read; the folder may still contain a ready-made graph.
    pub(super) kind: Result<Kind, String>,
    /// The number of attention heads.
    pub(super) heads: usize,
    /// What layer normalisation adds to the variance.
    pub(super) epsilon: f32,
    /// The number of positions in a text.
    pub(super) positions: Option<usize>,
    /// The row of the first position in the table of positions. In RoBERTa, it is the one after the
    /// id of the padding token.
    pub(super) first_position: usize,
}

/// A kind of network. All kinds compute the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// BERT itself, and RoBERTa.
    Bert,
    /// DistilBERT, whose tensors have other names, and which has no token types.
    DistilBert,
}

impl Default for Network {
    /// The network of all-MiniLM-L6-v2.
    fn default() -> Self {
        Self {
            kind: Ok(Kind::Bert),
            heads: 12,
            epsilon: 1e-12,
            positions: None,
            first_position: 0,
        }
    }
}

impl Network {
    /// What a folder's [`CONFIG`] says; `None` if there is no such file.
    ///
    /// # Errors
    /// [`EncoderError::Unsupported`] if it cannot be read; [`EncoderError::Io`].
    pub(super) fn of(dir: &Path) -> Result<Option<Self>, EncoderError> {
        let config: Option<Config> = json(&dir.join(CONFIG))?;
        Ok(config.as_ref().map(Config::network))
    }
}

/// The contents of the file that are needed.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Config {
    model_type: String,
    num_attention_heads: Option<usize>,
    n_heads: Option<usize>,
    layer_norm_eps: Option<f32>,
    hidden_act: Option<String>,
    activation: Option<String>,
    position_embedding_type: Option<String>,
    max_position_embeddings: Option<usize>,
    pad_token_id: Option<usize>,
}

impl Config {
    fn network(&self) -> Network {
        let roberta = matches!(
            self.model_type.as_str(),
            "roberta" | "xlm-roberta" | "camembert"
        );
        let first_position = if roberta {
            self.pad_token_id.unwrap_or(1).saturating_add(1)
        } else {
            0
        };
        let rows = self.max_position_embeddings;
        Network {
            kind: self.kind(roberta),
            heads: self.num_attention_heads.or(self.n_heads).unwrap_or(12),
            epsilon: self.layer_norm_eps.unwrap_or(1e-12),
            positions: rows.map(|rows| rows.saturating_sub(first_position)),
            first_position,
        }
    }

    fn kind(&self, roberta: bool) -> Result<Kind, String> {
        let kind = match self.model_type.as_str() {
            "bert" => Kind::Bert,
            "distilbert" => Kind::DistilBert,
            _ if roberta => Kind::Bert,
            other => return Err(format!("its model_type is '{other}'")),
        };
        let gelu = |name: &Option<String>| name.as_ref().filter(|name| *name != "gelu").cloned();
        if let Some(other) = gelu(&self.hidden_act).or_else(|| gelu(&self.activation)) {
            return Err(format!("its activation is '{other}'"));
        }
        match self.position_embedding_type.as_deref() {
            None | Some("absolute") => Ok(kind),
            Some(other) => Err(format!("its positions are '{other}'")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(config: &str) -> Network {
        let config: Config = serde_json::from_str(config).unwrap();
        config.network()
    }

    #[test]
    fn networks_that_compute_the_same_are_told_from_others() {
        let kind = |config: &str| network(config).kind;
        assert_eq!(kind(r#"{"model_type": "bert"}"#), Ok(Kind::Bert));
        assert_eq!(kind(r#"{"model_type": "camembert"}"#), Ok(Kind::Bert));
        let distilled = r#"{"model_type": "distilbert", "activation": "gelu"}"#;
        assert_eq!(kind(distilled), Ok(Kind::DistilBert));
        for (config, said) in [
            (r#"{"model_type": "mpnet"}"#, "mpnet"),
            (
                r#"{"model_type": "bert", "hidden_act": "gelu_new"}"#,
                "gelu_new",
            ),
            (
                r#"{"model_type": "bert", "position_embedding_type": "relative_key"}"#,
                "relative_key",
            ),
        ] {
            assert!(kind(config).unwrap_err().contains(said));
        }
    }

    #[test]
    fn the_positions_of_roberta_start_after_its_padding_token() {
        let of_roberta = r#"{"model_type": "xlm-roberta", "max_position_embeddings": 514,
            "num_attention_heads": 12, "layer_norm_eps": 1e-05, "pad_token_id": 1}"#;
        let network = network(of_roberta);
        assert_eq!((network.first_position, network.positions), (2, Some(512)));
        assert_eq!(network.epsilon, 1e-5);
    }

    #[test]
    fn a_padding_token_beyond_every_number_leaves_no_position() {
        let config = r#"{"model_type": "roberta", "max_position_embeddings": 514,
            "pad_token_id": 18446744073709551615}"#;
        assert_eq!(network(config).positions, Some(0));
    }
}
