import Testing

@Suite struct `The README` {
  @Test(arguments: ["make demo", "make test"])
  func `has the two commands`(command: String) throws {
    #expect(try Files.text("README.md").contains(command))
  }

  @Test func `names every dependency`() throws {
    let readme = try Files.text("README.md")
    let packages = try Files.matches("url: \"[^\"]*/([^\"/]+)\"", in: Files.text("Package.swift"))
    #expect(!packages.isEmpty)
    for package in packages + ["libpq", "PostgreSQL"] {
      #expect(readme.contains("| \(package)"), "\(package)")
    }
  }

  @Test func `is short enough to be read`() throws {
    #expect(try Files.text("README.md").split(separator: "\n", omittingEmptySubsequences: false).count <= 200)
  }
}
