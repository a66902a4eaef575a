//! RO-Crate 1.1 with the profile Process Run Crate 0.5: what each file is, and an action for every run, failed ones
//! included.
//!
//! Sources: <https://w3id.org/ro/crate/1.1>, <https://w3id.org/ro/wfrun/process/0.5>.

use serde_json::{Value, json};

use super::{Bundle, BundledRun, address, digest, media_type, pretty};

pub(super) const NAME: &str = "ro-crate-metadata.json";
const CRATE: &str = "https://w3id.org/ro/crate/1.1";
const PROFILE: &str = "https://w3id.org/ro/wfrun/process/0.5";
const PROGRAM: &str = "#apical";

pub(super) fn of(bundle: &Bundle, runs: &[BundledRun]) -> String {
    let by_id = |id: String| json!({ "@id": id });
    let licence = format!("https://spdx.org/licenses/{}", bundle.licence);
    let authors: Vec<Value> = (0..bundle.authors.len())
        .map(|index| by_id(author(index)))
        .collect();
    let parts: Vec<Value> = bundle
        .files
        .iter()
        .map(|file| by_id(address(&file.path)))
        .collect();
    let mut root = json!({
        "@id": "./",
        "@type": "Dataset",
        "name": bundle.title,
        "description": format!(
            "Records of {} training runs, the report on them, and what is needed to check both and to make them again.",
            runs.len()
        ),
        "datePublished": published(runs),
        "license": by_id(licence.clone()),
        "conformsTo": [by_id(PROFILE.to_owned())],
        "hasPart": parts,
        "mentions": runs.iter().map(|run| by_id(action_id(run))).collect::<Vec<_>>(),
    });
    if !authors.is_empty() {
        root["author"] = authors.clone().into();
    }
    let mut graph = vec![
        json!({
            "@id": NAME,
            "@type": "CreativeWork",
            "conformsTo": by_id(CRATE.to_owned()),
            "about": by_id("./".to_owned()),
        }),
        root,
        json!({
            "@id": PROFILE,
            "@type": "CreativeWork",
            "name": "Process Run Crate",
            "version": "0.5",
        }),
        json!({
            "@id": licence,
            "@type": "CreativeWork",
            "name": bundle.licence,
            "description": format!("The licence {} by its name in the list of SPDX.", bundle.licence),
        }),
        json!({
            "@id": PROGRAM,
            "@type": "SoftwareApplication",
            "name": "apical",
            "softwareVersion": bundle.version,
            "description": match &bundle.commit {
                Some(commit) => format!("Built from commit {commit}."),
                None => "Built from sources that are not named.".to_owned(),
            },
        }),
    ];
    graph.extend(
        bundle
            .authors
            .iter()
            .enumerate()
            .map(|(index, name)| json!({ "@id": author(index), "@type": "Person", "name": name })),
    );
    graph.extend(bundle.files.iter().map(|file| {
        json!({
            "@id": address(&file.path),
            "@type": "File",
            "name": file.path,
            "encodingFormat": media_type(&file.path),
            "contentSize": file.bytes.len().to_string(),
            "sha256": digest(file),
        })
    }));
    for run in runs {
        let (action, settings) = action(run, &authors);
        graph.push(action);
        graph.extend(settings);
    }
    let terms = json!([
        format!("{CRATE}/context"),
        {
            "sha256": "https://w3id.org/ro/terms/workflow-run#sha256",
            "environment": "https://w3id.org/ro/terms/workflow-run#environment",
        },
    ]);
    pretty(&json!({ "@context": terms, "@graph": graph }))
}

fn author(index: usize) -> String {
    format!("#author-{}", index + 1)
}

fn action_id(run: &BundledRun) -> String {
    format!("#run-{}", address(&run.folder).replace('/', "-"))
}

/// The action of a run, and the environment that it names.
fn action(run: &BundledRun, authors: &[Value]) -> (Value, Vec<Value>) {
    let id = action_id(run);
    let spec = format!("{}/spec.toml", run.folder);
    let (given, made): (Vec<&String>, Vec<&String>) =
        run.files.iter().partition(|path| **path == spec);
    let files = |paths: Vec<&String>| -> Vec<Value> {
        let paths = paths.into_iter();
        paths.map(|path| json!({ "@id": address(path) })).collect()
    };
    let status = match run.error {
        None => "http://schema.org/CompletedActionStatus",
        Some(_) => "http://schema.org/FailedActionStatus",
    };
    let settings: Vec<Value> = ["cpu", "instruction_set", "rustc", "target", "source_digest"]
        .iter()
        .filter(|key| !run.text(key).is_empty())
        .map(|key| {
            json!({
                "@id": format!("{id}-{key}"),
                "@type": "PropertyValue",
                "name": key,
                "value": run.text(key),
            })
        })
        .collect();
    let command = run.provenance["command"].as_array();
    let words = command.into_iter().flatten().filter_map(Value::as_str);
    let command: Vec<&str> = words.collect();
    let mut action = json!({
        "@id": id,
        "@type": "CreateAction",
        "name": run.label,
        "description": format!("One run of `{}`.", command.join(" ")),
        "instrument": { "@id": PROGRAM },
        "object": files(given),
        "result": files(made),
        "actionStatus": { "@id": status },
        "environment": settings
            .iter()
            .map(|setting| json!({ "@id": setting["@id"] }))
            .collect::<Vec<_>>(),
    });
    for (key, time) in ["startTime", "endTime"].into_iter().zip(run.times()) {
        if let Some(time) = time {
            action[key] = time.into();
        }
    }
    if let Some(error) = &run.error {
        action["error"] = error.clone().into();
    }
    if let Some(first) = authors.first() {
        action["agent"] = first.clone();
    }
    (action, settings)
}

/// The day of the last end, or start.
fn published(runs: &[BundledRun]) -> String {
    let times = runs.iter().flat_map(BundledRun::times).flatten();
    let last = times.max().unwrap_or_default();
    let day = last.get(..10).unwrap_or("1970-01-01");
    day.to_owned()
}
