//! Loads the segments at startup. The base is read from its files if these are intact, otherwise
//! from the store, and then brought up to date with it.

use std::path::Path;

use super::files;
use crate::error::Result;
use crate::segment::generation::{Generation, Part};
use crate::segment::pieces::Tokenize;
use crate::segment::{Segment, files as segment_files};
use crate::storage::layout::{BuiltFrom, State};
use crate::storage::store::{Store, View};
use crate::storage::{COLUMNS_FILE, GRAPH_FILE};
use crate::vector::{Codes, Graph};

/// The segments that a store represents.
pub(super) struct Loaded {
    /// The segments.
    pub generation: Generation,
    /// What the base was made from; `None` if there is none, because everything was read from the
    /// store.
    pub base: Option<BuiltFrom>,
    /// Whether the base, or a part of it, was read from the store and must be saved.
    pub is_new: bool,
}

/// Loads the segments of a store, and removes files that cannot be used, before anything is
/// written.
pub(super) fn load(store: &Store, folder: &Path, tokenize: &dyn Tokenize) -> Result<Loaded> {
    let view = store.read()?;
    let state = view.state()?;
    let schema = &store.about().schema;
    let loaded = load_base(store, &view, folder, state, tokenize)?;
    // A collection that was created empty has no files until its first merge.
    let is_new = match &loaded {
        Some(base) => base.vectors_are_new,
        None => state.sequence > 0,
    };
    let base = match loaded {
        Some(Base { from, part, .. }) => Some((from, part)),
        None => reread_base(store, &view, folder, state, tokenize)?,
    };
    let graph = folder.join(GRAPH_FILE);
    if segment_files::graph_built_from(&graph).as_ref() != base.as_ref().map(|(from, _)| from) {
        files::remove(&graph)?;
    }
    let built_until = base.as_ref().map_or(0, |(from, _)| from.state.next);
    let mut parts = Vec::new();
    let base = base.map(|(from, part)| {
        parts.push(part);
        from
    });
    let rest = Segment::read(&view, schema, tokenize, built_until..state.next)?;
    if !rest.is_empty() {
        parts.push(Part::whole(rest));
    }
    Ok(Loaded {
        generation: Generation::new(state, parts),
        base,
        is_new,
    })
}

/// A base read from its files.
struct Base {
    from: BuiltFrom,
    part: Part,
    /// Whether its vectors had to be read from the store.
    vectors_are_new: bool,
}

/// The base from its file, without the records deleted since.
fn load_base(
    store: &Store,
    view: &View<'_>,
    folder: &Path,
    now: State,
    tokenize: &dyn Tokenize,
) -> Result<Option<Base>> {
    let path = folder.join(COLUMNS_FILE);
    let refuse = |reason: &str| {
        if now.sequence > 0 {
            tracing::warn!(file = %path.display(), reason, "building the index again");
        }
        files::remove(&path)?;
        Ok(None)
    };
    let (from, columns) = match segment_files::load_columns(&path) {
        Ok(read) => read,
        Err(reason) => return refuse(&reason),
    };
    if from.model != store.about().model || from.state.sequence > now.sequence {
        return refuse("it is of another collection or a later state");
    }
    if from.state.sequence < view.forgotten()? {
        return refuse("it is older than the log of changes reaches back");
    }
    let schema = &store.about().schema;
    let assembled = match files::read_vectors(folder, &from)? {
        Some(read) => Segment::assemble(schema, columns, read),
        None => Err(Box::new(columns)),
    };
    let (segment, vectors_are_new) = match assembled {
        Ok(segment) => (Some(segment), false),
        Err(columns) => (
            Segment::restore(view, schema, tokenize, *columns, from.state.next)?,
            true,
        ),
    };
    let Some(segment) = segment else {
        return refuse("it does not fit the store");
    };
    let deleted = view.deleted_since(from.state.sequence)?;
    let part = Part::whole(segment).without(&deleted.into_iter().collect());
    Ok(Some(Base {
        from,
        part,
        vectors_are_new,
    }))
}

/// The base, reread from the store, if there is a graph that fits it, because building a graph
/// takes far longer. The graph fits the records it was built from as long as none of them was
/// deleted: the vectors of deleted records are gone.
fn reread_base(
    store: &Store,
    view: &View<'_>,
    folder: &Path,
    now: State,
    tokenize: &dyn Tokenize,
) -> Result<Option<(BuiltFrom, Part)>> {
    let from = segment_files::graph_built_from(&folder.join(GRAPH_FILE));
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
    let schema = &store.about().schema;
    let base = Segment::read(view, schema, tokenize, 0..from.state.next)?;
    Ok(Some((from, Part::whole(base))))
}

/// The graph of a base with these codes from its file. One that cannot be used is removed.
pub(super) fn read_graph(folder: &Path, base: &BuiltFrom, codes: &Codes) -> Option<Graph> {
    let path = folder.join(GRAPH_FILE);
    let reason = match segment_files::load_graph(&path, base, codes) {
        Ok(graph) => return Some(graph),
        Err(reason) => reason,
    };
    tracing::info!(
        file = %path.display(), reason, "building the graph; the exact scan answers meanwhile"
    );
    if let Err(error) = files::remove(&path) {
        tracing::warn!(%error, "a graph that cannot be used stays");
    }
    None
}
