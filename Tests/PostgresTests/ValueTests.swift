import Postgres
import Testing

@Suite struct `Values travel both ways` {
  @Test(arguments: [Int64.min, -1, 0, 1, Int64.max])
  func `int8`(_ value: Int64) async throws {
    let back = try await withConnection {
      try await $0.one("select $1", [.int8(value)]) { row in try row.int64(0) }
    }
    #expect(back == value)
  }

  @Test func `small integers, and they widen`() async throws {
    let back = try await withConnection {
      try await $0.one("select $1, $2", [.int2(.min), .int4(.max)]) { row in
        [try row.int64(0), Int64(try row.int32(0)), Int64(try row.int16(0)), try row.int64(1)]
      }
    }
    #expect(back == [-32768, -32768, -32768, 2_147_483_647])
  }

  @Test func `bool, double and real`() async throws {
    let back = try await withConnection {
      try await $0.one("select $1, $2, $3, 0.5::real", [true, .bool(false), 1.25]) {
        row in
        (try row.bool(0), try row.bool(1), try row.double(2), try row.double(3))
      }
    }
    #expect(back == (true, false, 1.25, 0.5))
  }

  @Test(arguments: [("", 1), ("häuser 🏘", 1), ("ü", 700_000)])
  func text(_ unit: String, _ count: Int) async throws {
    let value = String(repeating: unit, count: count)
    let back = try await withConnection {
      try await $0.one("select $1, $1::varchar", [.text(value)]) { row in
        [try row.text(0), try row.text(1)]
      }
    }
    #expect(back == [value, value])
  }

  @Test func `names and JSON read as text`() async throws {
    let back = try await withConnection {
      try await $0.one("select 'a'::name, $1, '{}'::json", [.json(#"{"b":[1,"ä"]}"#)]) {
        row in [try row.text(0), try row.text(1), try row.text(2)]
      }
    }
    #expect(back == ["a", #"{"b": [1, "ä"]}"#, "{}"])
  }

  @Test(arguments: [0, 1, 3 << 20])
  func `bytea with its NULs`(_ count: Int) async throws {
    let value = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    let (copied, borrowed) = try await withConnection {
      try await $0.one("select $1", [.bytes(value)]) { row in
        (try row.bytes(0), try row.withBytes(0) { span in span.withUnsafeBytes { Array($0) } })
      }
    }
    #expect(copied == value)
    #expect(borrowed == value)
  }

  @Test func uuid() async throws {
    let value = UUIDValue.random()
    let (back, text) = try await withConnection {
      try await $0.one("select $1, $1::text", [.uuid(value)]) { row in
        (try row.uuid(0), try row.text(1))
      }
    }
    #expect(back == value)
    #expect(text == value.description)
    #expect(UUIDValue(text.uppercased()) == value)
  }

  @Test(arguments: ["", "0", "00000000-0000-0000-0000-00000000000g", "+0000000-0000-0000-0000-000000000000"])
  func `what is no uuid is refused`(_ text: String) {
    #expect(UUIDValue(text) == nil)
  }

  @Test func `a timestamp is microseconds since 1970`() async throws {
    let sql = "select to_timestamp(0), '2001-09-09 01:46:40.000001Z'::timestamptz, '-infinity'::timestamptz"
    let back = try await withConnection {
      try await $0.one(sql) { row in
        [try row.microseconds(0), try row.microseconds(1), try row.microseconds(2)]
      }
    }
    #expect(back == [0, 1_000_000_000_000_001, .min])
  }

  @Test func `arrays`() async throws {
    let (numbers, small, words, none) = try await withConnection {
      try await $0.one(
        "select $1, $2, $3, $4",
        [.int8Array([1, -2, .max]), .int2Array([3]), .textArray(["", "ä,{}\""]), .int4Array([])]
      ) { row in
        (try row.int8Array(0), try row.int8Array(1), try row.textArray(2), try row.int8Array(3))
      }
    }
    #expect(numbers == [1, -2, .max])
    #expect(small == [3])
    #expect(words == ["", "ä,{}\""])
    #expect(none.isEmpty)
  }

  @Test(arguments: [
    (Parameter.boolArray([true, nil]), "{t,NULL}"), (.int2Array([1, nil]), "{1,NULL}"),
    (.int4Array([nil, -1]), "{NULL,-1}"), (.int8Array([1, nil, 3]), "{1,NULL,3}"),
    (.textArray(["a b", nil, ""]), #"{"a b",NULL,""}"#),
    (.byteaArray([[0, 255], nil, []]), #"{"\\x00ff",NULL,"\\x"}"#),
    (
      .uuidArray([UUIDValue("00000000-0000-0000-0000-000000000001"), nil]),
      "{00000000-0000-0000-0000-000000000001,NULL}"
    ),
    (.textArray([]), "{}"),
  ])
  func `arrays may hold NULL`(_ parameter: Parameter, _ text: String) async throws {
    let back = try await withConnection {
      try await $0.one("select $1::text", [parameter]) { row in try row.text(0) }
    }
    #expect(back == text)
  }

  @Test(arguments: [
    (Parameter.bool(nil), "boolean"), (.int2(nil), "smallint"), (.int4(nil), "integer"),
    (.int8(nil), "bigint"),
    (.double(nil), "double precision"), (.text(nil), "text"), (.bytes(nil), "bytea"), (.uuid(nil), "uuid"),
    (.json(nil), "jsonb"), (.int8Array(nil), "bigint[]"), (.textArray(nil), "text[]"),
  ])
  func `NULL has a type`(_ parameter: Parameter, _ type: String) async throws {
    let (name, isNull) = try await withConnection {
      try await $0.one("select pg_typeof($1)::text, $1 is null", [parameter]) { row in
        (try row.text(0), try row.bool(1))
      }
    }
    #expect(name == type)
    #expect(isNull)
  }

  @Test func `OrNil reads NULL as nil and a value as itself`() async throws {
    let back = try await withConnection {
      try await $0.one("select null::int8, 7::int8, null::text") { row in
        (try row.int64OrNil(0), try row.int64OrNil(1), try row.textOrNil(2))
      }
    }
    #expect(back == (nil, 7, nil))
  }

  @Test(arguments: [
    ("select null::int8 as a", "column a is NULL"), ("select 'x'::text as a", "column a of type 25"),
    ("select array[1, null]::int8[] as a", "column a of type 1016"), ("select", "no column 0"),
  ])
  func `what does not fit names statement and column`(_ sql: String, _ message: String) async throws {
    let error = await databaseError {
      _ = try await withConnection {
        try await $0.one(sql) { row in
          sql.contains("array") ? try row.int8Array(0).count : Int(try row.int64(0))
        }
      }
    }
    #expect(error?.kind == .decoding)
    #expect(error?.statement == sql)
    #expect(error?.message.contains(message) == true)
  }

  @Test func `rows know their columns and their count`() async throws {
    let (columns, count, sum, first, none) = try await withConnection {
      try await $0.run { session in
        let rows = try session.query(
          Statement("series", "select i as n, 1 as one from generate_series(1, 4) i"))
        var sum: Int32 = 0
        try rows.forEach { row in sum += try row.int32(0) }
        let empty = try session.query(Statement("empty", "select 1 where false"))
        let read = { (row: borrowing Row) in try row.int32(0) }
        return (rows.columns, rows.count, sum, try rows.first(read), try empty.first(read))
      }
    }
    #expect(columns == ["n", "one"])
    #expect(count == 4)
    #expect(sum == 10)
    #expect(first == 1)
    #expect(none == nil)
  }
}
