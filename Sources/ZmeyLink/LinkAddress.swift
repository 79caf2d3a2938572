/// Where schedulers are reached: `host:port`, `[::1]:port`.
public struct LinkAddress: Hashable, Sendable, CustomStringConvertible {
  /// A name or a number.
  public let host: String
  /// 1 to 65535, or 0 to listen on a free one.
  public let port: Int

  /// The address of those parts.
  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Reads `host:port`; nil if it is anything else.
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    guard digits.allSatisfy({ ("0"..."9").contains($0) }), let port = UInt16(digits) else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty else { return nil }
    self.init(host: String(host), port: Int(port))
  }

  /// Reads `host:port`.
  ///
  /// - Throws: `LinkAddressError` if it is anything else.
  public static func parse(_ text: String) throws -> LinkAddress {
    guard let address = LinkAddress(text) else { throw LinkAddressError(text: text) }
    return address
  }

  /// Whether only this machine reaches it.
  public var isLoopback: Bool {
    // A name may begin like a number: 127.example.com is anywhere.
    let isNumber = host.utf8.allSatisfy {
      $0 == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
    }
    return host == "localhost" || host == "::1" || isNumber && host.hasPrefix("127.")
  }

  /// As it is written.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A text that is no address.
public struct LinkAddressError: Error, CustomStringConvertible {
  let text: String

  /// One line.
  public var description: String { "'\(text)' is no address: it must be like 127.0.0.1:4444" }
}

/// Why nobody can be listened for.
public struct ListenError: Error, CustomStringConvertible {
  let address: LinkAddress
  let reason: String

  /// One line.
  public var description: String { "cannot listen on \(address): \(reason)" }
}
