//! How a study is cut into parts: a function of the study alone.

use super::{Manifest, StoreError};
use crate::seeds::Seeds;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

/// Rows of trajectories that a part is to hold at most, where one block does not hold more by itself.
const PART_ROWS: u64 = 1 << 18;

/// Rows that an episode counts for when its trajectory is not kept: a part then holds at most `PART_ROWS / THIN_ROWS` episodes.
const THIN_ROWS: u64 = 64;

/// Rows of the blocks that a thread may run ahead of one that takes longer, and how many blocks at least and at most.
const ROWS_AHEAD: u64 = 1 << 15;
const BLOCKS_AHEAD: std::ops::RangeInclusive<u64> = 8..=32;

/// Floating-point operations of a part at most, where one block does not cost more by itself: some seconds of work, which is what a kill can lose.
const PART_FLOPS: u64 = 1 << 33;

/// Parts that a scenario is cut into at least, where it has so many seeds: what shards are balanced with.
const PARTS_MIN: usize = 8;

/// What the layout needs of one scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioLayout {
    /// Name.
    pub name: String,
    /// Number of decisions of an episode.
    pub n_steps: u64,
    /// Labels of the comparators, then of the controllers: the episodes of a block, in order.
    pub labels: Vec<String>,
    /// Names of the controlled hyperparameters, in order.
    pub hyperparameters: Vec<String>,
    /// Estimated cost of one block, in floating-point operations.
    pub flops: u64,
}

impl ScenarioLayout {
    /// Rows that a block counts for.
    fn n_rows(&self, every: u64) -> u64 {
        let of_an_episode = if every == 0 { THIN_ROWS } else { self.n_steps };
        (of_an_episode * self.labels.len() as u64).max(1)
    }
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
    /// How the seeds grow while the study runs, where they do.
    pub growth: Option<Growth>,
    /// Measured cost of a block of each scenario, in nanoseconds: who runs a part follows from it, what the parts are does not.
    pub costs: Option<Vec<u64>>,
    parts: Vec<Part>,
}

/// Seeds that are added in blocks while the study runs: parts end with the blocks, and come block by block, so that growth changes no part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Growth {
    /// Seeds of the first block, at least 1.
    pub first: usize,
    /// Seeds of every other block, at least 1.
    pub block: usize,
}

/// A share of the parts: `index` of `count`, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
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
                let n_seeds = (PART_ROWS / s.n_rows(every)).min(PART_FLOPS / s.flops.max(1)).max(1);
                let n_seeds = usize::try_from(n_seeds).unwrap_or(usize::MAX);
                // The last block may still grow: its cut is that of a whole block.
                let whole = growth.map_or(block.len(), |g| if block.start == 0 { g.first } else { g.block });
                let n_seeds = n_seeds.min(whole.div_ceil(PARTS_MIN));
                for start in block.clone().step_by(n_seeds) {
                    parts.push(Part { index: parts.len(), scenario, seeds: start..start.saturating_add(n_seeds).min(block.end) });
                }
            }
        }
        Self { scenarios, seeds, metrics, every, growth, costs: None, parts }
    }

    /// How many blocks a thread may run ahead of one that takes longer: their results wait in memory.
    #[must_use]
    pub fn n_ahead(&self) -> usize {
        let most = self.scenarios.iter().map(|s| s.n_rows(self.every)).max().unwrap_or(1);
        (ROWS_AHEAD / most).clamp(*BLOCKS_AHEAD.start(), *BLOCKS_AHEAD.end()) as usize
    }

    /// The same cut, shared out by these costs.
    #[must_use]
    pub fn with_costs(self, costs: Option<Vec<u64>>) -> Self {
        Self { costs: costs.filter(|costs| costs.len() == self.scenarios.len()), ..self }
    }

    /// Cost of a block: measured, or its floating-point operations.
    fn cost(&self, scenario: usize) -> u64 {
        self.costs.as_ref().map_or(self.scenarios[scenario].flops, |costs| costs[scenario]).max(1)
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

    /// The parts of every shard, in order: the costliest part goes to the shard with the least work so far, and so on (Graham 1969, DOI 10.1137/0117039:
    /// no shard has more than 4/3 of the best possible largest load). A function of the study, the costs and the number of shards alone.
    #[must_use]
    pub fn shards(&self, count: u64) -> Vec<Vec<&Part>> {
        let cost = |p: &Part| u128::from(self.cost(p.scenario)) * p.seeds.len() as u128;
        let mut by_cost: Vec<&Part> = self.parts.iter().collect();
        by_cost.sort_by_key(|p| (Reverse(cost(p)), p.index));
        let count = usize::try_from(count).expect("shards are counted in memory");
        let mut loads: BinaryHeap<Reverse<(u128, usize)>> = (0..count).map(|i| Reverse((0, i))).collect();
        let mut shards = vec![Vec::new(); count];
        for part in by_cost {
            let Reverse((load, index)) = loads.pop().expect("there is at least one shard");
            shards[index].push(part);
            loads.push(Reverse((load + cost(part), index)));
        }
        shards.iter_mut().for_each(|shard| shard.sort_by_key(|p| p.index));
        shards
    }

    /// The parts of one shard, in order.
    #[must_use]
    pub fn of_shard(&self, shard: Shard) -> Vec<&Part> {
        let position = usize::try_from(shard.index - 1).expect("shards are counted in memory");
        self.shards(shard.count).swap_remove(position)
    }

    /// What the manifest holds of it; the seeds stand in the study.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "scenarios": self.scenarios, "metrics": self.metrics, "every": self.every, "growth": self.growth })
    }

    /// The layout of a folder, from its manifest alone.
    ///
    /// # Errors
    /// A manifest that does not hold it.
    pub fn of_manifest(manifest: &Manifest, dir: &std::path::Path) -> Result<Self, StoreError> {
        #[derive(Deserialize)]
        struct Held {
            scenarios: Vec<ScenarioLayout>,
            metrics: Vec<String>,
            every: u64,
            growth: Option<Growth>,
        }
        let damaged = |e: serde_json::Error| StoreError::damaged(&Manifest::path(dir), format!("its layout is not understood: {e}"));
        let held: Held = Held::deserialize(&manifest.layout).map_err(damaged)?;
        let seeds = Seeds::deserialize(&manifest.study["seeds"]).map_err(damaged)?.list();
        Ok(Self::new(held.scenarios, seeds, held.metrics, held.every, held.growth))
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
            flops: n_steps * 100,
        };
        let layout = Layout::new(vec![scenario("x", 1000), scenario("y", 1_000_000)], (0..300).collect(), vec![], 1, None);
        let mut covered = vec![vec![0; 300]; 2];
        for part in layout.parts() {
            part.seeds.clone().for_each(|s| covered[part.scenario][s] += 1);
        }
        assert!(covered.iter().flatten().all(|&n| n == 1));
        let shards: Vec<Vec<&Part>> = (1..=7).map(|index| layout.of_shard(Shard { index, count: 7 })).collect();
        let mut of_shards: Vec<usize> = shards.iter().flatten().map(|p| p.index).collect();
        of_shards.sort_unstable();
        assert_eq!(of_shards, (0..layout.parts().len()).collect::<Vec<_>>());
        assert_eq!(layout.n_episodes(), 1200);
        let loads: Vec<u64> =
            shards.iter().map(|s| s.iter().map(|p| layout.scenarios[p.scenario].flops * p.seeds.len() as u64).sum()).collect();
        let (least, most) = (loads.iter().min().expect("shards"), loads.iter().max().expect("shards"));
        assert!(*most as f64 <= 1.05 * *least as f64, "{loads:?}");
    }

    #[test]
    fn measured_costs_share_out_the_same_parts() {
        let scenario =
            |name: &str| ScenarioLayout { name: name.into(), n_steps: 10, labels: vec!["a".into()], hyperparameters: vec![], flops: 100 };
        let layout = Layout::new(vec![scenario("x"), scenario("y")], (0..80).collect(), vec![], 1, None);
        let measured = layout.clone().with_costs(Some(vec![1_000, 9_000]));
        assert_eq!(measured.parts(), layout.parts());
        let load = |shard: &Vec<&Part>| shard.iter().map(|p| [1_000, 9_000][p.scenario] * p.seeds.len()).sum::<usize>();
        // Eight parts of each: a shard for every costly one, and one for all the cheap ones.
        let mut loads: Vec<usize> = measured.shards(9).iter().map(load).collect();
        loads.sort_unstable();
        assert_eq!((loads[0], &loads[1..]), (80_000, &[90_000; 8][..]));
        assert_ne!(layout.shards(9), measured.shards(9));
        assert_eq!(layout.clone().with_costs(Some(vec![1])), layout, "costs of another number of scenarios are none");
    }

    #[test]
    fn a_costly_block_is_a_part_and_a_layout_is_read_from_its_manifest() {
        let scenario = |flops| ScenarioLayout { name: "x".into(), n_steps: 10, labels: vec!["a".into()], hyperparameters: vec![], flops };
        assert_eq!(Layout::new(vec![scenario(1 << 40)], (0..30).collect(), vec![], 1, None).parts().len(), 30);
        let layout = Layout::new(vec![scenario(1)], (0..30).collect(), vec!["loss".into()], 0, None);
        assert_eq!(layout.parts().len(), 8);
        let manifest = Manifest {
            schema: 1,
            version: String::new(),
            digest: String::new(),
            study: json!({ "seeds": layout.seeds }),
            file: Value::Null,
            controllers: Vec::new(),
            scenarios: Vec::new(),
            oracles: Value::Null,
            data: Value::Null,
            layout: layout.to_json(),
            command: Vec::new(),
            isolation: Value::Null,
        };
        assert_eq!(Layout::of_manifest(&manifest, std::path::Path::new("x")).expect("a layout"), layout);
    }

    #[test]
    fn growth_adds_parts_and_changes_none() {
        let scenario = |name: &str| ScenarioLayout {
            name: name.into(),
            n_steps: 9000,
            labels: vec!["a".into(); 2],
            hyperparameters: vec![],
            flops: 1,
        };
        let of = |n_seeds| {
            let growth = Some(Growth { first: 30, block: 10 });
            Layout::new(vec![scenario("x"), scenario("y")], (0..n_seeds).collect(), vec![], 1, growth).parts().to_vec()
        };
        let (small, large) = (of(30), of(45));
        assert_eq!(large[..small.len()], small);
        let covered: Vec<usize> = large.iter().filter(|p| p.scenario == 1).flat_map(|p| p.seeds.clone()).collect();
        assert_eq!(covered, (0..45).collect::<Vec<_>>());
        // No part reaches over the end of a block, where the study may stop.
        let block = |seed: usize| if seed < 30 { 0 } else { 1 + (seed - 30) / 10 };
        assert!(large.iter().all(|p| block(p.seeds.start) == block(p.seeds.end - 1)));
    }

    #[test]
    fn shards_are_read_or_refused() {
        assert_eq!("2/3".parse(), Ok(Shard { index: 2, count: 3 }));
        for bad in ["0/3", "4/3", "1", "a/b", "1/0", ""] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
    }
}
