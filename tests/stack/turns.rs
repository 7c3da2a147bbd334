//! Turns: most tests use the stack at the same time; one that kills its functions has it alone.
//!
//! A thread that has asked for the stack takes part until it ends, which for a test's thread is
//! the end of its test. Tests that want to be alone stand in the module that is started last
//! ([`crate::workers`]), so that nobody waits for them.

use std::{
    cell::RefCell,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

static TURNS: Mutex<Turns> = Mutex::new(Turns { together: 0, alone: false });
static CHANGED: Condvar = Condvar::new();

thread_local! {
    static SHARE: RefCell<Option<Share>> = const { RefCell::new(None) };
}

struct Turns {
    together: usize,
    alone: bool,
}

/// A thread's part in using the stack.
struct Share;

/// The stack for one test alone, until this is dropped.
pub struct Alone;

/// Lets this thread use the stack together with others, once nobody has it alone.
pub fn together() {
    SHARE.with_borrow_mut(|share| {
        share.get_or_insert_with(|| {
            let turns = CHANGED.wait_while(turns(), |turns| turns.alone);
            turns.unwrap_or_else(PoisonError::into_inner).together += 1;
            Share
        });
    });
}

/// Waits until no other thread uses the stack, and keeps the others waiting.
pub fn alone() -> Alone {
    let own = SHARE.with_borrow(|share| usize::from(share.is_some()));
    let turns = CHANGED.wait_while(turns(), |turns| turns.alone || turns.together > own);
    turns.unwrap_or_else(PoisonError::into_inner).alone = true;
    Alone
}

impl Drop for Share {
    fn drop(&mut self) {
        turns().together -= 1;
        CHANGED.notify_all();
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        turns().alone = false;
        CHANGED.notify_all();
    }
}

fn turns() -> MutexGuard<'static, Turns> {
    TURNS.lock().unwrap_or_else(PoisonError::into_inner)
}
