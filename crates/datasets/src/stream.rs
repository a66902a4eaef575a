//! Named random streams from one root seed.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// The generator behind every random number: ChaCha with 8 rounds, portable and seedable.
pub type StreamRng = ChaCha8Rng;

/// Independent random streams, each named, all from one root seed.
///
/// A stream's key is SHA-256 of `"apical"`, the root seed (8 bytes, little endian) and the name, so
/// that drawing more from one stream never shifts another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streams {
    root: u64,
}

impl Streams {
    /// Streams of the root seed `root`.
    pub fn new(root: u64) -> Self {
        Self { root }
    }

    /// The root seed.
    pub fn root(self) -> u64 {
        self.root
    }

    /// The stream called `name`, from its beginning.
    pub fn stream(self, name: &str) -> StreamRng {
        let mut hash = Sha256::new();
        hash.update(b"apical");
        hash.update(self.root.to_le_bytes());
        hash.update(name.as_bytes());
        StreamRng::from_seed(hash.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;

    #[test]
    fn streams_are_repeatable_and_apart() {
        let mut order = Streams::new(7).stream("order");
        let mut again = Streams::new(7).stream("order");
        let mut noise = Streams::new(7).stream("noise");
        let mut other = Streams::new(8).stream("order");
        let first = order.next_u64();
        assert_eq!(first, again.next_u64());
        assert_ne!(first, noise.next_u64());
        assert_ne!(first, other.next_u64());
    }

    #[test]
    fn first_numbers_of_a_stream_never_change() {
        let mut order = Streams::new(7).stream("order");
        let found = [order.next_u64(), order.next_u64(), order.next_u64()];
        assert_eq!(
            found,
            [
                11018844465723047333,
                17348352644293691636,
                15514573767141867289
            ]
        );
    }
}
