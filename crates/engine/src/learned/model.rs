//! The model's file, and what it says about features.
//!
//! The file is made by `crates/tuning`: the magic, weight and shift (`f32`), the number of heads (`u16`), the heads (length of the name as `u8`, name,
//! then bias, scale and bar as `f32`), then for each bucket the number of weights (`u8`) and the weights (number of the head
//! as `u8`, weight as `i8`, to be multiplied by the head's scale). All numbers are little-endian.

use super::BUCKETS;
use super::features::Feature;

/// The first bytes of the file of the learned signal; the digit is the version of features and format.
pub const MAGIC: &[u8; 8] = b"wcoat-2\n";

/// The most that the learned signal adds to a score or takes from it, on an account that names a health profession.
/// Hand-set, as the next one.
const MOST: f32 = 1.8;

/// The most that it adds on any other. It takes nothing: texts of a sort that it has not seen read like nothing.
const MOST_FOR_STRANGERS: f32 = 0.8;

/// The most heads that a model may have.
const MAX_HEADS: usize = 64;

/// So many weights can be summed in 16 bits.
const SUMMABLE: usize = i16::MAX as usize / i8::MAX as usize;

/// What the model has learned, by head.
#[derive(Debug, Default)]
pub(crate) struct Model {
    /// A head's score, times the weight and plus the shift, is evidence.
    weight: f32,
    shift: f32,
    heads: Vec<Head>,
    /// A row for each bucket, a column for each head: summing whole rows is what processors are good at.
    rows: Vec<[i8; MAX_HEADS]>,
}

#[derive(Debug)]
struct Head {
    name: Box<str>,
    bias: f32,
    scale: f32,
    /// From this score on the head alone makes a finding.
    bar: f32,
}

/// The model's file is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the learned model is damaged or of another version, at byte {at}: train it again")]
pub(crate) struct ModelError {
    at: usize,
}

struct Bytes<'b> {
    all: &'b [u8],
    at: usize,
}

impl Bytes<'_> {
    fn take(&mut self, count: usize) -> Result<&[u8], ModelError> {
        let taken = self.all.get(self.at..self.at.saturating_add(count)).ok_or(ModelError { at: self.at })?;
        self.at += count;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, ModelError> {
        Ok(self.take(1)?.first().copied().unwrap_or_default())
    }

    fn float(&mut self) -> Result<f32, ModelError> {
        let bytes = self.take(4)?;
        Ok(f32::from_le_bytes(bytes.try_into().unwrap_or_default()))
    }
}

impl Model {
    /// Reads a model's file.
    pub(crate) fn read(file: &[u8]) -> Result<Self, ModelError> {
        let mut bytes = Bytes { all: file, at: 0 };
        if bytes.take(MAGIC.len())? != MAGIC {
            return Err(ModelError { at: 0 });
        }
        let (weight, shift) = (bytes.float()?, bytes.float()?);
        let count = u16::from(bytes.byte()?) | u16::from(bytes.byte()?) << 8;
        let mut heads = Vec::new();
        for _ in 0..count {
            let len = usize::from(bytes.byte()?);
            let name = String::from_utf8_lossy(bytes.take(len)?).into_owned().into();
            heads.push(Head { name, bias: bytes.float()?, scale: bytes.float()?, bar: bytes.float()? });
        }
        if heads.len() > MAX_HEADS {
            return Err(ModelError { at: bytes.at });
        }
        let mut rows = vec![[0; MAX_HEADS]; BUCKETS];
        for row in &mut rows {
            let here = usize::from(bytes.byte()?);
            for pair in bytes.take(here * 2)?.as_chunks().0 {
                let [head, weight]: [u8; 2] = *pair;
                if let Some(slot) = row.get_mut(usize::from(head)) {
                    *slot = weight.cast_signed();
                }
            }
        }
        Ok(Self { weight, shift, heads, rows })
    }

    /// The head of this name.
    pub(crate) fn head(&self, name: &str) -> Option<u8> {
        self.heads.iter().position(|head| &*head.name == name).map(|at| at as u8)
    }

    /// What a head's score is worth as evidence, in log-odds, on a clinician's account or on any other.
    pub(crate) fn evidence(&self, score: f32, clinicians: bool) -> f32 {
        let least = if clinicians { -MOST } else { 0.0 };
        (score * self.weight + self.shift).clamp(least, self.most(clinicians))
    }

    /// The most that a head's score can be worth.
    pub(crate) fn most(&self, clinicians: bool) -> f32 {
        if clinicians { MOST } else { MOST_FOR_STRANGERS }
    }

    /// From which score on a head alone makes a finding.
    pub(crate) fn bar(&self, head: u8) -> f32 {
        self.heads.get(usize::from(head)).map_or(f32::INFINITY, |head| head.bar)
    }

    /// Every head's score, in log-odds. Features of the same value stand together.
    pub(crate) fn scores(&self, features: &[Feature], scores: &mut Vec<f32>) {
        let mut sums = [0.0; MAX_HEADS];
        let mut rest = features;
        while let Some((_, value)) = rest.first() {
            let alike = rest.iter().take(SUMMABLE).take_while(|feature| feature.1 == *value).count();
            let (run, after) = rest.split_at(alike.max(1));
            let mut sum = [0_i16; MAX_HEADS];
            for row in run.iter().filter_map(|(bucket, _)| self.rows.get(usize::from(*bucket))) {
                for (sum, weight) in sum.iter_mut().zip(row) {
                    *sum += i16::from(*weight);
                }
            }
            for (total, sum) in sums.iter_mut().zip(sum) {
                *total += f32::from(sum) * value;
            }
            rest = after;
        }
        scores.clear();
        scores.extend(self.heads.iter().zip(sums).map(|(head, sum)| sum * head.scale + head.bias));
    }

    /// What one feature gives one head.
    pub(crate) fn share(&self, head: u8, feature: Feature) -> f32 {
        let row = self.rows.get(usize::from(feature.0));
        let weight = row.and_then(|row| row.get(usize::from(head))).copied().unwrap_or_default();
        let scale = self.heads.get(usize::from(head)).map_or(0.0, |head| head.scale);
        f32::from(weight) * scale * feature.1
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn file() -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        for number in [0.5_f32, 1.0] {
            file.extend(number.to_le_bytes());
        }
        file.extend([1, 0, 3]);
        file.extend(b"a/b");
        for number in [-1.0_f32, 0.5, 2.0] {
            file.extend(number.to_le_bytes());
        }
        file.extend([1, 0, 4]);
        file.extend(vec![0; BUCKETS - 1]);
        file
    }

    #[test]
    fn scores_are_weights_times_values() {
        let model = Model::read(&file()).unwrap();
        let mut scores = Vec::new();
        model.scores(&[(0, 2.0), (7, 1.0)], &mut scores);
        assert_eq!(scores, [3.0]);
        assert_eq!((model.head("a/b"), model.head("a"), model.bar(0)), (Some(0), None, 2.0));
        assert_eq!(model.share(0, (0, 2.0)), 4.0);
        assert_eq!((model.evidence(1.0, false), model.evidence(-9.0, false)), (MOST_FOR_STRANGERS, 0.0));
        assert_eq!((model.evidence(1.0, true), model.evidence(-9.0, true)), (1.5, -MOST));
    }

    #[test]
    fn a_damaged_file_is_refused() {
        assert_eq!(Model::read(b"").unwrap_err().at, 0);
        assert_eq!(Model::read(b"wcoat-0\nxxxx").unwrap_err().at, 0);
        let file = file();
        assert!(Model::read(&file[..file.len() - 1]).is_err());
    }
}
