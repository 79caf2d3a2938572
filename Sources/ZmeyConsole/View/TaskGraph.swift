import ZmeyCore

/// How the tasks of a pipeline lie: in columns by the longest chain of links before them, links from left to right.
struct TaskGraph: Hashable, Sendable {
  /// A place in a column.
  struct Node: Hashable, Sendable {
    /// Which task of the shape stands there; nil if a link only passes.
    let task: Int?
    /// The row, from 0; each row of a column has one node at most.
    let row: Int
  }

  /// The columns from left to right, each from top to bottom.
  let columns: [[Node]]
  /// What lies between two columns.
  let gutters: [LinkGutter]
  /// How many rows there are.
  let rows: Int

  /// Beyond so many tasks links that skip columns are not drawn: finding those that matter takes too long for a frame.
  private static let mostTasksWithPassing = 100

  /// Lays out a shape. Links without both ends, and those that would lead back, do not count.
  init(_ shape: Shape) {
    let index = Dictionary(zip(shape.tasks.map(\.id), shape.tasks.indices)) { first, _ in first }
    var links = shape.links.compactMap { link -> Edge? in
      guard let from = index[link.from], let to = index[link.to], from != to else { return nil }
      return Edge(from: from, to: to, isOn: link.isEnabled)
    }
    let layers = Self.layers(shape.tasks.count, links)
    links.removeAll { layers[$0.from] >= layers[$0.to] }
    var nodes = layers.enumerated().map { Place(task: $0, order: $0, layer: $1) }
    let edges = Self.adjacent(links, &nodes, layers)

    let count = (layers.max() ?? -1) + 1
    var rowOf = Array(repeating: 0, count: nodes.count)
    let incoming = Dictionary(grouping: edges, by: \.to)
    let byLayer = Dictionary(grouping: nodes.indices) { nodes[$0].layer }
    var columns: [[Node]] = []
    for layer in 0..<count {
      // As high as what leads to it, so that chains are straight.
      let wishes = (byLayer[layer] ?? []).map { node in
        (row: incoming[node]?.map { rowOf[$0.from] }.min() ?? 0, order: nodes[node].order, node: node)
      }.sorted { ($0.row, $0.order, $0.node) < ($1.row, $1.order, $1.node) }
      var next = 0
      columns.append(
        wishes.map { wish in
          let row = max(wish.row, next)
          next = row + 1
          rowOf[wish.node] = row
          return Node(task: nodes[wish.node].task, row: row)
        })
    }
    self.columns = columns
    rows = columns.map { ($0.last?.row ?? -1) + 1 }.max() ?? 0
    let byGap = Dictionary(grouping: edges) { nodes[$0.from].layer }
    gutters = (0..<max(0, count - 1)).map { layer in
      let passing = Set((byLayer[layer + 1] ?? []).filter { nodes[$0].task == nil }.map { rowOf[$0] })
      return LinkGutter(
        (byGap[layer] ?? []).map { .init(from: rowOf[$0.from], to: rowOf[$0.to], isOn: $0.isOn) },
        passing: passing)
    }
  }

  /// Where a task lies.
  func position(of task: Int) -> (column: Int, row: Int)? {
    for (column, nodes) in columns.enumerated() {
      if let node = nodes.first(where: { $0.task == task }) { return (column, node.row) }
    }
    return nil
  }

  /// The task of a column that is nearest to a row.
  func task(column: Int, nearest row: Int) -> Int? {
    guard columns.indices.contains(column) else { return nil }
    return columns[column].filter { $0.task != nil }
      .min { (abs($0.row - row), $0.row) < (abs($1.row - row), $1.row) }?.task
  }

  private struct Edge: Hashable {
    let from: Int
    let to: Int
    let isOn: Bool
  }

  private struct Place {
    let task: Int?
    let order: Int
    let layer: Int
  }

  /// How many tasks the longest chain before each has.
  private static func layers(_ count: Int, _ links: [Edge]) -> [Int] {
    var layers = Array(repeating: 0, count: count)
    var open = Array(repeating: 0, count: count)
    for link in links { open[link.to] += 1 }
    let following = Dictionary(grouping: links, by: \.from)
    var ready = open.indices.filter { open[$0] == 0 }
    while let task = ready.popLast() {
      for link in following[task] ?? [] {
        layers[link.to] = max(layers[link.to], layers[task] + 1)
        open[link.to] -= 1
        if open[link.to] == 0 { ready.append(link.to) }
      }
    }
    return layers
  }

  /// Links between neighbouring columns: those that skip columns pass through places of their own, but for those that
  /// a chain of others says already.
  private static func adjacent(_ links: [Edge], _ nodes: inout [Place], _ layers: [Int]) -> [Edge] {
    var edges = links.filter { layers[$0.to] - layers[$0.from] == 1 }
    guard layers.count <= mostTasksWithPassing else { return edges }
    let following = Dictionary(grouping: links, by: \.from)
    var passing: [Edge: Int] = [:]
    for link in links where layers[link.to] - layers[link.from] > 1 {
      if isImplied(link, following, layers) { continue }
      var last = link.from
      for layer in layers[link.from] + 1..<layers[link.to] {
        let key = Edge(from: link.from, to: layer, isOn: link.isOn)
        if passing[key] == nil {
          passing[key] = nodes.count
          nodes.append(Place(task: nil, order: link.from, layer: layer))
          edges.append(Edge(from: last, to: nodes.count - 1, isOn: link.isOn))
        }
        last = passing[key] ?? last
      }
      edges.append(Edge(from: last, to: link.to, isOn: link.isOn))
    }
    return edges
  }

  private static func isImplied(_ link: Edge, _ following: [Int: [Edge]], _ layers: [Int]) -> Bool {
    var seen: Set<Int> = []
    var open = (following[link.from] ?? []).map(\.to).filter { $0 != link.to }
    while let task = open.popLast() {
      guard layers[task] < layers[link.to], seen.insert(task).inserted else { continue }
      for next in following[task] ?? [] {
        if next.to == link.to { return true }
        open.append(next.to)
      }
    }
    return false
  }
}
