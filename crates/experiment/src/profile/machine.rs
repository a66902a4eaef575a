//! The processor: its caches, and roofs measured now.

use std::fs;
use std::path::Path;
use std::time::Duration;

use apical_kernels::InstructionSet;
use apical_kernels::roofs::{Traffic, bytes_per_ns, multiply_adds_per_ns};
use serde::{Deserialize, Serialize};

use crate::provenance::cpu;

/// How long each roof is measured.
const ROOF: Duration = Duration::from_millis(100);
/// Bytes of caches where the system does not say.
const ASSUMED: [u64; 3] = [32 << 10, 512 << 10, 8 << 20];
/// Most bytes that a roof of memory goes through.
const MOST: u64 = 256 << 20;

/// What a profile was found on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// The processor.
    pub processor: String,
    /// The instruction set of the kernels, by its key.
    pub instruction_set: String,
    /// f32 multiply-adds a nanosecond in registers, the most that one core does.
    pub multiply_adds_per_ns: f64,
    /// Going through memory, from the first cache on.
    pub roofs: Vec<Roof>,
}

/// A cache of data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cache {
    /// 1 is the nearest.
    pub level: u32,
    /// Its size.
    pub n_bytes: u64,
}

/// How fast memory of a size is read and written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roof {
    /// The cache that holds it; none where only memory does.
    pub cache: Option<Cache>,
    /// Bytes that were gone through again and again.
    pub n_bytes_read: u64,
    /// Bytes read a nanosecond.
    pub bytes_per_ns: f64,
    /// Bytes read and written a nanosecond where of eight values three are written; absent in profiles of
    /// before it was measured.
    #[serde(default)]
    pub bytes_mixed_per_ns: Option<f64>,
    /// Bytes a nanosecond that are read and written back, each counted once; likewise.
    #[serde(default)]
    pub bytes_updated_per_ns: Option<f64>,
}

impl Roof {
    fn measured(cache: Option<Cache>, n_bytes: u64) -> Self {
        let rate = |traffic| bytes_per_ns(traffic, n_bytes as usize, ROOF);
        Self {
            cache,
            n_bytes_read: n_bytes,
            bytes_per_ns: rate(Traffic::Read),
            bytes_mixed_per_ns: Some(rate(Traffic::Mixed)),
            bytes_updated_per_ns: Some(rate(Traffic::Update)),
        }
    }

    /// Bytes a nanosecond of what goes through memory so.
    pub(super) fn rate(&self, traffic: Traffic) -> f64 {
        let rate = match traffic {
            Traffic::Read => None,
            Traffic::Mixed => self.bytes_mixed_per_ns,
            Traffic::Update => self.bytes_updated_per_ns,
        };
        rate.unwrap_or(self.bytes_per_ns)
    }

    /// Its name in a table.
    pub fn name(&self) -> String {
        match &self.cache {
            Some(cache) => format!("L{}", cache.level),
            None => "memory".to_owned(),
        }
    }
}

impl Machine {
    /// This machine, its roofs measured now on the calling thread.
    pub(super) fn measured() -> Self {
        let caches = caches(Path::new("/sys/devices/system/cpu/cpu0/cache"));
        let largest = caches.last().map_or(0, |cache| cache.n_bytes);
        let of_cache = |cache: Cache| (cache.n_bytes / 2, Some(cache));
        let mut sizes: Vec<_> = caches.into_iter().map(of_cache).collect();
        sizes.push(((4 * largest).min(MOST), None));
        let roofs = sizes.into_iter();
        let roofs = roofs.map(|(n_bytes, cache)| Roof::measured(cache, n_bytes));
        Self {
            processor: cpu(),
            instruction_set: InstructionSet::current().key().to_owned(),
            multiply_adds_per_ns: multiply_adds_per_ns(ROOF),
            roofs: roofs.collect(),
        }
    }

    /// Going through so many bytes again and again, measured now on the calling thread.
    pub(super) fn measured_at(&self, n_bytes: u64) -> Roof {
        let roof = self.roof(n_bytes as f64);
        Roof::measured(roof.and_then(|roof| roof.cache.clone()), n_bytes)
    }

    /// The roof of what works on so many bytes: of the smallest cache that holds them.
    pub(super) fn roof(&self, n_bytes: f64) -> Option<&Roof> {
        let holds = |roof: &&Roof| {
            let cache = roof.cache.as_ref();
            cache.is_none_or(|cache| cache.n_bytes as f64 >= n_bytes)
        };
        self.roofs.iter().find(holds)
    }
}

/// Caches of data below `folder`, as Linux shows them; assumed ones where it shows none.
fn caches(folder: &Path) -> Vec<Cache> {
    let mut found = Vec::new();
    for index in 0..8 {
        let read = |name: &str| {
            let text = fs::read_to_string(folder.join(format!("index{index}/{name}"))).ok()?;
            Some(text.trim().to_owned())
        };
        let (Some(level), Some(kind), Some(size)) = (read("level"), read("type"), read("size"))
        else {
            continue;
        };
        if let (Ok(level), Some(n_bytes), true) =
            (level.parse(), bytes(&size), kind != "Instruction")
        {
            found.push(Cache { level, n_bytes });
        }
    }
    found.sort_by_key(|cache| cache.level);
    if found.is_empty() {
        let assumed = (1..).zip(ASSUMED);
        found.extend(assumed.map(|(level, n_bytes)| Cache { level, n_bytes }));
    }
    found
}

/// `32K` as a number.
fn bytes(size: &str) -> Option<u64> {
    let digits = size.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &size[digits.len()..] {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caches_are_read_as_the_system_writes_them() {
        let folder = tempfile::tempdir().expect("a folder");
        for (index, [level, kind, size]) in [
            ["1", "Data", "48K"],
            ["1", "Instruction", "32K"],
            ["3", "Unified", "30M"],
            ["2", "Unified", "2048K"],
        ]
        .into_iter()
        .enumerate()
        {
            let of_cache = folder.path().join(format!("index{index}"));
            fs::create_dir(&of_cache).expect("a folder");
            for (name, text) in [("level", level), ("type", kind), ("size", size)] {
                fs::write(of_cache.join(name), format!("{text}\n")).expect("a file");
            }
        }
        let sizes = |folder: &Path| {
            let all = caches(folder).into_iter();
            all.map(|of| (of.level, of.n_bytes)).collect::<Vec<_>>()
        };
        let expected = [(1, 48 << 10), (2, 2 << 20), (3, 30 << 20)];
        assert_eq!(sizes(folder.path()), expected);
        assert_eq!(sizes(Path::new("/nowhere")).len(), ASSUMED.len());
    }

    #[test]
    fn what_is_larger_than_all_caches_has_the_roof_of_memory() {
        let roof = |level: Option<u32>, n_bytes| Roof {
            cache: level.map(|level| Cache { level, n_bytes }),
            n_bytes_read: n_bytes,
            bytes_per_ns: 1.0,
            bytes_mixed_per_ns: None,
            bytes_updated_per_ns: None,
        };
        let machine = Machine {
            processor: String::new(),
            instruction_set: String::new(),
            multiply_adds_per_ns: 1.0,
            roofs: vec![roof(Some(1), 100), roof(Some(2), 1000), roof(None, 9)],
        };
        let names = [99.0, 101.0, 1e4].map(|n| machine.roof(n).map(Roof::name));
        assert_eq!(names.map(Option::unwrap), ["L1", "L2", "memory"]);
    }
}
