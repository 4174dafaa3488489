//! Logistic regression on sparse rows: L2-regularised, by L-BFGS (Nocedal and Wright, Numerical Optimization, algorithm 7.5).

/// Columns and values of one row.
pub(crate) type Row = [(u16, f32)];

/// How many steps the curvature is remembered for.
const MEMORY: usize = 8;

/// Steps at most.
const STEPS: usize = 60;

/// It is done when no step lowers the loss by more than this share.
const TOLERANCE: f64 = 1e-5;

/// How much wrong answers cost against large weights.
const COST: f64 = 2.0;

/// Weights, with the bias at the end.
pub(crate) struct Fit {
    pub(crate) weights: Vec<f64>,
}

impl Fit {
    /// Log-odds of a row.
    pub(crate) fn score(&self, row: &Row) -> f64 {
        score(&self.weights, row)
    }
}

fn score(weights: &[f64], row: &Row) -> f64 {
    let bias = weights.last().copied().unwrap_or_default();
    bias + row.iter().map(|&(at, value)| weights[usize::from(at)] * f64::from(value)).sum::<f64>()
}

/// Fits `columns` weights and a bias to rows and whether each is positive.
pub(crate) fn fit(rows: &[(&Row, bool)], columns: usize) -> Fit {
    let mut weights = vec![0.0; columns + 1];
    let mut gradient = vec![0.0; columns + 1];
    let mut loss = evaluate(rows, &weights, &mut gradient);
    let mut memory: Vec<(Vec<f64>, Vec<f64>, f64)> = Vec::new();
    for _ in 0..STEPS {
        let direction = direction(&gradient, &memory);
        let slope = dot(&gradient, &direction);
        let mut step = if memory.is_empty() { 1.0 / dot(&gradient, &gradient).sqrt().max(1.0) } else { 1.0 };
        let mut next_gradient = vec![0.0; columns + 1];
        let (next, next_loss) = loop {
            let next: Vec<f64> = weights.iter().zip(&direction).map(|(w, d)| w + step * d).collect();
            let next_loss = evaluate(rows, &next, &mut next_gradient);
            if next_loss <= loss + 1e-4 * step * slope || step < 1e-8 {
                break (next, next_loss);
            }
            step /= 2.0;
        };
        let moved: Vec<f64> = next.iter().zip(&weights).map(|(a, b)| a - b).collect();
        let turned: Vec<f64> = next_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        let curvature = dot(&moved, &turned);
        if curvature > 1e-12 {
            if memory.len() == MEMORY {
                memory.remove(0);
            }
            memory.push((moved, turned, curvature));
        }
        let gain = (loss - next_loss) / loss.max(1e-12);
        (weights, gradient, loss) = (next, next_gradient, next_loss);
        if gain < TOLERANCE {
            break;
        }
    }
    Fit { weights }
}

/// The loss; its gradient goes to `gradient`.
fn evaluate(rows: &[(&Row, bool)], weights: &[f64], gradient: &mut [f64]) -> f64 {
    let bias = weights.len() - 1;
    let mut loss = 0.0;
    for (at, weight) in weights.iter().enumerate() {
        let kept = if at == bias { 0.0 } else { *weight };
        loss += 0.5 * kept * kept;
        gradient[at] = kept;
    }
    for (row, positive) in rows {
        let score = score(weights, row);
        let signed = if *positive { score } else { -score };
        loss += COST * softplus(-signed);
        let wrong = COST * (sigmoid(score) - f64::from(u8::from(*positive)));
        for &(at, value) in *row {
            gradient[usize::from(at)] += wrong * f64::from(value);
        }
        gradient[bias] += wrong;
    }
    loss
}

/// Two-loop recursion.
fn direction(gradient: &[f64], memory: &[(Vec<f64>, Vec<f64>, f64)]) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut shares = Vec::new();
    for (moved, turned, curvature) in memory.iter().rev() {
        let share = dot(moved, &direction) / curvature;
        add(&mut direction, turned, -share);
        shares.push(share);
    }
    if let Some((_, turned, curvature)) = memory.last() {
        let scale = curvature / dot(turned, turned);
        direction.iter_mut().for_each(|d| *d *= scale);
    }
    for ((moved, turned, curvature), share) in memory.iter().zip(shares.iter().rev()) {
        let back = dot(turned, &direction) / curvature;
        add(&mut direction, moved, share - back);
    }
    direction
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], from: &[f64], times: f64) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += times * from);
}

pub(crate) fn sigmoid(score: f64) -> f64 {
    1.0 / (1.0 + (-score).exp())
}

/// ln(1 + e^x) without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn tells_rows_apart_that_can_be_told_apart() {
        let rows: Vec<(Vec<(u16, f32)>, bool)> =
            (0..40).map(|i| (vec![(i % 4, 1.0), (4, 1.0)], i % 4 == 2)).collect();
        let rows: Vec<(&[(u16, f32)], bool)> = rows.iter().map(|(row, y)| (row.as_slice(), *y)).collect();
        let fit = fit(&rows, 5);
        for (row, positive) in rows {
            assert_eq!(fit.score(row) > 0.0, positive);
        }
    }
}
