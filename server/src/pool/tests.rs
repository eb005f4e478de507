//! Pools as their callers see them.

// Test helpers fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::net::IpAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};

use tokio::task::JoinHandle;

use super::*;

/// Limits of a queue in which jobs may wait for as long as a test takes.
fn waiting(waiting: usize) -> Limits {
    Limits {
        waiting,
        wait: Duration::from_secs(60),
    }
}

fn flow(collection: &str) -> Flow {
    Flow {
        collection: Some(collection.to_owned()),
        address: None,
    }
}

/// Waits until a pool is in a state.
async fn until(pool: &Pool, reached: impl Fn(Stats) -> bool) {
    let start = Instant::now();
    while !reached(pool.stats()) {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "{:?}",
            pool.stats()
        );
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Occupies a core until the sender is used or dropped.
async fn occupy(pool: &Pool) -> (Sender<()>, JoinHandle<Result<(), Refused>>) {
    let (release, held) = channel::<()>();
    let running = pool.stats().running;
    let job = tokio::spawn({
        let pool = pool.clone();
        async move {
            let hold = move || {
                let _ = held.recv();
            };
            pool.run(flow("held"), hold).await
        }
    });
    until(pool, |stats| stats.running > running).await;
    (release, job)
}

/// Asks for a short job.
fn ask(pool: &Pool) -> JoinHandle<Result<(), Refused>> {
    let pool = pool.clone();
    tokio::spawn(async move { pool.run(flow("a"), || ()).await })
}

#[tokio::test]
async fn past_its_queue_it_refuses_and_who_leaves_is_not_worked_for() {
    let pool = Pool::new(1, waiting(1));
    let (release, first) = occupy(&pool).await;
    let ran = Arc::new(AtomicBool::new(false));
    let waits = tokio::spawn({
        let (pool, ran) = (pool.clone(), Arc::clone(&ran));
        async move {
            pool.run(flow("a"), move || ran.store(true, Ordering::SeqCst))
                .await
        }
    });
    until(&pool, |stats| stats.waiting == 1).await;
    assert!(pool.check_room(&flow("a")).is_err());
    let refused = pool.run(flow("a"), || ()).await;
    assert!(matches!(refused, Err(Refused::Full { .. })));

    waits.abort();
    until(&pool, |stats| stats.waiting == 0).await;
    assert!(pool.check_room(&flow("a")).is_ok());
    drop(release);
    first.await.unwrap().unwrap();
    pool.run(flow("a"), || ()).await.unwrap();
    assert!(!ran.load(Ordering::SeqCst));
    let stats = pool.stats();
    assert_eq!((stats.running, stats.ran, stats.refused), (0, 2, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_short_job_holds_up_no_other_task_and_may_fail() {
    let [pool, _] = Pool::two_of_short_jobs(1, waiting(8));
    let (release, held) = channel::<()>();
    let running = tokio::spawn({
        let pool = pool.clone();
        async move { pool.run(flow("a"), move || held.recv().unwrap()).await }
    });
    // The only worker runs this, whether before or while the job waits for it.
    tokio::spawn(async move { release.send(()).unwrap() })
        .await
        .unwrap();
    running.await.unwrap().unwrap();
    let failed = tokio::spawn({
        let pool = pool.clone();
        async move { pool.run(flow("a"), || panic!("as a job may")).await }
    });
    assert_eq!(failed.await.unwrap(), Err::<(), _>(Refused::Failed));
    assert_eq!(pool.run(flow("a"), || 1).await, Ok(1));
}

#[tokio::test]
async fn whoever_waits_longer_than_promised_is_refused() {
    let limits = Limits {
        waiting: 8,
        wait: Duration::from_millis(10),
    };
    let pool = Pool::new(1, limits);
    let (release, first) = occupy(&pool).await;
    let refused = pool.run(flow("a"), || ()).await;
    assert!(matches!(refused, Err(Refused::Full { .. })));
    assert_eq!(pool.stats().waiting, 0);
    drop(release);
    first.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_queue_is_as_long_as_its_wait_is_short() {
    let limits = Limits {
        waiting: 1_000,
        wait: Duration::from_millis(200),
    };
    let pool = Pool::new(1, limits);
    // At least 50 ms each, so no more than four fit into the time that a caller may wait.
    let took = || std::thread::sleep(Duration::from_millis(50));
    pool.run(flow("a"), took).await.unwrap();
    let (release, first) = occupy(&pool).await;
    let mut callers = Vec::new();
    let mut wait = None;
    for _ in 0..5 {
        let before = pool.stats();
        let pool_of_caller = pool.clone();
        callers.push(tokio::spawn(async move {
            pool_of_caller.run(flow("a"), || ()).await
        }));
        until(&pool, |now| {
            now.waiting > before.waiting || now.refused > before.refused
        })
        .await;
        if let Err(Refused::Full { wait: told }) = pool.check_room(&flow("a")) {
            wait = Some(told);
            break;
        }
    }
    // What is told is how long the queue takes.
    assert!(wait.unwrap() >= Duration::from_millis(50), "{wait:?}");
    drop(release);
    first.await.unwrap().unwrap();
    for caller in callers {
        caller.await.unwrap().ok();
    }
}

#[tokio::test]
async fn when_callers_ask_for_more_than_there_is_a_query_waits_for_one_at_most() {
    let limits = Limits {
        waiting: 1_000,
        wait: Duration::from_secs(30),
    };
    let [pool, _] = Pool::two_of_short_jobs(2, limits);
    // Callers ask for three times what the cores can do.
    pool.shared.lock().lanes[0].set_demand(6.0);
    pool.run(flow("a"), || std::thread::sleep(Duration::from_millis(5)))
        .await
        .unwrap();
    let (one, first) = occupy(&pool).await;
    let (two, second) = occupy(&pool).await;
    let waits = ask(&pool);
    until(&pool, |stats| stats.waiting == 1).await;
    // The one that has waited longest makes room for a new one.
    let newest = ask(&pool);
    let refused = waits.await.unwrap();
    assert!(matches!(refused, Err(Refused::Full { .. })));
    assert_eq!((pool.stats().waiting, pool.stats().refused), (1, 1));
    // Once they ask for less, a burst may wait again.
    pool.shared.lock().lanes[0].set_demand(0.0);
    assert!(pool.check_room(&flow("a")).is_ok());
    drop((one, two));
    for held in [first, second] {
        held.await.unwrap().unwrap();
    }
    newest.await.unwrap().unwrap();
}

#[tokio::test]
async fn under_overload_a_kind_of_jobs_leaves_the_cores_that_another_needs() {
    // Cores, how many of them callers ask for by words, and how many jobs by meaning run then.
    let cases = [
        (4, 0.2, 4),
        (4, 1.1, 3),
        (4, 1.9, 2),
        (4, 9.0, 2),
        (3, 9.0, 2),
        (1, 9.0, 1),
    ];
    for (cores, words_ask, runs) in cases {
        let [words, meaning] = Pool::two_of_short_jobs(cores, waiting(8));
        words.shared.lock().lanes[0].set_demand(words_ask);
        words.shared.lock().lanes[1].set_demand(9.0);
        let mut held = Vec::new();
        for _ in 0..runs {
            held.push(occupy(&meaning).await);
        }
        let mut waits = vec![ask(&meaning)];
        until(&meaning, |stats| stats.waiting == 1).await;
        // The others are there for words, and one in any case.
        let left = (cores - runs).max(1);
        for _ in 0..left {
            held.push(occupy(&words).await);
        }
        waits.push(ask(&words));
        until(&words, |stats| stats.waiting == 1).await;
        assert_eq!(
            (meaning.stats().running, words.stats().running),
            (runs, left)
        );
        for (release, job) in held {
            drop(release);
            job.await.unwrap().unwrap();
        }
        for waiting in waits {
            waiting.await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn a_job_may_lose_its_place_before_it_waits() {
    let pool = Pool::new(1, waiting(1));
    let (release, first) = occupy(&pool).await;
    let (queued, longest) = pool.enter(flow("a")).unwrap();
    let displaced = pool.shared.lock().lanes[0]
        .queue()
        .remove_oldest(&flow("a"));
    assert!(displaced.is_some());
    drop(displaced);
    assert!(queued.turn(longest).await.is_none());
    drop(release);
    first.await.unwrap().unwrap();
}

#[tokio::test]
async fn one_caller_does_not_starve_another() {
    let pool = Pool::new(1, waiting(4));
    let (release, first) = occupy(&pool).await;
    let order = Arc::new(Mutex::new(Vec::new()));
    let ask = |address: &str| {
        let flow = Flow {
            collection: Some("a".into()),
            address: Some(address.parse::<IpAddr>().unwrap()),
        };
        let (pool, order) = (pool.clone(), Arc::clone(&order));
        let address = address.to_owned();
        tokio::spawn(async move {
            pool.run(flow, move || order.lock().unwrap().push(address))
                .await
        })
    };
    let mut heavy = Vec::new();
    for waiting in 1..=4 {
        heavy.push(ask("192.0.2.1"));
        until(&pool, |stats| stats.waiting == waiting).await;
    }
    // The queue is full, but only of one caller.
    let light = ask("192.0.2.2");
    until(&pool, |stats| stats.refused == 1).await;
    until(&pool, |stats| stats.waiting == 4).await;
    drop(release);
    first.await.unwrap().unwrap();
    light.await.unwrap().unwrap();
    let mut refused = 0;
    for caller in heavy {
        refused += u32::from(caller.await.unwrap().is_err());
    }
    assert_eq!(refused, 1);
    let order = order.lock().unwrap();
    assert_eq!(order[..2], ["192.0.2.1", "192.0.2.2"]);
}

#[tokio::test]
async fn one_kind_of_jobs_goes_on_while_another_takes_all_cores() {
    let [words, meaning] = Pool::two_of_short_jobs(2, waiting(1));
    let (one, first) = occupy(&meaning).await;
    let (two, second) = occupy(&meaning).await;
    let waits = ask(&meaning);
    until(&meaning, |stats| stats.waiting == 1).await;
    let refused = meaning.run(flow("a"), || ()).await;
    assert!(matches!(refused, Err(Refused::Full { .. })));
    for _ in 0..10 {
        words.run(flow("a"), || ()).await.unwrap();
    }
    assert_eq!(meaning.stats().waiting, 1);
    drop((one, two));
    for held in [first, second] {
        held.await.unwrap().unwrap();
    }
    waits.await.unwrap().unwrap();
}
