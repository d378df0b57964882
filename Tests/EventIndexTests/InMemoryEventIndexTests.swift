import EventIndex
import EventIndexConformance
import Testing

@Suite("The event index in memory", .timeLimit(.minutes(5)))
struct InMemoryEventIndexTests {
  private struct Fixture: EventIndexFixture {
    let lasts = false

    func open() async throws -> any EventIndex { InMemoryEventIndex() }

    func close(_ index: any EventIndex) async throws {}
  }

  @Test("keeps its promises", arguments: EventIndexCheck.all)
  func conforms(_ check: EventIndexCheck) async throws {
    try await check.run(Fixture())
  }
}
