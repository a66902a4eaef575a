//! `repro.yaml`, the manifest of claims-cli 0.6: a claim for every number in the tables, as a paper prints it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Bundle, digest, yaml};
use crate::artefact::Artefact;

/// Significant digits that a paper prints.
const N_DIGITS: usize = 4;

pub(super) fn manifest(bundle: &Bundle) -> String {
    // Tables of a report, and no readings, curves or data.
    let is_table = |path: &str| {
        let is_deep = [
            "figures/",
            "/figures/",
            "/seed-",
            "readings.csv",
            "data/",
            "trials.csv",
        ];
        path.ends_with(".csv") && !is_deep.iter().any(|part| path.contains(part))
    };
    let (mut artifacts, mut claims) = (Vec::new(), Vec::new());
    for file in bundle.files.iter().filter(|file| is_table(&file.path)) {
        let id = file.path.trim_end_matches(".csv").replace(['/', ' '], "-");
        artifacts.push(json!({
            "id": id,
            "path": file.path,
            "media_type": "text/csv",
            "digest": { "algorithm": "sha256", "value": digest(file) },
        }));
        claims.extend(of_table(&id, file));
    }
    let project = crate::artefact::safe_name(&bundle.title);
    let about = json!({
        "schema_version": "repro/1",
        "project": project.trim_matches('-'),
        "artifacts": artifacts,
        "claims": claims,
    });
    yaml(&about)
}

fn of_table(id: &str, file: &Artefact) -> Vec<Value> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(&file.bytes[..]);
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(str::to_owned).collect(),
        Err(_) => return Vec::new(),
    };
    let rows = reader.records().filter_map(Result::ok);
    let rows: Vec<Vec<String>> = rows
        .map(|row| row.iter().map(str::to_owned).collect())
        .collect();
    let is_number = |text: &str| text.parse().is_ok_and(f64::is_finite);
    // Words before the first number say which row it is.
    let is_words = |column: &usize| {
        rows.iter()
            .all(|row| !row.get(*column).is_some_and(|c| is_number(c)))
    };
    let keys: Vec<usize> = (0..header.len()).take_while(is_words).collect();
    let key = |row: &[String]| -> Vec<String> {
        let cells = keys.iter().map(|column| row.get(*column));
        cells
            .map(|cell| cell.cloned().unwrap_or_default())
            .collect()
    };
    let different: BTreeSet<Vec<String>> = rows.iter().map(|row| key(row)).collect();
    let are_told_apart = !keys.is_empty() && different.len() == rows.len();
    let mut claims = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        for (column, name) in header.iter().enumerate().skip(keys.len()) {
            let Some(cell) = row.get(column).filter(|cell| is_number(cell)) else {
                continue;
            };
            let mut evidence = json!({
                "kind": "table",
                "artifact": id,
                "name": name,
                "reported": printed(cell),
                "column": name,
            });
            let words: Vec<String> = key(row)
                .into_iter()
                .filter(|word| !word.is_empty())
                .collect();
            if are_told_apart {
                let chosen = keys.iter().zip(key(row));
                let chosen: Map<String, Value> = chosen
                    .map(|(column, cell)| (header[*column].clone(), cell.trim().into()))
                    .collect();
                evidence["where"] = chosen.into();
            } else {
                evidence["row"] = index.into();
            }
            claims.push(json!({
                "id": format!("{id}-{}-{}", index + 1, column + 1),
                "text": format!("{}: {name} is {}", words.join(", "), printed(cell)),
                "evidence": [evidence],
            }));
        }
    }
    claims
}

/// `cell` to [`N_DIGITS`] significant digits; in full where it is shorter, or where its next digits are 5 and
/// nothing, which some round up and some to the even digit.
fn printed(cell: &str) -> String {
    let Ok(number) = cell.parse::<f64>() else {
        return cell.to_owned();
    };
    let decade = match number == 0.0 {
        true => 0,
        false => number.abs().log10().floor() as i32,
    };
    let n_decimals = usize::try_from(N_DIGITS as i32 - 1 - decade).unwrap_or(0);
    let decimals = cell.split_once('.').map_or("", |(_, decimals)| decimals);
    let is_tie = decimals.get(n_decimals..) == Some("5");
    match decimals.len() <= n_decimals || is_tie || cell.contains(['e', 'E']) {
        true => cell.to_owned(),
        false => format!("{number:.n_decimals$}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_printed_to_four_digits_but_for_ties() {
        for (cell, expected) in [
            ("97.64000000000001", "97.64"),
            ("0.0123456", "0.01235"),
            ("12.345", "12.345"),
            ("5", "5"),
            ("123456.7", "123457"),
            ("-0.5", "-0.5"),
        ] {
            assert_eq!(printed(cell), expected);
        }
    }

    #[test]
    fn every_number_of_a_table_is_a_claim_of_its_row() {
        let table = Artefact {
            path: "table.csv".into(),
            bytes: b"task,learner,n,score\nd,a,3,1.5\nd,b,3,\n".to_vec(),
        };
        let claims = of_table("table", &table);
        assert_eq!(claims.len(), 3);
        assert_eq!(
            claims[1]["evidence"][0]["where"],
            json!({"task": "d", "learner": "a"})
        );
        assert_eq!(claims[1]["evidence"][0]["reported"], "1.5");
    }
}
