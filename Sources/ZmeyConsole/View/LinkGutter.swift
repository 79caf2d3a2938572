/// The lines of links between two columns of tasks: from the rows at the left through upright tracks to arrows at the
/// right. Links that share an end share a track; where tracks would not do, all links of the gutter share one.
struct LinkGutter: Hashable, Sendable {
  /// A link between rows.
  struct Link: Hashable, Sendable {
    let from: Int
    let to: Int
    let isOn: Bool
  }

  /// How many columns the upright lines take, at least 1.
  let tracks: Int
  private let cells: [Place: Line]
  private let arrows: [Int: Bool]
  private let passing: Set<Int>

  private struct Place: Hashable {
    let row: Int
    let track: Int
  }

  /// To which sides a line goes on.
  private struct Line: Hashable {
    var sides: UInt8 = 0
    var isOn = false

    static let left: UInt8 = 1
    static let right: UInt8 = 2
    static let up: UInt8 = 4
    static let down: UInt8 = 8
  }

  /// Links that hang together.
  private struct Bundle {
    var sources: Set<Int>
    var targets: Set<Int>
    var isOn: Bool

    var range: ClosedRange<Int> {
      let rows = sources.union(targets)
      return (rows.min() ?? 0)...(rows.max() ?? 0)
    }
    var isStraight: Bool { range.count == 1 }
  }

  private static let mostTracks = 3
  private static let mostBundles = 40

  /// Lines for links; `passing` are the rows at the right where a link goes on without an arrow.
  init(_ links: [Link], passing: Set<Int>) {
    self.passing = passing
    let on = Self.bundles(links.filter(\.isOn), isOn: true)
    let used = on.reduce(into: (sources: Set<Int>(), targets: Set<Int>())) { used, bundle in
      used.sources.formUnion(bundle.sources)
      used.targets.formUnion(bundle.targets)
    }
    // A link that is off is left out where a line of one that is on stands.
    let off = Self.bundles(links.filter { !$0.isOn }, isOn: false).filter {
      $0.sources.isDisjoint(with: used.sources) && $0.targets.isDisjoint(with: used.targets)
    }
    var bundles = on + off
    var placed = Self.tracks(bundles)
    if placed == nil {
      let straight = bundles.filter(\.isStraight)
      var all = Bundle(sources: [], targets: [], isOn: true)
      for bundle in bundles where !bundle.isStraight {
        all.sources.formUnion(bundle.sources)
        all.targets.formUnion(bundle.targets)
      }
      let range = all.range
      bundles = straight.filter { !range.contains($0.range.lowerBound) }
      for bundle in straight where range.contains(bundle.range.lowerBound) {
        all.sources.formUnion(bundle.sources)
        all.targets.formUnion(bundle.targets)
      }
      bundles.append(all)
      placed = Array(repeating: 0, count: bundles.count)
    }
    let tracks = (placed?.max() ?? 0) + 1
    var cells: [Place: Line] = [:]
    var arrows: [Int: Bool] = [:]
    for (bundle, track) in zip(bundles, placed ?? []) {
      func add(_ row: Int, _ track: Int, _ sides: UInt8) {
        let place = Place(row: row, track: track)
        cells[place, default: Line()].sides |= sides
        if bundle.isOn { cells[place]?.isOn = true }
      }
      for row in bundle.sources {
        for left in 0..<track { add(row, left, Line.left | Line.right) }
        add(row, track, Line.left)
      }
      for row in bundle.targets {
        add(row, track, Line.right)
        for right in track + 1..<max(track + 1, tracks) { add(row, right, Line.left | Line.right) }
        arrows[row] = bundle.isOn
      }
      for row in bundle.range {
        if row > bundle.range.lowerBound { add(row, track, Line.up) }
        if row < bundle.range.upperBound { add(row, track, Line.down) }
      }
    }
    self.tracks = tracks
    self.cells = cells
    self.arrows = arrows
  }

  /// How many columns it takes.
  var width: Int { tracks + 2 }

  /// What stands in a row of it.
  func spans(row: Int, _ signs: Signs) -> [Span] {
    var spans = (0..<tracks).map { track -> Span in
      guard let line = cells[Place(row: row, track: track)] else { return Span(" ", .border) }
      return Span(String(Self.sign(line, signs)), line.isOn ? .border : .dim)
    }
    guard let isOn = arrows[row] else { return spans + [Span("  ", .border)] }
    let role: Role = isOn ? .border : .dim
    let along = String(isOn ? signs.horizontal : signs.waiting)
    spans.append(
      passing.contains(row) ? Span(along + along, role) : Span("\(signs.arrow) ", role))
    return spans
  }

  private static func sign(_ line: Line, _ signs: Signs) -> Character {
    switch line.sides {
    case Line.up | Line.down: signs.vertical
    case Line.right | Line.down: signs.topLeft
    case Line.left | Line.down: signs.topRight
    case Line.right | Line.up: signs.bottomLeft
    case Line.left | Line.up: signs.bottomRight
    case Line.right | Line.up | Line.down: signs.fork
    case Line.left | Line.up | Line.down: signs.join
    case Line.left | Line.right | Line.down: signs.down
    case Line.left | Line.right | Line.up: signs.up
    case Line.left | Line.right | Line.up | Line.down: signs.cross
    default: line.isOn ? signs.horizontal : signs.waiting
    }
  }

  /// Links that hang together by a common end.
  private static func bundles(_ links: [Link], isOn: Bool) -> [Bundle] {
    var targets = Dictionary(grouping: links, by: \.from).mapValues { Set($0.map(\.to)) }
    let sources = Dictionary(grouping: links, by: \.to).mapValues { Set($0.map(\.from)) }
    var bundles: [Bundle] = []
    for first in targets.keys.sorted() where targets[first] != nil {
      var bundle = Bundle(sources: [], targets: [], isOn: isOn)
      var open = [first]
      while let source = open.popLast() {
        guard let mine = targets.removeValue(forKey: source) else { continue }
        bundle.sources.insert(source)
        for target in mine where bundle.targets.insert(target).inserted { open += sources[target] ?? [] }
      }
      bundles.append(bundle)
    }
    return bundles
  }

  /// A track for each bundle, so that no two lines lie upon each other; nil if there are too few.
  private static func tracks(_ bundles: [Bundle]) -> [Int]? {
    guard bundles.count(where: { !$0.isStraight }) <= mostBundles else { return nil }
    var tracks: [Int?] = bundles.map { $0.isStraight ? 0 : nil }
    var open = bundles.indices.filter { tracks[$0] == nil }
    while !open.isEmpty {
      var rest: [Int] = []
      for index in open {
        // In a row where another bundle comes in from the left, this one may only begin behind it.
        let left = bundles.indices.filter {
          $0 != index && !bundles[$0].isStraight
            && !bundles[$0].sources.isDisjoint(with: bundles[index].targets)
        }
        if left.contains(where: { tracks[$0] == nil }) {
          rest.append(index)
          continue
        }
        var track = left.compactMap { tracks[$0] }.max().map { $0 + 1 } ?? 0
        while bundles.indices.contains(where: {
          !bundles[$0].isStraight && tracks[$0] == track && bundles[$0].range.overlaps(bundles[index].range)
        }) { track += 1 }
        guard track < mostTracks else { return nil }
        tracks[index] = track
      }
      guard rest.count < open.count else { return nil }
      open = rest
    }
    return tracks.map { $0 ?? 0 }
  }
}
