//! Seeds as `--seeds` takes them.

/// Seeds in ascending order, in short.
pub fn in_short(seeds: &[u64]) -> String {
    let ranges = seeds.chunk_by(|a, b| a.checked_add(1) == Some(*b));
    let ranges = ranges.map(|range| match range {
        [first, .., last] => format!("{first}..{last}"),
        [only] => only.to_string(),
        [] => String::new(),
    });
    ranges.collect::<Vec<_>>().join(",")
}

/// The command that a file of an experiment names, with `seeds` in place of its own.
pub(crate) fn of_command(command: &str, seeds: &[u64]) -> String {
    const OPTION: &str = " --seeds ";
    let mut whole = match command.split_once(OPTION) {
        // It is written last.
        Some((before, _)) => before.to_owned(),
        None => command.to_owned(),
    };
    whole += OPTION;
    whole + &in_short(seeds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_written_as_they_are_read() {
        for (seeds, expected) in [(&[3][..], "3"), (&[0, 1, 2, 5, 7, 8], "0..2,5,7..8")] {
            assert_eq!(in_short(seeds), expected);
        }
    }

    #[test]
    fn a_command_has_one_list_of_seeds() {
        for command in ["apical run quick", "apical run quick --seeds 4"] {
            assert_eq!(
                of_command(command, &[0, 1]),
                "apical run quick --seeds 0..1"
            );
        }
    }
}
