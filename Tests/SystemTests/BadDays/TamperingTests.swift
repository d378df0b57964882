import Testing

extension SystemTests {
  @Suite("Logs that somebody changed")
  struct TamperingTests {
    @Test("one changed byte in any file is found and named; a log cut short is no continuation")
    func tampering() async throws {
      try await Sandbox.with { sandbox in
        let kept = try await Self.fill(sandbox)
        let cli = CLI(sandbox: sandbox)
        for name in ["server", "gateway"] {
          let log = sandbox.log(name)
          try await cli.done("audit", "verify", "--log", log)
          try await Self.changeEachFile(log, cli)
          try await Self.shorten(log, kept: kept[name] ?? "", cli)
        }
        try await cli.done("audit", "verify")
      }
    }

    /// Makes logs worth reading, with a checkpoint kept from the middle of each one's life.
    private static func fill(_ sandbox: Sandbox) async throws -> [String: String] {
      var kept: [String: String] = [:]
      try await Shop.run(sandbox) { dev in
        let token = try await dev.token()
        #expect(try await dev.call(token: token).status == 200)
        // A trace seals what there is so far.
        _ = try await dev.trace(try HeldCredential(jwt: token).id)
      }
      for name in ["server", "gateway"] {
        let path = "\(sandbox.path)/kept-\(name)"
        try Files.copy("\(sandbox.log(name))/checkpoint", to: path)
        kept[name] = path
        try Files.copy(sandbox.log(name), to: "\(sandbox.path)/early-\(name)")
      }
      try await RunningDev.with(sandbox) { dev in
        let token = try await dev.token()
        for _ in 0..<3 { #expect(try await dev.call(token: token).status == 502) }
      }
      for (name, path) in kept {
        try await CLI(sandbox: sandbox).done(
          "audit", "verify", "--log", sandbox.log(name), "--checkpoint", path)
      }
      return kept
    }

    /// Changes a byte at the start, in the middle and at the end of each file, one at a time.
    private static func changeEachFile(_ log: String, _ cli: CLI) async throws {
      let files = try Files.all(below: log)
      let kinds = Set(files.map { $0.dropFirst(log.count + 1).prefix { $0 != "/" } })
      #expect(kinds.isSuperset(of: ["checkpoint", "public-key", "tile", "segment"]))
      for path in files {
        let bytes = try Files.bytes(path)
        for index in Set([0, bytes.count / 2, bytes.count - 1]) where bytes.indices.contains(index)
        {
          var changed = bytes
          changed[index] ^= 0x01
          try Disk.overwrite(path, changed)
          let name = String(path.dropFirst(log.count + 1))
          let refused = try await cli.refused(1, "audit", "verify", "--log", log)
          #expect(
            refused.errors.contains(log), "\(name), byte \(index): \(refused.errors)")
          #expect(refused.complaints.count == 1)
          if name.hasPrefix("segment/") || name == "checkpoint" || name == "public-key" {
            let places = [name, "checkpoint"]
            #expect(
              places.contains { refused.errors.contains("\(log)/\($0)") },
              "\(name), byte \(index): \(refused.errors)")
          }
        }
        try Disk.overwrite(path, bytes)
      }
      try await cli.done("audit", "verify", "--log", log)
    }

    /// Puts the log back to what it was before its last events.
    private static func shorten(_ log: String, kept: String, _ cli: CLI) async throws {
      let whole = "\(cli.sandbox.path)/whole"
      let latest = "\(cli.sandbox.path)/latest"
      try Files.copy(log, to: whole)
      try Files.copy("\(log)/checkpoint", to: latest)
      let early = "\(cli.sandbox.path)/early-\(log.split(separator: "/").last ?? "")"
      try Files.copy(early, to: log)
      // By itself it is a good log, which is why somebody keeps a checkpoint.
      try await cli.done("audit", "verify", "--log", log)
      try await cli.done("audit", "verify", "--log", log, "--checkpoint", kept)
      try await cli.refused(
        1, "audit", "verify", "--log", log, "--checkpoint", latest, saying: [log])
      try Files.copy(whole, to: log)
      try await cli.done("audit", "verify", "--log", log, "--checkpoint", latest)
    }

    @Test("files that a log does not have are refused")
    func strangers() async throws {
      try await Sandbox.with { sandbox in
        try await RunningDev.with(sandbox) { _ in }
        let log = sandbox.log("server")
        let cli = CLI(sandbox: sandbox)
        try await cli.done("audit", "verify", "--log", log)
        try sandbox.write(".gatehouse/log/server/notes.txt", "x")
        try await cli.refused(1, "audit", "verify", "--log", log, saying: ["notes.txt"])
      }
    }
  }
}
