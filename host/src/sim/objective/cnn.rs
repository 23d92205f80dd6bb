//! Convolutional classifier of images under cross-entropy; see [`crate::sim::model::cnn`].

use super::supervised::{Common, Supervised, classes};
use super::{Family, FamilySpec};
use crate::sim::data;
use crate::sim::kernel::convolution::Image;
use crate::sim::model::{Initialization, cnn::Cnn};
use crate::sim::spec::{SpecError, within};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Settings of the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CnnClassifier {
    /// Name of a data set of images with classes.
    pub data: String,
    /// Channels of the two convolutions.
    pub channels: [usize; 2],
    /// Size of the hidden layer.
    pub hidden: usize,
    /// Nominal batch size, the initial value of the hyperparameter.
    pub batch_size: usize,
    /// Held-out rows of an evaluation; 0 for all.
    pub evaluation_size: usize,
    /// How initial weights are drawn.
    pub initialization: Initialization,
    /// Factor of initial weights.
    pub initial_scale: f64,
}

impl Default for CnnClassifier {
    fn default() -> Self {
        Self {
            data: "digits".into(),
            channels: [32, 64],
            hidden: 128,
            batch_size: 32,
            evaluation_size: 64,
            initialization: Initialization::He,
            initial_scale: 1.0,
        }
    }
}

impl FamilySpec for CnnClassifier {
    const NAME: &'static str = "cnn";
    const SUMMARY: &'static str = "the two-convolution network of AutoTuneNet-Bench on real images";

    fn build(self) -> Result<Arc<dyn Family>, SpecError> {
        let split = data::load(&self.data).map_err(|e| e.within("task"))?;
        let n_classes = classes(&self.data, &split)?;
        let Some([height, width, channels]) = split.train.image.filter(|[h, w, _]| *h >= 4 && *w >= 4) else {
            return Err(SpecError::new("task.data", format!("`{}`", self.data), "a data set of images of at least 4 x 4"));
        };
        for (i, &c) in self.channels.iter().enumerate() {
            within(&format!("task.channels[{i}]"), c as f64, 1.0, 4096.0)?;
        }
        within("task.hidden", self.hidden as f64, 1.0, 65_536.0)?;
        let common = Common {
            batch_size: self.batch_size,
            evaluation_size: self.evaluation_size,
            initialization: self.initialization,
            initial_scale: self.initial_scale,
            permute_every: 0,
        };
        let model = Cnn::new(Image { height, width, channels }, self.channels, self.hidden, n_classes);
        Ok(Arc::new(Supervised::new(model, split, common, (1e-4, 3.0, 0.05))?))
    }
}
