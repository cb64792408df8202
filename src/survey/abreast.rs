//! Reading many files at once.
//!
//! Used by the readers of this room. Parsing takes most of the time of a static check, and no file
//! needs another one for it.

/// Below this number of files a second thread costs more than it saves.
const FILES_PER_THREAD: usize = 64;

/// What `read` makes of each item, in their order.
pub(super) fn each<T: Sync, R: Send>(items: &[T], read: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = cores.min(items.len() / FILES_PER_THREAD).max(1);
    if threads == 1 {
        return items.iter().map(read).collect();
    }
    std::thread::scope(|scope| {
        let read = &read;
        let workers: Vec<_> = items
            .chunks(items.len().div_ceil(threads))
            .map(|items| scope.spawn(move || items.iter().map(read).collect::<Vec<R>>()))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("reading a file does not panic"))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_stays() {
        for count in [0, 1, 63, 64, 129, 1_000] {
            let items: Vec<usize> = (0..count).collect();
            let doubled: Vec<usize> = items.iter().map(|item| item * 2).collect();
            assert_eq!(each(&items, |item| item * 2), doubled);
        }
    }
}
