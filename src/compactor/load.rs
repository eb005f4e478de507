//! Loads the indexes at startup. They are read from their files if these are intact, otherwise
//! built from the store, and then brought up to date with it.

use std::path::Path;

use crate::collection::{COLUMNS_FILE, GRAPH_FILE};
use crate::error::Result;
use crate::segment::generation::{Generation, Part};
use crate::segment::{Columns, Segment};
use crate::storage::index_file::{self, BuiltFrom};
use crate::storage::layout::State;
use crate::storage::store::{Store, View};
use crate::vector::Graph;

/// The generation that a store represents.
pub(crate) struct Loaded {
    /// The generation.
    pub generation: Generation,
    /// What the base, or at least its graph, was built from, if it was loaded from files. `None` if
    /// everything was read from the store and there is no file yet.
    pub base: Option<BuiltFrom>,
    /// Whether the base's columns were rebuilt from the store and must be saved.
    pub columns_are_new: bool,
}

/// Loads the indexes of a store.
pub(crate) fn load(store: &Store, folder: &Path) -> Result<Loaded> {
    let view = store.read()?;
    let state = view.state()?;
    let schema = &store.about().schema;
    let mut base = load_base(store, &view, folder, state)?;
    let columns_are_new = base.is_none();
    if base.is_none() {
        base = rebuild_base(store, &view, folder, state)?;
    }
    let built_until = base.as_ref().map_or(0, |(from, _)| from.state.next);
    let mut parts = Vec::new();
    let base = base.map(|(from, part)| {
        parts.push(part);
        from
    });
    let rest = Segment::read(&view, schema, built_until..state.next)?;
    if !rest.is_empty() {
        parts.push(Part::whole(rest));
    }
    Ok(Loaded {
        generation: Generation::new(state, parts),
        base,
        columns_are_new,
    })
}

/// The base segment from its file, without the records deleted since.
fn load_base(
    store: &Store,
    view: &View<'_>,
    folder: &Path,
    now: State,
) -> Result<Option<(BuiltFrom, Part)>> {
    let path = folder.join(COLUMNS_FILE);
    let again = |reason: &str| {
        // A collection that was created empty has no file until its first merge.
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
    let schema = &store.about().schema;
    let Some(segment) = Segment::restore(view, schema, columns, from.state.next)? else {
        return again("it does not fit the store");
    };
    let deleted = view.deleted_since(from.state.sequence)?;
    let part = Part::whole(segment).without(&deleted.into_iter().collect());
    Ok(Some((from, part)))
}

/// The base segment, reread from the store, if there is a graph that fits it, because building a
/// graph takes far longer. The graph fits the records it was built from as long as none of them was
/// deleted: the vectors of deleted records are gone.
fn rebuild_base(
    store: &Store,
    view: &View<'_>,
    folder: &Path,
    now: State,
) -> Result<Option<(BuiltFrom, Part)>> {
    let from = index_file::built_from::<Graph>(&folder.join(GRAPH_FILE));
    let Some(from) = from.filter(|from| from.model == store.about().model) else {
        return Ok(None);
    };
    if from.state.sequence > now.sequence || from.state.sequence < view.forgotten()? {
        return Ok(None);
    }
    let deleted = view.deleted_since(from.state.sequence)?;
    if deleted.iter().any(|number| number.0 < from.state.next) {
        return Ok(None);
    }
    let base = Segment::read(view, &store.about().schema, 0..from.state.next)?;
    Ok(Some((from, Part::whole(base))))
}

/// The graph from its file, if it has `points` vectors and matches the base's state.
pub(crate) fn read_graph(folder: &Path, base: &BuiltFrom, points: usize) -> Result<Graph, String> {
    let (from, graph) = index_file::read::<Graph>(&folder.join(GRAPH_FILE))?;
    if from != *base || graph.len() != points {
        return Err("it is of another state".into());
    }
    Ok(graph)
}
