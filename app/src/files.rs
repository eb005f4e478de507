//! The page's built files: how a browser loads the stylesheet and the code.

use std::collections::HashMap;

use leptos::WasmSplitManifest;
use leptos::nonce::use_nonce;
use leptos::prelude::*;

/// The names of the built files, which contain a digest.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The stylesheet.
    pub style: String,
    /// The script that starts the WebAssembly.
    pub script: String,
    /// The WebAssembly of every page.
    pub wasm: String,
    /// The script that loads the WebAssembly of single pages.
    pub loader: String,
    /// The files with the WebAssembly of each page or part, without extension.
    pub parts: HashMap<String, Vec<String>>,
}

/// The addresses of the built files.
#[derive(Clone, Debug, Default)]
pub struct PageFiles {
    style: String,
    script: String,
    wasm: String,
    parts: WasmSplitManifest,
}

impl PageFiles {
    /// Those of files in one folder of the site.
    pub fn new(folder: &str, names: Names) -> Self {
        Self {
            style: format!("/{folder}/{}", names.style),
            script: format!("/{folder}/{}", names.script),
            wasm: format!("/{folder}/{}", names.wasm),
            parts: WasmSplitManifest(ArcStoredValue::new((
                format!("/{folder}"),
                names.parts,
                names.loader,
            ))),
        }
    }

    /// The elements of the document's head that load what every page needs. From the list that this
    /// provides, the code of the requested page is loaded too.
    pub fn tags(self) -> impl IntoView {
        let Self {
            style,
            script,
            wasm,
            parts,
        } = self;
        provide_context(parts);
        let start = format!(
            "import({script:?}).then(page => page.default({{module_or_path: {wasm:?}}}).then(() => page.hydrate()))"
        );
        view! {
            <link id="style" rel="stylesheet" href=style />
            <link rel="modulepreload" href=script />
            <link
                rel="preload"
                href=wasm
                r#as="fetch"
                r#type="application/wasm"
                crossorigin="anonymous"
            />
            <script type="module" nonce=use_nonce()>
                {start}
            </script>
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_loads_the_files_by_their_addresses() {
        let names = Names {
            style: "parallax.C.css".into(),
            script: "parallax.D.js".into(),
            wasm: "parallax.D.wasm".into(),
            loader: "__wasm_split.D.js".into(),
            parts: [("about".into(), vec!["split_about.D".into()])].into(),
        };
        let owner = Owner::new();
        let html = owner.with(|| {
            let html = PageFiles::new("pkg", names).tags().to_html();
            assert!(use_context::<WasmSplitManifest>().is_some());
            html
        });
        for part in [
            r#"rel="stylesheet" href="/pkg/parallax.C.css""#,
            r#"rel="modulepreload" href="/pkg/parallax.D.js""#,
            r#"href="/pkg/parallax.D.wasm""#,
            r#"import("/pkg/parallax.D.js")"#,
            r#"module_or_path: "/pkg/parallax.D.wasm""#,
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }
}
