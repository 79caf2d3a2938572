/// Texts that are no definitions. `▸` marks where the error is, and is not part of the text.
struct Broken: Sendable {
  let text: String
  /// What the message says, or how it begins.
  let message: String

  private init(_ text: String, _ message: String) {
    self.text = text
    self.message = message
  }

  /// The text without its mark.
  var yaml: String { text.replacing("▸", with: "") }

  /// The line and the column of the mark.
  var place: String {
    let before = text.prefix { $0 != "▸" }.split(separator: "\n", omittingEmptySubsequences: false)
    return "\(before.count):\((before.last?.unicodeScalars.count ?? 0) + 1)"
  }

  static let all = yamlItself + templates + pipelines + conditions + events

  private static let yamlItself = [
    Broken("▸- a", "the document is a mapping (templates, pipelines, events…), not a list"),
    Broken("▸a", "the document is a mapping"), Broken("▸\"\"", "the document is a mapping"),
    Broken("▸!!binary aGk=", "tags are not used here"),
    Broken("a: 1\n▸b: 2", "the document has no key \"b\""),
    Broken("▸templates: []\ntemplates: []", "'templates' comes twice in this mapping"),
    Broken("templates: [\n▸", "while parsing a flow node"),
    Broken("templates: {a▸]", "while parsing a flow mapping: did not find expected ',' or '}'"),
    Broken("templates:\n▸\t- name: x", "while scanning for the next token"),
    Broken("templates: ▸\"abc", "while scanning a quoted scalar"),
    Broken("templates: ▸'abc\n", "while scanning a quoted scalar"),
    Broken("templates: \"▸\\q\"", "while parsing a quoted scalar"),
    Broken("templates: ▸*nobody", "\"*nobody\" begins with '*'"),
    Broken("templates: ▸%x", "while scanning for the next token"),
    Broken("templates: ▸@x", "while scanning for the next token"),
    Broken("{}\n▸---\n{}", "expected a single document"), Broken("? ▸[a]\n: b", "a key must be a plain text"),
    Broken("templates: \"▸\u{0}\"", "the character U+0000 may not stand here"),
    Broken("templates: ▸\u{1B}[31m", "the character U+001B may not stand here"),
    Broken("templates: a▸\u{FEFF}b", "the character U+FEFF may not stand here"),
    Broken("templates: ▸\u{FFFF}", "the character U+FFFF may not stand here"),
    Broken("a: b▸: c", "mapping values are not allowed"),
    Broken("▸<<: {a: b}", "merge keys (<<) are not read"),
    Broken(
      String(repeating: "[", count: 64) + "▸" + String(repeating: "[", count: 20)
        + String(repeating: "]", count: 84),
      "this is nested deeper than 64 levels"),
  ]

  private static let templates = [
    Broken("templates: ▸x", "'templates' is a list, not a text"),
    Broken("templates: ▸{a: b}", "'templates' is a list, not a mapping"),
    Broken("templates: [▸x]", "a template is a mapping (name, description, script…), not a text"),
    Broken("templates: [▸~]", "a template is a mapping"),
    Broken("templates:\n  -▸\n", "a template is a mapping"),
    Broken("templates: [▸{script: x}]", "a template needs a 'name'"),
    Broken("templates: [▸{name: a}]", "a template needs a 'script' or 'script_file'"),
    Broken("templates: [{name: ▸[], script: x}]", "'name' needs a text"),
    Broken("templates: [{name: ▸, script: x}]", "'name' needs a text"),
    Broken("templates: [{name: ▸'', script: x}]", "a name is empty"),
    Broken("templates: [{name: ▸a/b, script: x}]", "the name 'a/b' has a '/'"),
    Broken("templates: [{name: ▸' a', script: x}]", "the name ' a' begins or ends with a space"),
    Broken("templates: [{name: ▸\"a\\tb\", script: x}]", "a name has a control character"),
    Broken("templates: [{name: ▸\"a\\0\", script: x}]", "'name' has a NUL character"),
    Broken(
      "templates: [{name: ▸\(String(repeating: "n", count: 101)), script: x}]",
      "the name 'nnnnnnnnnnnnnnnnnnnn…' is longer"),
    Broken("templates: [{name: a, script: x}, {name: ▸a, script: x}]", "template 'a' comes twice"),
    Broken(
      "templates: [{name: a, script: x, ▸nam: b}]", "a template has no key \"nam\"; did you mean 'name'?"),
    Broken("templates: [{name: a, script_file: ▸gone.sh}]", "cannot read the script \"gone.sh\""),
    Broken("templates: [{name: a, script: x, ▸script_file: y}]", "'script_file' beside 'script'"),
    Broken("templates: [{name: a, script: x, labels: [▸GPU]}]", "a label has 1 to 63"),
    Broken("templates: [{name: a, script: x, labels: [a, ▸a]}]", "label 'a' comes twice"),
    Broken("templates: [{name: a, script: x, labels: ▸-a}]", "a label has 1 to 63"),
    Broken("templates: [{name: a, script: x, labels: [▸[a]]}]", "'labels' needs a text"),
    Broken("templates: [{name: a, script: x, resources: ▸gpu}]", "'resources' is a mapping"),
    Broken(
      "templates: [{name: a, script: x, resources: {gpu: ▸1.5}}]", "'gpu' is a whole number from 1 to 1000000"
    ),
    Broken("templates: [{name: a, script: x, resources: {GPU: ▸1}}]", "a resource has 1 to 63"),
    Broken("templates: [{name: a, script: x, resources: {a/b: ▸1}}]", "a resource has 1 to 63"),
    Broken("templates: [{name: a, script: x, resources: {gpu: ▸}}]", "'gpu' needs a text"),
  ]

  private static func task(_ keys: String) -> String {
    "pipelines: [{name: p, tasks: [{name: a, template: x, \(keys)}]}]"
  }

  private static func second(_ keys: String) -> String {
    "pipelines:\n- name: p\n  tasks:\n  - {name: a, template: x}\n  - {name: b, template: x, \(keys)}\n"
  }

  private static let pipelines = [
    Broken("pipelines: [▸{tasks: [{name: a, template: x}]}]", "a pipeline needs a 'name'"),
    Broken("pipelines: [{name: ▸p}]", "pipeline 'p' has no task"),
    Broken("pipelines: [{name: p, tasks: ▸{}}]", "'tasks' is a list"),
    Broken(
      "pipelines: [{name: p, limit: ▸0, tasks: [{name: a, template: x}]}]",
      "'limit' is a whole number from 1 to 100000"),
    Broken(
      "pipelines: [{name: p, limit: ▸-, tasks: [{name: a, template: x}]}]",
      "'limit' is a whole number from 1 to 100000, not \"-\""),
    Broken(task("priority: ▸-1001"), "'priority' is a whole number from -1000 to 1000"),
    Broken(task("priority: ▸1e2"), "'priority' is a whole number"),
    Broken(task("enabled: ▸yes"), "'enabled' is true or false"),
    Broken(task("▸enable: true"), "a task has no key \"enable\"; did you mean 'enabled'?"),
    Broken(task("▸grace: 5s"), "'grace' goes with a script"),
    Broken(task("labels: ▸É"), "a label has 1 to 63"),
    Broken(task("join: ▸most"), "'join' is one of all, any"),
    Broken(task("join: ▸n_of"), "'join' is one of all, any"),
    Broken(task("join: ▸n_of 1001"), "'join' is one of all, any"),
    Broken(task("join: ▸[any]"), "'join' needs a text"),
    Broken(task("join: ▸any"), "join 'any' joins nothing"),
    Broken(second("after: a, join: ▸n_of 2"), "join 'n_of 2' needs 2 links"),
    Broken(
      "pipelines: [{name: p, tasks: [{name: ▸a, template: x, after: a}]}]", "the links go in a circle: a → a"),
    Broken(task("after: ▸zz"), "no task 'zz' in pipeline 'p'"),
    Broken(second("after: [a, ▸a]"), "task 'b' is linked to 'a' twice"),
    Broken(second("after: [{task: a}, {task: ▸a, when: always}]"), "task 'b' is linked to 'a' twice"),
    Broken(second("after: [▸{when: always}]"), "a link needs a 'task'"),
    Broken(second("after: [▸[a]]"), "a link is a mapping"),
    Broken(second("after: [{task: a, enabled: ▸1}]"), "'enabled' is true or false"),
    Broken(second("after: [{task: a, pass: ▸out}]"), "'pass' is one of none, argument, stdin, env"),
    Broken(second("after: [{task: a, ▸condition: x}]"), "a link has no key \"condition\""),
    Broken(second("map: ▸a"), "'map' is a mapping (over, as, items…), not a text"),
    Broken(second("▸map: {}"), "'map' is empty; leave it out"),
    Broken(second("map: ▸{limit: 5}"), "'map' needs a 'over' or 'items'"),
    Broken(second("after: a, map: {over: ▸b}"), "'over' is one of the tasks in 'after', not 'b'"),
    Broken(second("map: {over: ▸a}"), "'over' is one of the tasks in 'after', not 'a'"),
    Broken(second("after: [{task: a, enabled: false}], map: {over: ▸a}"), "the link from 'a' is off"),
    Broken(second("map: {▸items: []}"), "'items' is empty"),
    Broken(second("map: {items: [▸{}]}"), "'items' needs a text"),
    Broken(second("map: {items: [a], ▸as: lines}"), "'as' goes with 'over'"),
    Broken(second("after: a, map: {over: a, ▸items: [a]}"), "'items' beside 'over'"),
    Broken(second("after: a, map: {over: a, as: ▸csv}"), "'as' is one of lines, json"),
    Broken(second("map: {items: [a], limit: ▸0}"), "'limit' is a whole number from 1 to 1000"),
    Broken(second("map: {items: [a], ▸limits: 1}"), "'map' has no key \"limits\"; did you mean 'limit'?"),
  ]

  private static func when(_ condition: String) -> String {
    """
    pipelines:
    - name: p
      tasks:
      - {name: a, template: x}
      - name: b
        template: x
        after:
        - task: a
          when: \(condition)
    """
  }

  private static let conditions = [
    Broken(when("▸maybe"), "'when': expected success, failure, always"),
    Broken(second("after: [{task: a, when: ▸}]"), "'when' needs a text"),
    Broken(when("▸[success]"), "'when' needs a text"),
    Broken(when("exit_code ▸= 3"), "'when': '=' compares nothing; write =="),
    Broken(when("exit_code == ▸300"), "'when': expected an exit code"),
    Broken(when("success ▸&& failure"), "'when': '&' is not used here"),
    Broken(when("\"success and ▸nothing\""), "'when': expected success"),
    Broken(when("'success and ▸nothing'"), "'when': expected success"),
    Broken(when("\"result == \\\"a\\\" ▸b\""), "'when': expected and, or, or the end"),
    Broken(when("'result == ''a'' ▸b'"), "'when': expected and, or, or the end"),
    Broken(when("\"\\x20\\u0020\\U00000020\\t▸b\""), "'when': expected success"),
    Broken(when("&anchor  success ▸b"), "'when': expected and, or, or the end"),
    Broken(when("(success▸"), "'when': expected and, or, or the ')' of the '(' at column 1"),
    Broken(when("success▸)"), "'when': expected and, or, or the end, not ')'"),
    Broken(when("result matches ▸x"), "'when': expected a text in quotes after matches"),
    Broken(when("result matches \"▸(a\""), "'when': this '(' has no ')'"),
    Broken(when("\"result matches \\\"a*▸*\\\"\""), "'when': there is nothing here to repeat"),
    Broken(when("result matches '(a)▸\\1'"), "'when': back references, \\1, may not be used"),
    Broken(when("result matches '▸(?!a)'"), "'when': look-ahead"),
    Broken(when("result matches '▸(?<=a)'"), "'when': look-behind"),
    Broken(when("result matches '(a{100})▸{3}'"), "'when': repeats, multiplied"),
    Broken(
      when("result matches '\(String(repeating: "a", count: 200))▸a'"),
      "'when': the regular expression has 201 characters"),
    Broken(when("result jsonpath '▸a'"), "'when': a jsonpath begins with $"),
    Broken(when("result jsonpath '$.a▸(1'"), "'when': this '(' is not closed"),
    Broken(when("result jsonpath \"$.a ? ▸(@ == 1\""), "'when': this '(' is not closed"),
    Broken(when("'result jsonpath ''$ ? (@ like_regex \"▸(a\")'''"), "'when': this '(' has no ')'"),
    Broken(when("result == ▸1.2.3"), "'when': expected a number"),
    Broken(when("result == ▸ok"), "'when': expected a number, or a text in quotes"),
    Broken(
      when("▸\(String(repeating: "x", count: 2001))"),
      "'when': the condition has 2001 characters; 2000 are the most"),
    Broken(
      when(String(repeating: "(", count: 19) + "▸((success))"),
      "'when': the condition nests deeper than 20 levels"),
    Broken(when("\"▸\\u65e5\""), "'when': '日' may not stand here"),
    Broken(when("success ▸日"), "'when': '日' may not stand here"),
    Broken(when("▸日 x"), "'when': '日' may not stand here"),
    Broken(when("|\n        success and\n          ▸nothing\n"), "'when': expected success"),
    Broken(when(">-\n        success and ▸nothing\n"), "'when': expected success"),
    Broken(when("▸success\n        and nothing\n"), "'when': expected success"),
  ]

  private static func event(_ keys: String) -> String { "events: [{name: e, \(keys)}]" }

  private static let events = [
    Broken("events: ▸e", "'events' is a list"),
    Broken("events: [▸e]", "an event is a mapping (name, description, cron…)"),
    Broken("events: [▸{cron: 0 3 * * *, start: p}]", "an event needs a 'name'"),
    Broken("events: [{name: ▸e, cron: 0 3 * * *}]", "event 'e' starts nothing; it needs a 'start'"),
    Broken("events: [{name: ▸e, cron: 0 3 * * *, start: []}]", "event 'e' starts nothing"),
    Broken("events: [▸{name: e, start: p}]", "an event needs a 'cron' or 'every' or 'at' or 'times'"),
    Broken(
      event("start: p, cron: 0 3 * * *, ▸every: 5s"), "'every' beside 'cron': an event takes one of them"),
    Broken(event("start: p, cron: 0 3 * * *, ▸days: [mon]"), "'days' goes with 'times'"),
    Broken(event("start: p, ▸crn: x, cron: 0 3 * * *"), "an event has no key \"crn\"; did you mean 'cron'?"),
    Broken(
      "events: [{name: e, cron: 0 3 * * *, start: p}, {name: ▸e, every: 1h, start: p}]",
      "event 'e' comes twice"),
    Broken(event("start: p, cron: '* * *▸'"), "'cron': a cron expression has 5 fields"),
    Broken(event("start: p, cron: ▸[x]"), "'cron' needs a text"),
    Broken(event("start: p, cron: ▸* * * * *"), "\"* * * * *\" begins with '*' but names no anchor"),
    Broken(event("start: p, every: ▸0s"), "'every' is whole seconds"),
    Broken(event("start: p, every: ▸1.5"), "'every' is whole seconds"),
    Broken(event("start: p, every: ▸367d"), "'every' is whole seconds"),
    Broken(event("start: p, ▸at: []"), "'at' is empty"),
    Broken(event("start: p, at: ▸sometime"), "'at': a moment is written 2027-01-01T12:00"),
    Broken(event("start: p, at: [2027-01-01T12:00, ▸2027-01-01]"), "'at': a moment is written"),
    Broken(event("start: p, times: [12:15, ▸noon]"), "'times': a time of day is written"),
    Broken(event("start: p, times: 12:15, days: [mon, ▸monday]"), "'days': a day is one of mon"),
    Broken(event("start: p, times: 12:15, ▸days: []"), "'days' is empty"),
    Broken(event("start: p, every: 1h, timezone: ▸Mars or Venus"), "'timezone': a time zone has a name"),
    Broken(event("start: p, every: 1h, timezone: \"▸\\u65e5\""), "'timezone': a time zone has a name"),
    Broken(event("start: p, every: 1h, starting: ▸now"), "'starting': a moment is written"),
    Broken(
      event("start: p, every: 1h, starting: 2027-01-01T12:00, until: ▸2027-01-01T11:59"),
      "'until' is before 'starting'"),
    Broken(event("start: p, every: 1h, jitter: ▸1h"), "'jitter' is less than 'every', 1h"),
    Broken(event("start: p, cron: 0 3 * * *, jitter: ▸1d"), "'jitter' is less than a day"),
    Broken(event("start: p, every: 1h, jitter: ▸-5s"), "'jitter' is a length of time"),
    Broken(event("start: p, every: 1h, misfire: ▸never"), "'misfire' is one of skip, once, all"),
    Broken(event("start: p, every: 1h, max_catch_up: ▸10"), "'max_catch_up' goes with 'misfire: all'"),
    Broken(
      event("start: p, every: 1h, misfire: once, max_catch_up: ▸5"), "'max_catch_up' goes with 'misfire: all'"
    ),
    Broken(
      event("start: p, every: 1h, misfire: all, max_catch_up: ▸0"),
      "'max_catch_up' is a whole number from 1 to 1000"),
    Broken(event("start: p, every: 1h, overlap: ▸wait"), "'overlap' is one of allow, skip, queue"),
    Broken(event("start: p, every: 1h, enabled: ▸on"), "'enabled' is true or false"),
    Broken(event("start: ▸a/b/c, every: 1h"), "an event starts PIPELINE or PIPELINE/TASK, not 'a/b/c'"),
    Broken(event("start: [p, ▸p], every: 1h"), "event 'e' starts 'p' twice"),
    Broken(event("start: [p, ▸{}], every: 1h"), "'start' needs a text"),
    Broken(
      "pipelines: [{name: p, tasks: [{name: a, template: x}]}]\n" + event("start: [p/a, ▸p/b], every: 1h"),
      "no task 'b' in pipeline 'p'"),
    Broken(event("start: p, every: 1h, args: ▸{}"), "'args' is a list, not a mapping"),
  ]
}
