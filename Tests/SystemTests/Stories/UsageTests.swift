import Testing

extension SystemTests {
  @Suite("Exit codes and messages")
  struct UsageTests {
    @Test(
      "wrong usage is 2, with one line that names what would help",
      arguments: [
        ["frobnicate"], ["get"], ["get", "gadgets"], ["get", "workloads", "-o", "xml"],
        ["apply"], ["apply", "--nonsense"], ["token"], ["delete", "workload"], ["trace"],
        ["revoke", "--reason", "x"], ["revoke", "--workload", "spiffe://a/b"],
        ["revoke", "--workload", "http://a/b", "--reason", "x"],
        ["revoke", "--workload", "spiffe://a/b", "--key", "k", "--reason", "x"],
        ["revoke", "--issued-before", "yesterday", "--reason", "x"],
        ["revoke", "--key", "k", "--reason", ""], ["restore"], ["restore", "--workload", "a"],
        ["trace", "a b"], ["svid", "fetch", "--watch"], ["svid", "frob"], ["audit", "frob"],
        ["dev", "--gateway-listen", "nowhere"], ["dev", "--admin-uid", "root"],
      ])
    func wrongUsage(arguments: [String]) async throws {
      try await Sandbox.with { sandbox in
        let outcome = try await CLI(sandbox: sandbox).refusal(2, arguments)
        #expect(outcome.complaints.count == 1, "\(arguments): \(outcome.errors)")
        #expect(!Files.exists(sandbox.state))
      }
    }

    @Test("help is an answer, for every command")
    func help() async throws {
      try await Sandbox.with { sandbox in
        let cli = CLI(sandbox: sandbox)
        let whole = try await cli.done("--help")
        let commands = [
          "demo", "dev", "apply", "get", "delete", "token", "svid", "revoke", "restore", "trace",
          "audit", "status",
        ]
        for command in commands {
          #expect(whole.output.contains(command))
          #expect(try await cli.done(command, "--help").output.contains("USAGE"))
        }
      }
    }

    @Test(
      "without a server every command says that in one line and ends with 1",
      arguments: [
        ["status"], ["get", "workloads"], ["delete", "workload", "a"], ["trace", "a"],
        ["token", "--audience", "https://a.example"], ["svid", "fetch"], ["audit", "verify"],
        ["revoke", "--key", "k", "--reason", "x"],
        ["restore", "--workload", "spiffe://gatehouse.test/a"],
      ])
    func noServer(arguments: [String]) async throws {
      try await Sandbox.with { sandbox in
        var cli = CLI(sandbox: sandbox)
        let unknown = try await cli.refusal(1, arguments)
        #expect(unknown.complaints.count == 1, "\(unknown.errors)")
        cli.environment = [
          "GATEHOUSE_ADMIN_SOCKET": "\(sandbox.path)/s/admin/admin.sock",
          "SPIFFE_ENDPOINT_SOCKET": "unix://\(sandbox.path)/workload.sock",
          "GATEHOUSE_URL": "http://127.0.0.1:1", "GATEHOUSE_ISSUER": "http://127.0.0.1:1",
        ]
        let unreachable = try await cli.refusal(1, arguments)
        #expect(unreachable.complaints.count == 1, "\(unreachable.errors)")
        if arguments[0] != "audit" {
          #expect(unreachable.errors.contains("gatehouse dev"), "\(unreachable.errors)")
        }
      }
    }

    /// A mistake in a file, the line that it is on, and a part of what must be said.
    struct Mistake: Sendable {
      let old: String
      let new: String
      let place: String
      let words: String
    }

    static let mistakes = [
      Mistake(
        old: "kind: Workload", new: "kind: Workloda", place: "workloads.yaml:2",
        words: "did you mean `Workload`?"),
      Mistake(
        old: "gatehouse.dev/v1", new: "gatehouse.dev/v9", place: "workloads.yaml:1",
        words: "gatehouse.dev/v9"),
      Mistake(
        old: "owner: payments-team", new: "onwer: payments-team", place: "workloads.yaml:6",
        words: "did you mean `owner`?"),
      Mistake(
        old: "path: /shop/checkout", new: "path: shop/checkout", place: "workloads.yaml:5",
        words: "expected a path"),
      Mistake(
        old: "attestor: unix", new: "attestor: unxi", place: "workloads.yaml:11",
        words: "did you mean `unix`?"),
    ]

    @Test("a mistake in a manifest is named with file, line and nearest name, by apply and by dev")
    func badManifest() async throws {
      try await Sandbox.with { sandbox in
        try Shop(sandbox: sandbox, upstream: 9).write()
        try await RunningDev.with(sandbox) { dev in
          for (number, mistake) in Self.mistakes.enumerated() {
            let text = Shop.workloads.replacing(mistake.old, with: mistake.new, maxReplacements: 1)
            try sandbox.write("manifests/workloads.yaml", text)
            let words = [mistake.place, mistake.words]
            try await dev.cli.refused(1, "apply", "-f", "manifests", saying: words)
            let other = "\(sandbox.path)/other-\(number)"
            try await dev.cli.refused(
              1, "dev", "--state", other, "-f", "manifests", saying: words)
            #expect(!Files.exists("\(other)/dev.env"))
          }
          let table = try await dev.cli.done("get", "workloads")
          #expect(table.lines == ["there are none"])
        }
      }
    }

    @Test("what only the server can refuse is refused as a whole, with its place")
    func refusedChange() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          let before = try await dev.cli.done("get", "workloads", "-o", "json").output
          try sandbox.write(
            "manifests/workloads.yaml",
            Shop.workloads.replacing("takes orders", with: "takes more orders"))
          try sandbox.write("manifests/broken.cedar", "permit (principal, action, resource")
          try await dev.cli.refused(1, "apply", "-f", "manifests", saying: ["broken.cedar"])
          try sandbox.write(
            "manifests/broken.cedar", "permit (principal, action, resource) when { nobody() };")
          try await dev.cli.refused(1, "apply", "-f", "manifests", saying: ["broken.cedar"])
          try sandbox.write("manifests/broken.cedar", "")
          try sandbox.write(
            "manifests/second.yaml", Shop.workload("second").replacing("/second", with: "/checkout")
          )
          try await dev.cli.refused(1, "apply", "-f", "manifests", saying: ["second.yaml"])
          #expect(try await dev.cli.done("get", "workloads", "-o", "json").output == before)
        }
      }
    }

    @Test("files that are missing or unreadable are named")
    func missingFiles() async throws {
      try await Sandbox.with { sandbox in
        let cli = CLI(sandbox: sandbox)
        try await cli.refused(1, "apply", "-f", "nowhere.yaml", saying: ["nowhere.yaml"])
        try sandbox.write("empty/readme.txt", "")
        try await cli.refused(1, "apply", "-f", "empty", saying: ["empty"])
        try await cli.refused(
          1, "audit", "verify", "--log", "nowhere", saying: ["nowhere"])
        try await cli.refused(
          1, "audit", "verify", "--checkpoint", "nowhere", saying: ["nowhere"])
      }
    }
  }
}
