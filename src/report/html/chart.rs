//! The timeline: a lane a platform, a bar a year, drawn as SVG by the template. Units are pixels.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use whitecoat_engine::Severity;

use super::show;
use crate::report::Row;

/// Years with a column of their own; what is earlier or later than these shares one.
const YEARS: i16 = 16;
/// Platforms with a lane of their own; the others share one.
const LANES: usize = 8;
const WIDTH: u32 = 560;
/// Characters of a lane's name: more would run into the bars.
const LABEL_CHARS: usize = 13;
const LEFT: u32 = 96;
const LANE: u32 = 56;
const TALLEST: u64 = 34;
const FOOT: u32 = 22;

#[derive(Debug, Default)]
pub(super) struct Chart {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) left: u32,
    /// Width of a bar.
    pub(super) bar: u32,
    pub(super) lanes: Vec<Lane>,
    pub(super) columns: Vec<Column>,
}

#[derive(Debug)]
pub(super) struct Lane {
    pub(super) name: String,
    /// Where its bars stand.
    pub(super) base: u32,
    pub(super) bars: Vec<Bar>,
}

impl Lane {
    /// The name, cut to what stands beside the bars.
    pub(super) fn label(&self) -> String {
        if self.name.chars().count() <= LABEL_CHARS {
            return self.name.clone();
        }
        self.name.chars().take(LABEL_CHARS - 1).chain(['…']).collect()
    }
}

#[derive(Debug)]
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) count: u64,
    /// Critical and high ones among them.
    pub(super) bad: u64,
    pub(super) x: u32,
    pub(super) middle: u32,
    pub(super) top: u32,
    pub(super) bad_top: u32,
}

#[derive(Debug)]
pub(super) struct Column {
    pub(super) label: String,
    pub(super) middle: u32,
    /// Whether there is room for its label.
    pub(super) shown: bool,
}

/// All findings and the bad ones, by column.
type Counts = BTreeMap<usize, (u64, u64)>;

impl Chart {
    /// The chart of all rows that have a date; empty if there is none. `now` is the year of the run.
    pub(super) fn of(rows: &[Row], now: i16) -> Self {
        let years = Years::of(rows, now);
        let mut platforms: BTreeMap<&str, Counts> = BTreeMap::new();
        for row in rows {
            let Some(column) = show::year(row).and_then(|year| years.column(year)) else { continue };
            let (all, bad) = platforms.entry(&row.platform).or_default().entry(column).or_default();
            *all += 1;
            *bad += u64::from(row.severity >= Severity::High);
        }
        let lanes = lanes(platforms);
        if lanes.is_empty() {
            return Self::default();
        }
        let labels = years.labels();
        let step = (WIDTH - LEFT) / u32::try_from(labels.len()).unwrap_or(u32::MAX).max(1);
        let bar = (step * 3 / 5).clamp(4, 34);
        let middle = |column: usize| LEFT + step * u32::try_from(column).unwrap_or_default() + step / 2;
        let every = if step < 38 { 2 } else { 1 };
        let last = labels.len().saturating_sub(1);
        let columns = labels.iter().enumerate().map(|(at, label)| Column {
            label: label.clone(),
            middle: middle(at),
            shown: (last - at).is_multiple_of(every),
        });
        let tallest = lanes.iter().flat_map(|(_, counts)| counts.values()).map(|(all, _)| *all).max();
        let tallest = tallest.unwrap_or(1).max(1);
        let height = |count: u64| {
            let pixels = (count * TALLEST).div_ceil(tallest);
            u32::try_from(pixels).unwrap_or_default()
        };
        let mut base = 0;
        let drawn = lanes.into_iter().map(|(name, counts)| {
            base += LANE;
            let bars = counts.into_iter().map(|(column, (count, bad))| Bar {
                label: labels.get(column).cloned().unwrap_or_default(),
                count,
                bad,
                x: middle(column) - bar / 2,
                middle: middle(column),
                top: base - height(count),
                bad_top: base - height(bad),
            });
            Lane { name, base, bars: bars.collect() }
        });
        let lanes: Vec<_> = drawn.collect();
        let height = LANE * u32::try_from(lanes.len()).unwrap_or_default() + FOOT;
        Self { width: WIDTH, height, left: LEFT, bar, lanes, columns: columns.collect() }
    }
}

/// The platforms with most findings, then the others as one.
fn lanes(platforms: BTreeMap<&str, Counts>) -> Vec<(String, Counts)> {
    let mut sorted: Vec<_> = platforms.into_iter().collect();
    sorted.sort_by_key(|(_, counts)| Reverse(counts.values().map(|(all, _)| *all).sum::<u64>()));
    let others = sorted.split_off(sorted.len().min(LANES));
    let mut lanes: Vec<_> = sorted.into_iter().map(|(key, counts)| (show::platform(key), counts)).collect();
    let mut joined = Counts::new();
    for (column, (all, bad)) in others.into_iter().flat_map(|(_, counts)| counts) {
        let sum = joined.entry(column).or_default();
        *sum = (sum.0 + all, sum.1 + bad);
    }
    if !joined.is_empty() {
        lanes.push(("Others".to_owned(), joined));
    }
    lanes
}

/// The years that have a column. A made-up date in the year 9999 must not stretch the axis.
struct Years {
    first: i16,
    last: i16,
    earlier: bool,
    later: bool,
}

impl Years {
    fn of(rows: &[Row], now: i16) -> Self {
        let all = || rows.iter().filter_map(show::year);
        let last = all().filter(|year| *year <= now).max().unwrap_or(now);
        let oldest = last.saturating_sub(YEARS - 1);
        let first = all().filter(|year| (oldest..=last).contains(year)).min().unwrap_or(last);
        Self { first, last, earlier: all().any(|year| year < first), later: all().any(|year| year > last) }
    }

    fn column(&self, year: i16) -> Option<usize> {
        let within = self.last - self.first + 1;
        let at = match year {
            _ if year < self.first => 0,
            _ if year > self.last => within + i16::from(self.earlier),
            _ => year - self.first + i16::from(self.earlier),
        };
        usize::try_from(at).ok()
    }

    fn labels(&self) -> Vec<String> {
        let earlier = self.earlier.then(|| "earlier".to_owned());
        let later = self.later.then(|| "later".to_owned());
        earlier
            .into_iter()
            .chain((self.first..=self.last).map(|year| year.to_string()))
            .chain(later)
            .collect()
    }
}
