import ZmeyCore

extension DefinitionDecoder {
  /// What stands under `limits`.
  mutating func limits(_ fields: Fields) -> Limits? {
    guard let settings = settings(fields, "limits", of: .limits) else { return nil }
    return Limits(
      openFiles: number(settings, "open_files", in: Limits.openFilesRange),
      memory: value(settings, "memory", is: "bytes such as 512MiB or 4GiB, from 1MiB to 16TiB") {
        ByteCount.parse($0).flatMap { Limits.memoryRange.contains($0) ? $0 : nil }
      },
      cpu: value(settings, "cpu", is: "whole seconds such as 60s or 1h30m, from 1s to 366d") {
        Timespan($0).flatMap { Limits.isCPU($0) ? $0 : nil }
      },
      processes: number(settings, "processes", in: Limits.processesRange))
  }
}
