//! Apache Parquet, as much of it as a table of texts and numbers needs: format version 1, plain encoding, pages
//! compressed with gzip, a row group for every [`N_ROWS`] rows.
//!
//! Source: <https://github.com/apache/parquet-format>, parquet.thrift. Written here, as the crates that write
//! every kind of Parquet file take longer to compile than all of this program.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::long::{Kind, Long, Value};

/// At the beginning and the end of a file.
const MAGIC: &[u8] = b"PAR1";
/// Rows of a row group.
const N_ROWS: usize = 1 << 16;

// Numbers of enumerations in parquet.thrift.
const OPTIONAL: i64 = 1;
const GZIP: i64 = 2;
const PLAIN: i64 = 0;
const RLE: i64 = 3;
const DATA_PAGE: i64 = 0;

/// The table as a file; the same rows give the same bytes.
pub(super) fn of(table: Long<'_>) -> Vec<u8> {
    let Long { columns, mut rows } = table;
    let mut bytes = MAGIC.to_vec();
    let (mut groups, mut n_rows) = (Vec::new(), 0);
    loop {
        let mut cells: Vec<Cells> = columns.iter().map(|_| Cells::default()).collect();
        let mut n = 0;
        for row in rows.by_ref().take(N_ROWS) {
            for (cells, value) in cells.iter_mut().zip(&row) {
                cells.push(value);
            }
            n += 1;
        }
        if n == 0 {
            break;
        }
        n_rows += n;
        let chunks = columns.iter().zip(&cells);
        let chunks: Vec<Chunk> = chunks
            .map(|(column, cells)| cells.write(column, &mut bytes))
            .collect();
        groups.push(row_group(&columns, &chunks, n));
    }
    let footer = footer(&columns, &groups, n_rows);
    bytes.extend(&footer);
    bytes.extend((footer.len() as u32).to_le_bytes());
    bytes.extend(MAGIC);
    bytes
}

/// The cells of one column of a row group.
#[derive(Default)]
struct Cells {
    /// Those that are there, one after the other.
    plain: Vec<u8>,
    /// For every run of rows alike whether they are there, and how many.
    runs: Vec<(bool, u64)>,
    n: u64,
}

/// Where a column of a row group lies.
struct Chunk {
    offset: usize,
    n_bytes: usize,
    n_bytes_plain: usize,
    n_values: u64,
}

impl Cells {
    fn push(&mut self, value: &Value<'_>) {
        match value {
            Value::Absent => {}
            Value::Text(text) => {
                self.plain.extend((text.len() as u32).to_le_bytes());
                self.plain.extend(text.as_bytes());
            }
            Value::Whole(number) => self.plain.extend(number.to_le_bytes()),
            Value::Number(number) => self.plain.extend(number.to_le_bytes()),
        }
        let is_there = *value != Value::Absent;
        match self.runs.last_mut() {
            Some((last, n)) if *last == is_there => *n += 1,
            _ => self.runs.push((is_there, 1)),
        }
        self.n += 1;
    }

    /// Appends one page.
    fn write(&self, (name, _): &(String, Kind), bytes: &mut Vec<u8>) -> Chunk {
        debug_assert!(!name.is_empty(), "a column has a name");
        let mut levels = Vec::new();
        for (is_there, n) in &self.runs {
            varint(n << 1, &mut levels);
            levels.push(u8::from(*is_there));
        }
        let mut page = (levels.len() as u32).to_le_bytes().to_vec();
        page.extend(levels);
        page.extend(&self.plain);
        let packed = gzip(&page);
        let mut of_data = Struct::default();
        of_data
            .int(1, self.n as i64)
            .int(2, PLAIN)
            .int(3, RLE)
            .int(4, RLE);
        let mut header = Struct::default();
        header
            .int(1, DATA_PAGE)
            .int(2, page.len() as i64)
            .int(3, packed.len() as i64)
            .inner(5, of_data);
        let header = header.end();
        let offset = bytes.len();
        bytes.extend(&header);
        bytes.extend(&packed);
        Chunk {
            offset,
            n_bytes: header.len() + packed.len(),
            n_bytes_plain: header.len() + page.len(),
            n_values: self.n,
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("memory takes every byte")
}

fn row_group(columns: &[(String, Kind)], chunks: &[Chunk], n_rows: u64) -> Struct {
    let of_column = columns.iter().zip(chunks).map(|((name, kind), chunk)| {
        let mut about = Struct::default();
        about
            .int(1, kind.physical())
            .list(2, INT, [PLAIN, RLE].map(zigzag).to_vec())
            .list(3, BINARY, vec![binary(name)])
            .int(4, GZIP)
            .long(5, chunk.n_values)
            .long(6, chunk.n_bytes_plain as u64)
            .long(7, chunk.n_bytes as u64)
            .long(9, chunk.offset as u64);
        let mut column = Struct::default();
        column.long(2, chunk.offset as u64).inner(3, about);
        column.end()
    });
    let n_bytes: usize = chunks.iter().map(|chunk| chunk.n_bytes_plain).sum();
    let mut group = Struct::default();
    group
        .list(1, STRUCT, of_column.collect())
        .long(2, n_bytes as u64)
        .long(3, n_rows);
    group
}

fn footer(columns: &[(String, Kind)], groups: &[Struct], n_rows: u64) -> Vec<u8> {
    let mut root = Struct::default();
    root.text(4, "schema").int(5, columns.len() as i64);
    let leaves = columns.iter().map(|(name, kind)| {
        let mut leaf = Struct::default();
        leaf.int(1, kind.physical()).int(3, OPTIONAL).text(4, name);
        kind.converted().map(|of| leaf.int(6, of));
        leaf.end()
    });
    let schema = [root.end()].into_iter().chain(leaves).collect();
    let groups = groups.iter().map(|group| group.clone().end()).collect();
    let mut about = Struct::default();
    about
        .int(1, 1)
        .list(2, STRUCT, schema)
        .long(3, n_rows)
        .list(4, STRUCT, groups)
        .text(6, "apical");
    about.end()
}

impl Kind {
    /// INT64, DOUBLE or BYTE_ARRAY.
    fn physical(self) -> i64 {
        match self {
            Self::Whole => 2,
            Self::Number => 5,
            Self::Text => 6,
        }
    }

    /// UTF8 or UINT_64.
    fn converted(self) -> Option<i64> {
        match self {
            Self::Text => Some(0),
            Self::Whole => Some(14),
            Self::Number => None,
        }
    }
}

// Types in Thrift's compact protocol.
const INT: u8 = 5;
const LONG: u8 = 6;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// A structure in Thrift's compact protocol, whose fields come in order of their numbers.
#[derive(Default, Clone)]
struct Struct {
    bytes: Vec<u8>,
    last: u8,
}

impl Struct {
    fn field(&mut self, number: u8, kind: u8, bytes: &[u8]) -> &mut Self {
        self.bytes.push((number - self.last) << 4 | kind);
        self.last = number;
        self.bytes.extend(bytes);
        self
    }

    fn int(&mut self, number: u8, value: i64) -> &mut Self {
        self.field(number, INT, &zigzag(value))
    }

    fn long(&mut self, number: u8, value: u64) -> &mut Self {
        self.field(number, LONG, &zigzag(value as i64))
    }

    fn text(&mut self, number: u8, text: &str) -> &mut Self {
        self.field(number, BINARY, &binary(text))
    }

    fn inner(&mut self, number: u8, inner: Self) -> &mut Self {
        self.field(number, STRUCT, &inner.end())
    }

    fn list(&mut self, number: u8, kind: u8, items: Vec<Vec<u8>>) -> &mut Self {
        let mut bytes = Vec::new();
        match items.len() {
            n @ 0..15 => bytes.push((n as u8) << 4 | kind),
            n => {
                bytes.push(0xf0 | kind);
                varint(n as u64, &mut bytes);
            }
        }
        bytes.extend(items.concat());
        self.field(number, LIST, &bytes)
    }

    fn end(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }
}

fn binary(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    varint(text.len() as u64, &mut bytes);
    bytes.extend(text.as_bytes());
    bytes
}

fn zigzag(value: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    varint((value << 1 ^ value >> 63) as u64, &mut bytes);
    bytes
}

/// Seven bits a byte, the lowest first.
pub(super) fn varint(mut value: u64, bytes: &mut Vec<u8>) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}
