//! Results on one instruction set beside those on another.

use std::fs;

use crate::kinds::{ALL_KINDS, N_KINDS, state};
use crate::program::Place;

#[test]
fn every_kind_of_learner_learns_the_same_bits_in_registers_of_256_and_512_bits() {
    if !apical_kernels::InstructionSet::all()
        .iter()
        .any(|set| set.key() == "avx512")
    {
        eprintln!("this processor has no AVX-512: nothing was compared");
        return;
    }
    let place = Place::new(ALL_KINDS);
    let [of_avx2, of_avx512] = ["avx2", "avx512"].map(|set| {
        let line = "run small.toml --no-report --quiet --set training.n_epochs=4";
        let words: Vec<&str> = line.split(' ').collect();
        let ended = place.command(&words).env("APICAL_KERNELS", set).status();
        assert!(ended.expect("the program starts").success());
        let found = state(&place);
        fs::remove_dir_all(place.path("results")).expect("removed");
        found
    });
    assert_eq!(of_avx2.len(), N_KINDS);
    for (one, other) in of_avx2.iter().zip(&of_avx512) {
        assert_eq!(one.1, other.1, "readings of {}", one.0.display());
        assert!(one == other, "weights of {}", one.0.display());
    }
}
