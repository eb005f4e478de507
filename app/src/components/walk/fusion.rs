//! How the scores of both engines become one: the two scales, and the best hits on them.

use leptos::prelude::*;
use parallax::vocabulary::{FusedHit, FusionWalk, ScaleEnds, ScoreOnScale};

use super::{Shown, stage};
use crate::components::why::digits;
use crate::numbers::counted;
use crate::record_address::record_path;
use crate::wording::name_of;

/// The stage.
pub fn fusion(walk: Option<FusionWalk>, shown: &Shown) -> AnyView {
    let body = match walk {
        Some(walk) => fused(walk, shown),
        None => view! { <p>"There is only one ranking, so nothing is fused."</p> }.into_any(),
    };
    stage("fusion", "by-both", "Fusion", body)
}

fn fused(walk: FusionWalk, shown: &Shown) -> AnyView {
    let FusionWalk {
        balance,
        meaning,
        words,
        good_coverage,
        candidates,
        hits,
    } = walk;
    let said = format!(
        "A cosine and a BM25 score have no common unit, so each is measured on a scale made for this \
         query: 0 is the score of unrelated records, 1 a good score. The {} of both engines are \
         ranked by the weighted sum.",
        counted(candidates, "candidate")
    );
    let weights = balance.map(|balance| {
        format!(
            "The balance is {}: meaning counts {}, words count {}.",
            digits(balance, 2),
            digits(balance, 2),
            digits(1.0 - balance, 2)
        )
    });
    let on = |of: fn(&FusedHit) -> ScoreOnScale| hits.iter().map(of).collect::<Vec<_>>();
    let scales = [
        meaning.map(|ends| {
            let said = told(ends, "a cosine of", "the mean with unrelated records", "");
            scale("walk-scale by-meaning", said, &on(|hit| hit.meaning))
        }),
        words.map(|ends| {
            let coverage = good_coverage.filter(|&share| share <= 1.0).map(|share| {
                format!(
                    " A record that contains {}% of the query, weighted by idf, counts as 1 as well.",
                    digits(100.0 * share, 0)
                )
            });
            let coverage = coverage.unwrap_or_default();
            let said = told(ends, "a score of", "none of the words", &coverage);
            scale("walk-scale by-words", said, &on(|hit| hit.words))
        }),
    ];
    let rows = hits.iter().enumerate().map(|(at, hit)| row(at, hit, shown));
    let rows = rows.collect_view();
    let table = (!hits.is_empty()).then(|| {
        view! {
            <div class="walk-table" tabindex="0" role="region" aria-label="The best hits and their scores">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Hit"</th>
                            <th scope="col" class="walk-number">"Cosine"</th>
                            <th scope="col" class="walk-number">"on its scale"</th>
                            <th scope="col" class="walk-number">"BM25"</th>
                            <th scope="col" class="walk-number">"on its scale"</th>
                            <th scope="col" class="walk-number">"Sum"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
    });
    view! {
        <p>{said} " " {weights}</p>
        {scales.into_iter().flatten().collect_view()}
        {table}
    }
    .into_any()
}

/// What the ends of a scale mean.
fn told(ends: ScaleEnds, what: &str, nothing: &str, more: &str) -> String {
    format!(
        "0 is {what} {} ({nothing}), 1 is {what} {} (that of the tenth best \
         hit, if there are that many).{more}",
        digits(ends.zero, 3),
        digits(ends.one, 3)
    )
}

/// A scale as a line from 0, with the hits on it.
fn scale(class: &'static str, said: String, scores: &[ScoreOnScale]) -> AnyView {
    // As far as the best hit, and at least a little past 1.
    let most = scores.iter().fold(1.2f32, |most, of| most.max(of.on_scale));
    let place = move |on_scale: f32| 20.0 + 600.0 * on_scale.max(0.0) / most;
    let heading = match class {
        "walk-scale by-words" => "By words",
        _ => "By meaning",
    };
    let ticks = [(0.0, "0"), (1.0, "1")].map(|(at, text)| {
        let x = format!("{:.1}", place(at));
        view! {
            <line class="walk-tick" x1=x.clone() y1="30" x2=x.clone() y2="42" />
            <text class="walk-tick-text" x=x y="58">
                {text}
            </text>
        }
    });
    let dots = scores.iter().enumerate().map(|(at, of)| {
        let x = format!("{:.1}", place(of.on_scale));
        view! {
            <circle class="walk-dot" cx=x.clone() cy="36" r="5" />
            // Hits with nearly equal scores would cover each other's numbers.
            <text class="walk-dot-text" x=x y=format!("{}", 22 - 10 * (at % 2))>
                {at + 1}
            </text>
        }
    });
    let places: Vec<String> = scores
        .iter()
        .enumerate()
        .map(|(at, of)| format!("hit {} at {}", at + 1, digits(of.on_scale, 2)))
        .collect();
    let label = format!(
        "The scale {}: {}",
        heading.to_lowercase(),
        places.join(", ")
    );
    view! {
        <div class=class>
            <p>
                <strong>{heading}</strong>
                ": "
                {said}
            </p>
            <svg viewBox="0 0 640 64" role="img" aria-label=label>
                <line class="walk-line" x1="20" y1="36" x2="620" y2="36" />
                {ticks.into_iter().collect_view()}
                {dots.collect_view()}
            </svg>
        </div>
    }
    .into_any()
}

fn row(at: usize, hit: &FusedHit, shown: &Shown) -> AnyView {
    let name = name_of(&hit.title, &hit.id);
    let path = record_path(&shown.search, &hit.id);
    let href = shown.state.explaining(None).href(&path);
    let mut sum = vec![digits(hit.meaning.added, 3), digits(hit.words.added, 3)];
    if hit.from_neighbours != 0.0 {
        sum.push(format!(
            "{} from similar hits",
            digits(hit.from_neighbours, 3)
        ));
    }
    let sum = sum.join(" + ");
    view! {
        <tr>
            <th scope="row">
                {at + 1}
                ". "
                <a href=href>
                    <bdi>{name}</bdi>
                </a>
            </th>
            <td class="walk-number">{digits(hit.meaning.score, 3)}</td>
            <td class="walk-number">{digits(hit.meaning.on_scale, 2)}</td>
            <td class="walk-number">{digits(hit.words.score, 2)}</td>
            <td class="walk-number">{digits(hit.words.on_scale, 2)}</td>
            <td class="walk-number">
                <strong>{digits(hit.score, 3)}</strong>
                <span class="walk-sum">{sum}</span>
            </td>
        </tr>
    }
    .into_any()
}
