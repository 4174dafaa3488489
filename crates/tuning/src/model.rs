//! The learned model's file, as `crates/engine/src/learned/model.rs` reads it.

use whitecoat_engine::LEARNED_MAGIC;

/// A model before it is written.
pub(crate) struct Learned {
    /// A score, times this and plus the shift, is evidence.
    pub(crate) weight: f32,
    pub(crate) shift: f32,
    pub(crate) heads: Vec<Head>,
}

/// What one rule learned.
pub(crate) struct Head {
    pub(crate) name: String,
    pub(crate) bias: f32,
    /// From this score on the head alone makes a finding.
    pub(crate) bar: f32,
    /// One a bucket.
    pub(crate) weights: Vec<f32>,
}

/// Weights as 8-bit numbers; those that round to nought are left out.
pub(crate) fn bytes(learned: &Learned) -> Vec<u8> {
    let mut bytes = LEARNED_MAGIC.to_vec();
    bytes.extend(learned.weight.to_le_bytes());
    bytes.extend(learned.shift.to_le_bytes());
    bytes.extend((learned.heads.len() as u16).to_le_bytes());
    let mut scales = Vec::new();
    for head in &learned.heads {
        let most = head.weights.iter().fold(0.0_f32, |most, weight| most.max(weight.abs()));
        let scale = if most > 0.0 { most / f32::from(i8::MAX) } else { 1.0 };
        scales.push(scale);
        bytes.push(head.name.len() as u8);
        bytes.extend(head.name.as_bytes());
        for number in [head.bias, scale, head.bar] {
            bytes.extend(number.to_le_bytes());
        }
    }
    let buckets = learned.heads.first().map_or(0, |head| head.weights.len());
    for bucket in 0..buckets {
        let mut weights = Vec::new();
        for (number, (head, scale)) in learned.heads.iter().zip(&scales).enumerate() {
            let weight = (head.weights[bucket] / scale).round() as i8;
            if weight != 0 {
                weights.extend([number as u8, weight as u8]);
            }
        }
        bytes.push((weights.len() / 2) as u8);
        bytes.extend(weights);
    }
    bytes
}
