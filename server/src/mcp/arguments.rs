//! The arguments of the tools. Their descriptions are part of the schemas that assistants read.

use parallax::vocabulary::Mode;
use parallax::vocabulary::limits::{MAX_FEEDBACK, MAX_QUERY_CHARS};
use parallax_app::Problem;
use rmcp::model::JsonObject;
use rmcp::schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The most hits in one answer. More would only fill the assistant's context.
pub const MAX_HITS: u32 = 20;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub struct Search {
    /// The collection, as named by list_collections. Without it, the default collection.
    pub collection: Option<String>,
    /// What to look for: a description in your own words, a question, or key words. "Words in
    /// quotes" must occur as a phrase, a word after a hyphen (-draft) must not occur, and field:word
    /// searches one field. If empty, records are listed in order, for browsing with a filter.
    #[serde(default)]
    #[schemars(length(max = MAX_QUERY_CHARS))]
    pub q: String,
    /// How to rank.
    #[serde(default)]
    pub mode: By,
    /// Conditions that all hits must meet, each "field:value" with a field and a value from the tool
    /// fields. "city:Berlin|Oslo" means either, "city:*" any value, "-city:Berlin" not this one.
    /// Numbers and dates have ranges: "year:2001..2010", "price:>=10", "day:2024-05".
    #[serde(default)]
    pub filter: Vec<String>,
    /// The maximum number of hits.
    #[serde(default = "few")]
    #[schemars(range(min = 1, max = MAX_HITS))]
    pub limit: u32,
    /// Whether each hit includes the parts that its scores consist of, word by word. Slower; use it
    /// to explain a ranking.
    #[serde(default)]
    pub explain: bool,
}

/// How a search ranks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(crate = "rmcp::schemars")]
pub enum By {
    /// By meaning: finds records that say the same in other words.
    Neural,
    /// By words (BM25): for names, codes and exact terms.
    Text,
    /// By both: the best choice unless there is a reason for another.
    #[default]
    Hybrid,
}

impl From<By> for Mode {
    fn from(by: By) -> Self {
        match by {
            By::Neural => Self::Neural,
            By::Text => Self::Text,
            By::Hybrid => Self::Hybrid,
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub struct Similar {
    /// The collection of the record. Without it, the default collection.
    pub collection: Option<String>,
    /// The id of the record, from a hit.
    pub id: String,
    /// Conditions that all hits must meet, as in search.
    #[serde(default)]
    pub filter: Vec<String>,
    /// The maximum number of hits.
    #[serde(default = "few")]
    #[schemars(range(min = 1, max = MAX_HITS))]
    pub limit: u32,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub struct Recommend {
    /// The collection of the records. Without it, the default collection.
    pub collection: Option<String>,
    /// Ids of records to find similar ones to, from hits. Needed unless there is a text.
    #[serde(default)]
    #[schemars(length(max = MAX_FEEDBACK))]
    pub like: Vec<String>,
    /// Ids of records to avoid similar ones to.
    #[serde(default)]
    #[schemars(length(max = MAX_FEEDBACK))]
    pub dislike: Vec<String>,
    /// A text that the recommended records should also be near to.
    #[schemars(length(max = MAX_QUERY_CHARS))]
    pub text: Option<String>,
    /// Conditions that all hits must meet, as in search.
    #[serde(default)]
    pub filter: Vec<String>,
    /// The maximum number of hits.
    #[serde(default = "few")]
    #[schemars(range(min = 1, max = MAX_HITS))]
    pub limit: u32,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub struct Question {
    /// A collection of questions and answers: one with answers_questions in list_collections.
    /// Without it, the default collection.
    pub collection: Option<String>,
    /// The question, in your own words.
    #[schemars(length(min = 1, max = MAX_QUERY_CHARS))]
    pub q: String,
    /// Conditions that the pair must meet, as in search.
    #[serde(default)]
    pub filter: Vec<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub struct OfCollection {
    /// The collection. Without it, the default collection.
    pub collection: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub struct Nothing {}

fn few() -> u32 {
    5
}

/// Reads the arguments of a tool.
///
/// # Errors
/// What is wrong with them, naming the argument.
pub fn read<T: DeserializeOwned>(arguments: JsonObject) -> Result<T, Problem> {
    serde_path_to_error::deserialize(Value::Object(arguments)).map_err(|error| {
        let path = error.path().to_string();
        let place = match path.as_str() {
            "." | "?" => "the arguments".to_owned(),
            path => format!("the argument {path}"),
        };
        bad(format!("{place}: {}", error.inner()))
    })
}

/// Checks a number of hits.
///
/// # Errors
/// If it is not allowed.
pub fn check_limit(limit: u32) -> Result<(), Problem> {
    if (1..=MAX_HITS).contains(&limit) {
        return Ok(());
    }
    Err(bad(format!(
        "limit is {limit}; it must be between 1 and {MAX_HITS}"
    )))
}

fn bad(message: String) -> Problem {
    Problem {
        code: "bad_query".into(),
        message,
    }
}
