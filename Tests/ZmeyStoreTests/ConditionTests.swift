import FoundationEssentials
import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `A condition` {
  @Test(arguments: [
    ("exit_code == 3", 11, 3, "", true), ("exit_code != 3", 11, 3, "", false),
    ("exit_code in (1, 2)", 11, 2, "", true),
    ("exit_code in (1, 2)", 11, 3, "", false), ("exit_code >= 2 and exit_code < 4", 11, 3, "", true),
    ("exit_code == 0", 12, nil, "", false), ("not exit_code == 0", 12, nil, "", true),
    (#"result == "ok""#, 10, 0, "ok\n", true), (#"result == "ok""#, 10, 0, "ok ", false),
    (#"result == "ok""#, 11, 1, "ok", false), (#"always and result == "ok""#, 11, 1, "ok", true),
    (#"result != "ok""#, 10, 0, "no", true), (#"result contains "b""#, 10, 0, "abc", true),
    (#"result contains "%""#, 10, 0, "abc", false), (#"result matches "^a+$""#, 10, 0, "aaa\n", true),
    (#"result matches "^a+$""#, 10, 0, "ab", false), ("result > 3.5", 10, 0, " 4\n", true),
    ("result > 3.5", 10, 0, "3.5", false), ("result > 3.5", 10, 0, "four", false),
    ("result == 5", 10, 0, "5.0", true),
    (#"result == "5""#, 10, 0, "5.0", false), ("result < 1e3", 10, 0, "-2E2", true),
    (#"result jsonpath "$.ok ? (@ == true)""#, 10, 0, #"{"ok": true}"#, true),
    (#"result jsonpath "$.ok == true""#, 10, 0, #"{"ok": false}"#, false),
    (#"result jsonpath "$.rows[*] ? (@.n > 2)""#, 10, 0, #"{"rows": [{"n": 1}, {"n": 3}]}"#, true),
    (#"result jsonpath "$.ok""#, 10, 0, "no json", false),
    (#"failure or result == "x""#, 11, 1, "", true), ("not success", 15, nil, "", true),
  ])
  func `holds by what the task before left`(
    _ text: String, _ state: Int16, _ code: Int32?, _ result: String, _ holds: Bool
  ) async throws {
    let json = String(decoding: try JSONEncoder().encode(try Condition(text)), as: UTF8.self)
    try await StoreDatabase.with { store in
      let root = try await store.open()
      #expect(
        try await root.texts(
          "select zm.condition_problem($1)::text where zm.condition_problem($1) is not null", [.json(json)])
          == [])
      #expect(
        try await root.texts(
          "select zm.holds($1, $2, $3, zm.text_of($4))::text",
          [.json(json), .int2(state), .int4(code), .bytes(Array(result.utf8))]) == ["\(holds)"])
    }
  }

  @Test func `sees no result that is no text or larger than 1 MiB`() async throws {
    try await StoreDatabase.with { store in
      let root = try await store.open()
      #expect(
        try await root.texts(
          """
          select coalesce(zm.text_of(r), '(none)')
          from unnest(array['\\xff00'::bytea, '\\x00', convert_to(repeat('a', 1048577), 'UTF8'), 'x']) r
          """) == ["(none)", "(none)", "(none)", "x"])
    }
  }

  @Test(arguments: [
    (#"["result", "matches", "(a)\\1"]"#, "back references are not taken"),
    (#"["result", "matches", "a(?=b)"]"#, "of the forms (?...) only (?:...) and (?i) are taken"),
    (#"["result", "matches", "(a{20}){20}"]"#, "the bounds of its repeats multiply to more than 200"),
    (#"["result", "matches", "(a"]"#, "invalid regular expression: parentheses () not balanced"),
    (#"["result", "jsonpath", "$.a ? ("]"#, "syntax error at end of jsonpath input"),
    (
      #"["result", "jsonpath", "$ ? (@ like_regex \"(a)\\\\1\")"]"#,
      "its like_regex: back references are not taken"
    ),
    (#"["result", "<", "a"]"#, #""result <" is no comparison"#),
    (#"["exit_code", "==", 256]"#, "an exit code is 0 to 255"),
    (#"["and"]"#, #""and" joins other conditions"#), (#"{"a": 1}"#, "a condition is a word or an array"),
    (#"["system", "rm", 1]"#, #""system rm" is no comparison"#),
    ("null", "a condition is a word or an array"),
  ])
  func `that makes no sense is refused by the database, too`(_ json: String, _ problem: String) async throws {
    try await StoreDatabase.with { store in
      let root = try await store.open()
      #expect(try await root.texts("select zm.condition_problem($1)", [.json(json)]) == [problem])
    }
  }

  @Test(arguments: [
    "$[*] ? (@ == $[*] + 1)", "$.** ? (exists (@.**))", "$ LIKE_REGEX \"(a*)\\\\1\"",
    "$ like_regex /**/ \"a\"",
    "$ ? (@.a ? (@.b ? (@.c == 1)))",
  ])
  func `takes no jsonpath that could take long`(_ path: String) async throws {
    try await StoreDatabase.with { store in
      let root = try await store.open()
      #expect(try await root.texts("select zm.jsonpath_problem($1)", [.text(path)]).count == 1)
    }
  }

  @Test func `that meets an error finds nothing, and keeps nobody from going on`() async throws {
    try await World.with { world in
      let path = #"$.datetime() < "2024-01-01T00:00:00+00:00".datetime()"#
      try await world.apply(
        pipeline(task("a"), task("b", after("a", .and([.success, .resultText(.jsonpath, path)])))))
      let run = try await world.start()
      let claimed = try await world.scheduler.claim(1)
      try await world.scheduler.finish(claimed.map(\.fence), result: Array(#""2024-01-01""#.utf8))
      #expect(try await world.states(run) == ["a=succeeded", "b=skipped"])
    }
  }

  @Test func `is evaluated once, and what it came to is kept`() async throws {
    try await World.with { world in
      try await world.apply(
        pipeline(
          task("a"), task("b", after("a", try Condition("result > 3"), pass: .argument)),
          task("c", after("a", try Condition("exit_code == 1"), pass: .argument))))
      let run = try await world.start()
      let claimed = try await world.scheduler.claim(1)
      try await world.scheduler.finish(claimed.map(\.fence), result: Array("7\n".utf8))
      #expect(try await world.states(run) == ["a=succeeded", "b=queued", "c=skipped"])
      #expect(
        try await world.root.texts(
          "select format('%s %s', is_taken, operands) from zm.verdict order by link_id") == [
            #"t {"state": "succeeded", "result": "7", "exit_code": 0}"#,
            #"f {"state": "succeeded", "result": "7", "exit_code": 0}"#,
          ])
      let next = try await world.scheduler.claim(1)
      #expect(next.map(\.inputs.count) == [1])
    }
  }
}
