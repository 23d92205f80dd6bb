//! Adam and AdamW in PyTorch's convention: `m <- b1 m + (1 - b1) d`, `v <- b2 v + (1 - b2) d^2`, `x <- x - lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)`
//! (Kingma and Ba 2015, arXiv:1412.6980). Adam decays weights through the gradient, `d = g + wd x`; AdamW apart from it, `x <- x - lr wd x`
//! (Loshchilov and Hutter 2019, arXiv:1711.05101). The bias corrections are the running products of the betas in force.

use super::double::{Method, linear, logarithmic, starts};
use super::{OptimizerEntry, OptimizerSpec};
use crate::sim::spec::{SpecError, within};
use oha_plugin_api::HyperparameterSpec;
use serde::{Deserialize, Serialize};

/// Declares Adam or AdamW, which differ in their weight decay.
macro_rules! adam {
    ($name:ident, $kind:literal, $summary:literal, decay $decay:literal, decoupled $decoupled:literal) => {
        #[doc = concat!("Settings of ", $kind, ".")]
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            /// Initial decay of the gradient's average.
            pub beta1: f64,
            /// Initial decay of the average of its square.
            pub beta2: f64,
            /// Initial weight decay.
            pub weight_decay: f64,
            /// `eps` of the denominator.
            pub epsilon: f64,
        }

        impl Default for $name {
            fn default() -> Self {
                Self { beta1: 0.9, beta2: 0.999, weight_decay: $decay, epsilon: 1e-8 }
            }
        }

        impl OptimizerSpec for $name {
            const NAME: &'static str = $kind;
            const SUMMARY: &'static str = $summary;

            fn check(&self) -> Result<(), SpecError> {
                within("epsilon", self.epsilon, 0.0, 1.0)
            }
        }

        impl $name {
            fn method(&self, n: usize) -> State {
                State { epsilon: self.epsilon, decoupled: $decoupled, powers: (1.0, 1.0), mean: vec![0.0; n], square: vec![0.0; n] }
            }
        }

        impl OptimizerEntry for $name {
            fn hyperparameters(&self, learning_rate: (f64, f64, f64)) -> Vec<HyperparameterSpec> {
                vec![
                    logarithmic("learning_rate", learning_rate),
                    linear("beta1", 0.999, self.beta1),
                    linear("beta2", 0.999_999, self.beta2),
                    linear("weight_decay", 1.0, self.weight_decay),
                ]
            }

            starts!();
        }
    };
}

adam!(Adam, "adam", "Adam: averaged gradient over the root of its averaged square", decay 0.0, decoupled false);
adam!(AdamW, "adamw", "Adam with weight decay apart from the gradient", decay 0.01, decoupled true);

#[derive(Clone)]
struct State {
    epsilon: f64,
    decoupled: bool,
    /// Products of the betas so far.
    powers: (f64, f64),
    mean: Vec<f64>,
    square: Vec<f64>,
}

impl Method for State {
    fn step(&mut self, first: bool, x: &mut [f64], gradient: &[f64], lambda: &[f64]) {
        let &[rate, beta1, beta2, decay] = lambda else { unreachable!("four hyperparameters") };
        if first {
            self.powers = (1.0, 1.0);
            self.mean.fill(0.0);
            self.square.fill(0.0);
        }
        self.powers = (self.powers.0 * beta1, self.powers.1 * beta2);
        let step = rate / (1.0 - self.powers.0);
        let root = (1.0 - self.powers.1).sqrt();
        let (coupled, shrink) = if self.decoupled { (0.0, 1.0 - rate * decay) } else { (decay, 1.0) };
        for (((x, g), m), v) in x.iter_mut().zip(gradient).zip(&mut self.mean).zip(&mut self.square) {
            let d = g + coupled * *x;
            *x *= shrink;
            *m = beta1 * *m + (1.0 - beta1) * d;
            *v = beta2 * *v + (1.0 - beta2) * (d * d);
            *x -= step * *m / (v.sqrt() / root + self.epsilon);
        }
    }
}
