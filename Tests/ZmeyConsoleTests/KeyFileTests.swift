import Testing

@testable import ZmeyConsole

@Suite struct `A file of keys` {
  private func problems(_ text: String) -> [String] {
    do throws(SettingsError) {
      _ = try KeyMap.reading(text, file: "keys.conf")
      return []
    } catch {
      return error.problems.map(\.description)
    }
  }

  @Test func `changes what it names and nothing else`() throws {
    let map = try KeyMap.reading(
      """
      # mine
      stop = C-x F9
      kill=noop\r
        mark-all = #
      zoom-in = = +
      """, file: "keys.conf")
    #expect(map.keys(of: .stop).map(\.name) == ["F9", "C-x"])
    #expect(map.keys(of: .kill) == [])
    #expect(map.keys(of: .markAll).map(\.name) == ["#"])
    #expect(Set(map.keys(of: .zoomIn).map(\.name)) == ["=", "+"])
    for action in Action.allCases where ![.stop, .kill, .markAll, .zoomIn].contains(action) {
      #expect(map.keys(of: action) == KeyMap.standard.keys(of: action), "\(action)")
    }
    #expect(try KeyMap.reading("", file: "") == KeyMap.standard)
  }

  @Test func `may exchange keys`() throws {
    let map = try KeyMap.reading("start = x\nstop = s\npause = P\nresume = p", file: "keys.conf")
    #expect(map.keys(of: .start).map(\.name) == ["x"])
    #expect(map.keys(of: .stop).map(\.name) == ["s"])
    #expect(map.keys(of: .pause).map(\.name) == ["P"])
    #expect(map.keys(of: .resume).map(\.name) == ["p"])
  }

  @Test(arguments: [
    ("stpo = x", "no action 'stpo': zmtui(5) lists them"),
    ("strt = s", "no action 'strt': did you mean start?"),
    ("stop = Ctrl-x", "no key 'Ctrl-x': keys are such as x, Space, C-x, F5 or PgUp, zmtui(5) lists them"),
    ("stop = noop U", "no key 'noop': it stands alone"),
    ("stop =", "expected 'name = key ...', or '# comment', found 'stop ='"),
    ("stop = U\nstop = V", "'stop' is said in line 1 already: leave one of them"),
    ("up = C-s", "C-s cannot be bound to up: terminals stop and go on by it"),
    ("up = C-a", "C-a cannot be bound to up: tmux and screen take it"),
    (
      "kill = C-k", "C-k cannot be bound to kill: it moves or edits everywhere else, and a habit would hit it"
    ),
    ("stop = C-i", "C-i cannot be bound to stop: terminals send the same for Tab, write that"),
    (
      "stop = s",
      "s of stop is a key of start, too (from the beginning): take another, or bind start to another or to noop"
    ),
    (
      "start = T\nstop = T",
      "T of stop is a key of start, too (line 1): take another, or bind start to another or to noop"
    ),
    (
      "kill = T\nstop = T",
      "T of stop is a key of kill, too (line 1): take another, or bind kill to another or to noop"
    ),
    (
      "\nstart = Q",
      "Q of start is a key of quit, too (from the beginning): take another, or bind quit to another or to noop"
    ),
    ("\nquit = noop", "quit needs a key that does nothing else in any view: bind one"),
    ("\nquit = l", "quit needs a key that does nothing else in any view: bind one"),
  ])
  func `is refused where it is wrong`(text: String, problem: String) {
    let line = text.split(separator: "\n", omittingEmptySubsequences: false).count
    #expect(problems(text) == ["keys.conf:\(line): \(problem)"])
  }

  @Test func `may bind keys that move to what moves`() throws {
    #expect(problems("up = Up k C-k\ndown = Down j C-w") == [])
  }

  @Test func `may bind a key anew in a narrower place`() {
    #expect(problems("output = x x") == [])
  }

  @Test func `is what the map is printed as`() throws {
    let standard = KeyMap.standard.text
    #expect(try KeyMap.reading(standard, file: "") == KeyMap.standard)
    #expect(standard.contains("\n# a page up\npage-up = PgUp\n"))
    for action in Action.allCases { #expect(standard.contains("\n\(action.rawValue) = ")) }
    let map = try KeyMap.reading("kill = noop\nup = w Up\nmark = # =", file: "")
    #expect(try KeyMap.reading(map.text, file: "") == map)
    #expect(map.text.contains("\nkill = noop\n") && map.text.contains("\nup = Up w\n"))
  }

  @Test func `could say what is bound from the beginning`() {
    #expect(Set(Action.bindings.map(\.action)) == Set(Action.allCases))
    #expect(Action.bindings.count == Action.allCases.count)
    for binding in Action.bindings {
      #expect(binding.keys.split(separator: " ").allSatisfy { Key(name: $0) != nil }, "\(binding.action)")
    }
  }
}
