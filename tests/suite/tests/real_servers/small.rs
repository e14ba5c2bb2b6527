//! Servers with few settings. Nothing in the program was built on them, so these cases show what it says of a stranger:
//! each server has only the cases that it can have.

mod faults;
mod healthy;
mod tls;

use std::ops::RangeInclusive;

use libtest_mimic::{Failed, Trial};
use netlab::{SmallProduct, SmallSetup};

use crate::products::each_of;

pub fn cases() -> Vec<Trial> {
    // The deepest looks wait longest, and are among the first of these.
    [healthy::cases(), faults::cases(), tls::cases()]
        .into_iter()
        .flatten()
        .collect()
}

/// One case for each of some products.
fn each(
    products: impl IntoIterator<Item = SmallProduct>,
    name: &str,
    case: impl Fn(SmallProduct) -> Result<(), Failed> + Copy + Send + 'static,
) -> Vec<Trial> {
    each_of(
        products,
        SmallProduct::name,
        &format!("small::{name}"),
        case,
    )
}

/// The passive ports of [`with_ports`].
fn ports(product: SmallProduct) -> RangeInclusive<u16> {
    match product {
        SmallProduct::Aioftp | SmallProduct::Twisted => 40_000..=40_010,
        // A port that is connected to and not used stays taken, so there have to be enough.
        SmallProduct::FtpSrv => 40_000..=40_060,
        // Those that the kernel gives.
        SmallProduct::Inetutils => 32_768..=60_999,
    }
}

/// A server whose passive ports are known.
fn with_ports(product: SmallProduct) -> SmallSetup {
    SmallSetup {
        passive_ports: product.can_choose_ports().then(|| ports(product)),
        ..SmallSetup::of(product)
    }
}
