//! What an employer may not see: the classes of `profiles/never-shown.toml`, and how a finding touches them.

use std::collections::BTreeMap;

use serde::Deserialize;

const TABLE: &str = include_str!("../profiles/never-shown.toml");

/// One class.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Its name in counts.
    pub name: String,
    /// The same in words.
    pub says: String,
    /// Rules whose findings are of this class.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Signals that show the class in a post.
    #[serde(default)]
    pub signals: Vec<String>,
    /// Signals and modifiers that take a finding or a post out of the class.
    #[serde(default)]
    pub unless: Vec<String>,
}

#[derive(Deserialize)]
struct Table {
    class: Vec<Class>,
}

/// How a class touches a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch<'c> {
    /// The finding is of the class: it is left out.
    Is(&'c str),
    /// The post shows the class besides: the row goes without its words.
    Shows(&'c str),
}

/// All classes. A test reads the table that is compiled in, so the default is never seen.
pub fn classes() -> Vec<Class> {
    toml::from_str(TABLE).map(|table: Table| table.class).unwrap_or_default()
}

/// Finds the classes that a finding of `rule` touches: what it is first, then what its post shows. `counted` names the
/// signals that made the finding and its modifiers, `seen` the signals anywhere in the post. Only what counted takes a
/// finding out of a class: a word of work somewhere in a post does not make the evening that it tells of work.
pub fn touch<'c>(classes: &'c [Class], rule: &str, counted: &[String], seen: &[String]) -> Vec<Touch<'c>> {
    let any = |names: &[String], among: &[String]| names.iter().any(|name| among.contains(name));
    let is = |class: &&Class| class.rules.iter().any(|id| id == rule) && !any(&class.unless, counted);
    if let Some(class) = classes.iter().find(is) {
        return vec![Touch::Is(&class.name)];
    }
    let shows = |class: &&Class| any(&class.signals, seen) && !any(&class.unless, counted);
    classes.iter().filter(shows).map(|class| Touch::Shows(&class.name)).collect()
}

/// Adds counts of one part to those of another.
pub fn absorb(into: &mut BTreeMap<String, u64>, from: BTreeMap<String, u64>) {
    for (name, count) in from {
        *into.entry(name).or_default() += count;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use whitecoat_engine::{Engine, Item};

    use super::*;

    #[test]
    fn every_class_names_rules_and_signals_that_exist() {
        let engine = Engine::builtin().unwrap();
        let table: Table = toml::from_str(TABLE).unwrap();
        for class in &table.class {
            assert!(!class.rules.is_empty() || !class.signals.is_empty(), "{}", class.name);
            for rule in &class.rules {
                assert!(engine.rules().iter().any(|known| &*known.id == rule), "{rule}");
            }
            for signal in &class.signals {
                assert!(engine.meaning(signal).is_some(), "{signal}");
            }
        }
        let unique: std::collections::BTreeSet<_> = table.class.iter().map(|class| &class.name).collect();
        assert_eq!(unique.len(), table.class.len());
    }

    #[test]
    fn what_applicants_say_of_themselves_is_of_its_class_and_work_is_of_none() {
        let (engine, classes) = (Engine::builtin().unwrap(), classes());
        let mut scanner = engine.scanner();
        let mut wrong = Vec::new();
        for line in
            include_str!("../tests/fixtures/never_shown.txt").lines().filter(|line| !line.starts_with('#'))
        {
            let (class, text) = line.split_once(": ").unwrap();
            let seen = scanner.signals(&Item { text: text.to_owned(), ..Item::default() });
            let touched = touch(&classes, "claims/guarantee", &[], &seen);
            let right = match class {
                "none" => touched.is_empty(),
                class => touched.contains(&Touch::Shows(class)),
            };
            if !right {
                wrong.push(format!("{line} {touched:?}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn a_finding_is_of_a_class_unless_something_takes_it_out() {
        let classes = classes();
        let seen = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(
            touch(&classes, "conduct/substance", &[], &seen(&["tied-to-duty"])),
            [Touch::Is("substance-off-duty")]
        );
        assert_eq!(touch(&classes, "conduct/substance", &seen(&["tied-to-duty"]), &[]), []);
        let shown =
            touch(&classes, "privacy/patient-name", &[], &seen(&["protected-religion", "protected-age"]));
        assert_eq!(shown, [Touch::Shows("religion"), Touch::Shows("age")]);
        // A word of work elsewhere in the post leaves the drink the applicant's own.
        let beside = seen(&["protected-off-duty", "tied-to-duty"]);
        assert_eq!(touch(&classes, "claims/guarantee", &[], &beside), [Touch::Shows("off-duty")]);
        assert_eq!(touch(&classes, "conduct/substance", &seen(&["tied-to-duty"]), &beside), []);
    }
}
