//! The memory of guests, read from outside while they work: only pages that are really there, of pools that only guests live in.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};

/// Behind a guest's memory lies a gap that nothing else needs so large, not even an arena of the allocator.
const GAP_BYTES_MIN: u64 = 128 << 20;
const PAGE_BYTES: u64 = 4 << 10;
/// What is read of it at most.
const READ_BYTES_MAX: usize = 1 << 30;

struct Region {
    from: u64,
    to: u64,
    writable: bool,
    resident: bool,
}

/// Everything that lies in the process's memories of guests.
pub(crate) fn memory(pid: u32) -> Vec<u8> {
    let smaps = std::fs::read_to_string(format!("/proc/{pid}/smaps")).expect("the process's memory");
    let open = |name: &str| File::open(format!("/proc/{pid}/{name}")).expect("the process's memory");
    let (mut memory, mut pages) = (open("mem"), open("pagemap"));
    let mut all = Vec::new();
    // From above: a gap, then what lies right before it.
    let mut before: Option<u64> = None;
    for region in regions(&smaps).iter().rev() {
        let adjoins = before == Some(region.to);
        before = None;
        if !region.writable && region.to - region.from >= GAP_BYTES_MIN || region.writable && adjoins {
            before = Some(region.from);
        }
        if region.writable && adjoins && region.resident {
            read(&mut memory, &mut pages, region, &mut all);
            assert!(all.len() < READ_BYTES_MAX, "the guests hold more than {READ_BYTES_MAX} bytes");
        }
    }
    all
}

/// The pages of a region that are there; a guest that ends in between takes its memory with it.
fn read(memory: &mut File, pages: &mut File, region: &Region, all: &mut Vec<u8>) {
    let mut entries = Vec::new();
    let wanted = (region.to - region.from) / PAGE_BYTES * 8;
    let known = pages.seek(SeekFrom::Start(region.from / PAGE_BYTES * 8)).and_then(|_| pages.take(wanted).read_to_end(&mut entries));
    known.expect("which pages are there");
    for (number, entry) in (0_u64..).zip(entries.as_chunks::<8>().0) {
        // The highest bit says that the page is in memory (Linux, Documentation/admin-guide/mm/pagemap.rst).
        let mut page = [0; 4 << 10];
        let at = SeekFrom::Start(region.from + number * PAGE_BYTES);
        if u64::from_le_bytes(*entry) >> 63 == 1 && memory.seek(at).and_then(|_| memory.read_exact(&mut page)).is_ok() {
            all.extend_from_slice(&page);
        }
    }
}

/// Of each region the head line, then lines such as `Rss: 12 kB`.
fn regions(smaps: &str) -> Vec<Region> {
    let number = |text: &str| u64::from_str_radix(text, 16).ok();
    let mut regions: Vec<Region> = Vec::new();
    for line in smaps.lines() {
        let mut words = line.split_whitespace();
        let first = words.next().unwrap_or_default();
        if let Some((from, to)) = first.split_once('-').and_then(|(from, to)| Some((number(from)?, number(to)?))) {
            let writable = words.next().is_some_and(|rights| rights.starts_with("rw"));
            regions.push(Region { from, to, writable, resident: false });
        } else if let (true, Some(region)) = (first == "Rss:" && words.next() != Some("0"), regions.last_mut()) {
            region.resident = true;
        }
    }
    regions
}
