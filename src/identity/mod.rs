//! stub
pub mod content;
pub mod resolve;
