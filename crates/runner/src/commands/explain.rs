//! `apical explain`.

use std::path::Path;

use anyhow::{Context, Result};
use apical_datasets::catalogue;
use apical_experiment::learners::learner_kinds;
use apical_experiment::protocol::KINDS;
use apical_experiment::spec::nearest;
use apical_learning::Metric;
use apical_reporting::FIGURES;
use apical_reporting::glossary::{GLOSSARY, Term};

use crate::built_in;
use crate::exit::{EXIT_CODES, UsageError};
use crate::reference::{Explained, find, pages, words};
use crate::say;

/// Most keys of one name that are explained one after the other; more are listed.
const MOST_KEYS: usize = 1;

/// Says what `name` means, or what there is to explain.
pub(crate) fn explain(name: Option<&str>) -> Result<()> {
    let keys = find::all();
    let Some(name) = name else {
        list(&keys);
        return Ok(());
    };
    let name = name.trim();
    let others = things_called(name);
    for text in &others {
        say::out(text);
    }
    let found = find::named(name, &keys);
    match found.len() {
        0 if others.is_empty() => return Err(unknown(name, &keys).into()),
        0 => {}
        n if n <= MOST_KEYS => found.iter().for_each(|key| say::out(of_key(key))),
        n => {
            say::out(format_args!(
                "`{name}` is the name of {n} keys; say more of the way to one:\n"
            ));
            found.iter().for_each(|key| say::out(in_list(key)));
        }
    }
    Ok(())
}

/// Writes the reference as files to `folder`.
pub(crate) fn write(folder: &Path) -> Result<()> {
    for (name, text) in pages() {
        let path = folder.join(name);
        std::fs::write(&path, text)
            .with_context(|| format!("failed to write {}", path.display()))?;
    }
    Ok(())
}

/// Everything that can be explained, in short.
fn list(keys: &[Explained]) {
    say::out(
        "Keys (`apical explain KEY` has all their places; capitals stand for names of your own)\n",
    );
    keys.iter().for_each(|key| say::out(in_short(key)));
    say::out("\nTerms (`apical explain nudging`)\n");
    let terms: Vec<&str> = GLOSSARY.iter().map(|term| term.name).collect();
    say::out(terms.join(", "));
    say::out(
        "\nLearners, protocols, data sets, metrics and figures by the names of `apical list`, and `exit codes`",
    );
}

/// A key by its first place and its meaning.
fn in_short(key: &Explained) -> String {
    let more = match key.places.len() - 1 {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let meaning = words::first_sentence(key.entry.key.meaning);
    format!(
        "{}{more}\n      {meaning}",
        in_specification(&key.places[0])
    )
}

/// A key by all its places and its meaning.
fn in_list(key: &Explained) -> String {
    let places: Vec<String> = key.places.iter().map(in_specification).collect();
    let meaning = words::first_sentence(key.entry.key.meaning);
    format!("{}\n      {meaning}", places.join("\n"))
}

/// The way to a key, with the kind of specification where that is no experiment.
fn in_specification((specification, path): &(&str, String)) -> String {
    match *specification {
        "experiment" => format!("  {path}"),
        other => format!("  {path} ({other})"),
    }
}

/// Everything that is said of a key.
fn of_key(Explained { entry, places }: &Explained) -> String {
    let key = &entry.key;
    let mut text = format!(
        "{}\n\n  {}\n\n",
        places[0].1,
        key.meaning.replace('\n', "\n  ")
    );
    let mut row = |name: &str, value: &str| {
        if !value.is_empty() {
            text += &format!("  {name:<9}{value}\n");
        }
    };
    row("type", &words::kind(key.shape));
    row("unit", key.unit);
    if let Some(range) = entry.bounds().and_then(words::range) {
        row("range", &range);
    }
    row("default", &words::default(key));
    row("source", key.source);
    row("example", &words::example(key));
    for (index, (specification, path)) in places.iter().enumerate() {
        let name = if index == 0 { "stands in" } else { "" };
        row(name, &format!(" {specification}: {path}"));
    }
    for (index, (choice, meaning)) in words::choices(key.shape).into_iter().enumerate() {
        if index == 0 {
            text += "\n";
        }
        text += &format!("  {choice}\n      {}\n", meaning.replace('\n', "\n      "));
    }
    text
}

/// What is said of learners, protocols, data sets, metrics, figures, terms and codes called `name`.
fn things_called(name: &str) -> Vec<String> {
    let mut found = Vec::new();
    let plain = name.replace('-', "_").to_lowercase();
    let mut take = |what: &str, own: &str, one_line: &str| {
        if own == plain {
            found.push(format!("{own} ({what})\n\n  {one_line}\n"));
        }
    };
    for kind in learner_kinds() {
        let settings = format!(
            "{}\n\n  Its keys: apical explain lists them below task.TASK.learner.LEARNER.{}",
            kind.one_line(),
            kind.name()
        );
        take("learner", kind.name(), &settings);
    }
    for kind in KINDS {
        take("protocol", kind.name, kind.one_line);
    }
    for entry in catalogue() {
        let text = format!(
            "{}\n\n  source   {}\n  licence  {}",
            entry.one_line, entry.source, entry.licence
        );
        take("data set", entry.name, &text);
    }
    for metric in Metric::all() {
        let info = metric.info();
        let unit = if info.unit == "1" { "none" } else { info.unit };
        take(
            "metric",
            info.name,
            &format!("{}\n\n  unit     {unit}", info.one_line),
        );
    }
    for figure in FIGURES {
        take("figure", figure.name, figure.one_line);
    }
    for (experiment, title) in built_in::titles() {
        let how = format!("{title}\n\n  `apical run {experiment}`");
        take("built-in experiment", experiment, &how);
    }
    let words = name.to_lowercase().replace('_', " ");
    let is_it = |term: &&Term| {
        let own = std::iter::once(&term.name).chain(term.also);
        own.into_iter()
            .any(|word| word.to_lowercase() == words || *word == name)
    };
    if let Some(term) = GLOSSARY.iter().find(is_it) {
        let also = match term.also {
            [] => String::new(),
            also => format!("\n\n  also: {}", also.join(", ")),
        };
        found.push(format!(
            "{} (term)\n\n  {}{also}\n",
            term.name, term.meaning
        ));
    }
    let code = EXIT_CODES.iter().filter(|(code, _)| {
        ["exit code", "exit codes"].contains(&&*words) || code.to_string() == name
    });
    let codes: Vec<String> = code
        .map(|(code, meaning)| format!("  {code:<5}{meaning}"))
        .collect();
    if !codes.is_empty() {
        found.push(format!("exit codes\n\n{}\n", codes.join("\n")));
    }
    found
}

fn unknown(name: &str, keys: &[Explained]) -> UsageError {
    let last = name.rsplit('.').next().unwrap_or(name);
    let of_keys = keys.iter().map(|key| key.entry.key.name);
    let of_terms = GLOSSARY
        .iter()
        .flat_map(|term| std::iter::once(&term.name).chain(term.also))
        .copied();
    let of_kinds = learner_kinds().iter().map(|kind| kind.name());
    let of_lists = (KINDS.iter().map(|kind| kind.name))
        .chain(catalogue().iter().map(|entry| entry.name))
        .chain(Metric::all().iter().map(|metric| metric.info().name))
        .chain(FIGURES.iter().map(|figure| figure.name));
    let known = of_keys.chain(of_terms).chain(of_kinds).chain(of_lists);
    let near = nearest(last, known);
    UsageError::Unexplained {
        name: name.to_owned(),
        nearest: near
            .map(|near| format!(", did you mean `{near}`?"))
            .unwrap_or(".".to_owned()),
    }
}
