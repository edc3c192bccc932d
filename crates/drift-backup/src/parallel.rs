//! The same for each database, or two things with them, at once where they are large.
//!
//! Rule: outcomes come in the order of the items, whatever ended first, and so does the error that counts.

use crate::error::Result;

/// Below so many bytes together the work is over sooner than threads have started.
const THREADS_FROM: u64 = 8 << 20;

/// Runs `job` for every item: each on a thread of its own if they have many `bytes` together, else in turn.
pub(crate) fn each<T: Send, R: Send>(
    items: Vec<T>,
    bytes: u64,
    job: impl Fn(T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    if bytes < THREADS_FROM || items.len() < 2 {
        return items.into_iter().map(job).collect();
    }
    std::thread::scope(|scope| {
        let job = &job;
        let threads: Vec<_> = items.into_iter().map(|item| scope.spawn(move || job(item))).collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(join).collect::<Vec<_>>().into_iter().collect()
    })
}

/// Runs `here`, and `beside` on a thread of its own at the same time if they concern many `bytes`, else after it.
pub(crate) fn both<T, R: Send>(
    bytes: u64,
    here: impl FnOnce() -> T,
    beside: impl FnOnce() -> R + Send,
) -> (T, R) {
    if bytes < THREADS_FROM {
        return (here(), beside());
    }
    std::thread::scope(|scope| {
        let other = scope.spawn(beside);
        (here(), other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

#[cfg(test)]
mod tests;
