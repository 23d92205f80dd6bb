//! Errors of the analysis. Each names the thing, the value found and the values allowed.

use thiserror::Error;

/// Why a statistic cannot be computed.
#[derive(Error, Clone, Debug, PartialEq)]
pub enum StatError {
    /// A sample without values.
    #[error("sample `{sample}` is empty; at least {allowed} values are needed")]
    Empty {
        /// Which sample.
        sample: String,
        /// Least number of values.
        allowed: usize,
    },
    /// Too few values.
    #[error("sample `{sample}` has {found} values; at least {allowed} are needed for {method}")]
    TooFew {
        /// Which sample.
        sample: String,
        /// Number of values found.
        found: usize,
        /// Least number of values.
        allowed: usize,
        /// What was to be computed.
        method: &'static str,
    },
    /// NaN or infinite.
    #[error("value {index} of sample `{sample}` is {found}; only finite numbers are allowed")]
    NotFinite {
        /// Which sample.
        sample: String,
        /// Index of the first bad value, from 0.
        index: usize,
        /// The value.
        found: f64,
    },
    /// Two samples that should be paired differ in length.
    #[error("paired samples have {first} and {second} values; they must have the same number")]
    Unpaired {
        /// Length of the first.
        first: usize,
        /// Length of the second.
        second: usize,
    },
    /// A parameter is out of its range.
    #[error("parameter `{parameter}` is {found}; allowed: {allowed}")]
    Parameter {
        /// Name of the parameter.
        parameter: &'static str,
        /// The value found.
        found: f64,
        /// The values allowed.
        allowed: &'static str,
    },
    /// The data leave the statistic undefined.
    #[error("{method} is undefined: {reason}")]
    Undefined {
        /// What was to be computed.
        method: &'static str,
        /// Why not.
        reason: &'static str,
    },
}

/// Why a study cannot be analysed.
#[derive(Error, Clone, Debug, PartialEq)]
pub enum AnalysisError {
    /// An option is out of range.
    #[error("option `{option}` is {found}; allowed: {allowed}")]
    Option {
        /// Name of the option.
        option: &'static str,
        /// The value found.
        found: String,
        /// The values allowed.
        allowed: &'static str,
    },
    /// A table without rows, or without a controller or scenario.
    #[error("the result table has no {thing}")]
    EmptyTable {
        /// `rows`, `controllers` or `scenarios`.
        thing: &'static str,
    },
    /// A row is wrong.
    #[error("row (controller `{controller}`, scenario `{scenario}`, seed {seed}): {reason}")]
    Row {
        /// Controller of the row.
        controller: String,
        /// Scenario of the row.
        scenario: String,
        /// Seed of the row.
        seed: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The values of a metric cannot be read.
    #[error("metric `{metric}`: {reason}")]
    Metric {
        /// Name of the metric.
        metric: String,
        /// Why not.
        reason: String,
    },
    /// A name is listed twice.
    #[error("{kind} `{name}` is listed twice; names are unique")]
    Duplicate {
        /// `controller` or `scenario`.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// A name is not in the table.
    #[error("unknown {kind} `{found}`; the table has {allowed}")]
    Unknown {
        /// `controller`, `scenario` or `metric`.
        kind: &'static str,
        /// The name found.
        found: String,
        /// The names there are.
        allowed: String,
    },
    /// A set of curves is wrong.
    #[error("curves of `{quantity}` in scenario `{scenario}`: {reason}")]
    Curves {
        /// Name of the quantity.
        quantity: String,
        /// Name of the scenario.
        scenario: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The normalisation asked for is not possible with these data.
    #[error("normalisation `{normalisation}` is not possible in scenario `{scenario}`: {reason}")]
    Normalisation {
        /// Name of the normalisation.
        normalisation: &'static str,
        /// Scenario in which it fails.
        scenario: String,
        /// Why.
        reason: String,
    },
    /// A line of a CSV file is wrong.
    #[error("line {line} of `{source_name}`: {reason}")]
    Csv {
        /// Name of the file or stream.
        source_name: String,
        /// Line, from 1 (the header).
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A statistic cannot be computed.
    #[error("{context}: {source}")]
    Stat {
        /// What was to be computed.
        context: String,
        /// Why not.
        source: StatError,
    },
}
