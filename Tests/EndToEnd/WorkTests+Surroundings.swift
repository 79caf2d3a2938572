import Foundation
import Testing

extension WorkTests {
  @Test func `a task knows its facts, and nothing else of the worker`() async throws {
    let run = try await zmey.run(
      "facts-of-task",
      """
      pipelines:
        - name: facts-of-task
          tasks: [{name: tell, script: "#!/bin/cat /proc/self/environ\\n"}]
      """)
    let taskRun = try #require(run["tell"])
    let entries = try #require(taskRun.result).split(separator: "\0").dropLast().map {
      $0.split(separator: "=", maxSplits: 1)
    }
    let variables = Dictionary(
      uniqueKeysWithValues: entries.map { (String($0[0]), $0.count == 2 ? String($0[1]) : "") })
    #expect(variables["ZM_TASK_RUN_ID"] == "\(taskRun.id)")
    #expect(variables["ZM_RUN_ID"] == "\(run.id)")
    #expect(variables["ZM_ATTEMPT"] == "1")
    #expect(variables["ZM_FENCE"]?.hasPrefix("1-") == true)
    #expect(variables["ZM_OWNER"] == taskRun.owner)
    #expect(variables["ZM_TASK"] == "tell")
    #expect(variables["ZM_PIPELINE"] == "facts-of-task")
    #expect(variables["ZM_WORK_DIR"] == variables["TMPDIR"])
    let own = variables.keys.filter { !$0.hasPrefix("ZM_") }
    #expect(
      Set(own).isSubset(of: ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "USER", "LOGNAME", "SHELL", "TMPDIR"]))
  }

  @Test func `a task has an empty folder of its own, which goes with it`() async throws {
    let taskRun = try await zmey.run(
      script: "#!/bin/sh\npwd\nls -A\nmkdir -p deep/er\ntouch deep/er/file .hidden\nchmod 0 deep/er\n",
      as: "folder")
    let folder = try #require(taskRun.result).dropLast()
    #expect(taskRun.state == "succeeded")
    #expect(folder.hasPrefix("\(zmey.path)/workers/") && folder.contains("/tasks/"))
    #expect(!folder.contains("\n"))
    #expect(!FileManager.default.fileExists(atPath: String(folder)))
  }

  @Test func `a task has three descriptors, and nothing on its standard input`() async throws {
    // The fourth is the one through which ls reads the folder.
    let taskRun = try await zmey.run(script: "#!/bin/sh\nls /proc/self/fd\ncat\n", as: "descriptors")
    #expect(taskRun.result == "0\n1\n2\n3\n")
  }

  @Test func `a task leads a session of its own`() async throws {
    let taskRun = try await zmey.run(
      script:
        "#!/bin/sh\nread -r pid name state parent group session rest </proc/$$/stat\necho $(($$ == group && $$ == session))\n",
      as: "session")
    #expect(taskRun.result == "1\n")
  }
}
