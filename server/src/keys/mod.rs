//! Keys: who may search, write and manage which collections, and how fast.
//!
//! `admit` decides about each request. What a route needs is in `needs`, what the caller may see of
//! the collections travels with the request as its `sight`.

mod address;
mod admit;
mod exposure;
mod file;
mod key;
mod keyring;
mod limits;
mod local;
pub mod needs;
mod secret;
mod sessions;
mod settings;
mod sight;

pub use self::address::network;
pub use self::admit::{Admitted, Asked, Keys, Refusal, bearer, needs_key};
pub use self::exposure::check as check_exposure;
pub use self::file::{entry, read as read_file};
pub use self::key::{Key, Role, expiry};
pub use self::local::{content_type, essence, is_of_this_site};
pub use self::secret::{generate, random_hex};
pub use self::sessions::{COOKIE, LASTS};
pub use self::settings::Settings;
pub use self::sight::Sight;
