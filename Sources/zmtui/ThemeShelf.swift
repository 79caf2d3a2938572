import FoundationEssentials
import Glibc
import ZmeyCommand
import ZmeyConsole
import ZmeyCore

/// Where themes are found: the operator's own, then those of this machine, then those that came with the program.
struct ThemeShelf {
  private let folders: [String]

  init() {
    let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let beside = program.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" }
    folders = [Home.folder.map { "\($0)/themes" }, "\(beside)/share/zmtui/themes"].compactMap { $0 }
  }

  /// The names of all, those that come with the program first.
  var names: [String] {
    let found = folders.flatMap { (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? [] }
      .compactMap { $0.hasSuffix(".theme") ? String($0.dropLast(".theme".count)) : nil }
    return Theme.shippedNames + Set(found).subtracting(Theme.shippedNames).sorted()
  }

  /// The theme of that name, or in the file of that path.
  ///
  /// - Throws: `Failure` if there is none, `SettingsError` if it cannot be read.
  func theme(named name: String) throws -> Theme {
    if name.contains("/") {
      guard let text = try Home.text(name) else { throw Failure(.usage, "there is no file '\(name)'") }
      return try Theme.parse(text, name: name, file: name)
    }
    for folder in folders {
      let path = "\(folder)/\(name).theme"
      if let text = try Home.text(path) { return try Theme.parse(text, name: name, file: path) }
    }
    guard let theme = Theme.shipped(name) else {
      throw Failure(
        .usage, "there is no theme '\(name)': it is one of \(names.joined(separator: ", ")), or a file's path"
      )
    }
    return theme
  }
}
