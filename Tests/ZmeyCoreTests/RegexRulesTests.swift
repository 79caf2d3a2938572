import Testing
import ZmeyCore

@Suite("Regular expressions and jsonpaths in conditions")
struct RegexRulesTests {
  @Test(arguments: [
    "", "a", "^a+$", "a|b|", "(a|b)*c", "(?:a)+?", "a{3}", "a{3,}b{2,5}", "(a{10}){20}", "[]a]", "[^]]",
    "[a-z\\]]+",
    "[[:alpha:]_][[:alnum:].-]*", "[[.hyphen.]]", "[[=e=]]", "\\d+\\.\\d", "\\(", "\\[", "\\{1", "{", "a{",
    "a{x}", "(?i)ok",
    "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "()", "(|a)", "日本{2}", "\\0",
    "((a{2}){5}|b{20}){10}",
    "a]", "a}",
  ])
  func `an expression of bounded cost is taken`(text: String) {
    #expect(RegexRules.problem(text) == nil)
  }

  @Test(arguments: [
    ("(a)\\1", 4, "back references, \\1, may not be used"),
    ("[\\9]", 2, "back references, \\9, may not be used"),
    ("(?=a)", 1, "look-ahead, (?=, may not be used"), ("a(?!b)", 2, "look-ahead, (?!, may not be used"),
    ("(?<=a)", 1, "look-behind, (?<, may not be used"), ("a(?<!b)", 2, "look-behind, (?<, may not be used"),
    ("a(?#b)", 2, "after '(?' only ':' may stand here"), ("a(?i)b", 2, "after '(?' only ':' may stand here"),
    ("(?x)a b", 3, "'x' is no option that may stand here; those are c, i, m, n, p, s, t and w"),
    ("(?i", 1, "this '(' has no ')'"), ("***=a", 1, "a regular expression may not begin with ***"),
    ("(a", 1, "this '(' has no ')'"), ("a)", 2, "this ')' has no '('"), ("((a)", 1, "this '(' has no ')'"),
    ("x[a", 2, "this '[' has no ']'"), ("[]", 1, "this '[' has no ']'"),
    ("[[:alpha:]", 1, "this '[' has no ']'"),
    ("[[:alpha]", 2, "this '[:' has no ':]'"), ("[\\", 1, "this '[' has no ']'"),
    ("a\\", 2, "nothing follows this '\\'"),
    ("*a", 1, "there is nothing here to repeat"), ("a**", 3, "there is nothing here to repeat"),
    ("(+a)", 2, "there is nothing here to repeat"), ("a|?", 3, "there is nothing here to repeat"),
    ("^*", 2, "there is nothing here to repeat"), ("a{2}{3}", 5, "there is nothing here to repeat"),
    ("\\m+", 3, "there is nothing here to repeat"), ("a??*", 4, "there is nothing here to repeat"),
    ("a{2", 2, "a repeat is written {3}, {3,} or {3,5}"),
    ("a{2,x}", 2, "a repeat is written {3}, {3,} or {3,5}"),
    ("a{5,2}", 2, "this repeat ends before it begins"),
    ("a{201}", 2, "repeats, multiplied with those around them, come to more than 200"),
    ("(a{20}){11}", 8, "repeats, multiplied with those around them, come to more than 200"),
    ("((a{9}b{30})?c){7}", 16, "repeats, multiplied with those around them, come to more than 200"),
    ("a{99999999999999999999}", 2, "repeats, multiplied with those around them, come to more than 200"),
  ])
  func `an expression that costs too much or is none is refused`(text: String, column: Int, message: String) {
    #expect(RegexRules.problem(text) == ConditionError(message, column: column))
  }

  @Test func `an expression has a longest text`() {
    #expect(RegexRules.problem(String(repeating: "日", count: 200)) == nil)
    #expect(
      RegexRules.problem(String(repeating: "日", count: 201))
        == ConditionError("the regular expression has 201 characters; 200 are the most", column: 201))
  }

  @Test(arguments: [
    "$", "$.a", " strict $.a[*]", "lax $ ? (@.x > 3)", "STRICT $", "$.ok ? (@ == true)", "$.\"a)b\"",
    "$[0 to 2]",
    "$ /* ( */ .a", "$.a ? (@ like_regex \"^a{2}(b|c)$\" flag \"i\")", "$.\"\\\"\"", "$.\"\\1\"",
    "$.like_regex_2 ? (@ == \"\\1\")",
    "$.**{2}", "$.a ? (@ == \"\\u0041\")",
  ])
  func `a jsonpath is taken`(text: String) {
    #expect(JSONPathRules.problem(text) == nil)
  }

  @Test(arguments: [
    ("", 1, "a jsonpath begins with $, perhaps behind strict or lax"),
    ("a", 1, "a jsonpath begins with $, perhaps behind strict or lax"),
    ("strict", 7, "a jsonpath begins with $, perhaps behind strict or lax"),
    ("@.a", 1, "a jsonpath begins with $, perhaps behind strict or lax"),
    ("$.a[", 4, "this '[' is not closed"), ("$.a ? (@ == 1", 7, "this '(' is not closed"),
    ("$.a]", 4, "this ']' closes nothing"),
    ("$.a ? (@[0)]", 11, "this ')' closes nothing"),
    ("$.\"a", 3, "the text that begins here has no closing \""),
    ("$.\"a\\\"", 3, "the text that begins here has no closing \""), ("$ /* a", 3, "this comment has no */"),
    ("$ ? (@ like_regex \"(a\")", 20, "this '(' has no ')'"),
    ("$ ? (@ like_regex \"a\\\\1\")", 21, "back references, \\1, may not be used"),
    ("$ ? (@ LIKE_REGEX \"\\u005c1\")", 20, "a pattern has no \\u; write the character itself"),
  ])
  func `what is no jsonpath is refused`(text: String, column: Int, message: String) {
    #expect(JSONPathRules.problem(text) == ConditionError(message, column: column))
  }

  @Test func `a jsonpath has a longest text`() {
    #expect(JSONPathRules.problem("$." + String(repeating: "a", count: 998)) == nil)
    #expect(
      JSONPathRules.problem("$." + String(repeating: "a", count: 999))
        == ConditionError("the jsonpath has 1001 characters; 1000 are the most", column: 1001))
  }

  @Test(arguments: 0..<2000 as Range<UInt64>)
  func `no text brings the rules down`(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let parts = [
      "a", "(", ")", "[", "]", "{", "}", "{3}", "{2,", "*", "+", "?", "?:", "|", "^", "$", "\\", "\\1", "[:",
      ":]", "-", ",", "\"",
      "/*", "like_regex ", " ", "\u{301}", "*/", "(?", "***",
    ]
    let text = (0..<random.below(20)).map { _ in parts[random.below(parts.count)] }.joined()
    let columns = 1...(text.unicodeScalars.count + 2)
    for problem in [RegexRules.problem(text), JSONPathRules.problem("$" + text)] {
      #expect(problem.map { columns.contains($0.column) } ?? true, "\(text)")
    }
  }
}
