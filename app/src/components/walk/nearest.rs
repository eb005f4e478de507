//! The search for the nearest records: the walk over the graph, or the scan.

use std::fmt::Write;

use leptos::prelude::*;
use parallax::vocabulary::{CodeScan, GraphWalk, NearestWalk, PartSearched, Route, ScanReason};

use super::{figures, percent, stage};
use crate::components::why::digits;
use crate::numbers::{counted, milliseconds, thousands};

/// The width and height of the drawing of a walk, in its own units.
const WIDTH: f32 = 640.0;
const HEIGHT: f32 = 140.0;

/// The stage.
pub fn nearest(nearest: NearestWalk) -> AnyView {
    let said = match nearest.route {
        Route::Graph => format!(
            "The records whose vectors have the largest cosine with the query\u{2019}s are found by \
             walking over a graph in which each vector is linked with near ones. The walk looks for \
             the nearest {}.",
            nearest.wanted
        ),
        Route::Exact | Route::Auto => format!(
            "The records whose vectors have the largest cosine with the query\u{2019}s are found by \
             comparing it with every vector. The scan looks for the nearest {}, and misses none.",
            nearest.wanted
        ),
    };
    let several = nearest.parts.len() > 1;
    let min = nearest.graph_min_records;
    let parts = nearest.parts.into_iter().enumerate();
    let parts = parts.map(|(at, part)| {
        let heading = several.then(|| {
            let text = match at {
                0 => "The largest part of the collection".to_owned(),
                _ => format!("Part {} of it, written since", at + 1),
            };
            view! { <h3 class="walk-part">{text}</h3> }
        });
        let drawn = searched(part, min);
        view! { {heading} {drawn} }
    });
    let parts = parts.collect_view();
    let cosines: Vec<String> = nearest.cosines.iter().map(|&of| digits(of, 3)).collect();
    let background = digits(nearest.background, 3);
    let found = (!cosines.is_empty()).then(|| {
        format!(
            "The cosines of the nearest: {}. On average, the cosine of the query with \
             unrelated records is {background}.",
            cosines.join(", ")
        )
    });
    let body = view! {
        <p>{said}</p>
        {parts}
        <p class="walk-note">{found}</p>
    };
    stage(
        "nearest",
        "by-meaning",
        "The nearest records",
        body.into_any(),
    )
}

fn searched(part: PartSearched, min: u32) -> AnyView {
    let took = milliseconds(part.took);
    let why = part.scanned_because.map(|reason| why_scanned(reason, min));
    let walked = part.walk.map(|walk| walked(walk, part.vectors));
    let scanned = part.scan.map(|scan| scanned(scan, part.vectors));
    let took = format!("It took {took}.");
    view! {
        {walked}
        {scanned}
        <p>{why} " " {took}</p>
    }
    .into_any()
}

/// Why a scan is used instead of a graph.
pub fn why_scanned(reason: ScanReason, min: u32) -> String {
    match reason {
        ScanReason::Small => format!(
            "The exact scan is used because there are fewer than {} records: a scan of so few is \
             fast, and misses nothing.",
            thousands(min)
        ),
        ScanReason::NoGraph => "The exact scan is used because the graph is not ready: it is being \
             built or loaded, or that failed."
            .to_owned(),
        ScanReason::Filtered => "The exact scan is used because of the filters and conditions: a \
             walk would pass many records that do not meet them."
            .to_owned(),
        ScanReason::Cheaper => {
            "The exact scan is used because a walk would take longer, according to the measured costs \
             of both."
                .to_owned()
        }
        ScanReason::GaveUp => "The walk was stopped: too few of the vectors on its way could be \
             hits. The exact scan was used instead."
            .to_owned(),
    }
}

fn scanned(scan: CodeScan, vectors: u32) -> AnyView {
    let mut rows = vec![(
        "Vectors compared by their codes (one byte per component)",
        format!("{} of {}", thousands(scan.codes), thousands(vectors)),
    )];
    if scan.again > 0 {
        rows.push(("Compared again, more precisely", thousands(scan.again)));
    }
    rows.push((
        "Computed exactly, because they may be among the nearest within the error bound",
        format!(
            "{} ({})",
            thousands(scan.rescored),
            percent(scan.rescored, scan.codes)
        ),
    ));
    figures(rows)
}

fn walked(walk: GraphWalk, vectors: u32) -> AnyView {
    let rows = vec![
        (
            "Compared to find a starting point, instead of using the graph\u{2019}s upper layers",
            counted(walk.entries, "vector"),
        ),
        (
            "Compared during the walk, on the lowest layer",
            counted(walk.compared, "vector"),
        ),
        (
            "Total",
            format!(
                "{} of {}",
                percent(walk.entries + walk.compared, vectors),
                counted(vectors, "vector")
            ),
        ),
        (
            "Vectors whose links were followed",
            thousands(walk.followed),
        ),
        (
            "Nearest vectors kept during the walk (ef)",
            thousands(walk.kept),
        ),
        ("Computed exactly at the end", thousands(walk.rescored)),
    ];
    let figures = figures(rows);
    let drawing = path(&walk);
    view! { {figures} {drawing} }.into_any()
}

/// The walk, step by step: the cosine of each vector whose links were followed, and the largest
/// found so far.
fn path(walk: &GraphWalk) -> Option<AnyView> {
    let (first, last) = (walk.steps.first()?, walk.steps.last()?);
    let cosines = || walk.steps.iter().flat_map(|step| [step.cosine, step.best]);
    let highest = cosines().fold(f32::MIN, f32::max);
    let lowest = cosines().fold(f32::MAX, f32::min);
    let range = (highest - lowest).max(1e-3);
    let wide = (walk.steps.len() - 1).max(1) as f32;
    let place = |at: usize, cosine: f32| {
        let x = WIDTH * at as f32 / wide;
        let y = HEIGHT * (1.0 - (cosine - lowest) / range);
        format!("{x:.1} {y:.1}")
    };
    let (mut best, mut dots) = (String::new(), String::new());
    for (at, step) in walk.steps.iter().enumerate() {
        let command = if at == 0 { 'M' } else { 'L' };
        // Writing to a string cannot fail.
        let _ = write!(best, "{command}{}", place(at, step.best));
        let _ = write!(dots, "M{}h0", place(at, step.cosine));
    }
    let label = format!(
        "The walk in {} steps. The start has a cosine of {}; the largest is {} after the first step \
         and {} at the end.",
        thousands(walk.steps.len() as u32),
        digits(walk.entry_cosine, 3),
        digits(first.best, 3),
        digits(last.best, 3),
    );
    let view_box = format!("-4 -4 {} {}", WIDTH + 8.0, HEIGHT + 8.0);
    let ends = (digits(highest, 2), digits(lowest, 2));
    let steps = counted(walk.steps.len() as u32, "step");
    Some(
        view! {
            <figure class="walk-drawing">
                <div class="walk-plot">
                    <span class="walk-axis" aria-hidden="true">
                        <span>{ends.0}</span>
                        <span>{ends.1}</span>
                    </span>
                    <svg class="walk-path" viewBox=view_box preserveAspectRatio="none" role="img" aria-label=label>
                        <path class="walk-dots" d=dots />
                        <path class="walk-best" d=best />
                    </svg>
                </div>
                <figcaption>
                    {steps}
                    ": each dot is the cosine of a vector whose links were followed, the line is \
                     the largest so far."
                </figcaption>
            </figure>
        }
        .into_any(),
    )
}
