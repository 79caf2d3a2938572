import Foundation
import Testing
import ZmeyCore

@Suite("Conditions")
struct ConditionTests {
  static let texts: [(text: String, condition: Condition)] = [
    ("success", .success), ("failure", .failure), ("always", .always),
    ("exit_code == 3", .exitCode(.equal, 3)), ("exit_code != 0", .exitCode(.different, 0)),
    ("exit_code < 255", .exitCode(.less, 255)), ("exit_code <= 1", .exitCode(.atMost, 1)),
    ("exit_code > 1", .exitCode(.more, 1)), ("exit_code >= 1", .exitCode(.atLeast, 1)),
    ("exit_code in (1, 2)", .exitCodeIn([1, 2])), ("exit_code in (7)", .exitCodeIn([7])),
    (#"success and result == "ok""#, .and([.success, .resultText(.equal, "ok")])),
    (
      #"failure or result contains "a\"b\\c\nd\te""#,
      .or([.failure, .resultText(.contains, "a\"b\\c\nd\te")])
    ),
    (#"always and result matches "^a+$""#, .and([.always, .resultText(.matches, "^a+$")])),
    (
      #"always and result jsonpath "$.ok ? (@ == true)""#,
      .and([.always, .resultText(.jsonpath, "$.ok ? (@ == true)")])
    ),
    ("success and result > 3.5", .and([.success, .resultNumber(.more, 3.5)])),
    ("success and result == 5", .and([.success, .resultNumber(.equal, 5)])),
    (#"success and result == "5""#, .and([.success, .resultText(.equal, "5")])),
    ("success and result >= -0.25", .and([.success, .resultNumber(.atLeast, -0.25)])),
    ("success and result < 1e+300", .and([.success, .resultNumber(.less, 1e300)])),
    ("success and result < 1e-07", .and([.success, .resultNumber(.less, 1e-7)])),
    ("not failure", .not(.failure)), ("not not failure", .not(.not(.failure))),
    ("not (success or failure)", .not(.or([.success, .failure]))),
    (
      "success and exit_code == 0 or failure and not exit_code == 3",
      .or([.and([.success, .exitCode(.equal, 0)]), .and([.failure, .not(.exitCode(.equal, 3))])])
    ),
    (
      "(success or failure) and exit_code == 0",
      .and([.or([.success, .failure]), .exitCode(.equal, 0)])
    ),
  ]

  @Test(arguments: texts)
  func `a text means one condition, which is written as that text`(text: String, condition: Condition) throws
  {
    #expect(try Condition(text) == condition)
    #expect(try Condition(text).description == text)
    #expect(condition.description == text)
  }

  @Test(arguments: [
    ("  success\n", "success"), ("((success))", "success"), ("success and(failure)", "success and failure"),
    ("success and (failure and always)", "success and failure and always"),
    ("(success or failure) or always", "success or failure or always"),
    ("exit_code in(1,2)", "exit_code in (1, 2)"), ("exit_code==3", "exit_code == 3"),
    ("exit_code == 007", "exit_code == 7"), ("result > 3", "success and result > 3"),
    ("result == 5.0", "success and result == 5"), ("result == -0", "success and result == 0"),
    ("result == 1E3", "success and result == 1000"),
    ("not result > 3", "success and not result > 3"),
    ("result > 3 or result < 1", "success and (result > 3 or result < 1)"),
    ("result > 3 and result < 5", "success and result > 3 and result < 5"),
    ("failure or result > 3", "failure or result > 3"),
    ("result == 'it''s'", "success and result == \"it's\""),
    ("result == ''", "success and result == \"\""), ("result == 'a\\n'", #"success and result == "a\\n""#),
    ("result == \"\n\"", #"success and result == "\n""#),
    ("result contains \"é'日\"", "success and result contains \"é'日\""),
  ])
  func `a text is written back in its canonical form`(text: String, canonical: String) throws {
    let condition = try Condition(text)
    #expect(condition.description == canonical)
    #expect(try Condition(canonical) == condition)
  }

  @Test func `conditions are equal if they are written the same`() throws {
    #expect(Condition.and([.success, .and([.failure, .always])]) == .and([.success, .failure, .always]))
    #expect(Condition.and([.failure]) == .failure)
    #expect(Condition.resultNumber(.equal, 5) == .and([.success, .resultNumber(.equal, 5)]))
    #expect(Condition.resultNumber(.equal, 5) != .resultText(.equal, "5"))
    #expect(Condition.resultText(.equal, "\u{E9}") != .resultText(.equal, "e\u{301}"))
    #expect(Condition.and([.success, .failure]) != .and([.failure, .success]))
    #expect(Set([Condition.success, .success, .or([.success])]).count == 1)
  }

  private static let starts = "expected success, failure, always, exit_code, result, not or '(', not"

  @Test(arguments: [
    ("", 1, "\(starts) the end"), ("succes", 1, "\(starts) 'succes'"), ("Success", 1, "\(starts) 'Success'"),
    ("success and", 12, "\(starts) the end"), ("and success", 1, "\(starts) 'and'"),
    ("success success", 9, "expected and, or, or the end, not 'success'"),
    ("(success", 9, "expected and, or, or the ')' of the '(' at column 1, not the end"),
    ("success)", 8, "expected and, or, or the end, not ')'"), ("()", 2, "\(starts) ')'"),
    ("\"success\"", 1, "\(starts) a text"), ("3", 1, "\(starts) '3'"),
    ("exit_code", 10, "expected ==, !=, <, <=, >, >= or in after exit_code, not the end"),
    ("exit_code = 3", 11, "'=' compares nothing; write =="),
    ("exit_code === 3", 11, "'===' is no comparison; those are == != < <= > >="),
    ("exit_code <> 3", 11, "'<>' is not used here; write !="),
    ("exit_code == x", 14, "expected an exit code, a whole number from 0 to 255, not 'x'"),
    ("exit_code == 256", 14, "expected an exit code, a whole number from 0 to 255, not '256'"),
    ("exit_code == -1", 14, "expected an exit code, a whole number from 0 to 255, not '-1'"),
    ("exit_code == 1.5", 14, "expected an exit code, a whole number from 0 to 255, not '1.5'"),
    (
      "exit_code == 99999999999999999999", 14,
      "expected an exit code, a whole number from 0 to 255, not '99999999999999999999'"
    ),
    ("exit_code in 1", 14, "expected '(' and exit codes after in, not '1'"),
    ("exit_code in ()", 15, "expected an exit code, a whole number from 0 to 255, not ')'"),
    ("exit_code in (1 2)", 17, "expected ',' or ')', not '2'"),
    ("exit_code in (1,", 17, "expected an exit code, a whole number from 0 to 255, not the end"),
    ("result", 7, "expected ==, !=, <, <=, >, >=, contains, matches or jsonpath after result, not the end"),
    (
      "result like \"x\"", 8,
      "expected ==, !=, <, <=, >, >=, contains, matches or jsonpath after result, not 'like'"
    ),
    ("result == ok", 11, "expected a number, or a text in quotes, not 'ok'"),
    ("result < \"a\"", 10, "expected a number after <, not a text"),
    ("result contains 3", 17, "expected a text in quotes after contains, not '3'"),
    ("result == 1.", 11, "expected a number such as 3, -0.5 or 1e6, of at most 17 digits, not '1.'"),
    ("result == .5", 11, "expected a number such as 3, -0.5 or 1e6, of at most 17 digits, not '.5'"),
    ("result == +5", 11, "expected a number such as 3, -0.5 or 1e6, of at most 17 digits, not '+5'"),
    ("result == 1e999", 11, "expected a number such as 3, -0.5 or 1e6, of at most 17 digits, not '1e999'"),
    (
      "result == 123456789012345678", 11,
      "expected a number such as 3, -0.5 or 1e6, of at most 17 digits, not '123456789012345678'"
    ),
    ("result == \"ok", 11, "the text that begins here has no closing \""),
    ("result == 'ok", 11, "the text that begins here has no closing '"),
    ("result == \"o\\k\"", 13, "'\\' stands before \", \\, n or t only; write \\\\ for a backslash"),
    ("success && failure", 9, "'&' is not used here; write and"),
    ("success || failure", 9, "'|' is not used here; write or"),
    ("!success", 1, "'!' is not used here; write not"), ("success; failure", 8, "';' may not stand here"),
    ("success\u{7}", 8, "the character U+7 may not stand here"),
    ("日本 success", 1, "'日' may not stand here"),
    ("result == \"日\" x", 15, "expected and, or, or the end, not 'x'"),
    ("result matches \"a(\"", 18, "this '(' has no ')'"),
    ("result matches \"\\\\1\"", 17, "back references, \\1, may not be used"),
    ("result matches '(?=x)'", 17, "look-ahead, (?=, may not be used"),
    ("result jsonpath \".a\"", 18, "a jsonpath begins with $, perhaps behind strict or lax"),
    ("result jsonpath '$ ? (@ like_regex \"a**\")'", 39, "there is nothing here to repeat"),
  ])
  func `an error says what was expected, and where`(text: String, column: Int, message: String) {
    let error = #expect(throws: ConditionError.self) { try Condition(text) }
    #expect(error == ConditionError(message, column: column))
  }

  @Test func `a condition has a longest text and a deepest nesting`() throws {
    let fits = "result == \"" + String(repeating: "x", count: 1976) + "\""
    #expect(try Condition(fits).description.count == 2000)
    #expect(
      throws: ConditionError(
        "the condition has 2001 characters when it is written out; 2000 are the most", column: 1)
    ) {
      try Condition("result == \"" + String(repeating: "x", count: 1977) + "\"")
    }
    #expect(throws: ConditionError("the condition has 2001 characters; 2000 are the most", column: 1)) {
      try Condition(String(repeating: " ", count: 1994) + "success")
    }
    func nested(_ count: Int) -> String { String(repeating: "not ", count: count) + "failure" }
    #expect(try Condition(nested(19)).description == nested(19))
    #expect(throws: ConditionError("the condition nests deeper than 20 levels", column: 77)) {
      try Condition(nested(20))
    }
    #expect(throws: ConditionError.self) { try Condition(String(repeating: "(", count: 1999)) }
    // What a success that is read into it makes one level deeper is written one level deeper, too.
    #expect(throws: ConditionError("the condition nests deeper than 20 levels", column: 1)) {
      try Condition(String(repeating: "not ", count: 19) + "result > 3")
    }
  }

  @Test(arguments: [
    (#""success""#, "success"), (#"["exit_code","==",3]"#, "exit_code == 3"),
    (#"["exit_code","in",[1,2]]"#, "exit_code in (1, 2)"), (#"["not","failure"]"#, "not failure"),
    (#"["and","success",["result","==","ok"]]"#, #"result == "ok""#),
    (#"["and","success",["result","==",5]]"#, "result == 5"),
    (
      #"["and","success",["result",">",3.5],["result","matches","^a"]]"#,
      #"result > 3.5 and result matches "^a""#
    ),
    (
      #"["or",["and","failure",["result","jsonpath","$.a"]],["not",["or","success","failure"]]]"#,
      #"failure and result jsonpath "$.a" or not (success or failure)"#
    ),
  ])
  func `a condition has one form in JSON`(json: String, text: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    let condition = try Condition(text)
    #expect(String(decoding: try encoder.encode([condition]), as: UTF8.self) == "[\(json)]")
    #expect(try JSONDecoder().decode([Condition].self, from: Data("[\(json)]".utf8)) == [condition])
  }

  @Test(arguments: [
    #""maybe""#, "3", "[]", "{}", "null", #"["success"]"#, #"["and"]"#, #"["not"]"#,
    #"["not","success","success"]"#,
    #"["exit_code","~",3]"#, #"["exit_code","==","3"]"#, #"["exit_code","==",1.5]"#,
    #"["exit_code","in",[]]"#,
    #"["result","<","a"]"#, #"["result","contains",3]"#, #"["result","==",null]"#,
    #"["result","==","a","b"]"#,
  ])
  func `JSON that is no condition is refused`(json: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([Condition].self, from: Data("[\(json)]".utf8))
    }
  }

  @Test(arguments: 0..<300 as Range<UInt64>)
  func `any condition survives text and JSON`(seed: UInt64) throws {
    var source = ConditionSource(seed: seed)
    let condition = source.condition(depth: 5)
    #expect(try Condition(condition.description) == condition, "\(condition)")
    #expect(try Condition(condition.description).description == condition.description)
    let data = try JSONEncoder().encode([condition])
    #expect(try JSONDecoder().decode([Condition].self, from: data) == [condition])
  }

  @Test(arguments: 0..<3000 as Range<UInt64>)
  func `no text brings the parser down`(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let words = [
      "success", "failure", "always", "exit_code", "result", "in", "and", "or", "not", "contains", "matches",
      "jsonpath", "==", "!=", "<", "<=", ">", ">=", "(", ")", ",", "3", "-1.5", "1e9", "\"a\"", "'b'",
      "\"(\"", "'$['",
      "\"", "'", "\\", "\u{301}", "\u{0}", "👩‍👩‍👧", "&", "=",
    ]
    let text = (0..<random.below(30)).map { _ in words[random.below(words.count)] }
      .joined(separator: random.below(4) == 0 ? "" : " ")
    do {
      let condition = try Condition(text)
      #expect(try Condition(condition.description) == condition)
    } catch {
      #expect((1...(text.unicodeScalars.count + 1)).contains(error.column), "\(text): \(error)")
      #expect(!error.message.isEmpty)
    }
  }
}

/// Draws conditions; the texts in them are hard to quote.
struct ConditionSource {
  private var random: SplitMix

  init(seed: UInt64) { random = SplitMix(seed: seed) }

  mutating func condition(depth: Int) -> Condition {
    switch depth == 0 ? random.below(7) : random.below(10) {
    case 0: return .success
    case 1: return .failure
    case 2: return .always
    case 3: return .exitCode(pick(Condition.Comparison.allCases), random.below(256))
    case 4: return .exitCodeIn((0...random.below(3)).map { _ in random.below(256) })
    case 5: return .resultText(pick([.equal, .different, .contains]), pick(Self.texts) + pick(Self.texts))
    case 6:
      return .resultNumber(
        pick(Condition.Comparison.allCases), pick([0, -1, 0.1, 3.25, 1e15, 1e22, -1.5e-9, 12345678.9]))
    case 7: return .not(condition(depth: depth - 1))
    case 8: return .and((0...random.below(3)).map { _ in condition(depth: depth - 1) })
    default: return .or((0...random.below(3)).map { _ in condition(depth: depth - 1) })
    }
  }

  private mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[random.below(elements.count)]
  }

  private static let texts = [
    "", "a", "\"", "\\", "'", "\n", "\t", "\\n", " and ", "(", "é", "e\u{301}", "👩‍👩‍👧", "# ", ": ",
  ]
}
