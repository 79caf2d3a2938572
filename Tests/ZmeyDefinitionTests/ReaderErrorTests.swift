import Testing
import ZmeyCore

@testable import ZmeyDefinition

@Suite("Errors of the reader")
struct ReaderErrorTests {
  private static let joins =
    "one of all, any, all_done, none_failed, one_failed, n_of 2 (a number from 1 to 1000)"

  @Test func `an error prints as editors expect it`() {
    let error = DefinitionError(file: "a b.yaml", line: 3, column: 7, message: "so")
    #expect("\(error)" == "a b.yaml:3:7: so")
  }

  @Test func `all errors come at once in the order of the text`() {
    let text = """
      pipelines:
        - name: p
          tasks:
            - name: a
              script: x
              avarage: 5s
              attempts: 0
            - name: b
              template: t
              after: [a, c, b]
          colour: red
      templates:
        - name: t
          script: x
          maximum: soon
      event: []
      """
    #expect(
      errors(text) == [
        "6:9: a task has no key \"avarage\"; did you mean 'average'?",
        "7:19: 'attempts' is a whole number from 1 to 100, not \"0\"",
        "8:15: the links go in a circle: b → b",
        "10:20: no task 'c' in pipeline 'p'",
        "11:5: a pipeline has no key \"colour\"",
        "15:14: 'maximum' is a length of time such as 90s, 5m or 1h30m, more than 0 and at most 366 days, not \"soon\"",
        "16:1: the document has no key \"event\"; did you mean 'events'?",
      ])
  }

  @Test(arguments: [
    ("average: 5 s", "'average' is a length of time such as 90s, 5m or 1h30m, at most 366 days, not \"5 s\""),
    ("attempts: 101", "'attempts' is a whole number from 1 to 100, not \"101\""),
    ("attempts: +3", "'attempts' is a whole number from 1 to 100, not \"+3\""),
    (
      "attempts: 99999999999999999999",
      "'attempts' is a whole number from 1 to 100, not \"99999999999999999999\""
    ),
    ("rerun_if_lost: no", "'rerun_if_lost' is true or false (not yes, no, on or off), not \"no\""),
    ("rerun_if_lost: True", "'rerun_if_lost' is true or false (not yes, no, on or off), not \"True\""),
    (
      "max_output: 16MB", "'max_output' is bytes such as 65536, 512KiB or 16MiB, at most 256MiB, not \"16MB\""
    ),
    (
      "max_output: 1023", "'max_output' is bytes such as 65536, 512KiB or 16MiB, at most 256MiB, not \"1023\""
    ),
    (
      "max_output: 2GiB", "'max_output' is bytes such as 65536, 512KiB or 16MiB, at most 256MiB, not \"2GiB\""
    ),
    ("max_output: MiB", "'max_output' is bytes such as 65536, 512KiB or 16MiB, at most 256MiB, not \"MiB\""),
    (
      "max_output: 9999999999999GiB",
      "'max_output' is bytes such as 65536, 512KiB or 16MiB, at most 256MiB, not \"9999999999999GiB\""
    ),
    ("join: some", "'join' is \(joins), not \"some\""),
    ("join: n_of 0", "'join' is \(joins), not \"n_of 0\""),
    ("average: [5s]", "'average' needs a text (an empty one is written \"\"), not a list"),
    ("average:", "'average' needs a text (an empty one is written \"\"), not nothing"),
    ("args: {a: b}", "'args' is a list, not a mapping"),
    ("args: [[a]]", "'args' needs a text (an empty one is written \"\"), not a list"),
    ("args: [\"a\\0b\"]", "'args' has a NUL character"),
    ("after: {task: a}", "'after' is a list, not a mapping"),
    ("after: [{when: always}]", "a link needs a 'task'"),
    ("after: [[a]]", "a link is a mapping (task, when, pass…), not a list"),
    (
      "after: [{task: t, when: succes}]",
      "'when': expected success, failure, always, exit_code, result, not or '(', not 'succes'"
    ),
    ("enabled: off", "'enabled' is true or false (not yes, no, on or off), not \"off\""),
    ("priority: 1001", "'priority' is a whole number from -1000 to 1000, not \"1001\""),
    ("labels: {a: b}", "'labels' is a list, not a mapping"),
    ("resources: [gpu]", "'resources' is a mapping (NAME: amount), not a list"),
    ("resources: {gpu: 0}", "'gpu' is a whole number from 1 to 1000000, not \"0\""),
    ("map: {}", "'map' is empty; leave it out"),
    ("map: [a]", "'map' is a mapping (over, as, items…), not a list"),
    ("map: {limit: 3}", "'map' needs a 'over' or 'items'"),
    ("map: {over: a, items: [b]}", "'items' beside 'over': 'map' takes one of them"),
    ("map: {items: [b], as: json}", "'as' goes with 'over'"), ("map: {items: []}", "'items' is empty"),
    ("map: {items: b}", "'items' is a list, not a text"),
    ("map: {items: [b], limit: 1001}", "'limit' is a whole number from 1 to 1000, not \"1001\""),
    ("map: {over: a, as: csv}", "'as' is one of lines, json, not \"csv\""),
    ("map: {over: a}", "'over' is one of the tasks in 'after', not 'a'"),
    ("after: [{task: t, pass: file}]", "'pass' is one of none, argument, stdin, env, not \"file\""),
    ("template: y", "'template' beside 'script': a task takes one of them"),
    ("script_file: y", "'script_file' beside 'script': a task takes one of them"),
    ("maximun: 5s", "a task has no key \"maximun\"; did you mean 'maximum'?"),
    ("when: always", "a task has no key \"when\""),
    ("<<: {}", "merge keys (<<) are not read; write the keys out"),
    ("[a]: b", "a key must be a plain text"),
    ("args: !!binary aGk=", "tags are not used here; leave 'tag:yaml.org,2002:binary' out"),
  ])
  func `a bad line is named`(line: String, message: String) {
    let found = errors(task("script: x", line))
    #expect(found.contains { $0.hasPrefix("6:") && $0.hasSuffix(": \(message)") }, "\(found)")
  }

  @Test func `what is missing is reported where its owner begins`() {
    #expect(
      errors("templates:\n  - description: x\n") == [
        "2:5: a template needs a 'name'", "2:5: a template needs a 'script' or 'script_file'",
      ])
    #expect(errors(task()) == ["4:9: a task needs a 'template' or 'script' or 'script_file'"])
    #expect(errors("pipelines: [{name: p}]") == ["1:20: pipeline 'p' has no task"])
    #expect(errors("pipelines: [{tasks: [{name: t, template: x}]}]") == ["1:13: a pipeline needs a 'name'"])
  }

  @Test func `a template leaves no room for the facts of a script`() {
    #expect(
      errors(task("template: x", "average: 5s", "max_output: 1MiB", "retry: {delay: 1s}")) == [
        "6:9: 'average' goes with a script; here the template says it",
        "7:9: 'max_output' goes with a script; here the template says it",
        "8:9: 'retry' goes with a script; here the template says it",
      ])
  }

  @Test func `one broken part raises no further errors`() {
    let text = """
      pipelines:
        - name: p
          tasks: none
        - name: q
          tasks:
            - name: a
              script: [x]
            - name: b
              template: x
              after: [a]
      """
    #expect(
      errors(text) == [
        "3:12: 'tasks' is a list, not a text",
        "7:17: 'script' needs a text (an empty one is written \"\"), not a list",
      ])
  }

  @Test(arguments: [
    ("- a", "1:1: the document is a mapping (templates, pipelines, events…), not a list"),
    ("text", "1:1: the document is a mapping (templates, pipelines, events…), not a text"),
    ("a: 1\na: 2\n", "1:1: 'a' comes twice in this mapping"),
    (
      "{}\n---\n{}\n", "2:1: expected a single document in the stream: but found another document"
    ),
    ("templates: [", "2:1"), ("templates:\n\t- name: x\n", "2:1"),
    (
      "templates: \"a\u{7}\"",
      "1:14: the character U+0007 may not stand here; in double quotes it is written \\u0007"
    ),
    ("x: \"\\q\"\n", "1:5"),
  ])
  func `what is no document is an error at its place`(text: String, message: String) {
    let found = errors(text)
    #expect(found.count == 1)
    #expect(found[0].hasPrefix(message), "\(found)")
  }

  @Test func `a tab for indentation is called one`() {
    #expect(errors("templates:\n\t- name: x\n")[0].hasSuffix("(a tab; YAML indents with spaces)"))
  }

  @Test func `a script that cannot be loaded is an error at its path`() {
    #expect(
      errors("templates: [{name: a, script_file: gone.sh}]")
        == ["1:36: cannot read the script \"gone.sh\": no such file"])
  }

  @Test func `a loaded script is held to the rules of scripts`() {
    let error = #expect(throws: DefinitionErrors.self) {
      try read(
        "templates: [{name: a, script_file: nul}, {name: b, script_file: big}]",
        scripts: ["nul": "a\0b", "big": String(repeating: "x", count: Program.maxScriptBytes + 1)])
    }
    #expect(
      error?.errors.map(\.message) == [
        "the script has a NUL character", "the script has 1048577 bytes; 1048576 are the most",
      ])
  }

  @Test func `a long or wild text is cut and escaped in messages`() {
    let found = errors(task("script: x", "attempts: \"\\e[2J" + String(repeating: "9", count: 100) + "\""))
    #expect(found.count == 1)
    #expect(found[0].hasSuffix("not \"\\u{1B}[2J" + String(repeating: "9", count: 36) + "\"…"), "\(found)")
  }

  @Test(arguments: [
    ("average", "average", 0), ("avarage", "average", 1), ("", "abc", 3), ("kitten", "sitting", 3),
  ])
  func `the distance of words is the number of edits`(left: String, right: String, distance: Int) {
    #expect(Spelling.distance(left, right) == distance)
    #expect(Spelling.distance(right, left) == distance)
  }
}
