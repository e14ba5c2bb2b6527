//! Keys and signatures are made here, by the other half of the library.

use minisign::KeyPair;

use super::*;

const CONTENT: &[u8] = b"a component";

struct Scene {
    folder: tempfile::TempDir,
    ours: KeyPair,
}

impl Scene {
    fn new() -> Scene {
        let scene = Scene {
            folder: tempfile::tempdir().unwrap(),
            ours: KeyPair::generate_unencrypted_keypair().unwrap(),
        };
        fs::write(scene.file(), CONTENT).unwrap();
        scene
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("probe.wasm")
    }

    fn sign(&self, keys: &KeyPair, comment: &str) {
        let signed = minisign::sign(Some(&keys.pk), &keys.sk, CONTENT, Some(comment), None);
        fs::write(beside(&self.file()), signed.unwrap().into_string()).unwrap();
    }

    fn trusting(&self, required: bool) -> Signatures {
        Signatures {
            trusted: vec![TrustedKey::given(&self.ours.pk.to_base64()).unwrap()],
            required,
        }
    }

    /// Both where a signature is required and where it is not.
    fn judged(&self, content: &[u8]) -> [Result<Signer, SignatureError>; 2] {
        [false, true].map(|required| self.trusting(required).signer(&self.file(), content))
    }
}

fn shown_id(keys: &KeyPair) -> String {
    let id: [u8; 8] = keys.pk.keynum().try_into().unwrap();
    format!("{:016X}", u64::from_le_bytes(id))
}

#[test]
fn a_trusted_key_vouches_for_this_very_file() {
    let scene = Scene::new();
    scene.sign(&scene.ours, "looks at greetings\u{202e}");
    for signer in scene.judged(CONTENT) {
        let Ok(Signer::Trusted { key_id, comment }) = signer else {
            panic!("{signer:?}");
        };
        assert_eq!(key_id, shown_id(&scene.ours));
        assert_eq!(comment, "looks at greetings\u{fffd}");
    }
    for signer in scene.judged(b"a component!") {
        assert!(matches!(signer, Err(SignatureError::Mismatch { .. })));
    }
}

#[test]
fn without_a_signature_nobody_does() {
    let [free, strict] = Scene::new().judged(CONTENT);
    assert_eq!(free.unwrap(), Signer::NotSigned);
    let told = strict.unwrap_err().to_string();
    assert!(
        told.contains("probe.wasm: not signed") && told.contains("probe.wasm.minisig"),
        "{told}"
    );
}

#[test]
fn a_key_that_is_not_trusted_counts_for_nothing() {
    let scene = Scene::new();
    let theirs = KeyPair::generate_unencrypted_keypair().unwrap();
    scene.sign(&theirs, "");
    let [free, strict] = scene.judged(CONTENT);
    let key_id = shown_id(&theirs);
    assert_eq!(
        free.unwrap(),
        Signer::UnknownKey {
            key_id: key_id.clone()
        }
    );
    assert!(strict.unwrap_err().to_string().contains(&key_id));
}

#[test]
fn a_signature_that_was_changed_is_an_error_in_either_case() {
    let scene = Scene::new();
    scene.sign(&scene.ours, "version 1");
    let path = beside(&scene.file());
    let whole = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let cut = lines[..2].join("\n");
    for damaged in ["", "untrusted comment: x\nnothing\n", &cut] {
        fs::write(&path, damaged).unwrap();
        for signer in scene.judged(CONTENT) {
            assert!(
                matches!(signer, Err(SignatureError::Damaged(_))),
                "{damaged}"
            );
        }
    }
    fs::write(&path, whole.replace("version 1", "version 2")).unwrap();
    for signer in scene.judged(CONTENT) {
        assert!(matches!(signer, Err(SignatureError::Mismatch { .. })));
    }
    fs::write(&path, [0xff; 100]).unwrap();
    for signer in scene.judged(CONTENT) {
        assert!(matches!(signer, Err(SignatureError::Damaged(_))));
    }
}

#[test]
fn a_key_is_given_itself_or_in_a_file() {
    let scene = Scene::new();
    let file = scene.folder.path().join("minisign.pub");
    let public = scene.ours.pk.to_box().unwrap().into_string();
    fs::write(&file, &public).unwrap();
    let given = TrustedKey::given(&scene.ours.pk.to_base64()).unwrap();
    assert_eq!(
        TrustedKey::given(&file.display().to_string()).unwrap(),
        given
    );
    fs::write(&file, "no key").unwrap();
    let in_file = TrustedKey::given(&file.display().to_string());
    assert!(matches!(in_file, Err(KeyError::NoKey(_))));
    let told = TrustedKey::given("RWgarbage").unwrap_err().to_string();
    assert!(told.starts_with("--trusted-key RWgarbage: "), "{told}");
}
