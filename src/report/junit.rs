//! Test cases as JUnit XML, as far as CI systems agree on it: one suite, failures and skips with a message.

use std::fmt::Write as _;

use super::escape::html;
use crate::views::compare::comment::{Case, Outcome};

/// Writes a suite. Names and messages are escaped; a line each.
pub fn render(suite: &str, cases: &[Case]) -> String {
    let count = |is: fn(&Outcome) -> bool| cases.iter().filter(|case| is(&case.outcome)).count();
    let failures = count(|outcome| matches!(outcome, Outcome::Failed(_)));
    let skipped = count(|outcome| matches!(outcome, Outcome::Skipped(_)));
    let numbers = format!("tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\"", cases.len());
    let mut text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {numbers}>\n");
    // Writing to a String cannot fail.
    let _ = writeln!(text, "  <testsuite name=\"{}\" {numbers}>", html(suite));
    for case in cases {
        let _ = writeln!(text, "    <testcase classname=\"{}\" name=\"{}\">", html(&case.class), html(&case.name));
        let _ = match &case.outcome {
            Outcome::Passed => Ok(()),
            Outcome::Failed(why) => writeln!(text, "      <failure message=\"{}\"/>", html(why)),
            Outcome::Skipped(why) => writeln!(text, "      <skipped message=\"{}\"/>", html(why)),
        };
        let _ = writeln!(text, "      <system-out>{}</system-out>\n    </testcase>", html(&case.output));
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_name_holds_stays_in_its_attribute() {
        let case = Case {
            class: "a\"b".to_owned(),
            name: "--fail-on 'pass^1 < -2pp'".to_owned(),
            outcome: Outcome::Failed("<b>\n&".to_owned()),
            output: "]]>".to_owned(),
        };
        insta::assert_snapshot!(render("s", &[case]), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites tests="1" failures="1" errors="0" skipped="0">
          <testsuite name="s" tests="1" failures="1" errors="0" skipped="0">
            <testcase classname="a&quot;b" name="--fail-on &#39;pass^1 &lt; -2pp&#39;">
              <failure message="&lt;b&gt; &amp;"/>
              <system-out>]]&gt;</system-out>
            </testcase>
          </testsuite>
        </testsuites>
        "#);
    }
}
