//! Parameters in files, as safetensors.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensorError, SafeTensors};
use thiserror::Error;

use super::{Graph, Layer, Real};

/// How a number is stored in a file.
pub trait Stored: Sized {
    /// The name of the type.
    const DTYPE: Dtype;
    /// Appends the bytes of the number.
    fn put_le_bytes(self, bytes: &mut Vec<u8>);
    /// The number of these bytes, of which there are as many as the type has.
    fn from_le_bytes(bytes: &[u8]) -> Self;
}

macro_rules! stored {
    ($t:ident, $dtype:ident) => {
        impl Stored for $t {
            const DTYPE: Dtype = Dtype::$dtype;

            fn put_le_bytes(self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_le_bytes());
            }

            fn from_le_bytes(bytes: &[u8]) -> Self {
                bytes.try_into().map_or($t::NAN, $t::from_le_bytes)
            }
        }
    };
}

stored!(f32, F32);
stored!(f64, F64);

/// Why parameters could not be saved or loaded. The network is then as it was.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The bytes are no safetensors file, or not a whole one.
    #[error("not a whole safetensors file: {0}")]
    Format(#[from] SafeTensorError),
    /// A tensor of the network is not in the file.
    #[error("tensor `{tensor}` is missing")]
    Missing {
        /// The name of the tensor.
        tensor: String,
    },
    /// A tensor of the file is not one of the network.
    #[error("tensor `{tensor}` belongs to no layer of the network")]
    Unknown {
        /// The name of the tensor.
        tensor: String,
    },
    /// A tensor has another shape than the network's.
    #[error("tensor `{tensor}` has shape {found:?}, and the network needs {expected:?}")]
    Shape {
        /// The name of the tensor.
        tensor: String,
        /// The shape the network needs.
        expected: Vec<usize>,
        /// The shape in the file.
        found: Vec<usize>,
    },
    /// A tensor holds another type of number than the network.
    #[error("tensor `{tensor}` holds {found}, and the network computes in {expected}")]
    Type {
        /// The name of the tensor.
        tensor: String,
        /// The network's type, `"F32"` or `"F64"`.
        expected: String,
        /// The file's type, by its name in the format.
        found: String,
    },
}

impl<T: Real> Graph<T> {
    /// The parameters of all layers as the bytes of a safetensors file.
    ///
    /// A dense layer `name` has `name.weight`, Q × P, and `name.bias`, Q; a user's operation has `name.parameters`. Names and
    /// layout are those of PyTorch's `state_dict` for `torch.nn.Linear`, so that parameters can be exchanged.
    ///
    /// # Errors
    /// [`StorageError::Format`] if there is more data than the format can hold.
    ///
    /// ```
    /// use autodiff_runtime::nn::{Activation, Sequential, StorageError, Uniform};
    /// use rand_pcg::{Pcg64, rand_core::SeedableRng};
    ///
    /// let mut trained = Sequential::<f32>::dense(&[2, 3, 2], Activation::Tanh)?;
    /// trained.initialise(&Uniform::new(0.5)?, &mut Pcg64::seed_from_u64(1));
    /// let bytes = trained.as_ref().to_safetensors()?;
    ///
    /// let mut fresh = Sequential::<f32>::dense(&[2, 3, 2], Activation::Tanh)?;
    /// fresh.as_mut().load_safetensors(&bytes)?;
    /// assert_eq!(fresh.linear_mut(1)?.weight(), trained.linear_mut(1)?.weight());
    ///
    /// let mut wider = Sequential::<f32>::dense(&[2, 4, 2], Activation::Tanh)?;
    /// let error = wider.as_mut().load_safetensors(&bytes).unwrap_err();
    /// assert_eq!(error.to_string(), "tensor `0.weight` has shape [3, 2], and the network needs [4, 2]");
    /// assert!(wider.as_mut().load_safetensors(&bytes[..bytes.len() - 1]).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_safetensors(&self) -> Result<Vec<u8>, StorageError> {
        let tensors = self.tensors();
        let bytes: Vec<Vec<u8>> = tensors.iter().map(Tensor::bytes).collect();
        let views = tensors.iter().zip(&bytes).map(|(tensor, bytes)| {
            let view = TensorView::new(T::DTYPE, tensor.shape.clone(), bytes)?;
            Ok((tensor.name.as_str(), view))
        });
        let views = views.collect::<Result<Vec<_>, SafeTensorError>>()?;
        Ok(safetensors::serialize(views, None)?)
    }

    /// Takes all parameters from the bytes of a safetensors file, as [`to_safetensors`](Self::to_safetensors) writes it.
    ///
    /// # Errors
    /// [`StorageError`]: a file cut short or garbled, tensors that are missing or unknown, of another shape or another type.
    pub fn load_safetensors(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        let file = SafeTensors::deserialize(bytes)?;
        let mut tensors = self.tensors();
        check_names(&tensors, &file)?;
        tensors
            .iter_mut()
            .try_for_each(|tensor| tensor.read(&file))?;
        self.set_tensors(&tensors);
        Ok(())
    }

    /// Writes all parameters to a file; see [`to_safetensors`](Self::to_safetensors).
    ///
    /// # Errors
    /// [`StorageError::Io`] if the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), StorageError> {
        let path = path.as_ref();
        fs::write(path, self.to_safetensors()?).map_err(|source| io_error(path, source))
    }

    /// Takes all parameters from a file; see [`load_safetensors`](Self::load_safetensors).
    ///
    /// # Errors
    /// [`StorageError`]: a file that cannot be read, and those of [`load_safetensors`](Self::load_safetensors).
    pub fn load(&mut self, path: impl AsRef<Path>) -> Result<(), StorageError> {
        let path = path.as_ref();
        let bytes = fs::read(path).map_err(|source| io_error(path, source))?;
        self.load_safetensors(&bytes)
    }

    /// All parameters, in the order of computation.
    fn tensors(&self) -> Vec<Tensor<T>> {
        let mut tensors = Vec::new();
        for (name, layer) in self.layers() {
            let mut push = |kind, shape, values| {
                let name = format!("{name}.{kind}");
                tensors.push(Tensor {
                    name,
                    shape,
                    values,
                });
            };
            match layer {
                Layer::Linear(linear) => {
                    let (inputs, outputs) = (linear.inputs(), linear.outputs());
                    // Row-major, as the format is.
                    let weight = linear.weight().transpose().as_slice().to_vec();
                    push("weight", vec![outputs, inputs], weight);
                    push("bias", vec![outputs], linear.bias().as_slice().to_vec());
                }
                Layer::Node(layer) if !layer.node().parameters().is_empty() => {
                    let parameters = layer.node().parameters().to_vec();
                    push("parameters", vec![parameters.len()], parameters);
                }
                Layer::Node(_) | Layer::Activation(_) | Layer::Sum => {}
            }
        }
        tensors
    }

    /// Takes the parameters from tensors of the names and shapes of [`tensors`](Self::tensors).
    fn set_tensors(&mut self, tensors: &[Tensor<T>]) {
        let mut tensors = tensors.iter();
        let mut next = || tensors.next().map_or(&[][..], |tensor| &tensor.values);
        for layer in self.layers_mut() {
            match layer {
                Layer::Linear(linear) => {
                    let outputs = linear.outputs();
                    let inputs = linear.inputs();
                    let (weight, bias) = linear.parameters_mut();
                    for (at, &value) in next().iter().enumerate() {
                        weight[at % inputs * outputs + at / inputs] = value;
                    }
                    bias.copy_from_slice(next());
                }
                Layer::Node(layer) if !layer.node().parameters().is_empty() => {
                    layer.node_mut().parameters_mut().copy_from_slice(next());
                }
                Layer::Node(_) | Layer::Activation(_) | Layer::Sum => {}
            }
        }
    }
}

/// A tensor of the file, its numbers row by row.
struct Tensor<T> {
    name: String,
    shape: Vec<usize>,
    values: Vec<T>,
}

impl<T: Real> Tensor<T> {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.values.len() * size_of::<T>());
        for value in &self.values {
            value.put_le_bytes(&mut bytes);
        }
        bytes
    }

    /// Takes the numbers of this name from the file.
    fn read(&mut self, file: &SafeTensors<'_>) -> Result<(), StorageError> {
        let tensor = || self.name.clone();
        let view = file
            .tensor(&self.name)
            .map_err(|_| StorageError::Missing { tensor: tensor() })?;
        if view.dtype() != T::DTYPE {
            return Err(StorageError::Type {
                tensor: tensor(),
                expected: name_of(T::DTYPE),
                found: name_of(view.dtype()),
            });
        }
        if view.shape() != self.shape {
            return Err(StorageError::Shape {
                tensor: tensor(),
                expected: self.shape.clone(),
                found: view.shape().to_vec(),
            });
        }
        let numbers = view.data().chunks_exact(size_of::<T>());
        self.values.clear();
        self.values.extend(numbers.map(T::from_le_bytes));
        Ok(())
    }
}

fn check_names<T>(tensors: &[Tensor<T>], file: &SafeTensors<'_>) -> Result<(), StorageError> {
    let known: BTreeSet<&str> = tensors.iter().map(|tensor| tensor.name.as_str()).collect();
    let found: BTreeSet<&str> = file.names().into_iter().collect();
    match found.difference(&known).next() {
        Some(&tensor) => Err(StorageError::Unknown {
            tensor: tensor.to_owned(),
        }),
        None => Ok(()),
    }
}

fn name_of(dtype: Dtype) -> String {
    format!("{dtype:?}")
}

fn io_error(path: &Path, source: io::Error) -> StorageError {
    StorageError::Io {
        path: path.to_owned(),
        source,
    }
}
