//! No module of the crate imports from a module above it: imports make no circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

type Module = Vec<String>;

/// The sources by module; the last name of a path is a file's, or a folder's for its `mod.rs`.
fn read(folder: &Path, at: &Module, into: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|name| name.to_str());
        let name = name.expect("a name in UTF-8").to_owned();
        let inside = [at.as_slice(), std::slice::from_ref(&name)].concat();
        if path.is_dir() {
            read(&path, &inside, into);
        } else {
            let is_own = name == "mod" || name == "lib";
            let module = if is_own { at.clone() } else { inside };
            into.insert(module, fs::read_to_string(path).expect("a source"));
        }
    }
}

/// `a::{b, c::{d, e}}` as `a::b`, `a::c::d`, `a::c::e`.
fn expand(tree: &str) -> Vec<String> {
    let Some((before, inside)) = tree.split_once('{') else {
        return vec![tree.to_owned()];
    };
    let inside = inside.strip_suffix('}').expect("a closing brace");
    let mut depth = 0;
    let parts = inside.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0 && c == ','
    });
    let parts = parts.filter(|part| !part.is_empty()).flat_map(expand);
    parts.map(|part| format!("{before}{part}")).collect()
}

/// The modules of `all` that `module` imports from; what a module hands on is no import.
fn imports(module: &Module, all: &BTreeMap<Module, String>) -> BTreeSet<Module> {
    let source = all[module].split("#[cfg(test)]").next().unwrap_or_default();
    let statements = source.split("\nuse ").skip(1);
    let trees = statements.filter_map(|rest| rest.split_once(';'));
    let trees = trees.map(|(tree, _)| tree.split_whitespace().collect::<String>());
    let mut found = BTreeSet::new();
    for path in trees.flat_map(|tree| expand(&tree)) {
        let mut names: Vec<&str> = path.split("::").collect();
        let child = [module.as_slice(), &[names[0].to_owned()]].concat();
        let mut at = match names[0] {
            "crate" => Module::new(),
            "super" => module.clone(),
            _ if all.contains_key(&child) => module.clone(),
            _ => continue,
        };
        if names[0] == "crate" {
            names.remove(0);
        }
        while names.first() == Some(&"super") {
            at.pop();
            names.remove(0);
        }
        at.extend(names.into_iter().map(str::to_owned));
        while !all.contains_key(&at) {
            at.pop();
        }
        if at != *module {
            found.insert(at);
        }
    }
    found
}

#[test]
fn imports_make_no_circle() {
    let mut all = BTreeMap::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    read(&folder, &Module::new(), &mut all);
    let mut above: BTreeMap<_, _> = (all.keys())
        .map(|module| (module.clone(), imports(module, &all)))
        .collect();
    let n_arrows: usize = above.values().map(BTreeSet::len).sum();
    assert!(n_arrows > 50, "{n_arrows} imports found");
    // Takes away what imports nothing that is left, until nothing is.
    loop {
        let left: BTreeSet<_> = above.keys().cloned().collect();
        above.retain(|_, below| !below.is_disjoint(&left));
        if above.len() == left.len() {
            break;
        }
    }
    assert!(above.is_empty(), "a circle among {:?}", above.keys());
}
