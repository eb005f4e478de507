//! The drawing of the workflow: two paths from a query to one list.

use leptos::prelude::*;

/// The drawing, with a text description for screen readers.
#[component]
pub fn Workflow() -> impl IntoView {
    view! {
        // On a phone, it is wider than the page, and scrolls.
        <figure class="workflow" tabindex="0" aria-label="The workflow">
            <svg viewBox="0 0 720 220" role="img" aria-labelledby="workflow-title">
                <title id="workflow-title">
                    "A query takes two paths: the model turns it into a vector, whose nearest records \
                     form the ranking by meaning; its words are looked up, which gives the ranking \
                     by words. The scores of both are added, which gives one list."
                </title>
                <g class="workflow-lines">
                    <path class="line-meaning" d="M128 98C160 98 156 56 188 56M340 56H396M548 56C584 56 576 98 604 98" />
                    <path class="line-words" d="M128 122C160 122 156 164 188 164M340 164H396M548 164C584 164 576 122 604 122" />
                </g>
                <g class="workflow-boxes">
                    <rect x="8" y="82" width="120" height="56" rx="10" />
                    <rect class="box-meaning" x="188" y="28" width="152" height="56" rx="10" />
                    <rect class="box-meaning" x="396" y="28" width="152" height="56" rx="10" />
                    <rect class="box-words" x="188" y="136" width="152" height="56" rx="10" />
                    <rect class="box-words" x="396" y="136" width="152" height="56" rx="10" />
                    <rect x="604" y="82" width="108" height="56" rx="10" />
                </g>
                <g class="workflow-text" aria-hidden="true">
                    <text x="68" y="107">"Your query"</text>
                    <text class="small" x="68" y="125">"“pet hotel”"</text>
                    <text x="264" y="53">"Model"</text>
                    <text class="small" x="264" y="71">"384 numbers"</text>
                    <text x="472" y="53">"Nearest vectors"</text>
                    <text class="small" x="472" y="71">"cosine similarity"</text>
                    <text x="264" y="161">"Words"</text>
                    <text class="small" x="264" y="179">"“pet”, “hotel”"</text>
                    <text x="472" y="161">"Records with them"</text>
                    <text class="small" x="472" y="179">"BM25"</text>
                    <text x="658" y="107">"One list"</text>
                    <text class="small" x="658" y="125">"scores added"</text>
                </g>
            </svg>
        </figure>
    }
}
