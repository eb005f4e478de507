//! The tools: what assistants are told about each, and what each does.

use std::sync::LazyLock;

use parallax::backend::Backend;
use parallax::sent::Content;
use parallax::vocabulary::limits::MAX_SUGGESTED_BYTES;
use parallax::vocabulary::{Condition, FacetCounts, Mode, SearchRequest, SimilarRequest};
use parallax::{Feedback, Filter};
use parallax_app::Problem;
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use rmcp::schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::arguments::{
    Nothing, OfCollection, Question, Recommend, Search, Similar, check_limit, read,
};
use super::results::{
    Collections, FacetField, Fields, Found, Listed, Recommended, Replied, ValueCount,
};
use super::text::Told;
use crate::problem::internal;
use crate::service::{Reader, Service};

/// How many values of a facet are listed.
const VALUES: usize = 20;

/// The tools, over a service.
#[derive(Clone)]
pub struct Tools {
    pub(super) service: Service,
}

impl Tools {
    /// The tools over the collections that a service may see.
    pub fn new(service: Service) -> Self {
        Self { service }
    }
}

/// The result of a tool: its structured content, and the same as text.
pub struct Outcome {
    pub data: Value,
    pub text: String,
}

/// All tools.
pub fn all() -> &'static [Tool] {
    static TOOLS: LazyLock<Vec<Tool>> = LazyLock::new(|| {
        vec![
            tool::<Nothing, Collections>(
                "list_collections",
                "List collections",
                "Lists the collections that can be searched, with their size and the fields to \
                 filter by. Call it first.",
            ),
            tool::<OfCollection, Fields>(
                "fields",
                "Fields of a collection",
                "Lists the fields of a collection: which are searched, and which can be filtered \
                 by, with the kind and the most frequent values of each. Call it before you use a \
                 filter.",
            ),
            tool::<Search, Found>(
                "search",
                "Search",
                "Finds records by meaning, by words or by both, and says why each was found: rank \
                 and cosine by meaning, rank and BM25 score by words, and the matched words. Read \
                 the notes: they say if nothing matches well.",
            ),
            tool::<Similar, Found>(
                "similar",
                "Similar records",
                "Finds the records most similar in meaning to a given one, named by its id.",
            ),
            tool::<Recommend, Found>(
                "recommend",
                "Recommend records",
                "Recommends records that are similar to some records and unlike others, and says \
                 how similar each is to every example.",
            ),
            tool::<Question, Replied>(
                "answer",
                "Answer a question",
                "Answers a question from a collection of questions and answers, if it contains \
                 that question in other words. Otherwise the answer is null, and the nearest \
                 questions are listed.",
            ),
        ]
    });
    &TOOLS
}

fn tool<A: JsonSchema + 'static, R: JsonSchema + 'static>(
    name: &'static str,
    title: &str,
    description: &'static str,
) -> Tool {
    let annotations = ToolAnnotations::with_title(title)
        .read_only(true)
        .destructive(false)
        .idempotent(true)
        .open_world(false);
    Tool::new(name, description, JsonObject::new())
        .with_title(title)
        .with_input_schema::<A>()
        .with_output_schema::<R>()
        .with_annotations(annotations)
}

impl Tools {
    /// Runs a tool.
    ///
    /// # Errors
    /// What to tell the caller.
    pub(super) async fn run(&self, name: &str, arguments: JsonObject) -> Result<Outcome, Problem> {
        match name {
            "list_collections" => {
                let Nothing {} = read(arguments)?;
                tell(&self.list_collections().await?)
            }
            "fields" => tell(&self.fields(read(arguments)?).await?),
            "search" => tell(&self.search(read(arguments)?).await?),
            "similar" => tell(&self.similar(read(arguments)?).await?),
            "recommend" => tell(&self.recommend(read(arguments)?).await?),
            "answer" => tell(&self.answer(read(arguments)?).await?),
            other => {
                let names: Vec<&str> = all().iter().map(|tool| tool.name.as_ref()).collect();
                Err(Problem {
                    code: "not_found".into(),
                    message: format!(
                        "there is no tool '{other}'; there are: {}",
                        names.join(", ")
                    ),
                })
            }
        }
    }

    async fn list_collections(&self) -> Result<Collections, Problem> {
        let all = self.service.collections().await?;
        Ok(Collections {
            collections: all.into_iter().map(Listed::from).collect(),
        })
    }

    async fn fields(&self, asked: OfCollection) -> Result<Fields, Problem> {
        self.service
            .with_collection(asked.collection, fields_of)
            .await
    }

    async fn search(&self, asked: Search) -> Result<Found, Problem> {
        check_limit(asked.limit)?;
        let request = SearchRequest {
            mode: Mode::from(asked.mode).name().into(),
            filter: asked.filter,
            limit: asked.limit,
            explain: asked.explain,
            ..SearchRequest::new(asked.q)
        };
        let answer =
            self.service
                .search_with(asked.collection, request, Vec::new(), Reader::Person);
        Ok(answer.await?.into())
    }

    async fn similar(&self, asked: Similar) -> Result<Found, Problem> {
        check_limit(asked.limit)?;
        let request = SimilarRequest {
            id: asked.id,
            filter: asked.filter,
            limit: asked.limit,
            offset: 0,
            fields: Vec::new(),
        };
        let answer = self
            .service
            .similar_with(asked.collection, request, Reader::Person);
        Ok(answer.await?.into())
    }

    async fn recommend(&self, asked: Recommend) -> Result<Found, Problem> {
        check_limit(asked.limit)?;
        let work = move |collection: &dyn Backend| {
            let filters = Filter::from_texts(&asked.filter)?;
            let feedback = Feedback {
                like: asked.like,
                dislike: asked.dislike,
                text: asked.text,
            };
            let limit = asked.limit as usize;
            let recommended = collection.recommend(&feedback, limit, 0, &filters)?;
            recommended.sent(collection.schema(), Content::Readable)
        };
        // The words that records share are looked for in their texts.
        let recommended = self
            .service
            .with_collection_thoroughly(asked.collection, work)
            .await?;
        let mut found = Found::from(recommended.answer);
        for (hit, reason) in found.hits.iter_mut().zip(recommended.reasons) {
            hit.reason = Some(Recommended::from(reason));
        }
        Ok(found)
    }

    async fn answer(&self, asked: Question) -> Result<Replied, Problem> {
        let work = move |collection: &dyn Backend| {
            let filters = Filter::from_texts(&asked.filter)?;
            let reply = collection.ask(&asked.q, filters)?;
            reply.sent(collection.schema(), Content::Readable)
        };
        let reply = self
            .service
            .with_collection_encoding(asked.collection, work)
            .await?;
        Ok(reply.into())
    }
}

fn tell<T: Serialize + Told>(result: &T) -> Result<Outcome, Problem> {
    let data = serde_json::to_value(result).map_err(|error| {
        tracing::error!(%error, "a tool's result cannot be written");
        internal()
    })?;
    Ok(Outcome {
        data,
        text: result.told(),
    })
}

fn fields_of(collection: &dyn Backend) -> parallax::Result<Fields> {
    let roles = collection.schema().roles();
    let facets = collection.facet_counts()?;
    Ok(Fields {
        collection: collection.name().to_string(),
        records: collection.records()?,
        fields: collection.known_fields()?,
        title: roles.title,
        texts: roles.texts,
        facets: facets.into_iter().map(facet).collect(),
    })
}

fn facet(counts: FacetCounts) -> FacetField {
    let all = counts.values.len();
    let short = counts.values.into_iter();
    let short = short.filter(|count| count.value.len() <= MAX_SUGGESTED_BYTES);
    let values = short.take(VALUES).map(|count| ValueCount {
        value: count.value,
        count: count.count,
    });
    let values: Vec<ValueCount> = values.collect();
    let example = values.first();
    let filter =
        example.map(|first| Condition::equals(counts.field.as_str(), first.value.as_str()));
    FacetField {
        kind: counts.kind.name(),
        more: counts.more + (all - values.len()) as u32,
        filter: filter.map(|filter| filter.to_string()),
        field: counts.field,
        values,
    }
}
