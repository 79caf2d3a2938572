internal import Glibc
internal import NIOCore
internal import Processes

/// Where one task is: its working folder, and the files beside it.
struct TaskPlace {
  let number: Int
  /// The working folder, empty at the start.
  let home: String
  /// The script to execute.
  fileprivate(set) var script: String
  /// What it reads as its standard input; nil for nothing.
  fileprivate(set) var input: String?
  /// Whether it belongs to another user.
  fileprivate(set) var isGivenAway = false
}

extension WorkerFolder {
  /// A working folder, empty, that nobody else uses until it is given back.
  ///
  /// - Parameters:
  ///   - script: the digest of a script that is kept.
  ///   - input: what the task reads; an empty one makes no file.
  ///   - user: to whom the folder and a copy of the script are given.
  func takePlace(
    script: ByteBuffer, input: ByteBuffer = ByteBuffer(), for user: UserIdentity? = nil
  ) throws(WorkerFolderError) -> TaskPlace {
    let number = try takeTask()
    var place = TaskPlace(number: number, home: taskPath(number), script: scriptPath(script))
    do throws(WorkerFolderError) {
      if input.readableBytes > 0 {
        let file = "\(place.home).input"
        place.input = file
        try write(input, to: file, mode: 0o600)
      }
      if let user {
        place.isGivenAway = true
        // The kept scripts are nobody's but the worker's.
        let copy = "\(place.home).script"
        try write(try text(of: script), to: copy, mode: 0o500)
        place.script = copy
        for path in [place.home, copy] where chown(path, user.userID, user.groupID) != 0 {
          throw WorkerFolderError.cannotWrite(path)
        }
      }
    } catch {
      returnPlace(place)
      throw error
    }
    return place
  }

  /// Takes a place back with all that is in it. A folder that was left as it was given serves again: making and
  /// removing folders is what costs most of a short task.
  func returnPlace(_ place: TaskPlace) {
    if let input = place.input { unlink(input) }
    if place.isGivenAway { unlink("\(place.home).script") }
    if !place.isGivenAway, isPristine(place.home) {
      freeTasks.append(place.number)
    } else {
      FolderRemoval.remove(place.home)
    }
  }

  private func takeTask() throws(WorkerFolderError) -> Int {
    if let number = freeTasks.popLast() { return number }
    taskCount += 1
    guard mkdir(taskPath(taskCount), 0o700) == 0 else {
      throw WorkerFolderError.cannotWrite(taskPath(taskCount))
    }
    return taskCount
  }

  private func taskPath(_ number: Int) -> String { "\(path)/tasks/\(number)" }

  private func isPristine(_ folder: String) -> Bool {
    var status = stat()
    guard lstat(folder, &status) == 0, status.st_mode == S_IFDIR | 0o700, let listing = opendir(folder) else {
      return false
    }
    defer { closedir(listing) }
    var count = 0
    while readdir(listing) != nil, count < 3 { count += 1 }
    return count == 2  // . and ..
  }
}
