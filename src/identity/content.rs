//! stub
/// stub
#[derive(Debug, Default, Clone)]
pub struct ContentHints;
impl ContentHints {
    /// stub
    pub fn system(&mut self, _: &str) {}
    /// stub
    pub fn assistant_text(&mut self, _: &str) {}
    /// stub
    pub fn user_text(&mut self, _: &str) {}
    /// stub
    pub fn tool_call_name(&mut self, _: &str) {}
    /// stub
    pub fn gold_action_name(&mut self, _: &str) {}
}
