//! Names of tasks, learners and points as names of folders.

use super::{RunName, name};
use crate::spec::sha256;

/// Bytes of the longest name of a folder: systems allow 255 and some 143, of which temporary files and
/// locks take a part.
const LONGEST: usize = 120;

/// A name as the name of a folder: lower-case letters and digits, with hyphens between; what is long is cut,
/// and ends in a digest of the whole name.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() || c == '.' || c == '_' {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_matches(['-', '.', '_']);
    if slug.len() <= LONGEST {
        return slug.to_owned();
    }
    let digest = short_digest(name);
    let end = (0..=LONGEST - digest.len() - 1)
        .rev()
        .find(|&at| slug.is_char_boundary(at));
    format!("{}-{digest}", &slug[..end.unwrap_or(0)])
}

/// The folder of a learner, or of a point of a sweep, below that of its task: its slug, unless that is empty or
/// what runs are called.
pub(crate) fn inner_folder(name: &str) -> String {
    let slug = slug(name);
    if slug.is_empty() {
        format!("name-{}", short_digest(name))
    } else if RunName::of(&slug).is_some() || is_device(&slug) {
        format!("name-{slug}")
    } else {
        slug
    }
}

/// The folder of a task, or of a condition of a protocol, below that of its experiment: beside what the
/// experiment keeps there itself.
pub(crate) fn outer_folder(name: &str) -> String {
    let folder = inner_folder(name);
    let ends = [".html", ".csv", ".toml", ".json", ".jsonl", ".svg", ".png"];
    let is_file = ends.iter().any(|end| folder.ends_with(end));
    match is_file || [name::FIGURES, name::TUNING, name::SLURM].contains(&&*folder) {
        true => format!("name-{folder}"),
        false => folder,
    }
}

/// What is equal where a file system does not tell upper from lower case.
pub(crate) fn without_case(folder: &str) -> String {
    folder.to_uppercase().to_lowercase()
}

fn short_digest(name: &str) -> String {
    sha256(name.as_bytes())[..8].to_owned()
}

/// Whether a system takes the name for that of a device.
fn is_device(slug: &str) -> bool {
    let stem = slug.split('.').next().unwrap_or_default();
    let is_numbered = |kind: &str| {
        let number = stem.strip_prefix(kind);
        number.is_some_and(|n| n.len() == 1 && n.bytes().all(|c| c.is_ascii_digit()))
    };
    cfg!(windows)
        && (["con", "prn", "aux", "nul"].contains(&stem)
            || is_numbered("com")
            || is_numbered("lpt"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_folders() {
        assert_eq!(
            slug("Microcircuit, tied feedback"),
            "microcircuit-tied-feedback"
        );
        assert_eq!(slug("nudging=0.05"), "nudging-0.05");
        assert_eq!(slug("../x"), "x");
        assert_eq!(slug("…"), "");
        assert_eq!(slug("ошибка"), "ошибка");
    }

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let (one, other) = ("ж".repeat(299), format!("{}x", "ж".repeat(299)));
        let folders = [&one, &other].map(|name| slug(name));
        assert!(
            folders.iter().all(|folder| folder.len() <= LONGEST),
            "{folders:?}"
        );
        assert_ne!(folders[0], folders[1]);
        assert_eq!(slug(&"a".repeat(120)), "a".repeat(120));
    }

    #[test]
    fn what_the_store_uses_itself_is_no_folder_of_a_task() {
        for (name, folder) in [
            ("figures", "name-figures"),
            ("Tuning", "name-tuning"),
            ("Slurm", "name-slurm"),
            ("index.html", "name-index.html"),
            ("runs.json", "name-runs.json"),
            ("seed-0-01234567", "name-seed-0-01234567"),
            ("digits", "digits"),
            ("v1.0", "v1.0"),
        ] {
            assert_eq!(outer_folder(name), folder);
        }
        assert_eq!(inner_folder("figures"), "figures");
        let nameless = ["----", "…"].map(inner_folder);
        assert!(nameless[0] != nameless[1] && nameless[0].starts_with("name-"));
        assert_eq!(without_case("groſs"), without_case("GROSS"));
    }
}
