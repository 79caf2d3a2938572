import Testing

/// How a task that is run over items looks.
extension WorkTests {
  private struct Item: Decodable {
    let id: Int64
    let name: String
    let item: Int?
    let parentId: Int64?
    let priority: Int
    let upstreamFailed: Bool
    let state: String
  }

  @Test func `items stand beside the task run that stands for them all; show has those that failed`()
    async throws
  {
    let yaml = """
      pipelines:
        - name: items
          tasks:
            - name: each
              script: |
                #!/bin/sh
                test "$1" != 3
              priority: 5
              map: {items: ["1", "2", "3", "4"]}
            - {name: never, script: "#!/bin/sh", after: [each]}

      """
    let run = try await zmey.start("items", yaml)
    #expect(try await zmey.zmctl("wait", "\(run)").code == 1)
    let all = try await zmey.must("list", "--run", "\(run)", "--json").json([Item].self)
    let parent = try #require(all.first { $0.name == "each" && $0.item == nil })
    let items = all.filter { $0.item != nil }
    #expect(Set(items.compactMap(\.item)) == [1, 2, 3, 4])
    #expect(items.allSatisfy { $0.parentId == parent.id && $0.name == "each" && $0.priority == 5 })
    #expect(all.first { $0.name == "never" }?.upstreamFailed == true)
    let shown = try await zmey.must("show", "\(run)").output
    #expect(shown.contains("4 of 4 items ended, 1 failed\n"), "\(shown)")
    #expect(shown.contains(" each[3] ") && !shown.contains("each[2]"), "\(shown)")
    let listed = try await zmey.must("list", "--run", "\(run)").output
    #expect((1...4).allSatisfy { listed.contains(" each[\($0)] ") })
    let third = try #require(items.first { $0.item == 3 })
    #expect(try await zmey.must("show", "\(third.id)").output.contains("item of    \(parent.id)\n"))
  }
}
