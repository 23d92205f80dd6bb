//! How a study is cut into parts: a function of the study alone.

use std::ops::Range;

/// Rows of trajectories that a part is to hold at most, where one block does not hold more by itself.
const PART_ROWS: u64 = 1 << 18;

/// What the layout needs of one scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioLayout {
    /// Name.
    pub name: String,
    /// Number of decisions of an episode.
    pub n_steps: u64,
    /// Labels of the comparators, then of the controllers: the episodes of a block, in order.
    pub labels: Vec<String>,
    /// Names of the controlled hyperparameters, in order.
    pub hyperparameters: Vec<String>,
}

/// A part: consecutive seeds of one scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Position among all parts.
    pub index: usize,
    /// Position of the scenario.
    pub scenario: usize,
    /// Positions of the seeds.
    pub seeds: Range<usize>,
}

/// The cut of a whole study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The scenarios, in order.
    pub scenarios: Vec<ScenarioLayout>,
    /// The seeds, in order.
    pub seeds: Vec<u64>,
    /// Names of the metrics of every scenario, in order of first appearance.
    pub metrics: Vec<String>,
    /// One row of a trajectory is kept every so many steps; 0 keeps none.
    pub every: u64,
    parts: Vec<Part>,
}

/// Seeds that are added in blocks while the study runs: parts end with the blocks, and come block by block, so that growth changes no part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Growth {
    /// Seeds of the first block, at least 1.
    pub first: usize,
    /// Seeds of every other block, at least 1.
    pub block: usize,
}

/// A share of the parts: `index` of `count`, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which share, from 1.
    pub index: u64,
    /// Number of shares.
    pub count: u64,
}

/// A shard that is not `I/N` with `1 <= I <= N`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("shard `{found}` is not I/N with 1 <= I <= N, such as 3/8")]
pub struct ShardError {
    found: String,
}

impl std::str::FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let parse = || {
            let (index, count) = text.split_once('/')?;
            let (index, count) = (index.parse().ok()?, count.parse().ok()?);
            (1 <= index && index <= count).then_some(Self { index, count })
        };
        parse().ok_or_else(|| ShardError { found: text.to_owned() })
    }
}

impl Layout {
    /// Cuts a study into parts of whole blocks.
    #[must_use]
    pub fn new(scenarios: Vec<ScenarioLayout>, seeds: Vec<u64>, metrics: Vec<String>, every: u64, growth: Option<Growth>) -> Self {
        let mut parts = Vec::new();
        for block in blocks(seeds.len(), growth) {
            for (scenario, s) in scenarios.iter().enumerate() {
                let rows_of_block = (s.n_steps * s.labels.len() as u64).max(1);
                let n_seeds = usize::try_from((PART_ROWS / rows_of_block).max(1)).unwrap_or(usize::MAX);
                for start in block.clone().step_by(n_seeds) {
                    parts.push(Part { index: parts.len(), scenario, seeds: start..start.saturating_add(n_seeds).min(block.end) });
                }
            }
        }
        Self { scenarios, seeds, metrics, every, parts }
    }

    /// Every part, in order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Number of episodes in all.
    #[must_use]
    pub fn n_episodes(&self) -> u64 {
        self.scenarios.iter().map(|s| (s.labels.len() * self.seeds.len()) as u64).sum()
    }

    /// The parts of a shard: every `count`-th, so that each scenario is spread over all shards.
    pub fn of_shard(&self, shard: Shard) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(move |p| p.index as u64 % shard.count == shard.index - 1)
    }
}

/// The blocks of seeds: one, or those of the growth so far.
fn blocks(n_seeds: usize, growth: Option<Growth>) -> Vec<Range<usize>> {
    let mut blocks = Vec::new();
    let (mut start, mut end) = (0, growth.map_or(n_seeds, |growth| growth.first));
    while start < n_seeds {
        end = end.min(n_seeds);
        blocks.push(start..end);
        (start, end) = (end, end + growth.map_or(n_seeds, |growth| growth.block));
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_every_block_once_and_shards_every_part_once() {
        let scenario = |name: &str, n_steps| ScenarioLayout {
            name: name.into(),
            n_steps,
            labels: vec!["a".into(), "b".into()],
            hyperparameters: vec![],
        };
        let layout = Layout::new(vec![scenario("x", 1000), scenario("y", 1_000_000)], (0..300).collect(), vec![], 1, None);
        let mut covered = vec![vec![0; 300]; 2];
        for part in layout.parts() {
            part.seeds.clone().for_each(|s| covered[part.scenario][s] += 1);
        }
        assert!(covered.iter().flatten().all(|&n| n == 1));
        let mut of_shards: Vec<usize> = (1..=7).flat_map(|index| layout.of_shard(Shard { index, count: 7 }).map(|p| p.index)).collect();
        of_shards.sort_unstable();
        assert_eq!(of_shards, (0..layout.parts().len()).collect::<Vec<_>>());
        assert_eq!(layout.n_episodes(), 1200);
    }

    #[test]
    fn growth_adds_parts_and_changes_none() {
        let scenario =
            |name: &str| ScenarioLayout { name: name.into(), n_steps: 9000, labels: vec!["a".into(); 2], hyperparameters: vec![] };
        let of = |n_seeds| {
            let growth = Some(Growth { first: 30, block: 10 });
            Layout::new(vec![scenario("x"), scenario("y")], (0..n_seeds).collect(), vec![], 1, growth).parts().to_vec()
        };
        let (small, large) = (of(30), of(45));
        assert_eq!(large[..small.len()], small);
        let covered: usize = large.iter().filter(|p| p.scenario == 1).map(|p| p.seeds.len()).sum();
        assert_eq!((covered, large.last().map(|p| p.seeds.clone())), (45, Some(40..45)));
    }

    #[test]
    fn shards_are_read_or_refused() {
        assert_eq!("2/3".parse(), Ok(Shard { index: 2, count: 3 }));
        for bad in ["0/3", "4/3", "1", "a/b", "1/0", ""] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
    }
}
