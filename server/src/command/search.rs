//! `parallax search`.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use clap::Args;
use parallax_app::wire::{Hit, SearchRequest, SearchResponse};

use super::{Data, Ranking};
use crate::wire::{self, Payload};

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
        let query = wire::query(&SearchRequest {
            limit: self.limit,
            offset: self.offset,
            sort: self.sort,
            ..self.ranking.request(self.query)
        })?;
        let catalogue = self.data.open_existing(model)?;
        let collection = catalogue.collection(&self.collection)?;
        let answer = collection.search(&query)?;
        let payload = if self.json {
            Payload::Sent
        } else {
            Payload::Left
        };
        let response = wire::response(&collection, answer, payload, &[])?;
        if self.json {
            writeln!(out, "{}", serde_json::to_string_pretty(&response)?)?;
        } else {
            print(out, &response, self.offset)?;
        }
        Ok(())
    }
}

fn print(out: &mut dyn Write, response: &SearchResponse, offset: u32) -> Result<()> {
    for correction in &response.corrections {
        writeln!(
            out,
            "no record contains '{}'; searched for '{}' instead (--as-typed turns this off)",
            printable(&correction.word),
            printable(&correction.instead)
        )?;
    }
    if let Some(unread) = &response.unread {
        writeln!(out, "{unread}")?;
    } else if response.fits == Some(false) {
        writeln!(
            out,
            "Nothing here matches well. These are only the nearest:"
        )?;
    }
    for (rank, hit) in (offset + 1..).zip(&response.hits) {
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
    let (shown, total) = (response.hits.len(), response.total);
    let counts = match response.counted.as_str() {
        "answers" => format!("{shown} shown, {total} records match well"),
        "at_least" => format!("{shown} shown, at least {total} records match well"),
        _ => format!("{shown} of {total} records"),
    };
    writeln!(out, "{counts}, {:.1} ms", response.timings.total_ms)?;
    Ok(())
}

/// The most informative line of a hit's text: the first one, or the first of its passage if the
/// text is long.
fn shown(hit: &Hit) -> Option<&str> {
    let passage = hit.passage.map(|(start, end)| start as usize..end as usize);
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
    let both: Vec<String> = neural.into_iter().chain(text).collect();
    both.join(", ")
}
