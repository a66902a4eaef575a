//! Croissant 1.0 for the data that the program carries or makes itself. Files that the user has are named by the
//! checksum in every provenance.json.
//!
//! Source: <http://mlcommons.org/croissant/1.0>.

use std::collections::BTreeSet;
use std::io::Read;

use apical_datasets::{CatalogueEntry, catalogue_entry, embedded_digits};
use flate2::read::GzDecoder;
use serde_json::{Value, json};

use super::super::long::file;
use super::{Bundle, BundledRun, address, digest, generated, pretty};
use crate::artefact::Artefact;

/// The embedded digits, with names of columns.
const DIGITS: &str = "data/digits.csv";
const N_PIXELS: usize = 64;

/// `croissant.json`, and the embedded data that it names; nothing where only files of the user were used.
pub(super) fn of(bundle: &Bundle, runs: &[BundledRun]) -> Vec<Artefact> {
    let used = used(bundle);
    let Some(first) = used.first() else {
        return Vec::new();
    };
    let mut files = Vec::new();
    let (mut distribution, mut records, mut sources) = (Vec::new(), Vec::new(), Vec::new());
    for entry in &used {
        sources.push(format!(
            "{}: {} ({})",
            entry.title, entry.source, entry.licence
        ));
        if entry.name == "digits" {
            let digits = file(DIGITS, digits());
            distribution.push(object("digits", &digits, "text/csv"));
            records.push(of_digits());
            files.push(digits);
        }
    }
    for spec in specifications(bundle) {
        for set in generated::of(&table(spec)) {
            distribution.push(object(&set.id, &set.table, "text/csv"));
            records.push(set.records);
            files.push(set.table);
        }
    }
    // What is generated follows from a specification and a seed.
    if used.iter().any(|entry| entry.name != "digits") {
        for (index, spec) in specifications(bundle).enumerate() {
            let id = format!("specification-{}", index + 1);
            distribution.push(object(&id, spec, "application/toml"));
        }
    }
    let licences: BTreeSet<&str> = used.iter().map(|entry| entry.licence).collect();
    let licences: Vec<String> = licences.into_iter().map(licence).collect();
    let day = runs
        .iter()
        .filter_map(|run| run.text("started").get(..10))
        .max();
    let about = json!({
        "@context": context(),
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": safe(&bundle.title),
        "description": format!(
            "Data that the runs were taught with, carried in the program or made by it: {}.",
            sources.join("; ")
        ),
        "license": licences,
        "url": "./",
        "version": "1.0.0",
        "datePublished": day.unwrap_or("1970-01-01"),
        "citeAs": first.source,
        "creator": creators(bundle),
        "distribution": distribution,
        "recordSet": records,
    });
    files.push(file("croissant.json", pretty(&about).into_bytes()));
    files
}

/// The sets that specifications in the bundle name and that need no file of the user.
fn used(bundle: &Bundle) -> Vec<&'static CatalogueEntry> {
    let mut names = BTreeSet::new();
    for spec in specifications(bundle) {
        let table = table(spec);
        let tasks = table.get("task").and_then(|tasks| tasks.as_table());
        for task in tasks.into_iter().flat_map(|tasks| tasks.values()) {
            let data = task.get("dataset").and_then(|data| data.as_table());
            names.extend(data.into_iter().flat_map(|data| data.keys().cloned()));
        }
    }
    let own = ["csv", "npz"];
    let entries = names.iter().filter_map(|name| catalogue_entry(name));
    entries
        .filter(|entry| entry.files.is_empty() && !own.contains(&entry.name))
        .collect()
}

fn table(specification: &Artefact) -> toml::Table {
    let text = String::from_utf8_lossy(&specification.bytes);
    text.parse().unwrap_or_default()
}

fn specifications(bundle: &Bundle) -> impl Iterator<Item = &Artefact> {
    let is_it = |path: &str| path == "experiment.toml" || path.ends_with("/experiment.toml");
    bundle.files.iter().filter(move |file| is_it(&file.path))
}

fn creators(bundle: &Bundle) -> Vec<Value> {
    let authors = bundle.authors.iter();
    let named: Vec<Value> = authors
        .map(|name| json!({ "@type": "sc:Person", "name": name }))
        .collect();
    match named.is_empty() {
        true => vec![json!({ "@type": "sc:Organization", "name": "The apical developers" })],
        false => named,
    }
}

fn object(id: &str, file: &Artefact, media_type: &str) -> Value {
    json!({
        "@type": "cr:FileObject",
        "@id": id,
        "name": id,
        "contentUrl": address(&file.path),
        "contentSize": format!("{} B", file.bytes.len()),
        "encodingFormat": media_type,
        "sha256": digest(file),
    })
}

/// The file that the program carries, under a line of names.
fn digits() -> Vec<u8> {
    let mut names: Vec<String> = (0..N_PIXELS)
        .map(|pixel| format!("pixel_{pixel}"))
        .collect();
    names.push("label".to_owned());
    let mut bytes = format!("{}\n", names.join(",")).into_bytes();
    let read = GzDecoder::new(embedded_digits()).read_to_end(&mut bytes);
    read.expect("the program carries a whole file");
    bytes
}

fn of_digits() -> Value {
    let field = |name: String| {
        json!({
            "@type": "cr:Field",
            "@id": format!("samples/{name}"),
            "name": name,
            "dataType": "sc:Integer",
            "source": { "fileObject": { "@id": "digits" }, "extract": { "column": name } },
        })
    };
    let fields: Vec<Value> = (0..N_PIXELS)
        .map(|pixel| field(format!("pixel_{pixel}")))
        .chain([field("label".to_owned())])
        .collect();
    json!({
        "@type": "cr:RecordSet",
        "@id": "samples",
        "name": "samples",
        "description": "A scan of 8 × 8 pixels with values from 0 to 16, row by row, and the digit that it shows.",
        "field": fields,
    })
}

/// A licence as an address, where SPDX has one.
fn licence(name: &str) -> String {
    match name {
        "CC BY 4.0" => "https://creativecommons.org/licenses/by/4.0/".to_owned(),
        other => other.to_owned(),
    }
}

/// Letters and digits alone, as names of sets are.
pub(super) fn safe(title: &str) -> String {
    let name = crate::artefact::safe_name(title);
    match name.trim_matches('-') {
        "" => "data".to_owned(),
        name => name.to_owned(),
    }
}

/// The context that Croissant 1.0 gives.
fn context() -> Value {
    json!({
        "@language": "en",
        "@vocab": "https://schema.org/",
        "citeAs": "cr:citeAs",
        "column": "cr:column",
        "conformsTo": "dct:conformsTo",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "data": { "@id": "cr:data", "@type": "@json" },
        "dataType": { "@id": "cr:dataType", "@type": "@vocab" },
        "dct": "http://purl.org/dc/terms/",
        "equivalentProperty": "cr:equivalentProperty",
        "examples": { "@id": "cr:examples", "@type": "@json" },
        "extract": "cr:extract",
        "field": "cr:field",
        "fileProperty": "cr:fileProperty",
        "fileObject": "cr:fileObject",
        "fileSet": "cr:fileSet",
        "format": "cr:format",
        "includes": "cr:includes",
        "isLiveDataset": "cr:isLiveDataset",
        "jsonPath": "cr:jsonPath",
        "key": "cr:key",
        "md5": "cr:md5",
        "parentField": "cr:parentField",
        "path": "cr:path",
        "recordSet": "cr:recordSet",
        "references": "cr:references",
        "regex": "cr:regex",
        "repeated": "cr:repeated",
        "replace": "cr:replace",
        "samplingRate": "cr:samplingRate",
        "sc": "https://schema.org/",
        "separator": "cr:separator",
        "source": "cr:source",
        "subField": "cr:subField",
        "transform": "cr:transform",
    })
}
