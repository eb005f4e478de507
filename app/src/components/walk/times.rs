//! How long each stage took.

use leptos::prelude::*;
use parallax::vocabulary::Walkthrough;

use super::stage;
use crate::components::timing::stages_of;
use crate::numbers::{milliseconds, thousands};

/// The stage.
pub fn times(walked: &Walkthrough) -> AnyView {
    let stages = stages_of(&walked.timings);
    let longest = stages.iter().map(|(_, time)| time.as_secs_f32());
    let longest = longest.fold(f32::MIN_POSITIVE, f32::max);
    let rows = stages.map(|(name, time)| {
        let width = format!("{:.1}", 100.0 * time.as_secs_f32() / longest);
        view! {
            <div class="walk-time">
                <dt>{name}</dt>
                <dd>
                    <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                        <rect width=width height="8" />
                    </svg>
                    <span>{milliseconds(time)}</span>
                </dd>
            </div>
        }
    });
    let said = format!(
        "This answer, over {} records, took {}. The stages add up to this time.",
        thousands(walked.searched),
        milliseconds(walked.timings.total)
    );
    let body = view! {
        <p>{said}</p>
        <dl class="walk-times">{rows.into_iter().collect_view()}</dl>
    };
    stage("times", "by-both", "Times", body.into_any())
}
