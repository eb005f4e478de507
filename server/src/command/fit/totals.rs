//! The totals and facet counts of genuine queries.

use std::io::Write;

use anyhow::Result;
use parallax::vocabulary::Condition;
use parallax::{Collection, Mode, Query};

/// How many values of a facet are compared with the total under a filter on that value.
const VALUES: usize = 3;

/// Prints, for the modes that use meaning, the median total of some queries, and for how many of
/// them each facet count equals the total under a filter on that value.
pub fn print(collection: &Collection, queries: &[String], out: &mut dyn Write) -> Result<()> {
    let records = collection.generation().records();
    for mode in [Mode::Neural, Mode::Hybrid] {
        let mut totals = Vec::with_capacity(queries.len());
        let mut agreeing = 0;
        for text in queries {
            let (total, agrees) = ask(collection, text, mode)?;
            totals.push(total);
            agreeing += usize::from(agrees);
        }
        totals.sort_unstable();
        let median = totals.get(totals.len() / 2).copied().unwrap_or_default();
        writeln!(
            out,
            "answers to genuine queries, {mode}: median total {median} of {records} records, \
             {:.2} %; facet counts agree with it on {agreeing} of {}",
            f64::from(median) / f64::from(records.max(1)) * 100.0,
            queries.len()
        )?;
    }
    Ok(())
}

/// The total of a query, and whether its facet counts agree with filtered totals.
fn ask(collection: &Collection, text: &str, mode: Mode) -> Result<(u32, bool)> {
    let facets = &collection.schema().facets;
    let query = Query {
        mode,
        limit: 1,
        operators: false,
        facets: facets.iter().map(|facet| facet.field.clone()).collect(),
        ..Query::new(text)
    };
    let answer = collection.search(&query)?;
    let mut agrees = true;
    for counts in &answer.facets {
        for counted in counts.values.iter().take(VALUES) {
            let condition = Condition::equals(&*counts.field, &*counted.value);
            let filtered = collection.search(&Query {
                filters: vec![condition.into()],
                ..query.clone()
            })?;
            agrees &= filtered.total == counted.count;
        }
    }
    Ok((answer.total, agrees))
}
