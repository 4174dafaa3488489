//! The rule and signal files on disk are the ones that are compiled in, under their own names, and documented.

#![allow(clippy::unwrap_used, clippy::expect_used)]
// Reads the crate's own sources, which the engine itself must not.
#![allow(clippy::disallowed_methods)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use whitecoat_engine::{Engine, Rule};

fn crate_root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The TOML files below a folder of the crate, as `family/name` without the ending.
fn on_disk(folder: &str) -> BTreeSet<String> {
    let root = crate_root().join(folder);
    let (mut open, mut names) = (vec![root.clone()], BTreeSet::new());
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "toml") {
                names.insert(slashed(path.with_extension("").strip_prefix(&root).unwrap()));
            }
        }
    }
    names
}

fn slashed(path: &Path) -> String {
    path.iter().map(|part| part.to_str().unwrap()).collect::<Vec<_>>().join("/")
}

/// The names in one list of `builtin.rs`, in the order of the file.
fn listed(constant: &str) -> Vec<String> {
    let source = fs::read_to_string(crate_root().join("src/builtin.rs")).unwrap();
    let start = source.find(&format!("const {constant}:")).expect("the list is in builtin.rs");
    let (list, _) = source[start..].split_once(");").unwrap();
    list.lines()
        .skip(1)
        .filter_map(|line| Some(line.trim().strip_prefix('"')?.split_once('"')?.0.to_owned()))
        .collect()
}

#[test]
fn every_file_is_compiled_in() {
    let mut rules = on_disk("rules");
    assert!(rules.remove("modifiers"), "rules/modifiers.toml holds the shared modifiers");
    for (constant, folder, files) in [("RULES", "rules", rules), ("SIGNALS", "signals", on_disk("signals"))] {
        let names = listed(constant);
        let unique: BTreeSet<String> = names.iter().cloned().collect();
        assert_eq!(unique, files, "{constant} in src/builtin.rs lists the files of {folder}/");
        assert!(
            names.is_sorted() && names.len() == unique.len(),
            "{constant} in src/builtin.rs is sorted, each once"
        );
    }
}

#[test]
fn every_rule_is_called_after_its_file() {
    let engine = Engine::builtin().unwrap();
    for rule in engine.rules() {
        let file = crate_root().join("rules").join(format!("{}.toml", rule.id));
        assert!(file.is_file(), "{} is not in {}", rule.id, file.display());
    }
    assert_eq!(engine.rules().len(), listed("RULES").len());
}

/// `docs/rules.md` says what the engine does. After a change of a rule: `UPDATE_DOCS=1 cargo test -p whitecoat-engine`.
#[test]
fn the_documentation_lists_the_rules() {
    let path = crate_root().join("../../docs/rules.md");
    let expected = documentation(&Engine::builtin().unwrap());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/rules.md is out of date: UPDATE_DOCS=1 cargo test -p whitecoat-engine --test files"
    );
}

fn documentation(engine: &Engine) -> String {
    let mut page = String::from(
        "# Rules\n\nMade from the rule files (`crates/engine/rules/`) by a test; do not edit. `whitecoat rules explain ID` says the same in a terminal.\n\n\
         | rule | severity | what it finds |\n| --- | --- | --- |\n",
    );
    for rule in engine.rules() {
        page.push_str(&format!(
            "| [{id}](#{anchor}) | {severity} | {title} |\n",
            id = rule.id,
            anchor = rule.id.replace('/', ""),
            severity = rule.severity.name(),
            title = rule.title
        ));
    }
    engine.rules().iter().for_each(|rule| page.push_str(&section(rule)));
    page
}

fn section(rule: &Rule) -> String {
    format!(
        "\n## {}\n\n{} ({})\n\n{}\n\n**What to do** ({}): {}\n\n**Rests on**: {}\n",
        rule.id,
        rule.title,
        rule.severity.name(),
        rule.why,
        rule.action,
        rule.action_detail,
        rule.guidelines.join("; ")
    )
}
