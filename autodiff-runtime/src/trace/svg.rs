//! The computational graph as a picture.

use std::fmt::Write;

use super::Trace;
use super::dot::Role;
use super::expression::number;
use super::layout::{Box, Curve, Edge, Graph, Layout, Place, layout};
use super::order::{Order, levels};

const DECIMALS: usize = 4;
/// More variables than this are not drawn: no one could read the picture, and a chain of them would be wider
/// than the 32767 pixels that common renderers accept.
const DRAWN: usize = 100;
/// Of a monospaced character at 13 pixels, and of one at 11.
const WIDE: f64 = 7.9;
const NARROW: f64 = 6.7;
const LINE: f64 = 18.0;
const PADDING: f64 = 10.0;
const BORDER: f64 = 24.0;
const TITLE: f64 = 34.0;
const LEGEND: f64 = 40.0;
const LEAST_WIDTH: f64 = 480.0;

const STYLE: &str = "\
text{font:13px 'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:#1e293b}\
.title{font-size:16px;font-weight:bold}\
.name{font-weight:bold}\
.small{font-size:11px;fill:#64748b}\
.partial{font-size:11px;fill:#475569;text-anchor:end}\
.adjoint{fill:#b91c1c}\
.box{fill:#fff;stroke:#64748b;stroke-width:1.2}\
.input{fill:#dbeafe;stroke:#2563eb}\
.output{fill:#fef3c7;stroke:#d97706}\
.edge{fill:none;stroke:#94a3b8;stroke-width:1.4}";

impl Trace {
    /// The computational graph as an SVG picture that needs no other file: a box for each variable
    /// with its expression, value and adjoint, an arrow from each operand with the partial by it.
    ///
    /// Of a trace with more than 100 variables the first and the last are drawn.
    ///
    /// ```
    /// use autodiff_runtime::Trace;
    ///
    /// let mut trace = Trace::new("square");
    /// let x = trace.input("x", 3.0);
    /// let y = trace.equation("y", "{0}^2", 9.0, &[(x, 6.0)], &[]);
    /// trace.output("square", y);
    ///
    /// let picture = trace.to_svg();
    /// assert!(picture.starts_with("<svg") && picture.ends_with("</svg>\n"));
    /// ```
    pub fn to_svg(&self) -> String {
        let picture = Picture::new(self);
        let mut svg = String::new();
        picture
            .write(&mut svg)
            .expect("a string takes whatever is written");
        svg
    }
}

/// What is drawn of a trace, and how large it is.
struct Picture<'t> {
    trace: &'t Trace,
    missing: usize,
    boxes: Vec<Caption>,
    /// Partials in the order of the graph's edges.
    partials: Vec<String>,
    graph: Graph,
}

/// The lines of a box.
struct Caption {
    role: Role,
    name: String,
    definition: String,
    value: String,
    adjoint: String,
}

impl Caption {
    fn lines(&self) -> usize {
        if self.name.is_empty() { 2 } else { 3 }
    }

    fn width(&self) -> f64 {
        let numbers = self.value.chars().count() + 2 + self.adjoint.chars().count();
        let texts = [&self.name, &self.definition].map(|text| text.chars().count());
        WIDE * numbers.max(texts[0]).max(texts[1]) as f64 + 2.0 * PADDING
    }
}

impl<'t> Picture<'t> {
    fn new(trace: &'t Trace) -> Self {
        let order = Order::by_level(trace);
        let rows = drawn(order.rows());
        let adjoints = trace.pull_back(
            trace
                .outputs
                .first()
                .map_or_else(Default::default, |output| output.1),
        );
        let boxes: Vec<_> = rows
            .iter()
            .map(|&row| {
                let [definition, name] = trace.caption(&order, row);
                Caption {
                    role: trace.role(row),
                    name,
                    definition,
                    value: number(trace.entries[row].value, DECIMALS),
                    adjoint: number(adjoints[row], DECIMALS),
                }
            })
            .collect();
        let (edges, partials) = edges(trace, &order, &rows);
        let graph = Graph {
            boxes: shapes(trace, &rows, &boxes),
            edges,
        };
        Self {
            trace,
            missing: order.rows().len() - rows.len(),
            boxes,
            partials,
            graph,
        }
    }

    fn write(&self, svg: &mut String) -> std::fmt::Result {
        let layout = layout(&self.graph);
        let width = layout.width.max(LEAST_WIDTH) + 2.0 * BORDER;
        let height = TITLE + layout.height + LEGEND + 2.0 * BORDER;
        writeln!(
            svg,
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.0} {height:.0}">"#
        )?;
        writeln!(svg, "<style>{STYLE}</style>")?;
        writeln!(svg, "{ARROWHEAD}")?;
        writeln!(svg, r##"<rect width="100%" height="100%" fill="#fff"/>"##)?;
        self.write_title(svg)?;
        writeln!(
            svg,
            r#"<g transform="translate({BORDER} {})">"#,
            BORDER + TITLE
        )?;
        for curve in &layout.curves {
            write_curve(svg, curve)?;
        }
        self.write_partials(svg, &layout)?;
        for (index, caption) in self.boxes.iter().enumerate() {
            self.write_box(
                svg,
                caption,
                self.graph.boxes[index].width,
                layout.boxes[index],
            )?;
        }
        writeln!(svg, "</g>")?;
        self.write_legend(svg, height - BORDER)?;
        writeln!(svg, "</svg>")
    }

    fn write_title(&self, svg: &mut String) -> std::fmt::Result {
        let title = escaped(&self.trace.table().title());
        writeln!(
            svg,
            r#"<text class="title" x="{BORDER}" y="{}">{title}</text>"#,
            BORDER + 12.0
        )
    }

    fn write_partials(&self, svg: &mut String, layout: &Layout) -> std::fmt::Result {
        for (partial, (x, y)) in self.partials.iter().zip(&layout.tips) {
            writeln!(
                svg,
                r#"<text class="partial" x="{:.1}" y="{:.1}">{partial}</text>"#,
                x - 13.0,
                y - 3.5
            )?;
        }
        Ok(())
    }

    fn write_box(
        &self,
        svg: &mut String,
        caption: &Caption,
        width: f64,
        place: Place,
    ) -> std::fmt::Result {
        let class = match caption.role {
            Role::Input => "box input",
            Role::Output => "box output",
            Role::Intermediate => "box",
        };
        let Place {
            left: x,
            top: y,
            height,
        } = place;
        writeln!(
            svg,
            r#"<rect class="{class}" x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" rx="6"/>"#
        )?;
        let left = x + PADDING;
        let mut baseline = y + (height - LINE * caption.lines() as f64) / 2.0 + 13.5;
        if !caption.name.is_empty() {
            writeln!(
                svg,
                r#"<text class="name" x="{left:.1}" y="{baseline:.1}">{}</text>"#,
                escaped(&caption.name)
            )?;
            baseline += LINE;
        }
        writeln!(
            svg,
            r#"<text x="{left:.1}" y="{baseline:.1}">{}</text>"#,
            escaped(&caption.definition)
        )?;
        baseline += LINE;
        writeln!(
            svg,
            r#"<text x="{left:.1}" y="{baseline:.1}">{}<tspan class="adjoint" dx="12">{}</tspan></text>"#,
            caption.value, caption.adjoint
        )
    }

    fn write_legend(&self, svg: &mut String, baseline: f64) -> std::fmt::Result {
        let missing = match self.missing {
            0 => String::new(),
            missing => format!(" {missing} variables in the middle are not drawn."),
        };
        writeln!(
            svg,
            r#"<text class="small" x="{BORDER}" y="{baseline:.1}">box: value, <tspan class="adjoint">adjoint</tspan>; arrow: partial.{missing}</text>"#
        )
    }
}

const ARROWHEAD: &str = concat!(
    r#"<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">"#,
    r##"<path d="M0 0L8 4L0 8z" fill="#94a3b8"/></marker></defs>"##
);

/// All rows, or the first and the last of many.
fn drawn(rows: &[usize]) -> Vec<usize> {
    let tail = DRAWN / 3;
    match rows.len() <= DRAWN {
        true => rows.to_vec(),
        false => [&rows[..DRAWN - tail], &rows[rows.len() - tail..]].concat(),
    }
}

/// The size of each box. Levels of which nothing is drawn leave no column.
fn shapes(trace: &Trace, rows: &[usize], captions: &[Caption]) -> Vec<Box> {
    let levels = levels(trace);
    let mut present: Vec<_> = rows.iter().map(|&row| levels[row]).collect();
    present.sort_unstable();
    present.dedup();
    let shape = |(&row, caption): (&usize, &Caption)| Box {
        level: present.partition_point(|&level| level < levels[row]),
        width: caption.width(),
        height: LINE * caption.lines() as f64 + PADDING,
    };
    rows.iter().zip(captions).map(shape).collect()
}

/// The edges between drawn rows, and the partials that stand at them.
fn edges(trace: &Trace, order: &Order, rows: &[usize]) -> (Vec<Edge>, Vec<String>) {
    let places: Vec<_> = rows.iter().map(|&row| order.place(row)).collect();
    let mut edges = Vec::new();
    let mut partials = Vec::new();
    for (to, &row) in rows.iter().enumerate() {
        for (operand, partial) in trace.active_operands(row) {
            if let Ok(from) = places.binary_search(&order.place(operand)) {
                let partial = number(partial, DECIMALS);
                let label = NARROW * partial.chars().count() as f64;
                edges.push(Edge { from, to, label });
                partials.push(partial);
            }
        }
    }
    (edges, partials)
}

fn write_curve(svg: &mut String, curve: &Curve) -> std::fmt::Result {
    let Curve {
        start,
        bend,
        end,
        edge,
    } = curve;
    let middle = (bend.0 + bend.1) / 2.0;
    let arrow = if edge.is_some() {
        r#" marker-end="url(#arrow)""#
    } else {
        ""
    };
    writeln!(
        svg,
        r#"<path class="edge" d="M{:.1} {:.1}H{:.1}C{middle:.1} {:.1} {middle:.1} {:.1} {:.1} {:.1}H{:.1}"{arrow}/>"#,
        start.0, start.1, bend.0, start.1, end.1, bend.1, end.1, end.0
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::super::tests::tutorial;
    use super::*;

    #[test]
    fn draws_every_variable_and_every_operand() {
        let svg = tutorial().to_svg();
        assert_eq!(svg.matches("<rect class=\"box").count(), 7);
        assert_eq!(svg.matches("marker-end").count(), 8);
        assert_eq!(svg.matches("class=\"partial\"").count(), 8);
        assert!(svg.contains("<tspan class=\"adjoint\" dx=\"12\">1.6176</tspan>"));
    }

    #[test]
    fn text_is_escaped() {
        let mut trace = Trace::new("f<T>");
        let x = trace.input("a&b", 1.0);
        trace.equation("", "{0} < 1", 1.0, &[(x, 0.0)], &[]);
        let svg = trace.to_svg();
        assert!(svg.contains("f&lt;T&gt;(a&amp;b)") && svg.contains("u₀ &lt; 1"));
    }

    #[test]
    fn a_large_trace_is_drawn_in_part() {
        let mut trace = Trace::new("power");
        let x = trace.input("x", 1.0);
        let mut node = x;
        for _ in 0..100_000 {
            node = trace.equation("", "{0}·{1}", 1.0, &[(node, 1.0), (x, 1.0)], &[]);
        }
        trace.output("y", node);
        let svg = trace.to_svg();
        assert_eq!(svg.matches("<rect class=\"box").count(), DRAWN);
        assert!(svg.contains("99901 variables in the middle are not drawn"));
        assert!(svg.len() < 1_000_000);
    }
}
