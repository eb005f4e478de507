//! The indexes at a start: from their files where these are whole, built from the store where
//! not, and brought up to its state.

use std::path::Path;

use crate::collection::index::generation::{Generation, Part};
use crate::collection::index::segment::{Columns, Segment};
use crate::collection::storage::index_file::{self, BuiltFrom};
use crate::collection::storage::store::{State, Store, View};
use crate::collection::{COLUMNS_FILE, GRAPH_FILE};
use crate::error::Result;
use crate::vector::Graph;

/// The generation a store stands for, and what its base segment was built from, where that
/// came from a file: otherwise all was read anew and there is no file yet.
pub(in crate::collection) fn load(
    store: &Store,
    folder: &Path,
) -> Result<(Generation, Option<BuiltFrom>)> {
    let view = store.read()?;
    let state = view.state()?;
    let schema = &store.about().schema;
    let base = load_base(store, &view, folder, state)?;
    let built_until = base.as_ref().map_or(0, |(from, _)| from.state.next);
    let mut parts = Vec::new();
    let from = base.map(|(from, part)| {
        parts.push(part);
        from
    });
    let rest = Segment::read(&view, schema, built_until..state.next)?;
    if !rest.is_empty() {
        parts.push(Part::whole(rest));
    }
    Ok((Generation::new(state, parts), from))
}

/// The base segment from its file, less what was deleted since.
fn load_base(
    store: &Store,
    view: &View<'_>,
    folder: &Path,
    now: State,
) -> Result<Option<(BuiltFrom, Part)>> {
    let path = folder.join(COLUMNS_FILE);
    let again = |reason: &str| {
        // A collection that began empty has no file until its first merge.
        if now.sequence > 0 {
            tracing::warn!(file = %path.display(), reason, "building the index again");
        }
        Ok(None)
    };
    let (from, columns) = match index_file::read::<Columns>(&path) {
        Ok(read) => read,
        Err(reason) => return again(&reason),
    };
    if from.model != store.about().model || from.state.sequence > now.sequence {
        return again("it is of another collection or a later state");
    }
    if from.state.sequence < view.forgotten()? {
        return again("it is older than the log of changes reaches back");
    }
    let Some(segment) = Segment::restore(view, columns, from.state.next)? else {
        return again("it does not fit the store");
    };
    let deleted = view.deleted_since(from.state.sequence)?;
    let part = Part::whole(segment).without(&deleted.into_iter().collect());
    Ok(Some((from, part)))
}

/// A graph from its file, if it is over `points` vectors and of the base's state.
pub(in crate::collection) fn read_graph(
    folder: &Path,
    base: &BuiltFrom,
    points: usize,
) -> Result<Graph, String> {
    let (from, graph) = index_file::read::<Graph>(&folder.join(GRAPH_FILE))?;
    if from != *base || graph.len() != points {
        return Err("it is of another state".into());
    }
    Ok(graph)
}
