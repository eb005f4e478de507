//! Tells the operator when requests are refused.

use std::time::Duration;

use crate::service::Service;

/// How often it is told at most.
const PERIOD: Duration = Duration::from_secs(10);

/// Logs how many requests were refused since the last time, for each pool.
pub async fn watch(service: Service) {
    let mut before = service.pools();
    loop {
        tokio::time::sleep(PERIOD).await;
        let now = service.pools();
        for ((pool, now), (_, before)) in now.iter().zip(&before) {
            let refused = now.refused - before.refused;
            if refused > 0 {
                let (ran, waited) = (now.ran - before.ran, now.waited - before.waited);
                tracing::warn!(
                    pool,
                    refused,
                    ran,
                    waited_ms = waited.as_millis() as u64 / ran.max(1),
                    waiting = now.waiting,
                    running = now.running,
                    "more requests than there are cores for: some were refused"
                );
            }
        }
        before = now;
    }
}
