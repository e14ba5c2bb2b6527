//! The facts of the probes that come with the program, for tests of what is made of them.

use std::sync::LazyLock;

use model::declared::DeclaredFacts;
use model::finding::Description;

/// What the built-in probes declare.
pub(crate) fn built_in() -> DeclaredFacts {
    DeclaredFacts::of(descriptions()).unwrap()
}

/// What the built-in probes say of themselves.
pub(crate) fn descriptions() -> &'static [Description] {
    static BUILT_IN: LazyLock<Vec<Description>> = LazyLock::new(|| {
        let load = || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let probes = runtime.block_on(run::Probes::built_in()).unwrap();
            let plugins = probes.plugins.iter();
            plugins.map(|it| (*it.description).clone()).collect()
        };
        // A test may be within a runtime of its own.
        std::thread::spawn(load).join().unwrap()
    });
    &BUILT_IN
}
