//! Automatic differentiation and robust learning.
