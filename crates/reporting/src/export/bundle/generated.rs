//! Data that the program makes itself, as tables, and how Croissant names them.

use apical_datasets::{Dataset, DatasetSpec, Streams, Targets};
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::super::long::file;
use super::croissant::safe;
use crate::artefact::Artefact;

/// Larger sets follow from the specification alone.
const MOST_NUMBERS: u64 = 1 << 21;

/// A generated set.
pub(super) struct Generated {
    /// What names it in Croissant.
    pub(super) id: String,
    /// Its samples, one a row.
    pub(super) table: Artefact,
    /// Its columns.
    pub(super) records: Value,
}

/// The sets that tasks of `specification` have the program make; those of equal samples once.
pub(super) fn of(specification: &toml::Table) -> Vec<Generated> {
    let seeds = specification.get("seeds").and_then(toml::Value::as_array);
    let first = seeds.and_then(|seeds| seeds.first()?.as_integer());
    let seed = first.and_then(|seed| u64::try_from(seed).ok()).unwrap_or(0);
    let mut found: Vec<Generated> = Vec::new();
    let tasks = specification.get("task").and_then(toml::Value::as_table);
    for (name, task) in tasks.into_iter().flatten() {
        let spec = task.get("dataset").cloned();
        let spec = spec.and_then(|spec| DatasetSpec::deserialize(spec).ok());
        let Some(spec) = spec.filter(|spec| (1..=MOST_NUMBERS).contains(&spec.n_numbers())) else {
            continue;
        };
        let Ok(data) = spec.load(Streams::new(seed), &[]) else {
            continue;
        };
        let id = safe(name);
        let table = file(&format!("data/{id}.csv"), table(&data));
        if found.iter().all(|of| of.table.bytes != table.bytes) {
            let whose = match spec.depends_on_run() {
                true => format!("as the run with seed {seed} has them; other seeds have their own"),
                false => "the same for all runs".to_owned(),
            };
            let records = records(
                &id,
                &data,
                &format!("{}: samples, {whose}.", spec.entry().title),
            );
            found.push(Generated { id, table, records });
        }
    }
    found
}

/// `part`, inputs, and the class or the target potentials.
fn columns(data: &Dataset) -> Vec<(String, &'static str)> {
    let inputs = (1..=data.n_inputs()).map(|input| (format!("input_{input}"), "sc:Float"));
    let targets = match &data.train.targets {
        Targets::Classes(_) => vec![("label".to_owned(), "sc:Integer")],
        Targets::Potentials(_) => (1..=data.n_outputs())
            .map(|output| (format!("target_potential_{output}"), "sc:Float"))
            .collect(),
    };
    let part = [("part".to_owned(), "sc:Text")].into_iter();
    part.chain(inputs).chain(targets).collect()
}

fn table(data: &Dataset) -> Vec<u8> {
    let names: Vec<String> = columns(data).into_iter().map(|(name, _)| name).collect();
    let mut text = names.join(",") + "\n";
    let parts = [
        ("train", &data.train),
        ("validation", &data.validation),
        ("test", &data.test),
    ];
    for (name, part) in parts {
        for (sample, inputs) in part.inputs.rows().into_iter().enumerate() {
            text += name;
            let numbers = inputs.iter().map(f32::to_string);
            let targets = match &part.targets {
                Targets::Classes(classes) => vec![classes[sample].to_string()],
                Targets::Potentials(u) => u.row(sample).iter().map(f32::to_string).collect(),
            };
            for cell in numbers.chain(targets) {
                text.push(',');
                text += &cell;
            }
            text.push('\n');
        }
    }
    text.into_bytes()
}

fn records(id: &str, data: &Dataset, description: &str) -> Value {
    let field = |(name, kind): (String, &str)| {
        json!({
            "@type": "cr:Field",
            "@id": format!("{id}-samples/{name}"),
            "name": name,
            "dataType": kind,
            "source": { "fileObject": { "@id": id }, "extract": { "column": name } },
        })
    };
    let fields: Vec<Value> = columns(data).into_iter().map(field).collect();
    json!({
        "@type": "cr:RecordSet",
        "@id": format!("{id}-samples"),
        "name": format!("{id}-samples"),
        "description": description,
        "field": fields,
    })
}
