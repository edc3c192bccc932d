use std::sync::Mutex;
use std::thread::ThreadId;

use super::*;
use crate::error::BackupError;

fn run(bytes: u64) -> (Vec<i32>, Vec<ThreadId>) {
    let threads = Mutex::new(Vec::new());
    let job = |item: i32| {
        threads.lock().unwrap().push(std::thread::current().id());
        Ok(item * 10)
    };
    let outcome = each(vec![1, 2], bytes, job).unwrap();
    let mut threads = threads.into_inner().unwrap();
    threads.dedup();
    (outcome, threads)
}

#[test]
fn small_work_stays_on_the_thread_of_the_caller() {
    assert_eq!(run(1000), (vec![10, 20], vec![std::thread::current().id()]));
    let (outcome, threads) = run(THREADS_FROM);
    assert_eq!(outcome, [10, 20]);
    assert!(threads.len() == 2 && !threads.contains(&std::thread::current().id()));
}

#[test]
fn the_first_error_counts_and_every_job_has_ended() {
    let ended = Mutex::new(0);
    let job = |database: &'static str| -> Result<()> {
        std::thread::sleep(std::time::Duration::from_millis(if database == "late" { 30 } else { 0 }));
        *ended.lock().unwrap() += 1;
        Err(BackupError::FailedCheck { database, detail: String::new() })
    };
    let outcome = each(vec!["late", "early"], u64::MAX, job);
    assert!(matches!(outcome, Err(BackupError::FailedCheck { database: "late", .. })), "{outcome:?}");
    assert_eq!(ended.into_inner().unwrap(), 2);
}

#[test]
fn what_is_done_beside_has_a_thread_only_where_it_pays() {
    let here = std::thread::current().id();
    for (bytes, is_same) in [(1000, true), (THREADS_FROM, false)] {
        let (first, second) = both(bytes, || std::thread::current().id(), || std::thread::current().id());
        assert_eq!((first, second == here), (here, is_same));
    }
}
