import FoundationEssentials
import Glibc
import ZmeyCommand
import ZmeyConsole

/// Where themes are found: the operator's own, then those that came with the program.
struct ThemeShelf {
  /// The names of all, sorted.
  var names: [String] {
    let own =
      Home.folder.flatMap { try? FileManager.default.contentsOfDirectory(atPath: "\($0)/themes") } ?? []
    let named = own.compactMap { $0.hasSuffix(".theme") ? String($0.dropLast(".theme".count)) : nil }
    return Set(named + Theme.shipped.map(\.name)).sorted()
  }

  /// The theme of that name, or in the file of that path.
  ///
  /// - Throws: `Failure` if there is none, `ThemeError` if it cannot be read.
  func theme(named name: String) throws -> Theme {
    if name.contains("/") {
      guard let text = try Home.text(name) else { throw Failure(.usage, "there is no file '\(name)'") }
      return try Theme.parse(text, name: name)
    }
    if let folder = Home.folder, let text = try Home.text("\(folder)/themes/\(name).theme") {
      return try Theme.parse(text, name: name)
    }
    guard let theme = Theme.shipped.first(where: { $0.name == name }) else {
      throw Failure(
        .usage, "there is no theme '\(name)': it is one of \(names.joined(separator: ", ")), or a file")
    }
    return theme
  }
}
