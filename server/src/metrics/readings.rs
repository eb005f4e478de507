//! What is read when somebody asks for the metrics.

use std::collections::BTreeMap;

use parallax::encoder::CacheCounts;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::resident;
use crate::pool::Stats;

/// How many collections are listed, the first ones by name.
const MAX_COLLECTIONS: usize = 200;

type Labels = Vec<(&'static str, String)>;

/// What is the case at the moment.
#[derive(Debug, Default)]
pub struct Readings {
    /// The pools, by name.
    pub pools: Vec<(&'static str, Stats)>,
    /// The open collections, by name.
    pub collections: BTreeMap<String, CollectionReading>,
    /// How often the vector of a query was in the cache of the default model.
    pub cache: CacheCounts,
    /// How many imports are in each state.
    pub imports: BTreeMap<String, u64>,
    /// How many snapshots were made, and how many could not be made.
    pub snapshots: (u64, u64),
    /// When the last snapshot was made, in seconds since 1970.
    pub last_snapshot: Option<i64>,
    /// How many bytes are free where the data folder is.
    pub free_bytes: Option<u64>,
}

/// What a collection consists of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CollectionReading {
    /// Its records.
    pub records: u64,
    /// Its segments.
    pub segments: u64,
    /// How many merges were finished since it was opened.
    pub merges: u64,
}

impl Readings {
    /// The metrics that show them.
    pub(super) fn registry(&self, prefix: &str) -> Registry {
        let mut registry = Registry::with_prefix(prefix);
        self.pools(&mut registry);
        self.collections(&mut registry);
        self.rest(&mut registry);
        registry
    }

    fn pools(&self, registry: &mut Registry) {
        let pools = |name: &str| vec![("pool", name.to_owned())];
        let waiting = self.pools.iter().map(|(name, pool)| {
            let waiting = pool.waiting as u64;
            (pools(name), waiting)
        });
        gauges(registry, "pool_waiting", "Callers in the queue", waiting);
        let running = self.pools.iter().map(|(name, pool)| {
            let running = pool.running as u64;
            (pools(name), running)
        });
        gauges(registry, "pool_running", "Jobs that run", running);
        let refused = self.pools.iter();
        let refused = refused.map(|(name, pool)| (pools(name), pool.refused));
        let help = "Callers who were told to try again later";
        counters(registry, "pool_refused", help, refused);
    }

    fn collections(&self, registry: &mut Registry) {
        let labels = |name: &str| vec![("collection", name.to_owned())];
        let listed = || self.collections.iter().take(MAX_COLLECTIONS);
        let records = listed().map(|(name, read)| (labels(name), read.records));
        gauges(registry, "records", "Records of a collection", records);
        let segments = listed().map(|(name, read)| (labels(name), read.segments));
        gauges(registry, "segments", "Segments of a collection", segments);
        let merges = listed().map(|(name, read)| (labels(name), read.merges));
        let help = "Finished merges of a collection's segments since it was opened";
        counters(registry, "merges", help, merges);
        let open = gauge(self.collections.len() as u64);
        registry.register("open_collections", "Open collections", open);
    }

    fn rest(&self, registry: &mut Registry) {
        let CacheCounts { hits, misses } = self.cache;
        let cache = [("hit", hits), ("miss", misses)];
        let cache = cache.map(|(result, count)| (vec![("result", result.to_owned())], count));
        let help = "Look-ups of query vectors in the cache";
        counters(registry, "query_cache_lookups", help, cache);
        let imports = self.imports.iter();
        let imports = imports.map(|(state, &count)| (vec![("state", state.clone())], count));
        gauges(registry, "imports", "Known imports by state", imports);
        let (made, failed) = self.snapshots;
        let snapshots = [("made", made), ("failed", failed)];
        let snapshots = snapshots.map(|(result, n)| (vec![("result", result.to_owned())], n));
        let help = "Snapshots since the start, by result";
        counters(registry, "snapshots", help, snapshots);
        if let Some(last) = self.last_snapshot {
            let gauge = Gauge::<i64>::default();
            gauge.set(last);
            let help = "When the last snapshot was made";
            registry.register_with_unit("last_snapshot_timestamp", help, Unit::Seconds, gauge);
        }
        let resident = ("resident_memory", "Resident memory", resident::bytes());
        let free = (
            "free_disk",
            "Free space of the data folder",
            self.free_bytes,
        );
        for (name, help, bytes) in [resident, free] {
            if let Some(bytes) = bytes {
                let gauge = gauge(bytes);
                registry.register_with_unit(name, help, Unit::Bytes, gauge);
            }
        }
    }
}

fn gauge(value: u64) -> Gauge {
    let gauge = Gauge::default();
    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
    gauge
}

fn gauges(
    registry: &mut Registry,
    name: &str,
    help: &str,
    values: impl IntoIterator<Item = (Labels, u64)>,
) {
    let family = Family::<Labels, Gauge>::default();
    for (labels, value) in values {
        let entry = family.get_or_create_owned(&labels);
        entry.set(i64::try_from(value).unwrap_or(i64::MAX));
    }
    registry.register(name, help, family);
}

fn counters(
    registry: &mut Registry,
    name: &str,
    help: &str,
    values: impl IntoIterator<Item = (Labels, u64)>,
) {
    let family = Family::<Labels, Counter>::default();
    for (labels, value) in values {
        family.get_or_create_owned(&labels).inc_by(value);
    }
    registry.register(name, help, family);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;

    #[test]
    fn what_is_read_is_shown_and_collections_are_bounded() {
        let reading = CollectionReading {
            records: 340,
            segments: 2,
            merges: 5,
        };
        let names = (0..1_000).map(|n| (format!("c{n:04}"), reading));
        let pool = Stats {
            waiting: 3,
            running: 2,
            refused: 7,
            ..Stats::default()
        };
        let readings = Readings {
            pools: vec![("words", pool)],
            collections: names.collect(),
            cache: CacheCounts { hits: 8, misses: 9 },
            imports: [("done".to_owned(), 4)].into(),
            ..Readings::default()
        };
        let text = Metrics::default().render(&readings).unwrap();
        for line in [
            "parallax_pool_waiting{pool=\"words\"} 3",
            "parallax_pool_running{pool=\"words\"} 2",
            "parallax_pool_refused_total{pool=\"words\"} 7",
            "parallax_records{collection=\"c0000\"} 340",
            "parallax_segments{collection=\"c0000\"} 2",
            "parallax_merges_total{collection=\"c0000\"} 5",
            "parallax_open_collections 1000",
            "parallax_query_cache_lookups_total{result=\"hit\"} 8",
            "parallax_query_cache_lookups_total{result=\"miss\"} 9",
            "parallax_imports{state=\"done\"} 4",
        ] {
            assert!(text.lines().any(|got| got == line), "{line} in {text}");
        }
        let listed = text
            .lines()
            .filter(|line| line.starts_with("parallax_records{"));
        assert_eq!(listed.count(), MAX_COLLECTIONS);
        assert!(text.ends_with("# EOF\n"), "{text}");
    }
}
