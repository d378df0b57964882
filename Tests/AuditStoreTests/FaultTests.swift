import Testing
import TransparencyLog

@testable import AuditStore

/// The store while the disk fails, or the process dies, at every single write.
@Suite(.timeLimit(.minutes(10))) struct FaultTests {
  private struct Run {
    var acknowledged: [String] = []
    var kept: [String] = []
    var completed = false
  }

  /// Opens, appends, seals and closes; stops at the first error, as a program would.
  private func script(
    _ fixture: LogFixture, _ files: any LogFiles, limits: LogWriter.Limits, run: inout Run
  ) async throws {
    let store = try await AuditStore.open(fixture.configuration, files: files, limits: limits)
    run.kept.append(store.signedCheckpoint)
    for round in 0..<3 {
      for number in 0..<2 {
        let names = ["\(round)-\(number)-a", "\(round)-\(number)-b"]
        _ = try await store.append(names.map { event($0) })
        run.acknowledged += names.map { eventText($0) }
      }
      try await store.flush()
      run.kept.append(store.signedCheckpoint)
    }
    _ = try await store.append([event("last")])
    run.acknowledged.append(eventText("last"))
    try await store.close()
    run.kept.append(store.signedCheckpoint)
    run.completed = true
  }

  private func survives(
    from base: LogFixture?, limits: LogWriter.Limits, fault: FaultyFiles.Fault
  ) async throws {
    for step in 1... {
      let fixture = try base.map { try LogFixture(copying: $0) } ?? LogFixture()
      let before = base == nil ? [] : try fixture.events()
      var run = Run()
      do {
        let files = FaultyFiles(
          try POSIXLogFiles(folder: fixture.folder, scratch: fixture.scratch), step: step,
          fault: fault, staysBroken: true)
        try? await script(fixture, files, limits: limits, run: &run)
      }
      // A folder in which the first checkpoint was never written is not a log yet.
      if try fixture.files().contains("checkpoint") {
        _ = try fixture.verify(kept: run.kept.last)
      }
      let store = try await fixture.open(limits: limits)
      let events = try fixture.events()
      #expect(
        events.prefix(before.count + run.acknowledged.count) == (before + run.acknowledged)[...])
      #expect(events.count <= before.count + run.acknowledged.count + 2)
      _ = try await store.append([event("after")])
      try await store.close()
      let report = try fixture.verify(kept: run.kept.last)
      #expect(report.isClosed)
      #expect(report.events == UInt64(events.count + 1))
      if run.completed {
        for kept in run.kept { _ = try fixture.verify(kept: kept) }
        break
      }
    }
  }

  @Test(
    "after a crash at any write, every acknowledged event is there and the log verifies",
    arguments: FaultyFiles.Fault.allCases)
  func crash(fault: FaultyFiles.Fault) async throws {
    try await survives(from: nil, limits: .init(), fault: fault)
  }

  @Test(
    "the same with tiny leaves and segment files", arguments: FaultyFiles.Fault.allCases)
  func crashWithTinySegments(fault: FaultyFiles.Fault) async throws {
    var limits = LogWriter.Limits()
    limits.leavesPerSegment = 2
    limits.leafLength = 1
    try await survives(from: nil, limits: limits, fault: fault)
  }

  @Test(
    "the same on the way over a full tile, from a log that had been killed",
    arguments: [FaultyFiles.Fault.halfway, .after])
  func crashAtFullTile(fault: FaultyFiles.Fault) async throws {
    let base = try LogFixture()
    var limits = LogWriter.Limits()
    limits.leafLength = 1
    do {
      let store = try await base.open(limits: limits)
      for number in 0..<253 { _ = try await store.append([event(number)]) }
      try await store.flush()
      _ = try await store.append([event("tail")])
    }
    let torn = try base.bytes("segment/000")
    try base.write(torn + Array("torn".utf8), to: "segment/000")
    try await survives(from: base, limits: limits, fault: fault)
  }

  @Test(
    "after one failed write the store accepts nothing more until it is opened again",
    arguments: FaultyFiles.Fault.allCases)
  func failsClosed(fault: FaultyFiles.Fault) async throws {
    for step in 1... {
      let fixture = try LogFixture()
      var acknowledged: [String] = []
      let failed: Bool
      do {
        let files = FaultyFiles(
          try POSIXLogFiles(folder: fixture.folder, scratch: fixture.scratch), step: step,
          fault: fault, staysBroken: false)
        guard let store = try? await AuditStore.open(fixture.configuration, files: files) else {
          continue
        }
        for number in 0..<6 {
          do {
            _ = try await store.append([event(number)])
            #expect(!files.hasFailed)
            acknowledged.append(eventText(number))
            if number % 2 == 1 { try await store.flush() }
          } catch {
            #expect((error as? AuditStoreError)?.code == .failed)
            #expect(files.hasFailed)
          }
        }
        failed = files.hasFailed
        if failed {
          await #expect(throws: AuditStoreError.self) { try await store.flush() }
          await #expect(throws: AuditStoreError.self) { try await store.close() }
          await #expect(throws: AuditStoreError.self) { try await store.close() }
        }
      }
      _ = try fixture.verify()
      let store = try await fixture.open()
      let events = try fixture.events()
      #expect(events.prefix(acknowledged.count) == acknowledged[...])
      #expect(events.count <= acknowledged.count + 1)
      try await store.close()
      #expect(try fixture.verify().isClosed)
      if !failed { break }
    }
  }
}
