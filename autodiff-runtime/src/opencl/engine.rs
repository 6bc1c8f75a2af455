//! Contexts, queues, memory and kernels of the driver: everything above speaks in [`Call`]s.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::call::{Argument, Call, Program, check_limit};
use super::device::{Handle, SETUP, api};
use super::error::OpenClError;
use super::info::Limits;

/// Options of every program. Without the first `ocl` does not check the types of arguments.
const OPTIONS: &str = "-cl-kernel-arg-info -cl-std=CL1.2 -cl-mad-enable";

/// A device with the programs that were built for it.
pub struct Context {
    context: ocl::Context,
    device: ocl::Device,
    programs: Mutex<HashMap<(&'static str, String), ocl::Program>>,
}

impl Context {
    pub fn new(handle: Handle) -> Result<Self, OpenClError> {
        let _alone = lock(&SETUP);
        let context = ocl::Context::builder()
            .platform(handle.platform)
            .devices(handle.device)
            .build()
            .map_err(|error| api("clCreateContext", &error))?;
        Ok(Self {
            context,
            device: handle.device,
            programs: Mutex::default(),
        })
    }

    /// Builds a program, or finds it among those built with the same options.
    fn program(&self, program: &Program) -> Result<ocl::Program, OpenClError> {
        let key = (program.name, program.options.clone());
        let mut programs = lock(&self.programs);
        if let Some(built) = programs.get(&key) {
            return Ok(built.clone());
        }
        let built = ocl::Program::builder()
            .source(program.sources.concat())
            .cmplr_opt(format!("{OPTIONS} {}", program.options))
            .devices(self.device)
            .build(&self.context)
            .map_err(|error| build_error(program.name, &error))?;
        programs.insert(key, built.clone());
        Ok(built)
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Context({} programs)", lock(&self.programs).len())
    }
}

fn build_error(program: &'static str, error: &ocl::Error) -> OpenClError {
    match error {
        ocl::Error::OclCore(ocl::core::Error::ProgramBuild(log)) => OpenClError::Build {
            program,
            log: log.to_string().trim().to_owned(),
        },
        other => api("clBuildProgram", other),
    }
}

/// A thread that panicked left nothing half done behind these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Commands that a device works off in order, and the memory that they use.
#[derive(Debug)]
pub struct Queue {
    context: Arc<Context>,
    queue: ocl::Queue,
    limits: Limits,
    pools: Pools,
    /// Bytes of all buffers, in use or in the pools.
    allocated: AtomicUsize,
}

impl Queue {
    pub fn new(context: &Arc<Context>, limits: Limits) -> Result<Self, OpenClError> {
        let queue = ocl::Queue::new(&context.context, context.device, None)
            .map_err(|error| api("clCreateCommandQueue", &error))?;
        Ok(Self {
            context: Arc::clone(context),
            queue,
            limits,
            pools: Pools::default(),
            allocated: AtomicUsize::new(0),
        })
    }

    pub fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// Memory for so many numbers, with unspecified contents, from the pool if there is some that fits. There are no empty
    /// buffers: for no numbers it is a small one.
    pub fn allocate<T: Driven>(self: &Arc<Self>, len: usize) -> Result<Memory<T>, OpenClError> {
        let size = size_class(len);
        let most = self.limits.buffer / size_of::<T>();
        check_limit("numbers in a buffer", len, most)?;
        let size = size.min(most);
        let pooled = lock(T::pool(&self.pools)).get_mut(&size).and_then(Vec::pop);
        let buffer = match pooled {
            Some(buffer) => buffer,
            None => self.create(size)?,
        };
        Ok(Memory {
            buffer: Some(buffer),
            len,
            queue: Arc::clone(self),
        })
    }

    fn create<T: Driven>(&self, len: usize) -> Result<ocl::Buffer<T>, OpenClError> {
        let buffer = ocl::Buffer::builder()
            .queue(self.queue.clone())
            .len(len)
            .build()
            .map_err(|error| api("clCreateBuffer", &error))?;
        self.allocated
            .fetch_add(len * size_of::<T>(), Ordering::Relaxed);
        Ok(buffer)
    }

    /// Copies `host` to the beginning of `memory`.
    pub fn write<T: Driven>(&self, memory: &Memory<T>, host: &[T]) -> Result<(), OpenClError> {
        check_limit("numbers in a buffer", host.len(), memory.len)?;
        match &memory.buffer {
            Some(buffer) if !host.is_empty() => buffer
                .write(host)
                .queue(&self.queue)
                .enq()
                .map_err(|error| api("clEnqueueWriteBuffer", &error)),
            _ => Ok(()),
        }
    }

    /// Copies the beginning of `memory` to `host`, after everything enqueued before.
    pub fn read<T: Driven>(&self, memory: &Memory<T>, host: &mut [T]) -> Result<(), OpenClError> {
        check_limit("numbers in a buffer", host.len(), memory.len)?;
        match &memory.buffer {
            Some(buffer) if !host.is_empty() => buffer
                .read(host)
                .queue(&self.queue)
                .enq()
                .map_err(|error| api("clEnqueueReadBuffer", &error)),
            _ => Ok(()),
        }
    }

    /// Enqueues a kernel.
    pub fn run(&self, call: &Call<'_>) -> Result<(), OpenClError> {
        call.check(self.limits)?;
        let program = self.context.program(call.program)?;
        let items = [0, 1].map(|axis| call.groups[axis] * call.items[axis]);
        let mut builder = ocl::Kernel::builder();
        builder
            .program(&program)
            .name(call.kernel)
            .queue(self.queue.clone())
            .global_work_size(items)
            .local_work_size(call.items);
        for argument in &call.arguments {
            match argument {
                Argument::Int(number) => builder.arg(*number),
                Argument::Single(number) => builder.arg(*number),
                Argument::Double(number) => builder.arg(*number),
                Argument::Singles(memory, _) => builder.arg(memory.buffer.as_ref()),
                Argument::Doubles(memory, _) => builder.arg(memory.buffer.as_ref()),
                Argument::Ints(memory, _) => builder.arg(memory.buffer.as_ref()),
            };
        }
        // A kernel is not to be shared between threads, and making one costs microseconds.
        let kernel = builder
            .build()
            .map_err(|error| api("clCreateKernel", &error))?;
        self.check_group(call, &kernel)?;
        // SAFETY: the kernels of this crate touch of each buffer at most what the call states for it, for any work size
        // (tests surround their results with canaries), and `check` has made sure that buffers are that long. Types of
        // arguments are checked when the kernel is built; it keeps its buffers until it is done.
        unsafe { kernel.enq() }.map_err(|error| api("clEnqueueNDRangeKernel", &error))
    }

    /// A kernel that needs many registers may allow fewer work items than the device does.
    fn check_group(&self, call: &Call<'_>, kernel: &ocl::Kernel) -> Result<(), OpenClError> {
        use ocl::enums::{KernelWorkGroupInfo, KernelWorkGroupInfoResult};
        let items = call.items[0] * call.items[1];
        if items == 1 {
            return Ok(());
        }
        let allowed = kernel.wg_info(self.context.device, KernelWorkGroupInfo::WorkGroupSize);
        match allowed {
            Ok(KernelWorkGroupInfoResult::WorkGroupSize(most)) => {
                check_limit("work items in a group of this kernel", items, most)
            }
            _ => Ok(()),
        }
    }

    /// Waits until everything enqueued is done.
    pub fn finish(&self) -> Result<(), OpenClError> {
        self.queue.finish().map_err(|error| api("clFinish", &error))
    }

    /// Bytes of all memory, in use or waiting to be used again.
    pub fn allocated_bytes(&self) -> usize {
        self.allocated.load(Ordering::Relaxed)
    }

    /// Bytes of memory that wait to be used again.
    pub fn pooled_bytes(&self) -> usize {
        fn bytes<T>(pool: &Pool<T>) -> usize
        where
            T: ocl::OclPrm,
        {
            let numbers: usize = lock(pool)
                .iter()
                .map(|(size, free)| size * free.len())
                .sum();
            numbers * size_of::<T>()
        }
        let Pools {
            singles,
            doubles,
            ints,
        } = &self.pools;
        bytes(singles) + bytes(doubles) + bytes(ints)
    }
}

/// Lengths are rounded up to three significant bits, so that batches of similar sizes share memory.
fn size_class(len: usize) -> usize {
    let grain = (len.next_power_of_two() / 8).max(64);
    len.max(1).next_multiple_of(grain)
}

/// Bytes that a queue keeps for reuse at most.
const MOST_POOLED: usize = 1 << 28;

/// Free buffers by length. A queue works in order, so a buffer may be given to a new owner while commands of the old one
/// still wait.
pub type Pool<T> = Mutex<HashMap<usize, Vec<ocl::Buffer<T>>>>;

#[derive(Debug, Default)]
pub struct Pools {
    singles: Pool<f32>,
    doubles: Pool<f64>,
    ints: Pool<i32>,
}

/// Numbers in the memory of a device; goes back to the pool of its queue.
#[derive(Debug)]
pub struct Memory<T: Driven> {
    /// Gone only while the memory is dropped.
    buffer: Option<ocl::Buffer<T>>,
    len: usize,
    queue: Arc<Queue>,
}

impl<T: Driven> Memory<T> {
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn queue(&self) -> &Arc<Queue> {
        &self.queue
    }
}

impl<T: Driven> Drop for Memory<T> {
    fn drop(&mut self) {
        let Some(buffer) = self.buffer.take() else {
            return;
        };
        let bytes = buffer.len() * size_of::<T>();
        if self.queue.pooled_bytes() + bytes <= MOST_POOLED {
            lock(T::pool(&self.queue.pools))
                .entry(buffer.len())
                .or_default()
                .push(buffer);
        } else {
            self.queue.allocated.fetch_sub(bytes, Ordering::Relaxed);
        }
    }
}

/// A number that a driver can hold.
pub trait Driven: ocl::OclPrm {
    #[doc(hidden)]
    fn pool(pools: &Pools) -> &Pool<Self>;
}

macro_rules! driven {
    ($t:ident, $pool:ident) => {
        impl Driven for $t {
            fn pool(pools: &Pools) -> &Pool<Self> {
                &pools.$pool
            }
        }
    };
}

driven!(f32, singles);
driven!(f64, doubles);
driven!(i32, ints);

/// The buffer that memory in a test is a part of, and how many of its numbers count.
#[cfg(test)]
pub struct Fence<T: Driven>(ocl::Buffer<T>, usize);

#[cfg(test)]
impl<T: Driven> Fence<T> {
    /// Memory of exactly these contents between `margin` numbers before and after it.
    pub fn around(
        queue: &Arc<Queue>,
        contents: &[T],
        margin: &[T],
    ) -> Result<(Memory<T>, Self), OpenClError> {
        // There are no empty buffers.
        let len = contents.len().max(1);
        let all = [margin, contents, margin].concat();
        let buffer = queue.create(len + 2 * margin.len())?;
        let write = buffer.write(&all).queue(&queue.queue).enq();
        write.map_err(|error| api("clEnqueueWriteBuffer", &error))?;
        let part = buffer.create_sub_buffer(None, margin.len(), len);
        let memory = Memory {
            buffer: Some(part.map_err(|error| api("clCreateSubBuffer", &error))?),
            len: contents.len(),
            queue: Arc::clone(queue),
        };
        Ok((memory, Self(buffer, all.len())))
    }

    /// All numbers, with those before and after the part.
    pub fn read(&self, queue: &Queue) -> Result<Vec<T>, OpenClError> {
        let mut all = vec![T::default(); self.1];
        let read = self.0.read(&mut all).queue(&queue.queue).enq();
        read.map_err(|error| api("clEnqueueReadBuffer", &error))?;
        Ok(all)
    }
}
