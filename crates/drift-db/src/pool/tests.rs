use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::error::DbError;

fn open() -> Result<Connection> {
    let in_memory = Connection::open_in_memory();
    in_memory.map_err(|why| DbError::sqlite(std::path::Path::new("memory"), why))
}

fn refuse() -> Result<Connection> {
    Err(DbError::Interrupted)
}

fn on<'a>(number: usize, cost: u64, done: &'a Mutex<Vec<u64>>) -> Task<'a> {
    let work = move |connection: &Connection| {
        assert!(connection.is_autocommit());
        lock(done).push(cost);
        Ok(())
    };
    Task { cost, work: Work::On(number, Box::new(work)) }
}

#[test]
fn one_thread_does_the_longest_first() {
    let (connection, done) = (open().unwrap(), Mutex::new(Vec::new()));
    let subjects = [Subject { connection: &connection, open: &refuse }];
    let tasks = [3, 9, 1, 7].map(|cost| on(0, cost, &done)).into();
    assert!(run(&subjects, tasks, 1)[0].is_ok());
    assert_eq!(*lock(&done), [9, 7, 3, 1]);
}

#[test]
fn everything_is_done_whoever_can_open_what() {
    for openers in [[open as fn() -> Result<Connection>, open], [open, refuse], [refuse, refuse]] {
        let (first, second) = (open().unwrap(), open().unwrap());
        let subjects = [
            Subject { connection: &first, open: &openers[0] },
            Subject { connection: &second, open: &openers[1] },
        ];
        let (done, alone) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
        let mut tasks: Vec<_> = (0..40).map(|at| on(at % 2, at as u64, &done)).collect();
        tasks.push(Task {
            cost: 5,
            work: Work::Alone(Box::new(|| {
                alone.fetch_add(1, Ordering::Relaxed);
            })),
        });
        assert!(run(&subjects, tasks, 4).iter().all(Result::is_ok));
        let mut done = lock(&done).clone();
        done.sort_unstable();
        assert_eq!(done, (0..40).collect::<Vec<u64>>());
        assert_eq!(alone.load(Ordering::Relaxed), 1);
    }
}

#[test]
fn an_error_is_that_of_its_database() {
    let (first, second) = (open().unwrap(), open().unwrap());
    let subjects =
        [Subject { connection: &first, open: &open }, Subject { connection: &second, open: &open }];
    let done = Mutex::new(Vec::new());
    let fail = Work::On(1, Box::new(|_| Err(DbError::Interrupted)));
    let outcomes = run(&subjects, vec![Task { cost: 9, work: fail }, on(0, 1, &done), on(1, 1, &done)], 2);
    assert!(outcomes[0].is_ok());
    assert!(matches!(outcomes[1], Err(DbError::Interrupted)));
    assert_eq!(lock(&done).len(), 2, "the others are done all the same");
}
