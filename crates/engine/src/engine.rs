//! The engine: all rules and signals, compiled, and the checks that rule files must pass.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::builtin;
use crate::crowd::{Crowd, Figures};
use crate::error::{DefinitionErrors, SourceFile};
use crate::facts::{FACTS, OF_CARE};
use crate::learned::{Learned, Model};
use crate::lexicon::Lexicon;
use crate::quasi::Collector;
use crate::reach::Reach;
use crate::reader::Reader;
use crate::reading::Knowledge;
use crate::recognise::{Gazetteer, Vocabulary, builtin as signal, signals};
use crate::rule::{Rule, SharedModifiers};
use crate::scan::Scanner;
use crate::signal::{Builtin, SignalId, Signals};
use crate::story::Weights;

/// Signals about the manner of saying.
const MANNER: &[Builtin] = &[
    signal("quoted", "between quotation marks", "manner", None, None, None),
    signal(READS_LIKE, "it reads like posts that people labelled so", "learned", None, None, None),
    signal(
        UNDERSTOOD,
        "the reader, a small language model, takes it for what people labelled so",
        "learned",
        None,
        None,
        None,
    ),
    signal("shouted", "much of it is in capitals", "manner", None, None, None),
];

/// The rule of details that identify somebody together.
pub(crate) const COMBINATION: &str = "privacy/reidentifiable-combination";

/// The learned signal.
pub(crate) const READS_LIKE: &str = "reads-like";

/// What the reader says.
pub const UNDERSTOOD: &str = "reader";

/// All rules, compiled. Share one between threads; give each thread its own [`Scanner`].
#[derive(Debug)]
pub struct Engine {
    rules: Vec<Arc<Rule>>,
    pub(crate) knowledge: Knowledge,
    pub(crate) reach: Reach,
    pub(crate) learned: Option<Learned>,
    pub(crate) reader: Option<Arc<dyn Reader>>,
    pub(crate) facts: FxHashMap<&'static str, SignalId>,
    /// Signals that have to do with health or care.
    pub(crate) of_care: Vec<SignalId>,
    /// What identifies a person together with other things, and how many people share it.
    pub(crate) collector: Collector,
    pub(crate) crowd: Crowd,
    pub(crate) story: Weights,
    /// The rule that stories are findings of.
    pub(crate) combination: Option<Arc<Rule>>,
    definition: Vec<u8>,
}

/// An example that a rule judged otherwise than its file promises.
#[derive(Clone, Debug, PartialEq)]
pub struct BrokenPromise {
    /// The rule.
    pub rule: String,
    /// The rule's file.
    pub file: String,
    /// `hits` or `misses`, with the number.
    pub example: String,
    /// The example's text.
    pub text: String,
    /// The highest confidence that the rule reached on it, and the evidence behind it.
    pub explanation: String,
}

impl Engine {
    /// The rules that are compiled in.
    ///
    /// # Errors
    /// All problems found in the rule and signal files. The tests of this crate keep the shipped ones free of them.
    pub fn builtin() -> Result<Self, DefinitionErrors> {
        let engine = Self::new(builtin::SIGNALS, builtin::MODIFIERS, builtin::RULES)?;
        Ok(engine.with_learned(builtin::MODEL))
    }

    /// The same engine with a learned model, from the bytes of its file. One that is damaged or of another version is left
    /// out: the shipped one is tested, and rules work without.
    pub fn with_learned(mut self, model: &[u8]) -> Self {
        self.definition.extend_from_slice(model);
        self.learned = Model::read(model).ok().map(|model| Learned::new(model, &self.rules));
        self
    }

    /// Whether a reader is asked.
    pub fn has_reader(&self) -> bool {
        self.reader.is_some()
    }

    /// The same engine with a reader, whose rules must be in the order of [`Engine::rules`].
    pub fn with_reader(mut self, reader: Arc<dyn Reader>) -> Self {
        self.reader = Some(reader);
        self
    }

    /// Whether the learned signal takes part.
    pub fn has_learned(&self) -> bool {
        self.learned.is_some()
    }

    /// Rules from the texts of rule files, each with its name, on top of the built-in signals and modifiers.
    ///
    /// # Errors
    /// All problems found, each with file, line and what to do.
    pub fn with_rules(rules: &[(&str, &str)]) -> Result<Self, DefinitionErrors> {
        Self::new(builtin::SIGNALS, builtin::MODIFIERS, rules)
    }

    /// Rules, modifiers and signals from the texts of their files, each with its name.
    ///
    /// # Errors
    /// All problems found, each with file, line and what to do.
    pub fn new(
        signal_files: &[(&str, &str)],
        modifiers: (&str, &str),
        rule_files: &[(&str, &str)],
    ) -> Result<Self, DefinitionErrors> {
        let mut lexicon = Lexicon::new();
        builtin::load_names(&mut lexicon);
        builtin::load_medical_terms(&mut lexicon);
        let gazetteer = Gazetteer::parse(builtin::PLACES, builtin::REGIONS);
        let vocabulary = Vocabulary::new(&mut lexicon, gazetteer);
        let figures = Figures::read();
        let figures_file = figures.signal_file();
        let mut sources: Vec<SourceFile<'_>> =
            signal_files.iter().map(|(name, text)| SourceFile { name, text }).collect();
        sources.push(SourceFile { name: "figures", text: &figures_file });
        let builtins: Vec<&Builtin> = signals().chain(FACTS).chain(MANNER).collect();
        let signals = Signals::compile(&sources, &builtins, lexicon)?;
        let modifier_file = SourceFile { name: modifiers.0, text: modifiers.1 };
        let shared = SharedModifiers::parse(&modifier_file, &signals)?;

        let mut rules: Vec<Arc<Rule>> = Vec::with_capacity(rule_files.len());
        let mut errors = Vec::new();
        for (name, text) in rule_files {
            let file = SourceFile { name, text };
            match Rule::parse(&file, &signals, &shared) {
                Ok(rule) if rules.iter().any(|other| other.id == rule.id) => {
                    errors.push(file.error_at(
                        "id",
                        format!("rule `{}` exists already", rule.id),
                        "rename one of them",
                    ));
                }
                Ok(rule) => rules.push(Arc::new(rule)),
                Err(error) => errors.push(error),
            }
        }
        if !errors.is_empty() {
            return Err(DefinitionErrors(errors));
        }
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        let reach = Reach::new(&rules, signals.infos.len());
        let facts = FACTS.iter().filter_map(|fact| signals.id(fact.name).map(|id| (fact.name, id))).collect();
        let of_care = OF_CARE.iter().filter_map(|name| signals.id(name)).collect();
        let id = |name: &str| signals.id(name).unwrap_or_default();
        let (quoted, shouted) = (id("quoted"), id("shouted"));
        let mut definition = Vec::new();
        for (name, text) in signal_files.iter().chain([&modifiers]).chain(rule_files) {
            definition.extend_from_slice(name.as_bytes());
            definition.push(0);
            definition.extend_from_slice(text.as_bytes());
            definition.push(0);
        }
        for figures in builtin::FIGURES.iter().chain([&builtin::STORY]) {
            definition.extend_from_slice(figures.as_bytes());
        }
        let collector = Collector::new(figures, &signals);
        let crowd = Crowd::read();
        let story = Weights::read();
        let combination = rules.iter().find(|rule| &*rule.id == COMBINATION).cloned();
        let knowledge = Knowledge { signals, vocabulary, quoted, shouted };
        Ok(Self {
            rules,
            knowledge,
            reach,
            learned: None,
            reader: None,
            facts,
            of_care,
            collector,
            crowd,
            story,
            combination,
            definition,
        })
    }

    /// The rules, by id.
    pub fn rules(&self) -> &[Arc<Rule>] {
        &self.rules
    }

    /// What it means to have seen a signal, in a few words; `None` for a name that no signal has.
    pub fn meaning(&self, signal: &str) -> Option<&str> {
        let id = self.knowledge.signals.id(signal)?;
        Some(&self.knowledge.signals.info(id).says)
    }

    /// The bytes of all rule, signal and figure files and of the learned model, for a digest that names this rule set.
    pub fn definition(&self) -> &[u8] {
        &self.definition
    }

    /// A scanner with its own scratch memory, for one thread.
    pub fn scanner(&self) -> Scanner<'_> {
        Scanner::new(self)
    }

    /// Runs every rule on the examples of its own file, without the learned signal: a rule keeps its promises by itself.
    pub fn broken_promises(&self) -> Vec<BrokenPromise> {
        let mut scanner = self.scanner();
        scanner.leave_out_learned();
        let mut broken = Vec::new();
        for rule in &self.rules {
            for example in &rule.examples {
                let findings = scanner.scan(&example.item);
                let found = findings.iter().any(|finding| finding.rule.id == rule.id);
                if found != example.hit {
                    broken.push(BrokenPromise {
                        rule: rule.id.to_string(),
                        file: rule.file.clone(),
                        example: example.item.id.clone(),
                        text: example.item.text.clone(),
                        explanation: scanner.explain(&example.item, &rule.id),
                    });
                }
            }
        }
        broken
    }
}
