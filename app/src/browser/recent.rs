//! Recent queries. They are kept in this browser only. If it forbids storage, there are none.

use parallax::vocabulary::ANYTHING;

use super::storage::local_storage;

const KEY: &str = "recent-queries";

/// How many recent queries are kept.
const RECENT: usize = 12;

/// The recent queries, the latest first.
pub fn recent_queries() -> Vec<String> {
    let kept = local_storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
    let kept = kept.unwrap_or_default();
    // A field with one line has no line breaks to put into a query.
    kept.lines().map(str::to_owned).collect()
}

/// Remembers a query.
pub fn remember_query(query: &str) {
    let queries = with_latest(recent_queries(), query);
    let _ = local_storage().map(|storage| storage.set_item(KEY, &queries.join("\n")));
}

/// Forgets all queries.
pub fn forget_queries() {
    let _ = local_storage().map(|storage| storage.remove_item(KEY));
}

/// Recent queries with another one in front, without repeating it.
fn with_latest(mut queries: Vec<String>, latest: &str) -> Vec<String> {
    let latest = latest.trim();
    if latest.is_empty() || latest == ANYTHING {
        return queries;
    }
    queries.retain(|query| query != latest);
    queries.insert(0, latest.to_owned());
    queries.truncate(RECENT);
    queries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_query_comes_first_and_only_once() {
        let kept = ["tea", "milk"].map(str::to_owned).to_vec();
        assert_eq!(with_latest(kept.clone(), " milk "), ["milk", "tea"]);
        assert_eq!(with_latest(kept.clone(), "*"), kept);
        let many = (0..30).map(|at| at.to_string()).collect();
        assert_eq!(with_latest(many, "last").len(), RECENT);
    }
}
