//! A blind comparison of two rankings of a query: one list, whose teams are drawn from a seed, and,
//! once records have been picked, the teams. Nothing is kept in between: the same seed gives the same
//! draft, and a fingerprint of the list says whether it is still the one that was judged.

use std::sync::Arc;

use super::draft::team_draft;
use super::plain::{key, plain};
use crate::backend::Backend;
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::evaluation::standing;
use crate::query::Query;
use crate::vocabulary::limits::{INTERLEAVED, MAX_TALLY};
use crate::vocabulary::{
    BALANCE, InterleaveRequest, Interleaved, Mode, PlainRecord, Ranker, RevealRequest, Revealed,
    SearchRequest, Side, Standing, Tally,
};

/// How much of a fingerprint is sent.
const FINGERPRINT: usize = 16;

/// Finds a collection by name; `None` is the one that is asked.
type Find<'a> = &'a dyn Fn(Option<&str>) -> Result<Arc<dyn Backend>>;

/// One side's ranking.
struct Ranking {
    keys: Vec<String>,
    records: Vec<PlainRecord>,
}

/// A list and where its records came from.
struct Drafted {
    records: Vec<PlainRecord>,
    teams: Vec<Side>,
    /// Each record's places in both rankings.
    places: Vec<(Option<u32>, Option<u32>)>,
    fingerprint: String,
}

/// Interleaves two rankings of a query. `seed` is used if the request names none.
///
/// # Errors
/// [`Error::BadQuery`] if the two rankings are the same or the query has no words; those of
/// [`Backend::search`] and of `find`.
pub fn interleave(request: &InterleaveRequest, seed: u32, find: Find<'_>) -> Result<Interleaved> {
    let seed = request.seed.unwrap_or(seed);
    let drafted = drafted(&request.q, &request.a, &request.b, seed, find)?;
    Ok(Interleaved {
        seed,
        list: drafted.fingerprint,
        records: drafted.records,
    })
}

/// Says which ranking each record came from, and which won.
///
/// # Errors
/// As for [`interleave`]; [`Error::BadQuery`] if the list is no longer the one that was judged, or
/// a pick or the tally is out of bounds.
pub fn reveal(request: &RevealRequest, find: Find<'_>) -> Result<Revealed> {
    let before = request.before();
    check_tally(before)?;
    let drafted = drafted(&request.q, &request.a, &request.b, request.seed, find)?;
    if drafted.fingerprint != request.list {
        return Err(Error::BadQuery(
            "the list is no longer the one that was judged, because a collection has changed \
             since: ask the query again"
                .into(),
        ));
    }
    let most = drafted.records.len();
    let mut picked = request.pick.clone();
    picked.sort_unstable();
    picked.dedup();
    if let Some(pick) = picked
        .iter()
        .find(|pick| !(1..=most).contains(&(**pick as usize)))
    {
        return Err(Error::BadQuery(format!(
            "pick is {pick}; it must be a place in the list, from 1 to {most}"
        )));
    }
    let of = |wanted: Side| {
        let sides = picked.iter().map(|pick| drafted.teams[*pick as usize - 1]);
        sides.filter(|side| *side == wanted).count() as u32
    };
    let picks = (of(Side::A), of(Side::B));
    let winner = match picks.0.cmp(&picks.1) {
        std::cmp::Ordering::Greater => Some(Side::A),
        std::cmp::Ordering::Less => Some(Side::B),
        std::cmp::Ordering::Equal => None,
    };
    Ok(Revealed {
        records: drafted.records,
        teams: drafted.teams,
        places: drafted.places,
        picked,
        picks,
        winner,
        standing: standing(before.with(winner)),
    })
}

/// What follows from a tally.
///
/// # Errors
/// [`Error::BadQuery`] if it is out of bounds.
pub fn standing_of(tally: Tally) -> Result<Standing> {
    check_tally(tally)?;
    Ok(standing(tally))
}

fn check_tally(tally: Tally) -> Result<()> {
    let Tally { a, b, ties } = tally;
    if a.max(b).max(ties) <= MAX_TALLY {
        return Ok(());
    }
    Err(Error::BadQuery(format!(
        "won_a, won_b and ties must be at most {MAX_TALLY} each"
    )))
}

fn drafted(q: &str, a: &str, b: &str, seed: u32, find: Find<'_>) -> Result<Drafted> {
    let (a, b): (Ranker, Ranker) = (a.parse()?, b.parse()?);
    let (in_a, in_b) = (
        find(a.collection.as_deref())?,
        find(b.collection.as_deref())?,
    );
    let one_collection = in_a.name() == in_b.name() && in_a.id() == in_b.id();
    if one_collection && manner(&a) == manner(&b) {
        return Err(Error::BadQuery(format!(
            "a is '{a}' and b is '{b}', which rank alike: choose two ways to rank that differ"
        )));
    }
    let (by_a, by_b) = (ranking(&*in_a, q, &a)?, ranking(&*in_b, q, &b)?);
    let draft = team_draft(&by_a.keys, &by_b.keys, u64::from(seed), INTERLEAVED);
    let mut drafted = Drafted {
        records: Vec::new(),
        teams: Vec::new(),
        places: Vec::new(),
        fingerprint: String::new(),
    };
    let mut listed = String::new();
    for (side, at) in draft {
        let ranking = if side == Side::A { &by_a } else { &by_b };
        let key = &ranking.keys[at];
        listed.push_str(key);
        let place = |ranking: &Ranking| {
            let at = ranking.keys.iter().position(|of| of == key);
            at.map(|at| at as u32 + 1)
        };
        let mut record = ranking.records[at].clone();
        if !one_collection {
            record.id = None;
        }
        drafted.records.push(record);
        drafted.teams.push(side);
        drafted.places.push((place(&by_a), place(&by_b)));
    }
    drafted.fingerprint = sha256(listed.as_bytes());
    drafted.fingerprint.truncate(FINGERPRINT);
    Ok(drafted)
}

/// What tells two ways to rank one collection apart.
fn manner(ranker: &Ranker) -> (Mode, Option<f32>) {
    let balance = ranker.balance.unwrap_or(BALANCE);
    (
        ranker.mode,
        (ranker.mode == Mode::Hybrid).then_some(balance),
    )
}

fn ranking(collection: &dyn Backend, q: &str, ranker: &Ranker) -> Result<Ranking> {
    let query = Query::try_from(&SearchRequest {
        mode: ranker.mode.name().into(),
        balance: ranker.balance,
        limit: INTERLEAVED as u32,
        ..SearchRequest::new(q)
    })?;
    query.check()?;
    if query.is_open() {
        return Err(unranked());
    }
    let mut ranking = Ranking {
        keys: Vec::new(),
        records: Vec::new(),
    };
    for hit in collection.search(&query)?.hits {
        let key = key(&hit.record);
        // Two records that differ only in what is not shown are one to whoever judges.
        if !ranking.keys.contains(&key) {
            ranking.keys.push(key);
            ranking.records.push(plain(&hit.record));
        }
    }
    Ok(ranking)
}

/// The error for a query that lists records instead of ranking them.
pub(super) fn unranked() -> Error {
    Error::BadQuery("listed records have no ranks to judge: add a word to the query".into())
}
