//! Who is signed in on the page. The browser has a random token in a cookie, never the key, so a
//! session ends without changing the key. Sessions are in memory: after a restart, people sign in
//! again.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::Result;
use parallax::locks::lock;

use super::secret::{Digest, generate};

/// The name of the cookie.
pub const COOKIE: &str = "parallax-session";

/// How long a session lasts.
pub const LASTS: Duration = Duration::from_secs(12 * 60 * 60);

/// How many sessions there may be; with one more, the oldest ends.
const MAX_SESSIONS: usize = 10_000;

/// The sessions, by the hashes of their tokens.
#[derive(Default)]
pub struct Sessions(Mutex<HashMap<Digest, Session>>);

struct Session {
    key: Digest,
    since: Instant,
}

impl Sessions {
    /// Begins a session of whoever has a key, and returns its token.
    ///
    /// # Errors
    /// If the operating system has no random numbers.
    pub fn begin(&self, key: Digest) -> Result<String> {
        let token = generate()?;
        let mut sessions = lock(&self.0);
        if sessions.len() >= MAX_SESSIONS {
            sessions.retain(|_, session| session.since.elapsed() < LASTS);
        }
        if sessions.len() >= MAX_SESSIONS
            && let Some((&oldest, _)) = sessions.iter().min_by_key(|(_, session)| session.since)
        {
            sessions.remove(&oldest);
        }
        let since = Instant::now();
        sessions.insert(Digest::of(&token), Session { key, since });
        Ok(token)
    }

    /// The key of a session.
    pub fn key_of(&self, token: &str) -> Option<Digest> {
        let sessions = lock(&self.0);
        let session = sessions.get(&Digest::of(token));
        let session = session.filter(|session| session.since.elapsed() < LASTS);
        session.map(|session| session.key)
    }

    /// Ends a session.
    pub fn end(&self, token: &str) {
        lock(&self.0).remove(&Digest::of(token));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_lasts_until_it_is_ended_or_too_old() {
        let sessions = Sessions::default();
        let key = Digest::of("key");
        let token = sessions.begin(key).unwrap();
        assert_eq!(sessions.key_of(&token), Some(key));
        assert_eq!(sessions.key_of("key"), None);
        sessions.end(&token);
        assert_eq!(sessions.key_of(&token), None);
    }

    #[test]
    fn the_oldest_session_makes_room() {
        let sessions = Sessions::default();
        let first = sessions.begin(Digest::of("key")).unwrap();
        for _ in 1..MAX_SESSIONS {
            sessions.begin(Digest::of("key")).unwrap();
        }
        assert!(sessions.key_of(&first).is_some());
        sessions.begin(Digest::of("key")).unwrap();
        assert!(sessions.key_of(&first).is_none());
        assert_eq!(lock(&sessions.0).len(), MAX_SESSIONS);
    }
}
