//! The program by CodeMeta 2.0, and the author's half of a CODECHECK.
//!
//! Sources: <https://doi.org/10.5063/schema/codemeta-2.0>, <https://codecheck.org.uk/spec/config/1.0/>.

use serde_json::{Value, json};

use super::{Bundle, pretty, yaml};

pub(super) fn codemeta(bundle: &Bundle) -> String {
    let mut about = json!({
        "@context": "https://doi.org/10.5063/schema/codemeta-2.0",
        "@type": "SoftwareSourceCode",
        "name": "apical",
        "description": "Trains the dendritic cortical microcircuit and backpropagation on the same tasks and reports accuracy, gradient alignment and time.",
        "version": bundle.version,
        "license": ["https://spdx.org/licenses/MIT", "https://spdx.org/licenses/Apache-2.0"],
        "programmingLanguage": { "@type": "ComputerLanguage", "name": "Rust", "url": "https://www.rust-lang.org" },
        "applicationCategory": "Computational neuroscience",
        "keywords": ["dendrites", "cortical microcircuit", "backpropagation", "credit assignment", "benchmark"],
        "author": { "@type": "Organization", "name": "The apical developers" },
        "referencePublication": {
            "@type": "ScholarlyArticle",
            "name": "Dendritic cortical microcircuits approximate the backpropagation algorithm",
            "identifier": "arXiv:1810.11393",
        },
    });
    if let Some(commit) = &bundle.commit {
        about["identifier"] = commit.clone().into();
    }
    pretty(&about)
}

/// Paper and manifest; who checks it adds the rest.
pub(super) fn codecheck(bundle: &Bundle) -> String {
    let authors = bundle.authors.iter();
    let authors: Vec<Value> = authors.map(|name| json!({ "name": name })).collect();
    let is_output = |path: &str| {
        let is_of_run = path.contains("/seed-") || path.starts_with("tuning/");
        let ends = [".csv", ".svg", ".pdf", ".tex"];
        !is_of_run && ends.iter().any(|end| path.ends_with(end))
    };
    let files = bundle.files.iter().filter(|file| is_output(&file.path));
    let manifest: Vec<Value> = files
        .map(|file| json!({ "file": file.path, "comment": comment(&file.path) }))
        .collect();
    let about = json!({
        "version": "https://codecheck.org.uk/spec/config/1.0/",
        "paper": { "title": bundle.title, "authors": authors },
        "manifest": manifest,
        "summary": "./reproduce.sh smoke makes one run again and compares it bit by bit; ./reproduce.sh verify checks records, tables and figures; ./reproduce.sh all makes everything again.",
    });
    let who = match bundle.authors.is_empty() {
        true => "# `paper` wants its authors: `apical export DIR --format bundle --author NAME`.\n",
        false => "",
    };
    format!("{who}{}", yaml(&about))
}

fn comment(path: &str) -> &'static str {
    match path.rsplit('/').next().unwrap_or_default() {
        "table.csv" => "mean and 95 % interval of every learner",
        "contrasts.csv" => "declared contrasts with their verdicts",
        "trials.csv" => "settings tried while tuning",
        "readings.csv" => "every reading of every run",
        name if name.ends_with(".csv") => "numbers of a table or figure",
        name if name.ends_with(".tex") => "tables and numbers for a paper",
        _ => "figure",
    }
}
