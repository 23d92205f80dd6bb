//! Data sets by name.

use crate::sim::spec::SpecError;
use std::io::Read as _;
use std::sync::{Arc, LazyLock};

/// Rows of a data set.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Name.
    pub name: String,
    /// `n x n_features`, row-major.
    pub inputs: Vec<f32>,
    /// One class a row; empty for regression.
    pub labels: Vec<u32>,
    /// One target a row; empty for classification.
    pub targets: Vec<f32>,
    /// Number of features.
    pub n_features: usize,
    /// Number of classes; 0 for regression.
    pub n_classes: u32,
    /// Height, width, channels.
    pub image: Option<[usize; 3]>,
}

/// A data set in two parts.
#[derive(Clone, Debug)]
pub struct Split {
    /// What is trained on.
    pub train: Dataset,
    /// What is evaluated on.
    pub held_out: Dataset,
}

static DIGITS: LazyLock<Arc<Split>> = LazyLock::new(|| {
    let mut text = String::new();
    flate2::read::GzDecoder::new(&include_bytes!("digits.csv.gz")[..]).read_to_string(&mut text).expect("the table is whole");
    let empty = Dataset {
        name: "digits".into(),
        inputs: Vec::new(),
        labels: Vec::new(),
        targets: Vec::new(),
        n_features: 64,
        n_classes: 10,
        image: Some([8, 8, 1]),
    };
    let mut split = Split { train: empty.clone(), held_out: empty };
    for (i, line) in text.lines().enumerate() {
        let set = if i % 5 == 4 { &mut split.held_out } else { &mut split.train };
        let mut row: Vec<f32> = line.split(',').map(|x| x.parse().expect("the table holds numbers")).collect();
        set.labels.push(row.pop().expect("a row has a label") as u32);
        set.inputs.extend(row.iter().map(|x| x / 16.0));
    }
    Arc::new(split)
});

/// The data set with this name.
///
/// # Errors
/// When there is none.
pub fn load(name: &str) -> Result<Arc<Split>, SpecError> {
    if name == "digits" { Ok(DIGITS.clone()) } else { Err(SpecError::new("task.data", name, "digits")) }
}
