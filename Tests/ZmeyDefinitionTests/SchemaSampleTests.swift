import Foundation
import Testing

@testable import ZmeyDefinition

/// JSON is YAML, so the same sample goes through the schema and through the reader.
@Suite("The JSON Schema and the reader")
struct SchemaSampleTests {
  private func faults(_ json: String) throws -> [String] {
    let value = try JSONSerialization.jsonObject(with: Data(json.utf8))
    return JSONSchema(root: try SchemaTests.schema()).faults(value)
  }

  private static func task(_ keys: String) -> String {
    #"{"pipelines":[{"name":"p","tasks":[{"name":"a","template":"x"},{"name":"b",\#(keys)}]}]}"#
  }

  private static func event(_ keys: String) -> String { #"{"events":[{"name":"e","start":["p"],\#(keys)}]}"# }

  @Test(arguments: [
    "{}", #"{"templates":[],"pipelines":[],"events":[]}"#,
    #"{"templates":[{"name":"a","script":"x","labels":["gpu","1"],"resources":{"gpu":1}}]}"#,
    #"{"templates":[{"name":"a","script":"x","labels":"gpu","average":"1h30m","attempts":2,"retry":{"delay":"5s"}}]}"#,
    #"{"templates":[{"name":"a","script":"x","secrets":{"A":"b","9":"c"}}]}"#,
    #"{"pipelines":[{"name":"p","limit":5,"tasks":[{"name":"a","script":"x"}]}]}"#,
    task(#""template":"x","labels":["a"],"resources":{"b":2},"maximum":"5s","env":{"A":"b"}"#),
    task(#""template":"x","priority":-1000,"enabled":false,"after":"a","join":"any""#),
    task(#""template":"x","after":["a"],"join":"n_of 1","map":{"over":"a","as":"json","limit":10}"#),
    task(#""script":"x","map":{"items":["a","b"]}"#),
    task(
      #""template":"x","after":[{"task":"a","when":"exit_code in (1, 2)","pass":"argument","enabled":false}]"#
    ),
    event(#""cron":"0 3 * * *","timezone":"Europe/Berlin","args":["a"]"#),
    event(#""every":"90s","jitter":"5s","enabled":true"#),
    event(#""every":90,"overlap":"queue","description":"d""#), event(#""at":"2027-01-01T12:00""#),
    event(
      #""at":["2027-01-01T12:00","2027-01-01T12:00:30"],"starting":"2027-01-01T00:00","until":"2028-01-01T00:00""#
    ),
    event(#""times":["12:15","14:25:30"],"days":["mon","fri"],"misfire":"all","max_catch_up":3"#),
    event(#""times":"12:15","days":"sun""#),
  ])
  func `both take what is fine`(json: String) throws {
    #expect(errors(json) == [])
    #expect(try faults(json) == [])
  }

  @Test(arguments: [
    "[]", #"{"event":[]}"#, #"{"templates":{}}"#, #"{"templates":[{"name":"a"}]}"#,
    #"{"templates":[{"script":"x"}]}"#,
    #"{"templates":[{"name":"a","script":"x","script_file":"y"}]}"#,
    #"{"templates":[{"name":"","script":"x"}]}"#,
    #"{"templates":[{"name":"a/b","script":"x"}]}"#,
    #"{"templates":[{"name":"a","script":"x","labels":["GPU"]}]}"#,
    #"{"templates":[{"name":"a","script":"x","labels":["a","a"]}]}"#,
    #"{"templates":[{"name":"a","script":"x","resources":{"a":0}}]}"#,
    #"{"templates":[{"name":"a","script":"x","resources":{"A":1}}]}"#,
    #"{"templates":[{"name":"a","script":"x","resources":["a"]}]}"#,
    #"{"templates":[{"name":"a","script":"x","env":{"ZM_A":"b"}}]}"#,
    #"{"templates":[{"name":"a","script":"x","secrets":{"2":"b"}}]}"#,
    #"{"templates":[{"name":"a","script":"x","secrets":{"A":"b/c"}}]}"#,
    #"{"templates":[{"name":"a","script":"x","secrets":["A"]}]}"#,
    task(#""template":"x","secrets":{"A":"b"}"#),
    #"{"templates":[{"name":"a","script":"x","grace":7200}]}"#,
    #"{"templates":[{"name":"a","script":"x","nice":20}]}"#,
    #"{"pipelines":[{"name":"p","tasks":[]}]}"#,
    #"{"pipelines":[{"name":"p","limit":0,"tasks":[{"name":"a","script":"x"}]}]}"#,
    #"{"pipelines":[{"name":"p","limit":1.5,"tasks":[{"name":"a","script":"x"}]}]}"#, task(#""priority":0"#),
    task(#""template":"x","priority":1001"#), task(#""template":"x","enabled":"no""#),
    task(#""template":"x","average":"5s""#),
    task(#""template":"x","after":"a","join":"n_of""#), task(#""template":"x","after":"a","join":"n_of 0""#),
    task(#""template":"x","after":"a","join":"n_of 1001""#),
    task(#""template":"x","after":"a","join":"most""#),
    task(#""template":"x","after":[{"when":"success"}]"#),
    task(#""template":"x","after":[{"task":"a","enabled":1}]"#),
    task(#""template":"x","after":[{"task":"a","if":"success"}]"#),
    task(#""template":"x","after":"a","map":{}"#),
    task(#""template":"x","after":"a","map":{"over":"a","items":["a"]}"#),
    task(#""template":"x","map":{"items":[]}"#),
    task(#""template":"x","map":{"items":["a"],"as":"json"}"#),
    task(#""template":"x","map":{"items":["a"],"limit":0}"#),
    task(#""template":"x","after":"a","map":{"over":"a","as":"csv"}"#),
    #"{"events":[{"name":"e","every":"1h"}]}"#, #"{"events":[{"name":"e","every":"1h","start":[]}]}"#,
    #"{"events":[{"name":"e","every":"1h","start":["a/b/c"]}]}"#,
    #"{"events":[{"name":"e","every":"1h","start":["p","p"]}]}"#,
    event(#""args":[]"#), event(#""every":"1h","cron":"0 3 * * *""#), event(#""every":0"#),
    event(#""at":[]"#),
    event(#""at":"2027-01-01""#), event(#""times":["noon"]"#), event(#""times":["12:15"],"days":["monday"]"#),
    event(#""every":"1h","days":["mon"]"#), event(#""every":"1h","misfire":"never""#),
    event(#""every":"1h","max_catch_up":3"#), event(#""every":"1h","misfire":"once","max_catch_up":3"#),
    event(#""every":"1h","misfire":"all","max_catch_up":1001"#), event(#""every":"1h","overlap":"wait""#),
    event(#""every":"1h","jitter":86400"#), event(#""every":"1h","until":"soon""#),
    event(#""every":"1h","crn":"x""#),
  ])
  func `both refuse what is not`(json: String) throws {
    #expect(!errors(json).isEmpty)
    #expect(try !faults(json).isEmpty)
  }
}
