//! Shows what the macro makes of a function: `EXPAND=file.rs cargo test -p autodiff-macros show --
//! --nocapture` prints the expansion of the first function in the file.

#[test]
fn show() {
    let Ok(path) = std::env::var("EXPAND") else {
        return;
    };
    let source = std::fs::read_to_string(&path).expect("the file in EXPAND can be read");
    let file: syn::File = syn::parse_str(&source).expect("the file in EXPAND parses");
    let item = file
        .items
        .into_iter()
        .find(|item| matches!(item, syn::Item::Fn(_)));
    let item = item.expect("the file in EXPAND has a function");
    let tokens = crate::expand::expand(Default::default(), quote::quote!(#item));
    let file = syn::parse2(tokens).expect("the expansion parses");
    println!("{}", prettyplease::unparse(&file));
}
