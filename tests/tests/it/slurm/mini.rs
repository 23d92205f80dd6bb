//! A Slurm of four nodes on the loopback of one machine, in a folder of its own: its own munge, its own ports, daemons in the foreground that end with it.

#![allow(clippy::disallowed_methods, reason = "a cluster is waited for, and found by the environment")]

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Set to run the tests of a machine on which Slurm cannot be installed.
const WITHOUT: &str = "OHA_TEST_WITHOUT_SLURM";

/// What the tests start.
const PROGRAMS: [&str; 8] = ["munged", "munge", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "sinfo"];

/// Nodes of the cluster, of two processors each.
const N_NODES: usize = 4;

/// The cluster; it ends when it is dropped.
pub(crate) struct Slurm {
    folder: tempfile::TempDir,
    munged: Child,
    controller: Child,
    nodes: Vec<Child>,
}

impl Slurm {
    /// Brings the cluster up; `None`, and a word on stderr, where the caller's environment says that the machine has none.
    ///
    /// # Panics
    /// When a program is missing or the cluster does not come up.
    pub(crate) fn start() -> Option<Self> {
        let missing: Vec<&str> = PROGRAMS.into_iter().filter(|program| find(program).is_none()).collect();
        if !missing.is_empty() {
            if std::env::var_os(WITHOUT).is_some() {
                eprintln!("NOT TESTED: a study through a real Slurm; {missing:?} are missing and {WITHOUT} is set");
                return None;
            }
            panic!(
                "the test of a real Slurm needs {missing:?}: `apt-get install --no-install-recommends slurm-wlm munge`, as .ci/run does; \
                 where that cannot be, {WITHOUT}=1 leaves this test out by name"
            );
        }
        // A short path: the name of a socket holds about a hundred characters.
        let folder = tempfile::Builder::new().prefix("oha-slurm-").tempdir_in("/tmp").expect("a folder");
        let munged = munge(folder.path());
        let conf = configure(folder.path());
        let daemon = |program: &str, arguments: &[&str], name: &str| {
            let log = std::fs::File::create(folder.path().join(format!("{name}.out"))).expect("a log");
            let mut command = Command::new(find(program).expect("it was found"));
            command.arg("-D").args(arguments).arg("-f").arg(&conf).stdin(Stdio::null());
            command.stdout(log.try_clone().expect("a log")).stderr(log).spawn().expect("a daemon")
        };
        let controller = daemon("slurmctld", &["-i"], "slurmctld");
        let nodes = (1..=N_NODES).map(|i| daemon("slurmd", &["-N", &format!("n{i}")], &format!("slurmd-n{i}"))).collect();
        let slurm = Self { folder, munged, controller, nodes };
        let up = wait_until(Duration::from_secs(30), || {
            let states = slurm.command("sinfo").args(["--noheader", "--Node", "--format=%t"]).output().expect("sinfo");
            String::from_utf8_lossy(&states.stdout).lines().filter(|s| *s == "idle").count() == N_NODES
        });
        assert!(up, "the cluster does not come up:\n{}", slurm.logs());
        Some(slurm)
    }

    /// A program that finds this cluster.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        self.join(&mut command);
        command
    }

    /// Lets a program find this cluster.
    pub(crate) fn join(&self, command: &mut Command) {
        command.env("SLURM_CONF", self.folder.path().join("slurm.conf"));
    }

    /// Node `i` (from 1) dies: its daemon, and everything that its jobs had running.
    pub(crate) fn kill_node(&mut self, i: usize) {
        let node = &mut self.nodes[i - 1];
        node.kill().expect("it is ours");
        node.wait().expect("it is ours");
        let of_node = format!("SLURMD_NODENAME=n{i}");
        let ours = format!("SLURM_CONF={}", self.folder.path().join("slurm.conf").display());
        let entries = std::fs::read_dir("/proc").expect("a system with /proc").flatten();
        let pids = entries.filter_map(|e| e.file_name().to_str()?.parse::<i32>().ok());
        let victims: Vec<i32> = pids
            .filter(|pid| {
                let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
                let has = |wanted: &str| environment.split(|b| *b == 0).any(|v| v == wanted.as_bytes());
                has(&of_node) && has(&ours)
            })
            .collect();
        let parents = victims.iter().filter_map(|pid| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse::<i32>().ok()
        });
        let steps = parents.filter(|pid| {
            let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            line.starts_with(b"slurmstepd: [")
        });
        // The parents first, or they would report what became of their children.
        let mut all: Vec<i32> = steps.collect();
        all.extend(&victims);
        for pid in all {
            // SAFETY: a signal to a process that a daemon of this test started.
            unsafe { libc::kill(pid, libc::SIGKILL) };
        }
    }

    /// What the daemons said, for a failure's text.
    pub(crate) fn logs(&self) -> String {
        let entries = std::fs::read_dir(self.folder.path()).expect("a folder").flatten();
        let logs = entries.map(|e| e.path()).filter(|p| p.extension().is_some_and(|x| x == "log" || x == "out"));
        let end = |path: PathBuf| {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            format!("--- {}\n{}\n", path.display(), lines[lines.len().saturating_sub(15)..].join("\n"))
        };
        logs.map(end).collect()
    }
}

impl Drop for Slurm {
    fn drop(&mut self) {
        for daemon in self.nodes.iter_mut().chain([&mut self.controller, &mut self.munged]) {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

/// A daemon's program: those of Slurm stand where only root's PATH looks.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin", "/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn wait_until(limit: Duration, is_so: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < limit {
        if is_so() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    false
}

fn munge(folder: &Path) -> Child {
    use std::os::unix::fs::PermissionsExt as _;
    let key = folder.join("munge.key");
    // No secret is kept: only this test's processes speak through this socket.
    std::fs::write(&key, [b'k'; 1024]).expect("a key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).expect("a mode");
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    let socket = folder.join("munge.sock");
    let option = |name: &str, path: &Path| format!("--{name}={}", path.display());
    let mut command = Command::new(find("munged").expect("it was found"));
    command.args(["--foreground", "--force", &option("key-file", &key), &option("socket", &socket)]);
    command.args([option("pid-file", &folder.join("munge.pid")), option("seed-file", &folder.join("munge.seed"))]);
    let log = std::fs::File::create(folder.join("munged.out")).expect("a log");
    let munged = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("munged starts");
    let asked =
        || Command::new("munge").args(["--no-input", &option("socket", &socket)]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let up = wait_until(Duration::from_secs(10), || asked().is_ok_and(|status| status.success()));
    assert!(up, "munged does not come up: {}", std::fs::read_to_string(folder.join("munged.out")).unwrap_or_default());
    munged
}

/// Writes `slurm.conf`; a node that does not answer is down after some seconds.
fn configure(folder: &Path) -> PathBuf {
    let held: Vec<TcpListener> = (0..=N_NODES).map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port")).collect();
    let ports: Vec<u16> = held.iter().map(|l| l.local_addr().expect("an address").port()).collect();
    for name in ["ctld".to_owned()].into_iter().chain((1..=N_NODES).map(|i| format!("n{i}"))) {
        std::fs::create_dir(folder.join(name)).expect("a folder");
    }
    let user = Command::new("id").arg("-un").output().expect("id");
    let (s, user) = (folder.display(), String::from_utf8_lossy(&user.stdout).trim().to_owned());
    let nodes: String = (1..=N_NODES)
        .map(|i| {
            format!("NodeName=n{i} NodeHostname=localhost NodeAddr=127.0.0.1 Port={} CPUs=2 RealMemory=1000 State=UNKNOWN\n", ports[i])
        })
        .collect();
    let text = format!(
        "ClusterName=oha\nSlurmctldHost=localhost(127.0.0.1)\nSlurmctldPort={}\nSlurmUser={user}\nSlurmdUser={user}\n\
         AuthType=auth/munge\nAuthInfo=socket={s}/munge.sock\nCommunicationParameters=NoCtldInAddrAny,NoInAddrAny\n\
         StateSaveLocation={s}/ctld\nSlurmdSpoolDir={s}/%n\nSlurmctldPidFile={s}/slurmctld.pid\nSlurmdPidFile={s}/slurmd-%n.pid\n\
         SlurmctldLogFile={s}/slurmctld.log\nSlurmdLogFile={s}/slurmd-%n.log\nProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\n\
         JobAcctGatherType=jobacct_gather/none\nAccountingStorageType=accounting_storage/none\nMpiDefault=none\nReturnToService=2\n\
         MaxArraySize=5\nSlurmdTimeout=2\nSelectType=select/cons_tres\nSelectTypeParameters=CR_Core\n\
         SchedulerParameters=sched_interval=1,batch_sched_delay=0,sched_min_interval=0,bf_interval=1\n{nodes}\
         PartitionName=main Nodes=n[1-{N_NODES}] Default=YES MaxTime=INFINITE State=UP\n",
        ports[0]
    );
    let conf = folder.join("slurm.conf");
    std::fs::write(&conf, text).expect("a configuration");
    conf
}
