//! Inputs that are nearly right: bytes flipped, cut, repeated, moved, and numbers at the edges of what is meant.

/// A stream of numbers (splitmix64).
pub(crate) struct Stream(u64);

/// What stands where something else is expected.
const TOKENS: [&str; 36] = [
    "nan",
    "inf",
    "-inf",
    "-1",
    "0",
    "1e308",
    "-1e308",
    "1e-320",
    "1e999",
    "9007199254740993",
    "9223372036854775807",
    "18446744073709551615",
    "18446744073709551616",
    "1e19",
    "null",
    "true",
    "[]",
    "{}",
    "[[",
    "]]",
    "{",
    "}",
    "\"",
    "\"\"\"",
    "'",
    ",",
    ":",
    "=",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\u{202e}",
    "\u{fffd}",
    "\\u0000",
    "é",
];

/// Counts and lengths where formats break, in little and big endian.
const EDGES: [u64; 10] = [
    0,
    1,
    0x7f,
    0xff,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    0xffff_ffff_ffff_ffff,
];

/// Inputs are no longer than this many times the first one, and this many bytes.
const GROWTH: (usize, usize) = (2, 64);

impl Stream {
    /// The stream of input `index` of `reader`.
    pub(crate) fn of(reader: &str, index: u64) -> Self {
        let name = reader
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        Self(name ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 where that is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % (n as u64).max(1)) as usize
    }

    /// One of `all`.
    pub(crate) fn of_all<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// `input` with one to eight faults.
    pub(crate) fn mutated(&mut self, input: &[u8]) -> Vec<u8> {
        let mut bytes = input.to_vec();
        let longest = input.len() * GROWTH.0 + GROWTH.1;
        for _ in 0..=self.below(8) * self.below(2) {
            self.fault(&mut bytes);
            bytes.truncate(longest);
        }
        bytes
    }

    /// A place and what lies between it and one at most `longest` later.
    fn range(&mut self, bytes: &[u8], longest: usize) -> std::ops::Range<usize> {
        let start = self.below(bytes.len());
        start..(start + 1 + self.below(longest)).min(bytes.len())
    }

    fn fault(&mut self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            bytes.push(self.next() as u8);
        }
        let n = bytes.len();
        let at = self.below(n);
        match self.below(11) {
            0 => bytes[at] ^= 1 << self.below(8),
            1 => bytes[at] = self.next() as u8,
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(self.range(bytes, 16))),
            4 => {
                let part = bytes[self.range(bytes, 64)].to_vec();
                bytes.splice(at..at, part);
            }
            5 => {
                let part = bytes[self.range(bytes, 16)].to_vec();
                let end = (at + part.len()).min(n);
                bytes.splice(at..end, part);
            }
            6 => {
                let token = self.of_all(&TOKENS).bytes();
                let end = (at + self.below(3)).min(n);
                bytes.splice(at..end, token);
            }
            7 => self.edge(bytes, at),
            // Numbers as they are written are what most formats are made of.
            _ => self.number(bytes, at),
        }
    }

    /// A count at an edge of its type, in place of the bytes from `at` on.
    fn edge(&mut self, bytes: &mut [u8], at: usize) {
        let value = *self.of_all(&EDGES);
        let width = *self.of_all(&[1, 2, 4, 8]);
        let (little, big) = (value.to_le_bytes(), value.to_be_bytes());
        let written = match self.below(2) {
            0 => &little[..width],
            _ => &big[8 - width..],
        };
        for (byte, own) in bytes[at..].iter_mut().zip(written) {
            *byte = *own;
        }
    }

    /// Another number in place of the first one written after `at`.
    fn number(&mut self, bytes: &mut Vec<u8>, at: usize) {
        let is_of_number = |byte: &u8| byte.is_ascii_digit() || b".-+".contains(byte);
        let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit) else {
            return;
        };
        let start = at + start;
        let n_digits = bytes[start..]
            .iter()
            .take_while(|byte| is_of_number(byte))
            .count();
        let token = self.of_all(&TOKENS[..15]).bytes();
        bytes.splice(start..start + n_digits, token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_the_same_whenever_they_are_made_and_seldom_the_first_one() {
        let input = b"a = 12.5\nb = [1, 2]\n";
        let made: Vec<Vec<u8>> = (0..1000)
            .map(|i| Stream::of("x", i).mutated(input))
            .collect();
        let again = (0..1000).map(|i| Stream::of("x", i).mutated(input));
        assert!(made.iter().cloned().eq(again));
        let other = (0..1000).map(|i| Stream::of("y", i).mutated(input));
        assert!(!made.iter().cloned().eq(other));
        let n_same = made.iter().filter(|bytes| bytes[..] == input[..]).count();
        assert!(n_same < 50, "{n_same}");
        assert!(made.iter().all(|bytes| bytes.len() <= 2 * input.len() + 64));
    }
}
