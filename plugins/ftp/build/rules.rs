//! What the data of the registry has to obey beyond its form, so that a mistake in a file stops the build and no user.

use crate::registry::{Mistake, Product, Said};

/// Shorter names would stand in half of all greetings.
const SHORTEST_NAME: usize = 4;

/// Checks all files together.
pub fn check(products: &[Product]) -> Result<(), Mistake> {
    for product in products {
        keys_fit(product)?;
        name_is_free(product, products)?;
        variants(product, products)?;
        names_are_its_own(product, products)?;
        examples(product)?;
    }
    Ok(())
}

/// The product with this name.
pub fn find(name: &str, products: &[Product]) -> Option<usize> {
    let same = |product: &Product| product.name.eq_ignore_ascii_case(name);
    products.iter().position(same)
}

fn mistake(product: &Product, key: impl Into<String>, fault: impl Into<String>) -> Mistake {
    Mistake::Rule {
        file: product.file.clone(),
        key: key.into(),
        fault: fault.into(),
    }
}

/// Keys of one table that need or exclude each other.
fn keys_fit(product: &Product) -> Result<(), Mistake> {
    for (at, habit) in product.habits.iter().enumerate() {
        if habit.begins.is_none() && habit.ends.is_none() {
            let fault = "has neither `begins` nor `ends`";
            return Err(mistake(product, format!("habits[{at}]"), fault));
        }
    }
    for (at, feature) in product.features.iter().enumerate() {
        if feature.has.is_some() && feature.is.is_some() {
            let fault = "has both `has` and `is`";
            return Err(mistake(product, format!("features[{at}]"), fault));
        }
    }
    for (at, list) in product.feature_lists.iter().enumerate() {
        if list.names.is_empty() {
            return Err(mistake(
                product,
                format!("feature-lists[{at}].names"),
                "is empty",
            ));
        }
    }
    for (at, name) in product.names.iter().enumerate() {
        if name.text.len() < SHORTEST_NAME {
            let fault = format!("is shorter than {SHORTEST_NAME} characters");
            return Err(mistake(product, format!("names[{at}].text"), fault));
        }
        if name.at.is_empty() {
            return Err(mistake(product, format!("names[{at}].at"), "is empty"));
        }
    }
    Ok(())
}

/// Reports name a product, and pages have a heading for it: two with one name could not be told apart.
fn name_is_free(product: &Product, products: &[Product]) -> Result<(), Mistake> {
    let first = find(&product.name, products).map(|at| &products[at]);
    match first.filter(|first| first.file != product.file) {
        Some(first) => {
            let fault = format!("is the name in {}, too", first.file);
            Err(mistake(product, "name", fault))
        }
        None => Ok(()),
    }
}

/// What a product is a variant of is another product, and it does not lead back.
fn variants(product: &Product, products: &[Product]) -> Result<(), Mistake> {
    for (at, name) in product.variant_of.iter().enumerate() {
        let key = format!("variant-of[{at}]");
        if find(name, products).is_none() {
            return Err(mistake(
                product,
                key,
                format!("names no product: {}", &**name),
            ));
        }
    }
    if ancestors(product, products).contains(&product.name.to_ascii_lowercase()) {
        return Err(mistake(product, "variant-of", "leads back to the product"));
    }
    Ok(())
}

/// All that a product is a variant of, and what those are variants of, in lower case.
fn ancestors(product: &Product, products: &[Product]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open: Vec<&Product> = vec![product];
    while let Some(next) = open.pop() {
        for name in &next.variant_of {
            let lower = name.to_ascii_lowercase();
            if !found.contains(&lower) {
                found.push(lower);
                open.extend(find(name, products).map(|at| &products[at]));
            }
        }
    }
    found
}

/// A name that is a part of another product's name would name both. Only a variant may have the name of its product in
/// its own.
fn names_are_its_own(product: &Product, products: &[Product]) -> Result<(), Mistake> {
    let above = ancestors(product, products);
    let others = products.iter().filter(|it| it.file != product.file);
    for other in others {
        let is_above = above.contains(&other.name.to_ascii_lowercase());
        for (at, name) in product.names.iter().enumerate() {
            let lower = name.text.to_ascii_lowercase();
            let taken = other.names.iter().find(|it| {
                let theirs = it.text.to_ascii_lowercase();
                lower.contains(&theirs) && (!is_above || lower == theirs)
            });
            if let Some(taken) = taken {
                let fault = format!("has a name of {} in it: {}", &*other.name, &*taken.text);
                return Err(mistake(product, format!("names[{at}].text"), fault));
            }
        }
    }
    Ok(())
}

/// Whatever can be recognised has an example, and whatever cannot is a variant of something.
fn examples(product: &Product) -> Result<(), Mistake> {
    let marks = product.names.len()
        + product.habits.len()
        + product.features.len()
        + product.feature_lists.len();
    if marks == 0 && product.variant_of.is_empty() {
        let fault =
            "is missing: nothing says how the product is recognised, or what it is a variant of";
        return Err(mistake(product, "names", fault));
    }
    if marks > 0 && product.seen.is_empty() {
        return Err(mistake(
            product,
            "seen",
            "is missing: show what the product says",
        ));
    }
    let seen = product.seen.iter().map(|it| ("seen", &it.says));
    let look_alikes = product
        .look_alikes
        .iter()
        .map(|it| ("look-alikes", &it.says));
    for (table, says) in seen.chain(look_alikes) {
        if is_silent(says) {
            return Err(mistake(product, format!("{table}.says"), "is empty"));
        }
    }
    Ok(())
}

fn is_silent(said: &Said) -> bool {
    let replies = [
        &said.greeting,
        &said.system,
        &said.status,
        &said.user,
        &said.pass,
        &said.help,
        &said.features,
    ];
    replies.iter().all(|reply| reply.is_none())
}
