//! Groups of treatments that a test does not separate.

use crate::error::StatError;

/// Maximal runs of treatments, ordered by mean rank, whose spread is below the critical difference; singletons are dropped.
///
/// Members are indices into `average_ranks`, best (smallest rank) first.
///
/// # Errors
/// A rank that is NaN or infinite; a critical difference that is NaN or negative.
pub fn rank_groups(average_ranks: &[f64], cd: f64) -> Result<Vec<Vec<usize>>, StatError> {
    if !average_ranks.is_empty() {
        crate::sample::check("average ranks", average_ranks)?;
    }
    if cd.is_nan() || cd < 0.0 {
        return Err(StatError::Parameter { parameter: "cd", found: cd, allowed: "at least 0" });
    }
    let mut order: Vec<usize> = (0..average_ranks.len()).collect();
    order.sort_by(|&a, &b| average_ranks[a].total_cmp(&average_ranks[b]));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut reached = 0;
    for start in 0..order.len() {
        let end = order.partition_point(|&i| average_ranks[i] - average_ranks[order[start]] < cd).max(start + 1);
        if end > reached && end - start > 1 {
            groups.push(order[start..end].to_vec());
        }
        reached = reached.max(end);
    }
    Ok(groups)
}

/// Maximal cliques of the graph of pairs that are not separated; they need not be contiguous in rank.
///
/// `separated[a][b]` tells whether the pair is; `order` lists all treatments, best first, and members keep that order. Singletons are dropped.
///
/// # Panics
/// If `separated` is not square over `order`.
#[must_use]
pub fn cliques(separated: &[Vec<bool>], order: &[usize]) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    grow(separated, &mut Vec::new(), order.to_vec(), Vec::new(), &mut found);
    let place = |member: usize| order.iter().position(|&i| i == member).expect("members come from the order");
    for group in &mut found {
        group.sort_by_key(|&member| place(member));
    }
    found.retain(|group| group.len() > 1);
    found.sort_by_key(|group| group.iter().map(|&member| place(member)).collect::<Vec<_>>());
    found
}

/// Bron and Kerbosch's algorithm (1973).
fn grow(separated: &[Vec<bool>], clique: &mut Vec<usize>, mut open: Vec<usize>, mut done: Vec<usize>, found: &mut Vec<Vec<usize>>) {
    if open.is_empty() && done.is_empty() {
        found.push(clique.clone());
        return;
    }
    while let Some(member) = open.first().copied() {
        let near = |list: &[usize]| list.iter().copied().filter(|&i| i != member && !separated[member][i]).collect::<Vec<_>>();
        clique.push(member);
        grow(separated, clique, near(&open), near(&done), found);
        clique.pop();
        open.remove(0);
        done.push(member);
    }
}
