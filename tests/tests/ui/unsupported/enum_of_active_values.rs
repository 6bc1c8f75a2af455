use autodiff_runtime::differentiate;

enum Shape {
    Disc(f64),
    Square(f64),
}

#[differentiate]
fn area(size: f64, round: bool) -> f64 {
    let shape = if round { Shape::Disc(size) } else { Shape::Square(size) };
    match shape {
        Shape::Disc(radius) => radius * radius * 3.0,
        Shape::Square(side) => side * side,
    }
}

fn main() {
    area_grad(1.0, true);
}
