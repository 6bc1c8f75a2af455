//! A kernel to run, described in full before the driver sees it.

use super::driver::{Driven, Memory};
use super::error::OpenClError;
use super::info::Limits;

/// Kernels in a file, with what is set at compile time.
#[derive(Clone, Debug)]
pub struct Program {
    /// The file, for messages.
    pub name: &'static str,
    /// Its text, after the text of what it needs.
    pub sources: &'static [&'static str],
    /// Options of the compiler: sizes, precision, activation.
    pub options: String,
}

/// A number or memory that a kernel gets. Memory comes with how many numbers of it the kernel may touch.
pub enum Argument<'a> {
    Int(i32),
    Single(f32),
    Double(f64),
    Singles(&'a Memory<f32>, usize),
    Doubles(&'a Memory<f64>, usize),
    Ints(&'a Memory<i32>, usize),
}

/// A kernel with its arguments and its work items.
pub struct Call<'a> {
    pub program: &'a Program,
    pub kernel: &'static str,
    /// Work groups in each direction.
    pub groups: [usize; 2],
    /// Work items of a group in each direction.
    pub items: [usize; 2],
    /// Bytes of local memory a group takes.
    pub local_memory: usize,
    pub arguments: Vec<Argument<'a>>,
}

impl Call<'_> {
    /// Makes sure that the device can run it. The driver is not asked: Debian's PoCL ends the process when local memory runs
    /// out.
    pub fn check(&self, limits: Limits) -> Result<(), OpenClError> {
        let items = self.items[0] * self.items[1];
        check_limit("work items in a group", items, limits.work_group)?;
        check_limit(
            "bytes of local memory",
            self.local_memory,
            limits.local_memory,
        )?;
        for argument in &self.arguments {
            let (need, have) = match argument {
                Argument::Singles(memory, need) => (*need, memory.len()),
                Argument::Doubles(memory, need) => (*need, memory.len()),
                Argument::Ints(memory, need) => (*need, memory.len()),
                Argument::Int(_) | Argument::Single(_) | Argument::Double(_) => continue,
            };
            check_limit("numbers in a buffer", need, have)?;
        }
        Ok(())
    }
}

pub fn check_limit(what: &'static str, need: usize, have: usize) -> Result<(), OpenClError> {
    if need <= have {
        Ok(())
    } else {
        Err(OpenClError::Limit { what, need, have })
    }
}

/// A size as the kernels count.
pub fn int(size: usize) -> Result<Argument<'static>, OpenClError> {
    // One below the largest, for kernels that count one further.
    let most = i32::MAX as usize - 1;
    check_limit("rows, columns or entries of a matrix", size, most)?;
    Ok(Argument::Int(size as i32))
}

/// A type of numbers in device memory.
pub trait Element: Driven + Copy + Default + Send + Sync + 'static {
    /// The type in OpenCL C.
    const NAME: &'static str;

    /// The first `need` numbers of `memory`.
    fn memory(memory: &Memory<Self>, need: usize) -> Argument<'_>;

    /// A number by value.
    fn number(self) -> Argument<'static>;
}

macro_rules! element {
    ($t:ident, $name:literal, $memory:ident, $number:ident) => {
        impl Element for $t {
            const NAME: &'static str = $name;

            fn memory(memory: &Memory<Self>, need: usize) -> Argument<'_> {
                Argument::$memory(memory, need)
            }

            fn number(self) -> Argument<'static> {
                Argument::$number(self)
            }
        }
    };
}

element!(f32, "float", Singles, Single);
element!(f64, "double", Doubles, Double);
element!(i32, "int", Ints, Int);
