import Testing

/// What people do with an instance that is well; its tests share one and run side by side.
@Suite("Work", .instance(workers: 2, slots: 12))
struct WorkTests {
  let zmey = PrivateInstance.current
}
