//! The registry as Rust: two tables in the order of the files. What recognises stands apart from what is known of a
//! product, so that a probe that only recognises does not carry the rest.

use crate::registry::{Product, Text};
use crate::rules::find;

/// The text of the module that has both tables.
pub fn rust(products: &[Product]) -> String {
    let mut out = String::from("pub(super) static MARKS: &[Marks] = &[\n");
    for product in products {
        marks(&mut out, product, products);
    }
    out.push_str("];\n\npub(super) static ABOUT: &[About] = &[\n");
    for product in products {
        about(&mut out, product);
    }
    out.push_str("];\n");
    out
}

fn marks(out: &mut String, product: &Product, products: &[Product]) {
    let lower = |text: &Text| text.to_ascii_lowercase();
    let part = |text: &Option<Text>| text.as_ref().map(lower).unwrap_or_default();
    let name: &str = &product.name;
    let above = product.variant_of.iter();
    let above = above.filter_map(|name| find(name, products));
    let names = product.names.iter().map(|it| {
        let at = it.at.iter().map(|at| format!("Clue::{at:?}"));
        format!("Name {{ text: {:?}, at: &{} }}", lower(&it.text), list(at))
    });
    let habits = product.habits.iter().map(|it| {
        let (begins, ends) = (part(&it.begins), part(&it.ends));
        format!(
            "Habit {{ at: Clue::{:?}, begins: {begins:?}, ends: {ends:?} }}",
            it.at
        )
    });
    let features = product.features.iter().map(|it| {
        let name = it.name.to_ascii_uppercase();
        let arguments = match &it.is {
            Some(is) => format!("Arguments::Are({:?})", lower(is)),
            None => format!("Arguments::Have({:?})", part(&it.has)),
        };
        format!("FeatureMark {{ name: {name:?}, arguments: {arguments} }}")
    });
    let lists = product.feature_lists.iter().map(|it| {
        let names = it.names.iter();
        let names = names.map(|name| format!("{:?}", name.to_ascii_uppercase()));
        format!("&{}", list(names))
    });
    let above = list(above.map(|at| at.to_string()));
    let (names, habits) = (list(names), list(habits));
    let (features, lists) = (list(features), list(lists));
    out.push_str(&format!(
        "    Marks {{ name: {name:?}, variant_of: &{above}, names: &{names}, habits: &{habits}, \
             features: &{features}, feature_lists: &{lists} }},\n"
    ));
}

fn about(out: &mut String, product: &Product) {
    let settings = list(product.settings.iter().map(|it| quoted(&it.place)));
    let quirks = list(product.quirks.iter().map(|it| quoted(&it.says)));
    let forms = product.user_forms.iter().map(|it| {
        let (form, means) = (quoted(&it.form), quoted(&it.means));
        format!("UserForm {{ form: {form}, means: {means} }}")
    });
    let forms = list(forms);
    out.push_str(&format!(
        "    About {{ settings: &{settings}, user_forms: &{forms}, quirks: &{quirks} }},\n"
    ));
}

fn quoted(text: &Text) -> String {
    format!("{:?}", &**text)
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}
