import Testing

extension SystemTests {
  @Suite("Much at once")
  struct SoakTests {
    /// Three thousandths of what `make soak` sends.
    private static let count = "6000"
    private static let nginx = "/usr/sbin/nginx"

    @Test(
      "of thousands of good and hostile requests each has its verdict, its own answer and its event",
      .enabled(
        if: Files.exists(Self.nginx) || Environment.isContinuousIntegration, "nginx is missing"))
    func soak() async throws {
      try await Sandbox.with { sandbox in
        let capture = sandbox.nextCapture("soak")
        let folder = Executables.gatehouse.prefix(
          upTo: Executables.gatehouse.lastIndex(of: "/") ?? Executables.gatehouse.endIndex)
        let process = try SpawnedProcess.start(
          "python3", ["-u", "\(Executables.packageRoot)/Benchmarks/run", "soak"], in: sandbox.path,
          environment: Environment.inherited.merging(
            ["COUNT": Self.count, "GATEHOUSE_BIN": String(folder)]) { _, own in own },
          output: capture.output, errors: capture.errors)
        defer { process.destroy() }
        let ending = try await process.end(within: .seconds(240))
        let output = try Files.text(capture.output)
        let errors = try Files.text(capture.errors)
        #expect(ending == .exited(0), "\(errors)")
        #expect(output.contains("every verdict, answer and event was right"), "\(output)")
      }
    }
  }
}
