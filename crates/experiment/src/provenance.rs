//! Where a run comes from: program, machine, command.

use std::collections::BTreeMap;
use std::fs;
use std::sync::OnceLock;

use apical_kernels::InstructionSet;
use apical_learning::{Provenance, Resumed, SCHEMA_VERSION};

use crate::spec::sha256;
use crate::surroundings::{self, surroundings};
use crate::time;

static OWN_DIGEST: OnceLock<String> = OnceLock::new();

/// SHA-256 of the sources that results depend on; with the program itself where it adds to them.
pub fn source_digest() -> &'static str {
    OWN_DIGEST
        .get()
        .map_or(env!("APICAL_SOURCE_DIGEST"), String::as_str)
}

/// Makes `program`, the bytes of a program that adds learners, data sets or metrics, a part of
/// [`source_digest`]: what it adds is not among the sources known here. To be called before any run.
pub fn depend_on(program: &[u8]) {
    let whole = [env!("APICAL_SOURCE_DIGEST").as_bytes(), program].concat();
    let _ = OWN_DIGEST.set(sha256(&whole));
}

/// The program that runs an experiment.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// Its version.
    pub version: &'static str,
    /// The commit that its sources were taken from, where that is known.
    pub commit: Option<&'static str>,
    /// Whether its sources differed from that commit.
    pub dirty: Option<bool>,
    /// The command line, with the program called by its name.
    pub command: Vec<String>,
    /// The instruction set that was asked for, where one was.
    pub kernels: Option<String>,
    /// Its allocator, where it says which.
    pub allocator: Option<&'static str>,
}

/// The provenance of a run on data with `data_checksum` that needs about `estimated_bytes`, starting now.
pub(crate) fn of_run(
    program: &Program,
    data_checksum: &str,
    n_threads: usize,
    estimated_bytes: u64,
) -> Provenance {
    Provenance {
        schema: SCHEMA_VERSION,
        version: program.version.into(),
        commit: program.commit.map(Into::into),
        dirty: program.dirty,
        source_digest: source_digest().into(),
        rustc: env!("APICAL_RUSTC").into(),
        target: env!("APICAL_TARGET").into(),
        versions: versions().into(),
        cpu: cpu(),
        instruction_set: InstructionSet::chosen()
            .map(|set| set.to_string())
            .unwrap_or_else(|error| error.to_string()),
        kernels: program.kernels.clone(),
        n_threads,
        data_checksum: data_checksum.into(),
        start_checksum: None,
        started: time::now(),
        command: program.command.clone(),
        resumed: Vec::new(),
        surroundings: Some(surroundings(program.allocator, estimated_bytes)),
    }
}

/// That of a run which began as `first` says, and goes on now from `place` as `now` says.
pub(crate) fn of_resumed(first: &Provenance, now: Provenance, place: &str) -> Provenance {
    let mut whole = first.clone();
    whole.resumed.push(Resumed {
        place: place.to_owned(),
        started: now.started,
        cpu: now.cpu,
        n_threads: now.n_threads,
        command: now.command,
    });
    whole
}

/// The same of a run that ends now.
pub(crate) fn ended(mut provenance: Provenance) -> Provenance {
    if let Some(of) = &mut provenance.surroundings {
        of.process_peak_bytes = surroundings::process_peak_bytes();
        of.ended = Some(time::now());
    }
    provenance
}

// `VERSIONS`, name and version of the libraries that results depend on, made by build.rs.
include!(concat!(env!("OUT_DIR"), "/versions.rs"));

fn versions() -> BTreeMap<String, String> {
    let versions = VERSIONS.iter();
    let owned = versions.map(|(name, version)| ((*name).to_owned(), (*version).to_owned()));
    owned.collect()
}

/// The processor, as far as the system names it.
pub(crate) fn cpu() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    cpu_of(&text).unwrap_or_else(|| "unknown".into())
}

/// Name, and what tells processors apart that share one: virtual machines call every generation of a
/// vendor alike.
fn cpu_of(cpuinfo: &str) -> Option<String> {
    let value = |key: &str| {
        cpuinfo.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            (name.trim() == key).then(|| value.trim())
        })
    };
    let Some(name) = value("model name") else {
        // Arm has numbers alone.
        let (of, part) = (value("CPU implementer")?, value("CPU part")?);
        return Some(format!("implementer {of}, part {part}"));
    };
    let number = |key| value(key)?.parse::<u32>().ok();
    let (Some(family), Some(model)) = (number("cpu family"), number("model")) else {
        return Some(name.to_owned());
    };
    let generation = match (value("vendor_id"), family, model) {
        (Some("AuthenticAMD"), 23, 0x00..0x30) => "Zen, ",
        (Some("AuthenticAMD"), 23, _) => "Zen 2, ",
        (Some("AuthenticAMD"), 25, 0x10..0x20 | 0x60..0xb0) => "Zen 4, ",
        (Some("AuthenticAMD"), 25, _) => "Zen 3, ",
        (Some("AuthenticAMD"), 26, _) => "Zen 5, ",
        _ => "",
    };
    let stepping = value("stepping").map_or(String::new(), |s| format!(", stepping {s}"));
    Some(format!(
        "{name} ({generation}family {family}, model {model}{stepping})"
    ))
}

/// Arguments as a line for a shell: quoted where they need it.
// shlex and shell-words quote `=` and `,` too, which stand in every --set.
pub fn shell_line<'a>(arguments: impl IntoIterator<Item = &'a str>) -> String {
    let quote = |argument: &str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
        if !argument.is_empty() && argument.chars().all(is_plain) {
            argument.to_owned()
        } else if argument.chars().any(char::is_control) {
            // One line, whatever is in it.
            let letters = argument.chars().map(|c| match c {
                '\'' | '\\' => format!("\\{c}"),
                c if c.is_control() => {
                    let mut bytes = [0; 4];
                    let bytes = c.encode_utf8(&mut bytes).bytes();
                    bytes.map(|byte| format!("\\x{byte:02x}")).collect()
                }
                c => c.to_string(),
            });
            format!("$'{}'", letters.collect::<String>())
        } else {
            format!("'{}'", argument.replace('\'', r"'\''"))
        }
    };
    arguments
        .into_iter()
        .map(quote)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_one_line() {
        let line = shell_line(["run", "a b", "x=[1,\n2]\u{1b}\\'"]);
        assert_eq!(line, r"run 'a b' $'x=[1,\x0a2]\x1b\\\''");
    }

    #[test]
    fn versions_of_libraries_are_known() {
        let versions = versions();
        for name in ["candle-core", "ndarray", "rayon", "apical-microcircuit"] {
            let version = &versions[name];
            assert_eq!(version.split('.').count(), 3, "{name} {version}");
        }
    }

    #[test]
    fn processors_of_one_name_are_told_apart() {
        let of = |model: u32| {
            let text = format!(
                "vendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: {model}\n\
                 model name\t: AMD EPYC\nstepping\t: 1\n"
            );
            cpu_of(&text).expect("it has a name")
        };
        assert_eq!(of(1), "AMD EPYC (Zen 3, family 25, model 1, stepping 1)");
        assert_eq!(of(17), "AMD EPYC (Zen 4, family 25, model 17, stepping 1)");
        assert_eq!(cpu_of("model name: Cortex\n").as_deref(), Some("Cortex"));
        let arm = cpu_of("CPU implementer\t: 0x41\nCPU part\t: 0xd0c\n");
        assert_eq!(arm.as_deref(), Some("implementer 0x41, part 0xd0c"));
        assert_eq!(cpu_of(""), None);
    }

    #[test]
    fn arguments_are_quoted_for_a_shell() {
        let line = shell_line(["apical", "run", "a b.toml", "--set", "x='y'", "k=[1, 2]"]);
        assert_eq!(
            line,
            r"apical run 'a b.toml' --set 'x='\''y'\''' 'k=[1, 2]'"
        );
    }
}
