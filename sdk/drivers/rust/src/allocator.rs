//! An allocator that counts, for gauges that RSS cannot give: two relaxed additions an allocation. Opt in with
//! `#[global_allocator] static ALLOCATOR: seep_driver::allocator::Counting = seep_driver::allocator::Counting;`
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

static BYTES: AtomicI64 = AtomicI64::new(0);
static BLOCKS: AtomicI64 = AtomicI64::new(0);

pub struct Counting;

// Safety: every call is the system allocator's; the counters are beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64, 1);
        System.alloc(layout)
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64, 1);
        System.alloc_zeroed(layout)
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(-(layout.size() as i64), -1);
        System.dealloc(block, layout)
    }
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as i64 - layout.size() as i64, 0);
        System.realloc(block, layout, size)
    }
}

fn count(bytes: i64, blocks: i64) {
    BYTES.fetch_add(bytes, Relaxed);
    BLOCKS.fetch_add(blocks, Relaxed);
}

/// (bytes, blocks) in use; None when the program does not use this allocator.
pub fn figures() -> Option<(i64, i64)> {
    let figures = (BYTES.load(Relaxed), BLOCKS.load(Relaxed));
    (figures.1 > 0).then_some(figures)
}
