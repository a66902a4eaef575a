//! All tables in one file.

use super::{Row, Table};
use crate::csv::{Csv, number};
use crate::flag::Flag;
use crate::statistics::Spread;

/// All tables in one file, one row per task, learner and point of a sweep.
pub(crate) fn csv(tables: &[Table<'_>]) -> Vec<u8> {
    let n_layers = tables
        .iter()
        .flat_map(|table| table.layers.iter().copied())
        .max()
        .unwrap_or(0);
    let mut header: Vec<String> = ["task", "learner", "variant", "n_seeds", "n_failed", "score"]
        .map(str::to_owned)
        .to_vec();
    let mut spread_columns = |name: &str| {
        header.push(format!("{name}_mean"));
        header.push(format!("{name}_half_width_95"));
    };
    spread_columns("test_score_last_epoch");
    spread_columns("test_score_chosen_epoch");
    for reference in ["potential", "squared_error"] {
        spread_columns(&format!("update_angle_degrees_{reference}_all"));
        for k in 1..=n_layers {
            spread_columns(&format!("update_angle_degrees_{reference}_layer_{k}"));
        }
    }
    spread_columns("microseconds_per_sample");
    header.extend(["time_ratio", "time_ratio_to", "n_tuning_trials"].map(str::to_owned));
    // Tables of classification alone stay as they are.
    let has_units = tables.iter().any(Table::has_units);
    if has_units {
        for metric in ["rmse", "r_squared"] {
            for epoch in ["last", "chosen"] {
                let name = format!("test_{metric}_{epoch}_epoch");
                header.extend([format!("{name}_mean"), format!("{name}_half_width_95")]);
            }
        }
    }
    let has_gaps = tables.iter().any(Table::has_gaps);
    if has_gaps {
        let name = "test_score_gap_paired_by_seed_last_epoch";
        header.extend([format!("{name}_mean"), format!("{name}_half_width_95")]);
    }
    let mut rows = tables.iter().flat_map(|table| &table.rows);
    let has_tunings = rows.any(|row| row.n_tunings.is_some());
    header.extend(has_tunings.then(|| "n_tunings".to_owned()));
    let mut keys: Vec<&String> = tables.iter().flat_map(|table| &table.keys).collect();
    keys.sort();
    keys.dedup();
    header.extend(keys.iter().map(|key| key.to_string()));
    header.push("flags".to_owned());
    let mut csv = Csv::new(&header);
    for table in tables {
        for row in &table.rows {
            let mut cells = csv_cells(table, row, n_layers, has_units);
            if has_gaps {
                cells.extend(spread_cells(row.gap));
            }
            let n_tunings = row.n_tunings.map_or_else(String::new, |n| n.to_string());
            cells.extend(has_tunings.then_some(n_tunings));
            cells.extend(keys.iter().map(|key| {
                let index = table.keys.iter().position(|own| own == *key);
                index
                    .and_then(|index| row.swept[index].clone())
                    .unwrap_or_default()
            }));
            let flags: Vec<&str> = row.flags.iter().map(Flag::name).collect();
            cells.push(flags.join(" "));
            csv.row(&cells);
        }
    }
    csv.into_bytes()
}

fn csv_cells(table: &Table<'_>, row: &Row, n_layers: usize, has_units: bool) -> Vec<String> {
    let mut cells = vec![
        table.task.to_owned(),
        row.learner.clone(),
        row.variant.clone(),
        row.n_finished.to_string(),
        row.n_failed.to_string(),
        table.score.info().name.to_owned(),
    ];
    cells.extend(spread_cells(row.score_last));
    cells.extend(spread_cells(row.score_chosen));
    for angles in [&row.potential, &row.squared_error] {
        cells.extend(spread_cells(angles.all));
        for k in 1..=n_layers {
            let index = table.layers.iter().position(|layer| *layer == k);
            cells.extend(spread_cells(index.and_then(|index| angles.by_layer[index])));
        }
    }
    cells.extend(spread_cells(row.time));
    cells.push(number(row.time_ratio));
    cells.push(table.baseline.unwrap_or_default().to_owned());
    cells.push(row.n_trials.map_or_else(String::new, |n| n.to_string()));
    if has_units {
        let of_regression = row.rmse.iter().chain(&row.r_squared);
        cells.extend(of_regression.flat_map(|value| spread_cells(*value)));
    }
    cells
}

/// Mean and half width of the interval.
fn spread_cells(value: Option<Spread>) -> [String; 2] {
    let mean = value.map(|spread| spread.mean);
    let half_width = value.and_then(|spread| spread.half_width);
    [number(mean), number(half_width)]
}
