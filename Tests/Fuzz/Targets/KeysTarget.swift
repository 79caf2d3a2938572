internal import ZmeyConsole

/// A `keys.conf`.
enum KeysTarget {
  static func check(_ bytes: UnsafeRawBufferPointer) throws(BrokenPromise) {
    let text = String(decoding: bytes, as: UTF8.self)
    let map: KeyMap
    do throws(SettingsError) { map = try KeyMap.reading(text, file: "f") } catch {
      return try SettingsRefusal.check(error, of: text)
    }
    let again = try must("what keys are printed as is read:\n\(map.text)") {
      try KeyMap.reading(map.text, file: "f")
    }
    try promise(again == map, "keys change when they are printed:\n\(map.text)")
  }
}
