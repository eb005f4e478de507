//! Records that the reader gathered as examples, by collection. They are kept in this browser only. If
//! it forbids storage, they are kept until the page is closed.

use form_urlencoded::{Serializer, parse};

use super::storage::local_storage;

/// The names of the parts of an entry; a title follows the id it belongs to.
const LIKED: &str = "like";
const DISLIKED: &str = "unlike";
const TITLE: &str = "title";

/// A gathered record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Whether it is liked; otherwise, it is disliked.
    pub liked: bool,
}

/// The records gathered from a collection, in order.
pub fn gathered(collection: &str) -> Vec<Kept> {
    let kept =
        local_storage().and_then(|storage| storage.get_item(&key(collection)).ok().flatten());
    read(&kept.unwrap_or_default())
}

/// Keeps the records gathered from a collection.
pub fn keep_gathered(collection: &str, kept: &[Kept]) {
    let Some(storage) = local_storage() else {
        return;
    };
    let key = key(collection);
    let _ = match kept {
        [] => storage.remove_item(&key),
        kept => storage.set_item(&key, &written(kept)),
    };
}

fn key(collection: &str) -> String {
    ["gathered.", collection].concat()
}

fn read(text: &str) -> Vec<Kept> {
    let mut kept: Vec<Kept> = Vec::new();
    for (name, value) in parse(text.as_bytes()) {
        let value = value.into_owned();
        match (&*name, kept.last_mut()) {
            (LIKED | DISLIKED, _) => kept.push(Kept {
                id: value,
                title: String::new(),
                liked: name == LIKED,
            }),
            (TITLE, Some(last)) => last.title = value,
            _ => {}
        }
    }
    kept
}

fn written(kept: &[Kept]) -> String {
    let mut text = Serializer::new(String::new());
    for one in kept {
        let how = if one.liked { LIKED } else { DISLIKED };
        text.append_pair(how, &one.id);
        text.append_pair(TITLE, &one.title);
    }
    text.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_record_is_kept_as_it_is() {
        let kept = |id: &str, title: &str, liked| Kept {
            id: id.into(),
            title: title.into(),
            liked,
        };
        let all = vec![
            kept("a&like=b", "One\n& <two>", true),
            kept("", "漢字", false),
            kept("7", "", true),
        ];
        assert_eq!(read(&written(&all)), all);
        assert_eq!(read("title=x&nonsense"), []);
    }
}
