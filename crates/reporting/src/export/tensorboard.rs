//! Event files of TensorBoard: records of TFRecord with an event each, scalars alone.
//!
//! Sources: tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto and
//! tensorflow/core/framework/summary.proto. Written here: what is needed of protocol buffers are five fields.

use super::long::file;
use super::parquet::varint;
use super::runs::{self, Paths, RunSeries, SECONDS};
use crate::artefact::Artefact;
use crate::{ReportError, ReportInput, group};

/// `TASK/LEARNER[/POINT]/seed-N/events.out.tfevents.apical` for every run, with a tag for every series; steps are
/// epochs, the time is that of training. Values are in single precision, as TensorBoard has them.
///
/// # Errors
///
/// As [`crate::report`].
pub fn tensorboard(input: &ReportInput) -> Result<Vec<Artefact>, ReportError> {
    group::check(input)?;
    Ok(tensorboard_of_runs(&runs::of_tasks(input)))
}

/// The same of a protocol's runs; steps are x, rounded.
pub fn tensorboard_of_runs(runs: &[RunSeries]) -> Vec<Artefact> {
    let mut paths = Paths::default();
    let files = runs.iter().map(|run| {
        let folder = format!("{}/seed-{}", paths.of(&run.name), run.seed);
        file(&format!("{folder}/events.out.tfevents.apical"), events(run))
    });
    files.collect()
}

fn events(run: &RunSeries) -> Vec<u8> {
    let began = humantime::parse_rfc3339(&run.started).ok();
    let began = began.and_then(|began| began.duration_since(std::time::UNIX_EPOCH).ok());
    let began = began.map_or(0.0, |began| began.as_secs_f64());
    let mut first = Message::default();
    first.double(1, began).bytes(3, b"brain.Event:2");
    let mut bytes = record(&first.0);
    let seconds = run.series.iter().find(|series| series.name == SECONDS);
    let seconds = seconds.map_or(&[][..], |seconds| &seconds.points);
    let time_at = |x: f64| {
        let at = seconds.iter().find(|(own, _)| *own == x);
        began + at.map_or(0.0, |(_, seconds)| *seconds)
    };
    let series = run.series.iter();
    let mut points: Vec<(f64, &str, f64)> = series
        .flat_map(|of| of.points.iter().map(|(x, value)| (*x, &*of.name, *value)))
        .collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (x, tag, value) in points {
        let mut scalar = Message::default();
        scalar.bytes(1, tag.as_bytes()).float(2, value as f32);
        let mut summary = Message::default();
        summary.bytes(1, &scalar.0);
        let mut event = Message::default();
        event
            .double(1, time_at(x))
            .whole(2, x.round() as i64)
            .bytes(5, &summary.0);
        bytes.extend(record(&event.0));
    }
    bytes
}

/// A message of protocol buffers.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn double(&mut self, field: u8, value: f64) -> &mut Self {
        self.0.push(field << 3 | 1);
        self.0.extend(value.to_le_bytes());
        self
    }

    fn float(&mut self, field: u8, value: f32) -> &mut Self {
        self.0.push(field << 3 | 5);
        self.0.extend(value.to_le_bytes());
        self
    }

    fn whole(&mut self, field: u8, value: i64) -> &mut Self {
        self.0.push(field << 3);
        varint(value as u64, &mut self.0);
        self
    }

    fn bytes(&mut self, field: u8, value: &[u8]) -> &mut Self {
        self.0.push(field << 3 | 2);
        varint(value.len() as u64, &mut self.0);
        self.0.extend(value);
        self
    }
}

/// `data` between its length and its checksum.
fn record(data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    let mut bytes = length.to_vec();
    bytes.extend(masked(&length).to_le_bytes());
    bytes.extend(data);
    bytes.extend(masked(data).to_le_bytes());
    bytes
}

/// The checksum that records have: CRC-32C, turned and shifted.
fn masked(bytes: &[u8]) -> u32 {
    crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// Castagnoli's polynomial, bit by bit.
fn crc32c(bytes: &[u8]) -> u32 {
    let crc = bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| match crc & 1 {
            1 => crc >> 1 ^ 0x82f6_3b78,
            _ => crc >> 1,
        })
    });
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_castagnolis() {
        // RFC 3720, appendix B.4, and the usual check value.
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }
}
