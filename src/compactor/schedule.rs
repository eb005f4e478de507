//! Starts the jobs that are due, and does them one after the other.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};

use super::jobs::Kind;
use super::list::List;
use super::{check, graph, merge};

/// Has the jobs done that are due.
pub(super) fn request(list: &Arc<List>) {
    let change = list.change();
    let (merges, graphs, checks) = (
        merge::next(&change).is_some(),
        graph::next(&change).is_some(),
        change.standing.unchecked,
    );
    drop(change);
    let weak = Arc::downgrade(list);
    if merges {
        let weak = Weak::clone(&weak);
        list.jobs.wake(Kind::Merge, move || merge_next(&weak));
    }
    if graphs {
        let weak = Weak::clone(&weak);
        list.jobs.wake(Kind::Graph, move || attach_next(&weak));
    }
    if checks {
        list.jobs.wake(Kind::Check, move || check_next(&weak));
    }
}

/// Checks the files that are read in place; false if that was done.
fn check_next(weak: &Weak<List>) -> bool {
    let Some(job) = weak.upgrade().and_then(|list| check::Job::begin(&list)) else {
        return false;
    };
    if job.finds_damage()
        && let Some(list) = weak.upgrade()
    {
        check::reload(&list);
        request(&list);
    }
    true
}

/// Does the next merge that is due; false if there is none, or it failed.
fn merge_next(weak: &Weak<List>) -> bool {
    let Some(job) = weak.upgrade().and_then(|list| merge::Job::begin(&list)) else {
        return false;
    };
    let done = catch_unwind(AssertUnwindSafe(|| job.run(weak)));
    let Some(list) = weak.upgrade() else {
        return false;
    };
    match &done {
        Ok(done) => job.finish(&list, done),
        // A request now would try the same merge again at once.
        Err(_) => {
            job.fail(&list);
            return false;
        }
    }
    // A new base may need a graph.
    request(&list);
    true
}

/// Attaches the graph that is missing; false if none is.
fn attach_next(weak: &Weak<List>) -> bool {
    let Some(job) = weak.upgrade().and_then(|list| graph::Job::begin(&list)) else {
        return false;
    };
    let graph = job.run(weak);
    let Some(list) = weak.upgrade() else {
        return false;
    };
    job.finish(&list, graph);
    // A new base may have waited for the graph.
    request(&list);
    true
}
