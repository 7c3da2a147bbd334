//! Kills functions of this very stack, as a host that goes up in smoke would.

use crate::stack::target;
use ring::digest::{SHA256, digest};
use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    path::PathBuf,
    process::Command,
};

/// What the emulator notes when a process ended in the middle of an invocation.
const DIED: &str = "Runtime exited before returning a response";

/// A function as the emulator runs it.
pub struct Prey {
    /// Its name in the catalogue.
    pub name: &'static str,
    /// The emulator, which leads the process group of its functions.
    group: String,
    /// The file that its processes run, below this stack's own folder.
    program: String,
    /// How long the emulator's log was when the hunt began, in bytes.
    log_start: u64,
}

impl Prey {
    /// A function of the running stack. The emulator unpacks it into a folder named after the
    /// archive's digest.
    pub fn find(name: &'static str) -> Self {
        let archive = fs::read(stack().join(format!("functions/{name}.zip"))).unwrap();
        let sha: String =
            digest(&SHA256, &archive).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let group = fs::read_to_string(stack().join("emulator.pid")).unwrap().trim().to_owned();
        let log_start = log().metadata().unwrap().len();
        Self { name, group, program: format!("/{sha}/bootstrap"), log_start }
    }

    /// Its processes at this moment.
    pub fn processes(&self) -> Vec<String> {
        let listed = Command::new("ps").args(["-A", "-o", "pid=,pgid=,args="]).output().unwrap();
        let listed = String::from_utf8(listed.stdout).unwrap();
        let folder = stack().join("tmp").display().to_string();
        let ours = listed.lines().filter_map(|line| {
            let mut words = line.split_whitespace();
            let (process, group, program) = (words.next()?, words.next()?, words.next()?);
            let runs = program.starts_with(&folder) && program.ends_with(&self.program);
            (group == self.group && runs).then(|| process.to_owned())
        });
        ours.collect()
    }

    /// Kills these of its processes; one that has ended meanwhile is no matter.
    pub fn kill(&self, processes: &[String]) {
        if !processes.is_empty() {
            Command::new("kill").arg("-9").args(processes).output().unwrap();
        }
    }

    /// How many of its invocations ended with their process since the hunt began; processes killed
    /// at rest or while starting are not counted.
    pub fn deaths(&self) -> usize {
        let (mut log, mut since) = (log(), Vec::new());
        // By bytes: the emulator may have written half of a character when the hunt began.
        log.seek(SeekFrom::Start(self.log_start)).unwrap();
        log.read_to_end(&mut since).unwrap();
        let died = format!("paylink-{}: {DIED}", self.name);
        String::from_utf8_lossy(&since).matches(&died).count()
    }
}

fn stack() -> PathBuf {
    target().join("stack").canonicalize().unwrap()
}

fn log() -> File {
    File::open(stack().join("ministack.log")).unwrap()
}
