import Testing

@Suite struct `House rules` {
  @Test func `no task runs without a parent`() throws {
    let places = try SourceTree.files("Sources", ".swift").flatMap {
      $0.places(
        of: /\bTask\s*(?:\([^)]*\)\s*)?\{|\bTask\.(?:detached|init)\b|\bTask\(operation/, with: "Task")
    }
    #expect(places == [])
  }

  @Test func `nothing ends the process in the middle`() throws {
    let places = try SourceTree.files("Sources", ".swift").flatMap { file in
      file.places(of: /\bfatalError\b/, with: "fatalError") + file.places(of: /\btry!/, with: "try!")
    }
    #expect(places == [])
  }

  @Test func `a file holds one thing`() throws {
    let files = try SourceTree.files("Sources", ".swift", ".c", ".h") + SourceTree.files("Tests", ".swift")
    #expect(files.filter { $0.lines.count > 400 }.map(\.path) == [])
  }

  @Test func `nothing is left for later, and no file knows the machine that it was written on`() throws {
    // Put together, or this file would find itself.
    let words = ["TO" + "DO", "FIX" + "ME", "/wo" + "rk/", "../sha" + "red", "/tmp/" + "zw"]
    let files =
      try SourceTree.files("Sources") + SourceTree.files("Tests") + SourceTree.files("man")
      + ["README.md", "Makefile", "Package.swift", ".ci/run"].map(SourceTree.file)
    for word in words {
      #expect(files.filter { $0.text.contains(word) }.map(\.path) == [], "\(word)")
    }
  }

  @Test func `every test target has a test`() throws {
    for target in try Manifest.read().targets where target.kind == "testTarget" {
      let files = try SourceTree.files(target.path, ".swift")
      #expect(files.contains { $0.text.contains("@Test") }, "\(target.name)")
    }
  }
}
