//! Energy that the processor counts, where the system shows it.

use std::fs;
use std::path::{Path, PathBuf};

/// Where Linux shows counters of energy.
const FOLDER: &str = "/sys/class/powercap";

/// A counter of a processor's energy.
pub(super) struct Counter {
    file: PathBuf,
    /// Joules where it begins anew.
    range: f64,
}

impl Counter {
    /// The processor's, or why there is none.
    pub(super) fn find() -> Result<Self, String> {
        Self::below(Path::new(FOLDER))
    }

    fn below(folder: &Path) -> Result<Self, String> {
        let none = format!("there is no counter of energy below {}", folder.display());
        let Ok(entries) = fs::read_dir(folder) else {
            return Err(none);
        };
        let mut zones: Vec<_> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        zones.sort();
        for zone in zones {
            let name = fs::read_to_string(zone.join("name")).unwrap_or_default();
            if !name.starts_with("package") {
                continue;
            }
            let own = Self {
                file: zone.join("energy_uj"),
                range: joules(&zone.join("max_energy_range_uj")).unwrap_or(0.0),
            };
            return match joules(&own.file) {
                Ok(_) => Ok(own),
                Err(reason) => Err(format!("{}: {reason}", own.file.display())),
            };
        }
        Err(none)
    }

    /// Joules so far.
    pub(super) fn read(&self) -> Option<f64> {
        joules(&self.file).ok()
    }

    /// Joules from one reading to another.
    pub(super) fn between(&self, from: f64, to: f64) -> f64 {
        if to >= from {
            to - from
        } else {
            to - from + self.range
        }
    }
}

fn joules(file: &Path) -> Result<f64, String> {
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let microjoules = text.trim().parse::<f64>();
    microjoules
        .map(|uj| uj / 1e6)
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_read_over_its_end_and_none_is_said_to_be_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let reason = Counter::below(folder.path()).err().expect("no counter");
        assert!(reason.starts_with("there is no counter of energy"));
        let zone = folder.path().join("intel-rapl:0");
        fs::create_dir(&zone).expect("a folder");
        fs::write(zone.join("name"), "package-0\n").expect("a file");
        let reason = Counter::below(folder.path()).err().expect("no number");
        assert!(reason.contains("energy_uj"), "{reason}");
        fs::write(zone.join("energy_uj"), "2500000\n").expect("a file");
        fs::write(zone.join("max_energy_range_uj"), "10000000\n").expect("a file");
        let counter = Counter::below(folder.path()).expect("a counter");
        assert_eq!(counter.read(), Some(2.5));
        assert_eq!(counter.between(9.0, 2.5), 3.5);
        assert_eq!(counter.between(1.0, 2.5), 1.5);
    }
}
