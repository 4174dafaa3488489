//! What is kept of an item for stories.

use crate::crowd::{Figures, Portrait, Sort};
use crate::finding::Finding;
use crate::item::{Authorship, Item, Kind};
use crate::quasi::Collected;
use crate::reader::Passage;

/// So surely an item has to tell of care to be kept for that alone.
const LOOKS_LIKE_CARE: f32 = 0.8;

/// A job of so few in 100,000 people hints at who somebody is.
const RARE_JOB: f32 = 150.0;

/// What is kept of an item: a portrait, and what links it to others. No words of it, only hashes of rare ones, and what a reader
/// makes of the others.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// The person whose account it is, on whatever platform.
    pub(crate) person: u64,
    /// The thread, and the items that it is and answers; 0 for none.
    pub(crate) thread: u64,
    pub(crate) own: u64,
    pub(crate) parent: u64,
    /// Seconds since 1970.
    pub(crate) at: Option<i64>,
    pub(crate) portrait: Portrait,
    pub(crate) care: f32,
    /// It names an illness, an injury or a treatment.
    pub(crate) is_ill: bool,
    /// It hints at who somebody is: a public event, an absence, a rare job.
    pub(crate) is_clue: bool,
    /// Figures of occupations, and of illnesses.
    pub(crate) jobs: Box<[u16]>,
    pub(crate) ills: Box<[u16]>,
    /// Why it is of no patient: `OWN` or `UNREAL`; 0 if it may be of one.
    pub(crate) no_patient: u8,
    pub(crate) treats: bool,
    pub(crate) refers_back: bool,
    pub(crate) other_patient: bool,
    /// It has a finding about somebody told of.
    pub(crate) is_found: bool,
    /// The account names a health profession.
    pub(crate) is_clinicians: bool,
    pub(crate) words: Box<[u32]>,
    pub(crate) passage: Option<Passage>,
    /// Nothing in it looks like care or like anybody: it is kept only to be read with those around it.
    pub(crate) is_idle: bool,
    /// What a story's finding on this item would show; for the caller to take and keep.
    pub anchor: Option<Box<Finding>>,
}

/// Whether an item may take part in stories, before anything is collected from it.
pub(crate) fn of_item(item: &Item) -> bool {
    item.authorship == Authorship::Own && !matches!(item.kind, Kind::Profile | Kind::ReviewReply)
}

/// What the trace needs to know besides what was collected.
pub(crate) struct NearItem<'a> {
    pub(crate) item: &'a Item,
    pub(crate) is_found: bool,
    pub(crate) is_clinicians: bool,
    pub(crate) figures: &'a Figures,
}

impl Trace {
    /// The trace of an item; `None` if it tells neither of care nor of anybody.
    pub(crate) fn of(near: &NearItem<'_>, collected: Collected) -> Option<Self> {
        let telling = collected.portrait.traits.iter().any(|index| {
            near.figures.get(*index).is_some_and(|figure| {
                !matches!(figure.sort, Sort::Condition | Sort::Procedure | Sort::Outcome)
            })
        });
        let is_ill = collected.portrait.traits.iter().any(|index| {
            near.figures.get(*index).is_some_and(|figure| {
                matches!(figure.sort, Sort::Condition | Sort::Procedure | Sort::Mechanism)
            })
        });
        let is_clue = collected.portrait.traits.iter().any(|index| {
            near.figures.get(*index).is_some_and(|figure| match figure.sort {
                Sort::Event | Sort::Role | Sort::Identity | Sort::Rarity => true,
                Sort::Occupation => figure.living <= RARE_JOB,
                _ => false,
            })
        });
        let ages = collected.portrait.age.is_some() && collected.portrait.sex.is_some();
        // What is said in a thread may be about whom the rest of it tells of.
        if near.item.thread.is_none()
            && collected.care < LOOKS_LIKE_CARE
            && !ages
            && !telling
            && !collected.refers_back
            && collected.no_patient == 0
        {
            return None;
        }
        let of = |wanted: &dyn Fn(Sort) -> bool| -> Box<[u16]> {
            let list = collected.portrait.traits.iter().copied();
            list.filter(|index| near.figures.get(*index).is_some_and(|figure| wanted(figure.sort))).collect()
        };
        let jobs = of(&|sort| sort == Sort::Occupation);
        let ills = of(&|sort| matches!(sort, Sort::Condition | Sort::Procedure));
        Some(Self {
            portrait: collected.portrait,
            is_ill,
            is_clue,
            jobs,
            ills,
            care: collected.care,
            no_patient: collected.no_patient,
            treats: collected.treats,
            refers_back: collected.refers_back,
            other_patient: collected.other_patient,
            is_found: near.is_found,
            is_clinicians: near.is_clinicians,
            words: collected.words.into(),
            ..Self::about(near.item)
        })
    }
}

impl Trace {
    /// The trace of an item of a clinician in which nothing was seen.
    pub(crate) fn idle(item: &Item) -> Self {
        Self { is_idle: true, is_clinicians: true, ..Self::about(item) }
    }

    /// Whose it is, when, and where it stands.
    fn about(item: &Item) -> Self {
        let hash = |text: &str| if text.is_empty() { 0 } else { hash(text.bytes()) };
        Self {
            person: person(item),
            thread: item.thread.as_deref().map_or(0, hash),
            own: hash(&item.id),
            parent: item.parent.as_ref().and_then(|parent| parent.id.as_deref()).map_or(0, hash),
            at: item.created_at.map(|moment| moment.instant().as_second()),
            ..Self::default()
        }
    }

    pub(crate) fn tells_of_somebody(&self) -> bool {
        self.is_clue || self.care >= LOOKS_LIKE_CARE || self.refers_back
    }

    /// Whether another trace tells of another job and of another illness.
    pub(crate) fn is_other_person(&self, other: &Self) -> bool {
        let differ =
            |a: &[u16], b: &[u16]| !a.is_empty() && !b.is_empty() && !a.iter().any(|x| b.contains(x));
        differ(&self.jobs, &other.jobs) && differ(&self.ills, &other.ills)
    }
}

/// One person has accounts on several platforms: known by the name that the profiles give, else by the handle. Without an
/// account, a thread is all that is known to be one person's.
fn person(item: &Item) -> u64 {
    let name = item.profile.as_ref().map(|profile| profile.name.trim()).unwrap_or_default();
    let (account, thread) = (item.account.trim(), item.thread.as_deref().unwrap_or_default());
    let text = match (account, name, thread) {
        ("", _, "") => &*item.id,
        ("", _, thread) => thread,
        (account, "", _) => account,
        (_, name, _) => name,
    };
    hash(text.trim_start_matches('@').bytes().map(|byte| byte.to_ascii_lowercase()))
}

/// FNV-1a.
fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
