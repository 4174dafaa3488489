//! How many megabytes of text the engine scans in one CPU second on one core.
//!
//! Takes text files, one post a line: `cargo bench --bench throughput -- posts.txt emoji.txt`. Prints one line a file.

#![allow(clippy::print_stdout, missing_docs)]

use std::error::Error;
use std::fs;
use std::time::Duration;

use whitecoat_engine::{Engine, Item};

fn main() -> Result<(), Box<dyn Error>> {
    let before = cpu_time()?;
    let engine = Engine::builtin()?;
    println!("engine built in {:.1} ms CPU", (cpu_time()? - before).as_secs_f64() * 1e3);
    for path in std::env::args().skip(1).filter(|argument| !argument.starts_with("--")) {
        measure(&engine, &path)?;
    }
    Ok(())
}

fn measure(engine: &Engine, path: &str) -> Result<(), Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    let line = |(number, line): (usize, &str)| Item {
        id: number.to_string(),
        text: line.to_owned(),
        ..Item::default()
    };
    let items: Vec<Item> = text.lines().enumerate().map(line).collect();
    let mut scanner = engine.scanner();
    let before = cpu_time()?;
    let findings: usize = items.iter().map(|item| scanner.scan(item).len()).sum();
    let seconds = (cpu_time()? - before).as_secs_f64();
    let bytes: usize = items.iter().map(|item| item.text.len()).sum();
    let rate = bytes as f64 / 1e6 / seconds;
    println!(
        "{path}: {} posts, {:.1} MB, {findings} findings, {rate:.1} MB a CPU second",
        items.len(),
        bytes as f64 / 1e6
    );
    Ok(())
}

/// Time that this process has spent on a CPU. Linux only, like the script that calls this.
fn cpu_time() -> Result<Duration, Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/schedstat")?;
    let nanoseconds = stat.split_whitespace().next().ok_or("empty schedstat")?.parse()?;
    Ok(Duration::from_nanos(nanoseconds))
}
