//! `parallax search`.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use parallax::Query;
use parallax::backend::Backend;
use parallax::sent::Content;
use parallax::vocabulary::{Answer, Counted, Hit, Relation, SearchRequest, UNREAD};

#[cfg(feature = "qdrant")]
use super::qdrant::On;
use super::{Data, Ranking, make_pieces};
#[cfg(feature = "qdrant")]
use crate::config::Kind;

#[derive(Args)]
pub struct Search {
    /// The query; without it, or with *, records are listed in order
    #[arg(allow_hyphen_values = true, default_value = "")]
    query: String,
    /// The collection
    #[arg(long, value_name = "NAME")]
    collection: String,
    /// Maximum number of hits
    #[arg(long, default_value_t = 10)]
    limit: u32,
    /// Number of hits to skip
    #[arg(long, default_value_t = 0)]
    offset: u32,
    /// Facet to sort records by, such as year, or -year for descending order; only in mode text or
    /// without a query
    #[arg(long, value_name = "FIELD", allow_hyphen_values = true)]
    sort: Option<String>,
    /// Count all records that match, however many there are; otherwise up to 10,000
    #[arg(long)]
    exact_total: bool,
    #[cfg(feature = "qdrant")]
    #[command(flatten)]
    on: On,
    #[command(flatten)]
    ranking: Ranking,
    /// Print the API's response
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: Data,
}

impl Search {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        let collection = self.backend(model)?;
        let query = Query::try_from(&SearchRequest {
            limit: self.limit,
            offset: self.offset,
            sort: self.sort,
            track_total_hits: self.exact_total,
            ..self.ranking.request(self.query)
        })?;
        make_pieces(collection.encoder().encoder());
        let answer = collection.search(&query)?;
        let content = if self.json {
            Content::Original(&[])
        } else {
            Content::Readable
        };
        let answer = answer.sent(collection.schema(), content)?;
        if self.json {
            writeln!(out, "{}", serde_json::to_string_pretty(&answer)?)?;
        } else {
            print(out, &answer, self.offset)?;
        }
        Ok(())
    }

    fn backend(&self, model: &Path) -> Result<Arc<dyn Backend>> {
        #[cfg(feature = "qdrant")]
        if self.on.backend == Kind::Qdrant {
            return Ok(Arc::new(
                self.on.qdrant.collection(&self.collection, model)?,
            ));
        }
        let catalogue = self.data.open_existing(model)?;
        Ok(catalogue.collection(&self.collection)?)
    }
}

fn print(out: &mut dyn Write, answer: &Answer, offset: u32) -> Result<()> {
    for correction in &answer.corrections {
        writeln!(
            out,
            "no record contains '{}'; searched for '{}' instead (--as-typed turns this off)",
            printable(&correction.word),
            printable(&correction.instead)
        )?;
    }
    if answer.unread {
        writeln!(out, "{UNREAD}")?;
    } else if answer.fits == Some(false) {
        writeln!(
            out,
            "Nothing here matches well. These are only the nearest:"
        )?;
    }
    for (rank, hit) in (offset + 1..).zip(&answer.hits) {
        let facets: Vec<&str> = hit
            .facets
            .iter()
            .map(|facet| facet.value.as_str())
            .collect();
        writeln!(
            out,
            "{rank:>3}. {}  [{}] {}",
            printable(&hit.title),
            printable(&facets.join(", ")),
            evidence(hit)
        )?;
        let id = printable(&hit.id);
        match shown(hit) {
            Some(line) => writeln!(out, "     {id}: {}", printable(line))?,
            None => writeln!(out, "     {id}")?,
        }
    }
    let (shown, total) = (answer.hits.len(), answer.total);
    let counts = match answer.counted {
        Counted::Answers => format!("{shown} shown, {total} records match well"),
        Counted::AtLeast => format!("{shown} shown, at least {total} records match well"),
        Counted::Matching | Counted::All => match answer.total_relation {
            Relation::Equal => format!("{shown} of {total} records"),
            Relation::AtLeast => format!("{shown} of over {total} records"),
        },
    };
    let milliseconds = answer.timings.total.as_secs_f64() * 1_000.0;
    writeln!(out, "{counts}, {milliseconds:.1} ms")?;
    Ok(())
}

/// The most informative line of a hit's text: the first one, or the first of its passage if the
/// text is long.
fn shown(hit: &Hit) -> Option<&str> {
    let passage = hit.passage.clone();
    let passage = passage.and_then(|passage| hit.text.get(passage));
    passage.unwrap_or(&hit.text).lines().next()
}

/// Text that is safe to print on a terminal: control characters are removed.
pub(super) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// The scores and ranks of a hit.
fn evidence(hit: &Hit) -> String {
    let neural = hit.signals.neural.as_ref();
    let neural = neural.map(|s| format!("#{} by meaning ({:.3})", s.rank, s.score));
    let text = hit.signals.text.as_ref();
    let text = text.map(|s| format!("#{} by words ({:.2})", s.rank, s.score));
    let late = hit.signals.late_interaction;
    let late = late.map(|score| format!("late interaction {score:.3}"));
    let all: Vec<String> = neural.into_iter().chain(late).chain(text).collect();
    all.join(", ")
}
