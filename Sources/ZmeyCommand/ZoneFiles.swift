internal import FoundationEssentials
internal import ZmeyCore
public import ZmeySchedule

/// The system's time zone database: TZif files below $TZDIR, or /usr/share/zoneinfo.
public enum ZoneFiles {
  /// The bytes of the zone with that name, such as `Europe/Berlin`.
  ///
  /// - Throws: `Failure` if the name is none, or there is no such zone here.
  public static func read(_ name: String) throws(Failure) -> [UInt8] {
    guard isName(name) else { throw Failure(.usage, "'\(name)' is no name of a time zone") }
    guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else {
      throw Failure(
        .usage,
        "there is no time zone '\(name)' in \(folder): "
          + (isInstalled ? "names are like Europe/Berlin" : "install the package tzdata"))
    }
    return Array(data)
  }

  /// The rules of the zone with that name; `UTC` is known without a file.
  ///
  /// - Throws: `Failure` if the name is none, or the zone is not known here.
  public static func rules(_ name: String) throws(Failure) -> TimeZoneRules {
    if name == EventDefinition.defaultTimezone { return .utc }
    let bytes = try read(name)
    do throws(ZoneError) {
      return try TimeZoneRules(tzif: bytes)
    } catch {
      throw Failure(.failed, "the time zone '\(name)' of this machine cannot be read: \(error)")
    }
  }

  /// The names of all zones here, sorted.
  public static func names() -> [String] {
    let files = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
    // What the database holds besides (posix/, right/, tables, localtime) begins with a small letter.
    return files.filter { path in
      guard let first = path.utf8.first, UInt8(ascii: "A")...UInt8(ascii: "Z") ~= first else { return false }
      var isFolder = false
      return isName(path)
        && FileManager.default.fileExists(atPath: "\(folder)/\(path)", isDirectory: &isFolder)
        && !isFolder
    }.sorted()
  }

  private static var folder: String {
    ProcessInfo.processInfo.environment["TZDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/usr/share/zoneinfo"
  }

  private static var isInstalled: Bool { FileManager.default.fileExists(atPath: "\(folder)/Europe") }

  /// Whether it cannot lead out of the folder.
  private static func isName(_ name: String) -> Bool {
    name.utf8.count <= 100
      && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
        !part.isEmpty
          && part.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
              UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"):
              true
            default: false
            }
          }
      }
  }
}
