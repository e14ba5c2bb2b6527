use super::*;

fn checked(text: &str) -> Result<(), StructureError> {
    check(&wat::parse_str(text).unwrap())
}

fn excessive(text: &str) -> String {
    match checked(text) {
        Err(StructureError::Excessive(what)) => what,
        other => panic!("{other:?}"),
    }
}

/// Each component is made `times` times by the next, which makes `times.pow(levels)` of the first.
fn multiplied(levels: usize, times: usize) -> String {
    let mut text =
        String::from("(component $c0 (core module $m) (core instance (instantiate $m)))");
    for level in 1..=levels {
        let inner = level - 1;
        let instances = format!("(instance (instantiate $c{inner}))").repeat(times);
        text = format!(
            "{text} (component $c{level} (alias outer $all $c{inner} (component $c{inner})) {instances})"
        );
    }
    format!("(component $all {text} (instance (instantiate $c{levels})))")
}

#[test]
fn instances_are_counted_as_often_as_they_are_made() {
    assert_eq!(checked(&multiplied(2, 10)), Ok(()));
    let bomb = multiplied(6, 10);
    let size = wat::parse_str(&bomb).unwrap().len();
    assert!(size < 1200, "{size} bytes");
    assert!(excessive(&bomb).contains("instances"));
    assert!(excessive(&multiplied(60, 2)).contains("instances"));
    let core = format!(
        "(component (core module $m) {})",
        "(core instance (instantiate $m))".repeat(1_001)
    );
    assert!(excessive(&core).contains("instances"));
}

#[test]
fn what_is_in_them_is_counted_likewise() {
    let aliases = "(alias outer $all 0 (core module))".repeat(1_000);
    let makes = |times: usize| {
        let instances = "(instance (instantiate $wide))".repeat(times);
        format!("(component $all (core module) (component $wide {aliases}) {instances})")
    };
    assert_eq!(checked(&makes(100)), Ok(()));
    assert!(excessive(&makes(900)).contains("items"));
}

#[test]
fn components_that_come_under_another_name_are_counted_too() {
    // By an export of the inner component to itself.
    let exported = |times: usize| {
        let instances = "(instance (instantiate $again))".repeat(times);
        format!(
            r#"(component $all
                (component $one (core module $m) (core instance (instantiate $m)) (core instance (instantiate $m)))
                (component $many (alias outer $all $one (component $c))
                    (export $again "again" (component $c)) {instances})
                (instance (instantiate $many)))"#
        )
    };
    assert_eq!(checked(&exported(100)), Ok(()));
    assert!(excessive(&exported(400)).contains("instances"));
    // What is imported may be anything.
    let imported = r#"(component
        (component $any)
        (component $makes (import "x" (component $x)) (instance (instantiate $x)))
        (instance (instantiate $makes (with "x" (component $any)))))"#;
    assert!(excessive(imported).contains("not its own"));
    let carried = r#"(component
        (component $carries (component $c) (export "c" (component $c)))
        (instance $i (instantiate $carries))
        (alias export $i "c" (component $c))
        (instance (instantiate $c)))"#;
    assert!(excessive(carried).contains("not its own"));
}

#[test]
fn components_in_components_end_somewhere() {
    let nested = |depth: usize| {
        let (open, close) = ("(component ".repeat(depth), ")".repeat(depth));
        checked(&format!("{open}{close}"))
    };
    assert_eq!(nested(DEPTH), Ok(()));
    assert!(matches!(
        nested(DEPTH + 1),
        Err(StructureError::Excessive(_))
    ));
    assert!(matches!(nested(90), Err(StructureError::Excessive(_))));
}

#[test]
fn modules_are_counted_together() {
    let modules = |content: &str, count: usize| {
        let module = format!("(core module {content})");
        format!("(component {})", module.repeat(count))
    };
    let functions = "(func)".repeat(20_000);
    assert_eq!(checked(&modules(&functions, 3)), Ok(()));
    assert!(excessive(&modules(&functions, 4)).contains("functions"));
    let types: String = (0..10_000).map(|_| "(type (func))").collect();
    assert!(excessive(&modules(&types, 3)).contains("types"));
    let imports = r#"(import "" "" (func))"#.repeat(35_000);
    assert!(excessive(&modules(&imports, 3)).contains("imports"));
    let body = |operations: usize| format!("(func {})", "nop ".repeat(operations));
    assert_eq!(checked(&modules(&body(1_000_000), 1)), Ok(()));
    assert!(excessive(&modules(&body(1_100_000), 1)).contains("function of more than"));
}

#[test]
fn types_of_components_are_counted() {
    let types: String = (0..20_001).map(|_| "(type string)").collect();
    assert!(excessive(&format!("(component {types})")).contains("types"));
}

#[test]
fn what_is_no_component_is_malformed() {
    let malformed = |bytes: &[u8]| matches!(check(bytes), Err(StructureError::Malformed(_)));
    assert!(malformed(b""));
    assert!(malformed(b"no component"));
    assert!(malformed(&wat::parse_str("(module)").unwrap()));
    let whole = wat::parse_str(multiplied(2, 3)).unwrap();
    for end in 1..whole.len() {
        // Nothing after the first eight bytes is an empty component.
        let refused = check(&whole[..end]).is_err();
        assert!(refused || end >= 8, "cut after {end} bytes");
    }
    // Claims that no file could keep: 4,294,967,295 functions in a section of six bytes.
    let claims = [
        b"\0asm\x0d\0\x01\0".as_slice(),
        b"\x01\x10\0asm\x01\0\0\0\x03\x06\xff\xff\xff\xff\x0f\0",
    ]
    .concat();
    assert!(check(&claims).is_err());
}
