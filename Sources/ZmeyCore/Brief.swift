extension String {
  /// The text for a message that people read: at most as long as a name, control characters escaped.
  public var brief: String {
    var brief = ""
    for scalar in unicodeScalars.prefix(Name.maxLength) {
      if scalar.properties.generalCategory == .control {
        brief += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      } else {
        brief.unicodeScalars.append(scalar)
      }
    }
    return unicodeScalars.count > Name.maxLength ? brief + "…" : brief
  }
}
