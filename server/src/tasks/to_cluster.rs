//! Imports to a cluster. A new collection is first made here, because the average length of its records must
//! be known before the first is stored there, and queries are tried for the page Explore; it is deleted afterwards.
//! Records of an existing collection are stored batch by batch.

use std::sync::Arc;

use parallax::collection::{Progress, Report, SourceFile};
use parallax::remote::{Copied, Remote, Remotes};
use parallax::{Catalogue, Error};

use super::Tasks;
use super::entry::Entry;
use super::run::{build, keep_source, try_queries};

/// Imports the records of a file. A task that is run again begins again.
///
/// # Errors
/// Those of reading and encoding; [`Error::Cluster`].
pub fn import(
    tasks: &Tasks,
    entry: &Entry,
    catalogue: &Catalogue,
    cluster: &Remotes,
    source: SourceFile,
    progress: &(dyn Fn(Progress) + Sync),
) -> parallax::Result<Report> {
    let plan = &entry.plan;
    // An earlier import may have created the collection while this one was queued.
    let added_to = match plan.adds {
        true => Some(cluster.collection_now(&plan.collection)?),
        false => existing(cluster, &plan.collection)?.filter(|_| !plan.replace),
    };
    if let Some(collection) = added_to {
        let source = source.for_schema(collection.schema().clone());
        keep_source(&tasks.spool, entry, &source, None)?;
        let name = format!("import-{}-{}", entry.id(), source.sha256());
        let encoder = collection.encoder().encoder();
        return collection.import(build(entry, &source, encoder, progress), &name);
    }
    keep_source(&tasks.spool, entry, &source, None)?;
    let build = build(entry, &source, catalogue.encoder().encoder(), progress);
    let mut report = catalogue.build(&plan.collection, build, true)?;
    try_queries(catalogue, entry, &mut report);
    // What an interrupted import left is replaced in any case.
    let replace = plan.replace || is_incomplete(cluster, &plan.collection);
    let uploaded = upload(catalogue, cluster, &plan.collection, replace, progress);
    catalogue.drop_collection(&plan.collection)?;
    uploaded?;
    Ok(report)
}

/// The complete collection of the cluster with a name, if there is one.
fn existing(cluster: &Remotes, name: &str) -> parallax::Result<Option<Arc<Remote>>> {
    match cluster.collection_now(name) {
        Ok(collection) => Ok(Some(collection)),
        Err(Error::NoCollection { .. } | Error::Incomplete(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_incomplete(cluster: &Remotes, name: &str) -> bool {
    matches!(cluster.collection_now(name), Err(Error::Incomplete(_)))
}

fn upload(
    catalogue: &Catalogue,
    cluster: &Remotes,
    name: &str,
    replace: bool,
    progress: &(dyn Fn(Progress) + Sync),
) -> parallax::Result<()> {
    let folder = catalogue.folder();
    let mut snapshot = tempfile::NamedTempFile::new_in(folder).map_err(Error::io(folder))?;
    let collection = catalogue.collection(name)?;
    collection.snapshot(snapshot.as_file_mut())?;
    let mined = collection.explore().mined;
    let copied = Copied {
        snapshot: snapshot.path(),
        mined: mined.as_ref(),
        replace,
    };
    cluster.upload(name, copied, &|_, _| progress(Progress::Graph))
}
