//! How fast callers may send requests, and how fast they may guess keys.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::middleware::{StateInformationMiddleware, StateSnapshot};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};
use parallax::locks::lock;

use super::address::network;
use super::settings::Settings;

/// How many addresses are remembered. While more than that are active, new ones share a limit.
const MAX_ADDRESSES: usize = 100_000;

/// How often addresses that were idle are forgotten, if there are too many.
const TIDIED: Duration = Duration::from_secs(1);

/// The address that stands for those that are not remembered.
const OTHERS: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// The limits of all addresses.
pub struct Limits {
    requests: Option<Addresses>,
    wrong_keys: Option<WrongKeys>,
}

struct WrongKeys {
    counted: Addresses,
    /// How long it takes until one more may be sent.
    pause: Duration,
    /// Until when addresses may not send any key.
    shut_out: Mutex<HashMap<IpAddr, Instant>>,
}

impl Limits {
    /// The limits that the settings say.
    pub fn new(settings: &Settings) -> Self {
        let requests = NonZeroU32::new(settings.requests_per_second).map(|rate| {
            let burst = NonZeroU32::new(settings.burst).unwrap_or(rate);
            Addresses::new(Quota::per_second(rate).allow_burst(burst))
        });
        let wrong_keys = NonZeroU32::new(settings.wrong_keys_per_minute).map(|rate| {
            let quota = Quota::per_minute(rate);
            WrongKeys {
                counted: Addresses::new(quota),
                pause: quota.replenish_interval(),
                shut_out: Mutex::default(),
            }
        });
        Self {
            requests,
            wrong_keys,
        }
    }

    /// Counts a request from an address.
    ///
    /// # Errors
    /// How long the caller must wait.
    pub fn request(&self, address: IpAddr) -> Result<(), Duration> {
        let requests = self.requests.as_ref();
        requests.map_or(Ok(()), |requests| requests.take(address).map(|_| ()))
    }

    /// Whether an address may send keys.
    ///
    /// # Errors
    /// How long it may not, because it sent too many wrong ones. Even the right one is not looked at
    /// until then: the answer would say that it is right.
    pub fn may_send_key(&self, address: IpAddr) -> Result<(), Duration> {
        let Some(wrong_keys) = &self.wrong_keys else {
            return Ok(());
        };
        let end = lock(&wrong_keys.shut_out).get(&network(address)).copied();
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        match left {
            Some(left) if !left.is_zero() => Err(left),
            _ => Ok(()),
        }
    }

    /// Counts a wrong key from an address.
    pub fn wrong_key(&self, address: IpAddr) {
        let Some(wrong_keys) = &self.wrong_keys else {
            return;
        };
        let pause = match wrong_keys.counted.take(address) {
            Ok(left) if left.remaining_burst_capacity() > 0 => return,
            Ok(_) => wrong_keys.pause,
            Err(wait) => wait,
        };
        let now = Instant::now();
        let mut shut_out = lock(&wrong_keys.shut_out);
        shut_out.retain(|_, end| *end > now);
        if shut_out.len() < MAX_ADDRESSES {
            shut_out.insert(network(address), now + pause);
        }
    }
}

/// Counts a request against a limit of its own.
///
/// # Errors
/// How long the caller must wait.
pub fn take(limit: &DefaultDirectRateLimiter) -> Result<(), Duration> {
    let checked = limit.check();
    checked.map_err(|until| until.wait_time_from(limit.clock().now()))
}

/// A limit for each address.
struct Addresses {
    limiter: DefaultKeyedRateLimiter<IpAddr, StateInformationMiddleware>,
    tidied: Mutex<Instant>,
}

impl Addresses {
    fn new(quota: Quota) -> Self {
        Self {
            limiter: RateLimiter::keyed(quota).with_middleware(),
            tidied: Mutex::new(Instant::now()),
        }
    }

    fn take(&self, address: IpAddr) -> Result<StateSnapshot, Duration> {
        let address = self.remembered(network(address));
        let checked = self.limiter.check_key(&address);
        checked.map_err(|until| until.wait_time_from(DefaultClock::default().now()))
    }

    /// The address that is counted, so that the table stays bounded.
    fn remembered(&self, address: IpAddr) -> IpAddr {
        if self.limiter.len() < MAX_ADDRESSES {
            return address;
        }
        let mut tidied = lock(&self.tidied);
        if tidied.elapsed() >= TIDIED {
            *tidied = Instant::now();
            self.limiter.retain_recent();
        }
        if self.limiter.len() < MAX_ADDRESSES {
            address
        } else {
            OTHERS
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        Ipv4Addr::new(192, 0, 2, last).into()
    }

    #[test]
    fn each_address_has_its_burst_and_then_waits_less_than_a_second() {
        let limits = Limits::new(&Settings {
            requests_per_second: 1,
            burst: 3,
            ..Settings::default()
        });
        for _ in 0..3 {
            assert!(limits.request(address(1)).is_ok());
        }
        let wait = limits.request(address(1)).unwrap_err();
        assert!(
            wait > Duration::ZERO && wait <= Duration::from_secs(1),
            "{wait:?}"
        );
        assert!(limits.request(address(2)).is_ok());
        let unlimited = Limits::new(&Settings {
            requests_per_second: 0,
            ..Settings::default()
        });
        assert!((0..10_000).all(|_| unlimited.request(address(1)).is_ok()));
    }

    #[test]
    fn after_the_last_wrong_key_that_is_allowed_no_key_is_looked_at() {
        let limits = Limits::new(&Settings::default());
        for _ in 0..10 {
            assert!(limits.may_send_key(address(1)).is_ok());
            limits.wrong_key(address(1));
        }
        let wait = limits.may_send_key(address(1)).unwrap_err();
        assert!(wait <= Duration::from_secs(6), "{wait:?}");
        assert!(limits.may_send_key(address(2)).is_ok());
    }
}
