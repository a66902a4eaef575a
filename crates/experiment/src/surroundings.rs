//! The machine that a run runs on, as far as it says something of itself.

use std::fs;

use apical_learning::Surroundings;

use crate::memory;

/// The surroundings of a run that needs about `estimated_bytes`, in a program with `allocator`, at its start.
pub(crate) fn surroundings(allocator: Option<&str>, estimated_bytes: u64) -> Surroundings {
    let flags = env!("APICAL_RUSTFLAGS");
    Surroundings {
        os: os(),
        kernel: line_of("/proc/sys/kernel/osrelease"),
        memory_bytes: memory::of_machine(),
        governor: line_of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        allocator: allocator.map(str::to_owned),
        rustflags: (!flags.is_empty()).then(|| flags.to_owned()),
        estimated_bytes: Some(estimated_bytes),
        process_peak_bytes: None,
        ended: None,
    }
}

/// The most memory that this process has had so far, in bytes.
pub fn process_peak_bytes() -> Option<u64> {
    peak_of(&fs::read_to_string("/proc/self/status").ok()?)
}

fn peak_of(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

fn line_of(path: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

fn os() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    name_of(&release).unwrap_or_else(|| std::env::consts::OS.to_owned())
}

fn name_of(release: &str) -> Option<String> {
    let mut lines = release.lines();
    let name = lines.find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(name.trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_read() {
        let status = "Name:\tapical\nVmHWM:\t   20480 kB\nVmRSS:\t 1 kB\n";
        assert_eq!(peak_of(status), Some(20_971_520));
        assert_eq!(peak_of("VmHWM:\tmuch\n"), None);
        let release = "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";
        assert_eq!(
            name_of(release).as_deref(),
            Some("Debian GNU/Linux 12 (bookworm)")
        );
        assert_eq!(name_of(""), None);
    }
}
