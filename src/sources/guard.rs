//! A panic while one file is read ends the reading of that file, not the run.
//!
//! Readers are written not to panic. Should one do so all the same, everything else that was read stays, and the file is
//! reported as unreadable, in words that say whose fault it is.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    sync::Once,
};

thread_local! {
    /// How many readers that are guarded run on this thread, one within the other.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// Where the last panic under guard happened.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs a reader; returns what to tell the user if it panics. The standard message of the panic is not printed.
///
/// Whatever the reader had in its hands must not be used after an error: it may be half changed.
pub(super) fn guarded<T>(read: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| if is_guarded() { keep_place(info) } else { usual(info) }));
    });
    let _guard = Guard::new();
    panic::catch_unwind(AssertUnwindSafe(read)).map_err(|payload| in_words(payload.as_ref()))
}

/// Counts a reader under guard for as long as it lives, also when it ends in a panic.
struct Guard;

impl Guard {
    fn new() -> Self {
        DEPTH.set(DEPTH.get() + 1);
        Self
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

fn is_guarded() -> bool {
    DEPTH.get() > 0
}

fn keep_place(info: &PanicHookInfo<'_>) {
    PLACE.set(info.location().map(|place| format!("{}:{}", place.file(), place.line())));
}

fn in_words(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let place = PLACE.take().unwrap_or_else(|| "unknown place".to_owned());
    format!(
        "taureport failed while reading this file ({place}: {}): this is a bug of taureport, not a fault of the file; all other \
         files were read. Please report it with this message and `taureport --version`, and the file if it may be shared",
        text.unwrap_or("no message")
    )
}

/// Panics where a test put its mark into a file.
#[cfg(test)]
pub(super) fn trip(bytes: &[u8]) {
    assert!(memchr::memmem::find(bytes, b"trip the reader").is_none(), "tripped");
}

/// Does nothing: only tests lay traps.
#[cfg(not(test))]
pub(super) fn trip(_: &[u8]) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_sentence() {
        assert_eq!(guarded(|| 7), Ok(7));
        let text = guarded(|| guarded(|| panic!("at {}", 3))).unwrap().unwrap_err();
        assert!(text.contains("guard.rs:") && text.contains(": at 3)") && text.contains("bug of taureport"), "{text}");
        assert!(!is_guarded(), "the guard ends with the reader");
    }
}
