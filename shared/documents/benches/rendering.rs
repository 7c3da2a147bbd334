//! What an invoice costs to render: time of the processor, memory, size; and that a release build
//! makes the bytes that the tests' build makes. Fails over budget.
//!
//! `cargo bench -p documents`
#![allow(dead_code, reason = "shares its documents with the tests")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::disallowed_types,
    clippy::print_stdout,
    reason = "a benchmark, as tests"
)]

#[path = "../../../tests/documents/samples.rs"]
mod samples;

use documents::{Document, pdf};
use ring::digest::{SHA256, digest};

/// Renderings per row.
const ROUNDS: u32 = 40;

/// Most memory that the process may ever have held: what is touched of the fonts is in it.
const MAX_PEAK_MB: u64 = 24;

/// Most this program may weigh, stripped; the renderer has the runtime and the clients besides.
const MAX_PROGRAM_MB: f64 = 12.0;

/// Seconds of CPU this process has used, from the kernel's hundredths.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
    let ticks = |place: usize| fields[place].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}

/// The most memory that this process has held, in MB.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1_024
}

fn is_as_before(name: &str, bytes: &[u8]) -> bool {
    let golden = include_str!("../../../tests/documents/golden.txt");
    let line = golden.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap();
    let hex: String =
        digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    line.split(' ').nth(1) == Some(&hex)
}

fn measure(name: &str, document: &Document) {
    let bytes = pdf(document).unwrap();
    assert!(is_as_before(name, &bytes), "{name}: this build makes other bytes than the tests'");
    let begun = cpu_s();
    for _ in 0..ROUNDS {
        assert_eq!(pdf(document).unwrap().len(), bytes.len());
    }
    let each_ms = (cpu_s() - begun) * 1_000.0 / f64::from(ROUNDS);
    let kb = bytes.len() / 1_024;
    println!("{name:<12} {each_ms:>7.1} ms of CPU {kb:>6} KB {:>6} MB peak", peak_mb());
}

fn main() {
    measure("taxed", &samples::invoice());
    measure("scripts", &samples::scripts());
    measure("ten_pages", &samples::long(232));
    let peak = peak_mb();
    assert!(peak <= MAX_PEAK_MB, "{peak} MB were held; {MAX_PEAK_MB} are the budget");
    let program = std::fs::metadata(std::env::current_exe().unwrap()).unwrap().len();
    let program = program as f64 / 1_048_576.0;
    println!("program      {program:>7.1} MB with its fonts");
    assert!(program <= MAX_PROGRAM_MB, "{program:.1} MB; {MAX_PROGRAM_MB} are the budget");
}
