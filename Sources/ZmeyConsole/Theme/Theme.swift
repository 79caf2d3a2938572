/// How all roles look.
public struct Theme: Hashable, Sendable {
  /// What it is called.
  public let name: String
  /// What was said of roles; the background is that of `text` where nothing was said of it.
  let said: [Role: Statement]
  private let looks: [Look]

  /// What a line of a theme file says.
  struct Statement: Hashable {
    var foreground: Paint
    var background: Paint?
    var attributes: Look.Attributes
  }

  init(name: String, said: [Role: Statement]) {
    self.name = name
    self.said = said
    let ground = said[.text]?.background ?? .own
    looks = Role.allCases.map { role in
      guard let said = said[role] else { return Look(background: ground) }
      return Look(
        foreground: said.foreground, background: said.background ?? ground, attributes: said.attributes)
    }
  }

  /// How a role looks.
  public subscript(role: Role) -> Look { looks[Int(role.rawValue)] }
}

extension Theme {
  /// The texts of the themes that come with the program, by their names; `default` is the first.
  private static let files: [(name: String, text: [UInt8])] = [
    ("default", PackageResources.default_theme), ("light", PackageResources.light_theme),
    ("ansi16", PackageResources.ansi16_theme), ("mono", PackageResources.mono_theme),
    ("cb-safe", PackageResources.cb_safe_theme), ("dracula", PackageResources.dracula_theme),
    ("gruvbox", PackageResources.gruvbox_theme), ("nord", PackageResources.nord_theme),
    ("solarized-dark", PackageResources.solarized_dark_theme),
  ]

  /// The names of the themes that come with the program; `default` is the first.
  public static var shippedNames: [String] { files.map(\.name) }

  /// The file of the theme of that name that comes with the program; nil if none does.
  public static func text(ofShipped name: String) -> String? {
    files.first { $0.name == name }.map { String(decoding: $0.text, as: UTF8.self) }
  }

  /// The theme of that name that comes with the program; nil if none does.
  public static func shipped(_ name: String) -> Theme? {
    text(ofShipped: name).flatMap { try? parse($0, name: name) }
  }

  /// `default`, from which every theme has what it does not say itself.
  public static let standard = bare("default")
  /// `mono`, by which roles differ where there are no colours.
  static let mono = bare("mono")

  /// One that says every role itself.
  private static func bare(_ name: String) -> Theme {
    let theme = text(ofShipped: name).flatMap { try? parse($0, name: name, file: name, base: [:]) }
    return theme ?? Theme(name: name, said: [:])
  }
}
