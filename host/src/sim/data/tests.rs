use super::*;

#[test]
fn digits_are_those_of_scikit_learn() {
    let split = load("digits").expect("a known name");
    assert_eq!((split.train.len(), split.held_out.len(), split.train.n_features, split.train.n_classes), (1437, 360, 64, 10));
    assert_eq!(split.train.image, Some([8, 8, 1]));
    // Sum of all pixels and of all labels in `sklearn.datasets.load_digits()` 1.9.1.
    let pixels: f64 = split.train.inputs.iter().chain(&split.held_out.inputs).map(|&x| f64::from(x) * 16.0).sum();
    assert_eq!(pixels, 561_718.0);
    let labels: u32 = split.train.labels.iter().chain(&split.held_out.labels).sum();
    assert_eq!(labels, 8070);
}

#[test]
fn every_data_set_is_whole_and_scaled() {
    for entry in registry() {
        let split = load(entry.name).expect("registered");
        for data in [&split.train, &split.held_out] {
            assert_eq!(data.inputs.len(), data.len() * data.n_features, "{}", entry.name);
            assert!(data.inputs.iter().chain(&data.targets).all(|x| x.is_finite()), "{}", entry.name);
            assert!(data.labels.iter().all(|&c| c < data.n_classes), "{}", entry.name);
        }
        let n = split.train.len() + split.held_out.len();
        assert_eq!(split.train.len(), if split.order == Order::Stream { n - n / 5 } else { 4 * n / 5 }, "{}", entry.name);
        if split.train.image.is_some() {
            let largest = split.train.inputs.iter().copied().fold(0.0f32, f32::max);
            assert_eq!(largest, 1.0, "{}", entry.name);
        } else {
            for j in 0..split.train.n_features {
                let column: Vec<f64> = (0..split.train.len()).map(|i| f64::from(split.train.row(i)[j])).collect();
                let mean = column.iter().sum::<f64>() / column.len() as f64;
                let variance = column.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / column.len() as f64;
                assert!(mean.abs() < 1e-5 && (variance - 1.0).abs() < 1e-4, "{}: {mean} {variance}", entry.name);
            }
        }
    }
}

#[test]
fn the_readme_lists_what_is_there() {
    let readme = include_str!("../../../data/README.md");
    let mut rows = Vec::new();
    for entry in registry() {
        let split = load(entry.name).expect("registered");
        let size = format!("{} x {}", split.train.len() + split.held_out.len(), split.train.n_features);
        rows.push(format!("| {} | {size} | {} | {} | `{}` |", entry.name, entry.origin.package, entry.origin.license, entry.sha256()));
    }
    for entry in text::registry() {
        let t = text::load(entry.name).expect("registered");
        let size = format!("{} characters", t.train.len() + t.held_out.len());
        rows.push(format!("| {} | {size} | {} | {} | `{}` |", entry.name, entry.origin.package, entry.origin.license, entry.sha256()));
    }
    let listed: Vec<&str> = readme.lines().filter(|l| l.ends_with("` |")).collect();
    assert_eq!(listed, rows, "the table should be:\n{}", rows.join("\n"));
}

#[test]
fn a_wrong_name_lists_the_right_ones() {
    let error = load("digit").expect_err("unknown").to_string();
    assert!(error.contains("fashion-mnist") && error.contains("nearest: `digits`"), "{error}");
}

#[test]
fn both_spellings_share_a_vocabulary() {
    let (modern, folio) = (text::load("hamlet").expect("known"), text::load("hamlet-folio").expect("known"));
    assert_eq!(modern.vocabulary, folio.vocabulary);
    let start: Vec<u8> = folio.train[..22].iter().map(|&c| folio.vocabulary[c as usize]).collect();
    assert_eq!(start, b"The Tragedie of Hamlet");
    assert_eq!(modern.train.len() + modern.held_out.len(), 173_942);
}

#[test]
fn tables_that_are_wrong_are_refused_by_cell() {
    let rows = |last: &str| format!("a,b,y\n{}{last}\n", "1,2,0\n1,3,1\n".repeat(6));
    let classes = |text: &str| read::csv(text.as_bytes(), Some("y"), read::TargetKind::Classes);
    assert_eq!(classes(&rows("1,2,1")).expect("a table").n_classes, 2);
    let message = |text: &str| classes(text).expect_err("wrong").to_string();
    assert_eq!(message(&rows("1,x,1")), "row 13, column `b`: found `x`; allowed: a finite number");
    assert_eq!(message(&rows("1,NaN,1")), "row 13, column `b`: found `NaN`; allowed: a finite number");
    assert!(message(&rows("1,2,0.5")).contains("row 13: found the label `0.5`"));
    assert!(message(&rows("1,2,3")).contains("no example has the label 2, but one has 3"));
    assert!(message(&rows("1,2")).contains("cannot be read"));
    assert!(message(&rows("1,2,0").replace(",1\n", ",0\n")).contains("same label"));
    assert!(message("a,y\n1,0\n").contains("found 1 examples"));
    let error = read::csv(rows("1,2,1").as_bytes(), Some("z"), read::TargetKind::Real).expect_err("no column").to_string();
    assert_eq!(error, "there is no column `z`; columns: a, b, y");
}

#[test]
fn images_that_are_wrong_are_refused() {
    let header = |sizes: &[u32]| -> Vec<u8> {
        let mut bytes = vec![0, 0, 8, sizes.len() as u8];
        sizes.iter().for_each(|s| bytes.extend(s.to_be_bytes()));
        bytes
    };
    let mut images = header(&[10, 2, 2]);
    images.extend(0..40);
    let mut labels = header(&[10]);
    labels.extend([0, 1].repeat(5));
    assert_eq!(read::idx(&images, &labels).expect("a pair").image, Some([2, 2, 1]));
    let message = |i: &[u8], l: &[u8]| read::idx(i, l).expect_err("wrong").to_string();
    assert!(message(&images[..50], &labels).contains("found 50 bytes; their header says 56"));
    assert!(message(&labels, &images).contains("found the magic number 0x00000801"));
    assert!(message(&images, &[]).contains("labels are not IDX"));
    let mut fewer = header(&[9]);
    fewer.extend([0, 1, 0, 1, 0, 1, 0, 1, 0]);
    assert!(message(&images, &fewer).contains("10 images and 9 labels"));
    assert!(message(&header(&[u32::MAX, u32::MAX, u32::MAX]), &labels).contains("truncated"));
}
