//! Generated from `wit/v0_1/probe.wit`.

wasmtime::component::bindgen!({
    path: "../../wit/v0_1",
    world: "probe",
    imports: { default: async | trappable },
    exports: { default: async },
    with: {
        "remote-doctor:probe/net.connection": super::guest::ConnectionHandle,
        "remote-doctor:probe/login.credential": super::guest::CredentialHandle,
    },
});
