import Testing

@testable import ZmeyLink

@Suite struct LinkAddressTests {
  @Test(
    "An address is a host and a port",
    arguments: [
      ("127.0.0.1:4444", "127.0.0.1", 4444), ("localhost:0", "localhost", 0), ("[::1]:65535", "::1", 65535),
      ("db.example.org:1", "db.example.org", 1),
    ])
  func reads(text: String, host: String, port: Int) throws {
    let address = try LinkAddress.parse(text)
    #expect(address == LinkAddress(host: host, port: port))
    #expect(address.description == text)
  }

  @Test(
    "Everything else is none",
    arguments: [
      "", ":", "host", "host:", ":80", "[]:80", "::1:80", "host:65536", "host:-1", "host:+1", "host:8o",
      "a:b:1",
    ])
  func refuses(text: String) {
    #expect(LinkAddress(text) == nil)
    #expect(throws: LinkAddressError.self) { try LinkAddress.parse(text) }
  }

  @Test(
    "Loopback is known",
    arguments: [
      ("127.0.0.1", true), ("::1", true), ("localhost", true), ("10.0.0.1", false),
      ("127.example.com", false),
    ])
  func loopback(host: String, isLoopback: Bool) {
    #expect(LinkAddress(host: host, port: 1).isLoopback == isLoopback)
  }
}
