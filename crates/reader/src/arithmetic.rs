//! Arithmetic that gives every processor the same bits: sums are made in eight fixed lanes, and `exp` is our own.

pub(crate) const LANES: usize = 8;

#[inline(always)]
pub(crate) fn softmax(scores: &mut [f32]) {
    let most = largest(scores);
    for score in &mut *scores {
        *score = exp(*score - most);
    }
    let total = 1.0 / sum(scores);
    for score in scores {
        *score *= total;
    }
}

#[inline(always)]
fn largest(values: &[f32]) -> f32 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut lanes = [f32::MIN; LANES];
    let more = |most: f32, value: f32| if value > most { value } else { most };
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, value)| *lane = more(*lane, *value));
    }
    lanes.iter().chain(rest).fold(f32::MIN, |most, value| more(most, *value))
}

/// A sum in eight lanes: always in the same order.
#[inline(always)]
pub(crate) fn sum(values: &[f32]) -> f32 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut lanes = [0.0_f32; LANES];
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, value)| *lane += value);
    }
    lanes.iter().sum::<f32>() + rest.iter().sum::<f32>()
}

#[inline(always)]
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut lanes = [0.0_f32; LANES];
    for (a, b) in a.iter().zip(b) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    lanes.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

/// e to the x, to seven digits: 2 to a whole number, times a polynomial (Cephes' expf). The library's differs between
/// systems in the last bit.
#[inline(always)]
fn exp(x: f32) -> f32 {
    const WHOLE: f32 = 12_582_912.0;
    let x = if x < -87.0 { -87.0 } else { x };
    let x = if x > 87.0 { 87.0 } else { x };
    let rounded = x * std::f32::consts::LOG2_E + WHOLE;
    let power = rounded - WHOLE;
    let rest = x - power * 0.693_359_4 + power * 2.121_944_4e-4;
    let mut sum = 1.987_569_2e-4_f32;
    for factor in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5.000_000_3e-1] {
        sum = sum * rest + factor;
    }
    let sum = sum * rest * rest + rest + 1.0;
    // The lowest bits of what was rounded are the whole number.
    sum * f32::from_bits(rounded.to_bits().wrapping_add(127) << 23)
}

#[inline(always)]
pub(crate) fn gelu(x: f32) -> f32 {
    x / (1.0 + exp(-1.595_769 * (x + 0.044_715 * x * x * x)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_exp_is_right_to_six_digits() {
        for step in -860..860 {
            let x = step as f32 / 10.0;
            let right = f64::from(x).exp();
            assert!((f64::from(exp(x)) / right - 1.0).abs() < 1e-6, "{x}");
        }
        assert_eq!(exp(f32::NEG_INFINITY), exp(-87.0));
    }

    #[test]
    fn gelu_is_what_it_should_be() {
        for (x, right) in [(0.0, 0.0), (1.0, 0.841_192), (-1.0, -0.158_808), (3.0, 2.996_363), (-20.0, 0.0)] {
            assert!((gelu(x) - right).abs() < 1e-5, "{x}: {}", gelu(x));
        }
    }

    #[test]
    fn a_softmax_sums_to_one() {
        let mut scores = [1.0, 2.0, -300.0, 4.0];
        softmax(&mut scores);
        assert!((scores.iter().sum::<f32>() - 1.0).abs() < 1e-6 && scores[3] > scores[1]);
    }
}
