//! Which instruction set is used.

use std::ffi::OsStr;

use apical_kernels::InstructionSet;

#[test]
fn sets_are_found_by_name() {
    for set in InstructionSet::all() {
        let found = InstructionSet::named(Some(OsStr::new(set.key())));
        assert_eq!(found.expect("the processor has it").key(), set.key());
    }
    let best = InstructionSet::named(None).expect("there is one");
    assert_eq!(
        Some(best.key()),
        InstructionSet::all().last().map(|set| set.key())
    );
}

#[test]
fn a_set_that_there_is_not_is_an_error_that_says_what_there_is() {
    let of = |name| InstructionSet::named(Some(OsStr::new(name))).expect_err("no such set");
    let unknown = of("AVX2").to_string();
    assert!(unknown.starts_with("APICAL_KERNELS=\"AVX2\": no such instruction set; set it"));
    assert!(unknown.contains("plain"), "{unknown}");
    let absent = if cfg!(target_arch = "aarch64") {
        "avx2"
    } else {
        "neon"
    };
    assert!(
        of(absent)
            .to_string()
            .contains("this processor does not have it")
    );
}

#[test]
fn a_scope_ends() {
    let before = InstructionSet::current().key();
    let within = InstructionSet::Plain.scope(|| InstructionSet::current().key());
    assert_eq!((within, InstructionSet::current().key()), ("plain", before));
}
