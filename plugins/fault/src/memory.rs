//! Memory: taking it, and looking at what nobody has handed out.

use std::hint::black_box;

/// Takes memory until there is none. It hardly uses it: the cap on memory is to be met before the one on fuel.
pub(crate) fn take() {
    let mut taken = Vec::new();
    loop {
        let mut piece = Vec::with_capacity(1 << 20);
        piece.push(1_u8);
        taken.push(black_box(piece));
        black_box(&taken);
    }
}

/// How many bytes beyond the heap are not zero; leaves none of them zero.
#[cfg(target_family = "wasm")]
#[expect(unsafe_code, reason = "looks at memory that no allocation covers")]
pub(crate) fn beyond_heap() -> u32 {
    /// Nothing that this call itself allocates reaches further.
    const ROOM_BYTES: usize = 256 << 10;
    let edge = Box::into_raw(Box::new(0_u8)) as usize + ROOM_BYTES;
    let end = core::arch::wasm32::memory_size(0) << 16;
    let mut count = 0;
    for address in edge..end {
        // SAFETY: inside the linear memory, behind everything that was handed out; the target has no threads.
        unsafe {
            let byte = address as *mut u8;
            count += u32::from(byte.read_volatile() != 0);
            byte.write_volatile(0xA5);
        }
    }
    count
}

/// There is nothing to see elsewhere.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn beyond_heap() -> u32 {
    0
}
