//! Collecting quasi-identifiers from what was read of an item.

use super::place::{Areas, Base, Basis, code_of};
use super::roles::{ROLES, Role, UNREAL};
use super::{Origin, Quasi, Value, age, when, zone};
use crate::condition::Seen;
use crate::crowd::{Figure, Figures, Portrait, Sort};
use crate::facts;
use crate::item::{Item, Precision, Profile};
use crate::lexicon::{ClassId, Lexicon};
use crate::reading::{Hit, Knowledge};
use crate::recognise::Gazetteer;
use crate::signal::{SignalId, Signals};
use crate::text::{Document, Place, Token, TokenKind};

/// Rare words that are kept of an item, as hashes, to tell that two items go on about one thing.
const MAX_WORDS: usize = 24;

/// Shorter words link nothing.
const SHORTEST_WORD: u32 = 4;

/// More details than this of one item are not looked at.
const MAX_DETAILS: usize = 64;

/// A sign of care of this weight says who is treated.
const TREATS: f32 = 1.2;

/// So many years are no age.
const VAGUE_AGE: u8 = 15;

/// What was collected from one item.
#[derive(Clone, Debug, Default)]
pub(crate) struct Collected {
    pub(crate) quasi: Vec<Quasi>,
    pub(crate) portrait: Portrait,
    /// How surely it tells of one person in the author's care.
    pub(crate) care: f32,
    /// It says that somebody is a patient, or is treated: other words about care are said of anybody.
    pub(crate) treats: bool,
    /// It speaks of somebody: without, a trade or an event is nobody's.
    somebody: bool,
    /// It is about the author, an animal, or nobody.
    pub(crate) no_patient: u8,
    pub(crate) refers_back: bool,
    pub(crate) other_patient: bool,
    /// Hashes of its rarer words.
    pub(crate) words: Vec<u32>,
    /// The strongest detail, for a finding to stand on.
    pub(crate) anchor: Option<Hit>,
}

/// Collects; made once from the signals.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    roles: Vec<Role>,
    pub(crate) areas: Areas,
    pub(crate) figures: Figures,
    animals: Option<SignalId>,
    off_duty: Option<SignalId>,
    male: ClassId,
    female: ClassId,
    kin: ClassId,
    common: [ClassId; 2],
    pronouns: ClassId,
    somebody: ClassId,
    determiners: ClassId,
}

/// An item as it was read.
pub(crate) struct Read<'a> {
    pub(crate) item: &'a Item,
    pub(crate) document: &'a Document<'a>,
    pub(crate) knowledge: &'a Knowledge,
    pub(crate) seen: Seen<'a>,
}

impl Collector {
    pub(crate) fn new(mut figures: Figures, signals: &Signals) -> Self {
        figures.bind(signals);
        let mut roles = vec![Role::None; signals.infos.len()];
        for (id, role) in roles.iter_mut().enumerate() {
            if let Some(figure) = figures.told_by(id as u16) {
                *role = Role::Figure(figure);
            }
        }
        for (name, role) in ROLES {
            if let Some(slot) = signals.id(name).and_then(|id| roles.get_mut(usize::from(id))) {
                *slot = *role;
            }
        }
        let class = |name: &str| signals.lexicon.class(name).unwrap_or_default();
        Self {
            roles,
            animals: signals.id("animal-account"),
            off_duty: signals.id(facts::OFF_DUTY),
            areas: Areas::read(),
            figures,
            male: class("quasi.male"),
            female: class("quasi.female"),
            kin: class("quasi.kin"),
            common: [class("quasi.common"), class("quasi.everyday")],
            pronouns: class("quasi.pronouns"),
            somebody: class("quasi.somebody"),
            determiners: class("quasi.determiners"),
        }
    }

    fn means_somebody(&self, token: &Token, lexicon: &Lexicon) -> bool {
        token.word != 0
            && [self.male, self.female, self.somebody].iter().any(|class| lexicon.is_in(token.word, *class))
    }

    /// "A farmer", "our only baker"; not "slow runner, faster baker".
    fn is_introduced(&self, read: &Read<'_>, hit: &Hit) -> bool {
        let lexicon = &read.knowledge.signals.lexicon;
        let before = (hit.start as usize).saturating_sub(2)..hit.start as usize;
        let before = read.document.tokens().get(before).unwrap_or_default();
        before.iter().any(|token| token.word != 0 && lexicon.is_in(token.word, self.determiners))
    }

    fn role(&self, hit: &Hit) -> Role {
        self.roles.get(usize::from(hit.signal)).copied().unwrap_or_default()
    }

    /// Whether any of the hits could matter.
    pub(crate) fn any(&self, hits: &[Hit]) -> bool {
        hits.iter().any(|hit| {
            matches!(self.role(hit), Role::Figure(_) | Role::Care(_) | Role::RefersBack | Role::NoPatient(_))
        })
    }

    /// Everything in one item.
    pub(crate) fn collect(&self, read: &Read<'_>) -> Collected {
        let lexicon = &read.knowledge.signals.lexicon;
        let somebody = own_words(read.document).any(|token| self.means_somebody(token, lexicon));
        let mut found = Collected { somebody, ..Collected::default() };
        let profile = read.item.profile.as_deref();
        let clock = Clock::of(read.item, profile);
        let mut places = Places::default();
        let mut care = Vec::new();
        let mut strongest = 0.0;
        for hit in read.seen.hits {
            let role = self.role(hit);
            if role == Role::None || found.quasi.len() >= MAX_DETAILS {
                continue;
            }
            self.one(read, hit, role, &clock, &mut places, &mut found, &mut care);
            let weight = self.tells(role);
            if weight > strongest {
                (strongest, found.anchor) = (weight, Some(*hit));
            }
        }
        care.sort_by_key(|(signal, _): &(u16, f32)| *signal);
        care.dedup_by_key(|(signal, _)| *signal);
        let holds = |fact: Option<SignalId>| fact.is_some_and(|fact| read.seen.facts.contains(fact));
        // A python or a goose is an injury only where something speaks of health.
        if !holds(self.off_duty) {
            found.care = care.iter().map(|(_, weight)| weight).sum();
        }
        if holds(self.animals) {
            found.no_patient = UNREAL;
        }
        self.sex(read, &mut found);
        self.place(read, profile, places, &mut found);
        found.portrait.country = profile.and_then(|profile| code_of(&profile.jurisdiction));
        found.portrait.posted = clock.today;
        found.words = self.words(read);
        // Who begins with "he" goes on about somebody.
        found.refers_back |= own_words(read.document)
            .find(|token| token.kind == TokenKind::Word)
            .is_some_and(|first| first.word != 0 && lexicon.is_in(first.word, self.pronouns));
        found
    }

    /// How much a detail tells, to choose what a finding stands on.
    fn tells(&self, role: Role) -> f32 {
        match role {
            Role::Figure(figure) => self.figures.get(figure).map_or(0.0, |figure| {
                let rate = if figure.living > 0.0 { figure.living } else { figure.new };
                1.0 + (100_000.0 / rate.max(0.01)).ln()
            }),
            Role::Place | Role::Unlisted | Role::SmallPlace => 4.0,
            Role::Age | Role::AgeAndSex => 2.0,
            Role::Date | Role::Unit => 1.0,
            Role::Care(weight) => weight / 10.0,
            _ => 0.0,
        }
    }

    #[allow(clippy::too_many_arguments, reason = "one place where a hit becomes a detail")]
    fn one(
        &self,
        read: &Read<'_>,
        hit: &Hit,
        role: Role,
        clock: &Clock,
        places: &mut Places,
        found: &mut Collected,
        care: &mut Vec<(u16, f32)>,
    ) {
        let words = || words_of(read.document, hit);
        let origin = if hit.media { Origin::Media } else { Origin::Text };
        let span = read.document.span(hit.start as usize, hit.end as usize);
        let mut add = |value: Value, certainty: f32| {
            found.quasi.push(Quasi { value, span, origin, certainty });
        };
        match role {
            Role::Figure(index) => {
                let is_told = |figure: &&Figure| {
                    figure.sort.is_medical() || found.somebody || self.is_introduced(read, hit)
                };
                let figure = self.figures.get(index).filter(is_told);
                if let Some(figure) = figure {
                    add(Value::Trait(figure.sort, figure.key, figure.says), 0.8);
                    found.portrait.add_trait(index);
                    let ill = matches!(figure.sort, Sort::Condition | Sort::Mechanism | Sort::Procedure);
                    if ill {
                        care.push((hit.signal, 0.5));
                    }
                }
            }
            Role::Age | Role::AgeAndSex => {
                let words = words();
                if let Some((from, to)) = age::of_words(words) {
                    let certainty = if to - from <= 4 { 0.9 } else { 0.6 };
                    // A child may be anybody's: the patient's, or the one that the patient saved.
                    let vague = to - from >= VAGUE_AGE;
                    add(Value::Age(from, to), if vague { 0.3 } else { certainty });
                    if !vague {
                        found.portrait.add_age((from, to));
                    }
                }
                if role == Role::AgeAndSex {
                    let female = words.bytes().last().is_some_and(|b| matches!(b, b'F' | b'f'))
                        || words.to_lowercase().contains("female");
                    let sex = if female { b'f' } else { b'm' };
                    add(Value::Sex(sex), 0.9);
                    found.portrait.sex = Some(sex);
                    found.portrait.sure_sex = true;
                    care.push((hit.signal, 1.0));
                }
            }
            Role::Place => places.named.push(*hit),
            Role::Unlisted => places.unlisted.push(*hit),
            Role::Region => places.regions.push(*hit),
            Role::SmallPlace => places.small = Some(*hit),
            Role::Date => {
                if let Some(window) = when::of_words(words(), clock.today, clock.hour) {
                    add(Value::Date(window), if window.by_clock { clock.certainty } else { 0.9 });
                    found.portrait.add_window(window);
                }
            }
            Role::Unit => {
                add(Value::Unit, 0.7);
                care.push((hit.signal, 1.5));
            }
            Role::New => found.portrait.new = true,
            Role::RefersBack => found.refers_back = true,
            Role::OtherPatient => found.other_patient = true,
            Role::Care(weight) => {
                found.treats |= weight >= TREATS;
                care.push((hit.signal, weight));
            }
            Role::Guard(weight) => care.push((hit.signal, -weight)),
            Role::NoPatient(why) => found.no_patient = found.no_patient.max(why),
            Role::None => {}
        }
    }

    /// By the words for him and her; relatives are not the person.
    fn sex(&self, read: &Read<'_>, found: &mut Collected) {
        if found.portrait.sex.is_some() {
            return;
        }
        let lexicon = &read.knowledge.signals.lexicon;
        let (mut male, mut female) = (0_u32, 0_u32);
        for token in own_words(read.document) {
            if token.word == 0 || (lexicon.is_in(token.word, self.kin)) {
                continue;
            }
            male += u32::from(lexicon.is_in(token.word, self.male));
            female += u32::from(lexicon.is_in(token.word, self.female));
        }
        let sex = match (male, female) {
            (0, 0) => return,
            (m, f) if m >= 2 * f.max(1) || (m > 0 && f == 0) => b'm',
            (m, f) if f >= 2 * m.max(1) || (f > 0 && m == 0) => b'f',
            _ => return,
        };
        let certainty = if male.min(female) == 0 { 0.8 } else { 0.5 };
        found.quasi.push(Quasi { value: Value::Sex(sex), span: None, origin: Origin::Text, certainty });
        found.portrait.sex = Some(sex);
        found.portrait.sure_sex = male + female >= 2 && male.min(female) == 0;
    }

    fn place(&self, read: &Read<'_>, profile: Option<&Profile>, places: Places, found: &mut Collected) {
        let gazetteer = read.knowledge.vocabulary.gazetteer();
        let named = places.base(read.document, profile, gazetteer, &self.areas);
        let from_profile = || profile.and_then(|profile| self.areas.of_profile(profile, gazetteer));
        let (base, hit, origin) = match named {
            Some((base, hit)) => (base, hit, Origin::Text),
            None => match from_profile() {
                Some(base) => (base, None, Origin::Profile),
                None => return,
            },
        };
        let span = hit.and_then(|hit| read.document.span(hit.start as usize, hit.end as usize));
        let certainty = match base.basis {
            Basis::Named | Basis::Region => 0.8,
            Basis::Unlisted | Basis::Geotag => 0.6,
            _ => 0.5,
        };
        found.quasi.push(Quasi { value: Value::Place(base), span, origin, certainty });
        found.portrait.base = Some(base);
        found.portrait.places = places.count();
    }

    /// Hashes of the item's rarer words, each once.
    fn words(&self, read: &Read<'_>) -> Vec<u32> {
        let lexicon: &Lexicon = &read.knowledge.signals.lexicon;
        let rare = |token: &&Token| {
            token.kind == TokenKind::Word
                && token.end - token.start >= SHORTEST_WORD
                && (token.word == 0 || !self.common.iter().any(|class| lexicon.is_in(token.word, *class)))
        };
        // Stems, so that "kettle" meets "kettles".
        let hash = |token: &Token| if token.stem == 0 { token.hash } else { token.stem };
        let mut words: Vec<u32> = own_words(read.document).filter(rare).map(hash).collect();
        words.sort_unstable();
        words.dedup();
        words.truncate(MAX_WORDS);
        words
    }
}

/// Tokens of the item's own texts.
fn own_words<'a>(document: &'a Document<'a>) -> impl Iterator<Item = &'a Token> {
    document.tokens().iter().filter(|token| matches!(document.place(token), Place::Own(_)))
}

fn words_of<'a>(document: &'a Document<'_>, hit: &Hit) -> &'a str {
    let tokens = document.tokens();
    let last = (hit.end as usize).checked_sub(1).and_then(|last| tokens.get(last));
    match (tokens.get(hit.start as usize), last) {
        (Some(first), Some(last)) => document.words(first, last),
        _ => "",
    }
}

/// The author's day and hour.
struct Clock {
    today: Option<jiff::civil::Date>,
    hour: i8,
    /// How sure the day is: exports often give UTC only.
    certainty: f32,
}

impl Clock {
    fn of(item: &Item, profile: Option<&Profile>) -> Self {
        let exact = !matches!(item.created_precision, Precision::Month);
        let Some(moment) = item.created_at.filter(|_| exact) else {
            return Self { today: None, hour: 12, certainty: 0.0 };
        };
        let hours =
            profile.and_then(|profile| zone::hours(&profile.location, code_of(&profile.jurisdiction)));
        let today = when::day_of(moment, hours);
        Self { today, hour: when::hour_of(moment, hours), certainty: if hours.is_some() { 0.9 } else { 0.7 } }
    }
}

/// Places that a text names.
#[derive(Default)]
struct Places {
    named: Vec<Hit>,
    unlisted: Vec<Hit>,
    regions: Vec<Hit>,
    small: Option<Hit>,
}

/// So many different places say nothing of where the person is from.
const TOO_MANY_PLACES: u8 = 3;

impl Places {
    fn count(&self) -> u8 {
        u8::try_from(self.named.len() + self.unlisted.len()).unwrap_or(u8::MAX)
    }

    /// The people of the smallest place named; where many are named, of the largest, and widely.
    fn base(
        &self,
        document: &Document<'_>,
        profile: Option<&Profile>,
        gazetteer: &Gazetteer,
        areas: &Areas,
    ) -> Option<(Base, Option<Hit>)> {
        let country = profile.and_then(|profile| code_of(&profile.jurisdiction));
        let known = self.named.iter().filter_map(|hit| {
            let known = gazetteer.known(words_of(document, hit), country)?;
            // Elsewhere than the author works: a journey, a conference, a name.
            (known.in_country || country.is_none() || known.people > 1e6).then_some((*hit, known.people))
        });
        let mut known: Vec<(Hit, f32)> = known.collect();
        known.sort_by(|a, b| a.1.total_cmp(&b.1));
        if self.count() >= TOO_MANY_PLACES {
            let (hit, people) = known.last()?;
            return Some((Base { spread: 6.0, ..Base::named(*people) }, Some(*hit)));
        }
        if let Some((hit, people)) = known.first() {
            return Some((Base::named(*people), Some(*hit)));
        }
        if let Some(hit) = self.unlisted.first() {
            return Some((Base::unlisted(), Some(*hit)));
        }
        if let Some(hit) = self.small {
            let here = profile.and_then(|profile| areas.of_profile(profile, gazetteer));
            let here = here.filter(|base| base.basis.is_profile()).map_or_else(Base::unlisted, Base::here);
            return Some((here, Some(hit)));
        }
        let region = |hit: &Hit| Some((Base::region(areas.region(words_of(document, hit))?), Some(*hit)));
        self.regions.iter().find_map(region)
    }
}
