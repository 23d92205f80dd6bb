//! Adaptive windowing.
//!
//! A window of all values since the last cut, summarised in buckets: row `i` holds at most `B = 5` buckets of `2^i` values each (count, sum, sum of squared
//! deviations); when a sixth arrives, the two oldest are merged into the next row. Every `clock` values all cuts between buckets are examined, oldest first: with
//! parts of `n0` and `n1 >= 5` values, `1/m = 1/(n0 - 4) + 1/(n1 - 4)`, `v` the variance of the window of `n` values and `d = ln(2 ln n / delta)`, the oldest
//! bucket is dropped when `|mean0 - mean1| > sqrt(2 v d / m) + 2 d / (3 m)`, and the examination starts again. Alarm when anything was dropped; its direction
//! is that of the first cut.
//!
//! Source: Bifet & Gavalda 2007, doi:10.1137/1.9781611972771.42; River `ADWIN` (`delta` 0.002, `clock` 32), whose older versions leave out the cut behind the last
//! bucket of each row. The second term of the bound is for values in [0, 1]; standardised residuals are fed as they are.

use crate::detector::{Detector, Direction};
use controller_common::Port;
use oha_plugin_api::{Config, ControllerError, EpisodeSpec, Parameter};

const MAX_BUCKETS: usize = 5;
const MIN_PART: f64 = 5.0;
const MIN_WIDTH: f64 = 10.0;
/// More rows than any run fills: 2^48 values.
const MAX_ROWS: usize = 48;

/// Sum and sum of squared deviations of the values of a bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Bucket {
    total: f64,
    deviation: f64,
}

/// The test.
#[derive(Clone, Debug)]
pub struct Adwin {
    delta: f64,
    clock: u64,
    tick: u64,
    width: f64,
    all: Bucket,
    /// Row `i` holds buckets of `2^i` values, oldest first.
    rows: Vec<Vec<Bucket>>,
}

fn size(row: usize) -> f64 {
    (1_u64 << row) as f64
}

/// `buckets` of `n` and `m` values joined.
fn join(a: Bucket, n: f64, b: Bucket, m: f64) -> Bucket {
    let gap = a.total / n - b.total / m;
    Bucket { total: a.total + b.total, deviation: a.deviation + b.deviation + n * m * gap * gap / (n + m) }
}

impl Adwin {
    /// Number of values in the window.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.width
    }

    /// Sum of the values in the window.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.all.total
    }

    /// Variance of the values in the window, with the number of values as divisor.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.all.deviation / self.width
    }

    fn insert(&mut self, x: f64) {
        let one = Bucket { total: x, deviation: 0.0 };
        self.all = if self.width == 0.0 { one } else { join(self.all, self.width, one, 1.0) };
        self.width += 1.0;
        self.rows[0].push(one);
        let mut row = 0;
        while self.rows[row].len() > MAX_BUCKETS {
            let merged = join(self.rows[row][0], size(row), self.rows[row][1], size(row));
            self.rows[row].drain(..2);
            if row + 1 == self.rows.len() {
                self.rows.push(vec![]);
            }
            row += 1;
            self.rows[row].push(merged);
        }
    }

    fn drop_oldest(&mut self) {
        let row = self.rows.len() - 1;
        let bucket = self.rows[row].remove(0);
        let n = size(row);
        self.width -= n;
        self.all.total -= bucket.total;
        let gap = bucket.total / n - self.all.total / self.width;
        self.all.deviation -= bucket.deviation + n * self.width * gap * gap / (n + self.width);
        while self.rows.len() > 1 && self.rows.last().is_some_and(Vec::is_empty) {
            self.rows.pop();
        }
    }

    /// The first cut whose parts differ, oldest first.
    fn find_cut(&self) -> Option<Direction> {
        let d = libm::log(2.0 * libm::log(self.width) / self.delta);
        let (mut n0, mut total0) = (0.0, 0.0);
        for (row, buckets) in self.rows.iter().enumerate().rev() {
            for bucket in buckets {
                n0 += size(row);
                total0 += bucket.total;
                let n1 = self.width - n0;
                if n0 < MIN_PART || n1 < MIN_PART {
                    continue;
                }
                let inverse = 1.0 / (n0 - MIN_PART + 1.0) + 1.0 / (n1 - MIN_PART + 1.0);
                let bound = (2.0 * inverse * self.variance() * d).sqrt() + 2.0 / 3.0 * d * inverse;
                let rise = (self.all.total - total0) / n1 - total0 / n0;
                if rise.abs() > bound {
                    return Some(if rise > 0.0 { Direction::Rise } else { Direction::Fall });
                }
            }
        }
        None
    }
}

impl Detector for Adwin {
    const ID: &'static str = "reset-adwin";

    fn about() -> (&'static str, &'static str) {
        let source = "Bifet & Gavalda 2007, doi:10.1137/1.9781611972771.42; River ADWIN";
        ("Resets the learning rate and its schedule when an adaptive window finds a rise of the loss", source)
    }

    fn parameters() -> Vec<Parameter> {
        vec![
            Parameter::real("delta", 0.002, f64::MIN_POSITIVE, 1.0, "Confidence of a cut; smaller gives fewer alarms"),
            Parameter::integer("clock", 32, 1, i64::MAX, "Values between two examinations"),
        ]
    }

    fn new(config: &Config, _spec: &EpisodeSpec, _residual: bool, _seed: u64) -> Self {
        let delta = config.real("delta").unwrap_or(0.002);
        let clock = config.integer("clock").map_or(32, i64::unsigned_abs);
        Self { delta, clock, tick: 0, width: 0.0, all: Bucket::default(), rows: vec![vec![]] }
    }

    fn update(&mut self, x: f64) -> Option<Direction> {
        self.insert(x);
        self.tick += 1;
        if !self.tick.is_multiple_of(self.clock) || self.width <= MIN_WIDTH {
            return None;
        }
        let first = self.find_cut();
        let mut cut = first;
        while cut.is_some() {
            self.drop_oldest();
            cut = if self.width > MIN_WIDTH { self.find_cut() } else { None };
        }
        first
    }

    fn reset(&mut self) {
        (self.tick, self.width, self.all) = (0, 0.0, Bucket::default());
        self.rows = vec![vec![]];
    }

    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
        port.whole(&mut self.tick)?;
        port.reals([&mut self.width, &mut self.all.total, &mut self.all.deviation])?;
        let mut n_rows = self.rows.len();
        port.index(&mut n_rows, MAX_ROWS)?;
        self.rows.resize(n_rows.max(1), vec![]);
        for row in &mut self.rows {
            let mut flat: Vec<f64> = row.iter().flat_map(|b| [b.total, b.deviation]).collect();
            port.list(&mut flat)?;
            *row = flat.chunks_exact(2).map(|b| Bucket { total: b[0], deviation: b[1] }).collect();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference;
    use controller_common::trial;

    fn adwin() -> Adwin {
        Adwin::new(&Config::default(), &trial::spec(10, 1e-3, 1.0, 0.1), false, 0)
    }

    #[test]
    fn alarms_agree_with_river() {
        let expected = reference::series("adwin");
        assert!(expected.len() >= 3, "{expected:?}");
        assert_eq!(reference::alarms(&mut adwin(), &reference::series("stream")), expected);
    }

    #[test]
    fn the_window_agrees_with_river() {
        let (mut detector, table) = (adwin(), reference::table());
        let mut windows = table["adwin_windows"].as_array().expect("array").iter();
        for (i, x) in reference::series("stream").iter().take(1000).enumerate() {
            let _ = detector.update(*x);
            if (i + 1) % 100 == 0 {
                let expected: Vec<f64> =
                    windows.next().expect("a window").as_array().expect("array").iter().filter_map(|x| x.as_f64()).collect();
                let found = [detector.width(), detector.total(), detector.variance()];
                for (x, y) in found.iter().zip(&expected) {
                    assert!((x - y).abs() <= 1e-9 * y.abs(), "after {} values: {found:?}, {expected:?}", i + 1);
                }
            }
        }
    }
}
