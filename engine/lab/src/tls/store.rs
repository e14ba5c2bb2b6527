//! Remembers whether a client asked for an earlier session.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use rustls::server::StoresServerSessions;

/// A store of sessions as one handshake sees it.
#[derive(Debug)]
pub(super) struct Asked {
    store: Arc<dyn StoresServerSessions>,
    asked: AtomicBool,
}

impl Asked {
    pub(super) fn new(store: Arc<dyn StoresServerSessions>) -> Self {
        Self {
            store,
            asked: AtomicBool::new(false),
        }
    }

    pub(super) fn was_asked(&self) -> bool {
        self.asked.load(Relaxed)
    }
}

impl StoresServerSessions for Asked {
    fn put(&self, key: Vec<u8>, value: Vec<u8>) -> bool {
        self.store.put(key, value)
    }

    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.asked.store(true, Relaxed);
        self.store.get(key)
    }

    fn take(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.asked.store(true, Relaxed);
        self.store.take(key)
    }

    fn can_cache(&self) -> bool {
        self.store.can_cache()
    }
}
