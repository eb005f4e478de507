//! The uploads that were withdrawn before they were created: their bytes may still be on their way.
//! Each caller has their own, so that what one withdraws neither refuses nor forgets another's.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::keys::Sight;

/// How many are remembered of each caller.
const EACH: usize = 100;

/// How many are remembered altogether.
const ALL: usize = 10_000;

/// Whose withdrawals they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder(String);

impl Holder {
    /// Whoever sent a key with the current request. Those who sent none are told apart by what they
    /// may see.
    pub fn of(key: Option<&str>) -> Self {
        match (key, Sight::current()) {
            (Some(key), _) => {
                // This is stored, and so little of the hash does not tell which key it is.
                let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(key.as_bytes()).into();
                Self(format!("key {:08x}", u32::from_be_bytes([a, b, c, d])))
            }
            (None, Sight::Only(names)) => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                Self(format!("for {}", names.join(" ")))
            }
            (None, Sight::All | Sight::Nothing) => Self::default(),
        }
    }
}

/// The uploads that were withdrawn, newest last.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Withdrawals(VecDeque<(Holder, String)>);

impl Withdrawals {
    /// Whether a caller withdrew an upload.
    pub fn contain(&self, holder: &Holder, upload: &str) -> bool {
        self.0
            .iter()
            .any(|(of, name)| of == holder && name == upload)
    }

    /// Remembers that a caller withdrew an upload.
    pub fn add(&mut self, holder: &Holder, upload: &str) {
        let own = self.0.iter().filter(|(of, _)| of == holder).count();
        if own >= EACH || self.0.len() >= ALL {
            // Their own oldest one, if they have any.
            let oldest = self.0.iter().position(|(of, _)| of == holder);
            self.0.remove(oldest.unwrap_or(0));
        }
        self.0.push_back((holder.clone(), upload.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn each_caller_has_their_own() {
        let films = ["films".to_owned()].into_iter().collect();
        let films = Sight::Only(Arc::new(films));
        let holders = [
            Holder::of(None),
            Holder::of(Some("one key")),
            Holder::of(Some("another key")),
            films.within(|| Holder::of(None)),
        ];
        let mut withdrawals = Withdrawals::default();
        for holder in &holders {
            assert!(!withdrawals.contain(holder, "plan"));
            withdrawals.add(holder, "plan");
        }
        for at in 0..ALL {
            withdrawals.add(&holders[1], &format!("other-{at}"));
        }
        assert_eq!(withdrawals.0.len(), EACH + holders.len() - 1);
        for (at, holder) in holders.iter().enumerate() {
            assert_eq!(withdrawals.contain(holder, "plan"), at != 1, "{holder:?}");
        }
        assert!(withdrawals.contain(&holders[1], &format!("other-{}", ALL - 1)));
    }

    #[test]
    fn there_are_not_more_than_are_remembered_altogether() {
        let mut withdrawals = Withdrawals::default();
        for at in 0..ALL {
            withdrawals.add(&Holder::of(Some(&at.to_string())), "plan");
        }
        // Whoever has some loses the oldest of them, and not another's.
        let last = Holder::of(Some(&(ALL - 1).to_string()));
        withdrawals.add(&last, "other");
        assert_eq!(withdrawals.0.len(), ALL);
        assert!(withdrawals.contain(&last, "other") && !withdrawals.contain(&last, "plan"));
        let first = Holder::of(Some("0"));
        assert!(withdrawals.contain(&first, "plan"));
        withdrawals.add(&Holder::of(Some("new")), "plan");
        assert_eq!(withdrawals.0.len(), ALL);
        assert!(!withdrawals.contain(&first, "plan"));
    }
}
