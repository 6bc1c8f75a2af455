//! The rustdoc of the siblings.

use crate::ir::Ty;
use crate::signature::Function;

fn list(function: &Function) -> String {
    let names: Vec<String> = function
        .active()
        .map(|param| format!("`{}`", param.ident))
        .collect();
    names.join(", ")
}

pub fn jvp(function: &Function) -> String {
    let name = function.name();
    let what = match function.output {
        Some(_) => "Returns the value and its tangent",
        None => "Computes the values and updates the tangents in place",
    };
    format!(
        "Forward mode of [`{name}`]: value and tangent.\n\n{what}, `J·ẋ` for the tangents `ẋ` that \
         follow the active parameters ({}).\n\n# Panics\n\nWhere `{name}` does, and if the length of a \
         tangent is not that of its parameter.",
        list(function)
    )
}

pub fn vjp(function: &Function) -> String {
    let name = function.name();
    let seed = match function.output {
        Some(_) => "takes the cotangent of the output, then",
        None => "takes",
    };
    format!(
        "Reverse mode of [`{name}`]: value and pullback.\n\nThe pullback {seed} a `&mut` adjoint for \
         each active parameter passed by reference, in order, to which it adds `Jᵀ·ȳ`, and returns the \
         cotangents of those passed by value (active: {}). For a `&mut` parameter the adjoint is that \
         of its final value on entry and that of its initial value on return.",
        list(function)
    )
}

pub fn grad_into(function: &Function) -> String {
    let name = function.name();
    format!(
        "Value and gradient of [`{name}`]: *adds* the gradient to the adjoints that follow the active \
         parameters ({}) and returns the value.\n\nThe fastest way to a gradient. Start from zeros to \
         get the gradient alone.\n\n# Panics\n\nWhere `{name}` does, and if the length of an adjoint is \
         not that of its parameter.",
        list(function)
    )
}

pub fn grad(function: &Function, formulas: Option<String>) -> String {
    let name = function.name();
    let formulas = formulas
        .map(|lines| format!("\n\n```text\n{lines}\n```"))
        .unwrap_or_default();
    format!(
        "Gradient of [`{name}`] with respect to {}, in this order.{formulas}",
        list(function)
    )
}

pub fn value_and_grad(function: &Function) -> String {
    format!(
        "Value and gradient of [`{}`] with respect to {}, in one pass.",
        function.name(),
        list(function)
    )
}

pub fn hvp(function: &Function) -> String {
    format!(
        "Hessian-vector product of [`{}`]: `H·ẋ` for the tangents `ẋ` that follow the active \
         parameters ({}), shaped like the gradient. Forward over reverse; `H` is not formed.",
        function.name(),
        list(function)
    )
}

pub fn hessian(function: &Function) -> String {
    format!(
        "Hessian of [`{}`] with respect to {}, flattened in this order.",
        function.name(),
        list(function)
    )
}

pub fn jacobian(function: &Function) -> String {
    let rows = match function.output_shape {
        Ty::Passive => "the final values of the `&mut` parameters",
        _ => "the outputs",
    };
    format!(
        "Jacobian of [`{}`]: rows are {rows}, columns the active inputs ({}), flattened in this order.",
        function.name(),
        list(function)
    )
}

pub fn jacobian_into(function: &Function) -> String {
    format!(
        "Jacobian of [`{}`], written row by row into `jacobian`; columns are the active inputs ({}), \
         flattened in this order.\n\n# Panics\n\nIf the length of `jacobian` is not rows × columns.",
        function.name(),
        list(function)
    )
}

pub fn jacobian_times(function: &Function) -> String {
    format!(
        "Jacobian of [`{}`] times the matrix `seeds`, which has a row for each active input ({}), \
         flattened in this order, and a column for each direction; written row by row into \
         `products`, which has a row for each output. A sparse Jacobian takes few directions: see \
         [`sparse`](::autodiff_runtime::sparse).\n\n# Panics\n\nIf `seeds` has not so many inputs, \
         or if the length of `products` is not rows × directions.",
        function.name(),
        list(function)
    )
}

pub fn trace(function: &Function) -> String {
    format!(
        "Evaluation trace of [`{}`]: every equation with its value, tangent and adjoint, loops and \
         calls unrolled as executed.",
        function.name()
    )
}
