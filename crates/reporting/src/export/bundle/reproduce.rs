//! `reproduce.sh`: one run again and compared, all records checked, or everything again.

use super::{Bundle, BundledRun};

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
    let experiments = bundle.files.iter().filter_map(|file| {
        let is_it = file.path == "experiment.toml" || file.path.ends_with("/experiment.toml");
        is_it.then(|| format!("    apical run {} --out \"$out\"\n", quoted(&file.path)))
    });
    let all: String = experiments.collect();
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
        return "    echo \"no run of this archive has its specification and its readings\"; exit 1\n"
            .to_owned();
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

/// `word` for a shell.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''").replace('\n', " ")),
    }
}
