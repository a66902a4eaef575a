//! Folders that cannot be written: what ended there is reported, by `report` and by `run`.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::{Call, Place, SMALL};

/// Someone who owns nothing: permissions do not bind who owns everything.
const NOBODY: u32 = 65534;

/// A place in which nothing but the folder `free` can be written, until it goes.
struct Sealed {
    place: Place,
}

impl Sealed {
    fn new(place: Place) -> Self {
        let free = place.path("free");
        fs::create_dir(&free).expect("made");
        fs::copy(env!("CARGO_BIN_EXE_apical"), place.path("apical")).expect("copied");
        seal(&place.path(""), 0o555);
        fs::set_permissions(free, Permissions::from_mode(0o777)).expect("set");
        Self { place }
    }

    /// The program, called with the words of `line` by somebody whom permissions bind.
    #[track_caller]
    fn line(&self, line: &str, code: i32) -> Call {
        let words: Vec<&str> = line.split(' ').collect();
        let own = self.place.command(&words);
        let mut command = Command::new(self.place.path("apical"));
        command
            .args(own.get_args())
            .current_dir(self.place.path(""));
        if fs::metadata(self.place.path("")).expect("there").uid() == 0 {
            command.uid(NOBODY).gid(NOBODY);
        }
        let call: Call = command.output().expect("the program starts").into();
        call.with_code(code)
    }
}

impl Drop for Sealed {
    fn drop(&mut self) {
        seal(&self.place.path(""), 0o755);
    }
}

fn seal(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("set");
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("listed") {
            seal(&entry.expect("an entry").path(), mode);
        }
    }
}

/// Every file below `folder`, hidden ones too.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let bytes = fs::read(&path).expect("read");
                found.insert(path, bytes);
            }
        }
    }
    found
}

#[test]
fn a_finished_experiment_is_reported() {
    let place = Place::new(SMALL);
    let first = place.line("run small.toml --seeds 0", 0);
    let protocol = "run figs1 --seeds 0 --set n_patterns=4 --set n_records=3 --set n_probes=2 --set network.sizes=[4,5,3]";
    place.line(protocol, 0);
    let page = place.path("results/small/index.html");
    fs::remove_file(page).expect("a page");
    let place = Sealed::new(place);
    let results = place.place.path("results");
    let before = files(&results);
    let stays = "results/small cannot be written, so its page stays as it is";
    // Another command for the same runs.
    for line in ["run ./small.toml --seeds 0..0", "run small.toml --seeds 0"] {
        let again = place.line(line, 0);
        again.says(stays).says("0 runs trained, 2 reused");
        assert_eq!(again.stdout, first.stdout, "{line}");
    }
    let reported = place.line("report results/small", 0);
    reported.says(stays);
    assert_eq!(reported.stdout, first.stdout);
    // Nothing has to be written where the page is as it should be.
    for line in [protocol, "report results/figs1"] {
        place.line(line, 0);
    }
    place.line("report results/small --out free/a", 0);
    assert!(place.place.path("free/a/index.html").is_file());
    place
        .line("run small.toml --seeds 1", 1)
        .says("2 of 2 runs ended unexpectedly")
        .says("results/small")
        .says("Permission denied");
    assert!(before == files(&results), "something changed");
}
