//! stub
use crate::records::ErrorClass;
/// stub
#[derive(Debug, Default)]
pub struct ErrorRules;
impl ErrorRules {
    /// stub
    pub fn classify(&self, e: &str, _t: Option<&str>) -> (ErrorClass, String) {
        (if e.contains("onnection") { ErrorClass::Infrastructure } else { ErrorClass::Agent }, "other".into())
    }
}
