//! Makes a map.

use std::time::Instant;

use super::space::Records;
use super::{Facts, Map, names, regions, scale};
use crate::analysis::Analyzer;
use crate::projection::{Space, Watch, project, trustworthiness};
use crate::record::RecordNumber;
use crate::segment::generation::Generation;
use crate::storage::layout::BuiltFrom;
use crate::vocabulary::MapRegion;

/// With this seed, everybody gets the same map of the same records.
const SEED: u64 = 0x4d41_5000;

/// At how many neighbours trustworthiness is measured.
const NEIGHBOURS: usize = 15;

/// At how many points at most, and at how many at least. Each is compared with all, so that there are
/// fewer of them in a large collection.
const SAMPLE: [usize; 2] = [1_000, 100];
const COMPARISONS: usize = 50_000_000;

/// The part of the time that the projection takes.
const PROJECTING: f32 = 0.9;

/// A map of the live records of a generation, made by threads of the current rayon pool. `None` if
/// `watch` said to stop.
pub fn build(
    generation: &Generation,
    model: &str,
    analyzer: &Analyzer,
    watch: Watch<'_>,
) -> Option<Map> {
    let start = Instant::now();
    let space = Records::of(generation);
    let plane = project(&space, SEED, &|done| watch(done * PROJECTING))?;
    let [most, least] = SAMPLE;
    let sample = (COMPARISONS / space.len().max(1)).clamp(least, most);
    let trust = trustworthiness(&space, &plane, NEIGHBOURS, sample, SEED);
    if !watch(0.97) {
        return None;
    }
    let scaled = scale::fitted(&plane);
    let records = space.records();
    let places = records.iter().map(|&(_, point)| scaled[point as usize]);
    let places: Vec<[u16; 2]> = places.collect();
    let numbers: Vec<RecordNumber> = records.iter().map(|&(number, _)| number).collect();
    let regions = named_regions(generation, analyzer, &numbers, &places);
    let facts = Facts {
        took_s: start.elapsed().as_secs_f32(),
        trustworthiness: trust.map(|trust| trust as f32),
        regions,
    };
    let from = BuiltFrom {
        state: generation.state,
        model: model.to_owned(),
    };
    let axis = |axis: usize| -> Vec<u16> { places.iter().map(|place| place[axis]).collect() };
    Map::new(
        from,
        facts,
        numbers.into(),
        [axis(0).into(), axis(1).into()],
    )
}

/// The regions of a map that have a name, level by level, the largest first.
fn named_regions(
    generation: &Generation,
    analyzer: &Analyzer,
    numbers: &[RecordNumber],
    places: &[[u16; 2]],
) -> Vec<MapRegion> {
    let divisions = regions::divide(places, SEED);
    let sizes = divisions.each_ref().map(|division| {
        let mut sizes = vec![0u32; division.places.len()];
        for &region in &division.of_record {
            sizes[region as usize] += 1;
        }
        sizes
    });
    let region = |position: u32| {
        let index = numbers.binary_search(&generation.number(position)?).ok()?;
        Some(
            divisions
                .each_ref()
                .map(|division| division.of_record[index]),
        )
    };
    let names = names::names(generation, analyzer, [&sizes[0], &sizes[1]], &region);
    let mut named = Vec::new();
    for ((division, sizes), names) in divisions.iter().zip(&sizes).zip(names) {
        let regions = division.places.iter().zip(sizes).zip(names);
        named.extend(regions.map(|((&[x, y], &records), words)| MapRegion {
            x,
            y,
            records,
            words,
            level: division.level,
        }));
    }
    named.retain(|region| !region.words.is_empty());
    named.sort_by_key(|region| (region.level, std::cmp::Reverse(region.records)));
    named
}
