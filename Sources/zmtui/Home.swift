import FoundationEssentials
import Glibc
import Terminal
import ZmeyCommand
import ZmeyConsole
import ZmeyCore
import ZmeySchedule

/// What the operator's surroundings say: configuration, time zone, locale.
enum Home {
  private static func variable(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The folder of the operator's own files; nil if there is no home.
  static var folder: String? {
    variable("XDG_CONFIG_HOME").map { "\($0)/zmtui" } ?? variable("HOME").map { "\($0)/.config/zmtui" }
  }

  /// A text file; nil if there is none.
  ///
  /// - Throws: `Failure` if it is there and cannot be read.
  static func text(_ path: String) throws(Failure) -> String? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(.usage, "cannot read '\(path)'")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw Failure(.usage, "'\(path)' is not UTF-8")
    }
    return text
  }

  /// The keys that the operator wants.
  static func keys() throws -> KeyMap {
    guard let folder, let text = try text("\(folder)/keys.conf") else { return .standard }
    return try KeyMap.reading(text, file: "\(folder)/keys.conf")
  }

  /// The local time: `$TZ`, or the system's; UTC if neither can be read.
  static func zone() -> TimeZoneRules {
    let bytes: [UInt8]?
    if let name = variable("TZ") {
      bytes = try? ZoneFiles.read(name.first == ":" ? String(name.dropFirst()) : name)
    } else {
      bytes = FileManager.default.contents(atPath: "/etc/localtime").map { Array($0) }
    }
    return bytes.flatMap { try? TimeZoneRules(tzif: $0) } ?? .utc
  }

  /// Which characters to use where there is no screen to ask: all, if the locale is one of UTF-8.
  static func tier() -> ZmeyConsole.Tier {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { variable($0) }.first ?? ""
    let name = locale.lowercased()
    return name.contains("utf-8") || name.contains("utf8") ? .full : .ascii
  }
}

extension ZmeyConsole.Tier {
  init(_ tier: Screen.Tier) {
    self =
      switch tier {
      case .full: .full
      case .console: .console
      case .ascii: .ascii
      }
  }
}
