//! Choosing a setting without bias: what is chosen on some benchmarks is evaluated on the one that
//! was left out.

/// What the other benchmarks choose for one of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeftOut {
    /// The setting with the highest mean over the others; in case of a tie, the first.
    pub chosen: usize,
    /// The left-out benchmark's figure with that setting.
    pub figure: f64,
    /// The setting that would have been best on the left-out benchmark itself.
    pub best: usize,
}

/// Leaves each benchmark out in turn. `figures[b][s]` is benchmark `b`'s figure with setting `s`.
/// Every benchmark must have the same settings, and at least one; otherwise nothing is chosen.
pub fn leave_one_out(figures: &[Vec<f64>]) -> Vec<LeftOut> {
    let settings = figures.iter().map(Vec::len).min().unwrap_or(0);
    let choose = |left_out: usize| {
        let sum = |setting: usize| -> f64 {
            let others = figures.iter().enumerate();
            let others = others.filter(|(benchmark, _)| *benchmark != left_out);
            others.map(|(_, of)| of[setting]).sum()
        };
        let own = &figures[left_out];
        let chosen = highest(settings, sum)?;
        Some(LeftOut {
            chosen,
            figure: own[chosen],
            best: highest(settings, |setting| own[setting])?,
        })
    };
    (0..figures.len()).filter_map(choose).collect()
}

/// The first index of the highest figure.
fn highest(settings: usize, figure: impl Fn(usize) -> f64) -> Option<usize> {
    (0..settings).reduce(|best, next| {
        if figure(next) > figure(best) {
            next
        } else {
            best
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_benchmark_has_no_say_in_what_it_is_judged_by() {
        let figures = [
            vec![0.9, 0.1, 0.2],
            vec![0.3, 0.5, 0.4],
            vec![0.3, 0.4, 0.6],
        ];
        let chosen = leave_one_out(&figures);
        // Without the first, the sums are 0.6, 0.9, 1.0.
        let first = LeftOut {
            chosen: 2,
            figure: 0.2,
            best: 0,
        };
        assert_eq!(chosen[0], first);
        // The first benchmark dominates the sums for both others.
        assert_eq!((chosen[1].chosen, chosen[1].best), (0, 1));
        assert_eq!((chosen[2].chosen, chosen[2].best), (0, 2));
    }

    #[test]
    fn without_benchmarks_or_settings_nothing_is_chosen() {
        assert!(leave_one_out(&[]).is_empty());
        assert!(leave_one_out(&[vec![], vec![]]).is_empty());
    }
}
