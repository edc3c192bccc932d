//! Work on several databases, shared by a bounded number of threads: the longest piece first, whichever database it
//! belongs to.
//!
//! Rule: connections are not shared. The calling thread works on the connections it was given, every other one on
//! its own, which close before those; what a thread cannot open for itself is left to the calling one.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use crate::error::Result;

/// A database that is open, and how to open it once more.
pub(crate) struct Subject<'a> {
    pub connection: &'a Connection,
    pub open: &'a (dyn Fn() -> Result<Connection> + Sync),
}

/// A piece of work.
pub(crate) struct Task<'a> {
    /// How long it takes, compared with the others.
    pub cost: u64,
    pub work: Work<'a>,
}

/// What is done with a connection.
pub(crate) type OnConnection<'a> = Box<dyn FnOnce(&Connection) -> Result<()> + Send + 'a>;

/// What is done.
pub(crate) enum Work<'a> {
    /// With the database of this number.
    On(usize, OnConnection<'a>),
    /// By itself.
    Alone(Box<dyn FnOnce() + Send + 'a>),
}

/// Where a piece of work leaves its answer.
pub(crate) struct Slot<T>(Mutex<Option<T>>);

impl<T> Slot<T> {
    pub(crate) fn new() -> Slot<T> {
        Slot(Mutex::new(None))
    }

    pub(crate) fn put(&self, answer: T) {
        *lock(&self.0) = Some(answer);
    }

    /// The answer, if the work was done.
    pub(crate) fn into_inner(self) -> Option<T> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does all of it. For each subject the first error of its tasks; one does not end the others.
pub(crate) fn run(subjects: &[Subject<'_>], mut tasks: Vec<Task<'_>>, threads: usize) -> Vec<Result<()>> {
    let openers: Vec<_> = subjects.iter().map(|subject| subject.open).collect();
    let others = threads.min(tasks.len()).saturating_sub(1);
    tasks.sort_by_key(|task| Reverse(task.cost));
    let board = Board {
        tasks: Mutex::new(tasks.into()),
        outcomes: Mutex::new(subjects.iter().map(|_| Ok(())).collect()),
    };
    let own = |board: &Board<'_>| {
        while let Some(task) = board.take(|_| true) {
            board.perform(task, |number| Some(subjects[number].connection));
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..others).map(|_| scope.spawn(|| help(&board, &openers))).collect();
        own(&board);
        for thread in threads {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    });
    // What another thread took and could not do.
    own(&board);
    board.outcomes.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// One of the other threads.
fn help(board: &Board<'_>, openers: &[&(dyn Fn() -> Result<Connection> + Sync)]) {
    let mut connections: Vec<Seat> = openers.iter().map(|_| Seat::Free).collect();
    while let Some(task) = board.take(|number| !matches!(connections[number], Seat::Closed)) {
        if let Work::On(number, _) = task.work
            && matches!(connections[number], Seat::Free)
        {
            connections[number] = openers[number]().map_or(Seat::Closed, Seat::Open);
        }
        board.perform(task, |number| match &connections[number] {
            Seat::Open(connection) => Some(connection),
            Seat::Free | Seat::Closed => None,
        });
    }
}

/// What a thread knows of a database.
enum Seat {
    Free,
    Open(Connection),
    Closed,
}

struct Board<'a> {
    tasks: Mutex<VecDeque<Task<'a>>>,
    outcomes: Mutex<Vec<Result<()>>>,
}

impl<'a> Board<'a> {
    /// The longest task that is left and needs no database but those that `may` be used.
    fn take(&self, may: impl Fn(usize) -> bool) -> Option<Task<'a>> {
        let mut tasks = lock(&self.tasks);
        let at = tasks.iter().position(|task| match task.work {
            Work::On(number, _) => may(number),
            Work::Alone(_) => true,
        })?;
        tasks.remove(at)
    }

    fn perform<'c>(&self, task: Task<'a>, connection: impl FnOnce(usize) -> Option<&'c Connection>) {
        let Task { cost, work } = task;
        match work {
            Work::Alone(work) => work(),
            Work::On(number, work) => match connection(number) {
                Some(connection) => {
                    if let Err(why) = work(connection) {
                        let outcome = &mut lock(&self.outcomes)[number];
                        if outcome.is_ok() {
                            *outcome = Err(why);
                        }
                    }
                }
                None => lock(&self.tasks).push_front(Task { cost, work: Work::On(number, work) }),
            },
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
