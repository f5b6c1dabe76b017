//! Documents and tables to bytes. Nothing here reads, writes or prints: files leave as a [`bundle::Bundle`].

pub mod bundle;
pub mod escape;
pub mod json;
pub mod manifest;
pub mod markdown;
pub mod table;
