//! The loop against a batch system of a few lines, in which a look is an instant.

use super::*;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

/// Elements end at the look after they were queued: done, or lost as often as `losses` says.
#[derive(Default)]
struct Toy {
    losses: RefCell<BTreeMap<u64, u64>>,
    queued: RefCell<Vec<Queued>>,
    done: RefCell<BTreeSet<u64>>,
    submitted: RefCell<Vec<(String, Vec<u64>)>>,
    /// Elements that the queue takes at once.
    room: Option<usize>,
    /// Looks that get no answer.
    silent: RefCell<u32>,
}

impl Engine for Toy {
    fn directives(&self, _: &Path) -> Vec<String> {
        Vec::new()
    }
    fn element_variable(&self) -> &'static str {
        "N"
    }
    fn threads_variable(&self) -> &'static str {
        "1"
    }
    fn logs(&self, names: &[String], array: &str, element: u64) -> Vec<String> {
        names.iter().filter(|n| **n == format!("{array}_{element}.log")).cloned().collect()
    }
    fn elements_max(&self) -> Result<u64, EngineError> {
        Ok(4)
    }
    fn command(&self, _: &Array) -> Vec<String> {
        Vec::new()
    }
    fn submit(&self, array: &Array) -> Result<String, EngineError> {
        if self.room.is_some_and(|room| self.queued.borrow().len() + array.elements.len() > room) {
            return Err(EngineError::Refused { command: "toy".to_owned(), message: "too many".to_owned() });
        }
        self.submitted.borrow_mut().push((array.name.clone(), array.elements.clone()));
        let element = |&element: &u64| Queued { name: array.name.clone(), element, is_running: true, reason: String::new() };
        self.queued.borrow_mut().extend(array.elements.iter().map(element));
        Ok("1".to_owned())
    }
    fn queue(&self, _: &[String]) -> Result<Vec<Queued>, EngineError> {
        if *self.silent.borrow() > 0 {
            *self.silent.borrow_mut() -= 1;
            return Err(EngineError::Unreachable { command: "toy".to_owned(), message: "asleep".to_owned() });
        }
        let before = std::mem::take(&mut *self.queued.borrow_mut());
        for q in &before {
            let n = 4 * q.name.parse::<u64>().expect("a chunk") + q.element;
            match self.losses.borrow_mut().get_mut(&n).filter(|left| **left > 0) {
                Some(left) => *left -= 1,
                None => drop(self.done.borrow_mut().insert(n)),
            }
        }
        Ok(Vec::new())
    }
    fn cancel(&self, _: &[String]) -> String {
        "end".to_owned()
    }
}

/// Ten elements in arrays of four.
struct Ten<'a>(&'a Toy);

impl Work for Ten<'_> {
    fn what(&self) -> &'static str {
        "shards"
    }
    fn n(&self) -> u64 {
        10
    }
    fn is_done(&self, n: u64) -> Result<bool, StoreError> {
        Ok(self.0.done.borrow().contains(&n))
    }
    fn array(&self, n: u64) -> (String, u64) {
        (((n - 1) / 4).to_string(), (n - 1) % 4 + 1)
    }
    fn arrays(&self) -> Vec<String> {
        vec!["0".into(), "1".into(), "2".into()]
    }
    fn job(&self, name: &str, elements: Vec<u64>) -> Array {
        Array { name: name.to_owned(), elements, offset: 0, script: PathBuf::new() }
    }
}

struct Quiet;

impl Watch for Quiet {
    fn state(&self, _: u64, _: u64, _: u64, _: &str) {}
    fn note(&self, _: &str) {}
}

fn follow(toy: &Toy, logs: &Path, stop: bool) -> Result<(), SubmitError> {
    let stop = AtomicBool::new(stop);
    let follow = Follow { engine: toy, every: Duration::ZERO, n_attempts: 3, logs: logs.to_owned(), stop: &stop, watch: &Quiet };
    follow.run(&Ten(toy))
}

#[test]
fn only_what_is_lost_is_submitted_again() {
    let toy = Toy { losses: RefCell::new(BTreeMap::from([(3, 1), (6, 2), (7, 1)])), ..Toy::default() };
    follow(&toy, Path::new("none"), false).expect("all come back in the end");
    let submitted = toy.submitted.borrow();
    let first = [("0", vec![1, 2, 3, 4]), ("1", vec![1, 2, 3, 4]), ("2", vec![1, 2])].map(|(n, e)| (n.to_owned(), e));
    assert_eq!(submitted[..3], first);
    let again = [("0", vec![3]), ("1", vec![2, 3]), ("1", vec![2])].map(|(n, e)| (n.to_owned(), e));
    assert_eq!(submitted[3..], again);
}

#[test]
fn attempts_are_bounded_and_the_log_of_the_last_is_shown() {
    let toy = Toy { losses: RefCell::new(BTreeMap::from([(5, 9)])), ..Toy::default() };
    let logs = tempfile::tempdir().expect("a folder");
    let lines: String = (0..40).map(|i| format!("line {i}\n")).collect();
    std::fs::write(logs.path().join("1_1.log"), lines).expect("a log");
    let error = follow(&toy, logs.path(), false).expect_err("it never comes back").to_string();
    assert!(error.starts_with("1 of 10 shards failed 3 times, the first is 5"), "{error}");
    assert!(error.contains("    line 28\n") && error.ends_with("    line 39") && !error.contains("line 27"), "{error}");
    assert_eq!(toy.submitted.borrow().len(), 3 + 2);
    assert_eq!(toy.done.borrow().len(), 9, "the others are brought home first");
}

#[test]
fn a_full_queue_and_a_silent_system_are_waited_for() {
    let toy = Toy { room: Some(4), silent: RefCell::new(SILENT_MAX - 1), ..Toy::default() };
    follow(&toy, Path::new("none"), false).expect("there is room later");
    assert_eq!(toy.submitted.borrow().len(), 3);
    let toy = Toy { room: Some(1), ..Toy::default() };
    let error = follow(&toy, Path::new("none"), false).expect_err("nothing of ours can make room");
    assert!(matches!(error, SubmitError::Engine(EngineError::Refused { .. })), "{error}");
    let toy = Toy { silent: RefCell::new(SILENT_MAX + 1), ..Toy::default() };
    let error = follow(&toy, Path::new("none"), false).expect_err("it is away");
    assert!(matches!(error, SubmitError::Engine(EngineError::Unreachable { .. })), "{error}");
}

#[test]
fn what_was_done_before_is_not_submitted() {
    let toy = Toy { done: RefCell::new((1..=9).collect()), ..Toy::default() };
    follow(&toy, Path::new("none"), false).expect("one is left");
    assert_eq!(*toy.submitted.borrow(), [("2".to_owned(), vec![2])]);
    let toy = Toy::default();
    let error = follow(&toy, Path::new("none"), true).expect_err("it was asked to stop");
    assert!(matches!(error, SubmitError::Interrupted { n_done: 0, n_total: 10, .. }), "{error}");
    assert_eq!(toy.submitted.borrow().len(), 3, "jobs stay queued");
}
