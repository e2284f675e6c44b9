//! Plugins of this repository, damaged.

use std::path::PathBuf;

use anyhow::Result;

use crate::chance::Chance;
use crate::forge::Forged;

/// Most bytes that are changed one by one.
const FLIPS_MAX: usize = 16;

/// One of the files with one kind of damage.
pub(crate) fn plugin(mut chance: Chance, files: &[PathBuf]) -> Result<Forged> {
    let Some(path) = files.get(chance.below(files.len())) else {
        return Ok(Forged::nothing("no plugins have been built"));
    };
    let mut bytes = std::fs::read(path)?;
    let kinds: [(&str, fn(&mut Chance, &mut Vec<u8>)); 6] = [
        ("bytes flipped", flip),
        ("a piece of zeros", blank),
        ("cut off", cut),
        ("two sections swapped", swap_sections),
        ("a section twice", double_section),
        ("a piece moved", splice),
    ];
    let (name, damage) = kinds[chance.below(kinds.len())];
    damage(&mut chance, &mut bytes);
    Ok(Forged { bytes, how: format!("{} with {name}", path.file_name().unwrap_or_default().to_string_lossy()) })
}

fn flip(chance: &mut Chance, bytes: &mut Vec<u8>) {
    for _ in 0..=chance.below(FLIPS_MAX) {
        let at = chance.below(bytes.len());
        bytes[at] ^= 1 << chance.below(8);
    }
}

fn blank(chance: &mut Chance, bytes: &mut Vec<u8>) {
    let (from, length) = (chance.below(bytes.len()), chance.below(64));
    bytes.iter_mut().skip(from).take(length).for_each(|byte| *byte = 0);
}

fn cut(chance: &mut Chance, bytes: &mut Vec<u8>) {
    bytes.truncate(chance.below(bytes.len()));
}

fn splice(chance: &mut Chance, bytes: &mut Vec<u8>) {
    let (from, length, to) = (chance.below(bytes.len()), chance.below(256), chance.below(bytes.len()));
    let piece: Vec<u8> = bytes.iter().skip(from).take(length).copied().collect();
    for (place, byte) in bytes.iter_mut().skip(to).zip(piece) {
        *place = byte;
    }
}

fn swap_sections(chance: &mut Chance, bytes: &mut Vec<u8>) {
    let mut sections = sections(bytes);
    let (one, other) = (chance.below(sections.len()), chance.below(sections.len()));
    sections.swap(one, other);
    *bytes = bytes.iter().take(8).copied().chain(sections.concat()).collect();
}

fn double_section(chance: &mut Chance, bytes: &mut Vec<u8>) {
    let sections = sections(bytes);
    if let Some(section) = sections.get(chance.below(sections.len())) {
        bytes.extend_from_slice(section);
    }
}

/// The outermost sections, heads included.
fn sections(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (mut at, mut sections) = (8, Vec::new());
    while let Some(head) = bytes.get(at + 1..) {
        let (mut length, mut width) = (0_usize, 0);
        for byte in head.iter().take(5) {
            length |= usize::from(byte & 0x7f) << (7 * width);
            width += 1;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let end = at + 1 + width + length;
        sections.push(bytes.get(at..end).unwrap_or_default().to_vec());
        at = end;
    }
    sections
}
