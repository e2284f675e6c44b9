//! The allocator for instances that live for one call: it hands out memory from a growing edge and takes back only what lies at the edge.
//!
//! That is all that a call needs, and several times quicker than an allocator that remembers what is free. A plugin that is kept warm for
//! thousands of calls needs another: leave the feature `bump` out.

#[cfg(all(target_family = "wasm", feature = "bump"))]
pub(crate) use imp::reserve;

/// Nothing to make ready elsewhere.
#[cfg(not(all(target_family = "wasm", feature = "bump")))]
pub(crate) fn reserve(_bytes: usize) {}

#[cfg(all(target_family = "wasm", feature = "bump"))]
#[expect(unsafe_code, reason = "an allocator hands out memory")]
mod imp {
    use std::alloc::{GlobalAlloc, Layout};
    use std::cell::Cell;
    use std::ptr::{addr_of, null_mut};

    const PAGE_BYTES: usize = 1 << 16;
    /// The least that is asked of the engine: growing costs a system call of the host.
    const GROWTH_BYTES: usize = 1 << 20;

    struct Bump {
        /// First free byte; 0 before the first use.
        next: Cell<usize>,
        /// First byte beyond the memory.
        end: Cell<usize>,
    }

    // SAFETY: the target has no threads.
    unsafe impl Sync for Bump {}

    #[global_allocator]
    static BUMP: Bump = Bump { next: Cell::new(0), end: Cell::new(0) };

    unsafe extern "C" {
        /// Set by the linker behind stack and data.
        static __heap_base: u8;
    }

    /// Makes sure that this much can be handed out without asking the engine.
    pub(crate) fn reserve(bytes: usize) {
        BUMP.start();
        if let Some(end) = BUMP.next.get().checked_add(bytes) {
            BUMP.reach(end);
        }
    }

    impl Bump {
        fn start(&self) {
            if self.next.get() == 0 {
                self.next.set(addr_of!(__heap_base) as usize);
                self.end.set(core::arch::wasm32::memory_size(0) * PAGE_BYTES);
            }
        }

        /// Whether memory reaches up to here, now.
        #[inline]
        fn reach(&self, needed: usize) -> bool {
            needed <= self.end.get() || self.grow(needed)
        }

        #[cold]
        fn grow(&self, needed: usize) -> bool {
            let missing = needed - self.end.get();
            [missing.max(GROWTH_BYTES), missing].into_iter().any(|bytes| {
                let pages = bytes.div_ceil(PAGE_BYTES);
                let grown = core::arch::wasm32::memory_grow(0, pages) != usize::MAX;
                if grown {
                    // At 4 GiB the end does not fit; nobody gets that far.
                    self.end.set(self.end.get().saturating_add(pages * PAGE_BYTES));
                }
                grown
            })
        }
    }

    // SAFETY: blocks do not overlap: each begins at or behind `next`, which then moves behind it, and moves back only over the last one.
    unsafe impl GlobalAlloc for Bump {
        #[inline]
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            self.start();
            let start = self.next.get().next_multiple_of(layout.align());
            match start.checked_add(layout.size()) {
                Some(end) if self.reach(end) => {
                    self.next.set(end);
                    start as *mut u8
                }
                _ => null_mut(),
            }
        }

        #[inline]
        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            if block as usize + layout.size() == self.next.get() {
                self.next.set(block as usize);
            }
        }

        #[inline]
        unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
            let start = block as usize;
            if start + layout.size() == self.next.get() {
                return match start.checked_add(size) {
                    Some(end) if self.reach(end) => {
                        self.next.set(end);
                        block
                    }
                    _ => null_mut(),
                };
            }
            if size <= layout.size() {
                return block;
            }
            // SAFETY: the caller vouches for size and alignment; the new block is another one and larger.
            unsafe {
                let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
                if !moved.is_null() {
                    moved.copy_from_nonoverlapping(block, layout.size());
                }
                moved
            }
        }
    }
}
