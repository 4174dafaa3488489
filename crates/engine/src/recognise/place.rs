//! Places: towns and regions from the gazetteer, unknown names after a preposition, streets and named buildings.

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::{Cursor, Found, builtin, class_of};
use crate::lexicon::{ClassId, Lexicon};
use crate::signal::Builtin;
use crate::text::{TokenKind, flag};

pub(crate) const SIGNALS: &[Builtin] = &[
    builtin("place-region", "a state, province, county or country", "place", None, None, None),
    builtin(
        "place-large",
        "a place of 100,000 people or more",
        "place",
        Some("place"),
        Some('B'),
        Some("place"),
    ),
    builtin(
        "place-town",
        "a place of 20,000 to 100,000 people",
        "place",
        Some("place"),
        Some('B'),
        Some("place"),
    ),
    builtin("place-small", "a place under 20,000 people", "place", Some("place"), Some('B'), Some("place")),
    builtin(
        "place-unknown",
        "a name after a preposition of place",
        "place",
        Some("place"),
        Some('B'),
        Some("place"),
    ),
    builtin(
        "facility",
        "a named hospital, school, street or road",
        "place",
        Some("place"),
        Some('B'),
        Some("place"),
    ),
];

/// Words in the longest place name that is looked up.
const LONGEST_NAME: usize = 4;

/// Places by name: how many live in the largest of that name, country by country.
#[derive(Debug, Default)]
pub(crate) struct Gazetteer {
    sizes: FxHashMap<u64, Entry>,
    /// Inhabitants by country, of all names one after another.
    people: Vec<(Country, f32)>,
    /// Names and abbreviations of countries, states, provinces and counties.
    regions: FxHashSet<u64>,
}

/// A country's two letters, as GeoNames writes them.
pub(crate) type Country = [u8; 2];

#[derive(Clone, Copy, Debug)]
struct Entry {
    size: Size,
    /// The name is a word or a person's name as well.
    ambiguous: bool,
    first: u32,
    count: u8,
}

/// How many people live in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    Region,
    /// 100,000 or more.
    Large,
    /// 20,000 to 100,000.
    Town,
    /// Under 20,000.
    Small,
}

/// What the list of places knows of a name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Known {
    /// Inhabitants: of the place in the country asked for, or of the largest of that name.
    pub(crate) people: f32,
    /// There is one in the country asked for.
    pub(crate) in_country: bool,
    /// The name is a word or a person's name as well.
    pub(crate) ambiguous: bool,
}

impl Gazetteer {
    /// From lines `name<TAB>countries<TAB>inhabitants[<TAB>w]` of places and `name<TAB>country…` of regions. Names that are also
    /// words (`w`) are left to context: they count only after a preposition, which is where all places are looked for.
    pub(crate) fn parse(places: &str, regions: &str) -> Self {
        let mut sizes = FxHashMap::with_capacity_and_hasher(places.len() / 20, FxBuildHasher);
        let mut people = Vec::with_capacity(places.len() / 16);
        for line in places.lines() {
            let mut columns = line.split('\t');
            let (Some(name), Some(countries), Some(numbers)) =
                (columns.next(), columns.next(), columns.next())
            else {
                continue;
            };
            let first = people.len() as u32;
            let numbers = numbers.split(',').map(|number| number.parse().unwrap_or(0.0));
            people.extend(countries.split(',').filter_map(country).zip(numbers));
            let size = match people.get(first as usize) {
                Some((_, 100_000.0..)) => Size::Large,
                Some((_, 20_000.0..)) => Size::Town,
                _ => Size::Small,
            };
            let count = u8::try_from(people.len() - first as usize).unwrap_or(u8::MAX);
            let ambiguous = columns.next().is_some_and(|flag| flag == "w");
            sizes.insert(hash_name(name.bytes()), Entry { size, ambiguous, first, count });
        }
        let mut known_regions = FxHashSet::default();
        for line in regions.lines() {
            let Some(name) = line.split('\t').next() else { continue };
            known_regions.insert(hash_name(name.bytes()));
            // "OR" and "IN" are words in running text.
            if name.len() > 2 {
                let entry = sizes.entry(hash_name(name.bytes())).or_insert(Entry {
                    size: Size::Region,
                    ambiguous: false,
                    first: 0,
                    count: 0,
                });
                entry.size = Size::Region;
            }
        }
        Self { sizes, people, regions: known_regions }
    }

    /// Whether a name or an abbreviation is that of a region: a country, state, province or county.
    pub(crate) fn is_region(&self, name: &str) -> bool {
        self.regions.contains(&hash_name(name.bytes().map(|b| b.to_ascii_lowercase())))
    }

    fn size(&self, name: &str) -> Option<Size> {
        self.entry(name).map(|entry| entry.size)
    }

    /// How many live in the place of that name, in that country if there is one.
    pub(crate) fn known(&self, name: &str, country: Option<Country>) -> Option<Known> {
        let entry = self.entry(name)?;
        let first = entry.first as usize;
        let list = self.people.get(first..first + usize::from(entry.count))?;
        let there = country.and_then(|country| list.iter().find(|(code, _)| *code == country));
        let (_, people) = there.or(list.first())?;
        Some(Known { people: *people, in_country: there.is_some(), ambiguous: entry.ambiguous })
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.sizes.get(&hash_name(name.bytes().map(|b| b.to_ascii_lowercase())))
    }
}

/// The two letters of a country.
pub(crate) fn country(code: &str) -> Option<Country> {
    code.as_bytes().try_into().ok()
}

/// FNV-1a over a name's letters, without full stops ("St. Louis" and "St Louis").
fn hash_name(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.filter(|b| *b != b'.').fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[derive(Debug, Default)]
pub(crate) struct Words {
    pub(crate) gazetteer: Gazetteer,
    before: ClassId,
    building: ClassId,
    road: ClassId,
    saint: ClassId,
    given: ClassId,
    months: ClassId,
    never: ClassId,
    not_place: ClassId,
}

impl Words {
    pub(crate) fn new(lexicon: &mut Lexicon, gazetteer: Gazetteer) -> Self {
        let given = lexicon.intern_class("given-name");
        let mut class = |name: &str, words: &str| class_of(lexicon, name, words);
        Self {
            before: class(
                "place.before",
                "in at from near outside around by off of to through across downtown past via beyond towards",
            ),
            building: class(
                "place.building",
                "hospital infirmary clinic surgery practice hospice elementary primary school high academy college university \
                 nursery kindergarten church parish mosque synagogue mall farm house hall lodge court manor estate prison \
                 jail barracks station airport bridge park village centre center medical health home gardens heights brewery \
                 mill quarry mine dock harbour harbor pier",
            ),
            road: class(
                "place.road",
                "street st road rd avenue ave lane ln drive dr close crescent highway hwy route rte boulevard blvd way terrace \
                 parkway pkwy trail row square ward",
            ),
            saint: class(
                "place.saint",
                "st saint mount mt fort port lake north south east west upper lower new great little old",
            ),
            months: class(
                "place.months",
                "january february march april may june july august september october november december",
            ),
            never: class(
                "place.never",
                "i i'm the a an my our your his her their this that it we you he she they monday tuesday wednesday thursday friday \
                 saturday sunday christmas easter english spanish french german chinese twitter facebook instagram tiktok reddit \
                 youtube google zoom god covid nhs ed er icu nicu or picu pacu theatre clinic hospital mr mrs ms dr prof miss \
                 medicine surgery nursing pediatrics paediatrics cardiology oncology psychiatry radiology",
            ),
            not_place: class(
                "place.not",
                "score scale syndrome disease sign criteria reflex protocol study trial classification grade stage procedure \
                 method test index day week month",
            ),
            gazetteer,
            given,
        }
    }
}

/// A place that begins with the capitalised word at `at`.
pub(crate) fn named(cursor: &Cursor<'_>, words: &Words, at: usize, out: &mut Vec<Found>) {
    let Some(token) = cursor.get(at) else { return };
    let before = at.checked_sub(1).filter(|i| cursor.beside(at, *i).is_some());
    let continues = before.is_some_and(|i| {
        cursor.get(i).is_some_and(|t| t.is_capitalised_word() && !t.has(flag::FIRST))
            && !cursor.in_class(i, words.never)
    });
    if continues || token.has(flag::HASHTAG) || cursor.in_class(at, words.months) {
        return;
    }
    let end = end_of_capitals(cursor, words, at);
    if let Some(end) = building(cursor, words, at, end) {
        return out.push(Found { signal: "facility", start: at, end });
    }
    // "an increase in Wells score": an eponym.
    if (at + 1..=end).any(|i| cursor.in_class(i, words.not_place) && cursor.beside(at, i).is_some()) {
        return;
    }
    let mut place = before;
    if place.is_some_and(|i| cursor.text(i).eq_ignore_ascii_case("the")) {
        place = place.and_then(|i| i.checked_sub(1));
    }
    let after_preposition = place.is_some_and(|i| cursor.in_class(i, words.before));
    let comma_region = before.is_some_and(|i| cursor.is_sign(i, b','));
    if !after_preposition && !comma_region || cursor.in_class(at, words.never) {
        return;
    }
    for stop in (at + 1..=end.min(at + LONGEST_NAME)).rev() {
        let (Some(first), Some(last)) = (cursor.get(at), cursor.get(stop - 1)) else { continue };
        if let Some(size) = words.gazetteer.size(cursor.document.words(first, last)) {
            let signal = match size {
                Size::Region => "place-region",
                Size::Large => "place-large",
                Size::Town => "place-town",
                Size::Small => "place-small",
            };
            return out.push(Found { signal, start: at, end: stop });
        }
    }
    let preposition = place.map(|i| cursor.text(i).to_ascii_lowercase()).unwrap_or_default();
    let certain = matches!(
        preposition.as_str(),
        "in" | "near" | "outside" | "from" | "at" | "off" | "downtown" | "past" | "beyond" | "towards"
    );
    let ordinary = token.word != 0 && !cursor.in_class(at, words.saint) && end == at + 1;
    let is_person = cursor.in_class(at, words.given);
    if certain && after_preposition && !ordinary && !is_person && !token.has(flag::ALL_CAPS) {
        out.push(Found { signal: "place-unknown", start: at, end });
    }
}

/// Where the run of capitalised words that begins at `at` ends; "St. Mary's" and "Isle of Wight" stay together.
fn end_of_capitals(cursor: &Cursor<'_>, words: &Words, at: usize) -> usize {
    let mut end = at + 1;
    for _ in 0..5 {
        let mut next = end;
        if cursor.is_sign(next, b'.') && cursor.in_class(end - 1, words.saint) {
            next += 1;
        }
        if cursor.get(next).is_some_and(|t| t.kind == TokenKind::Clitic) {
            next += 1;
        }
        if cursor.is_sign(next, b'-') && cursor.is_joined(next) && cursor.is_joined(next + 1) {
            next += 1;
        }
        let capital =
            cursor.beside(at, next).is_some_and(|t| t.is_capitalised_word() && !t.has(flag::HASHTAG));
        if !capital {
            break;
        }
        end = next + 1;
    }
    end
}

/// A named building, school, street or road: capitals that end in such a word, or are followed by one.
fn building(cursor: &Cursor<'_>, words: &Words, at: usize, end: usize) -> Option<usize> {
    let is_kind = |i: usize| cursor.in_class(i, words.building) || cursor.in_class(i, words.road);
    let road_number = cursor.in_class(at, words.road) && cursor.digits(at + 1) > 0 && end == at + 1;
    if road_number {
        return Some(at + 2);
    }
    let name = |i: usize| !cursor.in_class(i, words.never);
    let inside = (at + 1..end).rev().find(|&i| is_kind(i))?;
    (name(at) && !(cursor.in_class(at, words.building) && inside == at)).then_some(inside.max(end - 1) + 1)
}
