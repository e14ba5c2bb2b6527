//! Version 0.1 of the contract: the generated bindings, what its words mean in ours, and the functions that a guest imports.
//! Another version of the contract is another folder beside this one.

pub(super) mod bindings;
pub(super) mod convert;
pub(super) mod guest;

/// The version, as `wit/v0_1/probe.wit` has it.
pub(super) const VERSION: &str = "0.1.0";

#[cfg(test)]
mod tests {
    #[test]
    fn the_contract_is_of_this_version() {
        let contract = include_str!("../../../../wit/v0_1/probe.wit");
        let package = format!("package remote-doctor:probe@{};", super::VERSION);
        assert!(contract.lines().any(|line| line == package));
    }
}
