use super::{text, unescape};

#[track_caller]
fn check(html: &str, expected: &str) {
    assert_eq!(text(html), expected, "{html}");
}

#[test]
fn blocks_become_lines() {
    check("<p>One.</p><p>Two.</p>", "One.\n\nTwo.");
    check("One<br>Two<br/><br />Three", "One\nTwo\n\nThree");
    check("<div>One</div><div>Two</div>", "One\nTwo");
    check("<ul><li>tea</li><li>milk</li></ul>", "- tea\n- milk");
    check("<table><tr><td>Order</td><td>4711</td></tr></table>", "Order 4711");
    check("<pre>a\n  b</pre>", "a\n  b");
}

#[test]
fn inline_markup_and_white_space_vanish() {
    check("  <b>Bo</b>ld \n\n and <a href=\"https://shop.example/?a>b\">link</a> ", "Bold and link");
    check("<span class=\"invisible\">https://</span><span>shop.example</span>", "https://shop.example");
}

#[test]
fn what_is_not_for_people_is_dropped() {
    check("<html><head><title>T</title><style>p{}</style></head><body>Hello</body></html>", "Hello");
    check("<script>if (a < b) {}</script>Hello<!-- <p>no</p> -->", "Hello");
    check("<head>Hello", "Hello");
}

#[test]
fn references_are_decoded() {
    check("Tom &amp; J&eacute;r&ocirc;me &lt;3 &euro;&nbsp;5 &#8211; &#x1F600; &#146;", "Tom & Jérôme <3 € 5 – 😀 ’");
    check("AT&T &unknown; &amp", "AT&T &unknown; &");
    assert_eq!(unescape("a &lt;b&gt; &amp; c"), "a <b> & c");
}

#[test]
fn damage_is_text() {
    check("1 < 2 > 0", "1 < 2 > 0");
    check("a <b", "a <b");
    check("<a href='x>never closed", "never closed");
    check("<style>all hidden", "");
    check("", "");
}

#[test]
fn long_damage_takes_linear_time() {
    for unit in ["<", "&", "<a ", "<a href=\"", "<!--", "<script>", "</", "&#", "<pre>", "<head>"] {
        let _ = text(&unit.repeat(100_000));
    }
}
