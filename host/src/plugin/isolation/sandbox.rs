//! What a worker may do: bounded memory and time, no writes, no network, no processes, no signals to others.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// What a worker is allowed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Limits {
    /// Address space in bytes; `None` for no bound.
    pub address_space: Option<u64>,
    /// Processor time of one job; `None` for no bound. What catches a hang is `stall`; this ends a job that goes on for ever in tiny steps, or
    /// whose supervisor was stopped.
    pub cpu_time: Option<Duration>,
    /// Longest time without progress.
    pub stall: Duration,
    /// Whether the worker confines itself by Landlock and seccomp, where the kernel offers them.
    pub confine: bool,
}

impl Default for Limits {
    /// Four gibibytes, a minute without progress, half a day of processor time, confined.
    fn default() -> Self {
        let cpu_time = Some(Duration::from_secs(12 * 3600));
        Self { address_space: Some(4 << 30), cpu_time, stall: Duration::from_secs(60), confine: true }
    }
}

/// How far something is confined; the more, the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Degree {
    /// Not at all.
    None,
    /// In part.
    Partial,
    /// As documented.
    Full,
}

impl Degree {
    /// For tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Partial => "partial",
            Self::Full => "full",
        }
    }
}

/// What holds in a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// Files: no writes, reads only of what is named (Landlock).
    pub files: Degree,
    /// Network, processes, threads, signals (seccomp).
    pub calls: Degree,
    /// Memory and processor time (resource limits).
    pub resources: Degree,
}

impl Confinement {
    /// The weaker of both, one by one.
    #[must_use]
    pub fn weaker(self, other: Self) -> Self {
        Self { files: self.files.min(other.files), calls: self.calls.min(other.calls), resources: self.resources.min(other.resources) }
    }
}

impl std::fmt::Display for Confinement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "files {}, calls {}, memory and time {}", self.files.name(), self.calls.name(), self.resources.name())
    }
}

/// Largest file that a worker may make of its log, in bytes.
const LOG_MAX: u64 = 16 << 20;

/// What `setrlimit` takes as its first argument.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
type Resource = libc::__rlimit_resource_t;
/// What `setrlimit` takes as its first argument.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
type Resource = libc::c_int;

/// Tells whether it holds; a limit that cannot be set leaves the one in force.
fn set_limit(resource: Resource, soft: u64, hard: u64) -> bool {
    let limit = libc::rlimit { rlim_cur: soft, rlim_max: hard };
    // SAFETY: passes a whole structure.
    unsafe { libc::setrlimit(resource, &raw const limit) == 0 }
}

/// Sets the limits that hold for the worker's whole life, and the processor time of its preparation.
pub(super) fn limit(limits: &Limits) -> Degree {
    let memory = limits.address_space.is_some_and(|bytes| set_limit(libc::RLIMIT_AS, bytes, bytes));
    set_limit(libc::RLIMIT_CORE, 0, 0);
    set_limit(libc::RLIMIT_FSIZE, LOG_MAX, LOG_MAX);
    match (memory, start_cpu_time(limits)) {
        (true, true) => Degree::Full,
        (false, false) => Degree::None,
        _ => Degree::Partial,
    }
}

/// Allows the job that starts now its processor time on top of what was used before; tells whether the limit holds.
pub(super) fn start_cpu_time(limits: &Limits) -> bool {
    let Some(allowed) = limits.cpu_time else {
        return false;
    };
    // SAFETY: an all-zero `rusage` is a valid value, and the call fills it.
    let used = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &raw mut usage);
        usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
    };
    let until = used.unsigned_abs() + allowed.as_secs() + 1;
    set_limit(libc::RLIMIT_CPU, until, libc::RLIM_INFINITY)
}

/// Folders that loading a library may need: the system's libraries and the loader's tables.
#[cfg(target_os = "linux")]
const SYSTEM: [&str; 9] =
    ["/lib", "/lib64", "/usr", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/opt", "/nix/store", "/gnu/store"];

/// Forbids writing anywhere, and reading anywhere but below `readable` and the system's libraries. Gives a notice where that is not in force.
#[cfg(target_os = "linux")]
pub(super) fn confine_files(readable: &[PathBuf]) -> (Degree, Option<String>) {
    use landlock::{ABI, Access, AccessFs, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, path_beneath_rules};
    let abi = ABI::V3;
    let paths: Vec<PathBuf> = SYSTEM.iter().map(PathBuf::from).chain(readable.iter().cloned()).collect();
    let restricted = Ruleset::default()
        .handle_access(AccessFs::from_all(abi))
        .and_then(Ruleset::create)
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(&paths, AccessFs::from_read(abi))))
        .and_then(|ruleset| ruleset.restrict_self());
    match restricted {
        Ok(status) if status.ruleset == RulesetStatus::FullyEnforced => (Degree::Full, None),
        Ok(status) if status.ruleset == RulesetStatus::PartiallyEnforced => {
            (Degree::Partial, Some("this kernel's Landlock confines a controller's file access only in part".to_owned()))
        }
        Ok(_) => (Degree::None, Some("this kernel has no Landlock: a controller may read and write files".to_owned())),
        Err(error) => (Degree::None, Some(format!("file access of controllers is not confined: {error}"))),
    }
}

/// Forbids the network, new processes, leaving the process group, looking into other processes and signalling them: such calls fail with EPERM.
/// In force before a library is loaded, whose constructors may still start threads (some numerical libraries do).
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
pub(super) fn confine_calls() -> Result<(), String> {
    let mut denied: Vec<(i64, Vec<Refused>)> = [
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_io_uring_setup,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_setsid,
        libc::SYS_setpgid,
        libc::SYS_pidfd_send_signal,
    ]
    .map(|call| (call, Vec::new()))
    .to_vec();
    #[cfg(target_arch = "x86_64")]
    denied.extend([(libc::SYS_fork, Vec::new()), (libc::SYS_vfork, Vec::new())]);
    denied.push((libc::SYS_clone, vec![Refused::NoFlag(libc::CLONE_THREAD)]));
    // `raise` and `abort` signal the caller itself; `kill(0, ...)` reaches the worker's own group.
    denied.push((libc::SYS_kill, vec![Refused::NotSelf { or_group: true }]));
    for call in [libc::SYS_tkill, libc::SYS_tgkill, libc::SYS_rt_sigqueueinfo, libc::SYS_rt_tgsigqueueinfo] {
        denied.push((call, vec![Refused::NotSelf { or_group: false }]));
    }
    deny(denied, libc::EPERM)?;
    // Its flags are in memory, out of a filter's reach; told that it does not exist, the C library falls back to `clone`.
    deny(vec![(libc::SYS_clone3, Vec::new())], libc::ENOSYS)
}

/// Forbids new threads, on top of [`confine_calls`]. In force once the library is loaded.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
pub(super) fn confine_threads() -> Result<(), String> {
    deny(vec![(libc::SYS_clone, Vec::new())], libc::EPERM)
}

/// For which first argument a call is refused.
#[cfg(target_os = "linux")]
#[derive(Clone, Copy)]
enum Refused {
    /// Flags without this one.
    NoFlag(libc::c_int),
    /// Any process (or thread) but the worker (or its main thread), and its group.
    NotSelf { or_group: bool },
}

/// Lets calls fail with `error`: always where no argument is named, or else for any of the arguments named.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
fn deny(calls: Vec<(i64, Vec<Refused>)>, error: libc::c_int) -> Result<(), String> {
    use seccompiler::SeccompCmpArgLen::Dword;
    use seccompiler::SeccompCmpOp::{MaskedEq, Ne};
    use seccompiler::{BackendError, BpfProgram, SeccompAction, SeccompCondition, SeccompFilter, SeccompRule, TargetArch, apply_filter};
    let condition = |refused: Refused| -> Result<SeccompRule, BackendError> {
        SeccompRule::new(match refused {
            Refused::NoFlag(flag) => vec![SeccompCondition::new(0, Dword, MaskedEq(u64::from(flag.unsigned_abs())), 0)?],
            Refused::NotSelf { or_group } => {
                let mut all = vec![SeccompCondition::new(0, Dword, Ne, u64::from(std::process::id()))?];
                if or_group {
                    all.push(SeccompCondition::new(0, Dword, Ne, 0)?);
                }
                all
            }
        })
    };
    let confine = || -> Result<(), Box<dyn std::error::Error>> {
        let mut rules = std::collections::BTreeMap::new();
        for (call, refused) in calls {
            rules.insert(call, refused.into_iter().map(condition).collect::<Result<Vec<_>, _>>()?);
        }
        let arch = TargetArch::try_from(std::env::consts::ARCH)?;
        let errno = SeccompAction::Errno(error.unsigned_abs());
        let filter: BpfProgram = SeccompFilter::new(rules, SeccompAction::Allow, errno, arch)?.try_into()?;
        Ok(apply_filter(&filter)?)
    };
    confine().map_err(|error| format!("network and processes of controllers are not confined: {error}"))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn confine_files(_: &[PathBuf]) -> (Degree, Option<String>) {
    (Degree::None, Some("this system cannot confine a controller's file access".to_owned()))
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))))]
pub(super) fn confine_calls() -> Result<(), String> {
    Err("this system cannot confine a controller's network and processes".to_owned())
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))))]
pub(super) fn confine_threads() -> Result<(), String> {
    Ok(())
}
