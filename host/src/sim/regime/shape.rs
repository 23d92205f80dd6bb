//! When a change happens and how fast: its strength in [0, 1] over the steps.
//!
//! abrupt `1[start <= t < end]` · sigmoid `1 / (1 + exp(-4 (t - start) / width))` (MOA, Bifet et al. 2010) · ramp, linear from start to end · cyclic
//! `(1 - cos(2 pi (t - start) / period)) / 2` · recurring, on for `width` steps of each `period` · random-time, abrupt at a step drawn uniformly from [start, end).

use crate::sim::rng::{Generator, below};
use crate::sim::spec::SpecError;
use serde::{Deserialize, Serialize};

/// A moment in an episode: a step (a whole number) or a fraction of the horizon (a number with a decimal point).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Position {
    /// A step index or a number of steps.
    Step(u64),
    /// A fraction of the number of steps.
    Fraction(f64),
}

impl Position {
    /// In steps of an episode with `n_steps`.
    #[must_use]
    pub fn steps(self, n_steps: u64) -> u64 {
        match self {
            Self::Step(step) => step,
            Self::Fraction(fraction) => libm::rint(fraction * n_steps as f64) as u64,
        }
    }
}

/// The kinds of shape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShapeKind {
    /// Fully there from `start` until `end`.
    #[default]
    Abrupt,
    /// Smoothly rising around `start` over about `width` steps, then staying.
    Sigmoid,
    /// Rising in a straight line from `start` to `end`, then staying.
    Ramp,
    /// Rising and falling as a cosine with `period`, from `start` until `end`.
    Cyclic,
    /// On for `width` steps at the beginning of each `period`, from `start` until `end`.
    Recurring,
    /// Fully there from a step drawn from `[start, end)`, another one for each seed.
    RandomTime,
}

/// Timing of a change as the study file gives it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shape {
    /// The kind of shape.
    pub shape: ShapeKind,
    /// Beginning.
    pub start: Position,
    /// End (exclusive); absent means the end of the episode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<Position>,
    /// Width of a sigmoid or of a recurring burst.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<Position>,
    /// Period of a cyclic or recurring change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Position>,
}

impl Default for Shape {
    fn default() -> Self {
        Self { shape: ShapeKind::Abrupt, start: Position::Fraction(0.5), end: None, width: None, period: None }
    }
}

impl Shape {
    /// The keys that belong to the shape, not to the alteration.
    pub const KEYS: &'static [&'static str] = &["shape", "start", "end", "width", "period"];

    /// Checks that the keys fit the kind.
    ///
    /// # Errors
    /// A fraction outside [0, 1], a key that is missing or that the kind does not have.
    pub fn check(&self) -> Result<(), SpecError> {
        let named = [("start", Some(self.start)), ("end", self.end), ("width", self.width), ("period", self.period)];
        for (name, position) in named {
            if let Some(Position::Fraction(x)) = position
                && !(0.0..=1.0).contains(&x)
            {
                return Err(SpecError::new(name, x.to_string(), "a fraction of the horizon from 0.0 to 1.0, or a whole number of steps"));
            }
        }
        let needs = |kind: &str, name: &str, there: bool| {
            if there { Ok(()) } else { Err(SpecError::new(name, "nothing", format!("a value: shape `{kind}` needs it"))) }
        };
        let refuses = |kind: &str, name: &str, there: bool| {
            if there { Err(SpecError::new(name, "a value", format!("nothing: shape `{kind}` has no {name}"))) } else { Ok(()) }
        };
        match self.shape {
            ShapeKind::Abrupt => refuses("abrupt", "width", self.width.is_some()).and(refuses("abrupt", "period", self.period.is_some())),
            ShapeKind::Sigmoid => needs("sigmoid", "width", self.width.is_some())
                .and(refuses("sigmoid", "end", self.end.is_some()))
                .and(refuses("sigmoid", "period", self.period.is_some())),
            ShapeKind::Ramp => needs("ramp", "end", self.end.is_some()).and(refuses("ramp", "width", self.width.is_some())).and(refuses(
                "ramp",
                "period",
                self.period.is_some(),
            )),
            ShapeKind::Cyclic => needs("cyclic", "period", self.period.is_some()).and(refuses("cyclic", "width", self.width.is_some())),
            ShapeKind::Recurring => {
                needs("recurring", "period", self.period.is_some()).and(needs("recurring", "width", self.width.is_some()))
            }
            ShapeKind::RandomTime => {
                refuses("random-time", "width", self.width.is_some()).and(refuses("random-time", "period", self.period.is_some()))
            }
        }
    }

    /// Whether the timing is another one for each seed.
    #[must_use]
    pub fn is_random(&self) -> bool {
        self.shape == ShapeKind::RandomTime
    }

    /// The timing in steps; only `random-time` draws.
    pub(super) fn resolve(&self, n_steps: u64, draws: &mut Generator) -> Timing {
        let steps = |p: Option<Position>, otherwise: u64| p.map_or(otherwise, |p| p.steps(n_steps));
        let mut timing = Timing {
            kind: self.shape,
            start: self.start.steps(n_steps),
            end: steps(self.end, n_steps).min(n_steps),
            width: steps(self.width, 1).max(1),
            period: steps(self.period, n_steps).max(1),
            n_steps,
        };
        if self.shape == ShapeKind::RandomTime {
            let span = timing.end.saturating_sub(timing.start).max(1);
            timing.start += below(draws, span);
            timing.end = n_steps;
        }
        timing
    }
}

/// A moment marked in figures and used by the recovery metrics.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangePoint {
    /// First step under the change (or back without it).
    pub step: u64,
    /// First step at which the transition is complete; equal to `step` for an abrupt one.
    pub end: u64,
    /// What happens: the kind, with `end of` where the change is lifted.
    pub label: String,
}

/// A shape in steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    kind: ShapeKind,
    start: u64,
    end: u64,
    width: u64,
    period: u64,
    n_steps: u64,
}

impl Timing {
    /// Strength at step `t`.
    pub(super) fn strength(&self, t: u64) -> f64 {
        let inside = t >= self.start && t < self.end;
        let since = t.saturating_sub(self.start) as f64;
        match self.kind {
            ShapeKind::Abrupt | ShapeKind::RandomTime => f64::from(u8::from(inside)),
            ShapeKind::Sigmoid => {
                let s = 1.0 / (1.0 + libm::exp(-4.0 * (t as f64 - self.start as f64) / self.width as f64));
                // Below this the change is not there; so that a step has a clear beginning.
                if s < 1e-3 { 0.0 } else { s }
            }
            ShapeKind::Ramp if t < self.start => 0.0,
            ShapeKind::Ramp => ((since + 1.0) / (self.end.saturating_sub(self.start).max(1)) as f64).min(1.0),
            ShapeKind::Cyclic if inside => 0.5 * (1.0 - libm::cos(2.0 * std::f64::consts::PI * since / self.period as f64)),
            ShapeKind::Recurring if inside => f64::from(u8::from((t - self.start) % self.period < self.width)),
            ShapeKind::Cyclic | ShapeKind::Recurring => 0.0,
        }
    }

    /// The change points of the strength.
    pub(super) fn points(&self, label: &str) -> Vec<ChangePoint> {
        let point = |step: u64, end: u64, label: String| ChangePoint { step, end, label };
        let mut points = match self.kind {
            ShapeKind::Abrupt | ShapeKind::RandomTime => {
                vec![point(self.start, self.start, label.to_owned()), point(self.end, self.end, format!("end of {label}"))]
            }
            ShapeKind::Sigmoid => vec![point(self.start.saturating_sub(self.width), self.start + self.width, label.to_owned())],
            ShapeKind::Ramp => vec![point(self.start, self.end, label.to_owned())],
            ShapeKind::Cyclic => vec![point(self.start, self.end, label.to_owned())],
            ShapeKind::Recurring => {
                let starts = (self.start..self.end).step_by(self.period as usize);
                starts
                    .flat_map(|s| {
                        let off = (s + self.width).min(self.end);
                        [point(s, s, label.to_owned()), point(off, off, format!("end of {label}"))]
                    })
                    .collect()
            }
        };
        points.retain(|p| p.step < self.n_steps);
        points
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::SeedKey;

    fn timing(shape: Shape, n_steps: u64) -> Timing {
        shape.check().expect("a valid shape");
        shape.resolve(n_steps, &mut SeedKey::study(0).at(0))
    }

    #[test]
    fn abrupt_is_there_between_start_and_end() {
        let t = timing(Shape { start: Position::Step(3), end: Some(Position::Fraction(0.5)), ..Shape::default() }, 10);
        let strengths: Vec<f64> = (0..10).map(|s| t.strength(s)).collect();
        assert_eq!(strengths, [0., 0., 0., 1., 1., 0., 0., 0., 0., 0.]);
        let points: Vec<u64> = t.points("x").iter().map(|p| p.step).collect();
        assert_eq!(points, [3, 5]);
    }

    #[test]
    fn ramp_reaches_one_at_its_last_step_and_stays() {
        let t = timing(Shape { shape: ShapeKind::Ramp, start: Position::Step(2), end: Some(Position::Step(6)), ..Shape::default() }, 10);
        let strengths: Vec<f64> = (0..8).map(|s| t.strength(s)).collect();
        assert_eq!(strengths, [0., 0., 0.25, 0.5, 0.75, 1., 1., 1.]);
    }

    #[test]
    fn sigmoid_is_one_half_at_its_start() {
        let t = timing(
            Shape { shape: ShapeKind::Sigmoid, start: Position::Step(50), width: Some(Position::Step(10)), ..Shape::default() },
            100,
        );
        assert_eq!(t.strength(50), 0.5);
        // 1 / (1 + exp(-4 * 5 / 10)), by hand.
        assert!((t.strength(55) - 0.880_797_077_977_882_4).abs() < 1e-15);
    }

    #[test]
    fn recurring_repeats() {
        let shape = Shape {
            shape: ShapeKind::Recurring,
            start: Position::Step(1),
            width: Some(Position::Step(2)),
            period: Some(Position::Step(4)),
            ..Shape::default()
        };
        let strengths: Vec<f64> = {
            let t = timing(shape, 9);
            (0..9).map(|s| t.strength(s)).collect()
        };
        assert_eq!(strengths, [0., 1., 1., 0., 0., 1., 1., 0., 0.]);
    }

    #[test]
    fn keys_that_do_not_fit_are_refused() {
        assert!(Shape { shape: ShapeKind::Ramp, ..Shape::default() }.check().is_err());
        assert!(Shape { period: Some(Position::Step(3)), ..Shape::default() }.check().is_err());
        assert!(Shape { start: Position::Fraction(1.5), ..Shape::default() }.check().is_err());
    }
}
