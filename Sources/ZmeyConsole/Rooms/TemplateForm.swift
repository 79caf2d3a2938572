import ZmeyCore

/// The forms of templates.
enum TemplateForm {
  /// A form for a start with arguments.
  static func start(_ template: Template) -> Form {
    let name = template.name
    let arguments = Form.Field.text(
      "arguments", "arguments", hint: "parted by blanks; 'quotes' keep blanks within one")
    return Form("Start \(name)", [arguments]) { values in
      guard let arguments = ArgumentLine.split(values["arguments"] ?? "") else {
        return .wrong("arguments", ArgumentLine.problem)
      }
      return .commands([.submit(template: name, arguments: arguments)])
    }
  }

  /// A form for a new template, whose script is written in the editor.
  static func new(_ world: World) -> Form {
    let taken = Set((world.templates ?? []).filter { world.isMine($0.owner) }.map(\.name))
    let fields: [Form.Field] = [
      .text("name", "name", hint: "unique among your templates"),
      .text("average", "average", hint: "how long it usually takes, such as 5s or 1h30m; may be empty"),
      .text("maximum", "maximum", hint: "how long it may take; empty for no limit"),
      .text("attempts", "attempts", "1", hint: "how often it is tried at most, 1 to 100"),
      .choice(
        "interpreter", "written in", Interpreter.allCases.map(\.rawValue),
        hint: "Enter opens the script in your editor"),
    ]
    return Form("New template", fields) { values in
      let value = { (key: String) in values[key] ?? "" }
      if let problem = Name.problem(value("name")) { return .wrong("name", problem) }
      if taken.contains(value("name")) {
        return .wrong("name", "you have a template '\(value("name"))' already")
      }
      for key in ["average", "maximum"] where !value(key).isEmpty && Timespan(value(key)) == nil {
        return .wrong(key, "a span such as 5s, 1h30m or 90, up to 366d")
      }
      guard let attempts = Int(value("attempts")), Program.attemptsRange.contains(attempts) else {
        return .wrong("attempts", "1 to 100")
      }
      let interpreter = Interpreter(rawValue: value("interpreter")) ?? .sh
      let lines = skeleton(
        name: value("name"), average: Timespan(value("average")), maximum: Timespan(value("maximum")),
        attempts: attempts, interpreter)
      return .edit(lines.map { $0 + "\n" }.joined(), line: lines.count)
    }
  }

  /// What a script is written in.
  enum Interpreter: String, CaseIterable {
    case sh, bash, python3, awk, perl

    /// The first lines of a script.
    var opening: [String] {
      switch self {
      case .sh: ["#!/bin/sh", "set -eu"]
      case .bash: ["#!/usr/bin/env bash", "set -euo pipefail"]
      case .python3: ["#!/usr/bin/env python3"]
      case .awk: ["#!/usr/bin/awk -f"]
      case .perl: ["#!/usr/bin/env perl", "use strict;", "use warnings;"]
      }
    }
  }

  /// A definition that lacks its script; that begins in the last line.
  private static func skeleton(
    name: String, average: Timespan?, maximum: Timespan?, attempts: Int, _ interpreter: Interpreter
  ) -> [String] {
    var lines = ["templates:", "  - name: \(scalar(name))"]
    if let average { lines.append("    average: \(average)") }
    if let maximum { lines.append("    maximum: \(maximum)") }
    if attempts > 1 { lines.append("    attempts: \(attempts)") }
    lines.append("    script: |")
    return lines + interpreter.opening.map { "      \($0)" } + ["      "]
  }

  /// A name as YAML reads it back: as it is if nobody could take it for anything but a text, else in quotes.
  private static func scalar(_ name: String) -> String {
    let isPlain = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
      default: false
      }
    }
    let words = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"]
    return isPlain && !name.hasPrefix("-") && !words.contains(name) ? name : JSON.quoted(name)
  }
}
