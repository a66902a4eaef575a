//! Lengths of time, as people and Slurm write them.

/// Units that a length may have.
const UNITS: [(char, f64); 4] = [('s', 1.0), ('m', 60.0), ('h', 3600.0), ('d', 86_400.0)];
/// Less than any run takes.
const SHORTEST: f64 = 1e-3;
/// More than any site allows.
const LONGEST: f64 = 366.0 * 86_400.0;

/// Seconds of a length such as `45m`, `2h`, `1d`, or as Slurm has it: minutes, MM:SS, HH:MM:SS, D-HH, D-HH:MM or
/// D-HH:MM:SS.
pub(crate) fn seconds(text: &str) -> Result<f64, String> {
    let expected = || {
        "expected a length of time, such as 45m, 2h, 1d or 12:00:00, of a year at most".to_owned()
    };
    let parsed = in_unit(text).or_else(|| as_slurm_has_it(text));
    parsed
        .filter(|seconds| (SHORTEST..=LONGEST).contains(seconds))
        .ok_or_else(expected)
}

fn in_unit(text: &str) -> Option<f64> {
    let (unit, of_unit) = UNITS.iter().find(|(unit, _)| text.ends_with(*unit))?;
    let number: f64 = text.strip_suffix(*unit)?.parse().ok()?;
    Some(number * of_unit)
}

fn as_slurm_has_it(text: &str) -> Option<f64> {
    let (days, rest) = match text.split_once('-') {
        Some((days, rest)) => (Some(whole(days)?), rest),
        None => (None, text),
    };
    let parts: Option<Vec<f64>> = rest.split(':').map(whole).collect();
    let seconds = match (days, &*parts?) {
        (None, [minutes]) => 60.0 * minutes,
        (None, [minutes, seconds]) => 60.0 * minutes + seconds,
        (Some(_), [hours]) => 3600.0 * hours,
        (Some(_), [hours, minutes]) => 3600.0 * hours + 60.0 * minutes,
        (_, [hours, minutes, seconds]) => 3600.0 * hours + 60.0 * minutes + seconds,
        _ => return None,
    };
    Some(days.unwrap_or(0.0) * 86_400.0 + seconds)
}

fn whole(text: &str) -> Option<f64> {
    text.parse::<u32>().ok().map(f64::from)
}

/// A limit of at least so many seconds, in whole minutes, as Slurm has it.
pub(crate) fn limit(seconds: f64) -> String {
    let minutes = (seconds / 60.0).ceil().max(1.0) as u64;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match days {
        0 => format!("{hours:02}:{minutes:02}:00"),
        _ => format!("{days}-{hours:02}:{minutes:02}:00"),
    }
}

/// A length as people say it.
pub(crate) fn in_words(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => format!("{:.0} ms", (1e3 * s).max(1.0)),
        s if s < 100.0 => format!("{s:.0} s"),
        s if s < 6e3 => format!("{:.0} min", s / 60.0),
        s if s < 3.6e5 => format!("{:.1} h", s / 3600.0),
        s => format!("{:.0} days", s / 86_400.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_they_are_written() {
        for (text, expected) in [
            ("90s", 90.0),
            ("1.5h", 5400.0),
            ("2d", 172_800.0),
            ("30", 1800.0),
            ("01:30", 90.0),
            ("02:00:01", 7201.0),
            ("1-0", 86_400.0),
            ("1-02:30", 95_400.0),
            ("1-00:00:05", 86_405.0),
        ] {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
        for text in [
            "", "m", "0", "0s", "-3", "1:2:3:4", "1-", "x", "nanh", "infh", "400d", "1e9h",
        ] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn limits_are_whole_minutes_and_never_less() {
        for (seconds, expected) in [
            (0.0, "00:01:00"),
            (61.0, "00:02:00"),
            (7200.0, "02:00:00"),
            (90_061.0, "1-01:02:00"),
        ] {
            assert_eq!(limit(seconds), expected);
        }
    }
}
