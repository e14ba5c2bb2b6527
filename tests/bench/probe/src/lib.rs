//! A probe that does in the sandbox what the benchmarks also do outside of it. The remote path of the settings says what and
//! how often: `replies:100`.

mod work;

use probe_sdk::{About, Failure, Probe, Run, elapsed_us, value};

struct BenchProbe;

impl Probe for BenchProbe {
    const ABOUT: About = About {
        summary: "does what it is told, to be measured",
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let order = run.remote().remote_path.as_deref().unwrap_or_default();
        let Some((work, times)) = work::order(order) else {
            run.could_not_look("anything", &[], "nobody said what to do");
            return Ok(());
        };
        let sum = work::done(work, times, elapsed_us);
        run.note("bench.sum", value::number(sum));
        Ok(())
    }
}

probe_sdk::export!(BenchProbe);
