//! The examples share what stands here.
