//! How it works, in a few paragraphs and a drawing.

use leptos::prelude::*;

use crate::components::tab_title::TabTitle;
use crate::components::workflow::Workflow;

/// The page that explains how search works.
#[component]
pub fn AboutPage() -> impl IntoView {
    view! {
        <TabTitle text="How it works · Parallax" />
        <article class="prose">
            <h1>"How it works"</h1>
            <p class="lead">
                "Look at one thing from two places and you see how far away it is. Parallax looks \
                 at every record from two: what it " <span class="by-meaning">"means"</span>
                ", and the " <span class="by-words">"words"</span> " it uses."
            </p>
            <Workflow />
            <h2 class="by-meaning">"By meaning"</h2>
            <p>
                "A small language model, all-MiniLM-L6-v2, turns each record into 384 numbers, and \
                 your query into 384 more. Texts that mean similar things get similar numbers, so \
                 “pet hotel” finds the people who look after dogs without either word. The number \
                 beside a result is the cosine of the two: 1 is the same text, unrelated texts \
                 come to about 0.1. There is always a nearest record, even when none is near; \
                 then the page says that nothing matches well. Among the nearest hundred, records \
                 also gain if single words in them are similar to those of the query. In each \
                 result the sentence nearest to your query is marked."
            </p>
            <h2 class="by-words">"By words"</h2>
            <p>
                "Search by words knows nothing of meaning. It counts: a record scores when it \
                 holds the words you typed, more when they are rare and when it says little else \
                 (BM25). Word endings are ignored, so “connections” finds “connected”. Use it for \
                 names, numbers and anything you remember word for word."
            </p>
            <h2 class="by-both">"By both"</h2>
            <p>
                "Search by both, the default, runs the two and puts each score on a scale of its own: 0 is what unrelated \
                 records get, 1 is what the tenth best gets. The two are added, and the slider \
                 says how much each counts. The sum means nothing by itself, which is why you see \
                 the two ranks instead; “Why this rank” shows what each added."
            </p>
            <p>
                "Your queries stay on this server: model, indexes and records are all here, and every \
                 number and timing on the page is the one computed for your query. The only thing \
                 that comes from elsewhere is a record\u{2019}s picture, if its address is on another \
                 host: then your browser fetches it there, without telling that host which page \
                 asked. The line at the bottom of every page turns such pictures off."
            </p>
        </article>
    }
}
