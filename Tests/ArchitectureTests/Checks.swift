/// A rule of the design that the sources break.
struct Violation: Hashable, CustomStringConvertible {
  let place: String
  let text: String
  var description: String { "\(self.place): \(self.text)" }
}

extension Tree {
  /// Every rule.
  var violations: [Violation] {
    self.misplaced + self.forbiddenImports + self.undeclared + self.excluded + self.forbiddenCode
      + self.vagueFolders
  }

  private var sources: [File] { self.files.filter { $0.path.hasPrefix("Sources/") } }

  /// Files outside of a target, and targets in a layer that is not theirs.
  var misplaced: [Violation] {
    var found: Set<Violation> = []
    for file in self.sources {
      guard let place = file.place else {
        found.insert(Violation(place: file.path, text: "lies in no target of a layer"))
        continue
      }
      let folder = "Sources/\(place.layer.rawValue)/\(place.target)"
      switch homes[place.target] {
      case place.layer: continue
      case nil: found.insert(Violation(place: folder, text: "is not in the table of targets"))
      case let home?:
        found.insert(Violation(place: folder, text: "belongs to the layer \(home.rawValue)"))
      }
    }
    for entry in self.manifest.entries where homes[entry.name] != entry.layer {
      found.insert(Violation(place: "Package.swift", text: "\(entry.name) is in a wrong layer"))
    }
    return found.sorted { $0.description < $1.description }
  }

  private static func mayImport(_ module: String, _ target: String, _ layer: Layer) -> Bool {
    arrows.contains { arrow in
      (arrow.from == .layer(layer) || arrow.from == .target(target)) && arrow.to.contains(module)
    }
  }

  /// Imports, and dependencies in the manifest, along which no arrow points.
  var forbiddenImports: [Violation] {
    let imported = self.sources.flatMap { file -> [Violation] in
      guard let place = file.place else { return [] }
      return file.text.imports.filter { !Self.mayImport($0, place.target, place.layer) }.map {
        Violation(place: file.path, text: "may not import \($0)")
      }
    }
    let declared = self.manifest.entries.flatMap { entry in
      entry.dependencies.filter { !Self.mayImport($0, entry.name, entry.layer) }.sorted().map {
        Violation(place: "Package.swift", text: "\(entry.name) may not depend on \($0)")
      }
    }
    return imported + declared
  }

  /// Imports of our own targets that the manifest does not declare: they compile by chance.
  var undeclared: [Violation] {
    let declared = Dictionary(
      self.manifest.entries.map { ($0.name, $0.dependencies) }, uniquingKeysWith: { $0.union($1) })
    return self.sources.flatMap { file -> [Violation] in
      guard let place = file.place else { return [] }
      guard let dependencies = declared[place.target] else {
        return [Violation(place: file.path, text: "belongs to a target that Package.swift lacks")]
      }
      return file.text.imports.filter { homes[$0] != nil && !dependencies.contains($0) }.map {
        Violation(place: file.path, text: "imports \($0), which Package.swift does not declare")
      }
    }
  }

  /// Everything that a target links, by what is imported and by what is declared.
  func closure(of target: String) -> Set<String> {
    var edges: [String: Set<String>] = [:]
    for entry in self.manifest.entries { edges[entry.name, default: []] = entry.dependencies }
    for file in self.sources {
      if let place = file.place { edges[place.target, default: []].formUnion(file.text.imports) }
    }
    var reached: Set<String> = [target]
    var open = [target]
    while let next = open.popLast() {
      for other in edges[next] ?? [] where homes[other] != nil && reached.insert(other).inserted {
        open.append(other)
      }
    }
    return reached
  }

  /// Programs that link what they must not.
  var excluded: [Violation] {
    exclusions.flatMap { exclusion in
      self.closure(of: exclusion.program).intersection(exclusion.targets).sorted().map {
        Violation(place: exclusion.program, text: "links \($0), but \(exclusion.reason)")
      }
    }
  }

  /// Code that traps, escapes the checks of concurrency, or takes the time by itself.
  var forbiddenCode: [Violation] {
    self.sources.filter { file in
      !file.isGenerated && file.place.map { Layer.libraries.contains($0.layer) } ?? false
    }.flatMap { file in
      file.text.lines.enumerated().flatMap { number, line in
        Ban.all(in: line).filter { !$0.exceptions.keys.contains(file.path) }.map {
          Violation(place: "\(file.path):\(number + 1)", text: "`\($0.name)`: \($0.reason)")
        }
      }
    }
  }

  /// Folders whose name says nothing about what is in them.
  var vagueFolders: [Violation] {
    let vague: Set<String> = [
      "util", "utils", "utility", "utilities", "common", "helper", "helpers", "manager",
      "managers", "misc", "shared", "base", "impl", "core",
    ]
    let folders = Set(
      self.files.flatMap { file in
        let parts = file.path.split(separator: "/").dropLast().map(String.init)
        return parts.indices.map { parts[...$0].joined(separator: "/") }
      })
    return folders.filter { folder in
      let name = folder.split(separator: "/").last.map(String.init) ?? ""
      let words = name.matches(of: /[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])/).map { $0.0.lowercased() }
      return words.contains(where: vague.contains)
    }.sorted().map { Violation(place: $0, text: "a folder is named after what is in it") }
  }
}

/// Something that must not stand in the code of a library.
struct Ban {
  let name: String
  let reason: String
  /// Files in which it may stand, each with why.
  var exceptions: [String: String] = [:]
  let applies: (String) -> Bool

  /// Those that a line breaks.
  static func all(in line: String) -> [Ban] {
    // Looked for before the patterns are, which take their time.
    let isSuspicious = Self.words.contains { line.contains($0) }
    return isSuspicious ? Self.all.filter { $0.applies(line) } : []
  }

  private static let words = [
    "fatalError", "precondition", "!", "unchecked", "nonisolated", "Task", "Date",
    "timeIntervalSinceNow", "SystemRandom",
  ]

  private static var all: [Ban] {
    let trap = "nothing that bytes reach may trap"
    return [
      Ban(name: "fatalError", reason: trap) { $0.contains(/\bfatalError\b/) },
      Ban(name: "preconditionFailure", reason: trap) { $0.contains(/\bpreconditionFailure\b/) },
      Ban(
        name: "precondition", reason: trap,
        exceptions: [
          "Sources/Storage/RecordStore/RecordKind.swift":
            "checks a literal of the program, which is never input"
        ]
      ) { $0.contains(/\bprecondition\s*\(/) },
      Ban(name: "try!", reason: trap) { $0.contains(/\btry!/) },
      Ban(name: "as!", reason: trap) { $0.contains(/\bas!/) },
      Ban(name: "@unchecked Sendable", reason: "the compiler checks what is sendable") {
        $0.contains(/@unchecked\b/)
      },
      Ban(name: "nonisolated(unsafe)", reason: "the compiler checks what is shared") {
        $0.contains(/\bnonisolated\s*\(\s*unsafe\s*\)/)
      },
      Ban(name: "Task", reason: "a task belongs to a group, and ends with it") {
        $0.contains(/(?:^|[^\w.])Task\s*(?:<[^>]*>\s*)?[({]/)
          || $0.contains(/(?:^|[^\w.])Task\s*(?:<[^>]*>\s*)?\.\s*(?:detached|init|immediate)\b/)
      },
      Ban(name: "Date()", reason: "the time is a parameter") {
        $0.contains(/\bDate\s*\(\s*\)/) || $0.contains(/\bDate\s*\.\s*now\b/)
          || $0.contains(/\btimeIntervalSinceNow\b/)
      },
      Ban(name: "SystemRandomNumberGenerator", reason: "randomness is a parameter") {
        $0.contains(/\bSystemRandomNumberGenerator\b/)
      },
    ]
  }
}
