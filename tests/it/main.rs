//! tmp
mod real;
