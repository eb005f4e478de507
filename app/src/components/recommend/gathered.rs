//! The records that the reader gathers from any list, as signals. What is gathered belongs to a
//! collection, and is kept in the browser.

use leptos::prelude::*;
use parallax::vocabulary::limits::MAX_FEEDBACK;

use super::wanted::Wanted;
use crate::browser::{Kept, gathered, keep_gathered};
use crate::paths::page_path;

/// How many characters of a title are kept.
const LONGEST_TITLE: usize = 100;

/// What is gathered.
#[derive(Clone, Copy)]
pub struct Gathered {
    /// The collection that the page shows, once that is known.
    collection: RwSignal<Option<String>>,
    /// What was gathered from it.
    pub kept: RwSignal<Vec<Kept>>,
    /// Whether the tray is hidden until something else is gathered.
    pub hidden: RwSignal<bool>,
    /// What a screen reader is told about the last change.
    pub said: RwSignal<String>,
}

impl Gathered {
    /// Provides it to the page.
    pub fn provide() {
        provide_context(Self {
            collection: RwSignal::new(None),
            kept: RwSignal::default(),
            hidden: RwSignal::new(false),
            said: RwSignal::default(),
        });
    }

    /// That of the page.
    pub fn here() -> Self {
        expect_context()
    }

    /// Says which collection the page shows. Only called in the browser.
    pub fn show(self, collection: &str) {
        if self.collection.read_untracked().as_deref() == Some(collection) {
            return;
        }
        self.collection.set(Some(collection.to_owned()));
        self.kept.set(gathered(collection));
    }

    /// Whether a record is liked, if it is gathered.
    pub fn how(self, id: &str) -> Option<bool> {
        let kept = self.kept.read();
        let found = kept.iter().find(|kept| kept.id == id);
        found.map(|kept| kept.liked)
    }

    /// Gathers a record or, if it already is in this way, forgets it.
    pub fn toggle(self, id: &str, title: &str, liked: bool) {
        if self.kept.with_untracked(|kept| is_kept(kept, id, liked)) {
            self.forget(id);
        } else {
            self.gather(id, title, liked);
        }
    }

    /// Gathers a record, in this way only.
    pub fn gather(self, id: &str, title: &str, liked: bool) {
        let mut kept = self.kept.get_untracked();
        kept.retain(|kept| kept.id != id);
        if kept.len() >= MAX_FEEDBACK {
            let full = format!("At most {MAX_FEEDBACK} records can be gathered: remove one first.");
            self.said.set(full);
            return;
        }
        let title: String = title.chars().take(LONGEST_TITLE).collect();
        let how = if liked { "More" } else { "Less" };
        let count = kept.len() + 1;
        self.said
            .set(format!("{how} like {title}: {count} gathered."));
        kept.push(Kept {
            id: id.to_owned(),
            title,
            liked,
        });
        self.keep(kept);
        self.hidden.set(false);
    }

    /// Forgets a record.
    pub fn forget(self, id: &str) {
        let mut kept = self.kept.get_untracked();
        kept.retain(|kept| kept.id != id);
        self.said.set(format!("Removed: {} gathered.", kept.len()));
        self.keep(kept);
    }

    /// Forgets all.
    pub fn clear(self) {
        self.said.set("All gathered records were removed.".into());
        self.keep(Vec::new());
    }

    /// The address of the recommendations from what is gathered.
    pub fn href(self) -> String {
        let path = page_path(self.collection.read().as_deref(), "recommend");
        let mut wanted = Wanted::default();
        for kept in self.kept.read().iter() {
            let examples = match kept.liked {
                true => &mut wanted.like,
                false => &mut wanted.unlike,
            };
            examples.push(kept.id.clone());
        }
        wanted.href(&path)
    }

    fn keep(self, kept: Vec<Kept>) {
        if let Some(collection) = &*self.collection.read_untracked() {
            keep_gathered(collection, &kept);
        }
        self.kept.set(kept);
    }
}

fn is_kept(kept: &[Kept], id: &str, liked: bool) -> bool {
    kept.iter().any(|kept| kept.id == id && kept.liked == liked)
}
