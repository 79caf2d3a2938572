internal import ZmeyConsole

/// A theme of somebody's own.
enum ThemeTarget {
  static func check(_ bytes: UnsafeRawBufferPointer) throws(BrokenPromise) {
    let text = String(decoding: bytes, as: UTF8.self)
    let theme: Theme
    do throws(SettingsError) { theme = try Theme.parse(text, name: "n", file: "f") } catch {
      return try SettingsRefusal.check(error, of: text)
    }
    for colours in [0, 8, 16, 256] {
      let known = colours == 0 ? -1...(-1) : -1...Int16(colours - 1)
      for role in Role.allCases {
        let shown = theme.appearance(of: role, colours: colours)
        try promise(
          known.contains(shown.foreground) && known.contains(shown.background),
          "\(role) has numbers of \(colours) colours: \(shown)")
      }
    }
    try promise(theme.check().lines.count > Role.allCases.count, "a check tells of every role")
  }
}
