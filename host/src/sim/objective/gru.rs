//! A recurrent language model over characters: [`Gru`] under [`Language`].

use super::language::Language;
use super::{Family, FamilySpec};
use crate::sim::data::text;
use crate::sim::model::gru::Gru;
use crate::sim::spec::{SpecError, within};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Settings of a recurrent language model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GruLanguage {
    /// The text.
    pub text: String,
    /// The text that `corpus-swap` moves to.
    pub other_text: String,
    /// Size of the embedding of a character.
    pub embedding: usize,
    /// Size of the state.
    pub hidden: usize,
    /// Characters of a window: back-propagation through time is truncated to it.
    pub length: usize,
    /// Nominal number of windows of a batch, the initial value of the hyperparameter.
    pub batch_size: usize,
    /// Held-out windows of an evaluation.
    pub evaluation_windows: usize,
}

impl Default for GruLanguage {
    fn default() -> Self {
        Self {
            text: "hamlet".into(),
            other_text: "hamlet-folio".into(),
            embedding: 32,
            hidden: 96,
            length: 32,
            batch_size: 16,
            evaluation_windows: 16,
        }
    }
}

impl FamilySpec for GruLanguage {
    const NAME: &'static str = "gru";
    const SUMMARY: &'static str = "a gated recurrent unit that predicts the next character of a text";

    fn build(self) -> Result<Arc<dyn Family>, SpecError> {
        within("task.embedding", self.embedding as f64, 1.0, 4096.0)?;
        within("task.hidden", self.hidden as f64, 1.0, 4096.0)?;
        let load = |name: &str| text::load(name).map_err(|e| e.within("task"));
        let texts = [load(&self.text)?, load(&self.other_text)?];
        let model = Gru::new(texts[0].vocabulary.len(), self.embedding, self.hidden);
        let Self { length, batch_size, evaluation_windows, .. } = self;
        let language = Language { model, texts, length, batch_size, evaluation_windows, learning_rate: (1e-4, 10.0, 0.5) };
        Ok(Arc::new(language.checked()?))
    }
}
