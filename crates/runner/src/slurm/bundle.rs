//! Runs in tasks of about a declared length.

use std::collections::BTreeMap;

use apical_experiment::Shard;

/// Looks at a run's shard, all in all: so many take a moment.
const MOST_LOOKS: usize = 20_000_000;

/// A run, and about how long it takes.
#[derive(Debug, Clone)]
pub(crate) struct Load<'a> {
    /// The digest by which it is in a shard.
    pub(crate) digest: &'a str,
    /// Seconds on one thread.
    pub(crate) seconds: f64,
}

/// Seconds of a task's runs, `n_threads` at a time.
pub(crate) fn seconds_of(runs: impl IntoIterator<Item = f64>, n_threads: usize) -> f64 {
    let (mut sum, mut longest) = (0.0, 0.0_f64);
    for seconds in runs {
        sum += seconds;
        longest = longest.max(seconds);
    }
    longest.max(sum / n_threads as f64)
}

/// The least number of shards, at most `most`, of which none takes longer than `wanted` seconds; where a run alone
/// does, none longer than that; where there is no such number, the one whose fullest takes least.
pub(crate) fn number_of_shards(runs: &[Load<'_>], wanted: f64, n_threads: usize, most: u32) -> u32 {
    let longest = runs.iter().map(|run| run.seconds).fold(0.0, f64::max);
    let wanted = wanted.max(longest);
    let total = seconds_of(runs.iter().map(|run| run.seconds), n_threads);
    let least = match total > 0.0 {
        true => (total / wanted).ceil() as u32,
        false => 1,
    };
    let least = least.clamp(1, most);
    let n_tried = (MOST_LOOKS / runs.len().max(1)).max(1);
    let n_tried = u32::try_from(n_tried).unwrap_or(u32::MAX);
    let mut best = (f64::INFINITY, least);
    for n in least..=most.min(least.saturating_add(n_tried)) {
        let fullest = fullest(runs, n, n_threads);
        if fullest <= wanted * 1.000_001 {
            return n;
        }
        if fullest < best.0 {
            best = (fullest, n);
        }
    }
    best.1
}

/// Indices of `runs` by the number of the shard that they are in.
pub(crate) fn tasks(runs: &[Load<'_>], n_shards: u32) -> BTreeMap<u32, Vec<usize>> {
    let mut tasks: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (index, run) in runs.iter().enumerate() {
        let number = Shard::of_run(run.digest, n_shards).number();
        tasks.entry(number).or_default().push(index);
    }
    tasks
}

fn fullest(runs: &[Load<'_>], n_shards: u32, n_threads: usize) -> f64 {
    let tasks = tasks(runs, n_shards);
    let seconds = tasks
        .values()
        .map(|task| seconds_of(task.iter().map(|&index| runs[index].seconds), n_threads));
    seconds.fold(0.0, f64::max)
}

/// Numbers as Slurm lists them: `1-3,5`.
pub(crate) fn listed(numbers: impl IntoIterator<Item = u32>) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let ranges = ranges.iter().map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    });
    ranges.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digests(n: u64) -> Vec<String> {
        let spread = |i: u64| i.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        (1..=n).map(|i| format!("{:016x}", spread(i))).collect()
    }

    fn loads(digests: &[String], seconds: f64) -> Vec<Load<'_>> {
        let load = |digest| Load { digest, seconds };
        digests.iter().map(|digest| load(&**digest)).collect()
    }

    #[test]
    fn no_task_is_longer_than_wanted_and_there_are_no_more_than_needed() {
        let digests = digests(200);
        let runs = loads(&digests, 60.0);
        let n = number_of_shards(&runs, 1800.0, 1, 1000);
        assert!(fullest(&runs, n, 1) <= 1800.0, "{n}");
        assert!((7..20).contains(&n), "{n}");
        assert!((1..n).all(|fewer| fullest(&runs, fewer, 1) > 1800.0));
        let with_two = number_of_shards(&runs, 1800.0, 2, 1000);
        assert!(with_two < n, "{with_two}");
    }

    #[test]
    fn the_limit_is_kept_and_a_run_longer_than_wanted_is_alone() {
        let digests = digests(50);
        let runs = loads(&digests, 600.0);
        assert_eq!(number_of_shards(&runs, 60.0, 1, 1), 1);
        let few = number_of_shards(&runs, 60.0, 1, 8);
        assert!(few <= 8);
        let alone = number_of_shards(&runs, 60.0, 1, 100_000);
        assert!(
            tasks(&runs, alone).values().all(|task| task.len() == 1),
            "{alone}"
        );
        assert_eq!(number_of_shards(&[], 60.0, 1, 10), 1);
    }

    #[test]
    fn numbers_are_listed_in_ranges() {
        assert_eq!(listed([1, 2, 3, 5, 7, 8]), "1-3,5,7-8");
        assert_eq!(listed([4]), "4");
        assert_eq!(listed([]), "");
    }
}
