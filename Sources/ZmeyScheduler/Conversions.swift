internal import NIOCore
internal import ZmeyCore
internal import ZmeyLink
internal import ZmeyStore

extension Assignment {
  /// What the database gave, for the link: large inputs follow in parts, and so do many that would not fit into one
  /// frame together.
  ///
  /// - Parameter found: the secrets that it names.
  static func make(
    _ task: ClaimedTask, secrets found: [SecretReference: FoundSecret]
  ) -> (Assignment, [Frame]) {
    var parts: [Frame] = []
    var room = FrameLimit.chunk
    let inputs = task.inputs.enumerated().map { index, input in
      guard input.bytes.count > room else {
        room -= input.bytes.count
        return Input(pass: input.pass, bytes: ByteBuffer(bytes: input.bytes))
      }
      var rest = ByteBuffer(bytes: input.bytes)
      while let piece = rest.readSlice(length: min(rest.readableBytes, FrameLimit.chunk)),
        piece.readableBytes > 0
      {
        parts.append(
          .input(task.fence, index: UInt16(index), bytes: piece, isLast: rest.readableBytes == 0))
      }
      return Input(pass: input.pass, bytes: nil)
    }
    let secrets = task.settings.secrets.sorted { $0.key < $1.key }.compactMap { place, name -> Secret? in
      guard case .value(let value)? = found[SecretReference(owner: task.owner, name: name)],
        let place = SecretPlace(place)
      else { return nil }
      return Secret(place: place, value: value)
    }
    let assignment = Assignment(
      fence: task.fence, run: task.run, name: task.name, pipeline: task.pipeline ?? "", owner: task.owner,
      script: ByteBuffer(bytes: task.script), maximum: task.maximum, maxOutput: task.maxOutput,
      arguments: task.arguments, inputs: inputs, grace: task.grace ?? Assignment.usualGrace,
      settings: task.settings, secrets: secrets)
    return (assignment, parts)
  }
}

extension SchedulerBatch.Finished {
  init(_ finish: Finish) {
    self.init(
      fence: finish.fence, outcome: finish.outcome, resultBytes: finish.resultBytes,
      errorBytes: finish.errorBytes,
      isCut: finish.isCut, result: finish.result.map { Array(buffer: $0) })
  }
}
