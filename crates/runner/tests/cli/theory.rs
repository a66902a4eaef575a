//! Theory against measurement through the program.

use crate::program::{Place, read};

#[test]
fn it_is_measured_drawn_and_not_measured_again() {
    let place = Place::new("");
    let arguments = "reproduce theory --seeds 0,1 --set coupling.couplings=[0.00001,0.1] --set depth.n_hidden=[1,2] --set width.widths=[5,10] --set n_samples=3";
    let call = place.line(arguments, 0);
    call.prints("absent: predicted");
    for file in [
        "index.html",
        "summary.json",
        "coupling.csv",
        "figures/coupling.svg",
        "figures/depth.png",
        "figures/width.csv",
    ] {
        assert!(place.path("results/theory").join(file).is_file(), "{file}");
    }
    let table = read(&place.path("results/theory/coupling.csv"));
    let header = table.lines().next().expect("a header");
    assert!(header.contains("coupling_g_a_g_som_per_ms"), "{header}");
    place.line(arguments, 0).says("0 runs made, 8 reused");
}

#[test]
fn single_precision_is_refused() {
    let place = Place::new("");
    let arguments = [
        "reproduce",
        "theory",
        "--set",
        "continuous.precision=\"f32\"",
    ];
    let call = place.call(&arguments).with_code(2);
    let part = "weak updates are lost in single precision";
    call.says(part);
}
