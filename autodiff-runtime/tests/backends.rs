//! One suite for everything that computes networks: this processor, and OpenCL devices with the kernels of either shape.
//!
//! Without a device the tests of OpenCL say that they are skipped; `REQUIRE_OPENCL=1` makes that a failure.

#[path = "backends/agreement.rs"]
mod agreement;
#[path = "backends/operations.rs"]
mod operations;
#[path = "backends/reference.rs"]
mod reference;

mod common;

use autodiff_runtime::nn::{Backend, Cpu, Real};

/// Everything a backend has to pass.
fn suite<T: Real, B: Backend<T> + Clone>(backend: &B) {
    operations::forward_is_the_activation_of_the_product(backend);
    operations::pulled_back_cotangents_are_products(backend);
    operations::slopes_multiply_cotangents(backend);
    operations::gradients_agree_with_the_written_out_samples(backend);
    operations::hard_data_are_aggregated_as_in_double_precision(backend);
    operations::a_step_moves_each_parameter_by_its_formula(backend);
    operations::sizes_that_do_not_fit_are_errors(backend);
    operations::empty_batches_are_empty_or_errors(backend);
    agreement::training_agrees_with_the_network(backend);
    agreement::optimisers_agree_with_those_of_the_network(backend);
    agreement::what_has_no_kernel_is_computed_all_the_same(backend);
    agreement::samples_that_are_not_finite_meet_the_policy(backend);
    agreement::the_same_bits_come_out_again(backend);
}

#[test]
fn cpu_single() {
    suite::<f32, _>(&Cpu);
}

#[test]
fn cpu_double() {
    suite::<f64, _>(&Cpu);
}

#[cfg(feature = "opencl")]
mod opencl {
    use super::suite;
    use autodiff_runtime::opencl::{DeviceReal, KernelShape, device_or_skip};

    fn shaped<T: DeviceReal>(shape: KernelShape) {
        let Some(device) = device_or_skip() else {
            return;
        };
        if size_of::<T>() == 8 && !device.info().double_precision {
            eprintln!("SKIPPED: no double precision");
            return;
        }
        suite::<T, _>(&device.shaped(shape).unwrap());
    }

    #[test]
    fn cpu_shape_single() {
        shaped::<f32>(KernelShape::Cpu);
    }

    #[test]
    fn cpu_shape_double() {
        shaped::<f64>(KernelShape::Cpu);
    }

    #[test]
    fn gpu_shape_single() {
        shaped::<f32>(KernelShape::Gpu);
    }

    #[test]
    fn gpu_shape_double() {
        shaped::<f64>(KernelShape::Gpu);
    }
}
