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

/// The generation a store stands for.
pub(in crate::collection) struct Loaded {
    /// The generation.
    pub generation: Generation,
    /// What its base was built from, where files hold it, or its graph at least. Otherwise
    /// all was read anew and there is no file yet.
    pub base: Option<BuiltFrom>,
    /// Whether the base's columns had to be read anew, and wait to be written down.
    pub columns_are_new: bool,
}

/// Loads what a store stands for.
pub(in crate::collection) fn load(store: &Store, folder: &Path) -> Result<Loaded> {
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
    let schema = &store.about().schema;
    let Some(segment) = Segment::restore(view, schema, columns, from.state.next)? else {
        return again("it does not fit the store");
    };
    let deleted = view.deleted_since(from.state.sequence)?;
    let part = Part::whole(segment).without(&deleted.into_iter().collect());
    Ok(Some((from, part)))
}

/// The base segment read anew from the store, where there is a graph that fits it: building
/// one takes far longer. It fits the records it was built from as long as none of them was
/// deleted, whose vectors are gone.
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
