//! A training as a controller sees it, without a training: losses and signals that depend on the step and on what was applied.

use crate::sim::guard;
use oha_plugin_api::{Descriptor, EpisodeSpec, HyperparameterSpec, InformationClass, Scale, Signal};

/// What is fed besides the ordinary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feed {
    /// Losses of the order of one.
    Ordinary,
    /// NaN and infinities, one observation in three.
    NonFinite,
    /// The largest, the smallest, subnormal, negative and zero values, one observation in two.
    Extreme,
}

/// The state of the synthetic training.
#[derive(Clone, Debug)]
pub struct World {
    spec: EpisodeSpec,
    feed: Feed,
    sees_loss: bool,
    kinds: Vec<Signal>,
    pub(super) step: u64,
    pub(super) loss: f64,
    pub(super) applied: Vec<f64>,
    pub(super) signals: Vec<f64>,
}

impl World {
    /// The start of an episode, as the controller of this descriptor may see it.
    #[must_use]
    pub fn new(descriptor: &Descriptor, spec: EpisodeSpec, feed: Feed) -> Self {
        let applied = spec.hyperparameters.iter().map(|h| h.initial).collect();
        let sees_loss = descriptor.information != InformationClass::OpenLoop;
        let kinds = descriptor.signals.clone();
        let mut world = Self { spec, feed, sees_loss, step: 0, loss: f64::NAN, applied, signals: vec![f64::NAN; kinds.len()], kinds };
        world.signals = world.measure(1.0);
        world
    }

    /// The range of each hyperparameter.
    #[must_use]
    pub fn space(&self) -> &[HyperparameterSpec] {
        &self.spec.hyperparameters
    }

    /// Loss of the current minibatch at these hyperparameters, NaN in every place for the point itself.
    #[must_use]
    pub fn evaluate(&self, values: &[f64]) -> f64 {
        if values.iter().all(|v| v.is_nan()) {
            landscape(&self.spec, self.step, &self.applied)
        } else {
            landscape(&self.spec, self.step, values)
        }
    }

    /// Applies a proposal as the host's guard would, and measures.
    pub fn advance(&mut self, proposed: &[f64]) {
        for ((value, proposed), range) in self.applied.iter_mut().zip(proposed).zip(&self.spec.hyperparameters) {
            *value = guard::check(range, *proposed, *value).0;
        }
        let loss = landscape(&self.spec, self.step, &self.applied);
        self.step += 1;
        self.loss = if self.sees_loss { self.fed(0, loss) } else { f64::NAN };
        self.signals = self.measure(loss);
    }

    fn measure(&self, loss: f64) -> Vec<f64> {
        let one = |signal: &Signal| {
            let draw = unit(self.step, 2 + *signal as u64);
            let ordinary = match signal {
                Signal::TrainLoss => loss + 0.1 * draw,
                Signal::Accuracy => draw,
                Signal::GradientDotPrevious | Signal::GradientDotUpdate => 2.0 * draw - 1.0,
                _ => 0.1 + draw,
            };
            self.fed(1 + *signal as u64, ordinary)
        };
        self.kinds.iter().map(one).collect()
    }

    /// The value, or what this feed puts in its place.
    fn fed(&self, place: u64, ordinary: f64) -> f64 {
        const NON_FINITE: [f64; 3] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
        const EXTREME: [f64; 8] = [1e308, f64::MAX, 1e-310, f64::MIN_POSITIVE, 0.0, -0.0, -1e300, f64::MIN];
        let turn = self.step + place;
        match self.feed {
            Feed::NonFinite if turn % 3 == 1 => NON_FINITE[(turn / 3 % 3) as usize],
            Feed::Extreme if turn % 2 == 1 => EXTREME[(turn / 2 % 8) as usize],
            _ => ordinary,
        }
    }
}

/// A bowl over the hyperparameters' ranges whose bottom moves every 40 steps, with noise.
fn landscape(spec: &EpisodeSpec, step: u64, values: &[f64]) -> f64 {
    let bottom = 0.2 + 0.6 * unit(step / 40, 0);
    let squares = values.iter().zip(&spec.hyperparameters).map(|(value, range)| {
        let place = match range.scale {
            Scale::Linear => (value - range.min) / (range.max - range.min),
            Scale::Log => libm::log(value / range.min) / libm::log(range.max / range.min),
        };
        (place - bottom) * (place - bottom)
    });
    0.1 + squares.sum::<f64>() + 0.05 * unit(step, 1)
}

/// A number in [0, 1) from a step and a place: splitmix64's finaliser (Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195).
fn unit(step: u64, place: u64) -> f64 {
    let mut z = step.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(place.wrapping_mul(0xd1b5_4a32_d192_ed03)).wrapping_add(1);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_feed_gives_what_it_says_and_open_loop_sees_no_loss() {
        let seen = |information, feed| {
            let descriptor = Descriptor::new("x", "1", information, "");
            let mut world = World::new(&descriptor, EpisodeSpec::of_learning_rate(60, 1e-3, 1.0, 0.1), feed);
            (0..60)
                .map(|_| {
                    world.advance(&[0.2]);
                    world.loss
                })
                .collect::<Vec<f64>>()
        };
        let ordinary = seen(InformationClass::Scalar, Feed::Ordinary);
        assert!(ordinary.iter().all(|l| (0.1..2.0).contains(l)));
        let wild = seen(InformationClass::Scalar, Feed::NonFinite);
        assert!(wild.iter().any(|l| l.is_nan()) && wild.contains(&f64::INFINITY) && wild.contains(&f64::NEG_INFINITY));
        let extreme = seen(InformationClass::Scalar, Feed::Extreme);
        assert!(extreme.iter().all(|l| l.is_finite()) && extreme.contains(&f64::MAX) && extreme.iter().any(|l| l.is_subnormal()));
        assert!(seen(InformationClass::OpenLoop, Feed::Extreme).iter().all(|l| l.is_nan()));
    }
}
