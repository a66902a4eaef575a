//! `reproduce.sh`: one run again and compared, all records checked, or everything again.

use super::{Bundle, BundledRun};
use crate::artefact::Artefact;

/// The longest that the smoke target may take, as its run took, in seconds.
const SMOKE: f64 = 300.0;

pub(super) fn script(bundle: &Bundle, runs: &[BundledRun]) -> String {
    let smoke = smoke(bundle, runs);
    let mut commands: Vec<String> = Vec::new();
    for run in runs {
        let words = run.provenance["command"].as_array();
        let words = words.into_iter().flatten().filter_map(|word| word.as_str());
        let line = words.map(quoted).collect::<Vec<_>>().join(" ");
        if !line.is_empty() && !commands.contains(&line) {
            commands.push(line);
        }
    }
    let experiments = specifications(bundle);
    let all: String = experiments
        .map(|spec| format!("    {} --out \"$out\"\n", command(spec)))
        .collect();
    let all = match all.is_empty() {
        true => "    echo \"no experiment.toml is in this archive\"; exit 1\n".to_owned(),
        false => all,
    };
    let commands: String = commands
        .iter()
        .map(|line| format!("#     {line}\n"))
        .collect();
    let version = match &bundle.commit {
        Some(commit) => format!("apical {} from commit {commit}", bundle.version),
        None => format!("apical {}", bundle.version),
    };
    format!(
        "#!/bin/sh\n\
         # Checks the records of this archive, or makes them again. Needs {version}, for the same bits on the same\n\
         # instruction set.\n\
         #\n\
         #     ./reproduce.sh smoke    one run again, compared bit by bit; minutes at most\n\
         #     ./reproduce.sh verify   checksums, summaries, tables and figures against the readings\n\
         #     ./reproduce.sh all      everything; the runs took {hours:.2} hours one after the other\n\
         #\n\
         # The runs were made by\n\
         {commands}\
         set -eu\n\
         cd \"$(dirname \"$0\")\"\n\
         out=$(mktemp -d)\n\
         trap 'rm -rf \"$out\"' EXIT\n\
         case ${{1:-smoke}} in\n\
         \x20 smoke)\n{smoke}\
         \x20   ;;\n\
         \x20 verify)\n\
         \x20   sha256sum -c --quiet SHA256SUMS\n\
         \x20   apical verify .\n\
         \x20   ;;\n\
         \x20 all)\n\
         \x20   trap - EXIT\n\
         \x20   out=reproduced\n{all}\
         \x20   ;;\n\
         \x20 *)\n\
         \x20   echo \"expected smoke, verify or all\" >&2\n\
         \x20   exit 2\n\
         \x20   ;;\n\
         esac\n",
        hours = super::hours(runs),
    )
}

/// The shortest run that finished and whose specification and records are here.
fn smoke(bundle: &Bundle, runs: &[BundledRun]) -> String {
    let records = |run: &BundledRun| {
        let names = ["metrics.jsonl", "series.csv"];
        let mut found = names.iter().filter(|name| {
            bundle.has(&format!("{}/spec.toml", run.folder))
                && bundle.has(&format!("{}/{name}", run.folder))
        });
        found.next().copied()
    };
    let whole = runs.iter().filter(|run| run.error.is_none());
    let whole = whole.filter_map(|run| Some((run, records(run)?)));
    let shortest = whole.min_by(|(a, _), (b, _)| a.seconds.total_cmp(&b.seconds));
    let Some((run, records)) = shortest else {
        return one_seed(bundle, runs);
    };
    let folder = quoted(&run.folder);
    let long = match run.seconds > SMOKE {
        true => format!("    echo \"this run took {:.0} s\"\n", run.seconds),
        false => String::new(),
    };
    // Times differ from one repetition to the next.
    format!(
        "    echo {}\n{long}\
         \x20   apical run {folder}/spec.toml --out \"$out\" --quiet --no-report >/dev/null\n\
         \x20   again=$(find \"$out\" -name {records})\n\
         \x20   grep -v '\"record\":\"timing\"\\|\"record\":\"run\"' {folder}/{records} > \"$out/before\"\n\
         \x20   grep -v '\"record\":\"timing\"\\|\"record\":\"run\"' \"$again\" > \"$out/after\"\n\
         \x20   cmp \"$out/before\" \"$out/after\"\n\
         \x20   echo \"the same bits\"\n",
        quoted(&format!(
            "{}, {:.1} s when it was made",
            run.label, run.seconds
        )),
    )
}

/// Where readings are not in the archive: all learners or conditions with one seed, without a search for settings.
fn one_seed(bundle: &Bundle, runs: &[BundledRun]) -> String {
    let of_seed = |spec: &Artefact| {
        let folder = spec.path.trim_end_matches("experiment.toml");
        let own = || runs.iter().filter(|run| run.folder.starts_with(folder));
        let seed = own().filter_map(|run| run.seed).min()?;
        let seconds = own().filter(|run| run.seed == Some(seed));
        let seconds: f64 = seconds.map(|run| run.seconds).sum();
        let is_tuned = String::from_utf8_lossy(&spec.bytes).contains("\n[tuning]");
        let sets = if is_tuned { " --set tuning=" } else { "" };
        let line = format!(
            "    {} --seeds {seed}{sets} --out \"$out\" --quiet >/dev/null\n\
             \x20   echo \"made, and compared with nothing: readings are not in this archive\"\n",
            command(spec)
        );
        Some((seconds, line))
    };
    let shortest = specifications(bundle).filter_map(of_seed);
    let shortest = shortest.min_by(|(a, _), (b, _)| a.total_cmp(b));
    match shortest {
        Some((seconds, line)) if seconds <= 2.0 * SMOKE => line,
        _ => "    echo \"no run of this archive takes less than ten minutes\"; exit 1\n".to_owned(),
    }
}

fn specifications(bundle: &Bundle) -> impl Iterator<Item = &Artefact> {
    let is_it = |path: &str| path == "experiment.toml" || path.ends_with("/experiment.toml");
    bundle.files.iter().filter(move |file| is_it(&file.path))
}

/// What makes the experiment of `spec` again: its specification; where it is from before these named their
/// protocol, the command that it was made by.
fn command(spec: &Artefact) -> String {
    let text = String::from_utf8_lossy(&spec.bytes);
    let names = |line: &str| line.starts_with("protocol") || line.starts_with("[task");
    let made_by = text
        .lines()
        .find_map(|line| line.strip_prefix("# command: "));
    // Nothing that a shell would take for more than words.
    let is_word = |c: char| c == ' ' || is_plain(c);
    let made_by = made_by.filter(|line| line.starts_with("apical ") && line.chars().all(is_word));
    match made_by.filter(|_| !text.lines().any(names)) {
        Some(command) => command.to_owned(),
        None => format!("apical run {}", quoted(&spec.path)),
    }
}

/// What no shell takes for anything else.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c)
}

/// `word` for a shell.
fn quoted(word: &str) -> String {
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''").replace('\n', " ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_experiment_is_made_by_its_specification_or_as_it_was_before_there_were_protocols() {
        let of = |text: &str| {
            command(&Artefact {
                path: "my fig/experiment.toml".into(),
                bytes: text.as_bytes().to_vec(),
            })
        };
        let own = "apical run 'my fig/experiment.toml'";
        assert_eq!(
            of("# command: apical reproduce fig1\nseeds = [0]\n"),
            "apical reproduce fig1"
        );
        assert_eq!(of("# command: apical run x\n[task.digits]\n"), own);
        assert_eq!(of("# command: apical run x\nprotocol = \"p\"\n"), own);
        assert_eq!(of("# command: apical run x; rm -r y\nseeds = [0]\n"), own);
    }
}
