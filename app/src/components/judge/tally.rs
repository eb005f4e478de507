//! How a comparison stands: the tally, what the sign test says of it, and a way to forget it.

use leptos::prelude::*;
use parallax::vocabulary::{Side, Standing};

use super::asked::Asked;
use super::wording::{Names, colour, told};

/// The panel.
#[component]
pub fn TallyPanel(
    /// The two ways to rank.
    asked: Asked,
    /// How they stand.
    standing: Standing,
    /// Where the page is without the tally.
    emptied: String,
    /// Forgets what this browser keeps.
    on_forget: Callback<()>,
) -> impl IntoView {
    let names = Names::of_both(&asked);
    let tally = standing.tally;
    let side = |side: Side, ranker: &str, won: u32| {
        view! {
            <div class="judge-side">
                <dt class=colour(ranker)>
                    <bdi>{names.of(side).to_owned()}</bdi>
                </dt>
                <dd>{won}</dd>
            </div>
        }
    };
    let sentences = told(&names, &standing).into_iter();
    let sentences = sentences.map(|sentence| view! { <p>{sentence}</p> });
    view! {
        <section class="judge-tally" aria-labelledby="judge-tally">
            <h2 class="judge-heading" id="judge-tally">
                "So far"
            </h2>
            <dl class="judge-sides">
                {side(Side::A, &asked.a, tally.a)} {side(Side::B, &asked.b, tally.b)}
                <div class="judge-side">
                    <dt>"Ties"</dt>
                    <dd>{tally.ties}</dd>
                </div>
            </dl>
            {bar(&asked, &standing)}
            <div class="judge-told">
                {sentences.collect_view()}
                <p class="judge-caution">
                    "Ties do not count. Decide beforehand how many queries you judge: whoever stops as \
                     soon as p is small finds differences where there are none."
                </p>
            </div>
            <p class="judge-forget">
                <a class="link-button" href=emptied on:click=move |_| on_forget.run(())>
                    "Delete this tally"
                </a>
                <span class="with-js">" It is kept in this browser only."</span>
            </p>
        </section>
    }
    .into_any()
}

/// The shares of the queries won, as a bar.
fn bar(asked: &Asked, standing: &Standing) -> AnyView {
    let tally = standing.tally;
    let all = f64::from(tally.decided());
    if all == 0.0 {
        return ().into_any();
    }
    let of_a = 100.0 * f64::from(tally.a) / all;
    let (colour_a, colour_b) = (colour(&asked.a), colour(&asked.b));
    view! {
        <svg class="judge-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
            <rect class=colour_a x="0" y="0" width=format!("{of_a:.2}") height="4" />
            <rect
                class=colour_b
                x=format!("{of_a:.2}")
                y="0"
                width=format!("{:.2}", 100.0 - of_a)
                height="4"
            />
            <line x1="50" x2="50" y1="0" y2="4" />
        </svg>
    }
    .into_any()
}
