//! Documents and tables to bytes. Nothing here reads, writes or prints: files leave as a [`crate::bundle::Bundle`].

pub mod escape;

pub mod junit;
pub mod markdown;
pub mod table;

/// The path of a chart's image in a bundle: `charts/<id>.<extension>`.
pub fn chart_path(id: &str, extension: &str) -> String {
    format!("charts/{}.{extension}", escape::stem(id))
}

/// The path of a table's CSV in a bundle: `tables/<id>.csv`.
pub fn table_path(id: &str) -> String {
    format!("tables/{}.csv", escape::stem(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_safe() {
        assert_eq!(chart_path("pass_k_a/../b", "png"), "charts/pass_k_a_.._b.png");
        assert_eq!(table_path("summary"), "tables/summary.csv");
    }
}
