import Testing

@testable import ZmeyConsole

@Suite struct `The graph of a pipeline` {
  /// A graph as it is drawn: names of one letter, links as `a>b`, `-` before those that are off.
  private func drawn(_ names: String, _ links: String) -> [String] {
    let tasks = zip(names, Int32(0)...).map { ShapeTask(id: $1, name: String($0)) }
    let numbers = Dictionary(uniqueKeysWithValues: tasks.map { ($0.name, $0.id) })
    let shape = Shape(
      tasks: tasks,
      links: links.split(separator: " ").map { text in
        let ends = text.split(separator: ">").map { numbers[String($0.last!)]! }
        return ShapeLink(from: ends[0], to: ends[1], isEnabled: !text.hasPrefix("-"))
      })
    let graph = TaskGraph(shape)
    return (0..<graph.rows).map { row in
      var line = ""
      for (column, nodes) in graph.columns.enumerated() {
        let node = nodes.first { $0.row == row }
        line += node.map { $0.task.map { tasks[$0].name } ?? "─" } ?? " "
        guard column < graph.gutters.count else { continue }
        line += graph.gutters[column].spans(row: row, .full).map(\.text).joined()
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  @Test func `draws chains straight`() {
    #expect(drawn("abcd", "a>b b>c") == ["a─► b─► c", "d"])
    #expect(drawn("abxy", "a>b x>y") == ["a─► b", "x─► y"])
  }

  @Test func `draws forks and joins`() {
    #expect(drawn("abcd", "a>b a>c b>d c>d") == ["a┬► b┬► d", " └► c┘"])
    #expect(drawn("abcd", "a>d b>d c>d") == ["a┬► d", "b┤", "c┘"])
    #expect(drawn("abcd", "a>c a>d b>c b>d") == ["a┬► c", "b┴► d"])
  }

  @Test func `gives links that would lie upon each other tracks of their own`() {
    #expect(drawn("abcde", "a>c a>d b>e") == ["a─┬► c", "b┐└► d", " └─► e"])
  }

  @Test func `lets a link pass a column, unless others say the same`() {
    #expect(drawn("abcd", "a>b b>c d>c") == ["a─► b┬► c", "d────┘"])
    #expect(drawn("abc", "a>b b>c a>c") == ["a─► b─► c"])
  }

  @Test func `marks a link that is off`() {
    #expect(drawn("ab", "-a>b") == ["a·► b"])
  }

  @Test func `survives a circle, and links to itself`() {
    #expect(drawn("ab", "a>b b>a a>a") == ["a", "b"])
  }
}
