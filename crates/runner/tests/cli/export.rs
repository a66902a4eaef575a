//! `apical export`.

use crate::program::{Place, SMALL, read};

#[test]
fn tables_and_numbers_of_a_paper_are_those_of_the_report() {
    let place = Place::new(&SMALL.replace(
        "[task.digits]\n",
        "[task.digits]\nbaseline = \"matched backprop\"\ncontrasts = \"baseline\"\nmargin = 5.0\n",
    ));
    place.line("run small.toml --no-report", 0);
    place
        .line("export results/small --format latex", 0)
        .prints("results/small/latex/tables.tex");
    let tables = read(&place.path("results/small/latex/tables.tex"));
    for part in [
        "\\begin{tabular}{lS[table-format = 1]",
        "S[table-format = 2.2]@{${}\\pm{}$}S[table-format = ",
        "% Needs: booktabs, graphicx, siunitx.",
        "\\toprule",
        "matched backprop & 2 & ",
        "over 2 seeds",
        "digits, contrasts. ",
        "\\bottomrule",
    ] {
        assert!(tables.contains(part), "{part}: {tables}");
    }
    assert!(!tables.contains("\\textbf"), "{tables}");
    let numbers = read(&place.path("results/small/latex/numbers.tex"));
    let name = "\\newcommand{\\apicalDigitsMicrocircuitTestAccuracyLastEpochMean}{\\ensuremath{";
    assert!(numbers.contains(name), "{numbers}");
    let left = place.path("results/small/latex/.tables.tex.abc.tmp");
    std::fs::write(&left, "left by a process that was killed").expect("written");
    place.line("export results/small --format latex", 0);
    assert!(!left.exists());
    place.line("export results/small --format word", 2);
    place.line("export nowhere --format latex", 2);
}

#[test]
fn a_protocol_has_tables_too() {
    let place = Place::new("");
    place.line(
        "run fig1 --seeds 0,1 --set learning_ms=300 --set reported_ms=200 --quiet",
        0,
    );
    place.line("export results/fig1 --format latex --out paper", 0);
    let tables = read(&place.path("paper/tables.tex"));
    assert!(tables.contains("all plastic & "), "{tables}");
}

#[test]
fn readings_are_a_row_each_in_csv_and_parquet() {
    let place = Place::new(SMALL);
    place.line("run small.toml --no-report", 0);
    place.line("export results/small --format csv", 0);
    let text = read(&place.path("results/small/csv/readings.csv"));
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let column = |name: &str| header.iter().position(|own| *own == name).expect("there");
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let is_it = |row: &&Vec<&str>| {
        row[column("learner")] == "microcircuit"
            && row[column("seed")] == "1"
            && row[column("epoch")] == "2"
            && row[column("metric")] == "accuracy"
            && row[column("part")] == "test"
    };
    let found: Vec<_> = rows.iter().filter(is_it).collect();
    let [row] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(
        (row[column("unit")], row[column("status")]),
        ("%", "finished")
    );
    let runs = place.runs();
    let all: String = (runs.iter())
        .map(|run| read(&run.join("summary.json")))
        .collect();
    assert!(
        all.contains(&format!("\"value\": {}", row[column("value")])),
        "{row:?}"
    );
    place.line("export results/small --format parquet", 0);
    let bytes = std::fs::read(place.path("results/small/parquet/readings.parquet"));
    let bytes = bytes.expect("written");
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    place.line("export results/small --format pdf", 0);
    let figure = place.path("results/small/pdf/digits/update_angle-180mm.pdf");
    let bytes = std::fs::read(figure).expect("written");
    assert!(bytes.starts_with(b"%PDF-"));
}

#[test]
fn curves_are_arrays_and_events() {
    let place = Place::new(SMALL);
    place.line("run small.toml --no-report", 0);
    place.line("export results/small --format npz --out out", 0);
    let bytes = std::fs::read(place.path("out/curves.npz")).expect("written");
    // Stored, so that names and numbers lie in the open.
    let names = [
        "digits/microcircuit/seeds.npy",
        "digits/matched-backprop/accuracy/test/values.npy",
    ];
    for name in names {
        let found = bytes
            .windows(name.len())
            .any(|part| part == name.as_bytes());
        assert!(found, "{name}");
    }
    place.line("export results/small --format tensorboard", 0);
    let events = "results/small/tensorboard/digits/microcircuit/seed-1/events.out.tfevents.apical";
    let bytes = std::fs::read(place.path(events)).expect("written");
    let tags = scalars(&bytes);
    assert!(tags.contains(&("accuracy/test".to_owned(), 2)), "{tags:?}");
    assert!(
        tags.contains(&("update_angle/potential/layer_1".to_owned(), 0)),
        "{tags:?}"
    );
}

/// Tags and steps, read as the formats of TFRecord and of protocol buffers say, whatever wrote them.
fn scalars(mut bytes: &[u8]) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let length = u64::from_le_bytes(bytes[..8].try_into().expect("eight")) as usize;
        let event = fields(&bytes[12..12 + length]);
        bytes = &bytes[12 + length + 4..];
        let of = |number: u64, all: &[(u64, Field)]| {
            all.iter()
                .find(|(own, _)| *own == number)
                .map(|(_, field)| field.clone())
        };
        let step = match of(2, &event) {
            Some(Field::Whole(step)) => step,
            _ => 0,
        };
        if let Some(Field::Bytes(summary)) = of(5, &event)
            && let Some(Field::Bytes(value)) = of(1, &fields(&summary))
            && let Some(Field::Bytes(tag)) = of(1, &fields(&value))
        {
            found.push((String::from_utf8(tag).expect("a name"), step));
        }
    }
    found
}

#[derive(Clone)]
enum Field {
    Whole(u64),
    Bytes(Vec<u8>),
}

fn fields(mut bytes: &[u8]) -> Vec<(u64, Field)> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let key = whole(&mut bytes);
        let length = match key & 7 {
            0 => {
                found.push((key >> 3, Field::Whole(whole(&mut bytes))));
                continue;
            }
            1 => 8,
            5 => 4,
            _ => whole(&mut bytes) as usize,
        };
        found.push((key >> 3, Field::Bytes(bytes[..length].to_vec())));
        bytes = &bytes[length..];
    }
    found
}

fn whole(bytes: &mut &[u8]) -> u64 {
    let n = bytes.iter().take_while(|byte| **byte >= 0x80).count() + 1;
    let digits = bytes[..n].iter().rev();
    let value = digits.fold(0, |value, byte| value << 7 | u64::from(byte & 0x7f));
    *bytes = &bytes[n..];
    value
}

#[test]
fn a_bundle_is_whole_and_can_be_made_again() {
    let place = Place::new(SMALL);
    place.line("run small.toml --no-report", 0);
    place.line("export results/small --format bundle --author A", 0);
    let zip = place.path("results/small/bundle/bundle.zip");
    let before = std::fs::read(&zip).expect("written");
    place.line("export results/small --format bundle --author A", 0);
    assert!(
        std::fs::read(&zip).expect("written") == before,
        "the same bytes"
    );
    let files = entries(&before);
    let text = |name: &str| -> &str {
        let found = files.iter().find(|(path, _)| path == name);
        let (_, bytes) = found.unwrap_or_else(|| panic!("{name}"));
        std::str::from_utf8(bytes).expect("a text")
    };
    let sums = text("SHA256SUMS");
    assert_eq!(sums.lines().count(), files.len() - 1);
    for line in sums.lines() {
        let (sum, path) = line.split_once("  ").expect("sum and path");
        let (_, bytes) = files.iter().find(|(own, _)| own == path).expect(path);
        assert_eq!(apical_datasets::sha256(bytes), sum, "{path}");
    }
    let about: serde_json::Value =
        serde_json::from_str(text("ro-crate-metadata.json")).expect("JSON");
    let graph = about["@graph"].as_array().expect("a graph");
    let actions = graph
        .iter()
        .filter(|entity| entity["@type"] == "CreateAction");
    assert_eq!(actions.count(), place.runs().len());
    let table = text("table.csv");
    let numbers = table.lines().skip(1).flat_map(|line| line.split(','));
    let n = numbers.filter(|cell| cell.parse::<f64>().is_ok()).count();
    assert_eq!(text("repro.yaml").matches("kind: \"table\"").count(), n);
    for part in [
        "experiment.toml",
        "paper/tables.tex",
        "paper/readings.csv",
        "data/digits.csv",
    ] {
        text(part);
    }
    assert!(text("checklist.md").contains("| 16. "));
    assert!(text("codecheck.yml").contains("- name: \"A\""));
    assert!(text("reproduce.sh").contains("spec.toml --out"));
}

/// Paths and bytes of a zip archive.
fn entries(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    use std::io::Read;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).expect("an archive");
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index(index).expect("an entry");
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("whole");
            (entry.name().to_owned(), bytes)
        })
        .collect()
}

#[test]
fn a_bundle_has_the_data_that_the_program_made() {
    let made = SMALL
        .replace(
            "[task.digits]\ndataset.digits = {}",
            "[task.\"two, moons\"]\ndataset.yin_yang = { n_train = 30, n_validation = 20, n_test = 10 }",
        )
        .replace("task.digits.", "task.\"two, moons\".");
    let place = Place::new(&made);
    place.line("run small.toml --no-report --seeds 3", 0);
    place.line("export results/small --format bundle", 0);
    let zip = std::fs::read(place.path("results/small/bundle/bundle.zip")).expect("written");
    let files = entries(&zip);
    let text = |name: &str| -> &str {
        let found = files.iter().find(|(path, _)| path == name);
        std::str::from_utf8(&found.unwrap_or_else(|| panic!("{name}")).1).expect("a text")
    };
    let about: serde_json::Value = serde_json::from_str(text("croissant.json")).expect("JSON");
    let named = about["distribution"].as_array().expect("files");
    let table = named.iter().find(|of| of["encodingFormat"] == "text/csv");
    let table = table.expect("a table")["contentUrl"]
        .as_str()
        .expect("a path");
    let rows: Vec<&str> = text(table).lines().collect();
    assert_eq!(rows[0], "part,input_1,input_2,input_3,input_4,label");
    assert_eq!(rows.len(), 1 + 30 + 20 + 10);
    // The four inputs of Yin-Yang are a point and one less each of its coordinates.
    for row in &rows[1..] {
        let numbers: Vec<f32> = row
            .split(',')
            .skip(1)
            .map(|cell| cell.parse().expect(row))
            .collect();
        assert!(
            (numbers[0] + numbers[2] - 1.0).abs() < 1e-6 && numbers[4] < 3.0,
            "{row}"
        );
    }
    let fields = about["recordSet"][0]["field"].as_array().expect("fields");
    let names: Vec<&str> = fields
        .iter()
        .filter_map(|field| field["name"].as_str())
        .collect();
    assert_eq!(names.join(","), rows[0]);
}
