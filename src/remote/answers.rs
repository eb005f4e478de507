//! Which of all records are answers, when only some were gathered: their number, and the values of their facets.

use std::collections::HashMap;
use std::ops::Bound;

use super::Remote;
use super::gather::Gathered;
use super::index::{By, Reach, Reached, Reads, RemoteFilter};
use super::keys::{PRESENT, on_axis, value_of};
use crate::error::Result;
use crate::filter::{FacetValue, Filter};
use crate::query::{
    Answer, Bucket, Counted, FacetCounts, MAX_COUNTED, MAX_FACET_VALUES, Query, Relation,
};
use crate::search::{
    Best, Extent, asked_facets, check_values, counts, facet_of, intervals, others,
};
use crate::vocabulary::{FacetKind, FacetOptions};

/// How many records that score well enough are asked for at first. Qdrant keeps the best of all records that it
/// scores, as many as are asked for: 2,000 of 40,474 take it 1 ms more than 150, and 10,000 take it 13 ms more.
const FEW: usize = 2_000;

/// The records near enough to a query, and those that contain all of its words.
pub(super) struct NearEnough {
    records: Vec<Reached>,
    /// Whether there may be more.
    cut: bool,
}

/// The records among which values are counted.
enum Among<'a> {
    /// Those that pass on the cluster.
    Passing(RemoteFilter),
    /// The records given.
    These(&'a [Reached]),
}

impl Remote {
    /// How many records have each value of each facet: see [`crate::Collection::facet_counts`].
    ///
    /// # Errors
    /// [`crate::Error::Cluster`].
    pub fn facet_counts(&self) -> Result<Vec<FacetCounts>> {
        let everything = Among::Passing(RemoteFilter::NONE);
        let all = FacetOptions {
            prefix: String::new(),
            values: MAX_FACET_VALUES,
            buckets: 0,
        };
        let facets = 0..self.schema().facets.len();
        facets
            .map(|facet| self.values_of(facet, Counted::All, &everything, &all))
            .collect()
    }

    /// The values of a facet: see [`crate::Collection::facet_values`].
    ///
    /// # Errors
    /// As there; [`crate::Error::Cluster`].
    pub fn facet_values(
        &self,
        field: &str,
        prefix: &str,
        limit: usize,
        filters: &[Filter],
    ) -> Result<FacetCounts> {
        check_values(prefix, limit)?;
        let facet = facet_of(self.schema(), "search", field)?;
        let (filter, _) = self.resolved(&others(filters, field))?;
        let asked = FacetOptions {
            prefix: prefix.to_owned(),
            values: limit,
            buckets: 0,
        };
        self.values_of(facet, Counted::All, &Among::Passing(filter), &asked)
    }

    /// Corrects the total of an answer. Returns the answers by meaning if they were asked for.
    pub(super) fn count_answers(
        &self,
        query: &Query,
        gathered: &Gathered,
        answer: &mut Answer,
    ) -> Result<Option<NearEnough>> {
        let matching = match answer.counted {
            Counted::All => RemoteFilter::NONE,
            Counted::Matching => RemoteFilter::Terms(gathered.terms.clone()),
            Counted::Answers | Counted::AtLeast => {
                return self.count_near(query, gathered, answer);
            }
        };
        if gathered.all {
            return Ok(None);
        }
        if !gathered.decided {
            // The cluster would count some that do not pass.
            answer.total_relation = Relation::AtLeast;
            return Ok(None);
        }
        let (counted, is_all) = self.count_up(query, gathered.filter.clone().and(matching))?;
        let is_listed = answer.counted == Counted::All;
        answer.total = match is_listed {
            true => counted,
            // Some are found only here.
            false => answer.total.max(counted),
        };
        let is_exact = is_all && (is_listed || !gathered.in_sequence);
        answer.total_relation = match is_exact {
            true => Relation::Equal,
            false => Relation::AtLeast,
        };
        Ok(None)
    }

    /// How many records pass a filter, and whether these are all: in a large collection, counting stops where it
    /// does in a folder, because it takes time for each record.
    fn count_up(&self, query: &Query, filter: RemoteFilter) -> Result<(u32, bool)> {
        if !self.index.scans() && !query.exact_total && filter != RemoteFilter::NONE {
            let estimate = self.index.counts(std::slice::from_ref(&filter), false)?;
            if estimate
                .first()
                .is_some_and(|&count| count > u64::from(MAX_COUNTED))
            {
                return Ok((MAX_COUNTED, false));
            }
        }
        Ok((self.count(filter)?, true))
    }

    fn count_near(
        &self,
        query: &Query,
        gathered: &Gathered,
        answer: &mut Answer,
    ) -> Result<Option<NearEnough>> {
        let facets = !query.facets.is_empty();
        let near = match gathered.all && !facets {
            true => None,
            false => Some(self.near_enough(gathered, &gathered.filter, facets)?),
        };
        let cut = near.as_ref().is_some_and(|near| near.cut);
        let is_exact = gathered.all || gathered.decided && !cut && !gathered.in_sequence;
        (answer.counted, answer.total_relation) = match is_exact {
            true => (Counted::Answers, Relation::Equal),
            false => (Counted::AtLeast, Relation::AtLeast),
        };
        if let Some(near) = near.as_ref().filter(|_| gathered.decided && !gathered.all) {
            let counted = near.records.len() as u32;
            answer.total = match gathered.in_sequence {
                // In the gathered records, sequences were checked.
                true => answer.total.max(counted),
                false => counted,
            };
        }
        Ok(near)
    }

    /// The answers to a query by meaning that pass a filter.
    fn near_enough(
        &self,
        gathered: &Gathered,
        filter: &RemoteFilter,
        facets: bool,
    ) -> Result<NearEnough> {
        let limit = MAX_COUNTED as usize;
        let reads = match facets {
            true => Reads::Facets,
            false => Reads::Nothing,
        };
        let known = gathered.near.as_ref();
        let known = known.filter(|near| *filter == gathered.filter && (near.has_facets || !facets));
        let mut reaches = Vec::new();
        if known.is_none()
            && let (Some(vector), Some(line)) = (&gathered.vector, gathered.excerpt.line())
        {
            reaches.push(Reach {
                by: Some(By::Meaning(vector)),
                least: line,
                filter,
                limit,
                reads,
            });
        }
        let all = gathered.holding_all.clone();
        let holding = all.map(|all| filter.clone().and(all));
        reaches.extend(holding.iter().map(|filter| Reach {
            by: None,
            least: 0.0,
            filter,
            limit,
            reads,
        }));
        let reached = self.reached(reaches)?;
        let cut = !self.index.scans() || reached.iter().any(|reached| reached.len() >= limit);
        let reached = reached.into_iter().flatten();
        let mut near: Vec<Reached> = reached
            .chain(known.into_iter().flat_map(|near| near.reached.clone()))
            .collect();
        near.sort_unstable_by_key(|reached| reached.number);
        near.dedup_by_key(|reached| reached.number);
        Ok(NearEnough { records: near, cut })
    }

    /// The records that score well enough, for each question.
    pub(super) fn reached(&self, reaches: Vec<Reach<'_>>) -> Result<Vec<Vec<Reached>>> {
        let mut few = reaches.clone();
        for reach in &mut few {
            reach.limit = reach.limit.min(FEW);
        }
        let reached = self.index.reached(&few)?;
        let mut of_each = reached.iter().zip(&few).zip(&reaches);
        let is_all = of_each
            .all(|((reached, few), asked)| reached.len() < few.limit || few.limit == asked.limit);
        match is_all {
            true => Ok(reached),
            false => self.index.reached(&reaches),
        }
    }

    /// Counts the facets that a query asks for among its answers, of which `near` are those by meaning, if
    /// they are known.
    ///
    /// # Errors
    /// [`crate::Error::BadQuery`] for a field that is not a facet; [`crate::Error::Cluster`].
    pub(super) fn count_facets(
        &self,
        query: &Query,
        gathered: &Gathered,
        counted: Counted,
        near: Option<NearEnough>,
    ) -> Result<Vec<FacetCounts>> {
        let asked = asked_facets(self.schema(), &query.facets)?;
        let mut known = near;
        let count = |facet: usize| {
            let field = self.schema().facets.get(facet);
            let others = others(&gathered.filters, field.map_or("", |field| &field.field));
            let is_wider = others.len() < gathered.filters.len();
            let filter = match is_wider {
                true => self.resolved(&others)?.0.and(gathered.conditions.clone()),
                false => gathered.filter.clone(),
            };
            let own;
            let among = match counted {
                Counted::All => Among::Passing(filter),
                Counted::Matching => Among::Passing(filter.and(gathered.matching())),
                Counted::Answers | Counted::AtLeast if is_wider => {
                    own = self.near_enough(gathered, &filter, true)?;
                    Among::These(&own.records)
                }
                Counted::Answers | Counted::AtLeast => {
                    let near = match known.take() {
                        Some(near) => near,
                        None => self.near_enough(gathered, &filter, true)?,
                    };
                    Among::These(&known.insert(near).records)
                }
            };
            self.values_of(facet, counted, &among, &query.facet_options)
        };
        asked.into_iter().map(count).collect()
    }

    /// Counts the values of a facet.
    fn values_of(
        &self,
        facet: usize,
        counted: Counted,
        among: &Among<'_>,
        asked: &FacetOptions,
    ) -> Result<FacetCounts> {
        let Some(field) = self.schema().facets.get(facet) else {
            return Err(crate::Error::Cluster("there is no such facet".into()));
        };
        let keys = self.keys(facet, among)?;
        let values = keys.iter().filter_map(|(key, count)| {
            let count = u32::try_from(*count).unwrap_or(u32::MAX);
            Some((value_of(key, field.kind)?, count))
        });
        let mut values: Vec<(FacetValue, u32)> = values.collect();
        values.sort_unstable();
        let prefix = asked.prefix.trim();
        let mut best = Best::new(asked.values);
        let mut extent = None;
        for (value, count) in &values {
            extent = Extent::with(extent, value);
            if begins(value, prefix) {
                best.add(value, *count);
            }
        }
        let mut counts = counts(field, counted, best.values());
        if let Some(extent) = extent.filter(|_| asked.buckets > 0) {
            let having: u64 = values.iter().map(|(_, count)| u64::from(*count)).sum();
            // Otherwise, some records have several values, which may be in the same interval.
            let is_single = keys.get(PRESENT) == Some(&having);
            let (values, of_each): (Vec<FacetValue>, Vec<u32>) = values.into_iter().unzip();
            let intervals = intervals(&values, extent, asked.buckets);
            counts.histogram = match is_single {
                true => summed(&values, &of_each, &intervals),
                false => self.histogram(facet, field.kind, among, &intervals)?,
            };
        }
        Ok(counts)
    }

    /// The keys of a facet, each with how many records have it.
    fn keys(&self, facet: usize, among: &Among<'_>) -> Result<HashMap<String, u64>> {
        match among {
            Among::Passing(filter) => Ok(self.index.keys(facet, filter)?.into_iter().collect()),
            Among::These(records) => {
                let mut counts: HashMap<String, u64> = HashMap::new();
                let of_records = records.iter().filter_map(|record| record.facets.get(facet));
                for key in of_records.flatten() {
                    *counts.entry(key.clone()).or_default() += 1;
                }
                Ok(counts)
            }
        }
    }

    /// Counts the records in each interval.
    fn histogram(
        &self,
        facet: usize,
        kind: FacetKind,
        among: &Among<'_>,
        intervals: &[Interval<'_>],
    ) -> Result<Vec<Bucket>> {
        let filled = intervals.iter().flatten();
        let counts: Vec<u64> = match among {
            Among::Passing(filter) => {
                let within = filled.map(|(first, last)| {
                    let place = |value| on_axis(value).unwrap_or_default();
                    let from = Bound::Included(place(first));
                    let to = Bound::Included(place(last));
                    filter.clone().and(RemoteFilter::Between(facet, from, to))
                });
                self.index.counts(&within.collect::<Vec<_>>(), true)?
            }
            Among::These(records) => filled
                .map(|(first, last)| {
                    let within = |record: &&Reached| {
                        let mut keys = record.facets.get(facet).into_iter().flatten();
                        keys.any(|key| {
                            let value = value_of(key, kind);
                            value.is_some_and(|value| (*first..=*last).contains(&&value))
                        })
                    };
                    records.iter().filter(within).count() as u64
                })
                .collect(),
        };
        Ok(buckets(intervals, counts))
    }
}

/// The first and last value of an interval, if any is in it.
type Interval<'v> = Option<(&'v FacetValue, &'v FacetValue)>;

/// The records in each interval, if each has one value: `counts` are those of the values, which rise.
fn summed(values: &[FacetValue], counts: &[u32], intervals: &[Interval<'_>]) -> Vec<Bucket> {
    let sum = |(first, last): &(&FacetValue, &FacetValue)| {
        let from = values.partition_point(|value| value < *first);
        let to = values.partition_point(|value| value <= *last);
        let within = counts.get(from..to).unwrap_or_default();
        within.iter().map(|&count| u64::from(count)).sum()
    };
    buckets(intervals, intervals.iter().flatten().map(sum).collect())
}

/// Intervals with the numbers of records of those that have values.
fn buckets(intervals: &[Interval<'_>], counts: Vec<u64>) -> Vec<Bucket> {
    let mut counts = counts.into_iter();
    let buckets = intervals.iter().map(|interval| Bucket {
        count: match interval {
            Some(_) => counts.next().unwrap_or(0) as u32,
            None => 0,
        },
        between: interval.map(|(first, last)| (first.rounded(), last.rounded())),
    });
    buckets.collect()
}

/// Whether a value begins with a prefix, ignoring case and, in a text, accents.
fn begins(value: &FacetValue, prefix: &str) -> bool {
    match value {
        FacetValue::Text(text) => text.cmp_prefix(prefix).is_eq(),
        other => prefix.is_empty() || other.to_string().starts_with(&prefix.to_lowercase()),
    }
}
