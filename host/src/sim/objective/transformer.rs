//! A transformer language model over characters: [`Transformer`] under [`Language`].

use super::language::Language;
use super::{Family, FamilySpec};
use crate::sim::data::text;
use crate::sim::model::transformer::{Sizes, Transformer};
use crate::sim::spec::{SpecError, within};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Settings of a transformer language model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TransformerLanguage {
    /// The text.
    pub text: String,
    /// The text that `corpus-swap` moves to.
    pub other_text: String,
    /// Width of the residual stream, a multiple of `heads`.
    pub width: usize,
    /// Attention heads.
    pub heads: usize,
    /// Blocks.
    pub layers: usize,
    /// Width of the perceptron in a block.
    pub inner: usize,
    /// Whether the output head is the token embedding.
    pub tied: bool,
    /// Characters of a window.
    pub length: usize,
    /// Nominal number of windows of a batch, the initial value of the hyperparameter.
    pub batch_size: usize,
    /// Held-out windows of an evaluation.
    pub evaluation_windows: usize,
}

impl Default for TransformerLanguage {
    fn default() -> Self {
        Self {
            text: "hamlet".into(),
            other_text: "hamlet-folio".into(),
            width: 64,
            heads: 4,
            layers: 2,
            inner: 256,
            tied: true,
            length: 32,
            batch_size: 16,
            evaluation_windows: 16,
        }
    }
}

impl FamilySpec for TransformerLanguage {
    const NAME: &'static str = "transformer";
    const SUMMARY: &'static str = "a small decoder-only transformer that predicts the next character of a text";

    fn build(self) -> Result<Arc<dyn Family>, SpecError> {
        within("task.width", self.width as f64, 1.0, 4096.0)?;
        within("task.heads", self.heads as f64, 1.0, self.width as f64)?;
        within("task.layers", self.layers as f64, 1.0, 64.0)?;
        within("task.inner", self.inner as f64, 1.0, 16384.0)?;
        if !self.width.is_multiple_of(self.heads) {
            return Err(SpecError::new("task.heads", self.heads.to_string(), format!("a divisor of the width {}", self.width)));
        }
        let load = |name: &str| text::load(name).map_err(|e| e.within("task"));
        let texts = [load(&self.text)?, load(&self.other_text)?];
        let Self { width, heads, layers, inner, tied, length, batch_size, evaluation_windows, .. } = self;
        let model = Transformer::new(Sizes { vocabulary: texts[0].vocabulary.len(), length, width, heads, layers, inner, tied });
        let language = Language { model, texts, length, batch_size, evaluation_windows, learning_rate: (1e-4, 3.0, 0.3) };
        Ok(Arc::new(language.checked()?))
    }
}
