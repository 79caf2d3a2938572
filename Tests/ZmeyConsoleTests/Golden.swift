import FoundationEssentials
import Testing

@testable import ZmeyConsole

/// Pictures that were looked at and kept: all sizes and tiers of a view in one file. `UPDATE_GOLDEN=1` writes them anew.
enum Golden {
  static let sizes = [
    Size(rows: 24, columns: 80), Size(rows: 60, columns: 200), Size(rows: 12, columns: 40),
    Size(rows: 6, columns: 28),
  ]

  /// Compares what `desk` shows, at every size and tier, with the file of that name.
  static func check(
    _ name: String, _ desk: (Size, Tier) -> Desk, at location: SourceLocation = #_sourceLocation
  ) throws {
    var text = ""
    for tier in Tier.allCases {
      for size in sizes {
        text += "=== \(size.columns)x\(size.rows) \(tier.rawValue)\n\(desk(size, tier).screen)"
      }
    }
    let path = String("\(#filePath)".dropLast("Golden.swift".count)) + "Golden/\(name).txt"
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
      try Data(text.utf8).write(to: URL(filePath: path))
    }
    let kept = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    guard kept != text else { return }
    let (old, new) = (
      kept.split(separator: "\n", omittingEmptySubsequences: false),
      text.split(separator: "\n", omittingEmptySubsequences: false)
    )
    let line = zip(old, new).enumerated().first { $0.element.0 != $0.element.1 }
    Issue.record(
      "\(name).txt differs, first in line \((line?.offset ?? min(old.count, new.count)) + 1): was '\(line?.element.0 ?? "")', is '\(line?.element.1 ?? "")'",
      sourceLocation: location)
  }
}
